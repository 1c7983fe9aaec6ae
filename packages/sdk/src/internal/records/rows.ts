import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Activities from "../activities/lookup.js"
import * as EntityFields from "../entityFields/lookup.js"
import { fieldNamed } from "../entityFields/named.js"
import * as Row from "../json/rows.js"
import * as RecordViews from "../recordViews/lookup.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import type { Record, RecordValue, RowError, RowOptions } from "./model.js"
import { pickLatest } from "./values.js"

const method = "Records.rows"

/** Makes the function that reads a record as a row of a schema. The fields are looked up once. */
export const rowReader = (api: Api.Api) => {
  const { dataFields, keyFields } = EntityFields.fieldCatalogs(api)
  const activities = Activities.catalog(api)
  const recordViews = RecordViews.catalog(api)
  return <A, I>(schema: Schema.Schema<A, I>, { activity, record_view, sub_records }: RowOptions = {}) =>
    Effect.gen(function* () {
      const columns = Row.columns(schema)
      if (columns.length === 0) return yield* Method.invalid(method, "schema", "it names no columns")
      const [keys, data] = yield* Effect.all([keyFields.list, dataFields.list], { concurrency: "unbounded" })
      const fields = [...keys, ...data]
      const where = {
        activity: activity === undefined ? undefined : yield* activities.resolve(activity),
        sub_records,
        record_view: record_view === undefined ? undefined : yield* recordViews.resolve(record_view)
      }
      const queries = yield* Effect.forEach(columns, (column) =>
        Effect.map(fieldNamed(method, column.name, fields), (field) => ({
          column,
          query: { field: field.id, ...where }
        }))
      )
      const decode = Row.decode(schema, columns)
      return (record: Record): Either.Either<A, RowError> => {
        const picked = queries.map(({ column, query }) => ({ column, latest: pickLatest(record, query) }))
        const unknown = picked.flatMap(({ column, latest }) =>
          Either.isLeft(latest)
            ? [{ path: column.name, message: `is not known: the response has no readable ${latest.left}` }]
            : []
        )
        if (unknown.length > 0) return Either.left({ record, issues: unknown })
        const row = Object.fromEntries(
          picked.flatMap(({ column, latest }) => {
            const value = Either.getOrElse(latest, () => Option.none<RecordValue>())
            const content = Option.match(value, { onNone: () => null, onSome: ({ content }) => content })
            return content === null && column.isOptional ? [] : [[column.name, column.read(content)]]
          })
        )
        return Either.mapLeft(decode(row), (issues) => ({ record, issues }))
      }
    })
}
