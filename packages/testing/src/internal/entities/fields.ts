import { addEvent, type Moment, newId, type State } from "../server/store.js"
import type { EntityField, FieldType } from "./model.js"

/** All key fields, or all data fields. */
export const listOf = (state: State, isKey: boolean): ReadonlyArray<EntityField> =>
  [...state.entity_fields.values()].filter((field) => field.is_key === isKey && !field.is_deleted)

/** The key field, or the data field, with this name. */
export const fieldNamed = (state: State, name: string, isKey: boolean): EntityField | undefined =>
  listOf(state, isKey).find((field) => field.field_name === name)

/** Adds a field. */
export const createField = (
  state: State,
  at: Moment,
  field: {
    readonly field_name: string
    readonly field_type: FieldType
    readonly is_key: boolean
    readonly attrs?: { readonly [key: string]: unknown } | null | undefined
    readonly import_id?: string | undefined
  }
): EntityField => {
  const created: EntityField = {
    id: newId(),
    field_name: field.field_name,
    field_description: "",
    field_examples: "",
    field_type: field.field_type,
    attrs: field.is_key ? null : (field.attrs ?? {}),
    ref_field_id: null,
    ref_slice_id: null,
    created_at: at.iso,
    created_by: state.api_user_id,
    identifier_type: field.is_key ? "custom" : null,
    identifier_type_id: field.is_key ? newId() : null,
    is_archived: false,
    is_key: field.is_key,
    import_id: field.import_id ?? null,
    standard_format: null,
    regex_format: null,
    serial_format_prefix: null,
    serial_format_padding: null,
    format_enforcement: null,
    show_format_warning: false,
    initial_counter_value: null,
    role: null,
    serial_key: String(1_000_000 + state.entity_fields.size),
    updated_at: at.iso,
    workspace_id: state.workspace.id,
    is_deleted: false,
    is_readonly: false,
    display_aggregation_type: null,
    display_includes_sub_records: true,
    display_includes_operations: true,
    lookup_display_aggregation_type: null,
    lookup_display_includes_sub_records: true,
    lookup_display_operation_scope: null,
    ...(field.is_key ? { predicted_to_be_numeric: false } : {})
  }
  state.entity_fields.set(created.id, created)
  addEvent(state, at, {
    event_type: field.is_key ? "key_field_created" : "data_field_created",
    resource_type: field.is_key ? "key_field" : "data_field",
    resource_id: created.id,
    event_attrs: { field_name: created.field_name }
  })
  return created
}
