import * as Duration from "effect/Duration"
import type * as Errors from "../../KaleidoscopeError.js"
import {
  AuthError,
  BadRequest,
  Conflict,
  DecodeError,
  Forbidden,
  NotFound,
  RateLimited,
  ServerError,
  TimeoutError,
  TransportError,
  Unauthorized,
  UnexpectedStatus
} from "../../KaleidoscopeError.js"
import type * as ErrorBody from "./errorBody.js"
import * as Excerpt from "./excerpt.js"
import type { Limits } from "./policy.js"
import * as Response from "./response.js"
import type * as ResponseFailure from "./responseFailure.js"
import * as Runtime from "./runtime.js"

/** What every error about a request says: see `KaleidoscopeError`. */
export type Facts = ConstructorParameters<typeof Errors.Forbidden>[0]

/** What every error says that is not about one request. */
export type LocalFacts = Omit<ConstructorParameters<typeof Errors.UnknownReference>[0], "reference">

/** Why an attempt failed, and whether it can be retried. The error is made only when there is no further retry. */
export interface Failure<out E> {
  readonly message: string
  readonly status: number | null
  readonly requestId: string | null
  /** Whether a retry may succeed. */
  readonly transient: boolean
  /** Whether the request surely had no effect: it never arrived, or was turned away. */
  readonly certainlyNotDone: boolean
  /** Whether an Identity-Aware Proxy refused it, and not the server behind it. */
  readonly byProxy: boolean
  /** How long the server asks to wait. */
  readonly retryAfter: Duration.Duration | null
  /** Whether a call that writes has surely done so: only what it answers cannot be used. */
  readonly done?: boolean
  /** What to do about it, from the base URL that was asked. */
  readonly advice?: ((base: string) => string | undefined) | undefined
  readonly error: (facts: Facts) => E
}

const nothingKnown = {
  status: null,
  requestId: null,
  transient: false,
  certainlyNotDone: false,
  byProxy: false,
  retryAfter: null
}

/** What an answer with a status that means the same in every call can become. */
export type StatusError = BadRequest | Unauthorized | Forbidden | RateLimited | ServerError | UnexpectedStatus

const transientStatus = new Set([408, 425, 429, 500, 502, 503, 504])

/** An answer that is not a success. */
export interface Refused {
  readonly answer: Response.Whole
  readonly body: ErrorBody.ErrorBody
  /** Whether an Identity-Aware Proxy answered, since it wants another identity token. */
  readonly byProxy: boolean
  readonly retryAfter: Duration.Duration | null
  /** The ids in the path. */
  readonly ids: ReadonlyArray<string>
}

const redirection = (location: string | undefined): string => {
  const host = location === undefined ? undefined : /^(?:https?:)?\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(location)?.[1]
  return host === undefined
    ? "it redirects, and the SDK does not follow redirects"
    : `it redirects to ${Excerpt.cut(host, 255)}, and the SDK does not follow redirects`
}

// A browser shows a redirect that is not followed as status 0.
const isRedirect = (status: number): boolean => status === 0 || (status >= 300 && status < 400)

const partial = "the response is only a part of what the request asked for"

/** Whether Google's Identity-Aware Proxy refused to let a request pass: it says so in a header, or in its words. */
export const isByProxy = ({ headers, status }: Pick<Response.Whole, "headers" | "status">, body: ErrorBody.ErrorBody) =>
  (status === 401 || status === 403 || (status >= 300 && status < 400)) &&
  (headers["x-goog-iap-generated-response"]?.trim().toLowerCase() === "true" ||
    (status === 401 && !body.isJson && /\bIAP\b/.test(body.message)))

/** The trouble with a status. */
export const fromStatus = <E>(refused: Refused, error: (facts: Facts) => E): Failure<E> => {
  const { status, headers } = refused.answer
  return {
    message: isRedirect(status) ? redirection(headers["location"]) : status === 206 ? partial : refused.body.message,
    status,
    requestId: Response.requestId(headers),
    transient: transientStatus.has(status),
    // A redirect often follows a write that was done; a gateway that gave up waiting does not know.
    certainlyNotDone:
      refused.byProxy ||
      (status >= 400 && status < 500 && status !== 408) ||
      (status === 503 && refused.retryAfter !== null),
    byProxy: refused.byProxy,
    retryAfter: refused.retryAfter,
    advice: adviceFor(refused),
    error
  }
}

const pathIn = (base: string): string => /^[a-z]+:\/\/[^/]*(\/.*)?$/i.exec(base)?.[1] ?? ""

const isPlain = (base: string): boolean => /^http:/i.test(base)

