import * as Schema from "effect/Schema"
import { object, optional, orNull, strings, text } from "../server/schema.js"

export const EntityType = Schema.Struct({
  id: Schema.String,
  created_by: text,
  last_updated_by: text,
  import_id: text,
  key_field_ids: strings,
  slice_name: Schema.String,
  workspace_id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  is_primary: Schema.Boolean,
  is_archived: Schema.Boolean,
  source_id: text,
  is_deleted: Schema.Boolean
}).annotations({ identifier: "EntityType" })

export type EntityType = typeof EntityType.Type

export const FieldType = Schema.Literal(
  "text",
  "number",
  "qualified-number",
  "smiles-string",
  "select",
  "multiselect",
  "molfile",
  "record-reference",
  "mixture",
  "file",
  "image",
  "date",
  "URL",
  "boolean",
  "email",
  "phone",
  "formula",
  "people",
  "votes",
  "xy-array",
  "dna-oligo",
  "rna-oligo",
  "peptide",
  "plasmid",
  "google-drive-file",
  "s3-file",
  "snowflake-query",
  "status",
  "rxn",
  "protein-structure"
).annotations({ identifier: "FieldType" })

export type FieldType = typeof FieldType.Type

export const Aggregation = Schema.Literal(
  "latest",
  "list",
  "earliest",
  "range",
  "mean",
  "median",
  "minimum",
  "maximum"
).annotations({ identifier: "Aggregation" })

export const LookupScope = Schema.Literal("all", "child", "parent").annotations({ identifier: "LookupScope" })

export const FormatEnforcement = Schema.Literal("suggest", "enforce_only", "generate").annotations({
  identifier: "FormatEnforcement"
})

export const EntityField = Schema.Struct({
  id: Schema.String,
  field_name: Schema.String,
  /** `""` if it is not set. The same holds for `field_examples`. */
  field_description: Schema.String,
  field_examples: Schema.String,
  field_type: FieldType,
  attrs: orNull(object),
  ref_field_id: text,
  ref_slice_id: text,
  created_at: Schema.String,
  created_by: text,
  identifier_type: text,
  identifier_type_id: text,
  is_archived: Schema.Boolean,
  is_key: Schema.Boolean,
  import_id: text,
  standard_format: text,
  regex_format: text,
  serial_format_prefix: text,
  serial_format_padding: orNull(Schema.Number),
  format_enforcement: orNull(FormatEnforcement),
  show_format_warning: Schema.Boolean,
  initial_counter_value: orNull(Schema.Number),
  role: orNull(Schema.Literal("registered_entity")),
  serial_key: Schema.String,
  updated_at: Schema.String,
  workspace_id: Schema.String,
  is_deleted: Schema.Boolean,
  is_readonly: Schema.Boolean,
  display_aggregation_type: orNull(Aggregation),
  display_includes_sub_records: Schema.Boolean,
  display_includes_operations: Schema.Boolean,
  lookup_display_aggregation_type: orNull(Aggregation),
  lookup_display_includes_sub_records: Schema.Boolean,
  lookup_display_operation_scope: orNull(LookupScope),
  /** Only key fields have it. */
  predicted_to_be_numeric: optional(Schema.Boolean)
}).annotations({ identifier: "EntityField" })

export type EntityField = typeof EntityField.Type

/** A text field without settings. */
export const newField = (id: string, isKey: boolean): EntityField => ({
  id,
  field_name: "",
  field_description: "",
  field_examples: "",
  field_type: "text",
  attrs: isKey ? null : {},
  ref_field_id: null,
  ref_slice_id: null,
  created_at: "",
  created_by: null,
  identifier_type: isKey ? "custom" : null,
  identifier_type_id: null,
  is_archived: false,
  is_key: isKey,
  import_id: null,
  standard_format: null,
  regex_format: null,
  serial_format_prefix: null,
  serial_format_padding: null,
  format_enforcement: null,
  show_format_warning: false,
  initial_counter_value: null,
  role: null,
  serial_key: "",
  updated_at: "",
  workspace_id: "",
  is_deleted: false,
  is_readonly: false,
  display_aggregation_type: null,
  display_includes_sub_records: true,
  display_includes_operations: true,
  lookup_display_aggregation_type: null,
  lookup_display_includes_sub_records: true,
  lookup_display_operation_scope: null,
  ...(isKey ? { predicted_to_be_numeric: false } : {})
})
