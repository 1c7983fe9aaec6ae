import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"
import { isIsoDate } from "./dates.js"
import type { Part } from "./multipart.js"

/** A field of an item. `make` sets it to this value if it is left out. */
export const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: () => NoInfer<A>) =>
  schema.pipe(Schema.propertySignature, Schema.withConstructorDefault(value))

/** A field that is `null` if it is not set. */
export const orNull = <A, I>(schema: Schema.Schema<A, I>) => withDefault(Schema.NullOr(schema), () => null)

/** Text, or `null` if it is not set. */
export const text = orNull(Schema.String)

/** A list of ids or of names. */
export const strings = Schema.Array(Schema.String)

/** A field with a list, empty if it is not set. */
export const list = <A, I>(item: Schema.Schema<A, I>) => withDefault(Schema.Array(item), () => [])

/** A field with a list of ids or of names, empty if it is not set. */
export const texts = list(Schema.String)

/** A field that is `false` if it is not set. */
export const flag = withDefault(Schema.Boolean, () => false)

/** Free-form JSON objects: `attrs`, `event_attrs`. */
export const object = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/** Rich text (`{ type: "doc", content: […] }`), or `null`. The platform does not check its content. */
export const richText = orNull(object)

/** Rich text in a request: a document. Plain text is not one. */
export const richTextDocument = object.pipe(
  Schema.filter(
    ({ content, type }) =>
      (type === "doc" && (content === undefined || Array.isArray(content))) ||
      'Expected rich text, { "type": "doc", "content": […] }',
    {
      jsonSchema: {
        type: "object",
        properties: { type: { const: "doc" }, content: { type: "array" } },
        required: ["type"]
      }
    }
  )
)

const strict = { parseOptions: { errors: "all", onExcessProperty: "error" } } as const

/** The JSON body of a request. An unknown field is an error, and all errors are reported together. */
export const body = <Fields extends Schema.Struct.Fields>(fields: Fields): Schema.Struct<Fields> =>
  Schema.Struct(fields).annotations(strict)

/** The body of a call without parameters: empty, or an empty object. */
export const noBody = body({})

/** The response of a call that returns no data. */
export const done = Schema.Struct({})

/** A field that may be left out. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** A field that may be left out, or be `null`: many clients send `null` for values that they do not have. */
export const nullish = <A, I>(schema: Schema.Schema<A, I>) => optional(Schema.NullOr(schema))

const editedIds = nullish(strings)

/** Ids that an update adds to these lists, and ids that it removes: `add_label_ids`, `remove_label_ids`. */
export const edits = <const Name extends string>(...lists: ReadonlyArray<Name>) =>
  Object.fromEntries(lists.flatMap((list) => [`add_${list}`, `remove_${list}`].map((field) => [field, editedIds]))) as {
    readonly [Field in `add_${Name}` | `remove_${Name}`]: typeof editedIds
  } // `Object.fromEntries` loses the names

/** Any JSON value, `null` included. The field must not be left out. */
export const present = Schema.Unknown.pipe(
  Schema.filter((input) => input !== undefined || "is missing", { jsonSchema: {} })
)

/**
 * The query of a request. An unknown parameter is an error, since a search with a misspelt filter would find too much. All
 * errors are reported together.
 */
export const query = body

/** A query parameter that holds JSON (arrays, numbers, booleans). */
export const json = <A, I>(schema: Schema.Schema<A, I>) => optional(Schema.parseJson(schema.annotations(strict)))

/** An ISO 8601 date, with or without a time. */
export const date = Schema.String.pipe(
  Schema.filter((input) => isIsoDate(input) || "Expected an ISO 8601 date", { jsonSchema: { format: "date-time" } })
)

/** A number of items. */
export const count = Schema.Int.pipe(Schema.nonNegative())

/** A query parameter that is a number: `25`, or `"25"` from clients that send it as text. */
export const number = <A extends number>(schema: Schema.Schema<A, number>) =>
  json(Schema.Union(schema, Schema.compose(Schema.NumberFromString, schema)))

const Ids = Schema.parseJson(
  Schema.Union(
    strings,
    Schema.transform(Schema.String, strings, {
      strict: true,
      decode: (id) => [id],
      encode: (ids) => ids.join(",")
    })
  )
)

/** A query parameter with ids: joined by commas, or a JSON array. */
export const ids = optional(
  Schema.transform(Schema.String, Schema.String, {
    strict: true,
    decode: (input) =>
      /^\s*[["]/.test(input)
        ? input
        : JSON.stringify(
            input
              .split(",")
              .map((id) => id.trim())
              .filter((id) => id !== "")
          ),
    encode: (input) => input
  }).pipe(Schema.compose(Ids))
).annotations({ description: "Ids, joined by commas or as a JSON array" })

const isPart = (input: unknown): input is Part =>
  typeof input === "object" && input !== null && "bytes" in input && input.bytes instanceof Uint8Array

/** The body of an upload: the part `file`, and further parts. */
export const upload = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  HttpApiSchema.Multipart(
    Schema.Struct({
      file: Schema.declare(isPart, { jsonSchema: { type: "string", format: "binary" }, message: () => "is missing" }),
      ...fields
    }).annotations({ parseOptions: { errors: "all" } })
  )
