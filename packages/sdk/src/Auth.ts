/**
 * The workspace that the SDK talks to, and its credentials: an API key, an API key behind Google's Identity-Aware Proxy, or
 * an access token.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as IdentityToken from "./IdentityToken.js"
import * as Credential from "./internal/auth/credential.js"
import {
  type IapOptions,
  type Options,
  PROD_API_URL,
  type Service,
  type Settings,
  type TokenOptions
} from "./internal/auth/model.js"
import * as Setting from "./internal/auth/settings.js"
import { normalize } from "./internal/auth/url.js"

export * from "./internal/auth/model.js"

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

const check = <E>(options: Settings, onWrong: (wrong: Setting.Wrong) => Effect.Effect<never, E>) =>
  Effect.suspend(() => {
    const wrong = Setting.wrongInCredential(options)
    return wrong === undefined ? Effect.void : onWrong(wrong)
  })

/** Dies if a setting is not valid: that is a mistake in the program. */
const valid = (options: Settings) =>
  check(options, ({ message, name }) => Effect.dieMessage(`Auth: ${name}: ${message}`))

/** As {@link valid}, but fails as the configuration does. */
const validConfig = (options: Settings) =>
  check(options, ({ message, name }) => Effect.fail(ConfigError.InvalidData([name], message)))

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
  Layer.effect(Auth, Effect.zipRight(valid(options), Credential.fromKey(options)))

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
      Effect.flatMap(IdentityToken.IdentityToken, (identity) =>
        Credential.fromKey(options, Credential.identify(options, identity))
      )
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
      Effect.flatMap(keyConfig(options), (key) => Credential.fromKey({ ...options, ...key }))
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
      return yield* Credential.fromKey(all, Credential.identify(all, yield* IdentityToken.IdentityToken))
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
        () => Credential.authError("unavailable", "The access token could not be obtained")
      )
    : Effect.succeed(token)
  return Layer.effect(
    Auth,
    Effect.map(valid(options), () =>
      Credential.fromSource(options, () => ({
        get: () => Effect.map(get, (token) => ({ token })),
        invalidate: () => Effect.void
      }))
    )
  )
}
