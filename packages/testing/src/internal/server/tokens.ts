import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { TokenResponse } from "../auth/routes.js"
import { BadRequest, Unauthorized } from "./problem.js"

interface Family {
  revoked: boolean
}

interface AccessToken {
  readonly family: Family
  expiresAt: number
}

interface RefreshToken {
  readonly family: Family
  used: boolean
}

/**
 * The number of token requests by outcome, since the start or the last reset.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenCounts {
  /** Granted requests with client credentials. */
  readonly clientCredentials: number
  /** Granted requests with a refresh token. */
  readonly refreshToken: number
  /** Refused requests. */
  readonly rejected: number
  /** Requests that were refused because their refresh token was used before. */
  readonly reused: number
  /** Revoked families of tokens: after the reuse of a refresh token, or by `Emulator.Service.revokeTokens`. */
  readonly revokedFamilies: number
}

/** The issued tokens. All tokens that come from one request with client credentials, by rotation, are one family. */
export class Tokens extends Context.Tag("@effect-kaleidoscope/testing/internal/Tokens")<
  Tokens,
  {
    readonly issue: (
      clientId: string | undefined,
      clientSecret: Redacted.Redacted | undefined
    ) => Effect.Effect<TokenResponse, Unauthorized>
    readonly refresh: (token: Redacted.Redacted) => Effect.Effect<TokenResponse, BadRequest>
    readonly reject: Effect.Effect<void>
    readonly verify: (header: string | undefined) => Effect.Effect<void, Unauthorized>
    readonly expire: Effect.Effect<void>
    readonly revoke: Effect.Effect<void>
    readonly counts: Effect.Effect<TokenCounts>
    readonly resetCounts: Effect.Effect<void>
  }
>() {}

/** The settings of the only client. */
interface Credentials {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly accessTokenLifetime: Duration.Duration
}

const unauthorized = (message: string) => new Unauthorized({ code: "UNAUTHORIZED", message })

const noCounts: TokenCounts = { clientCredentials: 0, refreshToken: 0, rejected: 0, reused: 0, revokedFamilies: 0 }

export const make = (credentials: Credentials): typeof Tokens.Service => {
  const accessTokens = new Map<string, AccessToken>()
  const refreshTokens = new Map<string, RefreshToken>()
  let counts = noCounts
  const count = (key: keyof TokenCounts) => {
    counts = { ...counts, [key]: counts[key] + 1 }
  }
  const revokeFamily = (family: Family) => {
    if (!family.revoked) {
      family.revoked = true
      count("revokedFamilies")
    }
  }
  const grant = (family: Family): Effect.Effect<TokenResponse> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const answer: TokenResponse = {
        access_token: `kal-access-${crypto.randomUUID()}`,
        refresh_token: `kal-refresh-${crypto.randomUUID()}`,
        expires_in: Duration.toSeconds(credentials.accessTokenLifetime),
        token_type: "Bearer"
      }
      accessTokens.set(answer.access_token, {
        family,
        expiresAt: now + Duration.toMillis(credentials.accessTokenLifetime)
      })
      refreshTokens.set(answer.refresh_token, { family, used: false })
      return answer
    })

  return {
    issue: (clientId, clientSecret) =>
      Effect.suspend(() => {
        if (
          clientId !== credentials.clientId ||
          clientSecret === undefined ||
          Redacted.value(clientSecret) !== Redacted.value(credentials.clientSecret)
        ) {
          count("rejected")
          return Effect.fail(
            new Unauthorized({ code: "invalid_client", message: "The client id or the client secret is wrong" })
          )
        }
        count("clientCredentials")
        return grant({ revoked: false })
      }),
    refresh: (token) =>
      Effect.suspend(() => {
        const found = refreshTokens.get(Redacted.value(token))
        if (found === undefined || found.used || found.family.revoked) {
          count("rejected")
          if (found?.used === true) {
            count("reused")
            revokeFamily(found.family)
          }
          return Effect.fail(
            new BadRequest({
              code: "invalid_grant",
              message:
                found === undefined
                  ? "The refresh token is unknown"
                  : found.used
                    ? "The refresh token was used before. All tokens of its family are now revoked"
                    : "The refresh token is revoked"
            })
          )
        }
        count("refreshToken")
        found.used = true
        return grant(found.family)
      }),
    reject: Effect.sync(() => count("rejected")),
    verify: (header) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const token = header === undefined ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1]
        if (token === undefined) {
          return Effect.fail(unauthorized("The header X-Kal-Authorization: Bearer <access_token> is missing"))
        }
        const found = accessTokens.get(token)
        return found === undefined
          ? Effect.fail(unauthorized("The access token is unknown"))
          : found.family.revoked
            ? Effect.fail(unauthorized("The access token is revoked"))
            : found.expiresAt <= now
              ? Effect.fail(unauthorized("The access token has expired"))
              : Effect.void
      }),
    expire: Effect.sync(() => {
      for (const token of accessTokens.values()) {
        token.expiresAt = Number.NEGATIVE_INFINITY
      }
    }),
    revoke: Effect.sync(() => {
      for (const token of refreshTokens.values()) {
        revokeFamily(token.family)
      }
    }),
    counts: Effect.sync(() => counts),
    resetCounts: Effect.sync(() => {
      counts = noCounts
    })
  }
}
