/**
 * An `HttpClient` on undici for what an installation of one's own needs: a certificate authority beside those that Node
 * trusts, or no verification at all; and answers that travel compressed.
 *
 * @since 0.1.0
 */
import { X509Certificate } from "node:crypto"
import * as tls from "node:tls"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as RequestPolicy from "@effect-kaleidoscope/sdk/RequestPolicy"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Connections from "./internal/connections.js"
import * as Decompression from "./internal/decompression.js"
import * as LateFailure from "./internal/lateFailure.js"

/**
 * How the client speaks to servers. Everything has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Certificates in the PEM format, one or several, that are trusted beside those that Node trusts. */
  readonly certificateAuthority?: string
  /**
   * Whether the certificate of a server has to be valid: true. With false anyone on the way can read and change what is
   * sent, credentials included; a warning is logged when the client is made.
   */
  readonly verifyTls?: boolean
  /** How long an idle connection is kept, unless the server says another time: 4 seconds. */
  readonly keepAlive?: Duration.DurationInput
  /** Whether answers are asked for in a compressed form, and decompressed as they come: true. */
  readonly compression?: boolean
  /** The largest body that is decompressed, in bytes: any. It holds for streams, too. */
  readonly largestBody?: number
  /**
   * How many times larger than what was sent a body may become that is decompressed, once it has 16 MiB: 250. It holds
   * for streams, too. Tables compress to a tenth or a hundredth; what was made to fill a memory or a disk to a thousandth.
   */
  readonly largestRatio?: number
}

const beginning = "-----BEGIN CERTIFICATE-----"
const ending = "-----END CERTIFICATE-----"

const certificatesIn = (pem: string): Either.Either<ReadonlyArray<string>, string> => {
  const blocks = pem
    .split(beginning)
    .slice(1)
    .map((block) => `${beginning}${block.slice(0, Math.max(0, block.indexOf(ending)))}${ending}`)
  return blocks.length === 0
    ? Either.left("There is no certificate in it: the PEM format is expected")
    : Either.try({
        try: () => blocks.map((block) => new X509Certificate(block).toString()),
        catch: () => "It has a certificate that cannot be read"
      })
}

/** What Node trusts: Node 20 tells only the certificates that it comes with. */
const trusted = (): ReadonlyArray<string> =>
  "getCACertificates" in tls && typeof tls.getCACertificates === "function"
    ? tls.getCACertificates("default")
    : tls.rootCertificates

const authorities = (pem: string, name: string): Effect.Effect<Array<string>, ConfigError.ConfigError> =>
  Either.mapBoth(certificatesIn(pem), {
    onLeft: (message) => ConfigError.InvalidData([name], message),
    onRight: (certificates) => [...trusted(), ...certificates]
  })

const isYesOrNo = (value: unknown): boolean => typeof value === "boolean"

/** What the settings have to be, in words that follow "is not". Those that are not there are not looked at. */
const rules: { readonly [name: string]: readonly [words: string, allows: (value: unknown) => boolean] } = {
  verifyTls: ["true or false", isYesOrNo],
  compression: ["true or false", isYesOrNo],
  keepAlive: [
    'a time that ends, and longer than none: milliseconds, or text such as "4 seconds"',
    (value) => {
      // To `Duration`, these two are no time at all.
      if (Number.isNaN(value) || (typeof value === "number" && value < 0)) return false
      const millis = Option.map(Duration.decodeUnknown(value), Duration.toMillis)
      return Option.exists(millis, (millis) => millis > 0 && Number.isFinite(millis))
    }
  ],
  largestBody: [
    "a whole number of bytes from 1 on, or Infinity",
    (value) =>
      typeof value === "number" && value >= 1 && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY)
  ],
  largestRatio: ["a number from 1 on, or Infinity", (value) => typeof value === "number" && value >= 1]
}

const validated = (options: Options): Effect.Effect<void, ConfigError.ConfigError> => {
  const wrong = Object.entries(options).find(([name, value]) => rules[name]?.[1](value) === false)
  return wrong === undefined
    ? Effect.void
    : Effect.fail(
        ConfigError.InvalidData(
          [wrong[0]],
          `${typeof wrong[1] === "object" ? "What is given" : String(wrong[1])} is not ${rules[wrong[0]]?.[0]}`
        )
      )
}

