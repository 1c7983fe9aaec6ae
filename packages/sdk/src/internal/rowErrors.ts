import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Id from "./id.js"
import * as Json from "./json.js"

/** What an error of an import says of the row that it is about. */
interface About {
  readonly field_id: string | null
  readonly field_name: string | null
  readonly value: unknown
  readonly incoming_record_identifier: string | null
}

/** A row that was sent, and which of the input it is. */
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

/** Finds the rows of an import that its errors may be about. */
export const locator = (rows: ReadonlyArray<Sent>, keyColumns: ReadonlyArray<string>): ((error: About) => Indices) => {
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
