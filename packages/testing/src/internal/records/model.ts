import * as Schema from "effect/Schema"
import { nullish, object, present, text, texts, withDefault } from "../server/schema.js"

/** One value of one field. The values of key fields have only an id and a content. */
export const RecordValue = Schema.Struct({
  id: Schema.String,
  content: present,
  created_at: Schema.optional(Schema.String),
  record_id: Schema.optional(Schema.String),
  operation_id: Schema.optional(Schema.NullOr(Schema.String)),
  record_view_id: Schema.optional(Schema.NullOr(Schema.String)),
  created_by: Schema.optional(Schema.NullOr(Schema.String))
}).annotations({ identifier: "RecordValue" })

export type RecordValue = typeof RecordValue.Type

/** A value in the response of `GET /records/{id}/values`: with its field. */
export const FieldValue = Schema.Struct({
  ...RecordValue.fields,
  field_id: Schema.String,
  field_type: Schema.String
}).annotations({ identifier: "FieldValue" })

export type FieldValue = typeof FieldValue.Type

export const Record = Schema.Struct({
  id: Schema.String,
  created_at: Schema.String,
  entity_slice_id: Schema.String,
  identifier_ids: texts,
  record_identifier: Schema.String,
  initial_operation_id: text,
  workspace_id: Schema.String,
  record_values: withDefault(Schema.Record({ key: Schema.String, value: Schema.Array(RecordValue) }), () => ({})),
  sub_record_ids: texts,
  excluded_operation_ids: texts,
  operation_records_created_at: withDefault(Schema.Record({ key: Schema.String, value: Schema.String }), () => ({}))
}).annotations({ identifier: "Record" })

export type Record = typeof Record.Type

/** A named set of records, made by hand or by an import with a `set_name`. */
export const RecordSet = Schema.Struct({
  id: Schema.String,
  set_name: Schema.String,
  record_ids: texts
}).annotations({ identifier: "RecordSet" })

export type RecordSet = typeof RecordSet.Type

export const FilterType = Schema.Literal(
  "is_set",
  "is_empty",
  "is_equal",
  "is_not_equal",
  "is_any_of_text",
  "is_not_any_of_text",
  "includes",
  "does_not_include",
  "starts_with",
  "ends_with",
  "is_in",
  "is_not_in",
  "value_is_subset_of_props",
  "value_is_superset_of_props",
  "value_has_overlap_with_props",
  "value_has_no_overlap_with_props",
  "value_has_same_elements_as_props",
  "is_less_than",
  "is_less_than_equal",
  "is_greater_than",
  "is_greater_than_equal",
  "is_before",
  "is_after",
  "is_between",
  "is_before_relative_day",
  "is_after_relative_day",
  "is_between_relative_day",
  "is_before_relative_week",
  "is_after_relative_week",
  "is_between_relative_week",
  "is_before_relative_month",
  "is_after_relative_month",
  "is_between_relative_month",
  "is_last_week",
  "is_this_week",
  "is_next_week",
  "is_this_month",
  "is_next_month",
  "is_last_updated_after",
  "subfield_rule"
).annotations({ identifier: "FilterType" })

export type FilterType = typeof FilterType.Type

/** A filter on a field of the entity type. */
export const EntityFieldFilter = Schema.Struct({
  field_id: Schema.String,
  filter_type: FilterType,
  filter_prop: Schema.optional(Schema.Unknown)
}).annotations({ identifier: "EntityFieldFilter" })

/** A sort by a field of the entity type. */
export const EntityFieldSort = Schema.Struct({
  field_id: Schema.String,
  descending: Schema.optional(Schema.NullOr(Schema.Boolean))
}).annotations({ identifier: "EntityFieldSort" })

const viewField = {
  key_field_id: Schema.optional(Schema.NullOr(Schema.String)),
  view_field_id: Schema.optional(Schema.NullOr(Schema.String)),
  plot_field_config: nullish(object)
}

/** Exactly one of the two ids identifies the column. The other is `null` or left out. */
const namesColumn = (input: {
  readonly key_field_id?: string | null | undefined
  readonly view_field_id?: string | null | undefined
}) =>
  (typeof input.key_field_id === "string") !== (typeof input.view_field_id === "string")
    ? undefined
    : { path: ["view_field_id"], message: "Expected either key_field_id or view_field_id" }

const viewFieldFilter = {
  ...viewField,
  filter_type: FilterType,
  filter_prop: Schema.optional(Schema.Unknown)
}

/** A filter on a column of a record view. */
export const ViewFieldFilter = Schema.Struct(viewFieldFilter)
  .pipe(Schema.filter(namesColumn))
  .annotations({ identifier: "ViewFieldFilter" })

/** A filter on a column of a record view, with the color of the rows that pass it. */
export const ColorFilter = Schema.Struct({ ...viewFieldFilter, color: Schema.String })
  .pipe(Schema.filter(namesColumn))
  .annotations({ identifier: "ColorFilter" })

/** A sort by a column of a record view. */
export const ViewFieldSort = Schema.Struct({ ...viewField, descending: Schema.optional(Schema.NullOr(Schema.Boolean)) })
  .pipe(Schema.filter(namesColumn))
  .annotations({ identifier: "ViewFieldSort" })
