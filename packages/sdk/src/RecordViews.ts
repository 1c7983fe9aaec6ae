/**
 * Record views: tables of records, of one entity type, with columns, filters and an order.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Auth from "./Auth.js"
import * as EntityFields from "./EntityFields.js"
import * as EntityTypes from "./EntityTypes.js"
import type * as Ids from "./Ids.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Id from "./internal/id.js"
import { catalog, RecordView, type Reference } from "./internal/recordView.js"
import * as Refusal from "./internal/refusal.js"
import * as Said from "./internal/said.js"
import type { AmbiguousReference, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"
import * as Records from "./Records.js"

export { RecordView, type Reference, SortOrder, ViewField } from "./internal/recordView.js"

/**
 * A record that moves to the entity type with the new key fields, and its keys there.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordTransfer {
  readonly record_id: Records.Reference
  /** By the name of the key field. */
  readonly key_field_name_to_value: Records.KeyValues
}

/**
 * What can be done with record views.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every record view of the workspace, read from the server now. Templates are none: see `ResultTableTemplates`. */
  readonly list: Effect.Effect<ReadonlyArray<RecordView>, ReadError>
  /** The record view, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (view: Reference) => Effect.Effect<Option.Option<RecordView>, ReadError | AmbiguousReference>
  /** The record view; fails with `NotFound` if there is none. */
  readonly get: (view: Reference) => Effect.Effect<RecordView, ReadError | AmbiguousReference | NotFound>
  /** Those of the record views that there are, in the order asked. */
  readonly findMany: (
    views: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<RecordView>, ReadError | AmbiguousReference>
  /** The record views in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    views: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<RecordView>, ReadError | AmbiguousReference | NotFound>
  /** The data fields that are columns of a record view, in their order, of one type if one is given. */
  readonly dataFields: (
    view: Reference,
    options?: { readonly field_type?: EntityFields.FieldType }
  ) => Effect.Effect<ReadonlyArray<EntityFields.EntityField>, ReadError | AmbiguousReference | NotFound>
  /**
   * Gives the records of a view one more key field: they move to the entity type that has it, with their keys there.
   * Gives the view as it is then. Not repeated unless it surely did not happen.
   */
  readonly addKeyField: (
    view: Reference,
    change: {
      readonly new_key_field_name: string
      readonly records_to_transfer: Iterable<RecordTransfer>
    }
  ) => Effect.Effect<RecordView, WriteError | ReferenceError | NotFound>
  /**
   * Gives the records of a view other key fields: they move to another entity type, each with all of its keys there.
   * Gives the view of that type, a **new** one with another id. Not repeated unless it surely did not happen.
   */
  readonly replaceKeyFields: (
    view: Reference,
    change: {
      readonly add_key_field_names: ReadonlyArray<string>
      readonly remove_key_field_ids: Iterable<EntityFields.Reference>
      readonly records_to_transfer: Iterable<RecordTransfer>
    }
  ) => Effect.Effect<RecordView, WriteError | ReferenceError | NotFound>
}

