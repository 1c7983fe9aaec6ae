import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import type { DecodeError } from "../KaleidoscopeError.js"
import type * as Api from "./api.js"
import * as Catalog from "./catalog.js"
import { FilterType } from "./filterType.js"
import * as Refusal from "./refusal.js"
import * as Call from "./request/call.js"
import * as Said from "./said.js"
import * as Wire from "./wire.js"

/**
 * A column of a record view: of a data field, of a lookup or of a plot.
 *
 * @example
 * ```ts
 * import type { RecordViews } from "@effect-kaleidoscope/sdk"
 *
 * const isPlot = (column: RecordViews.ViewField) => column.plot_field_id !== null
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ViewField = Wire.model("ViewField", {
  id: Ids.ViewFieldId,
  data_field_id: Wire.orNull(Ids.EntityFieldId),
  lookup_field_id: Wire.orNull(Schema.String),
  plot_field_id: Wire.orNull(Schema.String)
})

/**
 * A column of a record view: of a data field, of a lookup or of a plot.
 *
 * @since 0.1.0
 * @category models
 */
export interface ViewField extends Schema.Schema.Type<typeof ViewField> {}

const column = {
  key_field_id: Wire.orNull(Ids.EntityFieldId),
  view_field_id: Wire.orNull(Ids.ViewFieldId),
  /** What a plot adds to it, as the platform has it. */
  plot_field_config: Wire.json
}

const filter = { ...column, filter_type: Wire.orNull(FilterType), filter_prop: Wire.json }

/**
 * How a record view is sorted if nobody sorts it by a column.
 *
 * @example
 * ```ts
 * import type { RecordViews } from "@effect-kaleidoscope/sdk"
 *
 * const order: RecordViews.SortOrder = "created_date"
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const SortOrder = Wire.oneOf("alphabetical", "created_date", "manual")

/**
 * How a record view is sorted if nobody sorts it by a column.
 *
 * @since 0.1.0
 * @category models
 */
export type SortOrder = typeof SortOrder.Type

/**
 * A record view, or a result table template, which is one with `is_template`.
 *
 * @example
 * ```ts
 * import { RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(RecordViews.RecordView)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RecordView = Wire.model("RecordView", {
  id: Ids.RecordViewId,
  view_name: Wire.decisive(Wire.orNull(Schema.String)),
  /** The entity type of its records. */
  entity_slice_id: Wire.orNull(Ids.EntityTypeId),
  program_ids: Wire.list(Ids.ProgramId),
  /** The activities that show it. */
  operation_ids: Wire.decisive(Wire.orNull(Schema.Array(Ids.ActivityId))),
  /** The activity definitions that show it. */
  operation_definition_ids: Wire.decisive(Wire.orNull(Schema.Array(Ids.ActivityDefinitionId))),
  /** Its columns, in their order. */
  view_fields: Wire.list(ViewField),
  filters: Wire.list(Schema.Struct(filter)),
  sorts: Wire.list(Schema.Struct({ ...column, descending: Wire.orNull(Schema.Boolean) })),
  color_filters: Wire.list(Schema.Struct({ ...filter, color: Wire.orNull(Schema.String) })),
  record_set_ids_filter: Wire.list(Ids.RecordSetId),
  record_ids_filter: Wire.list(Ids.RecordId),
  incrementing_field_ids: Wire.list(Ids.EntityFieldId),
  sort_order: Wire.orNull(SortOrder),
  sort_descending: Wire.orNull(Schema.Boolean),
  view_mode: Wire.orNull(Schema.String),
  parent_record_view_id: Wire.orNull(Ids.RecordViewId),
  is_archived: Wire.orNull(Schema.Boolean),
  is_template: Wire.orNull(Schema.Boolean),
  template_name: Wire.decisive(Wire.orNull(Schema.String)),
  group_by_mode: Wire.orNull(Schema.String),
  group_by_field_id: Wire.orNull(Schema.String),
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

/**
 * A record view, or a result table template, which is one with `is_template`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordView extends Schema.Schema.Type<typeof RecordView> {}

/**
 * How a record view is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.RecordViewId, "view_name">

/** Fails unless each of some views says in which activities, or in which definitions, it is. */
export const sayWhere =
  (call: string, name: "operation_ids" | "operation_definition_ids") =>
  (views: ReadonlyArray<RecordView>): Effect.Effect<void, DecodeError> =>
    Effect.forEach(views, (view) => Said.field(call, "record view", view, name), { discard: true })

/** All record views. Templates are none. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "record view",
    call: Call.read("RecordViews.list", "GET /record_views", {
      success: Schema.Array(RecordView),
      errors: Refusal.common,
      known: "seen"
    }),
    only: (view: RecordView) => view.is_template !== true,
    names: ["view_name"]
  })
