import type { Record } from "./model.js"

/** The keys of a record by field id. Keys compare as strings. */
export type Keys = ReadonlyMap<string, string>

// Records are never changed but replaced, so that the keys of one stay the same.
const known = new WeakMap<Record, Keys>()

const readKeys = (record: Record): Keys => {
  const out: Array<readonly [string, string]> = []
  for (const [fieldId, values] of Object.entries(record.record_values)) {
    for (const value of values) {
      if (record.identifier_ids.includes(value.id)) {
        out.push([fieldId, String(value.content)])
      }
    }
  }
  return new Map(out)
}

/** The keys of a record by field id. */
export const keysOf = (record: Record): Keys => {
  const before = known.get(record)
  if (before !== undefined) {
    return before
  }
  const keys = readKeys(record)
  known.set(record, keys)
  return keys
}

/** A text that is the same for the same entity type and keys. */
export const keyIndex = (entityTypeId: string, keys: Iterable<readonly [string, string]>): string =>
  JSON.stringify([entityTypeId, ...[...keys].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))])

/** The set of record ids of an entity type. Adds an empty set if there is none. */
export const idsOfType = (ids: Map<string, Set<string>>, typeId: string): Set<string> => {
  const existing = ids.get(typeId)
  if (existing !== undefined) {
    return existing
  }
  const created = new Set<string>()
  ids.set(typeId, created)
  return created
}

/** Record ids by entity type. */
export const idsByType = (records: ReadonlyArray<Record>): Map<string, Set<string>> => {
  const ids = new Map<string, Set<string>>()
  for (const record of records) {
    idsOfType(ids, record.entity_slice_id).add(record.id)
  }
  return ids
}
