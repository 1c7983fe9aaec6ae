import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AuthError } from "../../KaleidoscopeError.js"
import type * as Secrets from "./secrets.js"

/** The default URL of Kaleidoscope. @since 0.1.0 @category constants */
export const PROD_API_URL = "https://api.kaleidoscope.bio"

/** A request with credentials, and the tokens in it. @since 0.1.0 @category models */
export interface Authorized {
  readonly request: HttpClientRequest.HttpClientRequest
  /** The access token. If the server refuses it, {@link Service.invalidate} gets it. */
  readonly token: Redacted.Redacted
  /** The identity token. If an Identity-Aware Proxy refuses it, {@link Service.invalidateIdentity} gets it. */
  readonly identityToken?: Redacted.Redacted | undefined
  /**
   * Whether the server refused this token before, and it is sent again because it is too early to ask for a new one.
   *
   * @internal
   */
  readonly kept?: boolean | undefined
}

/** Settings for all calls of one credential. @since 0.1.0 @category models */
export interface Settings {
  /** The most requests in flight. Other requests wait. @default 16 */
  readonly concurrency?: number | undefined
  /**
   * The number of retries for all calls together. A call that succeeds gives back the retries that it used; when no
   * retries are left, calls fail without a retry.
   *
   * @default 100
   */
  readonly retryBudget?: number | undefined
  /** How long a list is cached in which names are looked up. @default 1 minute */
  readonly catalogTimeToLive?: Duration.DurationInput | undefined
  /**
   * The name and the version of the application: `assay-sync/2.1`. The header `User-Agent` begins with it, before the name and
   * the version of the SDK: `assay-sync/2.1 effect-kaleidoscope/0.1.0`. A browser sends its own `User-Agent`.
   *
   * @default none
   */
  readonly application?: string | undefined
}

/** A credential. It is small: a test can give its own. @since 0.1.0 @category models */
export interface Service {
  /** The URL of the workspace, without a slash at the end. */
  readonly url: string
  /**
   * Adds the credentials to a request. It is called before each attempt. If it needs a new token, it asks for it with the
   * client that will send the request: a credential on two clients has two tokens.
   */
  readonly authorize: (
    request: HttpClientRequest.HttpClientRequest,
    client: HttpClient.HttpClient
  ) => Effect.Effect<Authorized, AuthError>
  /** Forgets a token, because the server answered 401 to it, unless the client already has a newer one. */
  readonly invalidate: (token: Redacted.Redacted, client: HttpClient.HttpClient) => Effect.Effect<void>
  /** Forgets an identity token, because an Identity-Aware Proxy refused it. */
  readonly invalidateIdentity?: ((token: Redacted.Redacted) => Effect.Effect<void>) | undefined
  readonly settings?: Settings | undefined
  /**
   * Texts that errors, logs and spans must not show, besides what `authorize` adds to a request.
   *
   * @internal
   */
  readonly secrets?: Secrets.Secrets | undefined
}

/** The options of all kinds of credentials. @since 0.1.0 @category models */
export interface RequestOptions extends Settings {
  /** The URL of the workspace. A path is kept; a slash at the end is removed. @default {@link PROD_API_URL} */
  readonly url?: string | undefined
  /**
   * Headers for every request, also for requests for tokens. They replace headers of the SDK with the same name. If a
   * server repeats their values, the SDK hides them, as it hides the credentials.
   */
  readonly additionalHeaders?: { readonly [name: string]: string | Redacted.Redacted } | undefined
}

/** An API key. @since 0.1.0 @category models */
export interface Options extends RequestOptions {
  readonly clientId: string
  /**
   * If a server repeats the secret, in any encoding, the SDK hides it. A secret of 4 to 7 characters is hidden only where it
   * is a whole word, a shorter one is not hidden.
   */
  readonly clientSecret: Redacted.Redacted
  /**
   * Whether access tokens are renewed with a refresh token. With `false` each renewal uses the API key: for many processes
   * that share one key.
   *
   * @default true
   */
  readonly refreshTokens?: boolean | undefined
}

/** An API key for an installation behind Google's Identity-Aware Proxy. @since 0.1.0 @category models */
export interface IapOptions extends Options {
  /** The OAuth client id of the proxy: `….apps.googleusercontent.com`. */
  readonly iapClientId: string
  /** The header of the identity token. The proxy reads either. @default "Authorization" */
  readonly identityTokenHeader?: "Authorization" | "Proxy-Authorization" | undefined
}

/** An access token that does not come from the SDK. @since 0.1.0 @category models */
export interface TokenOptions extends RequestOptions {
  /** The token, or an effect that gives the token that is valid now. The effect is run before each attempt. */
  readonly token: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>
}
