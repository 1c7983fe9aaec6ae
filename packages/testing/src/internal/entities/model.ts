import * as Schema from "effect/Schema"
import { flag, object, optional, orNull, text, texts, withDefault } from "../server/schema.js"

export const EntityType = Schema.Struct({
  id: Schema.String,
  created_by: text,
  last_updated_by: text,
  import_id: text,
  key_field_ids: texts,
  slice_name: Schema.String,
  workspace_id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  is_primary: flag,
  is_archived: flag,
  source_id: text,
  is_deleted: flag
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
  field_description: withDefault(Schema.String, () => ""),
  field_examples: withDefault(Schema.String, () => ""),
  field_type: FieldType,
  attrs: orNull(object),
  ref_field_id: text,
  ref_slice_id: text,
  created_at: Schema.String,
  created_by: text,
  identifier_type: text,
  identifier_type_id: text,
  is_archived: flag,
  is_key: flag,
  import_id: text,
  standard_format: text,
  regex_format: text,
  serial_format_prefix: text,
  serial_format_padding: orNull(Schema.Number),
  format_enforcement: orNull(FormatEnforcement),
  show_format_warning: flag,
  initial_counter_value: orNull(Schema.Number),
  role: orNull(Schema.Literal("registered_entity")),
  serial_key: Schema.String,
  updated_at: Schema.String,
  workspace_id: Schema.String,
  is_deleted: flag,
  is_readonly: flag,
  display_aggregation_type: orNull(Aggregation),
  display_includes_sub_records: withDefault(Schema.Boolean, () => true),
  display_includes_operations: withDefault(Schema.Boolean, () => true),
  lookup_display_aggregation_type: orNull(Aggregation),
  lookup_display_includes_sub_records: withDefault(Schema.Boolean, () => true),
  lookup_display_operation_scope: orNull(LookupScope),
  /** Only key fields have it. */
  predicted_to_be_numeric: optional(Schema.Boolean)
}).annotations({ identifier: "EntityField" })

export type EntityField = typeof EntityField.Type

/** The facts in which new key fields differ from new data fields. */
export const kindOf = (isKey: boolean) =>
  isKey
    ? { is_key: true, attrs: null, identifier_type: "custom", predicted_to_be_numeric: false }
    : { is_key: false, attrs: {} }