const makeNamed = (
  options: Options,
  name: string
): Effect.Effect<HttpClient.HttpClient, ConfigError.ConfigError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* validated(options)
    const verify = options.verifyTls ?? true
    if (!verify) {
      yield* Effect.logWarning(
        "TLS certificates are not verified: anyone on the way can read and change what is sent, credentials included"
      )
    }
    const ca =
      options.certificateAuthority === undefined ? undefined : yield* authorities(options.certificateAuthority, name)
    const { agent } = yield* Effect.acquireRelease(
      Effect.sync(() =>
        Connections.make(
          { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) },
          options.keepAlive === undefined ? {} : { keepAliveTimeout: Duration.toMillis(options.keepAlive) }
        )
      ),
      ({ close }) => Effect.promise(close)
    )
    const client = HttpClient.transformResponse(
      NodeHttpClient.makeUndici(agent.compose(LateFailure.interceptor)),
      (send) =>
        Effect.flatMap(RequestPolicy.ConnectLimit, (limit) =>
          Effect.mapInputContext(send, (context: Context.Context<never>) => {
            const connect: Connections.RequestOptions = {
              // These two the client takes from the request.
              path: "/",
              method: "GET",
              ...Option.getOrUndefined(Context.getOption(context, NodeHttpClient.UndiciRequestOptions)),
              connectLimit: Duration.toMillis(limit)
            }
            return Context.add(context, NodeHttpClient.UndiciRequestOptions, connect)
          })
        )
    )
    return (options.compression ?? true)
      ? Decompression.apply({
          largestBody: options.largestBody ?? Number.POSITIVE_INFINITY,
          largestRatio: options.largestRatio ?? 250
        })(client)
      : client
  })

/**
 * Makes a client. Its connections are closed with the scope.
 *
 * Fails with a `ConfigError` if `certificateAuthority` holds no certificate, or one that cannot be read, and if another
 * setting makes no sense (`largestBody: 0`).
 *
 * A body that cannot be decompressed, that is cut off at any byte, or that is larger than allowed fails with
 * `ResponseError` (`reason: "Decode"`); an encoding that was not asked for does, too. The SDK reports a body that is too
 * large as `DecodeError`, and the others as `TransportError`. A body that was decompressed has neither `content-encoding` nor `content-length` in its headers any more.
 *
 * @example
 * ```ts
 * import { UndiciHttpClient } from "@effect-kaleidoscope/node"
 * import * as Effect from "effect/Effect"
 *
 * const status = Effect.gen(function* () {
 *   const client = yield* UndiciHttpClient.make({ largestRatio: 1000 })
 *   const response = yield* client.get("https://kaleidoscope.example.com")
 *   return response.status
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<HttpClient.HttpClient, ConfigError.ConfigError, Scope.Scope> =>
  makeNamed(options, "certificateAuthority")

/**
 * A client, from values: see {@link make}. Bind the layer to a constant: what it is provided to then shares its
 * connections.
 *
 * @example
 * ```ts
 * import { UndiciHttpClient } from "@effect-kaleidoscope/node"
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 *
 * const ClientLive = UndiciHttpClient.layer({ keepAlive: "30 seconds" })
 *
 * const LabelsLive = Labels.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(ClientLive))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient, ConfigError.ConfigError> =>
  Layer.scoped(HttpClient.HttpClient, make(options))

const caFile = "KALEIDOSCOPE_CA_FILE"

const certificateFile = Effect.gen(function* () {
  const path = yield* Config.option(Config.nonEmptyString(caFile))
  if (Option.isNone(path)) return {}
  const fileSystem = yield* FileSystem.FileSystem
  const certificateAuthority = yield* Effect.mapError(fileSystem.readFileString(path.value), (error) =>
    ConfigError.InvalidData([caFile], `The file ${path.value} cannot be read: ${error.message}`)
  )
  return { certificateAuthority }
}).pipe(Effect.provide(NodeFileSystem.layer))

/**
 * A client, from the configuration: what is not given here is read from `KALEIDOSCOPE_CA_FILE`, the path of a file with
 * certificates in the PEM format, and `KALEIDOSCOPE_VERIFY_TLS` (`true` or `false`). Both are optional.
 *
 * Fails with a `ConfigError` that names the variable that cannot be used.
 *
 * @example
 * ```ts
 * import { UndiciHttpClient } from "@effect-kaleidoscope/node"
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 *
 * const LabelsLive = Labels.layer.pipe(
 *   Layer.provide(Auth.layerConfig()),
 *   Layer.provide(UndiciHttpClient.layerConfig())
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (options: Options = {}): Layer.Layer<HttpClient.HttpClient, ConfigError.ConfigError> =>
  Layer.scoped(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const file = options.certificateAuthority === undefined ? yield* certificateFile : {}
      const verifyTls =
        options.verifyTls ?? (yield* Config.withDefault(Config.boolean("KALEIDOSCOPE_VERIFY_TLS"), true))
      return yield* makeNamed(
        { ...file, ...options, verifyTls },
        "certificateAuthority" in file ? caFile : "certificateAuthority"
      )
    })
  )