/** What to do where something answers that is not the API. */
export const otherAddress = (base: string): string => {
  const path = pathIn(base)
  return path === ""
    ? "check that `url` is the address of the API, and not of a web page or of a login proxy"
    : `check \`url\`: it has the path ${Excerpt.cut(path, 100)}. The API normally has no path: remove it, unless a proxy adds it`
}

const speakTls = (base: string) =>
  isPlain(base) ? "if the server uses TLS on this port, `url` has to begin with https://" : undefined

const speakPlain = (base: string) =>
  isPlain(base)
    ? undefined
    : "the server does not use TLS on this port: if it uses plain HTTP, `url` has to begin with http://"

// What a client says of an answer that is no TLS record.
const notTls = new Set(["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"])

// How a server that speaks TLS ends a connection on which it is spoken to in plain HTTP.
const hungUp = /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_[A-Z_]+)$/

const adviceFor = (refused: Refused): ((base: string) => string | undefined) | undefined => {
  const { status, headers } = refused.answer
  if (status === 404 && !isNotThere(refused)) return otherAddress
  if (isRedirect(status)) {
    const location = headers["location"] ?? ""
    return (base) =>
      isPlain(base) && location.toLowerCase().startsWith(base.toLowerCase().replace(/^http:/, "https:"))
        ? "`url` has to begin with https://"
        : undefined
  }
  return status === 400 && /plain HTTP request|HTTP request to an HTTPS server/i.test(refused.body.message)
    ? speakTls
    : undefined
}

const statusError = (refused: Refused, facts: Facts): StatusError => {
  const { status } = refused.answer
  switch (status) {
    case 400:
    case 422:
      return new BadRequest({ ...facts, code: refused.body.code, issues: refused.body.issues })
    case 401:
      return new Unauthorized(facts)
    case 403:
      return new Forbidden(facts)
    case 429:
      return new RateLimited({ ...facts, retryAfter: refused.retryAfter })
    default:
      return status >= 500 && status < 600 ? new ServerError(facts) : new UnexpectedStatus(facts)
  }
}

/** Which errors the statuses of a call become. */
export type StatusErrors<out E> = (refused: Refused, facts: Facts) => E

/** A call in which 404 and 409 have no meaning: a list, a search. */
export const common: StatusErrors<StatusError> = statusError

/** Whether the platform itself says that a thing is not there: it was not a proxy, and not a path that is no route. */
export const isNotThere = ({ answer, body }: Pick<Refused, "answer" | "body">): boolean =>
  answer.status === 404 && body.isJson && !body.isNoRoute

/** A call about one thing: a 404 in the platform's own form says that it is not there. */
export const item: StatusErrors<StatusError | NotFound> = (refused, facts) =>
  isNotThere(refused) ? new NotFound({ ...facts, missing: refused.ids }) : statusError(refused, facts)

/** A call that names things in its query: a 404 in the platform's own form says that one of them is not there. */
export const naming =
  (asked: ReadonlyArray<{ readonly name: string; readonly things: ReadonlyArray<string> }>): typeof item =>
  (refused, facts) =>
    asked.length > 0 && isNotThere(refused)
      ? new NotFound({
          ...facts,
          message: `${facts.message}; the request named ${asked
            .map(({ name, things }) => `${name} ${Excerpt.cut(things.join(", "), 500)}`)
            .join("; ")}`,
          missing: asked.flatMap(({ things }) => things)
        })
      : statusError(refused, facts)

/** A call that writes. */
export const write: StatusErrors<StatusError | Conflict> = (refused, facts) =>
  refused.answer.status === 409 ? new Conflict(facts) : statusError(refused, facts)

/** A call that writes to one thing. */
export const writeItem: StatusErrors<StatusError | Conflict | NotFound> = (refused, facts) =>
  refused.answer.status === 409 ? new Conflict(facts) : item(refused, facts)

const overdue = {
  answer: (limit: string) => `no response began within ${limit} (policy \`answer\`)`,
  silence: (limit: string) => `no data was sent or received for ${limit} (policy \`silence\`)`,
  attempt: (limit: string) => `the attempt took longer than ${limit} (policy \`attempt\`)`,
  overall: (limit: string) => `the call, with its retries, took longer than ${limit} (policy \`overall\`)`
}

// What a decompressing client says of an answer in another form than its headers say.
const notDecompressed = /^(?:Z_DATA_ERROR|Z_NEED_DICT|ERR__ERROR_\w+|UNKNOWN_CONTENT_ENCODING)$/

const breach = (reason: string): string =>
  notDecompressed.test(reason)
    ? "the response cannot be decompressed"
    : reason.startsWith("HPE_")
      ? "the response is not valid HTTP"
      : "the connection broke"

