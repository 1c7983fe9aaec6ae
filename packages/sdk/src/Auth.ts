/**
 * The workspace that the SDK talks to, and its credentials: an API key, an API key behind Google's Identity-Aware Proxy, or
 * an access token.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as IdentityToken from "./IdentityToken.js"
import * as AccessTokens from "./internal/auth/accessTokens.js"
import * as Backoff from "./internal/auth/backoff.js"
import * as Secrets from "./internal/auth/secrets.js"
import * as Setting from "./internal/auth/settings.js"
import * as Monotonic from "./internal/monotonic.js"
import * as Method from "./internal/request/method.js"
import * as Policy from "./internal/request/policy.js"
import { AuthError } from "./KaleidoscopeError.js"
import { RequestPolicy } from "./RequestPolicy.js"

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

/**
 * The workspace that the SDK talks to, and the credentials for it.
 *
 * @example
 * ```ts
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * // A credential for a test.
 * const AuthTest = Layer.succeed(Auth.Auth, {
 *   url: "http://kaleidoscope.test",
 *   authorize: (request) => Effect.succeed({ request, token: Redacted.make("a-token") }),
 *   invalidate: () => Effect.void
 * })
 *
 * const LabelsTest = Labels.layer.pipe(Layer.provide(AuthTest))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Auth extends Context.Tag("@effect-kaleidoscope/sdk/Auth")<Auth, Service>() {}

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

/** What a proxy in front of the server demands of every request, and what to do if the proxy refuses a request. */
type Proxy = Pick<AccessTokens.Options, "decorate" | "invalidateIdentity">

const noProxy: Proxy = {
  decorate: (request) => Effect.succeed({ request }),
  invalidateIdentity: () => Effect.void
}

const authError = (reason: AuthError["reason"], message: string): AuthError =>
  new AuthError({ ...Method.localFacts("Auth.authorize", message), reason })

