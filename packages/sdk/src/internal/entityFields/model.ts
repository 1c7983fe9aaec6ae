import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** The type of a field: one that the official client knows, or a new one. @since 0.1.0 @category models */
export const FieldType = Wire.oneOf(
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
)

export type FieldType = typeof FieldType.Type

/** What happens to values of a key field that do not have its format. @since 0.1.0 @category models */
export const FormatEnforcement = Wire.oneOf("suggest", "enforce_only", "generate")

export type FormatEnforcement = typeof FormatEnforcement.Type

/** Which of the values of a field a table shows, or what it makes of them. @since 0.1.0 @category models */
export const Aggregation = Wire.oneOf("latest", "list", "earliest", "range", "mean", "median", "minimum", "maximum")

export type Aggregation = typeof Aggregation.Type

/** Which activities a lookup shows the values of. @since 0.1.0 @category models */
export const LookupScope = Wire.oneOf("all", "child", "parent")

export type LookupScope = typeof LookupScope.Type

/**
 * A field: a key field if `is_key` is `true`, else a data field. A key field and a data field can have the same name.
 *
 * @since 0.1.0
 * @category models
 */
export const EntityField = Wire.model("EntityField", {
  id: Ids.EntityFieldId,
  created_at: Wire.orNull(Wire.timestamp),
  is_key: Wire.orNull(Schema.Boolean),
  field_name: Wire.decisive(Wire.orNull(Schema.String)),
  field_description: Wire.orNull(Schema.String),
  /** Examples for people, as one text: empty if there are no examples. */
  field_examples: Wire.orNull(Schema.String),
  field_type: Wire.decisive(Wire.orNull(FieldType)),
  /** In a `record-reference` field: the entity type of the records that its values refer to. */
  ref_slice_id: Wire.orNull(Ids.EntityTypeId),
  regex_format: Wire.orNull(Schema.String),
  /** Settings that depend on the type, such as the options of a `select`. */
  attrs: Wire.json,
  is_archived: Wire.orNull(Schema.Boolean),
  is_readonly: Wire.orNull(Schema.Boolean),
  serial_format_prefix: Wire.orNull(Schema.String),
  serial_format_padding: Wire.orNull(Schema.Number),
  format_enforcement: Wire.orNull(FormatEnforcement),
  show_format_warning: Wire.orNull(Schema.Boolean),
  initial_counter_value: Wire.orNull(Schema.Number),
  /** `registered_entity` for the key field of registered compounds. */
  role: Wire.orNull(Wire.oneOf("registered_entity")),
  display_aggregation_type: Wire.orNull(Aggregation),
  display_includes_sub_records: Wire.orNull(Schema.Boolean),
  display_includes_operations: Wire.orNull(Schema.Boolean),
  lookup_display_aggregation_type: Wire.orNull(Aggregation),
  lookup_display_includes_sub_records: Wire.orNull(Schema.Boolean),
  lookup_display_operation_scope: Wire.orNull(LookupScope)
})

export interface EntityField extends Schema.Schema.Type<typeof EntityField> {}

/**
 * A reference to a field: its id, the field itself, or its name. The method decides whether the name is that of a key field
 * or of a data field.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.EntityFieldId, "field_name">

/** The changes to a key field. What is left out stays as it is, `null` clears. @since 0.1.0 @category models */
export interface KeyFieldPatch {
  readonly field_name?: string | undefined
  /** At most 500 characters. */
  readonly field_description?: string | null | undefined
  /** Examples for people, as one text of at most 500 characters. */
  readonly field_examples?: string | null | undefined
  readonly regex_format?: string | null | undefined
  readonly serial_format_prefix?: string | null | undefined
  readonly serial_format_padding?: number | null | undefined
  readonly format_enforcement?: FormatEnforcement | null | undefined
  readonly show_format_warning?: boolean | null | undefined
  readonly initial_counter_value?: number | null | undefined
  readonly role?: "registered_entity" | (string & {}) | null | undefined
}

/** The changes to a data field. What is left out stays as it is, `null` clears. @since 0.1.0 @category models */
export interface DataFieldPatch {
  readonly field_name?: string | undefined
  /** At most 500 characters. */
  readonly field_description?: string | null | undefined
  /** Examples for people, as one text of at most 500 characters. */
  readonly field_examples?: string | null | undefined
  readonly is_archived?: boolean | null | undefined
  readonly is_readonly?: boolean | null | undefined
  readonly display_aggregation_type?: Aggregation | null | undefined
  readonly display_includes_sub_records?: boolean | null | undefined
  readonly display_includes_operations?: boolean | null | undefined
  readonly lookup_display_aggregation_type?: Aggregation | null | undefined
  readonly lookup_display_includes_sub_records?: boolean | null | undefined
  readonly lookup_display_operation_scope?: LookupScope | null | undefined
  readonly attrs?: { readonly [key: string]: unknown } | null | undefined
}
