/**
 * Properties: the values of property fields, on an activity or on an activity definition. They are read with what they
 * are on, in `activity.properties`.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as Activity from "./internal/activity.js"
import * as Definition from "./internal/activityDefinition.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Id from "./internal/id.js"
import * as Multipart from "./internal/multipart.js"
import { Property } from "./internal/property.js"
import * as Refusal from "./internal/refusal.js"
import type { NotFound, WriteError } from "./KaleidoscopeError.js"
import type * as Upload from "./Upload.js"

export { Property } from "./internal/property.js"

/**
 * How a property is named: by its id, or by itself.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Ids.PropertyId | { readonly id: Ids.PropertyId }

/**
 * What can be done with properties.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Gives a property another content, any JSON: what fits depends on its `field_type`. */
  readonly update: (
    property: Reference,
    patch: { readonly content: unknown }
  ) => Effect.Effect<Property, WriteError | NotFound>
  /**
   * Sends a file, and makes it the content of a property. Gives what the platform says about it, which may be nothing: an
   * empty object. Not repeated unless it surely did not happen: the file would be stored twice. Fails with what reading
   * the file fails with, too.
   */
  readonly uploadFile: <E, R>(
    property: Reference,
    file: Upload.Upload<E, R>
  ) => Effect.Effect<{ readonly [key: string]: unknown }, E | WriteError | NotFound, R>
}

const Uploaded = Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

/**
 * Properties: the values of property fields.
 *
 * @example
 * ```ts
 * import { Activities, Properties } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const setCellLine = (activity: Activities.Activity) =>
 *   Effect.gen(function* () {
 *     const properties = yield* Properties.Properties
 *     const cellLine = activity.properties.find((property) => property.property_name === "Cell line")
 *     return cellLine === undefined ? undefined : yield* properties.update(cellLine, { content: "A431" })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Properties extends Context.Tag("@effect-kaleidoscope/sdk/Properties")<Properties, Service>() {}

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Ids, Properties } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const clear = (id: Ids.PropertyId) =>
 *   Effect.flatMap(Properties.make, (properties) => properties.update(id, { content: null }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.map(Api.make, (api) => {
  const activities = Activity.catalog(api)
  const definitions = Definition.catalog(api)

  /** A property as it is on an activity, or else on a definition: there is no call for one. */
  const find = (id: Ids.PropertyId) => {
    const among = (owners: Iterable<{ readonly properties: ReadonlyArray<Property> }>) =>
      Option.fromNullable(
        Array.from(owners)
          .flatMap(({ properties }) => properties)
          .find((property) => Id.same(property.id, id))
      )
    return Effect.flatMap(Effect.map(activities.list, among), (found) =>
      Option.isSome(found) ? Effect.succeed(found) : Effect.map(definitions.list, among)
    )
  }

  return {
    update: (property, { content }) => {
      const id = Catalog.idOf(property)
      return api.write("Properties.update", {
        method: "PUT",
        path: "/properties/{id}",
        params: { id },
        body: { content },
        success: Property,
        otherwise: { look: "Activities.get", find: find(id) },
        refusals: Refusal.writeItem,
        repeatable: true
      })
    },
    uploadFile: (property, file) =>
      Multipart.send(file, undefined, (form) =>
        api.write("Properties.uploadFile", {
          method: "POST",
          path: "/properties/{id}/file",
          params: { id: Catalog.idOf(property) },
          body: form,
          success: Uploaded,
          empty: () => null,
          refusals: Refusal.writeItem,
          repeatable: false
        })
      ).pipe(
        Effect.map((answer) => answer ?? {}),
        Api.method("Properties.uploadFile")
      )
  } satisfies Service
})

/**
 * Properties, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Properties } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const PropertiesLive = Properties.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Properties, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Properties, make)
)
