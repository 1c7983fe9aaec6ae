/**
 * Programs: what the work in a workspace is for, as a drug-discovery programme.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import * as Wire from "./internal/wire.js"
import type { AmbiguousReference, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

/**
 * A program.
 *
 * @example
 * ```ts
 * import { Programs } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Programs.Program)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Program = Wire.model("Program", {
  id: Ids.ProgramId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * A program.
 *
 * @since 0.1.0
 * @category models
 */
export interface Program extends Schema.Schema.Type<typeof Program> {}

/**
 * How a program is named: by its id, by itself, or by its title.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.ProgramId, "title">

/**
 * What can be done with programs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every program of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<Program>, ReadError>
  /** The program, if there is one. Fails with `AmbiguousReference` if the title is that of several. */
  readonly find: (program: Reference) => Effect.Effect<Option.Option<Program>, ReadError | AmbiguousReference>
  /** The program; fails with `NotFound` if there is none. */
  readonly get: (program: Reference) => Effect.Effect<Program, ReadError | AmbiguousReference | NotFound>
  /** Those of the programs that there are, in the order asked. */
  readonly findMany: (
    programs: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Program>, ReadError | AmbiguousReference>
  /** The programs in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    programs: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Program>, ReadError | AmbiguousReference | NotFound>
  /** Adds a program. Not repeated unless it surely did not happen: it would be there twice. */
  readonly create: (program: { readonly title: string }) => Effect.Effect<Program, WriteError>
  /** Gives a program another title. */
  readonly update: (
    program: Reference,
    patch: { readonly title: string }
  ) => Effect.Effect<Program, WriteError | NotFound | ReferenceError>
}

/**
 * Programs: what the work in a workspace is for.
 *
 * @example
 * ```ts
 * import { Programs } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const titles = Effect.gen(function* () {
 *   const programs = yield* Programs.Programs
 *   return (yield* programs.list).map((program) => program.title)
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Programs extends Context.Tag("@effect-kaleidoscope/sdk/Programs")<Programs, Service>() {}

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "program",
    call: Call.read("Programs.list", "GET /programs", {
      success: Schema.Array(Program),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["title"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Programs } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(Programs.make, (programs) => programs.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const programs = catalog(api)
  const { find, findMany, get, getMany, list } = programs
  return {
    list,
    find,
    get,
    findMany,
    getMany,
    create: ({ title }) =>
      api
        .write("Programs.create", {
          method: "POST",
          path: "/programs",
          params: {},
          body: { title },
          success: Program,
          otherwise: {
            look: "Programs.list",
            find: Effect.map(list, (all) => Api.onlyOne(all, (program) => program.title === title))
          },
          refusals: Refusal.write,
          repeatable: false
        })
        .pipe(Effect.ensuring(programs.drop)),
    update: (program, { title }) =>
      Effect.flatMap(programs.resolve(program), (id) =>
        api.write("Programs.update", {
          method: "PUT",
          path: "/programs/{id}",
          params: { id },
          body: { title },
          success: Program,
          otherwise: { look: "Programs.get", find: find(id) },
          refusals: Refusal.writeItem,
          repeatable: true
        })
      ).pipe(Effect.ensuring(programs.drop), Api.method("Programs.update"))
  } satisfies Service
})

/**
 * Programs, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Programs } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const ProgramsLive = Programs.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Programs, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Programs, make)
)
