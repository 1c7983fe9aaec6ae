import * as HttpMethod from "@effect/platform/HttpMethod"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { showIssues } from "../server/issues.js"
import { object } from "../server/schema.js"

/** A duration: `"2 seconds"`, or milliseconds. */
const Wait = Schema.transformOrFail(Schema.Union(Schema.String, Schema.Number), Schema.DurationFromSelf, {
  strict: true,
  decode: (input, _, ast) =>
    Option.match(Duration.decodeUnknown(input), {
      onNone: () =>
        ParseResult.fail(
          new ParseResult.Type(ast, input, `Expected a number of milliseconds, or text such as "2 seconds"`)
        ),
      onSome: ParseResult.succeed
    }),
  encode: (duration) => ParseResult.succeed(Duration.toMillis(duration))
})

const count = Schema.Int.pipe(Schema.nonNegative())

const natural = Schema.Int.pipe(Schema.positive())

const headers = Schema.Record({ key: Schema.String, value: Schema.String })

/** The requests that a rule is for. A condition that is left out matches every request. */
export const Requests = Schema.Struct({
  method: Schema.optional(Schema.Literal(...HttpMethod.all)),
  path: Schema.optional(Schema.String),
  nth: Schema.optional(natural),
  after: Schema.optional(count),
  times: Schema.optional(natural),
  share: Schema.optional(Schema.Number.pipe(Schema.between(0, 1))),
  seed: Schema.optional(Schema.Union(Schema.Number, Schema.String))
})

const plain = <Type extends string>(type: Type) => Schema.Struct({ type: Schema.Literal(type) })

const body = <Type extends string>(type: Type) =>
  Schema.Struct({ type: Schema.Literal(type), after: Schema.optional(count) })

/** A fault of a request. */
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
    retryAfter: Schema.optional(Wait),
    form: Schema.optionalWith(Schema.Literal("seconds", "date"), { default: () => "seconds" })
  }),
  Schema.Struct({
    type: Schema.Literal("respond"),
    status: Schema.Int.pipe(Schema.between(200, 599)),
    headers: Schema.optional(headers),
    text: Schema.optional(Schema.String),
    json: Schema.optional(Schema.Union(object, Schema.Array(Schema.Unknown))),
    bytes: Schema.optional(Schema.Uint8ArrayFromSelf),
    carriedOut: Schema.optional(Schema.Boolean)
  })
)

/** A rule: some requests get this fault. */
export const Rule = Schema.Struct({ on: Requests, fault: Fault })

/** The rules, in the order in which they are asked. */
export const Script = Schema.Array(Rule).annotations({
  parseOptions: { errors: "all", onExcessProperty: "error" }
})

export type Requests = typeof Requests.Type

export type Fault = typeof Fault.Type

export type Rule = typeof Rule.Type

const isRules = Schema.validateEither(Schema.typeSchema(Script))

/** The errors of rules, such as a rule that can never play or an impossible status. `undefined` if there are none. */
export const wrongWith = (rules: ReadonlyArray<Rule>): string | undefined =>
  Either.match(isRules(rules), {
    onLeft: (error) => `faults: ${showIssues(error)}`,
    onRight: () => undefined
  })
