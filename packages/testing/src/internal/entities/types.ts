import { type Moment, newId, type State } from "../server/store.js"
import { EntityType } from "./model.js"

const sameSet = (a: Iterable<string>, b: ReadonlyArray<string>): boolean => {
  const set = new Set(a)
  return set.size === new Set(b).size && b.every((item) => set.has(item))
}

/** The entity type with exactly these key fields, if it exists. */
export const entityTypeWithKeys = (state: State, fieldIds: Iterable<string>): EntityType | undefined => {
  const ids = [...fieldIds]
  for (const type of state.entity_types.values()) {
    if (!type.is_deleted && sameSet(ids, type.key_field_ids)) {
      return type
    }
  }
  return undefined
}

/** The entity type with exactly these key fields. Creates it if it does not exist. */
export const entityTypeFor = (
  state: State,
  at: Moment,
  fieldIds: ReadonlyArray<string>,
  options: { readonly importId?: string; readonly sourceId?: string | null } = {}
): EntityType => {
  const existing = entityTypeWithKeys(state, fieldIds)
  if (existing !== undefined) {
    return existing
  }
  const [only, ...others] = fieldIds
  const created = EntityType.make({
    id: newId(),
    created_by: state.api_user_id,
    last_updated_by: state.api_user_id,
    import_id: options.importId ?? null,
    key_field_ids: fieldIds,
    slice_name: only !== undefined && others.length === 0 ? (state.entity_fields.get(only)?.field_name ?? "") : "",
    workspace_id: state.workspace.id,
    created_at: at.iso,
    updated_at: at.iso,
    is_primary: others.length === 0,
    source_id: options.sourceId ?? null
  })
  state.entity_types.set(created.id, created)
  return created
}