/** What is wrong with a base URL, and what to do about it. The URL is not quoted, since it may hold a secret. */
const wrongWith = (url: string): string | undefined => {
  if (url === "") return "is empty: leave it out to use the URL of production"
  if (!/^https?:\/\//i.test(url)) return "has to begin with https:// or http://"
  if (/^https?:\/\/[^/?#]*@/i.test(url)) {
    return "must not have a user name or a password in it: give the API key as `clientId` and `clientSecret`"
  }
  if (url.includes("?")) return "must not have a query: remove the ? and what follows it"
  if (url.includes("#")) return "must not have a fragment: remove the # and what follows it"
  return /[\s\\]/.test(url) || /^https?:\/\/(?:\/|$)/i.test(url) || !URL.canParse(url)
    ? "is not a valid URL: check its host and its port"
    : undefined
}

/** A base URL without a slash at its end. */
const normalize = (url: string): Either.Either<string, string> => {
  const trimmed = url.trim()
  const wrong = wrongWith(trimmed)
  if (wrong !== undefined) return Either.left(`The URL of Kaleidoscope ${wrong}`)
  let end = trimmed.length
  while (trimmed[end - 1] === "/") end--
  return Either.right(trimmed.slice(0, end))
}

const invalidHeader = (headers: { readonly [name: string]: string }): string | undefined =>
  Object.entries(headers).find(
    ([name, value]) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)
  )?.[0]

/** Sets a header with a token. A token with other characters would make the client fail with an error that quotes it. */
const setBearer = (
  request: HttpClientRequest.HttpClientRequest,
  header: string,
  token: Redacted.Redacted,
  reason: "malformed" | "identity"
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> => {
  const kind = reason === "identity" ? "identity" : "access"
  return AccessTokens.isToken(Redacted.value(token))
    ? Effect.succeed(HttpClientRequest.setHeader(request, header, `Bearer ${Redacted.value(token)}`))
    : Effect.fail(authError(reason, `The ${kind} token is empty or has characters that a token cannot have`))
}

interface TokenSource {
  readonly get: (client: HttpClient.HttpClient) => Effect.Effect<AccessTokens.Token, AuthError>
  readonly invalidate: Service["invalidate"]
}

/** Dies if a setting is not valid: that is a mistake in the program. */
const valid = (options: Settings): Effect.Effect<void> =>
  Effect.suspend(() => {
    const wrong = Setting.wrongInCredential(options)
    return wrong === undefined ? Effect.void : Effect.dieMessage(`Auth: ${wrong.name}: ${wrong.message}`)
  })

/** As {@link valid}, but fails as the configuration does. */
const validConfig = (options: Settings): Effect.Effect<void, ConfigError.ConfigError> =>
  Effect.suspend(() => {
    const wrong = Setting.wrongInCredential(options)
    return wrong === undefined ? Effect.void : Effect.fail(ConfigError.InvalidData([wrong.name], wrong.message))
  })

const fromSource = (
  options: RequestOptions,
  proxy: Proxy,
  source: (shared: Pick<AccessTokens.Options, "url" | "secrets" | keyof Proxy>) => TokenSource
): Service => {
  const url = normalize(options.url ?? PROD_API_URL)
  const headers = Record.map(options.additionalHeaders ?? {}, (value) =>
    Redacted.isRedacted(value) ? Redacted.value(value) : value
  )
  const secrets = Secrets.make()
  for (const value of Object.values(headers)) secrets.add(value)
  const header = invalidHeader(headers)
  const { catalogTimeToLive, concurrency, retryBudget } = options
  const settings = { settings: { catalogTimeToLive, concurrency, retryBudget } }
  if (Either.isLeft(url) || header !== undefined) {
    const message = Either.isLeft(url)
      ? url.left
      : `The additional header ${JSON.stringify(header)} has a name or a value with characters that HTTP does not allow`
    return {
      url: options.url ?? PROD_API_URL,
      authorize: () => Effect.fail(authError("configuration", message)),
      invalidate: () => Effect.void,
      ...settings
    }
  }
  const { invalidateIdentity } = proxy
  const decorate: Proxy["decorate"] = (request) =>
    Effect.map(proxy.decorate(request), (decorated) => ({
      ...decorated,
      request: HttpClientRequest.setHeaders(decorated.request, headers)
    }))
  const { get, invalidate } = source({ url: url.right, decorate, invalidateIdentity, secrets })
  return {
    url: url.right,
    authorize: (request, client) =>
      Effect.flatMap(get(client), ({ kept = false, token }) =>
        setBearer(request, "X-Kal-Authorization", token, "malformed").pipe(
          Effect.flatMap(decorate),
          Effect.map((decorated) => ({ ...decorated, token, kept }))
        )
      ),
    invalidate,
    invalidateIdentity,
    secrets,
    ...settings
  }
}

const fromKey = (options: Options, proxy: Proxy): Effect.Effect<Service> =>
  Effect.map(Effect.flatMap(RequestPolicy, Policy.valid), (policy) =>
    fromSource(options, proxy, (shared) => {
      const clients = new WeakMap<HttpClient.HttpClient, AccessTokens.AccessTokens>()
      const tokensOf = (client: HttpClient.HttpClient): AccessTokens.AccessTokens => {
        const existing = clients.get(client)
        if (existing !== undefined) return existing
        const tokens = AccessTokens.make(client, {
          ...shared,
          clientId: options.clientId,
          clientSecret: options.clientSecret,
          refreshTokens: options.refreshTokens ?? true,
          limits: Policy.limits(policy)
        })
        clients.set(client, tokens)
        return tokens
      }
      return {
        get: (client) => tokensOf(client).get,
        invalidate: (token, client) => tokensOf(client).invalidate(token)
      }
    })
  )

const identify = (options: IapOptions, identity: IdentityToken.Service): Proxy => {
  const header = options.identityTokenHeader ?? "Authorization"
  const afterRefusal = Backoff.make()
  let last: Redacted.Redacted | undefined
  return {
    decorate: (request) =>
      identity.get(options.iapClientId).pipe(
        Effect.mapError((error) => authError("identity", error.message)),
        Effect.flatMap((token) => {
          last = token
          return Effect.map(setBearer(request, header, token, "identity"), (request) => ({
            request,
            identityToken: token
          }))
        })
      ),
    // Refusals that come later are of the same token, or of one that was refused as well.
    invalidateIdentity: (token) =>
      Effect.flatMap(Effect.clock, (clock) => {
        const now = Monotonic.now(clock)
        if (!afterRefusal.isOver(now) || last === undefined || !Equal.equals(last, token)) return Effect.void
        afterRefusal.failed(now)
        return identity.forget?.(token) ?? Effect.void
      })
  }
}

/**
 * An API key, from values. Use one constant for the layer: all services on it then share its tokens and limits.
 *
 * Building the layer does not fail, but it dies if a setting is not valid (`concurrency: 0`), since that is a mistake in the
 * program. If the URL or a header cannot be used, each call fails with `AuthError` (`reason: "configuration"`). If the
 * server refuses the key, the reason is `"rejected"`.
 *
 * @example
 * ```ts
 * import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const AuthLive = Auth.layer({
 *   clientId: "my-client",
 *   clientSecret: Redacted.make("my-secret"),
 *   url: "http://127.0.0.1:4010",
 *   concurrency: 4
 * })
 *
 * const Live = Kaleidoscope.layer.pipe(Layer.provide(AuthLive), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Auth> =>
  Layer.effect(Auth, Effect.zipRight(valid(options), fromKey(options, noProxy)))

/**
 * An API key for an installation behind Google's Identity-Aware Proxy, from values. Every request, also the requests for
 * tokens, has an identity token from `IdentityToken`. If there is none, calls fail with `AuthError` (`reason: "identity"`).
 *
 * @example
 * ```ts
 * import { Auth, IdentityToken } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const AuthLive = Auth.layerIap({
 *   clientId: "my-client",
 *   clientSecret: Redacted.make("my-secret"),
 *   url: "https://kaleidoscope.example.com",
 *   iapClientId: "123.apps.googleusercontent.com"
 * }).pipe(Layer.provide(IdentityToken.layer(Redacted.make("an-identity-token"))))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerIap = (options: IapOptions): Layer.Layer<Auth, never, IdentityToken.IdentityToken> =>
  Layer.effect(
    Auth,
    Effect.zipRight(
      valid(options),
      Effect.flatMap(IdentityToken.IdentityToken, (identity) => fromKey(options, identify(options, identity)))
    )
  )

const given = <A>(value: A | undefined, config: Config.Config<A>): Config.Config<A> =>
  value === undefined ? config : Config.succeed(value)

const url = Config.mapOrFail(Config.string("KALEIDOSCOPE_API_URL").pipe(Config.withDefault(PROD_API_URL)), (text) =>
  Either.mapLeft(normalize(text), (message) => ConfigError.InvalidData(["KALEIDOSCOPE_API_URL"], message))
)

const keyConfig = (options: Setting.Some<Options>) =>
  Config.all({
    clientId: given(options.clientId, Config.nonEmptyString("KALEIDOSCOPE_API_CLIENT_ID")),
    clientSecret: given(
      options.clientSecret,
      Config.map(Config.nonEmptyString("KALEIDOSCOPE_API_CLIENT_SECRET"), (secret) => Redacted.make(secret))
    ),
    url: given(options.url, url)
  })

/**
 * An API key, from the configuration. Options that are left out are read from `KALEIDOSCOPE_API_CLIENT_ID`,
 * `KALEIDOSCOPE_API_CLIENT_SECRET` and `KALEIDOSCOPE_API_URL` (default: {@link PROD_API_URL}).
 *
 * Fails with a `ConfigError` that names all variables that are missing or empty, or a setting that is not valid.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (options: Setting.Some<Options> = {}): Layer.Layer<Auth, ConfigError.ConfigError> =>
  Layer.effect(
    Auth,
    Effect.zipRight(
      validConfig(options),
      Effect.flatMap(keyConfig(options), (key) => fromKey({ ...options, ...key }, noProxy))
    )
  )

/**
 * An API key for an installation behind Google's Identity-Aware Proxy, from the configuration: as {@link layerConfig},
 * with `KALEIDOSCOPE_IAP_CLIENT_ID`.
 *
 * Fails with a `ConfigError` that names all variables that are missing or empty, or a setting that is not valid.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerIapConfig = (
  options: Setting.Some<IapOptions> = {}
): Layer.Layer<Auth, ConfigError.ConfigError, IdentityToken.IdentityToken> =>
  Layer.effect(
    Auth,
    Effect.gen(function* () {
      yield* validConfig(options)
      const { iapClientId, key } = yield* Config.all({
        key: keyConfig(options),
        iapClientId: given(options.iapClientId, Config.nonEmptyString("KALEIDOSCOPE_IAP_CLIENT_ID"))
      })
      const all: IapOptions = { ...options, ...key, iapClientId }
      return yield* fromKey(all, identify(all, yield* IdentityToken.IdentityToken))
    })
  )

/**
 * An access token that does not come from the SDK: the token, or an effect that gives the token that is valid now. If the
 * effect fails, calls fail with `AuthError` (`reason: "unavailable"`). After a 401 the effect is run once more, and if it
 * gives another token, the call is tried again.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerToken = (options: TokenOptions): Layer.Layer<Auth> => {
  const { token } = options
  const get = Effect.isEffect(token)
    ? Effect.mapError(
        token,
        // The error is not the SDK's: it may hold a secret.
        () => authError("unavailable", "The access token could not be obtained")
      )
    : Effect.succeed(token)
  return Layer.effect(
    Auth,
    Effect.map(valid(options), () =>
      fromSource(options, noProxy, () => ({
        get: () => Effect.map(get, (token) => ({ token })),
        invalidate: () => Effect.void
      }))
    )
  )
}
