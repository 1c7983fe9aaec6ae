/**
 * Which workspace is talked to, and what makes a request ours: an API key, an API key behind Google's Identity-Aware
 * Proxy, or a token from elsewhere.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as IdentityToken from "./IdentityToken.js"
import * as AccessTokens from "./internal/accessTokens.js"
import * as Monotonic from "./internal/monotonic.js"
import * as Pause from "./internal/pause.js"
import * as Secrets from "./internal/secrets.js"
import * as Setting from "./internal/settings.js"
import { AuthError } from "./KaleidoscopeError.js"
import * as RequestPolicy from "./RequestPolicy.js"

/**
 * Where Kaleidoscope is, unless a credential says otherwise.
 *
 * @example
 * ```ts
 * import { Auth } from "@effect-kaleidoscope/sdk"
 *
 * const isProduction = (auth: Auth.Service) => auth.url === Auth.PROD_API_URL
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const PROD_API_URL = "https://api.kaleidoscope.bio"

/**
 * A request that carries what makes it ours, and the access token that it carries.
 *
 * @since 0.1.0
 * @category models
 */
export interface Authorized {
  readonly request: HttpClientRequest.HttpClientRequest
  /** What {@link Service.invalidate} gets if the server refuses it. */
  readonly token: Redacted.Redacted
  /** What {@link Service.invalidateIdentity} gets if an Identity-Aware Proxy refuses it. */
  readonly identityToken?: Redacted.Redacted
  /**
   * Whether the token is sent once more although the server refused it: it is too early for another one.
   *
   * @internal
   */
  readonly kept?: boolean
}

/**
 * What all calls of one credential have in common.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  /** How many requests are in flight at most; the others wait their turn: 16. */
  readonly concurrency?: number
  /**
   * How many retries may be under way or in vain before there are no more, for all calls together: 100. A call that
   * succeeds gives back what it took.
   */
  readonly retryBudget?: number
  /** How long a name that was turned into an id is taken to mean that id: one minute. */
  readonly catalogTimeToLive?: Duration.DurationInput
}

/**
 * What the services need to know of who asks. Small, so that a test can give its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Where the workspace is reached, without a slash at the end. */
  readonly url: string
  /**
   * Adds to a request what makes it ours; called before each attempt. If a token has to be fetched, it is fetched with
   * the client that will send the request: a credential on two clients has two tokens.
   */
  readonly authorize: (
    request: HttpClientRequest.HttpClientRequest,
    client: HttpClient.HttpClient
  ) => Effect.Effect<Authorized, AuthError>
  /** The server answered 401 to this token: if it is still the current one of this client, it is not used again. */
  readonly invalidate: (token: Redacted.Redacted, client: HttpClient.HttpClient) => Effect.Effect<void>
  /** An Identity-Aware Proxy refused this identity token: it is not used again. */
  readonly invalidateIdentity?: (token: Redacted.Redacted) => Effect.Effect<void>
  readonly settings?: Settings
  /**
   * What nothing may show that is told of a call, beside what `authorize` adds to a request.
   *
   * @internal
   */
  readonly secrets?: Secrets.Secrets
}

/**
 * Which workspace is talked to, and as whom.
 *
 * @example
 * ```ts
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * // A credential of a test's own.
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

/**
 * How requests are made ours, beside the credential itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestOptions extends Settings {
  /** Where the workspace is reached: {@link PROD_API_URL}. A path is kept, a slash at the end is not. */
  readonly url?: string
  /**
   * Sent with every request, the one for a token included. They win over the SDK's own. Their values are hidden wherever
   * a server repeats them, as the credential is.
   */
  readonly additionalHeaders?: { readonly [name: string]: string | Redacted.Redacted }
}

/**
 * An API key.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends RequestOptions {
  readonly clientId: string
  /**
   * Hidden wherever a server repeats it, in any spelling. One of 4 to 7 characters is hidden as a word of its own only,
   * a shorter one never.
   */
  readonly clientSecret: Redacted.Redacted
  /**
   * Whether an access token is renewed with its refresh token: true. With false each renewal presents the API key:
   * for many processes that share one.
   */
  readonly refreshTokens?: boolean
}

/**
 * An API key for an installation behind Google's Identity-Aware Proxy.
 *
 * @since 0.1.0
 * @category models
 */
