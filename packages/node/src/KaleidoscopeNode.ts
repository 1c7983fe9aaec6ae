/** Every service of the SDK, from the environment, in one line. @since 0.1.0 */
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

/** A setting that is left out is read from the environment. */
type Settings = { readonly [K in keyof Auth.IapOptions]?: Auth.IapOptions[K] | undefined }

/** The settings of the credential and of the client. They override the environment. @since 0.1.0 @category models */
export interface Options extends Settings, UndiciHttpClient.Options {}

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
 * Every service of the SDK, with their `Auth` and `HttpClient`: for a program that also sends its own requests. See
 * {@link layer} for the variables of the environment.
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
 * Every service of the SDK, from values. Missing values are read from the environment: see {@link layer}. Bind the layer
 * to a constant, so that everything that uses it shares tokens, limits and connections.
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
 * - `KALEIDOSCOPE_API_URL`, for another server than production;
 * - `KALEIDOSCOPE_IAP_CLIENT_ID`, for a server behind Google's Identity-Aware Proxy; identity tokens then come from
 *   Google's application default credentials, see `GoogleIdentityToken.layer`;
 * - `KALEIDOSCOPE_CA_FILE`, for a server with a certificate of your own authority;
 * - `KALEIDOSCOPE_VERIFY_TLS`: `false` turns the verification of certificates off;
 * - `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, for a network with a proxy: see `UndiciHttpClient.layerConfig`.
 *
 * Fails with a `ConfigError` that names each variable that is missing or not valid.
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
