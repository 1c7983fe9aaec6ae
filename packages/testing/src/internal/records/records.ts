import type { EntityField, EntityType } from "../entities/model.js"
import { addEvent, type Moment, newId, type State } from "../server/store.js"
import { addByKey, idsAt, idsWithKey, type Keys, keyIndex, keysOf, removeByKey } from "./keys.js"
import type { Record, RecordValue } from "./model.js"

const isStrictSubset = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length < b.length && a.every((item) => b.includes(item))

/** The record with this type and these keys, if it exists. */
export const recordWithKeys = (state: State, entityTypeId: string, keys: Keys): Record | undefined =>
  recordAt(state, keyIndex(entityTypeId, keys))

/** The record with this index of its keys, if it exists. */
export const recordAt = (state: State, index: string): Record | undefined => {
  const id = state.recordsByKeys.get(index)
  return id === undefined ? undefined : state.records.get(id)
}

const none: ReadonlyArray<string> = []

/** Links a new record to its parents. Gives the ids of its sub-records. */
const linkSubRecords = (state: State, id: string, type: EntityType, keys: Keys): ReadonlyArray<string> => {
  const subRecordIds: Array<string> = []
  const [first] = keys
  const withFirst = first === undefined ? undefined : idsWithKey(state.recordsByKey, first)
  for (const other of state.entity_types.values()) {
    if (isStrictSubset(other.key_field_ids, type.key_field_ids)) {
      const parent = recordWithKeys(
        state,
        other.id,
        new Map([...keys].filter(([fieldId]) => other.key_field_ids.includes(fieldId)))
      )
      if (parent !== undefined) {
        state.records.set(parent.id, { ...parent, sub_record_ids: [...parent.sub_record_ids, id] })
      }
    } else if (isStrictSubset(type.key_field_ids, other.key_field_ids)) {
      for (const candidateId of withFirst ?? state.recordsByType.get(other.id) ?? []) {
        const candidate = state.records.get(candidateId)
        const theirs = candidate?.entity_slice_id === other.id ? keysOf(candidate) : undefined
        if (theirs !== undefined && [...keys].every(([fieldId, value]) => theirs.get(fieldId) === value)) {
          subRecordIds.push(candidateId)
        }
      }
    }
  }
  return subRecordIds.length === 0 ? none : subRecordIds
}

/** Removes a record from the sub-records of its parents. */
const unlinkSubRecord = (state: State, record: Record): void => {
  const keys = keysOf(record)
  for (const other of state.entity_types.values()) {
    const parent = recordWithKeys(
      state,
      other.id,
      new Map([...keys].filter(([id]) => other.key_field_ids.includes(id)))
    )
    if (parent?.sub_record_ids.includes(record.id) === true) {
      state.records.set(parent.id, {
        ...parent,
        sub_record_ids: parent.sub_record_ids.filter((id) => id !== record.id)
      })
    }
  }
}

/** The identifier that people read: the keys in the order of the key fields of the entity type. */
const identifierOf = (type: EntityType, keys: Keys): string =>
  type.key_field_ids.map((id) => keys.get(id) ?? "").join(" ")

/** A record with these keys and sub-records. Values that are not keys stay. */
const withKeys = (stored: Record, type: EntityType, keys: Keys, sub_record_ids: Record["sub_record_ids"]): Record => {
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = {}
  const identifierIds: Array<string> = []
  for (const [fieldId, list] of Object.entries(stored.record_values)) {
    const others = list.filter((value) => !stored.identifier_ids.includes(value.id))
    if (others.length > 0) {
      values[fieldId] = others
    }
  }
  for (const fieldId of type.key_field_ids) {
    const previous = stored.record_values[fieldId]?.find((value) => stored.identifier_ids.includes(value.id))
    const value: RecordValue = { id: previous?.id ?? newId(), content: keys.get(fieldId) ?? "" }
    values[fieldId] = [value, ...(values[fieldId] ?? [])]
    identifierIds.push(value.id)
  }
  return {
    ...stored,
    entity_slice_id: type.id,
    identifier_ids: identifierIds,
    record_identifier: identifierOf(type, keys),
    record_values: values,
    sub_record_ids
  }
}

const indexRecord = (state: State, id: string, type: EntityType, keys: Keys, index: string): void => {
  state.recordsByKeys.set(index, id)
  idsAt(state.recordsByType, type.id).add(id)
  addByKey(state.recordsByKey, id, keys)
}

