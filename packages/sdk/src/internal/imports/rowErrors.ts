import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { Issue } from "../../KaleidoscopeError.js"
import * as Catalog from "../catalog/catalog.js"
import * as Nearest from "../catalog/nearest.js"
import * as Id from "../id.js"
import * as Json from "../json/json.js"
import type { Import, LocatedRowError, Push, PushByFieldId, RowError, ValidationResult } from "./model.js"

/** A row that was sent, and its index in the input. */
export interface Sent {
  readonly index: number
  readonly row: unknown
}

type Indices = ReadonlyArray<number>

const valueIn = (row: unknown, column: string): unknown =>
  Predicate.isRecord(row) ? Id.entryOf(row, column) : undefined

const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "string"
      ? value.trim()
      : Either.getOrElse(Json.stringify(value), () => "").replace(/^"|"$/g, "")

/** The parts of an identifier of several keys, whatever stands between them and in whatever order they are. */
const partsOf = (identifier: string): string =>
  identifier
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== "")
    .sort()
    .join(" ")

const hasWord = /[\p{L}\p{N}]/u

/** Whether an identifier is made of exactly these values, whatever stands between them. */
const isMadeOf = (identifier: string, values: ReadonlyArray<string>): boolean => {
  let rest = identifier.toLowerCase()
  for (const value of [...values].sort((a, b) => b.length - a.length)) {
    const at = rest.indexOf(value.toLowerCase())
    if (at < 0) return false
    rest = `${rest.slice(0, at)} ${rest.slice(at + value.length)}`
  }
  return !hasWord.test(rest)
}

const add = <K>(map: Map<K, Array<number>>, key: K, index: number) => {
  const before = map.get(key)
  if (before === undefined) map.set(key, [index])
  else before.push(index)
}

/** A function that finds the rows that an error may come from. */
const locator = (rows: ReadonlyArray<Sent>, keyColumns: ReadonlyArray<string>): ((error: RowError) => Indices) => {
  const byKey = new Map<string, Array<number>>()
  const keysByParts = new Map<string, Set<string>>()
  const withoutKey = new Set<string>()
  const valuesOf = (row: unknown): ReadonlyArray<string> =>
    keyColumns.map((column) => textOf(valueIn(row, column))).filter((text) => text !== "")
  const keyOf = (row: unknown): string => valuesOf(row).join(" ")
  const keyValues = new Map<string, ReadonlyArray<string>>()
  for (const { index, row } of rows) {
    const key = keyOf(row)
    add(byKey, key, index)
    keyValues.set(key, valuesOf(row))
    const parts = partsOf(key)
    keysByParts.set(parts, (keysByParts.get(parts) ?? new Set()).add(key))
    if (keyColumns.some((column) => textOf(valueIn(row, column)) === "")) withoutKey.add(key)
  }

  // An index for each column that an error names: a filter for each error would be slow for many.
  const columns = new Map<
    string,
    { readonly all: Map<string, Array<number>>; readonly byKey: Map<string, Array<number>> }
  >()
  const columnOf = (column: string) => {
    const existing = columns.get(column)
    if (existing !== undefined) return existing
    const created = { all: new Map<string, Array<number>>(), byKey: new Map<string, Array<number>>() }
    for (const { index, row } of rows) {
      const text = textOf(valueIn(row, column))
      add(created.all, text, index)
      add(created.byKey, JSON.stringify([keyOf(row), text]), index)
    }
    columns.set(column, created)
    return created
  }

  const keysOf = (identifier: string): ReadonlyArray<string> => {
    if (identifier === "") return [...withoutKey]
    if (byKey.has(identifier)) return [identifier]
    const similar = [...(keysByParts.get(partsOf(identifier)) ?? [])]
    const exact = similar.filter((key) => isMadeOf(identifier, keyValues.get(key) ?? []))
    return exact.length > 0 ? exact : similar
  }

  return ({ field_id, field_name, incoming_record_identifier, value }) => {
    const keys = keysOf(textOf(incoming_record_identifier))
    // Most often one: its list is handed out as it is, since many errors may be about many rows.
    const rowsOf = (lookUp: (key: string) => Indices | undefined): Indices => {
      const [only, ...others] = keys
      return only === undefined
        ? []
        : others.length === 0
          ? (lookUp(only) ?? [])
          : keys.flatMap((key) => lookUp(key) ?? [])
    }
    const text = textOf(value)
    for (const column of [field_name, field_id]) {
      if (column === null) continue
      const index = columnOf(column)
      const found =
        keys.length > 0
          ? rowsOf((key) => index.byKey.get(JSON.stringify([key, text])))
          : text === ""
            ? []
            : (index.all.get(text) ?? [])
      if (found.length > 0) return found
    }
    return rowsOf((key) => byKey.get(key))
  }
}

