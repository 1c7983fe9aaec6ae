import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import type { DecodeError } from "../KaleidoscopeError.js"
import type { Limits } from "../RequestPolicy.js"
import * as Answer from "./answer.js"
import * as Decoder from "./decoder.js"
import * as Drift from "./drift.js"
import * as Json from "./json.js"
import * as Refusal from "./refusal.js"
import * as Transport from "./transport.js"

/** What an answer has to be. */
export interface Expected<A, I> {
  readonly schema: Schema.Schema<A, I>
  /** Whether nothing of the answer may be shown: it holds tokens. */
  readonly secret?: boolean
  /** What an answer without a body means; without this one is unusable. */
  readonly empty?: (() => A) | undefined
}

/** What bounds an answer: the largest that is held, and whether it may hold what the schemas do not know. */
export type Bounds = Pick<Limits, "largestAnswer" | "strict">

interface Found {
  readonly path: ReadonlyArray<PropertyKey>
  readonly expected: string
  readonly actual: unknown
}

/** The innermost of what does not fit: schemas name what surrounds it, too. */
const innermost = (issue: ParseResult.ParseIssue, path: ReadonlyArray<PropertyKey>): Found => {
  switch (issue._tag) {
    case "Pointer":
      return innermost(issue.issue, [...path, ...(Array.isArray(issue.path) ? issue.path : [issue.path])])
    case "Composite":
      return innermost("_tag" in issue.issues ? issue.issues : issue.issues[0], path)
    case "Refinement":
    case "Transformation":
      return innermost(issue.issue, path)
    case "Missing":
      return { path, expected: issue.message ?? String(issue.ast), actual: undefined }
    case "Type":
      return { path, expected: issue.message ?? String(issue.ast), actual: issue.actual }
    case "Unexpected":
      return { path, expected: "nothing", actual: issue.actual }
    case "Forbidden":
      return { path, expected: "nothing", actual: issue.actual }
  }
}

const show = (value: unknown): string =>
  value === undefined
    ? "nothing"
    : // What is nested too deep cannot be written.
      Answer.bounded(
        Either.getOrElse(
          Either.try(() => JSON.stringify(value)),
          () => undefined
        ) ?? typeof value,
        200
      )

const mismatch = (answer: Transport.Answer, found: Found, secret: boolean) => {
  const at = Json.formatPath(found.path)
  const expected = Answer.bounded(found.expected, 200)
  const excerpt = secret ? null : show(found.actual)
  const where = at === "" ? "the answer" : `at ${at} the answer`
  return {
    ...Refusal.ofAnswer(
      answer,
      { at, expected, excerpt },
      `${where} is not ${expected}${excerpt === null ? "" : `, but ${excerpt}`}`
    ),
    // It is JSON, so it is the platform that reports success, and not a page of a proxy.
    done: true
  }
}

const interpret = <A, I>(schema: Schema.Schema<A, I>, content: string) =>
  ParseResult.decodeUnknownEither(schema)(Either.getOrElse(Json.parse(content), () => undefined))

/** Makes of an answer what it has to be, or says where it is something else. */
export const decode = <A, I>(
  answer: Transport.Answer,
  expected: Expected<A, I>,
  strict: boolean
): Either.Either<A, Refusal.Trouble<DecodeError>> => {
  const secret = expected.secret === true
  const unusable = (what: string, message: string, content: string) => {
    const excerpt = secret ? null : Answer.bounded(content, 200)
    return Refusal.ofAnswer(answer, { at: "", expected: what, excerpt }, message)
  }
  return Either.flatMap(
    Either.mapLeft(Answer.text(answer), (charset) =>
      unusable(`text in ${charset}`, `the answer is no text in the character set ${charset}`, "")
    ),
    (content) => {
      if (content.trim() === "") {
        return expected.empty === undefined
          ? Either.left({ ...unusable("JSON", "the answer is empty", ""), done: true })
          : Either.right(expected.empty())
      }
      return Either.flatMap(
        Either.mapLeft(Json.parse(content), () => unusable("JSON", "the answer is not JSON", content)),
        (json) => {
          const drift = strict ? Drift.find(expected.schema.ast, json) : undefined
          if (drift !== undefined) return Either.left(mismatch(answer, drift, secret))
          return Option.match(Decoder.decode(expected.schema, json), {
            onSome: Either.right,
            // The JSON is used up, so it is read again for the schema's own decoder, which can say what is wrong.
            onNone: () =>
              Either.mapLeft(interpret(expected.schema, content), (issue) =>
                mismatch(answer, innermost(issue, []), secret)
              )
          })
        }
      )
    }
  )
}

/** Reads a whole answer, and makes of it what it has to be. */
export const json =
  <A, I>(expected: Expected<A, I>, bounds: Bounds) =>
  (
    response: HttpClientResponse.HttpClientResponse,
    watch: Transport.Watch
  ): Effect.Effect<A, Refusal.Trouble<DecodeError> | Transport.Failure> =>
    Effect.flatMap(Transport.readBody(response, bounds.largestAnswer, watch), (answer) =>
      decode(answer, expected, bounds.strict)
    )
