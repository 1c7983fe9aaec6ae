import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Catalog from "../catalog/catalog.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as Content from "./content.js"
import type { Record, RecordValue, ValueQuery } from "./model.js"

const createdAt = (value: RecordValue): number =>
  value.created_at === null ? Number.NEGATIVE_INFINITY : DateTime.toEpochMillis(value.created_at)

type Deciding = "record_id" | "operation_id" | "record_view_id" | "created_at"

/** Whether the response had this field of a value in a form that cannot be read: its `null` then means nothing. */
export const isUnreadable = (value: RecordValue, name: Deciding): boolean =>
  value[name] === null && Unread.unreadable(value, name) !== undefined

/** The latest value of a field, or the part of the response that is missing or unreadable, so that it is not known. */
export const pickLatest = (record: Record, query: ValueQuery): Either.Either<Option.Option<RecordValue>, string> => {
  if (!Unread.isPresent(record, "record_values")) return Either.left("record_values")
  const activity = query.activity === undefined ? undefined : Catalog.idIn<string>(query.activity)
  const subRecord = query.sub_record === undefined ? undefined : Catalog.idIn<string>(query.sub_record)
  const recordView = query.record_view === undefined ? undefined : Catalog.idIn<string>(query.record_view)
  const fieldId = Catalog.idIn<string>(query.field) ?? ""
  const ofOthers = query.sub_records === true || subRecord !== undefined
  const deciding: ReadonlyArray<Deciding> = [
    "record_id",
    ...(activity === undefined ? [] : (["operation_id"] as const)),
    ...(recordView === undefined ? [] : (["record_view_id"] as const))
  ]
  let latest: RecordValue | undefined
  let undated: RecordValue | undefined
  let several = false
  for (const value of Id.entryOf(record.record_values, fieldId) ?? []) {
    const name = deciding.find((name) => isUnreadable(value, name))
    if (name !== undefined) return Either.left(`${name} of the value ${value.id}`)
    const wanted =
      (activity === undefined || Id.same(value.operation_id, activity) || value.record_id === null) &&
      (ofOthers || value.record_id === null || Id.same(value.record_id, record.id)) &&
      (subRecord === undefined || Id.same(value.record_id, subRecord)) &&
      (recordView === undefined || Id.same(value.record_view_id, recordView))
    if (!wanted) continue
    if (isUnreadable(value, "created_at")) undated = value
    several = latest !== undefined
    if (latest === undefined || createdAt(value) > createdAt(latest)) latest = value
  }
  return undated !== undefined && several
    ? Either.left(`created_at of the value ${undated.id}`)
    : Either.right(Option.fromNullable(latest))
}

/**
 * The value of a field, as the official client picks it: the newest of the values that are asked for. A value without a
 * date counts as the oldest. Of several that are equally new it is the first.
 *
 * It is none, too, if the response has no values, or has the date, the record, the activity or the view of a value in a
 * form that cannot be read. `Model.isAbsent` and `Model.isUnreadable` show the difference.
 *
 * @since 0.1.0
 * @category getters
 */
export const latestValue: {
  (query: ValueQuery): (record: Record) => Option.Option<RecordValue>
  (record: Record, query: ValueQuery): Option.Option<RecordValue>
} = dual(
  2,
  (record: Record, query: ValueQuery): Option.Option<RecordValue> =>
    Either.getOrElse(pickLatest(record, query), () => Option.none())
)

/**
 * The content of the latest value of a field: see `latestValue`.
 *
 * @example
 * ```ts
 * import { Records, type Ids } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const ic50 = (record: Records.Record, field: Ids.EntityFieldId) =>
 *   Option.flatMap(Records.latestContent(record, { field }), Records.asNumber)
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const latestContent: {
  (query: ValueQuery): (record: Record) => Option.Option<unknown>
  (record: Record, query: ValueQuery): Option.Option<unknown>
} = dual(
  2,
  (record: Record, query: ValueQuery): Option.Option<unknown> =>
    Option.map(latestValue(record, query), ({ content }) => content)
)

/**
 * The keys of a record as text, by the id of the key field: the values with an id in `identifier_ids`. A key that is
 * `null`, a list or an object is left out. The result is empty, too, if the response does not have `identifier_ids`:
 * `Model.isAbsent(record, "identifier_ids")` shows the difference.
 *
 * @since 0.1.0
 * @category getters
 */
export const keyValues = (record: Record): { readonly [fieldId: string]: string } => {
  const ids = new Set(record.identifier_ids.map(Id.canonical))
  return Object.fromEntries(
    Object.entries(record.record_values).flatMap(([fieldId, values]) => {
      const [text] = values.flatMap(({ content, id }) =>
        ids.has(Id.canonical(id)) ? Option.toArray(Content.asText(content)) : []
      )
      return text === undefined ? [] : [[fieldId, text]]
    })
  )
}
