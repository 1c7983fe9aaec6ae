/**
 * An `HttpClient` on undici for your own installation and network: with more certificate authorities than Node trusts, or
 * without verification, through a proxy, and with compressed responses.
 *
 * In Bun, which has only the names of undici, `fetch` sends the requests, with the certificates and the proxy.
 *
 * @since 0.1.0
 */
import { X509Certificate } from "node:crypto"
import * as nodeTls from "node:tls"
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
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Connections from "./internal/connections.js"
import * as Decompression from "./internal/decompression.js"
import * as Fetch from "./internal/fetch.js"
import * as LateFailure from "./internal/lateFailure.js"

/** The settings of the client. Each has a default. @since 0.1.0 @category models */
export interface Options {
  /** One or more certificates in the PEM format, which are trusted in addition to Node's. */
  readonly certificateAuthority?: string | undefined
  /**
   * Whether the certificate of a server must be valid. With `false` anyone on the network can read and change requests,
   * credentials included; a warning is logged when the client is made.
   *
   * @default true
   */
  readonly verifyTls?: boolean | undefined
  /**
   * The URL of a proxy for all requests: `http://user:password@proxy.example.com:3128`. With `false` there is none, whatever
   * the environment says. The connection to the server is a tunnel through the proxy (CONNECT).
   *
   * @default none; {@link layerConfig} reads the environment
   */
  readonly proxy?: string | Redacted.Redacted | false | undefined
  /**
   * The hosts that are reached without the proxy, with commas between them: `localhost,.example.com,10.0.0.1:8080`. A host
   * includes its subdomains; `*` means all hosts.
   *
   * @default none; {@link layerConfig} reads the environment
   */
  readonly noProxy?: string | undefined
  /** How long an idle connection stays open, unless the server sends another time. @default "4 seconds" */
  readonly keepAlive?: Duration.DurationInput | undefined
  /** Whether compressed responses are requested, and decompressed while they arrive. @default true */
  readonly compression?: boolean | undefined
  /** The largest decompressed body, in bytes, also of a stream. @default Infinity */
  readonly largestBody?: number | undefined
  /**
   * The largest ratio of a decompressed body to its compressed form, also of a stream. It is checked from 16 MiB on. Tables
   * have a ratio of 10 to 100, bodies that are made to fill a memory or a disk about 1000.
   *
   * @default 250
   */
  readonly largestRatio?: number | undefined
}

const beginning = "-----BEGIN CERTIFICATE-----"
const ending = "-----END CERTIFICATE-----"

const certificatesIn = (pem: string): Either.Either<ReadonlyArray<string>, string> => {
  const blocks = pem
    .split(beginning)
    .slice(1)
    .map((block) => `${beginning}${block.slice(0, Math.max(0, block.indexOf(ending)))}${ending}`)
  return blocks.length === 0
    ? Either.left("It has no certificate: the PEM format is expected")
    : Either.try({
        try: () => blocks.map((block) => new X509Certificate(block).toString()),
        catch: () => "One of its certificates cannot be read"
      })
}

/** The certificates that Node trusts. Node 20 lists only those that are built in. */
const trusted = (): ReadonlyArray<string> =>
  "getCACertificates" in nodeTls && typeof nodeTls.getCACertificates === "function"
    ? nodeTls.getCACertificates("default")
    : nodeTls.rootCertificates

const authorities = (pem: string, name: string): Effect.Effect<Array<string>, ConfigError.ConfigError> =>
  Either.match(certificatesIn(pem), {
    onLeft: (message) => Effect.fail(ConfigError.InvalidData([name], message)),
    onRight: (certificates) => Effect.succeed([...trusted(), ...certificates])
  })

