import * as HttpMethod from "@effect/platform/HttpMethod"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { showIssues } from "../server/issues.js"
import { object, optional } from "../server/schema.js"

/** `"2 seconds"`, or milliseconds. */
const Wait = Schema.transformOrFail(Schema.Union(Schema.String, Schema.Number), Schema.DurationFromSelf, {
  strict: true,
  decode: (input, _, ast) =>
    Effect.mapError(
      Duration.decodeUnknown(input),
      () => new ParseResult.Type(ast, input, `Expected milliseconds, or text such as "2 seconds"`)
    ),
  encode: (duration) => ParseResult.succeed(Duration.toMillis(duration))
})

const count = Schema.Int.pipe(Schema.nonNegative())

const natural = Schema.Int.pipe(Schema.positive())

const headers = Schema.Record({ key: Schema.String, value: Schema.String })

/** Which requests a rule is for. What is left out does not matter. */
export const Requests = Schema.Struct({
  method: optional(Schema.Literal(...HttpMethod.all)),
  path: optional(Schema.String),
  nth: optional(natural),
  after: optional(count),
  times: optional(natural),
  share: optional(Schema.Number.pipe(Schema.between(0, 1))),
  seed: optional(Schema.Union(Schema.Number, Schema.String))
})

const plain = <Type extends string>(type: Type) => Schema.Struct({ type: Schema.Literal(type) })

const body = <Type extends string>(type: Type) => Schema.Struct({ type: Schema.Literal(type), after: optional(count) })

/** What goes wrong with a request. */
export const Fault = Schema.Union(
  plain("connectionRefused"),
  plain("resetBefore"),
  plain("resetAfter"),
  body("resetBody"),
  plain("stall"),
  plain("stallAfter"),
  body("stallBody"),
  Schema.Struct({ type: Schema.Literal("delay"), wait: Wait }),
  Schema.Struct({ type: Schema.Literal("slowBody"), bytes: natural, every: Wait }),
  body("truncateBody"),
  plain("badGzip"),
  plain("invalidJson"),
  Schema.Struct({ type: Schema.Literal("wrongContentType"), contentType: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("rateLimited"),
    retryAfter: optional(Wait),
    form: Schema.optionalWith(Schema.Literal("seconds", "date"), { default: () => "seconds" })
  }),
  Schema.Struct({
    type: Schema.Literal("respond"),
    status: Schema.Int.pipe(Schema.between(200, 599)),
    headers: optional(headers),
    text: optional(Schema.String),
    json: optional(Schema.Union(object, Schema.Array(Schema.Unknown))),
    bytes: optional(Schema.Uint8ArrayFromSelf),
    carriedOut: optional(Schema.Boolean)
  })
)

/** Which requests get which fault. */
export const Rule = Schema.Struct({ on: Requests, fault: Fault })

/** The rules, in the order in which they are asked. */
export const Script = Schema.Array(Rule).annotations({
  parseOptions: { errors: "all", onExcessProperty: "error" }
})

/** Which requests a rule is for. */
export type Requests = typeof Requests.Type

/** What goes wrong with a request. */
export type Fault = typeof Fault.Type

/** Which requests get which fault. */
export type Rule = typeof Rule.Type

const isRules = Schema.validateEither(Schema.typeSchema(Script))

/** What is wrong with rules: one that could never play, or says what is no status. */
export const wrongWith = (rules: ReadonlyArray<Rule>): string | undefined =>
  Either.match(isRules(rules), {
    onLeft: (error) => `faults: ${showIssues(error)}`,
    onRight: () => undefined
  })
