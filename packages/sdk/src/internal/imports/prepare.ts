import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type { Issue, ReadError } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import * as Cells from "../cells/check.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Json from "../json/json.js"
import * as EncodedRow from "../json/rows.js"
import * as Content from "../records/content.js"
import * as FieldNames from "./fieldNames.js"
import type { Row } from "./model.js"
import type * as RepeatedKeys from "./repeatedKeys.js"
import type { RejectedRow } from "./report.js"

/** A row of the input, and where it stands. */
export interface InputRow {
  readonly row: number
  readonly line?: number | undefined
  readonly values: unknown
  readonly issues: ReadonlyArray<Issue>
}

/** A row that can be sent. */
export interface Prepared {
  readonly row: number
  readonly line: number | undefined
  /** The values as they were read. */
  readonly values: unknown
  /** The values that are sent, by the name of their field. */
  readonly sent: Row
  /** The texts of the keys, in the order of the key columns. */
  readonly keys: ReadonlyArray<string>
}

/** What is known of a column. */
interface Column {
  readonly isKey: boolean
  /** Why the column cannot be sent. */
  readonly problem: string | undefined
  /** The data field, if the workspace has it. */
  readonly field: EntityFields.EntityField | undefined
}

/** How the rows of a job are checked. */
export interface Options {
  readonly keys: ReadonlyArray<string>
  /** The keys that the platform makes itself for rows without them. */
  readonly generated: ReadonlySet<string>
  readonly isAdding: boolean
  /** The keys of the rows so far; none if they may be repeated. */
  readonly rowsByKey: RepeatedKeys.RowsByKey | undefined
  /** Whether the rows are those of a table: text that the schema reads. */
  readonly isTable: boolean
  readonly schema: Schema.Schema.AnyNoContext | undefined
  readonly known: ReturnType<typeof FieldNames.make>
  /** The data field of this name. */
  readonly fieldCalled: (name: string) => Effect.Effect<EntityFields.EntityField | undefined, ReadError>
  /** Gets the fields of the columns, as they are seen. */
  readonly fields: Map<string, EntityFields.EntityField>
}

/** A rejected row, as the report has it. */
export const rejectedRow = (
  { line, row, values }: Pick<InputRow, "row" | "line" | "values">,
  issues: ReadonlyArray<Issue>
): RejectedRow => ({
  row,
  ...(line === undefined ? {} : { line }),
  values: Predicate.isRecord(values) ? values : {},
  issues
})

/** Makes the function that reads rows of a table with a schema, and gives them in the form that is sent. */
const readingWith = <A, I>(schema: Schema.Schema<A, I>) => {
  const columns = EncodedRow.columns(schema)
  const decode = EncodedRow.decode(schema, columns)
  const encode = EncodedRow.encode(schema)
  return (values: unknown): Either.Either<EncodedRow.Encoded, ReadonlyArray<Issue>> => {
    const cells = Predicate.isRecord(values) ? values : {}
    const row: { [column: string]: unknown } = {}
    for (const { isOptional, name, read } of columns) {
      const cell = Object.hasOwn(cells, name) ? cells[name] : undefined
      if (!Cells.isEmpty(cell)) row[name] = read(cell)
      else if (!isOptional) row[name] = null
    }
    return Either.flatMap(decode(row), encode)
  }
}

/** Makes the function that finds out why a value cannot be a key. */
const keyProblemIn =
  (isTable: boolean) =>
  (value: unknown, text: Option.Option<string>): string | undefined => {
    if (Option.isNone(text)) return Cells.isEmpty(value) ? undefined : "a key must be text, a number or a boolean"
    const { value: key } = text
    if (key.trim() === "" && key !== "") return "the key is only white space"
    // In a file nobody sees it, and the platform would make another record.
    return isTable && key !== key.trim()
      ? `the key ${Nearest.quote(key)} begins or ends with white space: remove it`
      : undefined
  }

