/**
 * Dashboards: records side by side, for a decision or a summary, with what is shown of them in categories.
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
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import * as Wire from "./internal/wire.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"
import * as Records from "./Records.js"

/**
 * What a dashboard is for: one of the kinds that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Dashboards } from "@effect-kaleidoscope/sdk"
 *
 * const known: ReadonlyArray<Dashboards.DashboardType> = ["decision", "data", "chart", "field", "summary"]
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const DashboardType = Wire.oneOf("decision", "data", "chart", "field", "summary")

/**
 * What a dashboard is for.
 *
 * @since 0.1.0
 * @category models
 */
export type DashboardType = typeof DashboardType.Type

/**
 * A dashboard.
 *
 * @example
 * ```ts
 * import { Dashboards } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Dashboards.Dashboard)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Dashboard = Wire.model("Dashboard", {
  id: Ids.DashboardId,
  dashboard_name: Wire.decisive(Wire.orNull(Schema.String)),
  dashboard_description: Wire.orNull(Schema.String),
  dashboard_type: Wire.orNull(DashboardType),
  record_ids: Wire.list(Ids.RecordId),
  record_set_ids: Wire.list(Ids.RecordSetId)
})

/**
 * A dashboard.
 *
 * @since 0.1.0
 * @category models
 */
export interface Dashboard extends Schema.Schema.Type<typeof Dashboard> {}

/**
 * What a dashboard shows of its records: the values of some fields, from some activities.
 *
 * @example
 * ```ts
 * import { Dashboards } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Dashboards.DashboardCategory)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const DashboardCategory = Wire.model("DashboardCategory", {
  id: Ids.DashboardCategoryId,
  dashboard_id: Wire.orNull(Ids.DashboardId),
  category_name: Wire.orNull(Schema.String),
  operation_definition_ids: Wire.list(Ids.ActivityDefinitionId),
  /** Activities have to have a label of each of the lists. */
  label_ids: Wire.list(Schema.Array(Ids.LabelId)),
  field_ids: Wire.list(Ids.EntityFieldId)
})

/**
 * What a dashboard shows of its records.
 *
 * @since 0.1.0
 * @category models
 */
export interface DashboardCategory extends Schema.Schema.Type<typeof DashboardCategory> {}

/**
 * How a dashboard is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.DashboardId, "dashboard_name">

/**
 * A category to add to a dashboard. A list that is left out is empty.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewCategory {
  readonly category_name: string
  readonly operation_definition_ids?: ReadonlyArray<
    Ids.ActivityDefinitionId | { readonly id: Ids.ActivityDefinitionId }
  >
  /** Activities have to have a label of each of the lists. */
  readonly label_ids?: ReadonlyArray<ReadonlyArray<Labels.Reference>>
  /** Data fields by id, itself or name; key fields by id. */
  readonly field_ids?: ReadonlyArray<EntityFields.Reference>
}

type ChangeError = WriteError | NotFound | ReferenceError

/**
 * What can be done with dashboards.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every dashboard of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<Dashboard>, ReadError>
  /** The dashboard, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (dashboard: Reference) => Effect.Effect<Option.Option<Dashboard>, ReadError | AmbiguousReference>
  /** The dashboard; fails with `NotFound` if there is none. */
  readonly get: (dashboard: Reference) => Effect.Effect<Dashboard, ReadError | AmbiguousReference | NotFound>
  /** Those of the dashboards that there are, in the order asked. */
  readonly findMany: (
    dashboards: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Dashboard>, ReadError | AmbiguousReference>
  /** The dashboards in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    dashboards: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Dashboard>, ReadError | AmbiguousReference | NotFound>
  /** The categories of a dashboard. */
  readonly categories: (
    dashboard: Reference
  ) => Effect.Effect<ReadonlyArray<DashboardCategory>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** Adds a category. Not repeated unless it surely did not happen: it would be there twice. */
  readonly addCategory: (dashboard: Reference, category: NewCategory) => Effect.Effect<DashboardCategory, ChangeError>
  /** Removes a category. */
  readonly removeCategory: (
    dashboard: Reference,
    category: Ids.DashboardCategoryId | { readonly id: Ids.DashboardCategoryId }
  ) => Effect.Effect<void, ChangeError>
  /** Puts a record on a dashboard. */
  readonly addRecord: (dashboard: Reference, record: Records.Reference) => Effect.Effect<void, ChangeError>
  /** Takes a record off a dashboard. */
  readonly removeRecord: (dashboard: Reference, record: Records.Reference) => Effect.Effect<void, ChangeError>
  /** Puts a set of records on a dashboard. */
  readonly addSet: (dashboard: Reference, set: Ids.RecordSetId) => Effect.Effect<void, ChangeError>
  /** Takes a set of records off a dashboard. */
  readonly removeSet: (dashboard: Reference, set: Ids.RecordSetId) => Effect.Effect<void, ChangeError>
}

