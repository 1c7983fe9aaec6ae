import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Timestamp from "./timestamp.js"
import * as Unread from "./unread.js"

/** The schema of an object of the API. Fields that the schema does not name are kept. */
export const model = <Fields extends Schema.Struct.Fields>(identifier: string, fields: Fields): Schema.Struct<Fields> =>
  Schema.Struct(fields).annotations({ identifier, parseOptions: { onExcessProperty: "preserve" } })

/** The annotation of a field that may be `null` or missing. It holds the function that makes the value for that case. */
export const Absent = "@effect-kaleidoscope/sdk/absent"

/** The annotation of an `essential` field. */
export const Essential = "@effect-kaleidoscope/sdk/essential"

/** The annotation of a `decisive` field. */
export const Decisive = "@effect-kaleidoscope/sdk/decisive"

/** A field that is `null` if it is missing or cannot be read. */
export const orNull = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): A | null => null
  return Schema.optionalWith(Schema.NullOr(schema), { default: absent }).annotations({ [Absent]: absent })
}

/** A list that is empty if it is `null`, missing or cannot be read. */
export const list = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): ReadonlyArray<A> => Unread.noList
  return Schema.optionalWith(Schema.Array(schema), { default: absent, nullable: true }).annotations({
    [Absent]: absent
  })
}

/** An object with ids as keys. It is empty if it is `null`, missing or cannot be read. */
export const map = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): { readonly [key: string]: A } => Unread.noMap
  return Schema.optionalWith(Schema.Record({ key: Schema.String, value: schema }), {
    default: absent,
    nullable: true
  }).annotations({ [Absent]: absent })
}

/** The text of a schema for an error message. Brands of ids are left out, because the place in the response shows the kind. */
export const inWords = (schema: { toString(): string }): string => String(schema).replaceAll(/ & Brand<"[^"]*">/g, "")

interface Annotated<Field> {
  annotations(annotations: { readonly [annotation: string]: unknown }): Field
}

/** A field that the response cannot be used without: if it is present and cannot be read, decoding fails. */
export const essential = <Field extends Annotated<Field>>(field: Field): Field =>
  field.annotations({ [Essential]: true })

/** A field with a `null` that means something to the SDK: `Unread` stores that the field was missing. */
export const decisive = <Field extends Annotated<Field>>(field: Field): Field => field.annotations({ [Decisive]: true })

const noJson = (): unknown => null

/** Any JSON value. It is `null` if it is missing. */
export const json = Schema.optionalWith(Schema.Unknown, { default: noJson }).annotations({ [Absent]: noJson })

/** The annotation that holds the known members of an enumeration. */
export const Known = "@effect-kaleidoscope/sdk/known"

/** One of the known strings, or any other string: the server adds members without notice. */
export const oneOf = <const Known extends ReadonlyArray<string>>(...known: Known) =>
  Schema.declare((input): input is Known[number] | (string & {}) => typeof input === "string", {
    identifier: "string",
    description: `one of ${known.join(", ")}, or another string`,
    [Known]: known
  })

/** A point in time. Microseconds are kept, and encoding gives the text that was decoded. */
export const timestamp: Schema.Schema<DateTime.Utc, string> = Schema.transformOrFail(
  Schema.String,
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(Timestamp.parse(text), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, text, "is not a date in ISO 8601")),
        onSome: ParseResult.succeed
      }),
    encode: (value) => ParseResult.succeed(Timestamp.format(value))
  }
).annotations({ identifier: "Timestamp", description: "a date in ISO 8601" })

/** A date argument: a `DateTime`, a `Date`, or text in ISO 8601. The text may be a date without a time. */
export type DateInput = DateTime.DateTime | Date | string

/** A date argument for a body or a query. A text that is not a date becomes an invalid `Date`, which encoding rejects. */
export const date = <None extends null | undefined>(input: DateInput | None): DateInput | None =>
  typeof input === "string" && Option.isNone(Timestamp.parse(input)) ? new Date(Number.NaN) : input
