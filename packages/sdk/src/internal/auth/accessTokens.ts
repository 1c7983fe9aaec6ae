import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { AuthError } from "../../KaleidoscopeError.js"
import * as Metrics from "../../Metrics.js"
import * as SingleFlight from "../catalog/singleFlight.js"
import * as Monotonic from "../monotonic.js"
import * as Decode from "../request/decode.js"
import type * as Errors from "../request/errors.js"
import type { Limits } from "../request/policy.js"
import * as Send from "../request/send.js"
import * as UserAgent from "../request/userAgent.js"
import * as Backoff from "./backoff.js"
import * as Budget from "./budget.js"
import * as Permits from "./permits.js"
import type * as Secrets from "./secrets.js"

const path = "/auth/oauth/token"

const token = /^[\x21-\x7e]+$/

/** Whether a text can be sent as a token. */
export const isToken = (text: string): boolean => token.test(text)

const TokenResponse = Schema.Struct({
  access_token: Schema.Redacted(Schema.String.pipe(Schema.pattern(token))),
  refresh_token: Schema.optional(Schema.NullOr(Schema.Redacted(Schema.String))),
  expires_in: Schema.optional(Schema.NullOr(Schema.Union(Schema.Number, Schema.NumberFromString)))
}).annotations({ identifier: "{ access_token, refresh_token, expires_in }" })

/** An access token. `kept` is `true` if it is used again although the server rejected it. */
export interface Token {
  readonly token: Redacted.Redacted
  readonly kept?: boolean | undefined
}

/** The access tokens of one credential on one client. */
export interface AccessTokens {
  /** A token that is valid now, as far as the client knows. */
  readonly get: Effect.Effect<Token, AuthError>
  /** The server rejected this token. It is replaced, unless the token before it was replaced for the same reason a moment ago. */
  readonly invalidate: (token: Redacted.Redacted) => Effect.Effect<void>
}

/** A request with the headers that every request has, except the access token. */
export interface Decorated {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly identityToken?: Redacted.Redacted | undefined
}

/** The credentials and settings of token requests. */
export interface Options {
  readonly url: string
  /** The name of the application in the header `User-Agent`. */
  readonly application: string | undefined
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly refreshTokens: boolean
  /** Adds the headers that every request has. The token request has them, too. */
  readonly decorate: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Decorated, AuthError>
  /** A proxy rejected this identity token. */
  readonly invalidateIdentity: (token: Redacted.Redacted) => Effect.Effect<void>
  readonly limits: Limits
  readonly secrets: Secrets.Secrets
}

interface Current extends Token {
  readonly expiresAt: number
  renewAt: number
  kept: boolean
}

// The Python client's margin. For a token with a lifetime under fifty minutes it is a fifth of the lifetime.
const margin = (lifetime: number): number => Math.min(10 * 60_000, lifetime / 5)

/** The least time that any token is used, even if its lifetime is shorter: if it has expired, the server responds with 401. */
const shortestUse = 1000

/** The time from a failed renewal to the next one, if the token is still valid. */
const renewalPause = 15_000

const noToken = Redacted.make("")

const largestAnswer = 1_000_000

const monotonic = Effect.clockWith((clock) => Effect.succeed(Monotonic.now(clock)))

const reasonOf = (refused: Errors.ErrorResponse): AuthError["reason"] => {
  const { status } = refused.response
  if (refused.byProxy || ((status === 401 || status === 403) && !refused.body.isJson)) return "identity"
  if (status === 400 || status === 401 || status === 403 || status === 422) return "rejected"
  return status === 408 || status === 425 || status === 429 || status >= 500 ? "unavailable" : "malformed"
}

const toAuthError = (error: AuthError | Send.CallError): AuthError => {
  if (error._tag === "KaleidoscopeAuthError") return error
  // Not a spread: it would put the fields of the other error, its `_tag` among them, into this one.
  const { attempts, call, elapsed, message, method, outcome, path, pathTemplate, requestId, status } = error
  const reason = error._tag === "KaleidoscopeDecodeError" ? "malformed" : "unavailable"
  return new AuthError({
    attempts,
    call,
    elapsed,
    message,
    method,
    outcome,
    path,
    pathTemplate,
    reason,
    requestId,
    status
  })
}

/**
 * A token is requested when a call needs it; nothing runs in the background. At most one token request is in flight, for
 * any number of callers. A refresh token is dropped before it is sent: if the outcome is unknown, a second use would make
 * the server revoke the whole family. So after any failure of a refresh the client credentials are used.
 */
