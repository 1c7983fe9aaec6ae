import * as Schema from "effect/Schema"
import { orNull, strings, text } from "../schema.js"
import { ViewFieldFilter, ViewFieldSort } from "./records.js"

export const ViewField = Schema.Struct({
  id: Schema.String,
  data_field_id: text,
  lookup_field_id: text,
  plot_field_id: text
}).annotations({ identifier: "ViewField" })

export type ViewField = typeof ViewField.Type

export const SortOrder = Schema.Literal("alphabetical", "created_date", "manual").annotations({
  identifier: "SortOrder"
})

/** A filter, and the color of the rows that pass it. */
export const ColorFilter = Schema.Struct({
  key_field_id: Schema.optional(text),
  view_field_id: Schema.optional(text),
  filter_type: Schema.String,
  filter_prop: Schema.optional(Schema.Unknown),
  color: Schema.String
}).annotations({ identifier: "ColorFilter" })

/** A table of records. With `is_template: true` it is a result table template. */
export const RecordView = Schema.Struct({
  id: Schema.String,
  view_name: Schema.String,
  entity_slice_id: Schema.String,
  program_ids: strings,
  operation_ids: orNull(strings),
  operation_definition_ids: orNull(strings),
  view_fields: Schema.Array(ViewField),
  filters: Schema.Array(ViewFieldFilter),
  sorts: Schema.Array(ViewFieldSort),
  color_filters: Schema.Array(ColorFilter),
  record_set_ids_filter: strings,
  record_ids_filter: strings,
  incrementing_field_ids: strings,
  sort_order: orNull(SortOrder),
  sort_descending: Schema.Boolean,
  view_mode: text,
  parent_record_view_id: text,
  is_archived: Schema.Boolean,
  /** Deleted templates stay where they are, and are never answered. */
  is_deleted: Schema.optional(Schema.Boolean),
  is_template: Schema.Boolean,
  template_name: text,
  group_by_mode: text,
  group_by_field_id: text,
  workspace_id: Schema.String,
  created_by: text,
  last_updated_by: text,
  created_at: Schema.String,
  updated_at: Schema.String
}).annotations({ identifier: "RecordView" })

export type RecordView = typeof RecordView.Type
