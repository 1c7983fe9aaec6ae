import type { EntityField, EntityType } from "../entities/model.js"
import { isNothing, problemWith, problemWithKey } from "../records/contents.js"
import { currentValue } from "../records/filters.js"
import { type Keys, keyIndex } from "../records/keys.js"
import type { Record } from "../records/model.js"
import { recordAt } from "../records/records.js"
import { ownProperty } from "../server/ownProperty.js"
import type { State } from "../server/store.js"
import { type PendingImport, RowError } from "./model.js"

type Row = PendingImport["data"][number]

export type Content = readonly [field: EntityField, content: unknown]

/** The keys of one row, and what is wrong with it. A row with errors is skipped. */
export interface ParsedRow {
  readonly errors: ReadonlyArray<RowError>
  readonly keys: Keys
  readonly keyIndex: string
  /** The record that has these keys. */
  readonly existing: Record | undefined
}

export interface Columns {
  readonly keys: ReadonlyArray<readonly [column: string, field: EntityField]>
  readonly data: ReadonlyArray<readonly [column: string, field: EntityField]>
}

const rowError = (row: Row, columns: Columns, error: Partial<RowError> & Pick<RowError, "conflict_type">): RowError =>
  RowError.make({
    incoming_record_identifier:
      columns.keys
        .map(([column]) => ownProperty(row, column))
        .filter((content) => !isNothing(content))
        .map(String)
        .join(" ") || null,
    ...error
  })

const about = (field: EntityField, value: unknown) => ({
  field_id: field.id,
  field_name: field.field_name,
  value: value ?? null
})

/** Record ids by field and value, for fields with `attrs: { unique: true }`. No two records may have the same value. */
type Unique = Map<string, Map<string, string>>

/** The values of the unique fields among these columns. */
export const uniqueValues = (state: State, columns: Columns, type: EntityType): Unique => {
  const unique: Unique = new Map()
  for (const [, field] of columns.data) {
    if (field.attrs?.["unique"] === true) {
      const values = new Map<string, string>()
      for (const id of state.recordsByType.get(type.id) ?? []) {
        const record = state.records.get(id)
        const content = record === undefined ? undefined : currentValue(record, field.id, undefined)?.content
        if (!isNothing(content)) {
          values.set(JSON.stringify(content), id)
        }
      }
      unique.set(field.id, values)
    }
  }
  return unique
}

/** The keys of a row that is valid. */
export const keysOf = (row: Row, columns: Columns): Keys =>
  new Map(columns.keys.map(([column, field]) => [field.id, String(ownProperty(row, column))]))

/** The contents of a row that is valid. An empty content is as none. */
export const contentsOf = (row: Row, columns: Columns): ReadonlyArray<Content> => {
  const contents: Array<Content> = []
  for (const [column, field] of columns.data) {
    const content = ownProperty(row, column)
    if (!isNothing(content)) {
      contents.push([field, content])
    }
  }
  return contents
}

/** Reads the keys of a row, and checks its contents. */
export const read = (state: State, row: Row, columns: Columns, type: EntityType, unique: Unique): ParsedRow => {
  const errors: Array<RowError> = []
  const keys = new Map<string, string>()
  for (const [column, field] of columns.keys) {
    const content = ownProperty(row, column)
    const problem = problemWithKey(state, field, content)
    if (problem !== undefined) {
      errors.push(rowError(row, columns, { ...about(field, content), conflict_type: problem.conflict_type }))
    } else {
      keys.set(field.id, String(content))
    }
  }
  const index = keyIndex(type.id, keys)
  const existing = errors.length === 0 ? recordAt(state, index) : undefined
  for (const [column, field] of columns.data) {
    const content = ownProperty(row, column)
    if (isNothing(content)) {
      continue
    }
    const holder = unique.get(field.id)?.get(JSON.stringify(content))
    if (problemWith(state, field, content) !== undefined) {
      errors.push(rowError(row, columns, { ...about(field, content), conflict_type: "invalid_value" }))
    } else if (holder !== undefined && holder !== existing?.id) {
      errors.push(
        rowError(row, columns, {
          ...about(field, content),
          conflict_type: "unique_constraint",
          conflicting_record_id: holder,
          conflicting_record_identifier: state.records.get(holder)?.record_identifier ?? null,
          conflicting_value: content,
          constraint_fields: [{ field_id: field.id, field_name: field.field_name }]
        })
      )
    }
  }
  return { errors, keys, keyIndex: index, existing }
}