export const make = (client: HttpClient.HttpClient, options: Options): AccessTokens => {
  let current: Current | undefined
  let refreshToken: Redacted.Redacted | undefined
  const afterRefusal = Backoff.make()
  let failure: AuthError | undefined
  const afterFailure = Backoff.make()
  /** The `Retry-After` of the last failed request, in milliseconds. */
  let retryAfter = 0

  const errors: Errors.StatusErrors<AuthError> = (refused, facts) => {
    retryAfter = refused.retryAfter === null ? 0 : Duration.toMillis(refused.retryAfter)
    return new AuthError({ ...facts, reason: reasonOf(refused) })
  }

  const sender: Send.Sender = {
    client,
    permits: Permits.unlimited,
    budget: Budget.make(100),
    secrets: options.secrets,
    authorize: (request) => Effect.map(options.decorate(request), (decorated) => ({ ...decorated, token: noToken })),
    invalidate: () => Effect.void,
    invalidateIdentity: options.invalidateIdentity
  }

  const ask = (form: Record<string, string>, limits: Limits): Effect.Effect<Current, AuthError> =>
    Effect.flatMap(monotonic, (askedAt) => {
      retryAfter = 0
      // Before each request, because only the secrets that were used last are kept.
      options.secrets.add(form["refresh_token"] ?? "")
      options.secrets.add(Redacted.value(options.clientSecret))
      return Send.run(
        sender,
        {
          name: "Auth.token",
          pathTemplate: path,
          path,
          ids: [],
          request: HttpClientRequest.post(`${options.url}${path}`, {
            acceptJson: true,
            headers: UserAgent.headers(options.application),
            body: HttpBody.text(new URLSearchParams(form).toString(), "application/x-www-form-urlencoded")
          }),
          writes: false,
          repeatable: true,
          errors,
          receive: Decode.json({ schema: TokenResponse, secret: true }, { ...limits, largestAnswer, strict: false })
        },
        { ...limits, largestAnswer }
      ).pipe(
        Effect.zip(monotonic),
        Effect.map(([grant, now]) => {
          const lifetime =
            typeof grant.expires_in === "number" && Number.isFinite(grant.expires_in)
              ? Math.max(0, grant.expires_in * 1000)
              : Number.POSITIVE_INFINITY
          const token: Current = {
            token: grant.access_token,
            expiresAt: askedAt + lifetime,
            renewAt: Math.max(askedAt + lifetime - margin(lifetime), now + shortestUse),
            kept: false
          }
          current = token
          refreshToken = grant.refresh_token ?? undefined
          options.secrets.add(Redacted.value(grant.access_token))
          if (refreshToken !== undefined) options.secrets.add(Redacted.value(refreshToken))
          return token
        }),
        Effect.mapError(toAuthError),
        Effect.zipLeft(Metric.increment(Metric.tagged(Metrics.tokens, "grant_type", form["grant_type"] ?? ""))),
        Effect.withSpan("Kaleidoscope.Auth.token", {
          kind: "client",
          captureStackTrace: false,
          attributes: { "kaleidoscope.grant_type": form["grant_type"] }
        })
      )
    })

  const withCredentials = Effect.suspend(() =>
    ask(
      {
        grant_type: "client_credentials",
        client_id: options.clientId,
        client_secret: Redacted.value(options.clientSecret)
      },
      options.limits
    )
  )

  /** The request after a failed refresh. It waits for the server's `Retry-After`. */
  const afterRefresh = (error: AuthError) =>
    Effect.flatMap(monotonic, (now) => {
      if (retryAfter === 0) return withCredentials
      const isUsable = current !== undefined && now < current.expiresAt
      return isUsable || retryAfter > options.limits.longestRetryAfter
        ? Effect.fail(error)
        : Effect.delay(withCredentials, retryAfter)
    })

  const renewed = Effect.suspend(() => {
    const presented = refreshToken
    refreshToken = undefined
    return presented === undefined || !options.refreshTokens
      ? withCredentials
      : Effect.catchAll(
          ask(
            { grant_type: "refresh_token", refresh_token: Redacted.value(presented) },
            { ...options.limits, tries: 1 }
          ),
          afterRefresh
        )
  })

  const renewal = SingleFlight.make(
    Effect.flatMap(monotonic, (now) =>
      failure !== undefined && !afterFailure.isOver(now)
        ? Effect.fail(failure)
        : Effect.tapBoth(renewed, {
            onFailure: (error) =>
              Effect.map(monotonic, (now) => {
                failure = error
                afterFailure.failed(now, retryAfter)
              }),
            onSuccess: () =>
              Effect.sync(() => {
                failure = undefined
                afterFailure.succeeded()
              })
          })
    )
  )

  return {
    get: Effect.flatMap(monotonic, (now) =>
      current !== undefined && now < current.renewAt
        ? Effect.succeed(current)
        : Effect.catchAll(renewal, (error) =>
            Effect.flatMap(monotonic, (now) => {
              if (current === undefined || now >= current.expiresAt) return Effect.fail(error)
              current.renewAt = Math.min(now + renewalPause, current.expiresAt)
              return Effect.succeed(current)
            })
          )
    ),
    invalidate: (token) =>
      Effect.map(monotonic, (now) => {
        if (current === undefined || !Equal.equals(current.token, token)) return
        if (afterRefusal.isOver(now)) {
          afterRefusal.failed(now)
          current = undefined
        } else current.kept = true
      })
  }
}
