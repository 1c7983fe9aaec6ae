/**
 * The errors of the SDK: a closed family of tagged errors. Each says which method failed, which request, the status of the
 * response, how often the request was sent, and whether a write may have happened.
 *
 * The tags have a prefix (`KaleidoscopeNotFound`), so that `Effect.catchTag` does not catch another library's errors. No
 * error has a request, a response, a header, a body or a `cause`: you can print an error and show no secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Ids from "./Ids.js"

const fields = {
  /** What happened, in words, with the message of the server if there is one. */
  message: Schema.String,
  /** The method of the SDK, such as `Records.get`. */
  call: Schema.String,
  /** The HTTP method. `null` if the error is not about one request: for example an argument names nothing. */
  method: Schema.NullOr(Schema.String),
  /**
   * The path with names in place of ids, such as `/records/{id}`: of low cardinality, for metrics. `null` if the error is
   * not about one request.
   */
  pathTemplate: Schema.NullOr(Schema.String),
  /** The path of the request without its query. `null` if the error is not about one request. */
  path: Schema.NullOr(Schema.String),
  /** The status of the response. `null` if there was no response, or if the error is not about one request. */
  status: Schema.NullOr(Schema.Number),
  /** The `x-request-id` of the response, for the people who run the server. */
  requestId: Schema.NullOr(Schema.String),
  /** How many times the request was sent: 0 if it was not sent. */
  attempts: Schema.Number,
  /** The time from the call to its failure, with all retries and waits. */
  elapsed: Schema.DurationFromMillis,
  /**
   * Whether the call wrote something. `"none"`: it wrote nothing. `"unknown"`: it may have written, although it failed (for
   * example the connection broke after the request was sent): look before you repeat it. `"done"`: it wrote, but its
   * response cannot be used (it is empty, or has another form): do not repeat it.
   */
  outcome: Schema.Literal("none", "unknown", "done")
}

/** The fields of an error that is always about a request. */
const requestFields = { ...fields, method: Schema.String, pathTemplate: Schema.String, path: Schema.String }

/** The class of an error. Its `_tag` is the name of the class with the prefix `Kaleidoscope`. */
const tagged =
  <Self>() =>
  <const Name extends string, Fields extends Schema.Struct.Fields>(name: Name, fields: Fields) =>
    Schema.TaggedError<Self>(`@effect-kaleidoscope/sdk/${name}`)(`Kaleidoscope${name}`, fields)

/** One thing that the server says is wrong in a request. @since 0.1.0 @category models */
export const Issue = Schema.Struct({
  /** The place in the request, such as `data.0.title`; empty if the server does not say it. */
  path: Schema.String,
  message: Schema.String
})

export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/**
 * An argument cannot be sent: an id that is empty, `.` or `..`, or a `NaN` or an invalid date in a body. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRequest extends tagged<InvalidRequest>()("InvalidRequest", {
  ...fields,
  /** Which argument, such as `body.data[0].IC50` or `id`. */
  at: Schema.String
}) {}

/**
 * There is no complete response: the host name did not resolve, the connection was refused or broke, the TLS handshake
 * failed, or the body ended before its `Content-Length`.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends tagged<TransportError>()("TransportError", {
  ...requestFields,
  /** The code of the failure, such as `ECONNRESET`. Nothing else of the original error is kept, since it holds the request. */
  reason: Schema.String
}) {}

/** A time limit of the `RequestPolicy` passed. @since 0.1.0 @category errors */
export class TimeoutError extends tagged<TimeoutError>()("TimeoutError", {
  ...fields,
  /**
   * Which limit: no connection was made in time (`connect`), no response began in time (`answer`), no data moved in a
   * body for too long (`silence`), one attempt took too long (`attempt`), or the call with its retries did (`overall`).
   */
  deadline: Schema.Literal("connect", "answer", "silence", "attempt", "overall")
}) {}

/**
 * There is no access token, so that the request was not sent. `method`, `path` and `status` are those of the request for the
 * token, if there was one.
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends tagged<AuthError>()("AuthError", {
  ...fields,
  /**
   * - `configuration`: a setting is missing or not valid.
   * - `rejected`: the server refuses the credentials.
   * - `unavailable`: the server could not be reached, or it failed.
   * - `malformed`: the response has no token, or the token cannot stand in a header.
   * - `identity`: there is no identity token for the proxy.
   */
  reason: Schema.Literal("configuration", "rejected", "unavailable", "malformed", "identity")
}) {}