/** The trouble with a request that got no answer, or none that could be read to its end. */
export const fromResponseFailure = (
  responseFailure: ResponseFailure.ResponseFailure,
  limits: Pick<Limits, "connect" | "answer" | "silence" | "attempt" | "overall" | "largestAnswer">
): Failure<TransportError | TimeoutError | DecodeError> => {
  switch (responseFailure._tag) {
    case "Broken":
      return {
        ...nothingKnown,
        message: `${responseFailure.unsent ? "the server could not be reached" : breach(responseFailure.reason)} (${responseFailure.reason})`,
        transient: true,
        certainlyNotDone: responseFailure.unsent,
        advice: notTls.has(responseFailure.reason)
          ? speakPlain
          : !responseFailure.answered && hungUp.test(responseFailure.reason)
            ? speakTls
            : undefined,
        error: (facts) => new TransportError({ ...facts, reason: responseFailure.reason })
      }
    case "TimedOut": {
      const { deadline } = responseFailure
      const limit = Duration.format(Duration.millis(limits[deadline]))
      return {
        ...nothingKnown,
        message: overdue[deadline](limit),
        transient: deadline !== "overall",
        error: (facts) => new TimeoutError({ ...facts, deadline })
      }
    }
    case "NotConnected": {
      const limit = responseFailure.limit === "policy" ? Duration.format(Duration.millis(limits.connect)) : undefined
      return {
        ...nothingKnown,
        message: limit === undefined ? "no connection was made in time" : `no connection was made within ${limit}`,
        transient: true,
        certainlyNotDone: true,
        error: (facts) => new TimeoutError({ ...facts, deadline: "connect" })
      }
    }
    case "TooLarge": {
      const [expected, message] =
        responseFailure.limit === "policy"
          ? [
              `at most ${limits.largestAnswer} bytes`,
              `the response is larger than ${limits.largestAnswer} bytes (policy \`largestAnswer\`)`
            ]
          : [
              "at most the limit of the HTTP client",
              "the decompressed response is larger than the limit of the HTTP client"
            ]
      return undecodable(responseFailure, { at: "", expected, excerpt: null }, message)
    }
  }
}

/** A place in a response that has something else than expected. */
export interface Found extends Errors.Place {
  /** All such places, where there may be several. */
  readonly places?: ReadonlyArray<Errors.Place>
}

/** The trouble with an answer that reports success and cannot be used. */
export const undecodable = (
  answer: Pick<Response.Whole, "status" | "headers">,
  found: Found,
  message: string
): Failure<DecodeError> =>
  unusable(answer, message, (facts) => new DecodeError({ places: [found], ...facts, ...found }))

/**
 * The trouble with an answer that was to be a file, or a table, and cannot be one as a whole: `undefined` if there is
 * none.
 */
export const unusableFile = (
  answer: Pick<Response.Whole, "status" | "headers">
): Failure<UnexpectedStatus | DecodeError> | undefined => {
  const { headers, status } = answer
  if (status === 204 || status === 205 || status === 206) {
    const message = status === 206 ? partial : "the response has no body"
    return unusable(answer, message, (facts) => new UnexpectedStatus(facts))
  }
  const encoding = headers["content-encoding"]?.trim().toLowerCase()
  // A browser asks for compressed answers itself, and nobody can stop it.
  return encoding === undefined || encoding === "" || encoding === "identity" || Runtime.isBrowser()
    ? undefined
    : undecodable(
        answer,
        { at: "content-encoding", expected: "no compression", excerpt: Excerpt.cut(encoding, 200) },
        `the response is compressed (${Excerpt.cut(encoding, 200)}) although the request did not ask for compression. The SDK cannot check that such a response is complete. ` +
          "Use the HTTP client of @effect-kaleidoscope/node: it checks this"
      )
}

/** The trouble with an answer that reports success, and is refused all the same. */
export const unusable = <E>(
  answer: Pick<Response.Whole, "status" | "headers">,
  message: string,
  error: (facts: Facts) => E
): Failure<E> => ({
  ...nothingKnown,
  message,
  status: answer.status,
  requestId: Response.requestId(answer.headers),
  error
})

/** The trouble with authorization: nothing was sent. The facts are those of the request for the token. */
export const fromAuth = (error: AuthError): Failure<AuthError> => ({
  ...nothingKnown,
  message: error.message,
  certainlyNotDone: true,
  error: (facts) => {
    const { message, method, path, pathTemplate, reason, requestId, status } = error
    return new AuthError({ ...facts, message, method, path, pathTemplate, reason, requestId, status })
  }
})

/** How an error that says which request it was begins. */
export const describe = (method: string, path: string, status: number | null, message: string): string =>
  status === null ? `${method} ${path}: ${message}` : `${method} ${path} returned ${status}: ${message}`