/** The rule of each setting, and the words that follow "is not" in the error. */
const rules: { readonly [name: string]: readonly [words: string, allows: (value: unknown) => boolean] } = {
  verifyTls: ["true or false", Predicate.isBoolean],
  compression: ["true or false", Predicate.isBoolean],
  keepAlive: [
    'a finite time above 0: milliseconds, or text such as "4 seconds"',
    (value) => {
      // `Duration` reads both as zero.
      if (Number.isNaN(value) || (typeof value === "number" && value < 0)) return false
      const millis = Option.map(Duration.decodeUnknown(value), Duration.toMillis)
      return Option.exists(millis, (millis) => millis > 0 && Number.isFinite(millis))
    }
  ],
  largestBody: [
    "a whole number of bytes of 1 or more, or Infinity",
    (value) =>
      typeof value === "number" && value >= 1 && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY)
  ],
  largestRatio: ["a number of 1 or more, or Infinity", (value) => typeof value === "number" && value >= 1],
  noProxy: ["text", Predicate.isString]
}

const validated = (options: Options): Effect.Effect<void, ConfigError.ConfigError> => {
  const wrong = Object.entries(options).find(
    ([name, value]) => value !== undefined && rules[name]?.[1](value) === false
  )
  return wrong === undefined
    ? Effect.void
    : Effect.fail(
        ConfigError.InvalidData(
          [wrong[0]],
          `${typeof wrong[1] === "object" ? "The value" : String(wrong[1])} is not ${rules[wrong[0]]?.[0]}`
        )
      )
}

const decodes = (text: string): boolean => Either.isRight(Either.try(() => decodeURIComponent(text)))

/** The URL of a proxy, as undici takes it. An error does not quote it, since it may hold a password. */
const proxyUrl = (proxy: unknown, name: string): Effect.Effect<string, ConfigError.ConfigError> => {
  const text = Redacted.isRedacted(proxy) ? Redacted.value(proxy) : proxy
  const refuse = (message: string) =>
    Effect.fail(
      ConfigError.InvalidData([name], `The URL of the proxy ${message}, such as http://proxy.example.com:3128`)
    )
  if (typeof text !== "string" || !URL.canParse(text)) return refuse("is not a URL")
  const { password, protocol, username } = new URL(text)
  if (protocol !== "http:" && protocol !== "https:") return refuse("has to begin with http:// or https://")
  if ((username === "") !== (password === "")) return refuse("must have both a user name and a password, or neither")
  return decodes(username) && decodes(password)
    ? Effect.succeed(text)
    : refuse("has a user name or a password that is not percent-encoded")
}

/** The proxies of a client, and for the errors the name of each setting. */
interface Proxies {
  readonly http?: readonly [proxy: unknown, name: string] | undefined
  readonly https?: readonly [proxy: unknown, name: string] | undefined
  readonly noProxy?: string | undefined
}

const proxiesOf = ({ noProxy, proxy }: Options): Proxies =>
  proxy === undefined || proxy === false ? {} : { http: [proxy, "proxy"], https: [proxy, "proxy"], noProxy }

const connectionProxies = ({
  http,
  https,
  noProxy = ""
}: Proxies): Effect.Effect<Connections.Proxies | undefined, ConfigError.ConfigError> =>
  http === undefined && https === undefined
    ? Effect.succeed(undefined)
    : Effect.all({
        // Empty text: else undici reads the environment itself.
        httpProxy: http === undefined ? Effect.succeed("") : proxyUrl(...http),
        httpsProxy: https === undefined ? Effect.succeed("") : proxyUrl(...https),
        noProxy: Effect.succeed(noProxy)
      })

