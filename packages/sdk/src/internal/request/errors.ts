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

/** The members of every error about a request: see `KaleidoscopeError`. */
export type Facts = ConstructorParameters<typeof Errors.Forbidden>[0]

/** The members of every error that is not about one request. */
export type LocalFacts = Omit<ConstructorParameters<typeof Errors.UnknownReference>[0], "reference">

/** The reason why an attempt failed, and whether it can be retried. Its error is made after the last attempt. */
export interface Failure<out E> {
  readonly message: string
  readonly status: number | null
  readonly requestId: string | null
  /** Whether a retry may succeed. */
  readonly transient: boolean
  /** Whether the request certainly had no effect: it never arrived, or the server refused it. */
  readonly certainlyNotDone: boolean
  /** Whether an Identity-Aware Proxy refused it, and not the platform. */
  readonly byProxy: boolean
  /** The wait that the server asks for. */
  readonly retryAfter: Duration.Duration | null
  /** Whether a write certainly succeeded, and only its response cannot be used. */
  readonly done?: boolean
  /** The advice for the user, from the base URL of the request. */
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

/** The errors for the statuses that mean the same in every call. */
export type StatusError = BadRequest | Unauthorized | Forbidden | RateLimited | ServerError | UnexpectedStatus

const transientStatus = new Set([408, 425, 429, 500, 502, 503, 504])

/** A response with an error status. */
export interface ErrorResponse {
  readonly response: Response.Whole
  readonly body: ErrorBody.ErrorBody
  /** Whether an Identity-Aware Proxy refused the identity token. */
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

// In a browser, a redirect that is not followed has the status 0.
const isRedirect = (status: number): boolean => status === 0 || (status >= 300 && status < 400)

const partial = "the response is only a part of what the request asked for"

/** Whether Google's Identity-Aware Proxy refused a request: it has a header for that, or its page names IAP. */
export const isByProxy = ({ headers, status }: Pick<Response.Whole, "headers" | "status">, body: ErrorBody.ErrorBody) =>
  (status === 401 || status === 403 || (status >= 300 && status < 400)) &&
  (headers["x-goog-iap-generated-response"]?.trim().toLowerCase() === "true" ||
    (status === 401 && !body.isJson && /\bIAP\b/.test(body.message)))

/** The failure for an error status. */
export const fromStatus = <E>(refused: ErrorResponse, error: (facts: Facts) => E): Failure<E> => {
  const { status, headers } = refused.response
  return {
    message: isRedirect(status) ? redirection(headers["location"]) : status === 206 ? partial : refused.body.message,
    status,
    requestId: Response.requestId(headers),
    transient: transientStatus.has(status),
    // A server can redirect after a write that succeeded. After 408 and most 5xx, the outcome is unknown.
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

/** The advice if the response is not from the API. */
export const checkUrl = (base: string): string => {
  const path = pathIn(base)
  return path === ""
    ? "check that `url` is the address of the API, and not of a web page or of a login proxy"
    : `check \`url\`: it has the path ${Excerpt.cut(path, 100)}. The API normally has no path: remove it, unless a proxy adds it`
}

const useHttps = (base: string) =>
  isPlain(base) ? "if the server uses TLS on this port, `url` has to begin with https://" : undefined

const useHttp = (base: string) =>
  isPlain(base)
    ? undefined
    : "the server does not use TLS on this port: if it uses plain HTTP, `url` has to begin with http://"

// The codes of clients that expect TLS, and receive plain HTTP.
const notTls = new Set(["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"])

// The codes if a server expects TLS, and closes the connection because it receives plain HTTP.
const closedByServer = /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_[A-Z_]+)$/

const untrusted =
  "its certificate is from an authority that is not trusted here: name a file with the certificate of the authority in KALEIDOSCOPE_CA_FILE (`KaleidoscopeNode`) or in NODE_EXTRA_CA_CERTS"

/** What to do if a server or a proxy cannot be reached, by the code of the failure. */
const unreachable: { readonly [code: string]: string } = {
  ECONNREFUSED: "nothing listens there: check that it runs, and its address and port",
  ENOTFOUND: "the name is not known in this network: check its spelling, and whether a proxy or a VPN is needed",
  EAI_AGAIN: "the name cannot be looked up now: check the connection of this machine to the network",
  EHOSTUNREACH: "no way leads there from this network: check whether a proxy or a VPN is needed",
  ENETUNREACH: "no way leads there from this network: check whether a proxy or a VPN is needed",
  CERT_HAS_EXPIRED:
    "its certificate has expired: it has to be renewed there, unless the clock of this machine is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet: check the clock of this machine",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name: check the name in the address"
}

const adviceForBroken = ({ reason, responded }: Extract<ResponseFailure.ResponseFailure, { _tag: "Broken" }>) =>
  notTls.has(reason)
    ? useHttp
    : !responded && closedByServer.test(reason)
      ? useHttps
      : reason === "Transport" && Runtime.isBrowser()
        ? () =>
            "a browser does not say why: check that the server runs, and that it lets this page read its responses (CORS)"
        : () => unreachable[reason]

const adviceFor = (refused: ErrorResponse): ((base: string) => string | undefined) | undefined => {
  const { status, headers } = refused.response
  if (status === 404 && !isNotThere(refused)) return checkUrl
  if (isRedirect(status)) {
    const location = headers["location"] ?? ""
    return (base) =>
      isPlain(base) && location.toLowerCase().startsWith(base.toLowerCase().replace(/^http:/, "https:"))
        ? "`url` has to begin with https://"
        : undefined
  }
  return status === 400 && /plain HTTP request|HTTP request to an HTTPS server/i.test(refused.body.message)
    ? useHttps
    : undefined
}

const statusError = (refused: ErrorResponse, facts: Facts): StatusError => {
  const { status } = refused.response
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

/** Maps the error responses of a call to errors. */
export type StatusErrors<out E> = (refused: ErrorResponse, facts: Facts) => E

/** For a list or a search: 404 and 409 have no meaning of their own. */
export const common: StatusErrors<StatusError> = statusError

/** Whether the platform reports that a thing does not exist: not a proxy, and not a missing route. */
export const isNotThere = ({ body, response }: Pick<ErrorResponse, "response" | "body">): boolean =>
  response.status === 404 && body.isJson && !body.isNoRoute

/** For a call about one thing: a 404 of the platform means that the thing does not exist. */
export const item: StatusErrors<StatusError | NotFound> = (refused, facts) =>
  isNotThere(refused) ? new NotFound({ ...facts, missing: refused.ids }) : statusError(refused, facts)

/** For a call that names things in its query: a 404 of the platform means that one of them does not exist. */
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

/** For a call that writes. */
export const write: StatusErrors<StatusError | Conflict> = (refused, facts) =>
  refused.response.status === 409 ? new Conflict(facts) : statusError(refused, facts)

/** For a call that changes one thing. */
export const writeItem: StatusErrors<StatusError | Conflict | NotFound> = (refused, facts) =>
  refused.response.status === 409 ? new Conflict(facts) : item(refused, facts)

const overdue = {
  answer: (limit: string) => `no response began within ${limit} (policy \`answer\`)`,
  silence: (limit: string) => `no data was sent or received for ${limit} (policy \`silence\`)`,
  attempt: (limit: string) => `the attempt took longer than ${limit} (policy \`attempt\`)`,
  overall: (limit: string) => `the call, with its retries, took longer than ${limit} (policy \`overall\`)`
}

// The codes of clients that decompress, if the body does not have the declared compression.
const notDecompressed = /^(?:Z_DATA_ERROR|Z_NEED_DICT|ERR__ERROR_\w+|UNKNOWN_CONTENT_ENCODING)$/

const breach = (reason: string): string =>
  notDecompressed.test(reason)
    ? "the response cannot be decompressed"
    : reason.startsWith("HPE_")
      ? "the response is not valid HTTP"
      : "the connection broke"

/** The failure for a request without a complete response. */
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
        advice: adviceForBroken(responseFailure),
        error: (facts) => new TransportError({ ...facts, reason: responseFailure.reason })
      }
    case "NoTunnel": {
      const { proxy, reason } = responseFailure
      const status = Number(reason)
      const isResponse = Number.isInteger(status)
      const which = proxy === undefined ? "the proxy" : `the proxy ${proxy}`
      return {
        ...nothingKnown,
        message: isResponse
          ? `${which} refused to connect to the server: it responded with ${status} to CONNECT${status === 407 ? "; check the user name and the password in the URL of the proxy" : ""}`
          : `${which} could not be reached (${reason}); ${unreachable[reason] ?? "check the URL of the proxy"}`,
        transient: !isResponse || transientStatus.has(status),
        certainlyNotDone: true,
        error: (facts) => new TransportError({ ...facts, reason: `PROXY_${reason}` })
      }
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
        advice: () => "a firewall may drop the packets: check whether a proxy or a VPN is needed",
        error: (facts) => new TimeoutError({ ...facts, deadline: "connect" })
      }
    }
    case "TooLarge": {
      const [expected, message] =
        responseFailure.limit === "policy"
          ? [
              `at most ${limits.largestAnswer} bytes`,
              `the response is larger than ${limits.largestAnswer} bytes, the most that is held in memory`
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
  /** All such places, if there can be several. */
  readonly places?: ReadonlyArray<Errors.Place>
}

/** The failure for a 2xx response with content that cannot be used. */
export const undecodable = (
  response: Pick<Response.Whole, "status" | "headers">,
  found: Found,
  message: string
): Failure<DecodeError> =>
  unusable(response, message, (facts) => new DecodeError({ places: [found], ...facts, ...found }))

/** The failure for a response that cannot be a complete file or table; `undefined` if it can. */
export const unusableFile = (
  response: Pick<Response.Whole, "status" | "headers">
): Failure<UnexpectedStatus | DecodeError> | undefined => {
  const { headers, status } = response
  if (status === 204 || status === 205 || status === 206) {
    const message = status === 206 ? partial : "the response has no body"
    return unusable(response, message, (facts) => new UnexpectedStatus(facts))
  }
  const encoding = headers["content-encoding"]?.trim().toLowerCase()
  // A browser always asks for compressed responses.
  return encoding === undefined || encoding === "" || encoding === "identity" || Runtime.isBrowser()
    ? undefined
    : undecodable(
        response,
        { at: "content-encoding", expected: "no compression", excerpt: Excerpt.cut(encoding, 200) },
        `the response is compressed (${Excerpt.cut(encoding, 200)}) although the request did not ask for compression. The SDK cannot check that such a response is complete. ` +
          "Use the HTTP client of @effect-kaleidoscope/node: it checks this"
      )
}

/** The failure for a 2xx response that cannot be used. */
export const unusable = <E>(
  response: Pick<Response.Whole, "status" | "headers">,
  message: string,
  error: (facts: Facts) => E
): Failure<E> => ({
  ...nothingKnown,
  message,
  status: response.status,
  requestId: Response.requestId(response.headers),
  error
})

/** The failure of authorization: the call was not sent. The error is about the request for the token. */
export const fromAuth = (error: AuthError): Failure<AuthError> => ({
  ...nothingKnown,
  message: error.message,
  certainlyNotDone: true,
  error: (facts) => {
    const { message, method, path, pathTemplate, reason, requestId, status } = error
    return new AuthError({ ...facts, message, method, path, pathTemplate, reason, requestId, status })
  }
})

/** A message that begins with the request and its status. */
export const describe = (method: string, path: string, status: number | null, message: string): string =>
  status === null ? `${method} ${path}: ${message}` : `${method} ${path} returned ${status}: ${message}`
