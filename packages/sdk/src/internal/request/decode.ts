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

/** The expected content of a response. */
export interface Expected<A, I> {
  readonly schema: Schema.Schema<A, I>
  /** Whether the content is secret, such as tokens: then no error shows it. */
  readonly secret?: boolean
  /** Makes the result if the response has no body. Without this, a response must have a body. */
  readonly empty?: (() => A) | undefined
  /** The id in the request. A response with another id cannot be used. */
  readonly id?: string | undefined
}

/** The limits for reading and decoding a response. */
export type Bounds = Omit<Limits, "tries" | "backoff" | "longestBackoff" | "rateLimitBackoff" | "longestRetryAfter">

const longest = 200

const show = (value: unknown, hide: Excerpt.Hide): string =>
  value === undefined
    ? "nothing"
    : // `JSON.stringify` throws if the value has too many levels.
      Excerpt.excerpt(
        Either.getOrElse(
          Either.try(() => JSON.stringify(value)),
          () => undefined
        ) ?? typeof value,
        longest,
        hide
      )

const placesShown = 20

/** The failure for a response with unexpected content at these places. */
const mismatch = (
  response: Response.Whole,
  drifts: ReadonlyArray<Drift.Drift>,
  secret: boolean,
  hide: Excerpt.Hide
) => {
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
      response,
      { ...first, places },
      `unexpected content: ${words.join("; ")}${others > 0 ? `; and ${others} more places` : ""}`
    ),
    // A proxy does not send JSON, so the platform reported this success.
    done: true
  }
}

/** A field of a response that cannot be read. */
export interface Unreadable {
  /** As `[].view_fields[].id`: without indices and keys, because each response has others. */
  readonly path: string
  readonly expected: string
}

/** The decoded content of a response, and its fields that are treated as missing because they cannot be read. */
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

/** The value of a field in the parsed JSON. */
const rawAt = (json: unknown, { keys, place }: Decoder.Unreadable): unknown => {
  let depth = 0
  let value = json
  for (const step of place) {
    const key = step === Decoder.each ? keys[depth++] : step
    value = isComposite(value) && key !== undefined ? Reflect.get(Object(value), key) : undefined
  }
  return value
}

/** Stores the raw values of unreadable fields with their models, for `Model.unknownField`. */
const storeRaw = (found: ReadonlyArray<Decoder.Unreadable>, content: string): ReadonlyArray<Unreadable> => {
  // The decoder changed lists and objects in place, so the text is parsed again.
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

/** The unexpected id, if a request by UUID gets a thing with another id. */
const otherId = (value: unknown, id: string | undefined): Drift.Drift | undefined =>
  id === undefined ||
  !Id.isUuid(id) ||
  !Predicate.hasProperty(value, "id") ||
  typeof value.id !== "string" ||
  Id.same(value.id, id)
    ? undefined
    : { path: ["id"], expected: `the id that was asked for, ${id}`, actual: value.id, fatal: true }

/** Decodes a response, or fails with the places of unexpected content, without secrets. */
export const decode = <A, I>(
  response: Response.Whole,
  expected: Expected<A, I>,
  strict: boolean,
  hide: Excerpt.Hide
): Either.Either<Decoded<A>, Errors.Failure<DecodeError>> => {
  const secret = expected.secret === true
  const unusable = (what: string, message: string, content: string) => {
    const excerpt = secret ? null : Excerpt.excerpt(content, longest, hide)
    return Errors.undecodable(response, { at: "", expected: what, excerpt }, message)
  }
  return Either.flatMap(
    Either.mapLeft(Response.text(response), (charset) =>
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
          Response.isPage(response, content)
            ? { ...unusable("JSON", "the response is a web page, not JSON", content), advice: Errors.checkUrl }
            : unusable("JSON", "the response is not JSON", content)
        ),
        (json) => {
          const drifts = strict ? Drift.places(expected.schema.ast, json) : []
          if (drifts.length > 0) return Either.left(mismatch(response, drifts, secret, hide))
          return Option.match(Decoder.decode(expected.schema, json), {
            onSome: ({ unreadable, value }) => {
              const other = otherId(value, expected.id)
              return other === undefined
                ? Either.right({ value, unreadable: unreadable.length === 0 ? [] : storeRaw(unreadable, content) })
                : Either.left(mismatch(response, [other], secret, hide))
            },
            // The decoder changed the JSON in place, so the text is parsed again to find the unexpected content.
            onNone: () =>
              Either.left(mismatch(response, Drift.fatalPlaces(expected.schema.ast, parsed(content)), secret, hide))
          })
        }
      )
    }
  )
}

/** Reads a whole response, and decodes it. `report` gets the fields that are treated as missing. */
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
      Effect.flatMap((whole) =>
        Either.match(decode(whole, expected, bounds.strict, hide), {
          onLeft: Effect.fail,
          onRight: ({ unreadable, value }) =>
            unreadable.length === 0 ? Effect.succeed(value) : Effect.as(report(unreadable), value)
        })
      )
    )