const noResult = { errors: [], failed: null, successful: null, total_processed: null }

/** What the platform says of the rows of an import. */
export const validationOf = (self: Import): ValidationResult => self.import_result?.validation_result ?? noResult

/** The error of an import that counts failures and lists none. */
const unlisted: ReadonlyArray<RowError> = [
  {
    field_id: null,
    field_name: null,
    value: null,
    conflict_type: null,
    incoming_record_identifier: null,
    conflicting_record_id: null,
    conflicting_record_identifier: null,
    conflicting_value: null,
    constraint_fields: []
  }
]

/**
 * The values that an import rejected, and why. If the platform counts failures and lists none of them, there is one error
 * with `null` in every field.
 *
 * @since 0.1.0
 * @category getters
 */
export const rowErrors = (self: Import): ReadonlyArray<RowError> => {
  const { errors, failed } = validationOf(self)
  return errors.length === 0 && failed !== null && failed > 0 ? unlisted : errors
}

/** A value that an import rejected, in words. */
export const issueOf = (error: RowError): Issue => {
  const value =
    error.value === null
      ? ""
      : `${typeof error.value === "string" ? Nearest.quote(error.value) : JSON.stringify(error.value)}: `
  const conflict =
    error.conflicting_record_identifier === null
      ? ""
      : `, in conflict with the record ${Nearest.quote(error.conflicting_record_identifier)}`
  return {
    path: error.field_name ?? error.field_id ?? "",
    message: `the platform rejected ${value}${error.conflict_type ?? "it does not say why"}${conflict}`
  }
}

export const locate = (
  self: Import,
  rows: ReadonlyArray<Sent>,
  keyColumns: ReadonlyArray<string>
): ReadonlyArray<LocatedRowError> => {
  const errors = rowErrors(self)
  if (errors.length === 0) return []
  if (errors === unlisted) return errors.map((error) => ({ error, indices: [] }))
  const rowsOf = locator(rows, keyColumns)
  return errors.map((error) => ({ error, indices: rowsOf(error) }))
}

/**
 * The values that an import rejected, each with the rows of the input that it may come from. `pushed` are the options of
 * the push: rows with names of fields as keys for `push`, with ids for `pushByFieldId`.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const pushed = { key_field_names: ["Compound ID"], data: [{ "Compound ID": "EK-0001", IC50: "much" }] }
 *
 * const program = Effect.gen(function* () {
 *   const imports = yield* Imports.Imports
 *   const done = yield* Effect.flatMap(imports.push(pushed), (id) => imports.await(id))
 *   for (const { error, indices } of Imports.locateRowErrors(done, pushed)) {
 *     yield* Effect.logWarning(`row ${indices.join(" or ")}: ${error.field_name}: ${error.conflict_type}`)
 *   }
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const locateRowErrors = (
  self: Import,
  pushed: Pick<Push, "key_field_names" | "data"> | Pick<PushByFieldId, "key_field_ids" | "data">
): ReadonlyArray<LocatedRowError> =>
  locate(
    self,
    pushed.data.map((row, index) => ({ index, row })),
    "key_field_names" in pushed
      ? pushed.key_field_names
      : pushed.key_field_ids.flatMap((field) => Catalog.idIn<string>(field) ?? [])
  )
