import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type { DecodeError, TimeoutError, TransportError } from "../../KaleidoscopeError.js"
import * as Id from "../id.js"
import * as Decoder from "../json/decoder.js"
import * as Drift from "../json/drift.js"
import * as Json from "../json/json.js"
import * as Unread from "../json/unread.js"
import type { Deadlines } from "./deadlines.js"
import * as Errors from "./errors.js"
import * as Excerpt from "./excerpt.js"
import type { Limits } from "./policy.js"
import * as Response from "./response.js"
import * as ResponseBody from "./responseBody.js"

/** What an answer has to be. */
export interface Expected<A, I> {
  readonly schema: Schema.Schema<A, I>
  /** Whether nothing of the answer may be shown: it holds tokens. */
  readonly secret?: boolean
  /** What an answer without a body means; without this one is unusable. */
  readonly empty?: (() => A) | undefined
  /** The id of what was asked for: an answer with another id is about something else. */
  readonly id?: string | undefined
}

/** What bounds an answer: the largest that is held, and whether it may hold what the schemas do not know. */
export type Bounds = Omit<Limits, "tries" | "backoff" | "longestBackoff" | "rateLimitBackoff" | "longestRetryAfter">

const longest = 200

const show = (value: unknown, hide: Excerpt.Hide): string =>
  value === undefined
    ? "nothing"
    : // What is nested too deep cannot be written.
      Excerpt.excerpt(
        Either.getOrElse(
          Either.try(() => JSON.stringify(value)),
          () => undefined
        ) ?? typeof value,
        longest,
        hide
      )

const placesShown = 20

/** The trouble with an answer that has something else where these are. */
const mismatch = (answer: Response.Whole, drifts: ReadonlyArray<Drift.Drift>, secret: boolean, hide: Excerpt.Hide) => {
  const places = drifts.slice(0, placesShown).map(({ actual, expected, path }) => ({
    at: Excerpt.excerpt(Json.formatPath(path), longest, hide),
    expected: Excerpt.excerpt(expected, longest, hide),
    excerpt: secret ? null : show(actual, hide)
  }))
  const words = places.map(({ at, excerpt, expected }) => {
    const where = at === "" ? "" : ` at ${at}`
    return `expected ${expected}${where}${excerpt === null ? "" : `, found ${excerpt}`}`
  })
  const others = drifts.length - places.length
  const [first = { at: "", expected: "content that the schema accepts", excerpt: null }] = places
  return {
    ...Errors.undecodable(
      answer,
      { ...first, places },
      `unexpected content: ${words.join("; ")}${others > 0 ? `; and ${others} more places` : ""}`
    ),
    // It is JSON, so it is the platform that reports success, and not a page of a proxy.
    done: true
  }
}

/** A field that was there and could not be read. */
export interface Unreadable {
  /** As `[].view_fields[].id`: without the indices and keys, which differ from answer to answer. */
  readonly path: string
  readonly expected: string
}

/** What an answer means, and which of its fields count as missing since they could not be read. */
export interface Decoded<A> {
  readonly value: A
  readonly unreadable: ReadonlyArray<Unreadable>
}

const pathOf = ({ place }: Decoder.Unreadable): string =>
  place.reduce<string>(
    (path, step) => (step === Decoder.each ? `${path}[]` : path === "" ? String(step) : `${path}.${String(step)}`),
    ""
  )

const isComposite = (value: unknown): boolean => typeof value === "object" && value !== null

/** What stands in JSON where a field was. */
const rawAt = (json: unknown, { keys, place }: Decoder.Unreadable): unknown => {
  let depth = 0
  let value = json
  for (const step of place) {
    const key = step === Decoder.each ? keys[depth++] : step
    value = isComposite(value) && key !== undefined ? Reflect.get(Object(value), key) : undefined
  }
  return value
}

/** Keeps what could not be read with the model that lacks it. */
const keep = (found: ReadonlyArray<Decoder.Unreadable>, content: string): ReadonlyArray<Unreadable> => {
  // The decoder changes lists and objects in place, so the text is parsed again.
  const again = found.some(({ raw }) => isComposite(raw)) ? parsed(content) : undefined
  const paths = new Map<string, Unreadable>()
  for (const field of found) {
    Unread.addUnreadable(field.model, field.name, isComposite(field.raw) ? rawAt(again, field) : field.raw)
    const path = pathOf(field)
    if (!paths.has(path)) paths.set(path, { path, expected: field.expected })
  }
  return Array.from(paths.values())
}