/**
 * Record views: tables of records.
 *
 * @example
 * ```ts
 * import { RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const numbers = Effect.gen(function* () {
 *   const views = yield* RecordViews.RecordViews
 *   return yield* views.dataFields({ view_name: "IC50 results" }, { field_type: "number" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class RecordViews extends Context.Tag("@effect-kaleidoscope/sdk/RecordViews")<RecordViews, Service>() {}

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(RecordViews.make, (views) => views.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const views = catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const keyFields = EntityFields.keyFieldCatalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const records = Records.lookup(api)
  const { find, findMany, get, getMany, list } = views

  const said = <M extends { readonly id: string }, Name extends keyof M & string>(kind: string, model: M, name: Name) =>
    Said.field("RecordViews.dataFields", kind, model, name)

  const transfers = (records_to_transfer: Iterable<RecordTransfer>) =>
    Effect.forEach(records_to_transfer, ({ key_field_name_to_value, record_id }) =>
      Effect.map(records.resolve(record_id), (record_id) => ({ record_id, key_field_name_to_value }))
    )

  // Both can create key fields and an entity type, and give the view another one.
  const changed = Effect.all([views.drop, entityTypes.drop, keyFields.drop])

  return {
    list,
    find,
    get,
    findMany,
    getMany,
    dataFields: (reference, { field_type } = {}) =>
      Effect.gen(function* () {
        const view = yield* get(reference)
        const columns = yield* said("record view", view, "view_fields")
        const ids = yield* Effect.forEach(columns, (column) => said("column", column, "data_field_id"))
        const fields = yield* dataFields.findMany(Id.distinctIds(ids.flatMap((id) => (id === null ? [] : [id]))))
        return field_type === undefined
          ? fields
          : yield* Effect.filter(fields, (field) =>
              Effect.map(said("data field", field, "field_type"), (type) => type === field_type)
            )
      }).pipe(Api.method("RecordViews.dataFields")),
    addKeyField: (view, { new_key_field_name, records_to_transfer }) =>
      Effect.gen(function* () {
        const id = yield* views.resolve(view)
        return yield* api.write("RecordViews.addKeyField", {
          method: "PUT",
          path: "/record_views/{id}/add_key_field",
          params: { id },
          body: { new_key_field_name, records_to_transfer: yield* transfers(records_to_transfer) },
          success: RecordView,
          otherwise: { look: "RecordViews.get", find: find(id) },
          refusals: Refusal.writeItem,
          // The records would move once more.
          repeatable: false
        })
      }).pipe(Effect.ensuring(changed), Api.method("RecordViews.addKeyField")),
    replaceKeyFields: (view, { add_key_field_names, records_to_transfer, remove_key_field_ids }) =>
      Effect.gen(function* () {
        return yield* api.write("RecordViews.replaceKeyFields", {
          method: "PUT",
          path: "/record_views/{id}/replace_key_fields",
          params: { id: yield* views.resolve(view) },
          body: {
            add_key_field_names,
            remove_key_field_ids: yield* keyFields.resolveAll(remove_key_field_ids),
            records_to_transfer: yield* transfers(records_to_transfer)
          },
          success: RecordView,
          otherwise: { look: "RecordViews.list" },
          refusals: Refusal.writeItem,
          // It makes a new view each time.
          repeatable: false
        })
      }).pipe(Effect.ensuring(changed), Api.method("RecordViews.replaceKeyFields"))
  } satisfies Service
})

/**
 * Record views, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const ViewsLive = RecordViews.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<RecordViews, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(RecordViews, make)
)

/**
 * Those of some views or templates that an activity shows.
 *
 * @example
 * ```ts
 * import { type Ids, RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const viewsOf = (activity: Ids.ActivityId) =>
 *   Effect.gen(function* () {
 *     const views = yield* RecordViews.RecordViews
 *     return RecordViews.ofActivity(yield* views.list, activity)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const ofActivity: {
  (activity: Ids.ActivityId | { readonly id: Ids.ActivityId }): (views: Iterable<RecordView>) => Array<RecordView>
  (views: Iterable<RecordView>, activity: Ids.ActivityId | { readonly id: Ids.ActivityId }): Array<RecordView>
} = dual(
  2,
  (views: Iterable<RecordView>, activity: Ids.ActivityId | { readonly id: Ids.ActivityId }): Array<RecordView> => {
    const id = Catalog.idOf(activity)
    return Array.from(views).filter((view) => Id.isIn(id, view.operation_ids ?? []))
  }
)

/**
 * Those of some views or templates that an activity definition shows.
 *
 * @example
 * ```ts
 * import { type Ids, RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const viewsOf = (definition: Ids.ActivityDefinitionId) =>
 *   Effect.gen(function* () {
 *     const views = yield* RecordViews.RecordViews
 *     return RecordViews.ofDefinition(yield* views.list, definition)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const ofDefinition: {
  (
    definition: Ids.ActivityDefinitionId | { readonly id: Ids.ActivityDefinitionId }
  ): (views: Iterable<RecordView>) => Array<RecordView>
  (
    views: Iterable<RecordView>,
    definition: Ids.ActivityDefinitionId | { readonly id: Ids.ActivityDefinitionId }
  ): Array<RecordView>
} = dual(
  2,
  (
    views: Iterable<RecordView>,
    definition: Ids.ActivityDefinitionId | { readonly id: Ids.ActivityDefinitionId }
  ): Array<RecordView> => {
    const id = Catalog.idOf(definition)
    return Array.from(views).filter((view) => Id.isIn(id, view.operation_definition_ids ?? []))
  }
)