/**
 * Dashboards: records side by side, for a decision or a summary.
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

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "dashboard",
    call: Call.read("Dashboards.list", "GET /dashboards", {
      success: Schema.Array(Dashboard),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["dashboard_name"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Dashboards } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(Dashboards.make, (dashboards) => dashboards.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const dashboards = catalog(api)
  const labels = Labels.catalog(api)
  const records = Records.lookup(api)
  const fields = EntityFields.dataFieldCatalog(api)
  const { find, findMany, get, getMany, list } = dashboards

  const categories = (name: string, id: Ids.DashboardId) =>
    api.read(name, {
      path: "/dashboards/{id}/categories",
      params: { id },
      success: Schema.Array(DashboardCategory),
      refusals: Refusal.item
    })

  /** Changes one thing of a dashboard: the answers are of no interest. */
  const change = <const Template extends string>(
    name: string,
    dashboard: Reference,
    call: (
      id: Ids.DashboardId
    ) => Effect.Effect<
      Pick<Api.Write<Template, void, unknown, never>, "method" | "path" | "params" | "body" | "repeatable">,
      ReadError | InvalidRequest | ReferenceError
    >
  ): Effect.Effect<void, ChangeError> =>
    Effect.flatMap(Effect.flatMap(dashboards.resolve(dashboard), call), (change) =>
      api.write(name, { ...change, success: Api.nothing, empty: Api.noValue, refusals: Refusal.writeItem })
    ).pipe(Api.method(name))

  return {
    list,
    find,
    get,
    findMany,
    getMany,
    categories: (dashboard) =>
      Effect.flatMap(dashboards.resolve(dashboard), (id) => categories("Dashboards.categories", id)).pipe(
        Api.method("Dashboards.categories")
      ),
    addCategory: (dashboard, { category_name, field_ids = [], label_ids = [], operation_definition_ids = [] }) =>
      Effect.gen(function* () {
        const id = yield* dashboards.resolve(dashboard)
        return yield* api.write("Dashboards.addCategory", {
          method: "POST",
          path: "/dashboards/{id}/categories",
          params: { id },
          body: {
            category_name,
            operation_definition_ids: operation_definition_ids.map(Catalog.idOf),
            label_ids: yield* Effect.forEach(label_ids, (anyOf) => Effect.forEach(anyOf, labels.resolve)),
            field_ids: yield* Effect.forEach(field_ids, fields.resolve)
          },
          success: DashboardCategory,
          otherwise: {
            look: "Dashboards.categories",
            find: Effect.map(categories("Dashboards.addCategory", id), (all) =>
              Api.onlyOne(all, (category) => category.category_name === category_name)
            )
          },
          refusals: Refusal.writeItem,
          repeatable: false
        })
      }).pipe(Api.method("Dashboards.addCategory")),
    removeCategory: (dashboard, category) =>
      change("Dashboards.removeCategory", dashboard, (id) =>
        Effect.succeed({
          method: "DELETE",
          path: "/dashboards/{id}/categories/{category_id}",
          params: { id, category_id: Catalog.idOf(category) },
          body: {},
          repeatable: true
        })
      ),
    addRecord: (dashboard, record) =>
      change("Dashboards.addRecord", dashboard, (id) =>
        Effect.map(records.resolve(record), (record_id) => ({
          method: "POST",
          path: "/dashboards/{id}/records",
          params: { id },
          body: { record_id },
          // Whether the server refuses one that is there, or shows it twice, is not known.
          repeatable: false
        }))
      ),
    removeRecord: (dashboard, record) =>
      change("Dashboards.removeRecord", dashboard, (id) =>
        Effect.map(records.resolve(record), (record_id) => ({
          method: "DELETE",
          path: "/dashboards/{id}/records/{record_id}",
          params: { id, record_id },
          body: {},
          repeatable: true
        }))
      ),
    addSet: (dashboard, set) =>
      change("Dashboards.addSet", dashboard, (id) =>
        Effect.succeed({
          method: "POST",
          path: "/dashboards/{id}/sets",
          params: { id },
          body: { set_id: set },
          // As of a record.
          repeatable: false
        })
      ),
    removeSet: (dashboard, set) =>
      change("Dashboards.removeSet", dashboard, (id) =>
        Effect.succeed({
          method: "DELETE",
          path: "/dashboards/{id}/sets/{set_id}",
          params: { id, set_id: set },
          body: {},
          repeatable: true
        })
      )
  } satisfies Service
})

/**
 * Dashboards, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Dashboards } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const DashboardsLive = Dashboards.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Dashboards, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Dashboards, make)
)
