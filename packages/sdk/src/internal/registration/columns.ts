import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Ids from "../../Ids.js"
import { InvalidRows, type Issue } from "../../KaleidoscopeError.js"
import * as MissingField from "../catalog/missingField.js"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import * as Cells from "../cells/check.js"
import { said } from "../cells/said.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as FieldNames from "../imports/fieldNames.js"
import * as ImportRows from "../imports/push.js"
import * as Json from "../json/json.js"
import * as EncodedRow from "../json/rows.js"
import * as Content from "../records/content.js"
import type { RecordView } from "../recordViews/lookup.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"

type Field = EntityFields.EntityField

/** A row as it is sent, and its index in the table. */
export interface SentRow {
  readonly index: number
  /** Plain JSON: what the platform gets. */
  readonly values: { readonly [column: string]: unknown }
}

/** A table that can be staged: its columns with their fields, and its rows. */
export interface Table {
  readonly keys: ReadonlyMap<string, Field>
  readonly data: ReadonlyMap<string, Field>
  readonly rows: ReadonlyArray<SentRow>
}

/** A key is text, a number or a boolean. */
const checkKey = (path: string, value: unknown): Either.Either<unknown, ReadonlyArray<Issue>> =>
  Cells.isEmpty(value) || Option.isSome(Content.asText(value))
    ? Either.right(value)
    : Either.left([{ path, message: said(value, "is not text, a number or a boolean, as a key must be") }])

const call = Calls.runImport.name

/** A row as the platform gets it: dates are text then, and what is `undefined` is left out. */
const sent = (row: unknown): Either.Either<SentRow["values"], ReadonlyArray<Issue>> =>
  Either.flatMap(EncodedRow.plain(row), (encoded) => {
    const values = Json.plain(encoded.row)
    return Predicate.isRecord(values)
      ? Either.right(values)
      : Either.left([{ path: "", message: "a row must be an object" }])
  })

/** Checks tables before they are sent. */
export const make = (api: Api.Api) => {
  const { dataFields, keyFields } = EntityFields.fieldCatalogs(api)

  /** The data fields that a view shows as columns. */
  const fieldsOf = (view: RecordView) =>
    Effect.gen(function* () {
      const columns = yield* MissingField.required(call, "record view", view, "view_fields")
      const ids = new Set(
        columns.flatMap(({ data_field_id }) => (data_field_id === null ? [] : [Id.canonical(data_field_id)]))
      )
      // A name may be new: so the fields are read now.
      const all = yield* dataFields.list
      return all.filter(({ id, is_archived }) => ids.has(Id.canonical(id)) && is_archived !== true)
    })

  /** The key fields with these names. */
  const keysOf = (names: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const problems = yield* FieldNames.make(keyFields, dataFields, "name").keys(names)
      yield* FieldNames.refuse(call, [...problems.values()])
      const fields = yield* keyFields.recent(() => true)
      return new Map(
        names.flatMap((name) => {
          const field = fields.find(({ field_name, is_archived }) => field_name === name && is_archived !== true)
          return field === undefined ? [] : [[name, field] as const]
        })
      )
    })

  return (view: RecordView, rows: ReadonlyArray<unknown>, key_field_names: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      yield* ImportRows.checkKeys("key_field_names", key_field_names, (name) => name)
      const keys = yield* keysOf(key_field_names)
      const fields = yield* fieldsOf(view)
      const encoded = rows.map((row, index) => ({ index, result: sent(row) }))

      const data = new Map<string, Field>()
      const wrong = new Map<string, FieldNames.Problem>()
      for (const { index, result } of encoded) {
        if (Either.isLeft(result)) continue
        for (const column of Object.keys(result.right)) {
          if (keys.has(column) || data.has(column) || wrong.has(column)) continue
          const [field, ...others] = fields.filter(({ field_name }) => field_name === column)
          if (field !== undefined && others.length === 0) {
            data.set(column, field)
            continue
          }
          const ids: ReadonlyArray<Ids.EntityFieldId> =
            field === undefined ? [] : [field, ...others].map(({ id }) => id)
          const names = [...key_field_names, ...fields.flatMap(({ field_name }) => field_name ?? [])]
          const why =
            field === undefined
              ? `is neither a key nor a data field of the view for drafts${Nearest.suggestion(column, names)}`
              : `is the name of ${ids.length} data fields of the view for drafts (${ids.join(", ")})`
          wrong.set(column, {
            reference: `data field {"field_name":${Nearest.quote(column)}}`,
            message: `the column ${Nearest.quote(column)} of rows[${index}] ${why}`,
            ids
          })
        }
      }
      yield* FieldNames.refuse(call, [...wrong.values()])

      const checked = (row: SentRow["values"]): Either.Either<SentRow["values"], ReadonlyArray<Issue>> => {
        const values: Array<readonly [column: string, value: unknown]> = []
        const issues: Array<Issue> = []
        for (const [column, value] of Object.entries(row)) {
          const field = data.get(column)
          const content = field === undefined ? checkKey(column, value) : Cells.check(field, value)
          if (Either.isRight(content)) values.push([column, content.right])
          else issues.push(...content.left)
        }
        return issues.length > 0 ? Either.left(issues) : Either.right(Object.fromEntries(values))
      }
      const ready: Array<SentRow> = []
      const invalid: Array<InvalidRows["rows"][number]> = []
      for (const { index, result } of encoded) {
        const row = Either.flatMap(result, checked)
        if (Either.isRight(row)) ready.push({ index, values: row.right })
        else invalid.push({ index, issues: row.left })
      }
      if (invalid.length > 0) {
        const messages = invalid.flatMap(({ index, issues }) =>
          issues.map(
            ({ message, path }) => `rows[${index}]${path === "" ? "" : `, ${Nearest.quote(path)}`}: ${message}`
          )
        )
        return yield* new InvalidRows({
          ...Method.localFacts(call, `${References.listed(messages)}. Nothing was sent`),
          rows: invalid
        })
      }
      return { keys, data, rows: ready } satisfies Table
    })
}
