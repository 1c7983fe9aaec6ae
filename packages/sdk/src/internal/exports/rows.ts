import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { Issue, ReadError, ReferenceError } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import * as EntityFields from "../entityFields/lookup.js"
import { fieldNamed } from "../entityFields/named.js"
import * as Id from "../id.js"
import * as Row from "../json/rows.js"
import type * as Api from "../request/api.js"
import type * as Csv from "../tables/csv.js"

/**
 * Why a row of an export cannot be read as a row of a schema.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowError {
  /** The number of the row: 1 is the first row after the header. */
  readonly row: number
  /** The values of the row as text, by the header of their column. */
  readonly values: Csv.Row
  /** Everything that is wrong. `path` begins with the name of the column. */
  readonly issues: ReadonlyArray<Issue>
}

/** Makes the function that reads the rows of an export as rows of a schema, once the header is known. */
export const rowReader = (api: Api.Api, call: string) => {
  const { dataFields, keyFields } = EntityFields.fieldCatalogs(api)

  const fields = Effect.map(
    Effect.all([keyFields.recent(() => true), dataFields.recent(() => true)], { concurrency: "unbounded" }),
    (lists) => lists.flat()
  )

  /** The header of a column that is not named like its header: by its id for its name, or by its name for its id. */
  const otherHeader = (
    column: Row.Column,
    header: Csv.Header
  ): Effect.Effect<string | undefined, ReadError | ReferenceError> =>
    Effect.gen(function* () {
      const all = yield* fields
      const missing = (hint: string) =>
        References.unknown(call, `column ${JSON.stringify(column.name)} in the export`, hint)
      const names = [...header.names, ...all.flatMap(({ field_name }) => field_name ?? [])]
      const field = yield* Effect.catchTag(fieldNamed(call, column.name, all), "KaleidoscopeUnknownReference", () =>
        Effect.fail(missing(Nearest.suggestion(column.name, names)))
      )
      const found = header.names.find((name) => Id.same(name, field.id) || name === field.field_name)
      return found === undefined && !column.isOptional
        ? yield* Effect.fail(
            missing(", though there is such a field: export a view that shows it, or make the column optional")
          )
        : found
    })

  /** The header of a column; `undefined` if it is optional, and the export does not have it. */
  const headerOf = (
    column: Row.Column,
    columns: ReadonlyArray<Row.Column>,
    header: Csv.Header
  ): Effect.Effect<string | undefined, ReadError | ReferenceError> => {
    const { name } = column
    if (!header.names.includes(name)) return otherHeader(column, header)
    const [first, ...others] = header.names.filter((_, index) => header.written[index] === name)
    // Who also names the second column of this header knows that there are two.
    const isAmbiguous = others.length > 0 && !columns.some((column) => others.includes(column.name))
    return isAmbiguous
      ? Effect.fail(
          References.ambiguous(call, `column ${JSON.stringify(name)} in the export`, [first ?? name, ...others])
        )
      : Effect.succeed(name)
  }

  return <A, I>(schema: Schema.Schema<A, I>, columns: ReadonlyArray<Row.Column>) =>
    (header: Csv.Header) =>
      Effect.map(
        Effect.forEach(columns, (column) =>
          Effect.map(headerOf(column, columns, header), (header) => ({ column, header }))
        ),
        (sources) => {
          const decode = Row.decodeOwn(schema, columns)
          let count = 0
          return (values: Csv.Row): Either.Either<A, RowError> => {
            const row = ++count
            const read = () => {
              const cells: Array<readonly [string, unknown]> = []
              for (const { column, header } of sources) {
                // A field without a value is an empty cell.
                const cell = header === undefined ? "" : (values[header] ?? "")
                if (cell !== "") cells.push([column.name, column.readCell(cell)])
                else if (!column.isOptional) cells.push([column.name, column.read(null)])
              }
              return Object.fromEntries(cells)
            }
            return Either.mapLeft(decode(read), (issues) => ({ row, values, issues }))
          }
        }
      )
}
