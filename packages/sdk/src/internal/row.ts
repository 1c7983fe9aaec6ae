import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Issue } from "../KaleidoscopeError.js"
import * as Content from "./content.js"
import * as Json from "./json.js"

/** A column of a schema's rows. */
export interface Column {
  /** As it is in what the schema is decoded from. */
  readonly name: string
  readonly isOptional: boolean
  /** Content as the column takes it, if it can be read so: the platform gives numbers as text, and a schema says what it wants. */
  readonly read: (content: unknown) => unknown
}

const readings: ReadonlyArray<(content: unknown) => Option.Option<unknown>> = [
  Content.asNumber,
  Content.asBoolean,
  Content.asText,
  Content.asTexts
]

const readAs = (type: AST.AST): ((content: unknown) => unknown) => {
  const accepts = Schema.is(Schema.make(AST.encodedAST(type)))
  return (content) =>
    accepts(content) ? content : (readings.flatMap((read) => Option.toArray(read(content))).find(accepts) ?? content)
}

/** The columns that a schema of rows names. */
export const columns = <A, I>(schema: Schema.Schema<A, I>): ReadonlyArray<Column> =>
  AST.getPropertySignatures(AST.encodedAST(schema.ast)).flatMap(({ isOptional, name, type }) =>
    typeof name === "string" ? [{ name, isOptional, read: readAs(type) }] : []
  )

/** Reads a row, and says of each of its columns what is wrong: in one line, though a union has one for each member. */
export const decode = <A, I>(
  schema: Schema.Schema<A, I>
): ((row: { readonly [column: string]: unknown }) => Either.Either<A, ReadonlyArray<Issue>>) => {
  const decode = ParseResult.decodeUnknownEither(schema, { errors: "all" })
  return (row) =>
    Either.mapLeft(decode(row), (issue) => {
      const messages = new Map<string, string>()
      for (const { message, path } of ParseResult.ArrayFormatter.formatIssueSync(issue)) {
        const at = Json.formatPath(path)
        const before = messages.get(at)
        messages.set(at, before === undefined ? message : `${before}; ${message}`)
      }
      return Array.from(messages, ([path, message]) => ({ path, message }))
    })
}
