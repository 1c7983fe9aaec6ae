/**
 * Everything that can go wrong in a call, as a closed family of tagged errors. Each says which call it was, which
 * request, what the server answered, how often it was tried, and whether a write may have happened all the same.
 *
 * The tags are prefixed (`KaleidoscopeNotFound`), so that `Effect.catchTag` meets no other library's. No error holds a
 * request, a response, a header, a body or a `cause`: printing one shows no secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const fields = {
  /** What happened, in words: with the server's own, where it said something. */
  message: Schema.String,
  /** The method of the SDK, as `Records.get`. */
  call: Schema.String,
  /** The HTTP method, or `null` where the error is not about one request: an argument names nothing, say. */
  method: Schema.NullOr(Schema.String),
  /**
   * The path with names for the ids in it, as `/records/{id}`: low in cardinality, good for a metric. `null` where the
   * error is not about one request.
   */
  pathTemplate: Schema.NullOr(Schema.String),
  /** The path of the request without its query, or `null` where the error is not about one request. */
  path: Schema.NullOr(Schema.String),
  /** The status of the answer, or `null` where there was none, or where it is not what failed. */
  status: Schema.NullOr(Schema.Number),
  /** The `x-request-id` of the answer, for the people who run the server. */
  requestId: Schema.NullOr(Schema.String),
  /** How many times the request was sent; 0 if it never was. */
  attempts: Schema.Number,
  /** From the call to its failure, retries and the waits between them included. */
  elapsed: Schema.DurationFromMillis,
  /**
   * `"none"`: nothing was written. `"unknown"`: the call writes, and an attempt may have done so although it failed (the
   * connection broke after sending, say): look before repeating it. `"done"`: it was written, and only its answer cannot
   * be used (it is empty, or has another shape): do not repeat it.
   */
  outcome: Schema.Literal("none", "unknown", "done")
}

/** The fields of an error that is always about a request. */
const requestFields = { ...fields, method: Schema.String, pathTemplate: Schema.String, path: Schema.String }

/**
 * One thing that the server found wrong in a request.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const show = (error: KaleidoscopeError.BadRequest) =>
 *   error.issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ")
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Issue = Schema.Struct({
  /** Where in the request, as `data.0.title`; empty where the server did not say. */
  path: Schema.String,
  message: Schema.String
})

/**
 * One thing that the server found wrong in a request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/**
 * What was asked cannot be sent: an id that is empty, `.` or `..`, a `NaN` or an invalid date in a body, a reference that names nothing. Nothing was sent.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.InvalidRequest) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("@effect-kaleidoscope/sdk/InvalidRequest")(
  "KaleidoscopeInvalidRequest",
  {
    ...fields,
    /** Which argument, as `body.data[0].IC50` or `path.id`. */
    at: Schema.String
  }
) {}

/**
 * There is no usable answer: the name did not resolve, the connection was refused or broke, the TLS handshake failed, or the answer ended before its `Content-Length`.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.TransportError) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Schema.TaggedError<TransportError>("@effect-kaleidoscope/sdk/TransportError")(
  "KaleidoscopeTransportError",
  {
    ...requestFields,
    /** The code of what happened, as `ECONNRESET`; of the error itself nothing else is kept, since it holds the request. */
    reason: Schema.String
  }
) {}

/**
 * A deadline of the `RequestPolicy` passed.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.TimeoutError) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class TimeoutError extends Schema.TaggedError<TimeoutError>("@effect-kaleidoscope/sdk/TimeoutError")(
  "KaleidoscopeTimeoutError",
  {
    ...fields,
    /** Which limit of the policy: no connection was made in time, no answer began in time, nothing moved for too long within a body, one attempt took too long, or the call with its retries did. */
    deadline: Schema.Literal("connect", "answer", "silence", "attempt", "overall")
  }
) {}

/**
 * No access token could be had, so the request itself was not sent. `method`, `path` and `status` are those of the request for the token.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.AuthError) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends Schema.TaggedError<AuthError>("@effect-kaleidoscope/sdk/AuthError")(
  "KaleidoscopeAuthError",
  {
    ...fields,
    /** `configuration`: a setting is missing or makes no sense; `rejected`: the server refuses the credentials; `unavailable`: it could not be asked, or is failing; `malformed`: its answer holds no token, or there is one that no header can carry; `identity`: no identity token for the proxy could be had. */
    reason: Schema.Literal("configuration", "rejected", "unavailable", "malformed", "identity")
  }
) {}

/**
 * 400 or 422: the server understood the request and found it wrong.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.BadRequest) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRequest extends Schema.TaggedError<BadRequest>("@effect-kaleidoscope/sdk/BadRequest")(
  "KaleidoscopeBadRequest",
  {
    ...requestFields,
    /** The server's own code, as `FST_ERR_VALIDATION`. */
    code: Schema.NullOr(Schema.String),
    /** What is wrong, one by one, where the server says so. */
    issues: Schema.Array(Issue)
  }
) {}

