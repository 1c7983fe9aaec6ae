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

// With their lengths, no two lists of texts become the same text.
const withLength = (text: string): string => `${text.length}:${text}`

const joined = ([fieldId, content]: readonly [string, string]): string => withLength(fieldId) + withLength(content)

/** A text that is the same for the same entity type and keys. */
export const keyIndex = (entityTypeId: string, keys: Keys): string => {
  const sorted = keys.size < 2 ? keys : [...keys].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  let index = withLength(entityTypeId)
  for (const key of sorted) {
    index += joined(key)
  }
  return index
}

/** The set of record ids that is stored there. Adds an empty set if there is none. */
export const idsAt = (ids: Map<string, Set<string>>, index: string): Set<string> => {
  const existing = ids.get(index)
  if (existing !== undefined) {
    return existing
  }
  const created = new Set<string>()
  ids.set(index, created)
  return created
}

// A record with one key is the sub-record of none.
const indicesOf = (keys: Keys): ReadonlyArray<string> => (keys.size < 2 ? [] : Array.from(keys, joined))

/** Adds a record to the ids by key, if it has several keys. */
export const addByKey = (ids: Map<string, Set<string>>, recordId: string, keys: Keys): void => {
  for (const index of indicesOf(keys)) {
    idsAt(ids, index).add(recordId)
  }
}

/** Removes a record from the ids by key. */
export const removeByKey = (ids: Map<string, Set<string>>, recordId: string, keys: Keys): void => {
  for (const index of indicesOf(keys)) {
    ids.get(index)?.delete(recordId)
  }
}

/** The ids of the records with several keys that have this one. */
export const idsWithKey = (
  ids: ReadonlyMap<string, ReadonlySet<string>>,
  key: readonly [fieldId: string, content: string]
): Iterable<string> => ids.get(joined(key)) ?? []

/** Ids of records with several keys, by each of them. */
export const idsByKey = (records: ReadonlyArray<Record>): Map<string, Set<string>> => {
  const ids = new Map<string, Set<string>>()
  for (const record of records) {
    addByKey(ids, record.id, keysOf(record))
  }
  return ids
}

/** Record ids by entity type. */
export const idsByType = (records: ReadonlyArray<Record>): Map<string, Set<string>> => {
  const ids = new Map<string, Set<string>>()
  for (const record of records) {
    idsAt(ids, record.entity_slice_id).add(record.id)
  }
  return ids
}