/** 400 or 422: the server says that the request is not valid. @since 0.1.0 @category errors */
export class BadRequest extends tagged<BadRequest>()("BadRequest", {
  ...requestFields,
  /** The code of the server, such as `FST_ERR_VALIDATION`. */
  code: Schema.NullOr(Schema.String),
  /** Each thing that is wrong, if the server says so. */
  issues: Schema.Array(Issue)
}) {}

/**
 * 401, also with a new access token: the credentials may not use the workspace, or a proxy refused the request.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unauthorized extends tagged<Unauthorized>()("Unauthorized", requestFields) {}

/** 403: the credentials have no permission for this. @since 0.1.0 @category errors */
export class Forbidden extends tagged<Forbidden>()("Forbidden", requestFields) {}

/**
 * There is no thing with this id or name. A 404 that does not come from the platform (but from a proxy, or because of a
 * wrong base URL) is an `UnexpectedStatus`, so that nobody creates a thing again that exists.
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
export class NotFound extends tagged<NotFound>()("NotFound", {
  ...fields,
  /** The ids or names that do not exist. */
  missing: Schema.Array(Schema.String)
}) {}

/** 409, or a field of this name exists and has another type. @since 0.1.0 @category errors */
export class Conflict extends tagged<Conflict>()("Conflict", fields) {}

/**
 * 429, also after all retries that the policy allows, or at once if the server asks for a longer wait than the policy
 * allows.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends tagged<RateLimited>()("RateLimited", {
  ...requestFields,
  /** How long the server asks to wait from now, if it says so. */
  retryAfter: Schema.NullOr(Schema.DurationFromMillis)
}) {}

/** 5xx: the server, or a proxy in front of it, failed. @since 0.1.0 @category errors */
export class ServerError extends tagged<ServerError>()("ServerError", requestFields) {}

/**
 * Any other status that is not a success: a redirect (redirects are not followed; the message names the host), a 404 that
 * does not come from the platform, 408, 425 …
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedStatus extends tagged<UnexpectedStatus>()("UnexpectedStatus", requestFields) {}

/** A place in a response that does not have the expected value. @since 0.1.0 @category models */
export const Place = Schema.Struct({
  /** Such as `[3].record_values`; empty for the whole response. */
  at: Schema.String,
  /** The expected value, in words. */
  expected: Schema.String,
  /** The value that was there, at most 200 characters; `null` for responses with tokens. */
  excerpt: Schema.NullOr(Schema.String)
})

export interface Place extends Schema.Schema.Type<typeof Place> {}

/**
 * The server reports success, but the response cannot be used: it is not JSON, it has another form, it is too large, or its
 * character set is unknown.
 *
 * @since 0.1.0
 * @category errors
 */
export class DecodeError extends tagged<DecodeError>()("DecodeError", {
  ...fields,
  ...Place.fields,
  /** All such places, at most twenty; the first is the one of `at`. The message says how many more there are. */
  places: Schema.Array(Place)
}) {}

/**
 * An export got another type of file than it asked for: for example a log-in page in place of a table. The body was not
 * read.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedContentType extends tagged<UnexpectedContentType>()("UnexpectedContentType", {
  ...requestFields,
  /** The media type of the response, without parameters; empty if it has none. */
  contentType: Schema.String,
  /** The media types that are accepted. */
  accepted: Schema.Array(Schema.String)
}) {}

/** A whole import failed. Rows that are skipped are in its result, and no error. @since 0.1.0 @category errors */
export class ImportFailed extends tagged<ImportFailed>()("ImportFailed", {
  ...fields,
  /** The import that failed. */
  importId: Schema.String,
  /** The `error_message` of the platform. */
  reason: Schema.NullOr(Schema.String)
}) {}

/** An argument names something that does not exist: no program has this title. @since 0.1.0 @category errors */
export class UnknownReference extends tagged<UnknownReference>()("UnknownReference", {
  ...fields,
  /** What the argument names, such as `program {"title":"Apollo"}`. */
  reference: Schema.String
}) {}