/**
 * 401, although the access token was renewed for it: the credential may not use this workspace, or a proxy before it refused.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.Unauthorized) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class Unauthorized extends Schema.TaggedError<Unauthorized>("@effect-kaleidoscope/sdk/Unauthorized")(
  "KaleidoscopeUnauthorized",
  {
    ...requestFields
  }
) {}

/**
 * 403: the credential may not do this.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.Forbidden) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class Forbidden extends Schema.TaggedError<Forbidden>("@effect-kaleidoscope/sdk/Forbidden")(
  "KaleidoscopeForbidden",
  {
    ...requestFields
  }
) {}

/**
 * What was asked for by its id or name is not there. A 404 that the platform did not write (a proxy's, or that of a wrong base URL) is an `UnexpectedStatus` instead, so that nobody creates a second one of something that is there.
 *
 * @example
 * ```ts
 * import { Ids, Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * const program = Effect.gen(function* () {
 *   const records = yield* Records.Records
 *   return yield* records.get(Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1"))
 * }).pipe(
 *   Effect.map(Option.some),
 *   Effect.catchTag("KaleidoscopeNotFound", () => Effect.succeedNone)
 * )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class NotFound extends Schema.TaggedError<NotFound>("@effect-kaleidoscope/sdk/NotFound")(
  "KaleidoscopeNotFound",
  {
    ...fields,
    /** What is not there: the ids or names that were asked for. */
    missing: Schema.Array(Schema.String)
  }
) {}

/**
 * 409, or what is there contradicts the call: the server's state forbids it.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.Conflict) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class Conflict extends Schema.TaggedError<Conflict>("@effect-kaleidoscope/sdk/Conflict")(
  "KaleidoscopeConflict",
  {
    ...fields
  }
) {}

/**
 * 429, still, after waiting as often as the policy allows, or at once where the server asks for a longer wait than it allows.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.RateLimited) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("@effect-kaleidoscope/sdk/RateLimited")(
  "KaleidoscopeRateLimited",
  {
    ...requestFields,
    /** How long the server asks to wait from now on, where it says so. */
    retryAfter: Schema.NullOr(Schema.DurationFromMillis)
  }
) {}

/**
 * 5xx: the server or a proxy before it failed.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.ServerError) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends Schema.TaggedError<ServerError>("@effect-kaleidoscope/sdk/ServerError")(
  "KaleidoscopeServerError",
  {
    ...requestFields
  }
) {}

/**
 * Any other status that is not a success: a redirect (they are not followed; the message names the host), a 404 of something that is not the platform, 408, 425 …
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.UnexpectedStatus) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedStatus extends Schema.TaggedError<UnexpectedStatus>("@effect-kaleidoscope/sdk/UnexpectedStatus")(
  "KaleidoscopeUnexpectedStatus",
  {
    ...requestFields
  }
) {}

/**
 * A place in an answer that has something else than what was expected there.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const show = (error: KaleidoscopeError.DecodeError) =>
 *   error.places.map(({ at, excerpt, expected }) => `${at}: not ${expected}, but ${excerpt}`).join("\n")
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Place = Schema.Struct({
  /** As `[3].record_values`; empty for the answer as a whole. */
  at: Schema.String,
  expected: Schema.String,
  /** What was there, 200 characters at most; `null` for answers that hold tokens. */
  excerpt: Schema.NullOr(Schema.String)
})

/**
 * A place in an answer that has something else than what was expected there.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place extends Schema.Schema.Type<typeof Place> {}

/**
 * The server reports success, but its answer cannot be used: it is not JSON, has another shape, is too large, or is in an unknown character set.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.DecodeError) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class DecodeError extends Schema.TaggedError<DecodeError>("@effect-kaleidoscope/sdk/DecodeError")(
  "KaleidoscopeDecodeError",
  {
    ...fields,
    /** The place in the answer, as `[3].record_values`; empty for the answer as a whole. */
    at: Schema.String,
    /** What should have been there. */
    expected: Schema.String,
    /** What was there, 200 characters at most; `null` for answers that hold tokens. */
    excerpt: Schema.NullOr(Schema.String),
    /** All such places, twenty at most; the first is that of `at`. The message says how many there are beyond these. */
    places: Schema.Array(Place)
  }
) {}

/**
 * An export answered with a type of file that was not asked for: a page that wants a log-in, say, where a table was
 * expected. Nothing of it was read.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.UnexpectedContentType) => `not a table but ${error.contentType}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedContentType extends Schema.TaggedError<UnexpectedContentType>(
  "@effect-kaleidoscope/sdk/UnexpectedContentType"
)("KaleidoscopeUnexpectedContentType", {
  ...requestFields,
  /** The media type of the answer, without parameters; empty if it has none. */
  contentType: Schema.String,
  /** The media types that are accepted. */
  accepted: Schema.Array(Schema.String)
}) {}

