/** Dashboards: records side by side, for a decision or a summary, with categories of values. @since 0.1.0 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Ids from "./Ids.js"
import * as Catalog from "./internal/catalog/catalog.js"
import { readOf } from "./internal/catalog/readOf.js"
import * as Calls from "./internal/dashboards/calls.js"
import { catalog } from "./internal/dashboards/lookup.js"
import type { Dashboard, DashboardCategory, Reference } from "./internal/dashboards/model.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Records from "./internal/records/lookup.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Call from "./internal/request/call.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/dashboards/model.js"

/** A category to add to a dashboard. A list that is left out is empty. @since 0.1.0 @category models */
export interface NewCategory {
  readonly category_name: string
  readonly operation_definition_ids?:
    | ReadonlyArray<Ids.ActivityDefinitionId | { readonly id: Ids.ActivityDefinitionId }>
    | undefined
  /** An activity must have a label of each of these lists. */
  readonly label_ids?: ReadonlyArray<ReadonlyArray<Labels.Reference>> | undefined
  /** Data fields by id, by the field itself or by name; key fields only by id or by the field itself. */
  readonly field_ids?: ReadonlyArray<EntityFields.Reference> | undefined
}

type ChangeError = WriteError | NotFound | ReferenceError

/**
 * The methods of the service. Those that only read use `GET /dashboards`, except where they name another call.
 *
 * Adding something is sent again only if the first request certainly did nothing. Removing something may be sent again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Catalog.Lookups<Dashboard, Reference> {
  /** The categories of a dashboard: `GET /dashboards/{id}/categories`. */
  readonly categories: (
    dashboard: Reference
  ) => Effect.Effect<ReadonlyArray<DashboardCategory>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** Adds a category: `POST /dashboards/{id}/categories`. A second call would add a second category of this name. */
  readonly addCategory: (dashboard: Reference, category: NewCategory) => Effect.Effect<DashboardCategory, ChangeError>
  /** Removes a category: `DELETE /dashboards/{id}/categories/{category_id}`. */
  readonly removeCategory: (
    dashboard: Reference,
    category: Ids.DashboardCategoryId | { readonly id: Ids.DashboardCategoryId }
  ) => Effect.Effect<void, ChangeError>
  /**
   * Adds a record to a dashboard: `POST /dashboards/{id}/records`. It is not known what the platform does if the record
   * is there already.
   */
  readonly addRecord: (dashboard: Reference, record: Records.Reference) => Effect.Effect<void, ChangeError>
  /** Removes a record from a dashboard: `DELETE /dashboards/{id}/records/{record_id}`. */
  readonly removeRecord: (dashboard: Reference, record: Records.Reference) => Effect.Effect<void, ChangeError>
  /**
   * Adds a set of records to a dashboard: `POST /dashboards/{id}/sets`. It is not known what the platform does if the set
   * is there already.
   */
  readonly addSet: (dashboard: Reference, set: Ids.RecordSetId) => Effect.Effect<void, ChangeError>
  /** Removes a set of records from a dashboard: `DELETE /dashboards/{id}/sets/{set_id}`. */
  readonly removeSet: (dashboard: Reference, set: Ids.RecordSetId) => Effect.Effect<void, ChangeError>
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { Dashboards } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const nominate = Effect.gen(function* () {
 *   const dashboards = yield* Dashboards.Dashboards
 *   const candidates = yield* dashboards.get({ dashboard_name: "Candidate selection" })
 *   yield* dashboards.addRecord(candidates, { key_values: { "Compound ID": "EK-0001" } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Dashboards extends Context.Tag("@effect-kaleidoscope/sdk/Dashboards")<Dashboards, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const dashboards = catalog(api)
  const labels = Labels.catalog(api)
  const records = Records.lookup(api)
  const fields = EntityFields.dataFieldCatalog(api)

  const both = (dashboard: Reference, record: Records.Reference) =>
    Effect.all({ id: dashboards.resolve(dashboard), record_id: records.resolve(record) })

  return {
    ...Catalog.lookups(dashboards),
    categories: readOf(api, dashboards.resolve)(Calls.categories),
    addCategory: (dashboard, { category_name, field_ids = [], label_ids = [], operation_definition_ids = [] }) =>
      Effect.gen(function* () {
        const id = yield* dashboards.resolve(dashboard)
        return yield* api.send(
          Calls.addCategory,
          { id },
          {
            category_name,
            operation_definition_ids: operation_definition_ids.map(Catalog.idOf),
            label_ids: yield* Effect.forEach(label_ids, (anyOf) => Effect.forEach(anyOf, labels.resolve)),
            field_ids: yield* Effect.forEach(field_ids, fields.resolve)
          },
          {
            otherwise: {
              look: Calls.categories.name,
              find: Effect.map(api.get(Call.partOf(Calls.categories, Calls.addCategory), { id }), (all) =>
                AfterWrite.onlyOne(all, (category) => category.category_name === category_name)
              )
            }
          }
        )
      }).pipe(Method.withSpan(Calls.addCategory)),
    removeCategory: (dashboard, category) =>
      Effect.flatMap(dashboards.resolve(dashboard), (id) =>
        api.send(Calls.removeCategory, { id, category_id: Catalog.idOf(category) }, {})
      ).pipe(Method.withSpan(Calls.removeCategory)),
    addRecord: (dashboard, record) =>
      Effect.flatMap(both(dashboard, record), ({ id, record_id }) =>
        api.send(Calls.addRecord, { id }, { record_id })
      ).pipe(Method.withSpan(Calls.addRecord)),
    removeRecord: (dashboard, record) =>
      Effect.flatMap(both(dashboard, record), (ids) => api.send(Calls.removeRecord, ids, {})).pipe(
        Method.withSpan(Calls.removeRecord)
      ),
    addSet: (dashboard, set_id) =>
      Effect.flatMap(dashboards.resolve(dashboard), (id) => api.send(Calls.addSet, { id }, { set_id })).pipe(
        Method.withSpan(Calls.addSet)
      ),
    removeSet: (dashboard, set_id) =>
      Effect.flatMap(dashboards.resolve(dashboard), (id) => api.send(Calls.removeSet, { id, set_id }, {})).pipe(
        Method.withSpan(Calls.removeSet)
      )
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Dashboards, make))
