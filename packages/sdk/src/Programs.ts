/** Programs: what the work in a workspace is for, such as a drug-discovery programme. @since 0.1.0 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "./internal/catalog/catalog.js"
import * as Calls from "./internal/programs/calls.js"
import { catalog } from "./internal/programs/lookup.js"
import type { Program, Reference } from "./internal/programs/model.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import type { NotFound, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/programs/model.js"

/** The methods of the service. Those that only read use `GET /programs`. @since 0.1.0 @category models */
export interface Service extends Catalog.Lookups<Program, Reference> {
  /**
   * Adds a program: `POST /programs`. It is sent again only if the first request certainly did nothing: titles are not
   * unique, so that there would be two programs.
   */
  readonly create: (program: { readonly title: string }) => Effect.Effect<Program, WriteError>
  /** Changes the title of a program: `PUT /programs/{id}`. */
  readonly update: (
    program: Reference,
    patch: { readonly title: string }
  ) => Effect.Effect<Program, WriteError | NotFound | ReferenceError>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const programs = catalog(api)
  return {
    ...Catalog.lookups(programs),
    create: ({ title }) =>
      api
        .send(
          Calls.create,
          {},
          { title },
          {
            otherwise: {
              look: "Programs.list",
              find: Effect.map(programs.list, (all) => AfterWrite.onlyOne(all, (program) => program.title === title))
            }
          }
        )
        .pipe(Effect.ensuring(programs.drop)),
    update: (program, { title }) =>
      Effect.flatMap(programs.resolve(program), (id) =>
        api.send(Calls.update, { id }, { title }, { otherwise: { look: "Programs.get", find: programs.find(id) } })
      ).pipe(Effect.ensuring(programs.drop), Method.withSpan(Calls.update))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Programs, make))
