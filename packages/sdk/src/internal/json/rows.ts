import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Issue } from "../../KaleidoscopeError.js"
import * as Content from "../records/content.js"
import * as Decoder from "./decoder.js"
import * as Json from "./json.js"

/** A column of a schema's rows. */
export interface Column {
  /** The name on the encoded side of the schema. */
  readonly name: string
  readonly isOptional: boolean
  /** Converts content to a value that the column accepts, if possible: the platform gives numbers as text. */
  readonly read: (content: unknown) => unknown
  /** As `read`, for a cell of a table: a list or an object can be JSON there. */
  readonly readCell: (cell: string) => unknown
  /** Whether the column accepts a number, and this text is a number with more digits than a `number` can hold. */
  readonly isTooPrecise: (content: unknown) => boolean
}

const readings: ReadonlyArray<(content: unknown) => Option.Option<unknown>> = [
  Content.asNumber,
  Content.asBoolean,
  Content.asText,
  Content.asTexts,
  Content.asDecimal
]

const columnOf = (name: string, isOptional: boolean, type: AST.AST): Column => {
  const encoded = AST.encodedAST(type)
  const accepts = Schema.is(Schema.make(encoded))
  const read = (content: unknown): unknown => {
    if (accepts(content)) return content
    for (const reading of readings) {
      const value = Option.getOrUndefined(reading(content))
      if (value !== undefined && accepts(value)) return value
    }
    return content
  }
  return {
    name,
    isOptional,
    read,
    readCell: (cell) =>
      read(/^[[{]/.test(cell) && !accepts(cell) ? Either.getOrElse(Json.parse(cell), () => cell) : cell),
    isTooPrecise: (content) =>
      // A column of any content does not ask for a number.
      !AST.isUnknownKeyword(encoded) && Content.isBeyondNumbers(content) && accepts(Number(content))
  }
}

/** The columns of a schema of rows. */
export const columns = <A, I>(schema: Schema.Schema<A, I>): ReadonlyArray<Column> =>
  AST.getPropertySignatures(AST.encodedAST(schema.ast)).flatMap(({ isOptional, name, type }) =>
    typeof name === "string" ? [columnOf(name, isOptional, type)] : []
  )

/** The names of fields in decoded rows, by the name of their column, if the two differ. */
const renamed = (ast: AST.AST): ReadonlyMap<PropertyKey, PropertyKey> =>
  AST.isTransformation(ast)
    ? AST.isTypeLiteralTransformation(ast.transformation)
      ? new Map(ast.transformation.propertySignatureTransformations.map(({ from, to }) => [from, to]))
      : renamed(ast.from)
    : new Map()

const tooPrecise = "a number cannot hold all of its digits: let the column take a BigDecimal"

/** The issues of a row, one for each path. A union has an issue for each of its members; these are joined. */
const issuesOf = (issue: ParseResult.ParseIssue): ReadonlyArray<Issue> => {
  const messages = new Map<string, string>()
  for (const { message, path } of ParseResult.ArrayFormatter.formatIssueSync(issue)) {
    const at = Json.formatPath(path)
    const before = messages.get(at)
    messages.set(at, before === undefined ? message : `${before}; ${message}`)
  }
  return Array.from(messages, ([path, message]) => ({ path, message }))
}

/**
 * The places at which decoding changed a number in a text, because a `number` cannot hold its digits. Only places that the
 * decoded value still has are compared.
 */
const roundedIn = (content: unknown, decoded: unknown, path: Json.Path): ReadonlyArray<Issue> => {
  const value = Option.isOption(decoded) ? Option.getOrUndefined(decoded) : decoded
  if (typeof value === "number") {
    return Content.isBeyondNumbers(content)
      ? [{ path: Json.formatPath(path), message: `${JSON.stringify(content)}: ${tooPrecise}` }]
      : []
  }
  if (Array.isArray(content)) {
    const values = Predicate.isIterable(value) ? Array.from(value) : []
    return values.length === content.length
      ? content.flatMap((item: unknown, index) => roundedIn(item, values[index], [...path, index]))
      : []
  }
  return Predicate.isRecord(content) && Predicate.isObject(value)
    ? Object.entries(content).flatMap(([key, item]) =>
        Predicate.hasProperty(value, key) ? roundedIn(item, value[key], [...path, key]) : []
      )
    : []
}

/** Makes the function that decodes a row, or returns the issues of all its columns. */
export const decode = <A, I>(
  schema: Schema.Schema<A, I>,
  columns: ReadonlyArray<Column>
): ((row: { readonly [column: string]: unknown }) => Either.Either<A, ReadonlyArray<Issue>>) => {
  const decode = ParseResult.decodeUnknownEither(schema, { errors: "all" })
  const names = renamed(schema.ast)
  const isTooPrecise = new Map(columns.map(({ isTooPrecise, name }) => [Json.formatPath([name]), isTooPrecise]))

  const issuesIn = (row: { readonly [column: string]: unknown }, issue: ParseResult.ParseIssue) =>
    issuesOf(issue).map(({ message, path }) => ({
      path,
      message: isTooPrecise.get(path)?.(row[path]) === true ? `${message}; ${tooPrecise}` : message
    }))

  /** The schema itself may convert text to numbers, and rounds them. */
  const rounded = (row: { readonly [column: string]: unknown }, decoded: unknown): ReadonlyArray<Issue> =>
    columns.flatMap(({ name }) => {
      const field = names.get(name) ?? name
      return Predicate.hasProperty(decoded, field) ? roundedIn(row[name], decoded[field], [name]) : []
    })

  return (row) =>
    Either.flatMap(
      Either.mapLeft(decode(row), (issue) => issuesIn(row, issue)),
      (decoded) => {
        const issues = rounded(row, decoded)
        return issues.length > 0 ? Either.left(issues) : Either.right(decoded)
      }
    )
}

/**
 * As `decode`, with the compiled decoder, for rows that nobody else holds: `read` makes the row. The compiled decoder changes
 * values in place, and says only that a row does not fit; then the schema's own decoder gets the row, made once more.
 */
export const decodeOwn = <A, I>(
  schema: Schema.Schema<A, I>,
  columns: ReadonlyArray<Column>
): ((read: () => { readonly [column: string]: unknown }) => Either.Either<A, ReadonlyArray<Issue>>) => {
  const interpret = decode(schema, columns)
  return (read) => {
    const row = read()
    const fits = !columns.some(({ name }) => Content.isBeyondNumbers(row[name]) || Predicate.isObject(row[name]))
    const decoded = fits ? Decoder.decode(schema, row) : Option.none()
    return Option.isSome(decoded) && decoded.value.unreadable.length === 0
      ? Either.right(decoded.value.value)
      : interpret(read())
  }
}

/** A row in the form that is sent. */
export interface Encoded {
  readonly row: unknown
  /** The columns that the row has. */
  readonly columns: ReadonlyArray<string>
}

const issue = (path: string, message: string): ReadonlyArray<Issue> => [{ path, message }]

const noObject = issue("", "a row must be an object")

/**
 * Whether a row has these columns in this order, as nearly all rows have those of the row before. Makes no list for each row.
 * Throws if a getter of the row throws.
 */
export const hasColumns = (row: unknown, columns: ReadonlyArray<string>): boolean => {
  if (!Predicate.isRecord(row) || typeof row["toJSON"] === "function") return false
  let count = 0
  for (const column in row) {
    if (row[column] === undefined) continue
    if (columns[count] !== column) return false
    count++
  }
  return count === columns.length
}

/** The columns of a row that are sent, or `None` if the row is not an object. A column that is `undefined` is not sent. */
export const sentColumns = (row: unknown): Option.Option<ReadonlyArray<string>> => {
  if (!Predicate.isRecord(row)) return Option.none()
  // A row with a `toJSON` is sent as its result.
  if (typeof row["toJSON"] === "function") {
    const sent = Either.flatMap(
      Either.mapLeft(Json.stringify(row), ({ reason }) => reason),
      Json.parse
    )
    return Either.match(sent, {
      onLeft: () => Option.some([]),
      onRight: (sent) => (Predicate.isRecord(sent) ? Option.some(Object.keys(sent)) : Option.none())
    })
  }
  // A row with a getter that throws is rejected later, when it is written.
  return Option.some(Option.getOrElse(definedColumns(row), () => []))
}

const definedColumns = Option.liftThrowable((row: { readonly [column: string]: unknown }) =>
  Object.keys(row).filter((column) => row[column] !== undefined)
)

/**
 * A row that is sent without a schema, or the reason why it cannot be sent. If it has the columns of the row before, it shares
 * their list.
 */
export const plain = (
  row: unknown,
  columnsBefore: ReadonlyArray<string> = []
): Either.Either<Encoded, ReadonlyArray<Issue>> => {
  const hasThose = Either.getOrElse(
    Either.try(() => hasColumns(row, columnsBefore)),
    () => false
  )
  const columns = hasThose ? columnsBefore : Option.getOrUndefined(sentColumns(row))
  if (columns === undefined) return Either.left(noObject)
  return Either.mapBoth(Json.check(row), {
    onLeft: ({ path, reason }) => issue(Json.formatPath(path), `cannot be sent: ${reason}`),
    onRight: () => ({ row, columns })
  })
}

/** Makes the function that encodes a row with a schema, or returns the issues of all its columns. */
export const encode = <A, I>(
  schema: Schema.Schema<A, I>
): ((row: A, columnsBefore?: ReadonlyArray<string>) => Either.Either<Encoded, ReadonlyArray<Issue>>) => {
  const encode = ParseResult.encodeEither(schema, { errors: "all" })
  return (row, columnsBefore) =>
    Either.flatMap(
      // The transformations of a schema are the caller's code, which may throw.
      Either.flatMap(
        Either.try({ try: () => encode(row), catch: (error) => issue("", `the schema throws: ${String(error)}`) }),
        Either.mapLeft(issuesOf)
      ),
      (encoded) => plain(encoded, columnsBefore)
    )
}
