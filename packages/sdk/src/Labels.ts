/**
 * Labels: what activities are tagged with.
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
import type { AmbiguousReference, NotFound, ReadError } from "./KaleidoscopeError.js"

/**
 * A label.
 *
 * @example
 * ```ts
 * import { Labels } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Labels.Label)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Label = Wire.model("Label", {
  id: Ids.LabelId,
  label_name: Wire.decisive(Wire.orNull(Schema.String))
})

/**
 * A label.
 *
 * @since 0.1.0
 * @category models
 */
export interface Label extends Schema.Schema.Type<typeof Label> {}

/**
 * How a label is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.LabelId, "label_name">

/**
 * What can be done with labels.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every label of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<Label>, ReadError>
  /** The label, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (label: Reference) => Effect.Effect<Option.Option<Label>, ReadError | AmbiguousReference>
  /** The label; fails with `NotFound` if there is none. */
  readonly get: (label: Reference) => Effect.Effect<Label, ReadError | AmbiguousReference | NotFound>
  /** Those of the labels that there are, in the order asked. */
  readonly findMany: (
    labels: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Label>, ReadError | AmbiguousReference>
  /** The labels in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    labels: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Label>, ReadError | AmbiguousReference | NotFound>
}

/**
 * Labels: what activities are tagged with.
 *
 * @example
 * ```ts
 * import { Labels } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const urgent = Effect.gen(function* () {
 *   const labels = yield* Labels.Labels
 *   return yield* labels.get({ label_name: "urgent" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Labels extends Context.Tag("@effect-kaleidoscope/sdk/Labels")<Labels, Service>() {}

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "label",
    call: Call.read("Labels.list", "GET /activity_labels", {
      success: Schema.Array(Label),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["label_name"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Labels } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(Labels.make, (labels) => labels.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.map(Api.make, (api) => {
  const { find, findMany, get, getMany, list } = catalog(api)
  return { list, find, get, findMany, getMany } satisfies Service
})

/**
 * Labels, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const LabelsLive = Labels.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Labels, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Labels, make)
)
