import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Predicate from "effect/Predicate"

/** Why there is no answer. */
export type ResponseFailure =
  | {
      readonly _tag: "Broken"
      /** A code, never a message: those quote headers. */
      readonly reason: string
      /** Whether the request surely never reached the server. */
      readonly unsent: boolean
      /** Whether an answer had begun. */
      readonly answered: boolean
    }
  | {
      readonly _tag: "TimedOut"
      readonly deadline: "answer" | "silence" | "attempt" | "overall"
    }
  | {
      readonly _tag: "NotConnected"
      /** Whose limit it was: the policy's, or one that the client or the operating system has. */
      readonly limit: "policy" | "client"
    }
  | {
      readonly _tag: "TooLarge"
      readonly status: number
      readonly headers: Headers.Headers
      /** Whose limit it was: the policy's, or that of a client which decompresses. */
      readonly limit: "policy" | "client"
    }

// The codes under which no byte of a request has left: it may be sent again whatever it does.
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

interface Coded {
  readonly code: string
  /** What the operating system was asked for when it failed, as `connect`. */
  readonly call: unknown
}

/** The code of the innermost error that has one: `fetch` wraps the cause, and trying several addresses wraps it again. */
const coded = (cause: unknown, depth = 0): Coded | undefined => {
  if (!Predicate.isRecord(cause) || depth > 10) return undefined
  const inner =
    coded(cause["cause"], depth + 1) ??
    (Array.isArray(cause["errors"]) ? coded(cause["errors"][0], depth + 1) : undefined)
  const { code, syscall } = cause
  return inner ?? (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? { code, call: syscall } : undefined)
}

/** Why a client gave no answer, or no more of one. */
export const ofClient = (error: HttpClientError.HttpClientError): ResponseFailure => {
  const found = coded(error.cause)
  const code = found?.code
  if (code === "CONNECT_TIMEOUT") return { _tag: "NotConnected", limit: "policy" }
  // An established connection can time out in the operating system, too: that says nothing about what arrived.
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && found?.call === "connect")) {
    return { _tag: "NotConnected", limit: "client" }
  }
  // A client that decompresses gives up a body that was made to be large. The next one would be no smaller.
  if (error._tag === "ResponseError" && code?.endsWith("_TOO_LARGE") === true) {
    const { headers, status } = error.response
    return { _tag: "TooLarge", status, headers, limit: "client" }
  }
  return {
    _tag: "Broken",
    reason: code ?? error.reason,
    answered: error._tag === "ResponseError",
    unsent:
      error._tag === "RequestError" && (error.reason !== "Transport" || (code !== undefined && unsentCodes.has(code)))
  }
}
