/**
 * Property fields: what a workspace can say of activities and activity definitions, in addition to what all of them have.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "./internal/catalog/catalog.js"
import { catalog } from "./internal/propertyFields/lookup.js"
import type { PropertyField, Reference } from "./internal/propertyFields/model.js"
import * as Api from "./internal/request/api.js"

export * from "./internal/propertyFields/model.js"

/** The methods of the service. All of them read `GET /property_fields`. @since 0.1.0 @category models */
export interface Service extends Catalog.Lookups<PropertyField, Reference> {}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { PropertyFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const cellLine = Effect.gen(function* () {
 *   const propertyFields = yield* PropertyFields.PropertyFields
 *   return yield* propertyFields.get({ property_name: "Cell line" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class PropertyFields extends Context.Tag("@effect-kaleidoscope/sdk/PropertyFields")<PropertyFields, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => Catalog.lookups(catalog(api)))

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(PropertyFields, make))
