import { addEvent, type Moment, newId, type State } from "../server/store.js"
import { EntityField, type FieldType, kindOf } from "./model.js"

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
    readonly id?: string
    readonly field_name: string
    readonly field_type: FieldType
    readonly is_key: boolean
    readonly attrs?: { readonly [key: string]: unknown } | null | undefined
    readonly import_id?: string | undefined
  }
): EntityField => {
  const created = EntityField.make({
    ...kindOf(field.is_key),
    id: field.id ?? newId(),
    field_name: field.field_name,
    field_type: field.field_type,
    attrs: field.is_key ? null : (field.attrs ?? {}),
    created_at: at.iso,
    created_by: state.api_user_id,
    identifier_type_id: field.is_key ? newId() : null,
    import_id: field.import_id ?? null,
    serial_key: String(1_000_000 + state.entity_fields.size),
    updated_at: at.iso,
    workspace_id: state.workspace.id
  })
  state.entity_fields.set(created.id, created)
  addEvent(
    state,
    at,
    field.is_key ? "key_field_created" : "data_field_created",
    field.is_key ? "key_field" : "data_field",
    created.id,
    { field_name: created.field_name }
  )
  return created
}

/** The id of the key field for the ids of drafts. It is the same in all workspaces, so that the field can be renamed. */
export const draftIdFieldId = "0d6a3f52-7c1e-4b8a-9f40-2e5b61c8d713"

/** The key field for the ids that the platform gives to drafts. It is added with the first view for drafts. */
export const draftIdField = (state: State, at: Moment): EntityField =>
  state.entity_fields.get(draftIdFieldId) ??
  createField(state, at, { id: draftIdFieldId, field_name: "Draft ID", field_type: "text", is_key: true })
