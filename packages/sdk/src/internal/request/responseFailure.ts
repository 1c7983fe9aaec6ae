import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Predicate from "effect/Predicate"

/** The reason why there is no complete response. */
export type ResponseFailure =
  | {
      readonly _tag: "Broken"
      /** A code, never a message: messages quote headers. */
      readonly reason: string
      /** Whether the request certainly never reached the server. */
      readonly unsent: boolean
      /** Whether a response had begun. */
      readonly responded: boolean
    }
  | {
      readonly _tag: "NoTunnel"
      /** The status of the proxy's response to CONNECT, or the code if the proxy could not be reached. */
      readonly reason: string
      /** The host and the port of the proxy, if the client says them. */
      readonly proxy: string | undefined
    }
  | {
      readonly _tag: "TimedOut"
      readonly deadline: "answer" | "silence" | "attempt" | "overall"
    }
  | {
      readonly _tag: "NotConnected"
      /** The limit of the policy, or of the HTTP client or the operating system. */
      readonly limit: "policy" | "client"
    }
  | {
      readonly _tag: "TooLarge"
      readonly status: number
      readonly headers: Headers.Headers
      /** The limit of the policy, or of an HTTP client that decompresses. */
      readonly limit: "policy" | "client"
    }

// With these codes no byte of the request was sent, so that even a write may be sent again.
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

interface Coded {
  readonly code: string
  /** The failed call of the operating system, as `connect`. */
  readonly call: unknown
  /** The host and the port of a proxy. */
  readonly proxy: unknown
}

/** The code of the innermost error with a code: `fetch` wraps errors, and so do attempts with several addresses. */
const coded = (cause: unknown, depth = 0): Coded | undefined => {
  if (!Predicate.isRecord(cause) || depth > 10) return undefined
  const inner =
    coded(cause["cause"], depth + 1) ??
    (Array.isArray(cause["errors"]) ? coded(cause["errors"][0], depth + 1) : undefined)
  const { code, proxy, syscall } = cause
  return (
    inner ?? (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? { code, call: syscall, proxy } : undefined)
  )
}

/** The reason in an error of the HTTP client. */
export const fromClient = (error: HttpClientError.HttpClientError): ResponseFailure => {
  const found = coded(error.cause)
  const code = found?.code
  if (code?.startsWith("PROXY_") === true) {
    const proxy = typeof found?.proxy === "string" && /^[\w.:[\]-]{1,255}$/.test(found.proxy) ? found.proxy : undefined
    return { _tag: "NoTunnel", reason: code.slice("PROXY_".length), proxy }
  }
  if (code === "CONNECT_TIMEOUT") return { _tag: "NotConnected", limit: "policy" }
  // `ETIMEDOUT` of an established connection is different: the request may have arrived.
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && found?.call === "connect")) {
    return { _tag: "NotConnected", limit: "client" }
  }
  // The decompressed body is larger than the limit of the client. A retry would get the same body.
  if (error._tag === "ResponseError" && code?.endsWith("_TOO_LARGE") === true) {
    const { headers, status } = error.response
    return { _tag: "TooLarge", status, headers, limit: "client" }
  }
  return {
    _tag: "Broken",
    reason: code ?? error.reason,
    responded: error._tag === "ResponseError",
    unsent:
      error._tag === "RequestError" && (error.reason !== "Transport" || (code !== undefined && unsentCodes.has(code)))
  }
}
