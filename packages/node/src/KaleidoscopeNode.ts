/**
 * Every service of the SDK, from the environment, in one line.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Kaleidoscope from "@effect-kaleidoscope/sdk/Kaleidoscope"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as GoogleIdentityToken from "./GoogleIdentityToken.js"
import * as UndiciHttpClient from "./UndiciHttpClient.js"

/**
 * What is given here is not read from the environment. Everything that the credential and the client can be told is
 * here, too.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Partial<Auth.IapOptions>, UndiciHttpClient.Options {}

const auth = (options: Options): Layer.Layer<Auth.Auth, ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(
      options.iapClientId === undefined
        ? Config.option(Config.nonEmptyString("KALEIDOSCOPE_IAP_CLIENT_ID"))
        : Effect.succeedSome(options.iapClientId),
      Option.match({
        onNone: () => Auth.layerConfig(options),
        onSome: (iapClientId) =>
          Layer.provide(Auth.layerIapConfig({ ...options, iapClientId }), GoogleIdentityToken.layer)
      })
    )
  )

/**
 * Every service of the SDK, and with them the `Auth` and the `HttpClient` that they have: for a program that makes
 * requests of its own, or more services. See {@link layer} for what is read from the environment.
 *
 * @example
 * ```ts
 * import { KaleidoscopeNode } from "@effect-kaleidoscope/node"
 * import { Auth } from "@effect-kaleidoscope/sdk"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const Live = KaleidoscopeNode.layerWithClient({ verifyTls: false })
 *
 * const status = Effect.gen(function* () {
 *   const client = yield* HttpClient.HttpClient
 *   const auth = yield* Auth.Auth
 *   return (yield* client.get(`${auth.url}/health`)).status
 * }).pipe(Effect.provide(Live))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWithClient = (
  options: Options = {}
): Layer.Layer<Kaleidoscope.Kaleidoscope | Auth.Auth | HttpClient.HttpClient, ConfigError.ConfigError> =>
  Layer.provideMerge(Kaleidoscope.layer, Layer.merge(auth(options), UndiciHttpClient.layerConfig(options)))

/**
 * Every service of the SDK, from values and, for what is not given, from the environment: see {@link layer}. Bind the
 * layer to a constant: what it is provided to then shares its tokens, limits and connections.
 *
 * @example
 * ```ts
 * import { KaleidoscopeNode } from "@effect-kaleidoscope/node"
 *
 * const Live = KaleidoscopeNode.layerOptions({ url: "https://kaleidoscope.example.com", concurrency: 4 })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerOptions = (options: Options): Layer.Layer<Kaleidoscope.Kaleidoscope, ConfigError.ConfigError> =>
  Layer.provide(Kaleidoscope.layer, Layer.merge(auth(options), UndiciHttpClient.layerConfig(options)))

/**
 * Every service of the SDK, from the environment, on undici:
 *
 * - `KALEIDOSCOPE_API_CLIENT_ID` and `KALEIDOSCOPE_API_CLIENT_SECRET`;
 * - `KALEIDOSCOPE_API_URL`, if it is not the production;
 * - `KALEIDOSCOPE_IAP_CLIENT_ID`, if it is behind Google's Identity-Aware Proxy; identity tokens then come from Google's
 *   application default credentials, see `GoogleIdentityToken.layer`;
 * - `KALEIDOSCOPE_CA_FILE`, if its certificate is signed by an authority of one's own;
 * - `KALEIDOSCOPE_VERIFY_TLS`, if its certificate shall not be looked at (`false`).
 *
 * Fails with a `ConfigError` that names what is missing or cannot be used.
 *
 * @example
 * ```ts
 * import { KaleidoscopeNode } from "@effect-kaleidoscope/node"
 * import { Programs } from "@effect-kaleidoscope/sdk"
 * import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const programs = yield* Programs.Programs
 *   for (const { title } of yield* programs.list) yield* Effect.log(title)
 * })
 *
 * NodeRuntime.runMain(program.pipe(Effect.provide(KaleidoscopeNode.layer)))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Kaleidoscope.Kaleidoscope, ConfigError.ConfigError> = Layer.fresh(layerOptions({}))
