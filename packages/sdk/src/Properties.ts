/**
 * Properties: the values of property fields, on an activity or on an activity definition, which have them in `properties`.
 *
 * @since 0.1.0
 */
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import * as Definitions from "./internal/activityDefinitions/lookup.js"
import * as Catalog from "./internal/catalog/catalog.js"
import * as Multipart from "./internal/files/multipart.js"
import * as Id from "./internal/id.js"
import * as Calls from "./internal/properties/calls.js"
import type { Property, Reference } from "./internal/properties/model.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import type { NotFound, WriteError } from "./KaleidoscopeError.js"
import type * as Upload from "./Upload.js"

export * from "./internal/properties/model.js"

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  /**
   * Gives a property another content: `PUT /properties/{id}`. The content is any JSON; the property's `field_type`
   * decides its form.
   */
  readonly update: (
    property: Reference,
    patch: { readonly content: unknown }
  ) => Effect.Effect<Property, WriteError | NotFound>
  /**
   * Sends a file and makes it the content of a property: `POST /properties/{id}/file`. Gives the response, or an empty
   * object if that is empty. It is sent again only if the first request certainly did nothing: else the file would be stored
   * twice. If the file cannot be read, it fails with the error of the file.
   */
  readonly uploadFile: <E, R>(
    property: Reference,
    file: Upload.Upload<E, R>
  ) => Effect.Effect<{ readonly [key: string]: unknown }, E | WriteError | NotFound, R>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const activities = Activities.catalog(api)
  const definitions = Definitions.catalog(api)

  /** A property, from the activities or else from the definitions: the API has no call that reads one property. */
  const find = (id: Ids.PropertyId) => {
    const among = (owners: ReadonlyArray<{ readonly properties: ReadonlyArray<Property> }>) =>
      Array.findFirst(
        owners.flatMap(({ properties }) => properties),
        (property) => Id.same(property.id, id)
      )
    return Effect.flatMap(Effect.map(activities.list, among), (found) =>
      Option.isSome(found) ? Effect.succeed(found) : Effect.map(definitions.list, among)
    )
  }

  return {
    update: (property, { content }) => {
      const id = Catalog.idOf(property)
      return api.send(Calls.update, { id }, { content }, { otherwise: { look: "Activities.get", find: find(id) } })
    },
    uploadFile: (property, file) =>
      Multipart.send(file, undefined, (form) => api.send(Calls.uploadFile, { id: Catalog.idOf(property) }, form)).pipe(
        Effect.map((response) => response ?? {}),
        Method.withSpan(Calls.uploadFile)
      )
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Properties, make))