/** An argument names several things: for example two activities have this title. @since 0.1.0 @category errors */
export class AmbiguousReference extends tagged<AmbiguousReference>()("AmbiguousReference", {
  ...fields,
  /** What the argument names, such as `activity {"title":"PK study"}`. */
  reference: Schema.String,
  /** The ids of all these things: use one of them as the argument. */
  ids: Schema.Array(Schema.String)
}) {}

/**
 * Rows of a table cannot be sent: a value cannot be JSON, or the type of its field cannot take it. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRows extends tagged<InvalidRows>()("InvalidRows", {
  ...fields,
  /** All rows that cannot be sent. The message has the first of them. */
  rows: Schema.Array(
    Schema.Struct({
      /** The index of the row: the first row is 0. */
      index: Schema.Number,
      /** What is wrong, each with its column as `path`. */
      issues: Schema.Array(Issue)
    })
  )
}) {}

const reasons = [
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
  ImportFailed,
  InvalidRows
] as const

/**
 * A table is not registered, or not staged, as a whole, and not all of it was left undone: the error says how far it came.
 * Rows that became drafts stay drafts. Do not stage those again: the platform would make second drafts. Go on with these
 * drafts, or archive them with `clearDrafts`.
 *
 * @since 0.1.0
 * @category errors
 */
export class RegistrationIncomplete extends tagged<RegistrationIncomplete>()("RegistrationIncomplete", {
  ...fields,
  during: Schema.Literal("staging", "validation", "registration"),
  /** The error that ended it. */
  reason: Schema.Union(...reasons),
  /** The imports that ran, or may have run. */
  importIds: Schema.Array(Ids.ImportId),
  /** The rows that are drafts now, by the index of the row: the first row is 0. */
  drafts: Schema.Array(Schema.Struct({ id: Ids.RecordId, index: Schema.Number, certain: Schema.Boolean })),
  /** New drafts of the activity that fit no row. */
  otherDrafts: Schema.Array(Ids.RecordId),
  /** The indices of rows of which nobody knows whether they are drafts: see the drafts of the activity. */
  unknown: Schema.Array(Schema.Number),
  /** The indices of rows that are certainly not drafts: you can stage them. */
  notStaged: Schema.Array(Schema.Number),
  /** The submission that was waited for, for `awaitSubmission`; `null` if there is none, or if nobody knows. */
  submissionId: Schema.NullOr(Ids.RegistrationSubmissionId)
}) {}

/**
 * Any error of the SDK, as a type, and as a schema: for sending an error to another process.
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
export const KaleidoscopeError = Schema.Union(...reasons, RegistrationIncomplete)

export type KaleidoscopeError = typeof KaleidoscopeError.Type

/** The errors of any call. @since 0.1.0 @category models */
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

/** The errors of a call that writes. @since 0.1.0 @category models */
export type WriteError = ReadError | InvalidRequest | Conflict

/** The errors of an argument that is looked up by its name. @since 0.1.0 @category models */
export type ReferenceError = UnknownReference | AmbiguousReference

let is: ((u: unknown) => u is KaleidoscopeError) | undefined

/** Whether a value is an error of the SDK. @since 0.1.0 @category guards */
export const isKaleidoscopeError = (u: unknown): u is KaleidoscopeError => {
  // Made at its first use: it takes a tenth of the time of loading the errors, and a program rarely asks.
  is ??= Schema.is(KaleidoscopeError)
  return is(u)
}

/**
 * Whether the same call may succeed later: it failed because of the network, the server or a rate limit. The SDK has
 * already retried the call if it was safe. If `outcome` is `"unknown"`, look whether the write happened before you repeat the
 * call. If `outcome` is `"done"`, never repeat it.
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
 * Whether a call failed because of its credentials: there is no token, the token was refused, or a permission is missing.
 *
 * @since 0.1.0
 * @category guards
 */
export const isAccess = (error: KaleidoscopeError): error is AuthError | Unauthorized | Forbidden =>
  error._tag === "KaleidoscopeAuthError" ||
  error._tag === "KaleidoscopeUnauthorized" ||
  error._tag === "KaleidoscopeForbidden"
