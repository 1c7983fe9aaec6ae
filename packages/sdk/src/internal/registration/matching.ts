import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as Content from "../records/content.js"
import type { Record } from "../records/model.js"
import { keyValues, latestContent } from "../records/values.js"
import { isEmpty, type SentRow, type Table } from "./columns.js"

/** A record that came of a row. */
export interface Match {
  readonly record: Record
  readonly index: number
  /** Whether no other record, and no other row, could be meant. */
  readonly certain: boolean
}

type Columns = ReadonlyArray<readonly [column: string, field: EntityFields.EntityField]>

const textOf = (value: unknown): string => Option.getOrElse(Content.asText(value), () => "").trim()

/**
 * Finds the record of each row, by what the record holds: first by keys and values, then by those values that the row has,
 * since the platform may fill in the others, then by keys alone, since it may spell values in another way.
 */
export const match = (
  { data, keys }: Omit<Table, "rows">,
  rows: ReadonlyArray<SentRow>,
  records: ReadonlyArray<Record>,
  activity: Ids.ActivityId
): ReadonlyArray<Match> => {
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
    const ofKeys = keyColumns.map(([column]) => textOf(row.values[column]))
    // A key that a row does not have is one that the platform makes.
    const candidates = ofKeys.includes("")
      ? held.filter((one) => ofKeys.every((key, position) => key === "" || key === one.keys[position]))
      : (byKeys.get(JSON.stringify(ofKeys)) ?? [])
    return { row, candidates, data: dataColumns.map(([column]) => row.values[column]) }
  })
  type Sent = (typeof sent)[number]

  const isSameIn =
    (emptyFitsAll: boolean) =>
    (row: Sent, one: Held): boolean =>
      dataColumns.every(([, { field_type }], position) => {
        const [value, content] = [row.data[position], one.data[position]]
        return isEmpty(value) ? emptyFitsAll || isEmpty(content) : Content.isSame(field_type, content, value)
      })

  const found: Array<Match> = []
  const used = new Set<Held>()
  let left: ReadonlyArray<Sent> = sent

  const pass = (fits: (row: Sent, one: Held) => boolean, onlySingle: boolean) => {
    const fitting = left.map((row) => ({
      row,
      fits: row.candidates.filter((one) => !used.has(one) && fits(row, one))
    }))
    const claims = new Map<Held, number>()
    for (const { fits } of fitting) for (const one of fits) claims.set(one, (claims.get(one) ?? 0) + 1)
    left = fitting.flatMap(({ fits, row }) => {
      const [first] = fits
      const isSingle = first !== undefined && fits.length === 1 && claims.get(first) === 1
      const taken = onlySingle && !isSingle ? undefined : fits.find((one) => !used.has(one))
      if (taken === undefined) return [row]
      used.add(taken)
      found.push({
        record: taken.record,
        index: row.row.index,
        certain: isSingle && (!onlySingle || row.candidates.length === 1)
      })
      return []
    })
  }
  pass(isSameIn(false), false)
  pass(isSameIn(true), false)
  pass(() => true, true)
  return found.sort((a, b) => a.index - b.index)
}
