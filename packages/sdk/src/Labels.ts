/** Labels: the tags of activities. @since 0.1.0 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "./internal/catalog/catalog.js"
import { catalog } from "./internal/labels/lookup.js"
import type { Label, Reference } from "./internal/labels/model.js"
import * as Api from "./internal/request/api.js"

export * from "./internal/labels/model.js"

/** The methods of the service. All of them read `GET /activity_labels`. @since 0.1.0 @category models */
export interface Service extends Catalog.Lookups<Label, Reference> {}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => Catalog.lookups(catalog(api)))

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Labels, make))