/** Makes the function that checks rows: it gives those that can be sent, and the others with what is wrong with them. */
export const make = (options: Options) => {
  const { isAdding, isTable, keys, known, rowsByKey, schema } = options
  const columns = new Map<string, Column>()
  const seenNames = new Map(keys.map((name) => [Nearest.visible(name), name]))
  const isKey = new Set(keys)
  const keyProblem = keyProblemIn(isTable)
  const read =
    schema === undefined
      ? isTable
        ? (values: unknown) =>
            Either.right({ row: values, columns: Predicate.isRecord(values) ? Object.keys(values) : [] })
        : EncodedRow.plain
      : isTable
        ? readingWith(schema)
        : EncodedRow.encode(schema)

  const addColumns = (names: ReadonlySet<string>) =>
    Effect.gen(function* () {
      const others = Array.from(names).filter((name) => !isKey.has(name))
      const problems = isAdding ? new Map<string, FieldNames.Problem>() : yield* known.columns(others)
      for (const name of names) {
        if (isKey.has(name)) {
          columns.set(name, { isKey: true, problem: undefined, field: undefined })
          continue
        }
        const problem = isAdding ? FieldNames.unaddable(seenNames, name) : problems.get(name)?.message
        const field = problem === undefined ? yield* options.fieldCalled(name) : undefined
        if (field !== undefined) options.fields.set(name, field)
        columns.set(name, { isKey: false, problem, field })
      }
    })

  const check = (input: InputRow, encoded: EncodedRow.Encoded): Prepared | RejectedRow => {
    const values = Predicate.hasProperty(encoded.row, "toJSON") ? Json.plain(encoded.row) : encoded.row
    const issues: Array<Issue> = []
    const sent: { [column: string]: unknown } = {}
    for (const name of encoded.columns) {
      const value: unknown = Predicate.isRecord(values) ? values[name] : undefined
      if (isTable && Cells.isEmpty(value)) continue
      const column = columns.get(name)
      if (column?.problem !== undefined) {
        issues.push({ path: name, message: column.problem })
        continue
      }
      const content = column?.field === undefined ? Either.right(value) : Cells.check(column.field, value)
      if (Either.isRight(content)) sent[name] = content.right
      else issues.push(...content.left)
    }
    const texts: Array<string> = []
    for (const name of keys) {
      const value = Object.hasOwn(sent, name) ? sent[name] : undefined
      const text = Content.asText(value)
      const problem = keyProblem(value, text)
      if (problem !== undefined) issues.push({ path: name, message: problem })
      else if (Option.isSome(text) && text.value !== "") texts.push(text.value)
      else if (!options.generated.has(name)) issues.push({ path: name, message: "the key is missing" })
    }
    if (issues.length === 0 && texts.length === keys.length && rowsByKey !== undefined) {
      const before = rowsByKey.rowBefore(texts, input.row)
      if (before !== undefined) {
        const [path = ""] = keys
        const quoted = texts.map(Nearest.quote).join(" ")
        const message = before.isSame
          ? `row ${before.row} has the same key, ${quoted}`
          : `the key of row ${before.row} looks the same as ${quoted}, and is written differently`
        issues.push({ path, message })
      }
    }
    return issues.length > 0
      ? rejectedRow(input, issues)
      : { row: input.row, line: input.line, values: input.values, sent, keys: texts }
  }

  return (rows: Iterable<InputRow>) =>
    Effect.gen(function* () {
      const inputs = Array.from(rows, (input) => ({
        input,
        encoded: input.issues.length > 0 ? Either.left(input.issues) : read(input.values)
      }))
      const unseen = new Set<string>()
      for (const { encoded } of inputs) {
        if (Either.isLeft(encoded)) continue
        for (const name of encoded.right.columns) if (!columns.has(name)) unseen.add(name)
      }
      if (unseen.size > 0) yield* addColumns(unseen)
      const prepared: Array<Prepared> = []
      const rejected: Array<RejectedRow> = []
      for (const { encoded, input } of inputs) {
        if (Either.isLeft(encoded)) {
          rejected.push(rejectedRow(input, encoded.left))
          continue
        }
        const checked = check(input, encoded.right)
        if ("sent" in checked) prepared.push(checked)
        else rejected.push(checked)
      }
      return { prepared, rejected }
    })
}