/** Stores a record with these keys. Values that are not keys stay. */
const storeWithKeys = (state: State, stored: Record, type: EntityType, keys: Keys): Record => {
  const record = withKeys(stored, type, keys, linkSubRecords(state, stored.id, type, keys))
  state.records.set(record.id, record)
  indexRecord(state, record.id, type, keys, keyIndex(type.id, keys))
  return record
}

/** A record with these keys and no other values. It is not stored yet. */
export const newRecord = (
  state: State,
  at: Moment,
  type: EntityType,
  keys: Keys,
  operationId: string | null,
  { id = newId(), subRecordIds = none }: { readonly id?: string; readonly subRecordIds?: ReadonlyArray<string> } = {}
): Record => {
  // `Record.make` would check each record of an import.
  const created: Record = {
    id,
    created_at: at.iso,
    entity_slice_id: type.id,
    identifier_ids: [],
    record_identifier: "",
    initial_operation_id: operationId,
    workspace_id: state.workspace.id,
    record_values: {},
    sub_record_ids: [],
    excluded_operation_ids: [],
    operation_records_created_at: {}
  }
  return withKeys(created, type, keys, subRecordIds)
}

/** Adds a record. No record of this type may have these keys yet. */
export const addRecord = (state: State, at: Moment, type: EntityType, keys: Keys): Record => {
  const record = storeWithKeys(state, newRecord(state, at, type, keys, null), type, keys)
  addEvent(state, at, "record_created", "record", record.id)
  return record
}

/**
 * Adds a record that is made when it is first read. No record of this type may have these keys yet, and `index` is their
 * index.
 */
export const addRecordLater = (
  state: State,
  id: string,
  type: EntityType,
  keys: Keys,
  index: string,
  make: (subRecordIds: ReadonlyArray<string>) => Record
): void => {
  const subRecordIds = linkSubRecords(state, id, type, keys)
  state.records.set(id, () => make(subRecordIds))
  indexRecord(state, id, type, keys, index)
}

/** Changes the keys of a record, and so its type if the key fields differ. */
export const rekeyRecord = (state: State, record: Record, type: EntityType, keys: Keys): Record => {
  unlinkSubRecord(state, record)
  const before = keysOf(record)
  state.recordsByKeys.delete(keyIndex(record.entity_slice_id, before))
  removeByKey(state.recordsByKey, record.id, before)
  state.recordsByType.get(record.entity_slice_id)?.delete(record.id)
  return storeWithKeys(state, record, type, keys)
}

/** What is new in a value that is added. */
export interface NewValue {
  readonly content: unknown
  readonly operation_id: string | null
  readonly record_view_id: string | null
}

/** A value of a record. It is not stored yet. */
export const newValue = (state: State, at: Moment, record: Record, value: NewValue): RecordValue => ({
  id: newId(),
  content: value.content,
  created_at: at.precise,
  operation_id: value.operation_id,
  record_id: record.id,
  record_view_id: value.record_view_id,
  created_by: state.api_user_id
})

/** Adds a value to a record. It becomes the newest value of its field. */
export const addValue = (
  state: State,
  at: Moment,
  record: Record,
  field: EntityField,
  value: NewValue
): RecordValue => {
  const created = newValue(state, at, record, value)
  const current = state.records.get(record.id) ?? record
  state.records.set(record.id, {
    ...current,
    record_values: {
      ...current.record_values,
      [field.id]: [created, ...(current.record_values[field.id] ?? [])]
    }
  })
  addEvent(state, at, "record_value_created", "record", record.id, {
    field_id: field.id,
    operation_id: value.operation_id
  })
  return created
}

/** A record in the form of responses: with the values of its sub-records in addition to its own. */
export const withSubRecords = (state: State, record: Record): Record => {
  if (record.sub_record_ids.length === 0) {
    return record
  }
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = { ...record.record_values }
  for (const id of record.sub_record_ids) {
    const subRecord = state.records.get(id)
    for (const [fieldId, list] of Object.entries(subRecord?.record_values ?? {})) {
      const own = list.filter((value) => value.record_id !== undefined)
      if (own.length > 0) {
        values[fieldId] = [...(values[fieldId] ?? []), ...own]
      }
    }
  }
  return { ...record, record_values: values }
}