const parsed = (content: string): unknown => Either.getOrElse(Json.parse(content), () => undefined)

/** Whether an answer is about another thing than the one that was asked for by its UUID. */
const otherId = (value: unknown, id: string | undefined): Drift.Drift | undefined =>
  id === undefined ||
  !Id.isUuid(id) ||
  !Predicate.hasProperty(value, "id") ||
  typeof value.id !== "string" ||
  Id.same(value.id, id)
    ? undefined
    : { path: ["id"], expected: `the id that was asked for, ${id}`, actual: value.id, fatal: true }

/** Makes of an answer what it has to be, or says where it is something else, without secrets. */
export const decode = <A, I>(
  answer: Response.Whole,
  expected: Expected<A, I>,
  strict: boolean,
  hide: Excerpt.Hide
): Either.Either<Decoded<A>, Errors.Failure<DecodeError>> => {
  const secret = expected.secret === true
  const unusable = (what: string, message: string, content: string) => {
    const excerpt = secret ? null : Excerpt.excerpt(content, longest, hide)
    return Errors.undecodable(answer, { at: "", expected: what, excerpt }, message)
  }
  return Either.flatMap(
    Either.mapLeft(Response.text(answer), (charset) =>
      unusable(
        `text in ${Excerpt.excerpt(charset, longest, hide)}`,
        `the response is not text in the character set ${Excerpt.excerpt(charset, longest, hide)}`,
        ""
      )
    ),
    (content) => {
      if (content.trim() === "") {
        return expected.empty === undefined
          ? Either.left({ ...unusable("JSON", "the response is empty", ""), done: true })
          : Either.right({ value: expected.empty(), unreadable: [] })
      }
      return Either.flatMap(
        Either.mapLeft(Json.parse(content), () =>
          Response.isPage(answer, content)
            ? { ...unusable("JSON", "the response is a web page, not JSON", content), advice: Errors.otherAddress }
            : unusable("JSON", "the response is not JSON", content)
        ),
        (json) => {
          const drifts = strict ? Drift.places(expected.schema.ast, json) : []
          if (drifts.length > 0) return Either.left(mismatch(answer, drifts, secret, hide))
          return Option.match(Decoder.decode(expected.schema, json), {
            onSome: ({ unreadable, value }) => {
              const other = otherId(value, expected.id)
              return other === undefined
                ? Either.right({ value, unreadable: unreadable.length === 0 ? [] : keep(unreadable, content) })
                : Either.left(mismatch(answer, [other], secret, hide))
            },
            // The JSON is used up, so it is read again to see what is wrong.
            onNone: () =>
              Either.left(mismatch(answer, Drift.fatalPlaces(expected.schema.ast, parsed(content)), secret, hide))
          })
        }
      )
    }
  )
}

/** Reads a whole response, and decodes it. `report` gets the fields that could not be read and count as missing. */
export const json =
  <A, I>(
    expected: Expected<A, I>,
    bounds: Bounds,
    report: (unreadable: ReadonlyArray<Unreadable>) => Effect.Effect<void> = () => Effect.void
  ) =>
  (
    response: HttpClientResponse.HttpClientResponse,
    deadlines: Deadlines,
    hide: Excerpt.Hide
  ): Effect.Effect<A, Errors.Failure<DecodeError | TimeoutError | TransportError>> =>
    ResponseBody.read(response, bounds.largestAnswer, deadlines).pipe(
      Effect.mapError((responseFailure) => Errors.fromResponseFailure(responseFailure, bounds)),
      Effect.flatMap((answer) =>
        Either.match(decode(answer, expected, bounds.strict, hide), {
          onLeft: Effect.fail,
          onRight: ({ unreadable, value }) =>
            unreadable.length === 0 ? Effect.succeed(value) : Effect.as(report(unreadable), value)
        })
      )
    )
