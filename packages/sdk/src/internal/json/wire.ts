import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Timestamp from "./timestamp.js"
import * as Unread from "./unread.js"

/** A model of the wire: fields that it does not name are kept. */
export const model = <Fields extends Schema.Struct.Fields>(identifier: string, fields: Fields): Schema.Struct<Fields> =>
  Schema.Struct(fields).annotations({ identifier, parseOptions: { onExcessProperty: "preserve" } })

/** The annotation of a field that may be `null` or missing: what makes the value that it has then. */
export const Absent = "@effect-kaleidoscope/sdk/absent"

/** The annotation of such a field that has to be readable where it is there: see `essential`. */
export const Essential = "@effect-kaleidoscope/sdk/essential"

/** The annotation of such a field of which it is remembered that it was missing: see `decisive`. */
export const Decisive = "@effect-kaleidoscope/sdk/decisive"

/** A field that may be `null` or missing, and counts as missing where it cannot be read: `null`. */
export const orNull = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): A | null => null
  return Schema.optionalWith(Schema.NullOr(schema), { default: absent }).annotations({ [Absent]: absent })
}

/** A list that may be `null` or missing, and counts as missing where it cannot be read: empty. */
export const list = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): ReadonlyArray<A> => Unread.noList
  return Schema.optionalWith(Schema.Array(schema), { default: absent, nullable: true }).annotations({
    [Absent]: absent
  })
}

/** An object from ids to something, that may be `null` or missing, and counts as missing where it cannot be read: empty. */
export const map = <A, I>(schema: Schema.Schema<A, I>) => {
  const absent = (): { readonly [key: string]: A } => Unread.noMap
  return Schema.optionalWith(Schema.Record({ key: Schema.String, value: schema }), {
    default: absent,
    nullable: true
  }).annotations({ [Absent]: absent })
}

/** A schema as an error calls what an answer has to have. Of which kind an id is, the place says. */
export const inWords = (schema: { toString(): string }): string => String(schema).replaceAll(/ & Brand<"[^"]*">/g, "")

interface Annotated<Field> {
  annotations(annotations: { readonly [annotation: string]: unknown }): Field
}

/** What a call is about: where such a field is there and cannot be read, the answer cannot be used. */
export const essential = <Field extends Annotated<Field>>(field: Field): Field =>
  field.annotations({ [Essential]: true })

/** A field that may be `null`, and from which the SDK draws conclusions of its own: that it was missing is remembered. */
export const decisive = <Field extends Annotated<Field>>(field: Field): Field => field.annotations({ [Decisive]: true })

const noJson = (): unknown => null

/** Anything JSON can hold; missing is `null`. */
export const json = Schema.optionalWith(Schema.Unknown, { default: noJson }).annotations({ [Absent]: noJson })

/** The annotation that holds the members of an enumeration that are known. */
export const Known = "@effect-kaleidoscope/sdk/known"

/** One of the strings that are known, or any other: the server adds members without notice. */
export const oneOf = <const Known extends ReadonlyArray<string>>(...known: Known) =>
  Schema.declare((input): input is Known[number] | (string & {}) => typeof input === "string", {
    identifier: "string",
    description: `one of ${known.join(", ")}, or a string that is new`,
    [Known]: known
  })

/** A point in time, microseconds kept, written back as it came. */
export const timestamp: Schema.Schema<DateTime.Utc, string> = Schema.transformOrFail(
  Schema.String,
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(Timestamp.parse(text), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, text, "is no date in ISO 8601")),
        onSome: ParseResult.succeed
      }),
    encode: (value) => ParseResult.succeed(Timestamp.format(value))
  }
).annotations({ identifier: "Timestamp", description: "a date in ISO 8601" })

/** What can be given where the API wants a date: a `DateTime`, a `Date`, or ISO 8601, a date alone included. */
export type DateInput = DateTime.DateTime | Date | string

/** A date as a body or a query takes it: a text that is no date becomes one that cannot be sent, and is refused there. */
export const date = <None extends null | undefined>(input: DateInput | None): DateInput | None =>
  typeof input === "string" && Option.isNone(Timestamp.parse(input)) ? new Date(Number.NaN) : input