/**
 * An import ended as failed: the platform could not read it at all. Rows that were skipped are no failure, they are in
 * the import's result.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.ImportFailed) => `import ${error.importId}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class ImportFailed extends Schema.TaggedError<ImportFailed>("@effect-kaleidoscope/sdk/ImportFailed")(
  "KaleidoscopeImportFailed",
  {
    ...fields,
    /** The import that failed. */
    importId: Schema.String,
    /** The platform's own `error_message`. */
    reason: Schema.NullOr(Schema.String)
  }
) {}

/**
 * An argument names something that does not exist: no program has this title.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.UnknownReference) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownReference extends Schema.TaggedError<UnknownReference>("@effect-kaleidoscope/sdk/UnknownReference")(
  "KaleidoscopeUnknownReference",
  {
    ...fields,
    /** What was named, as `program { title: "Apollo" }`. */
    reference: Schema.String
  }
) {}

/**
 * An argument names several things at once: two activities have this title.
 *
 * @example
 * ```ts
 * import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: KaleidoscopeError.AmbiguousReference) => `${error.call}: ${error.message}`
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class AmbiguousReference extends Schema.TaggedError<AmbiguousReference>(
  "@effect-kaleidoscope/sdk/AmbiguousReference"
)("KaleidoscopeAmbiguousReference", {
  ...fields,
  /** What was named, as `activity { title: "PK study" }`. */
  reference: Schema.String,
  /** The ids of all that it names: ask by one of them. */
  ids: Schema.Array(Schema.String)
}) {}

/**
 * Any error of the SDK.
 *
 * @since 0.1.0
 * @category models
 */
export type KaleidoscopeError =
  | InvalidRequest
  | TransportError
  | TimeoutError
  | AuthError
  | BadRequest
  | Unauthorized
  | Forbidden
  | NotFound
  | Conflict
  | RateLimited
  | ServerError
  | UnexpectedStatus
  | DecodeError
  | UnexpectedContentType
  | UnknownReference
  | AmbiguousReference
  | ImportFailed

/**
 * Any error of the SDK, as a schema: to send one to another process and read it there.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const toJson = Schema.encodeSync(Schema.parseJson(KaleidoscopeError.KaleidoscopeError))
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const KaleidoscopeError = Schema.Union(
  InvalidRequest,
  TransportError,
  TimeoutError,
  AuthError,
  BadRequest,
  Unauthorized,
  Forbidden,
  NotFound,
  Conflict,
  RateLimited,
  ServerError,
  UnexpectedStatus,
  DecodeError,
  UnexpectedContentType,
  UnknownReference,
  AmbiguousReference,
  ImportFailed
)

/**
 * What any call can fail with, whatever it does.
 *
 * @since 0.1.0
 * @category models
 */
export type ReadError =
  | TransportError
  | TimeoutError
  | AuthError
  | BadRequest
  | Unauthorized
  | Forbidden
  | RateLimited
  | ServerError
  | UnexpectedStatus
  | DecodeError

/**
 * What a call that writes can fail with.
 *
 * @since 0.1.0
 * @category models
 */
export type WriteError = ReadError | InvalidRequest | Conflict

/**
 * What looking up an argument by name adds to a call's errors.
 *
 * @since 0.1.0
 * @category models
 */
export type ReferenceError = UnknownReference | AmbiguousReference

/**
 * Whether a value is an error of the SDK.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const describe = (error: unknown) =>
 *   KaleidoscopeError.isKaleidoscopeError(error) ? `${error.call} failed: ${error.message}` : "something else"
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isKaleidoscopeError: (u: unknown) => u is KaleidoscopeError = Schema.is(KaleidoscopeError)

/**
 * Whether the same call may well succeed later, nothing changed: the network, the server or its rate limit is why it
 * failed. The SDK has already repeated what may be repeated; before repeating a call whose `outcome` is `"unknown"`,
 * look whether it happened, and never repeat one whose `outcome` is `"done"`.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const mayRepeat = (error: KaleidoscopeError.KaleidoscopeError) =>
 *   KaleidoscopeError.isRetryable(error) && error.outcome === "none"
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isRetryable = (error: KaleidoscopeError): boolean => {
  switch (error._tag) {
    case "KaleidoscopeTransportError":
    case "KaleidoscopeTimeoutError":
    case "KaleidoscopeRateLimited":
    case "KaleidoscopeServerError":
      return true
    case "KaleidoscopeAuthError":
      return error.reason === "unavailable"
    case "KaleidoscopeUnexpectedStatus":
      return error.status === 408 || error.status === 425
    default:
      return false
  }
}

/**
 * Whether a call failed because of who asks: no token, a refused one, or a missing permission.
 *
 * @example
 * ```ts
 * import { KaleidoscopeError } from "@effect-kaleidoscope/sdk"
 *
 * const hint = (error: KaleidoscopeError.KaleidoscopeError) =>
 *   KaleidoscopeError.isAccess(error) ? "check the API key" : error.message
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isAccess = (error: KaleidoscopeError): error is AuthError | Unauthorized | Forbidden =>
  error._tag === "KaleidoscopeAuthError" ||
  error._tag === "KaleidoscopeUnauthorized" ||
  error._tag === "KaleidoscopeForbidden"
