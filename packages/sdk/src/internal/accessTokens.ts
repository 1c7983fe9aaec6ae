import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { AuthError } from "../KaleidoscopeError.js"
import * as Metrics from "../Metrics.js"
import type { Limits } from "../RequestPolicy.js"
import * as Budget from "./budget.js"
import * as Permits from "./permits.js"
import * as Pipeline from "./pipeline.js"
import * as Reading from "./reading.js"
import type * as Refusal from "./refusal.js"
import type * as Secrets from "./secrets.js"
import * as Shared from "./shared.js"
import * as Transport from "./transport.js"

const path = "/auth/oauth/token"

const token = /^[\x21-\x7e]+$/

/** Whether a text can be sent as a token. */
export const isToken = (text: string): boolean => token.test(text)

const TokenAnswer = Schema.Struct({
  access_token: Schema.Redacted(Schema.String.pipe(Schema.pattern(token))),
  refresh_token: Schema.optional(Schema.NullOr(Schema.Redacted(Schema.String))),
  expires_in: Schema.optional(Schema.NullOr(Schema.Union(Schema.Number, Schema.NumberFromString)))
}).annotations({ identifier: "{ access_token, refresh_token, expires_in }" })

/** The access tokens of one credential on one client. */
export interface AccessTokens {
  /** One that is valid now, as far as can be known here. */
  readonly get: Effect.Effect<Redacted.Redacted, AuthError>
  /** The server refused this one. */
  readonly invalidate: (token: Redacted.Redacted) => Effect.Effect<void>
}

/** What tokens are asked for with. */
export interface Options {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly refreshTokens: boolean
  /** Adds what every request carries, the one for a token included. */
  readonly decorate: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError>
  readonly limits: Limits
  readonly secrets: Secrets.Secrets
}

interface Current {
  readonly token: Redacted.Redacted
  readonly expiresAt: number
  renewAt: number
}

// The Python client's margin; of a token that lives less than fifty minutes a fifth of its life.
const margin = (lifetime: number): number => Math.min(10 * 60_000, lifetime / 5)

/** How long any token is used, whatever its lifetime: if it has run out, a 401 says so. */
const shortestUse = 1000

/** How long a token that is still valid is used when its renewal failed, before the next renewal is tried. */
const renewalPause = 15_000

const noToken = Redacted.make("")

const reasonOf = (refused: Refusal.Refused): AuthError["reason"] => {
  const { status } = refused.answer
  if ((status === 401 || status === 403) && !refused.body.isJson) return "identity"
  if (status === 400 || status === 401 || status === 403 || status === 422) return "rejected"
  return status === 408 || status === 425 || status === 429 || status >= 500 ? "unavailable" : "malformed"
}

const refusals: Refusal.Refusals<AuthError> = (refused, facts) => new AuthError({ ...facts, reason: reasonOf(refused) })

const toAuthError = (error: AuthError | Pipeline.CallError): AuthError =>
  error._tag === "KaleidoscopeAuthError"
    ? error
    : new AuthError({
        ...error,
        message: error.message, // an error's message is not enumerable
        reason: error._tag === "KaleidoscopeDecodeError" ? "malformed" : "unavailable"
      })

/**
 * Tokens are asked for when they are needed: nothing runs in the background. However many need one, one request is in
 * flight. A refresh token is forgotten before it is presented: if the outcome is unknown, presenting it again would
 * make the server revoke the whole family, so whatever goes wrong with it, client credentials come next.
 */
export const make = (client: HttpClient.HttpClient, options: Options): AccessTokens => {
  let current: Current | undefined
  let refreshToken: Redacted.Redacted | undefined

  const sender: Pipeline.Sender = {
    client: Transport.prepare(client),
    permits: Permits.unlimited,
    budget: Budget.make(100),
    secrets: options.secrets,
    authorize: (request) => Effect.map(options.decorate(request), (request) => ({ request, token: noToken })),
    invalidate: () => Effect.void
  }

  const ask = (form: Record<string, string>, limits: Limits): Effect.Effect<Current, AuthError> =>
    Effect.flatMap(Clock.currentTimeMillis, (askedAt) => {
      // Before each request: it might have been forgotten.
      options.secrets.add(form["refresh_token"] ?? "")
      options.secrets.add(Redacted.value(options.clientSecret))
      return Pipeline.run(
        sender,
        {
          name: "Auth.token",
          pathTemplate: path,
          path,
          ids: [],
          request: HttpClientRequest.post(`${options.url}${path}`, {
            acceptJson: true,
            body: HttpBody.text(new URLSearchParams(form).toString(), "application/x-www-form-urlencoded")
          }),
          writes: false,
          repeatable: true,
          refusals,
          receive: Reading.json({ schema: TokenAnswer, secret: true }, { largestAnswer: 1_000_000, strict: false })
        },
        limits
      ).pipe(
        Effect.zip(Clock.currentTimeMillis),
        Effect.map(([answer, now]) => {
          const lifetime =
            typeof answer.expires_in === "number" && Number.isFinite(answer.expires_in)
              ? Math.max(0, answer.expires_in * 1000)
              : Number.POSITIVE_INFINITY
          const token: Current = {
            token: answer.access_token,
            expiresAt: askedAt + lifetime,
            renewAt: Math.max(askedAt + lifetime - margin(lifetime), now + shortestUse)
          }
          current = token
          refreshToken = answer.refresh_token ?? undefined
          options.secrets.add(Redacted.value(answer.access_token))
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

  const renewal = Shared.make(
    Effect.suspend(() => {
      const presented = refreshToken
      refreshToken = undefined
      return presented === undefined || !options.refreshTokens
        ? withCredentials
        : Effect.catchAll(
            ask(
              { grant_type: "refresh_token", refresh_token: Redacted.value(presented) },
              { ...options.limits, tries: 1 }
            ),
            () => withCredentials
          )
    })
  )

  return {
    get: Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (current !== undefined && now < current.renewAt) return Effect.succeed(current.token)
      return renewal.pipe(
        Effect.map((renewed) => renewed.token),
        Effect.catchAll((error) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => {
            if (current === undefined || now >= current.expiresAt) return Effect.fail(error)
            current.renewAt = Math.min(now + renewalPause, current.expiresAt)
            return Effect.succeed(current.token)
          })
        )
      )
    }),
    invalidate: (token) =>
      Effect.sync(() => {
        if (current !== undefined && Equal.equals(current.token, token)) current = undefined
      })
  }
}
