/**
 * The source of the Google identity token that an Identity-Aware Proxy demands. The SDK itself does not talk to Google:
 * `@effect-kaleidoscope/node` has a layer that uses Google's library, and a test can give any token.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** There is no identity token. @since 0.1.0 @category errors */
export class IdentityTokenError extends Schema.TaggedError<IdentityTokenError>(
  "@effect-kaleidoscope/sdk/IdentityTokenError"
)("KaleidoscopeIdentityTokenError", {
  /** Why, in words. It must not contain a token or a key. */
  message: Schema.String
}) {}

/**
 * A source of identity tokens. The SDK asks it before each request, so it should cache its tokens and renew them in time.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** A token that is valid now. The audience is the OAuth client id of the proxy: `….apps.googleusercontent.com`. */
  readonly get: (audience: string) => Effect.Effect<Redacted.Redacted, IdentityTokenError>
  /**
   * Removes a token from the cache, because a proxy refused it: `get` must not give it again. The SDK calls this once for
   * each refused token, however many requests had it, and tries these requests once more. Without this method a token is
   * used until it expires.
   */
  readonly forget?: ((token: Redacted.Redacted) => Effect.Effect<void>) | undefined
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
 * One fixed identity token, for any audience: for a test, or for a program that ends before the token expires (after one
 * hour).
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (token: Redacted.Redacted): Layer.Layer<IdentityToken> =>
  Layer.succeed(IdentityToken, { get: () => Effect.succeed(token) })