const makeNamed = (
  options: Options,
  name: string,
  proxies: Proxies
): Effect.Effect<HttpClient.HttpClient, ConfigError.ConfigError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* validated(options)
    const verify = options.verifyTls ?? true
    if (!verify) {
      yield* Effect.logWarning(
        "TLS certificates are not verified: anyone on the network can read and change requests, credentials included"
      )
    }
    const ca =
      options.certificateAuthority === undefined ? undefined : yield* authorities(options.certificateAuthority, name)
    const through = yield* connectionProxies(proxies)
    const tls = { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) }
    if (Fetch.isNeeded) {
      return yield* Fetch.make({
        tls,
        ...(options.proxy && through !== undefined ? { proxy: through.httpsProxy } : {})
      })
    }
    const { agent } = yield* Effect.acquireRelease(
      Effect.sync(() =>
        Connections.make(tls, {
          ...(options.keepAlive === undefined ? {} : { keepAliveTimeout: Duration.toMillis(options.keepAlive) }),
          proxies: through
        })
      ),
      ({ close }) => Effect.promise(close)
    )
    const client = HttpClient.transformResponse(
      NodeHttpClient.makeUndici(agent.compose(LateFailure.interceptor)),
      (send) =>
        Effect.flatMap(RequestPolicy.ConnectLimit, (limit) =>
          Effect.mapInputContext(send, (context: Context.Context<never>) => {
            const connect: Connections.RequestOptions = {
              // The client takes these two from the request.
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
 * Fails with a `ConfigError` if `certificateAuthority` has no certificate, or one that cannot be read, and if another
 * setting makes no sense (`largestBody: 0`). If a proxy cannot be reached, or refuses to connect, the SDK reports
 * `TransportError`, with a `reason` that begins with `PROXY_`, as `PROXY_407`.
 *
 * A body that cannot be decompressed, is truncated at any byte, is larger than a limit, or has an encoding that was not
 * requested fails with `ResponseError` (`reason: "Decode"`). The SDK reports a body that is too large as `DecodeError`, and
 * the others as `TransportError`. A decompressed response has no headers `content-encoding` and `content-length`.
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
  makeNamed(options, "certificateAuthority", proxiesOf(options))

/**
 * A client, from values: see {@link make}. Bind the layer to a constant, so that everything that uses it shares
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
  if (Option.isNone(path)) return undefined
  const fileSystem = yield* FileSystem.FileSystem
  return yield* Effect.mapError(fileSystem.readFileString(path.value), (error) =>
    ConfigError.InvalidData([caFile], `The file ${path.value} cannot be read: ${error.message}`)
  )
}).pipe(Effect.provide(NodeFileSystem.layer))

/** A variable of the environment, in lower case or in capitals: the first is stronger, as for other programs. */
const eitherCase = (name: string) =>
  Config.option(Config.orElse(Config.nonEmptyString(name.toLowerCase()), () => Config.nonEmptyString(name)))

const proxiesConfig = (options: Options) =>
  Effect.gen(function* () {
    const noProxy = options.noProxy ?? Option.getOrUndefined(yield* eitherCase("NO_PROXY"))
    if (options.proxy !== undefined) return proxiesOf({ proxy: options.proxy, noProxy })
    const named = (name: string) =>
      Effect.map(
        eitherCase(name),
        Option.match({ onNone: () => undefined, onSome: (proxy) => [Redacted.make(proxy), name] as const })
      )
    return { http: yield* named("HTTP_PROXY"), https: yield* named("HTTPS_PROXY"), noProxy }
  })

/**
 * A client, from the configuration. Settings that are left out are read from variables, which are all optional:
 *
 * - `KALEIDOSCOPE_CA_FILE`, the path of a file with certificates in the PEM format;
 * - `KALEIDOSCOPE_VERIFY_TLS`, `true` or `false`;
 * - `HTTPS_PROXY`, the proxy for `https://`, `HTTP_PROXY`, the proxy for `http://` (and for `https://` if there is no other),
 *   and `NO_PROXY`, the hosts that are reached without a proxy. They can also be in lower case.
 *
 * Fails with a `ConfigError` that names the variable that is not valid.
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
      const given = options.certificateAuthority
      const certificateAuthority = given ?? (yield* certificateFile)
      const verifyTls =
        options.verifyTls ?? (yield* Config.withDefault(Config.boolean("KALEIDOSCOPE_VERIFY_TLS"), true))
      return yield* makeNamed(
        { ...options, certificateAuthority, verifyTls },
        given === undefined ? caFile : "certificateAuthority",
        yield* proxiesConfig(options)
      )
    })
  )
