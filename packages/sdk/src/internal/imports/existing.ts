import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Ids from "../../Ids.js"
import type { InvalidRequest, ReadError } from "../../KaleidoscopeError.js"
import * as MissingField from "../catalog/missingField.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as RecordCalls from "../records/calls.js"
import * as Content from "../records/content.js"
import type { Record } from "../records/lookup.js"
import type { RecordValue } from "../records/model.js"
import { keyValues } from "../records/values.js"
import type * as Api from "../request/api.js"
import type { Prepared } from "./prepare.js"
import { keyOf } from "./repeatedKeys.js"

/**
 * The length of the keys in the address of one request. Many servers and proxies refuse an address of more than 8 KiB.
 */
const longestKeys = 6000

/** Where the values of a job are. */
export interface Place {
  /** The key fields, in the order of the key columns. */
  readonly keyFields: ReadonlyArray<EntityFields.EntityField>
  /** The fields of the columns that were seen so far. */
  readonly fields: ReadonlyMap<string, EntityFields.EntityField>
  readonly keyNames: ReadonlyArray<string>
  readonly operation_id: Ids.ActivityId | null
  readonly record_view_id: Ids.RecordViewId | null
  /** Whether any value of the place counts, and not only the latest one. */
  readonly countsAll: boolean
}

/** Rows that were looked up: what has to be sent, and the rows that are there. */
export interface LookedUp {
  readonly missing: ReadonlyArray<Prepared>
  readonly there: ReadonlyArray<Prepared>
}

const createdAt = ({ created_at }: RecordValue): number =>
  created_at === null ? Number.NEGATIVE_INFINITY : DateTime.toEpochMillis(created_at)

/** Whether content clears a field: to the platform, an empty list may be no value. */
const isNothing = (content: unknown): boolean =>
  content === null || content === "" || (Array.isArray(content) && content.length === 0)

/** Groups of rows, each with keys that fit into one address. */
const grouped = (rows: ReadonlyArray<readonly [keys: object, row: Prepared]>) => {
  const groups: Array<Array<readonly [keys: object, row: Prepared]>> = []
  let length = Number.POSITIVE_INFINITY
  for (const pair of rows) {
    const added = encodeURIComponent(JSON.stringify(pair[0])).length + 3
    if (length + added > longestKeys) {
      groups.push([])
      length = 0
    }
    length += added
    groups.at(-1)?.push(pair)
  }
  return groups
}

/** Looks up which values of rows the platform has. */
export const make = (api: Api.Api, place: Place) => {
  const keyIds = place.keyFields.map(({ id }) => id)

  const isAtPlace = (record: Record, value: RecordValue): boolean =>
    (value.record_id === null || Id.same(value.record_id, record.id)) &&
    (place.operation_id === null ? value.operation_id === null : Id.same(value.operation_id, place.operation_id)) &&
    (place.record_view_id === null ||
      value.record_view_id === null ||
      Id.same(value.record_view_id, place.record_view_id))

  /** The contents that a value is compared with. */
  const contentsOf = (record: Record, field: EntityFields.EntityField): ReadonlyArray<unknown> => {
    const values = (Id.entryOf(record.record_values, field.id) ?? []).filter((value) => isAtPlace(record, value))
    if (place.countsAll || values.length < 2) return values.map(({ content }) => content)
    let latest = values[0]
    for (const value of values) if (latest !== undefined && createdAt(value) > createdAt(latest)) latest = value
    return latest === undefined ? [] : [latest.content]
  }

  const isThere = (record: Record, field: EntityFields.EntityField, content: unknown): boolean => {
    const contents = contentsOf(record, field)
    return isNothing(content)
      ? contents.every(isNothing)
      : contents.some((held) => held === content || Content.isSame(field.field_type, held, content))
  }

  /** The row without the values that the record has, or `undefined` if it has all of them. */
  const missingOf = (row: Prepared, record: Record): Prepared | undefined => {
    const missing: { [column: string]: unknown } = {}
    let count = 0
    for (const [name, content] of Object.entries(row.sent)) {
      const isKey = place.keyNames.includes(name)
      const field = isKey ? undefined : place.fields.get(name)
      if (field !== undefined && isThere(record, field, content)) continue
      missing[name] = content
      if (!isKey) count++
    }
    return count === 0 ? undefined : place.countsAll ? row : { ...row, sent: missing }
  }

  const ask = (
    group: ReadonlyArray<readonly [keys: object, row: Prepared]>
  ): Effect.Effect<ReadonlyArray<Record>, ReadError | InvalidRequest> =>
    Effect.flatMap(
      api.get(RecordCalls.find, {}, { records_key_field_to_value: group.map(([keys]) => keys) }),
      (responses) =>
        Effect.forEach(
          responses.flatMap(({ record }) => (record === null ? [] : [record])),
          (record) =>
            Unread.isPresent(record, "identifier_ids") && Unread.isPresent(record, "record_values")
              ? Effect.succeed(record)
              : Effect.fail(MissingField.error(RecordCalls.find.name, `record ${record.id}`, "record_values"))
        )
    )

  const lookUpGroup = (group: ReadonlyArray<readonly [keys: object, row: Prepared]>) =>
    Effect.gen(function* () {
      const records = new Map<string, Record>()
      for (const record of yield* ask(group)) {
        const held = keyValues(record)
        const texts = keyIds.map((id) => Id.entryOf(held, id))
        // A record with more keys is of another entity type.
        if (Object.keys(held).length !== keyIds.length || texts.includes(undefined)) continue
        records.set(keyOf(texts.map(String)), record)
      }
      return group.map(([, row]) => {
        const record = records.get(keyOf(row.keys))
        return record === undefined ? row : missingOf(row, record)
      })
    })

  return (rows: ReadonlyArray<Prepared>): Effect.Effect<LookedUp, ReadError | InvalidRequest> =>
    Effect.gen(function* () {
      const pairs = rows.flatMap((row) =>
        row.keys.length === keyIds.length
          ? [[Object.fromEntries(keyIds.map((id, nth) => [id, row.keys[nth]])), row] as const]
          : []
      )
      const groups = grouped(pairs)
      const found = (yield* Effect.forEach(groups, lookUpGroup, { concurrency: 8 })).flat()
      const byRow = new Map(pairs.map(([, row], nth) => [row, found[nth]]))
      const missing: Array<Prepared> = []
      const there: Array<Prepared> = []
      for (const row of rows) {
        const left = byRow.has(row) ? byRow.get(row) : row
        if (left === undefined) there.push(row)
        else missing.push(left)
      }
      return { missing, there }
    })
}
