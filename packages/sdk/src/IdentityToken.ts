/**
 * Where the Google identity token comes from that an Identity-Aware Proxy wants to see. The SDK knows nothing of
 * Google: `@effect-kaleidoscope/node` has a layer on Google's own library, and a test gives a token of its own.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * No identity token could be had.
 *
 * @example
 * ```ts
 * import { IdentityToken } from "@effect-kaleidoscope/sdk"
 *
 * const error = new IdentityToken.IdentityTokenError({ message: "there are no default credentials on this machine" })
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class IdentityTokenError extends Schema.TaggedError<IdentityTokenError>(
  "@effect-kaleidoscope/sdk/IdentityTokenError"
)("KaleidoscopeIdentityTokenError", {
  /** Why, in words; never a token or a key. */
  message: Schema.String
}) {}

/**
 * A source of identity tokens. It keeps the tokens that it has, and renews them in time: it is asked before each
 * request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** A token whose audience is the OAuth client id of the proxy (`….apps.googleusercontent.com`), valid now. */
  readonly get: (audience: string) => Effect.Effect<Redacted.Redacted, IdentityTokenError>
  /**
   * A proxy refused this token: if it is kept, it is not given again, and whoever asks next gets a new one. The SDK calls
   * this once for each token that is refused, however many requests carried it, and tries those once more. Without this
   * member a token is used until it expires.
   */
  readonly forget?: (token: Redacted.Redacted) => Effect.Effect<void>
}

/**
 * A source of identity tokens.
 *
 * @example
 * ```ts
 * import { IdentityToken } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const IdentityTokenTest = Layer.succeed(IdentityToken.IdentityToken, {
 *   get: (audience) => Effect.succeed(Redacted.make(`a-token-for-${audience}`))
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class IdentityToken extends Context.Tag("@effect-kaleidoscope/sdk/IdentityToken")<IdentityToken, Service>() {}

/**
 * One identity token, from elsewhere, whatever the audience: for a test, or for a program that ends before the token
 * does (one hour).
 *
 * @example
 * ```ts
 * import { Auth, IdentityToken } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const AuthLive = Auth.layerIapConfig().pipe(
 *   Layer.provide(IdentityToken.layer(Redacted.make("an-identity-token")))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (token: Redacted.Redacted): Layer.Layer<IdentityToken> =>
  Layer.succeed(IdentityToken, { get: () => Effect.succeed(token) })