export interface IapOptions extends Options {
  /** The OAuth client id of the proxy: `….apps.googleusercontent.com`. */
  readonly iapClientId: string
  /** The header that carries the identity token: `Authorization`, or `Proxy-Authorization`, which the proxy reads, too. */
  readonly identityTokenHeader?: "Authorization" | "Proxy-Authorization"
}

/**
 * An access token from elsewhere.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenOptions extends RequestOptions {
  /** The token, or how to get the one that is valid now: that is run before each attempt. */
  readonly token: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>
}

/** What every request carries because of what stands before the server, and what is done if that refuses it. */
type Passing = Pick<AccessTokens.Options, "decorate" | "invalidateIdentity">

const nothingBefore: Passing = {
  decorate: (request) => Effect.succeed({ request }),
  invalidateIdentity: () => Effect.void
}

const authError = (reason: AuthError["reason"], message: string): AuthError =>
  new AuthError({
    message,
    call: "Auth.authorize",
    method: null,
    pathTemplate: null,
    path: null,
    status: null,
    requestId: null,
    attempts: 0,
    elapsed: Duration.zero,
    outcome: "none",
    reason
  })

/** What is wrong with a base URL, and what to do about it. It is not quoted: who put a secret into it would find it in a log. */
const wrongWith = (url: string): string | undefined => {
  if (url === "") return "is empty: leave it out for that of production"
  if (!/^https?:\/\//i.test(url)) return "has to begin with https:// or http://"
  if (/^https?:\/\/[^/?#]*@/i.test(url)) {
    return "must not have a user name or a password in it: give the API key as `clientId` and `clientSecret`"
  }
  if (url.includes("?")) return "must not have a query: leave out the ? and what is behind it"
  if (url.includes("#")) return "must not have a fragment: leave out the # and what is behind it"
  return /[\s\\]/.test(url) || /^https?:\/\/(?:\/|$)/i.test(url) || !URL.canParse(url)
    ? "is no valid address: check its host and its port"
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

const invalidHeader = (headers: RequestOptions["additionalHeaders"]): string | undefined =>
  Object.entries(headers ?? {}).find(
    ([name, value]) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(plain(value))
  )?.[0]

/** A header that carries a token. One that is no token would break the request, in words that quote it. */
const setBearer = (
  request: HttpClientRequest.HttpClientRequest,
  header: string,
  token: Redacted.Redacted,
  refusal: AuthError
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> =>
  AccessTokens.isToken(Redacted.value(token))
    ? Effect.succeed(HttpClientRequest.setHeader(request, header, `Bearer ${Redacted.value(token)}`))
    : Effect.fail(refusal)

const plain = (value: string | Redacted.Redacted): string =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value

const withHeaders =
  (headers: RequestOptions["additionalHeaders"]) =>
  (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest =>
    Object.entries(headers ?? {}).reduce(
      (request, [name, value]) => HttpClientRequest.setHeader(request, name, plain(value)),
      request
    )

interface TokenSource {
  readonly get: (client: HttpClient.HttpClient) => Effect.Effect<AccessTokens.Token, AuthError>
  readonly invalidate: Service["invalidate"]
}

/**
 * What is wrong with the settings of a credential.
 *
 * @internal
 */
export const wrongIn = (settings: Settings): Setting.Wrong | undefined =>
  Setting.wrongIn(settings, {
    concurrency: Setting.count(1),
    retryBudget: Setting.count(0),
    catalogTimeToLive: Setting.limit,
    refreshTokens: Setting.yesOrNo
  })

/** Settings that make sense. Those that do not are a mistake in the program. */
const valid = (options: Settings): Effect.Effect<void> =>
  Effect.suspend(() => {
    const wrong = wrongIn(options)
    return wrong === undefined ? Effect.void : Effect.dieMessage(`Auth: ${wrong.name}: ${wrong.message}`)
  })

/** As {@link valid}, where the rest comes from the configuration. */
const validConfig = (options: Settings): Effect.Effect<void, ConfigError.ConfigError> =>
  Effect.suspend(() => {
    const wrong = wrongIn(options)
    return wrong === undefined ? Effect.void : Effect.fail(ConfigError.InvalidData([wrong.name], wrong.message))
  })

const settingsOf = ({ catalogTimeToLive, concurrency, retryBudget }: Settings): Settings => ({
  ...(catalogTimeToLive === undefined ? {} : { catalogTimeToLive }),
  ...(concurrency === undefined ? {} : { concurrency }),
  ...(retryBudget === undefined ? {} : { retryBudget })
})

const fromSource = (
  options: RequestOptions,
  passing: Passing,
  source: (shared: Pick<AccessTokens.Options, "url" | "secrets" | keyof Passing>) => TokenSource
): Service => {
  const url = normalize(options.url ?? PROD_API_URL)
  const secrets = Secrets.make()
  for (const value of Object.values(options.additionalHeaders ?? {})) secrets.add(plain(value))
  const header = invalidHeader(options.additionalHeaders)
  const settings = { settings: settingsOf(options) }
  if (Either.isLeft(url) || header !== undefined) {
    const message = Either.isLeft(url) ? url.left : `The additional header ${JSON.stringify(header)} cannot be sent`
    return {
      url: options.url ?? PROD_API_URL,
      authorize: () => Effect.fail(authError("configuration", message)),
      invalidate: () => Effect.void,
      ...settings
    }
  }
  const additional = withHeaders(options.additionalHeaders)
  const { invalidateIdentity } = passing
  const decorate: Passing["decorate"] = (request) =>
    Effect.map(passing.decorate(request), (decorated) => ({ ...decorated, request: additional(decorated.request) }))
  const { get, invalidate } = source({ url: url.right, decorate, invalidateIdentity, secrets })
  return {
    url: url.right,
    authorize: (request, client) =>
      Effect.flatMap(get(client), ({ kept = false, token }) =>
        setBearer(
          request,
          "X-Kal-Authorization",
          token,
          authError("malformed", "The access token is empty or has characters that no token has")
        ).pipe(
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

const fromKey = (options: Options, passing: Passing): Effect.Effect<Service> =>
  Effect.map(Effect.flatMap(RequestPolicy.RequestPolicy, RequestPolicy.valid), (policy) =>
    fromSource(options, passing, (shared) => {
      const clients = new WeakMap<HttpClient.HttpClient, AccessTokens.AccessTokens>()
      const tokensOf = (client: HttpClient.HttpClient): AccessTokens.AccessTokens => {
        const existing = clients.get(client)
        if (existing !== undefined) return existing
        const tokens = AccessTokens.make(client, {
          ...shared,
          clientId: options.clientId,
          clientSecret: options.clientSecret,
          refreshTokens: options.refreshTokens ?? true,
          limits: RequestPolicy.limits(policy)
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

const identify = (options: IapOptions, identity: IdentityToken.Service): Passing => {
  const header = options.identityTokenHeader ?? "Authorization"
  const refused = Pause.make()
  let last: Redacted.Redacted | undefined
  return {
    decorate: (request) =>
      identity.get(options.iapClientId).pipe(
        Effect.mapError((error) => authError("identity", error.message)),
        Effect.flatMap((token) => {
          last = token
          return Effect.map(
            setBearer(
              request,
              header,
              token,
              authError("identity", "The identity token is empty or has characters that no token has")
            ),
            (request) => ({ request, identityToken: token })
          )
        })
      ),
    // Those that come later carried the same token, or one that replaced it in vain.
    invalidateIdentity: (token) =>
      Effect.flatMap(Effect.clock, (clock) => {
        const now = Monotonic.now(clock)
        if (!refused.isOver(now) || last === undefined || !Equal.equals(last, token)) return Effect.void
        refused.begin(now)
        return identity.forget?.(token) ?? Effect.void
      })
  }
}

/**
 * An API key, from values. Bind the layer to a constant: what it is provided to then shares its tokens and limits.
 *
 * Building it cannot fail, but a setting that makes no sense (`concurrency: 0`) is a mistake in the program: it dies, and
 * says which setting it is. A URL or a header that cannot be used fails each call with `AuthError`
 * (`reason: "configuration"`), a key that the server refuses with `reason: "rejected"`.
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
  Layer.effect(Auth, Effect.zipRight(valid(options), fromKey(options, nothingBefore)))

/**
 * An API key for an installation behind Google's Identity-Aware Proxy, from values. Every request, those for tokens
 * included, carries an identity token from `IdentityToken`; if there is none, calls fail with `AuthError`
 * (`reason: "identity"`).
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

const required = (name: string) => Config.nonEmptyString(name)

const given = <A>(value: A | undefined, config: Config.Config<A>): Config.Config<A> =>
  value === undefined ? config : Config.succeed(value)

const url = Config.mapOrFail(Config.string("KALEIDOSCOPE_API_URL").pipe(Config.withDefault(PROD_API_URL)), (text) =>
  Either.mapLeft(normalize(text), (message) => ConfigError.InvalidData(["KALEIDOSCOPE_API_URL"], message))
)

const keyConfig = (options: Partial<Options>) =>
  Config.all({
    clientId: given(options.clientId, required("KALEIDOSCOPE_API_CLIENT_ID")),
    clientSecret: given(
      options.clientSecret,
      Config.map(required("KALEIDOSCOPE_API_CLIENT_SECRET"), (secret) => Redacted.make(secret))
    ),
    url: given(options.url, url)
  })

/**
 * An API key, from the configuration: what is not given here is read from `KALEIDOSCOPE_API_CLIENT_ID`,
 * `KALEIDOSCOPE_API_CLIENT_SECRET` and `KALEIDOSCOPE_API_URL` (default: {@link PROD_API_URL}).
 *
 * Fails with a `ConfigError` that names all variables that are missing, or empty, or a setting that makes no sense.
 *
 * @example
 * ```ts
 * import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const Live = Kaleidoscope.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (options: Partial<Options> = {}): Layer.Layer<Auth, ConfigError.ConfigError> =>
  Layer.effect(
    Auth,
    Effect.zipRight(
      validConfig(options),
      Effect.flatMap(keyConfig(options), (key) => fromKey({ ...options, ...key }, nothingBefore))
    )
  )

/**
 * An API key for an installation behind Google's Identity-Aware Proxy, from the configuration: as {@link layerConfig},
 * and `KALEIDOSCOPE_IAP_CLIENT_ID`.
 *
 * Fails with a `ConfigError` that names all variables that are missing, or empty, or a setting that makes no sense.
 *
 * @example
 * ```ts
 * import { Auth, IdentityToken } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const AuthLive = Auth.layerIapConfig({ identityTokenHeader: "Proxy-Authorization" }).pipe(
 *   Layer.provide(IdentityToken.layer(Redacted.make("an-identity-token")))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerIapConfig = (
  options: Partial<IapOptions> = {}
): Layer.Layer<Auth, ConfigError.ConfigError, IdentityToken.IdentityToken> =>
  Layer.effect(
    Auth,
    Effect.gen(function* () {
      yield* validConfig(options)
      const { iapClientId, key } = yield* Config.all({
        key: keyConfig(options),
        iapClientId: given(options.iapClientId, required("KALEIDOSCOPE_IAP_CLIENT_ID"))
      })
      const all: IapOptions = { ...options, ...key, iapClientId }
      return yield* fromKey(all, identify(all, yield* IdentityToken.IdentityToken))
    })
  )

/**
 * An access token from elsewhere: one that was fetched already, or an effect that gets the one that is valid now. If
 * that effect fails, calls fail with `AuthError` (`reason: "unavailable"`). A 401 runs the effect once more, and the
 * call is tried again if it gives another token.
 *
 * @example
 * ```ts
 * import { Auth } from "@effect-kaleidoscope/sdk"
 * import * as Redacted from "effect/Redacted"
 *
 * const AuthLive = Auth.layerToken({ token: Redacted.make("an-access-token"), url: "http://127.0.0.1:4010" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerToken = (options: TokenOptions): Layer.Layer<Auth> => {
  const { token } = options
  const get = Effect.isEffect(token)
    ? Effect.mapError(
        token,
        // The error is a stranger's: it might hold anything.
        () => authError("unavailable", "The access token could not be obtained")
      )
    : Effect.succeed(token)
  return Layer.effect(
    Auth,
    Effect.map(valid(options), () =>
      fromSource(options, nothingBefore, () => ({
        get: () => Effect.map(get, (token) => ({ token })),
        invalidate: () => Effect.void
      }))
    )
  )
}
