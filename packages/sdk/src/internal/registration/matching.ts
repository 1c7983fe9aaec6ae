import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import { isEmpty } from "../cells/check.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as Content from "../records/content.js"
import type { Record } from "../records/model.js"
import { keyValues, latestContent } from "../records/values.js"
import type { SentRow, Table } from "./columns.js"

/** A record that came of a row. */
export interface Match {
  readonly record: Record
  readonly index: number
  /** Whether no other record, and no other row, could be meant. */
  readonly certain: boolean
}

type Columns = ReadonlyArray<readonly [column: string, field: EntityFields.EntityField]>

/** What a row holds in a column. A column may have a name that every object inherits, such as `constructor`. */
const valueIn = ({ values }: SentRow, column: string): unknown =>
  Object.hasOwn(values, column) ? values[column] : undefined

const textOf = (value: unknown): string => Option.getOrElse(Content.asText(value), () => "").trim()

/** Rows and records with what is compared, and for each row the records that have its keys. */
const comparable = (
  { data, keys }: Omit<Table, "rows">,
  rows: ReadonlyArray<SentRow>,
  records: ReadonlyArray<Record>,
  activity: Ids.ActivityId
) => {
  const keyColumns: Columns = [...keys]
  const dataColumns: Columns = [...data]
  const held = records.map((record) => {
    const ofKeys = keyValues(record)
    const contentOf = (field: Ids.EntityFieldId): unknown =>
      Option.getOrUndefined(
        Option.orElse(latestContent(record, { field, activity }), () => latestContent(record, { field }))
      )
    return {
      record,
      // What the response does not call a key may still be the value of a key field.
      keys: keyColumns.map(([, { id }]) => textOf(Id.entryOf(ofKeys, id) ?? contentOf(id))),
      data: dataColumns.map(([, { id }]) => contentOf(id))
    }
  })
  type Held = (typeof held)[number]

  const byKeys = new Map<string, Array<Held>>()
  for (const one of held) {
    const key = JSON.stringify(one.keys)
    const alike = byKeys.get(key)
    if (alike === undefined) byKeys.set(key, [one])
    else alike.push(one)
  }

  const sent = rows.map((row) => {
    const ofKeys = keyColumns.map(([column]) => textOf(valueIn(row, column)))
    // A key that a row does not have is one that the platform makes.
    const candidates = ofKeys.includes("")
      ? held.filter((one) => ofKeys.every((key, position) => key === "" || key === one.keys[position]))
      : (byKeys.get(JSON.stringify(ofKeys)) ?? [])
    return { row, candidates, data: dataColumns.map(([column]) => valueIn(row, column)) }
  })
  type Sent = (typeof sent)[number]

  const isSameIn =
    (emptyFitsAll: boolean) =>
    (row: Sent, one: Held): boolean =>
      dataColumns.every(([, { field_type }], position) => {
        const [value, content] = [row.data[position], one.data[position]]
        return isEmpty(value) ? emptyFitsAll || isEmpty(content) : Content.isSame(field_type, content, value)
      })
  return { held, sent, isSameIn }
}

/** The rows whose keys and values a record has, each with the first such record. */
export const same = (
  table: Table,
  records: ReadonlyArray<Record>,
  activity: Ids.ActivityId
): ReadonlyArray<{ readonly index: number; readonly record: Record }> => {
  const { isSameIn, sent } = comparable(table, table.rows, records, activity)
  return sent.flatMap((row) => {
    const one = row.candidates.find((candidate) => isSameIn(false)(row, candidate))
    return one === undefined ? [] : [{ index: row.row.index, record: one.record }]
  })
}

/**
 * Finds the record of each row, by what the record holds: first by keys and values, then by those values that the row has,
 * since the platform may fill in the others, then by keys alone, since it may spell values in another way, then by values
 * alone, since a registrar may give other keys.
 */
export const match = (
  table: Omit<Table, "rows">,
  rows: ReadonlyArray<SentRow>,
  records: ReadonlyArray<Record>,
  activity: Ids.ActivityId
): ReadonlyArray<Match> => {
  const { held, isSameIn, sent } = comparable(table, rows, records, activity)
  type Held = (typeof held)[number]
  type Sent = (typeof sent)[number]

  const found: Array<Match> = []
  const used = new Set<Held>()
  let left: ReadonlyArray<Sent> = sent

  /** Gives records to rows that they fit: the first one, or with `onlyPairs` those that fit only each other. */
  const pass = (
    fittingOf: (row: Sent) => ReadonlyArray<Held>,
    onlyPairs: boolean,
    isCertain: (row: Sent) => boolean
  ) => {
    const rows = left.map((row) => ({ row, fitting: fittingOf(row).filter((one) => !used.has(one)) }))
    const claims = new Map<Held, number>()
    for (const { fitting } of rows) for (const one of fitting) claims.set(one, (claims.get(one) ?? 0) + 1)
    left = rows.flatMap(({ fitting, row }) => {
      const isPair = fitting.length === 1 && fitting.every((one) => claims.get(one) === 1)
      const record = onlyPairs && !isPair ? undefined : fitting.find((one) => !used.has(one))
      if (record === undefined) return [row]
      used.add(record)
      found.push({ record: record.record, index: row.row.index, certain: isPair && isCertain(row) })
      return []
    })
  }
  const always = () => true
  pass((row) => row.candidates.filter((one) => isSameIn(false)(row, one)), false, always)
  pass((row) => row.candidates.filter((one) => isSameIn(true)(row, one)), false, always)
  pass(
    (row) => row.candidates,
    true,
    ({ candidates }) => candidates.length === 1
  )
  pass(
    (row) => (row.data.every(isEmpty) ? [] : held.filter((one) => !used.has(one) && isSameIn(true)(row, one))),
    true,
    () => false
  )
  return found.sort((a, b) => a.index - b.index)
}
