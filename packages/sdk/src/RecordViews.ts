/** Record views: tables of records, of one entity type, with columns, filters and an order. @since 0.1.0 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "./internal/catalog/catalog.js"
import * as MissingField from "./internal/catalog/missingField.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Records from "./internal/records/lookup.js"
import * as Calls from "./internal/recordViews/calls.js"
import { catalog } from "./internal/recordViews/lookup.js"
import type { RecordView, Reference } from "./internal/recordViews/model.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import type { AmbiguousReference, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/recordViews/model.js"
export { ofActivity, ofDefinition } from "./internal/recordViews/values.js"

/** A record that moves to the entity type with the new key fields, and its keys there. @since 0.1.0 @category models */
export interface RecordTransfer {
  readonly record_id: Records.Reference
  /** The values of the key fields, by the names of the fields. */
  readonly key_field_name_to_value: Records.KeyValues
}

type ChangeError = WriteError | ReferenceError | NotFound

/**
 * The methods of the service. Those that only read use `GET /record_views`. The response has the result table templates,
 * too; they are left out: see `ResultTableTemplates`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Catalog.Lookups<RecordView, Reference> {
  /**
   * The data fields that are columns of a record view, in the order of the columns: `GET /record_views` and
   * `GET /data_fields`. With `field_type` only those of this type. Fails with `DecodeError` if the responses do not show
   * which fields these are.
   */
  readonly dataFields: (
    view: Reference,
    options?: { readonly field_type?: EntityFields.FieldType | undefined }
  ) => Effect.Effect<ReadonlyArray<EntityFields.EntityField>, ReadError | AmbiguousReference | NotFound>
  /**
   * Adds a key field to the records of a view, and gives the changed view: `PUT /record_views/{id}/add_key_field`. The
   * records move to the entity type that has this key field, too, with the keys that are given. A second call would move
   * the records once more: it is sent again only if the first request certainly did nothing.
   */
  readonly addKeyField: (
    view: Reference,
    change: {
      readonly new_key_field_name: string
      readonly records_to_transfer: Iterable<RecordTransfer>
    }
  ) => Effect.Effect<RecordView, ChangeError>
  /**
   * Gives the records of a view other key fields: `PUT /record_views/{id}/replace_key_fields`. The records move to
   * another entity type, each with all of its keys there. Gives the view of that type, a **new** one with another id. A
   * second call would make one more view: it is sent again only if the first request certainly did nothing.
   */
  readonly replaceKeyFields: (
    view: Reference,
    change: {
      readonly add_key_field_names: ReadonlyArray<string>
      readonly remove_key_field_ids: Iterable<EntityFields.Reference>
      readonly records_to_transfer: Iterable<RecordTransfer>
    }
  ) => Effect.Effect<RecordView, ChangeError>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const views = catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const { dataFields, keyFields } = EntityFields.fieldCatalogs(api)
  const records = Records.lookup(api)

  const transfers = (records_to_transfer: Iterable<RecordTransfer>) =>
    Effect.forEach(records_to_transfer, ({ key_field_name_to_value, record_id }) =>
      Effect.map(records.resolve(record_id), (record_id) => ({ record_id, key_field_name_to_value }))
    )

  // Both changes can create key fields and an entity type, and change the views.
  const changed = Effect.all([views.drop, entityTypes.drop, keyFields.drop])

  return {
    ...Catalog.lookups(views),
    dataFields: Method.named(
      "RecordViews.dataFields",
      (name) =>
        (reference, { field_type } = {}) =>
          Effect.gen(function* () {
            const view = yield* views.get(reference)
            const columns = yield* MissingField.required(name, "record view", view, "view_fields")
            const ids = yield* Effect.forEach(columns, (column) =>
              MissingField.required(name, "column", column, "data_field_id")
            )
            const fields = yield* dataFields.findMany(Id.distinctIds(ids.flatMap((id) => (id === null ? [] : [id]))))
            return field_type === undefined
              ? fields
              : yield* Effect.filter(fields, (field) =>
                  Effect.map(
                    MissingField.required(name, "data field", field, "field_type"),
                    (type) => type === field_type
                  )
                )
          })
    ),
    addKeyField: (view, { new_key_field_name, records_to_transfer }) =>
      Effect.gen(function* () {
        const id = yield* views.resolve(view)
        return yield* api.send(
          Calls.addKeyField,
          { id },
          { new_key_field_name, records_to_transfer: yield* transfers(records_to_transfer) },
          { otherwise: { look: "RecordViews.get", find: views.find(id) } }
        )
      }).pipe(Effect.ensuring(changed), Method.withSpan(Calls.addKeyField)),
    replaceKeyFields: (view, { add_key_field_names, records_to_transfer, remove_key_field_ids }) =>
      Effect.gen(function* () {
        return yield* api.send(
          Calls.replaceKeyFields,
          { id: yield* views.resolve(view) },
          {
            add_key_field_names,
            remove_key_field_ids: yield* keyFields.resolveAll(remove_key_field_ids),
            records_to_transfer: yield* transfers(records_to_transfer)
          },
          { otherwise: { look: Calls.list.name } }
        )
      }).pipe(Effect.ensuring(changed), Method.withSpan(Calls.replaceKeyFields))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(RecordViews, make))
