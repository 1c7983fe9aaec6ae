/**
 * Property fields: what can be said of activities and activity definitions, beside what all of them have.
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
 * A property field.
 *
 * @example
 * ```ts
 * import { PropertyFields } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(PropertyFields.PropertyField)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const PropertyField = Wire.model("PropertyField", {
  id: Ids.PropertyFieldId,
  property_name: Wire.decisive(Wire.orNull(Schema.String)),
  property_description: Wire.orNull(Schema.String),
  /** As `text` or `URL`: it decides what the content of a property looks like. */
  field_type: Wire.orNull(Schema.String),
  is_required: Wire.orNull(Schema.Boolean),
  attrs: Wire.map(Schema.Unknown),
  is_archived: Wire.orNull(Schema.Boolean),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * A property field.
 *
 * @since 0.1.0
 * @category models
 */
export interface PropertyField extends Schema.Schema.Type<typeof PropertyField> {}

/**
 * How a property field is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.PropertyFieldId, "property_name">

/**
 * What can be done with property fields.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every property field of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<PropertyField>, ReadError>
  /** The property field, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (
    propertyField: Reference
  ) => Effect.Effect<Option.Option<PropertyField>, ReadError | AmbiguousReference>
  /** The property field; fails with `NotFound` if there is none. */
  readonly get: (propertyField: Reference) => Effect.Effect<PropertyField, ReadError | AmbiguousReference | NotFound>
  /** Those of the property fields that there are, in the order asked. */
  readonly findMany: (
    propertyFields: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<PropertyField>, ReadError | AmbiguousReference>
  /** The property fields in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    propertyFields: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<PropertyField>, ReadError | AmbiguousReference | NotFound>
}

/**
 * Property fields: what can be said of activities and activity definitions, beside what all of them have.
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

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "property field",
    call: Call.read("PropertyFields.list", "GET /property_fields", {
      success: Schema.Array(PropertyField),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["property_name"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { PropertyFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(PropertyFields.make, (propertyFields) => propertyFields.list)
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
 * PropertyFields, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, PropertyFields } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const PropertyFieldsLive = PropertyFields.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<PropertyFields, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(PropertyFields, make)
)
