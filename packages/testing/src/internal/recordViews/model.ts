import * as Schema from "effect/Schema"
import { FilterType } from "../records/model.js"
import { flag, list, object, orNull, present, strings, text, texts } from "../server/schema.js"

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

/** The column of a filter or a sort: a key field or a view field. The other one is `null`. */
const column = {
  key_field_id: text,
  view_field_id: text,
  plot_field_config: orNull(object)
}

/** A filter of a record view. No key is left out. */
export const RecordViewFilter = Schema.Struct({
  ...column,
  filter_type: FilterType,
  filter_prop: present
}).annotations({ identifier: "RecordViewFilter" })

export type RecordViewFilter = typeof RecordViewFilter.Type

/** A sort of a record view. No key is left out. */
export const RecordViewSort = Schema.Struct({ ...column, descending: Schema.Boolean }).annotations({
  identifier: "RecordViewSort"
})

export type RecordViewSort = typeof RecordViewSort.Type

/** A filter, and the color of the rows that pass it. */
export const RecordViewColorFilter = Schema.Struct({
  ...RecordViewFilter.fields,
  color: Schema.String
}).annotations({ identifier: "RecordViewColorFilter" })

export type RecordViewColorFilter = typeof RecordViewColorFilter.Type

/** A table of records. With `is_template: true` it is a result table template. */
export const RecordView = Schema.Struct({
  id: Schema.String,
  view_name: Schema.String,
  entity_slice_id: Schema.String,
  program_ids: texts,
  operation_ids: orNull(strings),
  operation_definition_ids: orNull(strings),
  view_fields: list(ViewField),
  filters: list(RecordViewFilter),
  sorts: list(RecordViewSort),
  color_filters: list(RecordViewColorFilter),
  record_set_ids_filter: texts,
  record_ids_filter: texts,
  incrementing_field_ids: texts,
  sort_order: orNull(SortOrder),
  sort_descending: flag,
  view_mode: text,
  parent_record_view_id: text,
  is_archived: flag,
  /** Deleted templates stay stored, but no response has them. */
  is_deleted: Schema.optional(Schema.Boolean),
  is_template: flag,
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
