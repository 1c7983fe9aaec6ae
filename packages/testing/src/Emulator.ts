/**
 * A Kaleidoscope in memory that behaves: OAuth, state that reads back what was written, strict about requests.
 *
 * @since 0.1.0
 */
import type * as PlatformError from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpServer from "@effect/platform/HttpServer"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Faults from "./Faults.js"
import * as Play from "./internal/faults/play.js"
import * as Player from "./internal/faults/player.js"
import * as Script from "./internal/faults/script.js"
import { settle } from "./internal/imports/processing.js"
import { bodyTypes } from "./internal/server/api.js"
import * as App from "./internal/server/app.js"
import * as Browsers from "./internal/server/browsers.js"
import * as Compression from "./internal/server/compression.js"
import * as InMemory from "./internal/server/inMemory.js"
import { tooLarge, toResponse } from "./internal/server/problem.js"
import * as RateLimit from "./internal/server/rateLimit.js"
import { EmulatedRequest } from "./internal/server/request.js"
import * as RequestLog from "./internal/server/requestLog.js"
import * as Socket from "./internal/server/socket.js"
import * as StateFile from "./internal/server/stateFile.js"
import * as StateLock from "./internal/server/stateLock.js"
import * as Store from "./internal/server/store.js"
import * as Tokens from "./internal/server/tokens.js"
import * as Workspace from "./Workspace.js"

/**
 * A request that the emulator got. The headers are those that were sent, credentials included, so that a test can
 * assert on them; they are redacted when printed.
 *
 * @since 0.1.0
 * @category models
 */
export interface LoggedRequest {
  /** `GET`, `POST`, … */
  readonly method: string
  /** The path as it was sent, percent-encoding included. */
  readonly path: string
  /** The query as it was sent, without the question mark: `limit=25&search_text=a%20b`. */
  readonly query: string
  /** With lower-case names. */
  readonly headers: Headers.Headers
  /** The body as UTF-8 text. */
  readonly body: string
  /** The status of the answer; none while it is being made, or if the client went away first. */
  readonly status: Option.Option<number>
}

/**
 * How often tokens were asked for, and with what outcome, since the start or the last reset.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenCounts {
  /** Token requests with client credentials that were granted. */
  readonly clientCredentials: number
  /** Token requests with a refresh token that were granted. */
  readonly refreshToken: number
  /** Token requests that were refused. */
  readonly rejected: number
  /** How often a refresh token was presented that had been used before. */
  readonly reused: number
  /** How many families of tokens were revoked, for that reason or by {@link Service.revokeTokens}. */
  readonly revokedFamilies: number
}

/**
 * What a test can ask of the emulator, beside its API.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Where it is reached, without a slash at the end: `http://kaleidoscope.test` in memory, else `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The requests that it has read so far, in the order in which they came; of very many the newest. */
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>>
  /** What is stored now. */
  readonly state: Effect.Effect<Workspace.Workspace>
  /** Back to the seed: forgets what was written, the requests and the counts; the faults begin again. Tokens stay valid. */
  readonly reset: Effect.Effect<void>
  /** Lets every access token that was issued expire. Refresh tokens keep working. */
  readonly expireTokens: Effect.Effect<void>
  /** Revokes every token that was issued, refresh tokens included. */
  readonly revokeTokens: Effect.Effect<void>
  /** The script of faults: play another one, or see what was played. */
  readonly faults: Faults.Service
  /** How often tokens were asked for. */
  readonly tokenCounts: Effect.Effect<TokenCounts>
}

/**
 * The emulator.
 *
 * @since 0.1.0
 * @category tags
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 *
 * export const writes = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   const requests = yield* emulator.requests
 *   return requests.filter((request) => request.method !== "GET").map((request) => `${request.method} ${request.path}`)
 * })
 * ```
 */
export class Emulator extends Context.Tag("@effect-kaleidoscope/testing/Emulator")<Emulator, Service>() {}

/**
 * How the emulator is set up. Everything has a default. A setting that makes no sense (`rateLimit: { limit: 0, … }`) is a
 * mistake in the program: building the layer dies, and says which setting it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The client id it knows. Default: `demo`. */
  readonly clientId?: string | undefined
  /** The secret of that client. Default: `demo`. */
  readonly clientSecret?: Redacted.Redacted | undefined
  /** What is in the workspace at the start. Default: `"demo"`, a small drug-discovery programme. */
  readonly seed?: "demo" | "empty" | Workspace.Workspace | undefined
  /** How long an access token lives. Default: one hour. */
  readonly accessTokenLifetime?: Duration.DurationInput | undefined
  /** Stand behind an Identity-Aware Proxy: every request needs an identity token for this audience. Default: none. */
  readonly iapAudience?: string | undefined
  /** The largest body that is read, in bytes; a larger one is answered with 413. Default: 64 MiB. */
  readonly bodyLimit?: number | undefined
  /** Which requests go wrong, and how. Default: none do. */
  readonly faults?: ReadonlyArray<Faults.Rule> | undefined
  /** How long it takes to answer a request, by the `Clock`. Default: no time. */
  readonly latency?: Duration.DurationInput | undefined
  /**
   * So many requests are answered within each window of time; the others get 429 with `Retry-After` in seconds. Default: all
   * are answered.
   */
  readonly rateLimit?: { readonly limit: number; readonly window: Duration.DurationInput } | undefined
  /**
   * Which pages of other origins a browser lets read the answers: those of these origins (`https://app.example`), or, with `"*"`,
   * of any. Preflights are then answered without authorization. An entry that is not an origin is a defect. Default: none.
   */
  readonly cors?: "*" | ReadonlyArray<string> | undefined
  /**
   * On a loopback address, names of hosts for which requests are answered beside `localhost` and the address itself; a request
   * for another host is refused with 421, since a page can let its own name lead to this machine. Default: none.
   */
  readonly hosts?: ReadonlyArray<string> | undefined
  /** Where the state is kept between runs, {@link stateFile} for example. Default: nowhere. */
  readonly state?: KeptState | undefined
}

/**
 * A state that is kept between runs.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeptState {
  /** What there is at the start; without it, the emulator starts with its seed. */
  readonly initial: Option.Option<Workspace.Workspace>
  /** Saves a state: when it has changed, at most once in a second, and at the end. What goes wrong is logged. */
  readonly save: (workspace: Workspace.Workspace) => Effect.Effect<void, StateInUse | PlatformError.PlatformError>
}

/**
 * A file that is there, but holds no workspace. The message says what is wrong, and where.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 *
 * export const state = Emulator.stateFile("kaleidoscope.json").pipe(
 *   Effect.catchTag("InvalidWorkspace", (error) => Effect.dieMessage(error.message))
 * )
 * ```
 */
export const InvalidWorkspace = StateFile.InvalidWorkspace

/**
 * A file that is there, but holds no workspace.
 *
 * @since 0.1.0
 * @category errors
 */
export type InvalidWorkspace = StateFile.InvalidWorkspace

/**
 * Another emulator keeps its state in the same file. The message says which process, and what to do.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 *
 * export const explain = (error: unknown) => (error instanceof Emulator.StateInUse ? error.message : "something else")
 * ```
 */
export const StateInUse = StateLock.StateInUse

/**
 * Another emulator keeps its state in the same file.
 *
 * @since 0.1.0
 * @category errors
 */
export type StateInUse = StateLock.StateInUse

/**
 * Keeps the state in a JSON file. It need not exist. It is written to a temporary file beside it, which is renamed: a
 * crash leaves the state of a second before, and never half of one. The file keeps its mode, and a symbolic link stays one:
 * the file that it leads to is written. Tokens are not kept.
 *
 * While the scope is open no other emulator keeps its state there, by whatever path it goes: a file with `.lock` after its name
 * stands beside it and says whose it is. A process that was killed leaves it behind, and the next one takes it over.
 *
 * Fails with `StateInUse` if another emulator has the file; with `InvalidWorkspace` if the file holds something else, is cut,
 * is not UTF-8 or is from a version that stores more, and then leaves it as it is; and with a `PlatformError` if it cannot be
 * read or written.
 *
 * @since 0.1.0
 * @category state
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * export const KaleidoscopeServer = Layer.unwrapScoped(
 *   Effect.map(Emulator.stateFile("kaleidoscope.json"), (state) => Emulator.layerServer({ state }))
 * )
 * ```
 */
export const stateFile: (
  path: string
) => Effect.Effect<
  KeptState,
  InvalidWorkspace | StateInUse | PlatformError.PlatformError,
  FileSystem.FileSystem | Scope.Scope
> = StateFile.make

const seedOf = (seed: Options["seed"]): Workspace.Workspace =>
  seed === undefined || seed === "demo" ? Workspace.demo : seed === "empty" ? Workspace.empty : seed

/** What is wrong with the settings. To `Duration`, `NaN` and a negative number are no time at all. */
const wrongSetting = (options: Options): string | undefined => {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1
  const millis = (value: Duration.DurationInput) =>
    typeof value === "number" && !(value >= 0)
      ? Number.NaN
      : Option.match(Duration.decodeUnknown(value), { onNone: () => Number.NaN, onSome: Duration.toMillis })
  const { accessTokenLifetime = "1 hour", latency = 0, rateLimit = { limit: 1, window: 1 } } = options
  const limit = bodyLimit(options)
  const wrongs: ReadonlyArray<readonly [name: string, isRight: boolean, value: unknown, words: string]> = [
    ["accessTokenLifetime", millis(accessTokenLifetime) >= 0, accessTokenLifetime, "a time"],
    ["latency", Number.isFinite(millis(latency)), latency, "a time that ends"],
    ["bodyLimit", isCount(limit) || limit === Number.POSITIVE_INFINITY, limit, "a whole number of bytes from 1 on"],
    ["rateLimit.limit", isCount(rateLimit.limit), rateLimit.limit, "a whole number from 1 on"],
    [
      "rateLimit.window",
      Number.isFinite(millis(rateLimit.window)) && millis(rateLimit.window) > 0,
      rateLimit.window,
      "a time that ends, and longer than none"
    ]
  ]
  const wrong = wrongs.find(([, isRight]) => !isRight)
  return wrong === undefined ? undefined : `${wrong[0]}: ${String(wrong[2])} is not ${wrong[3]}`
}

const bodyLimit = (options: Options): number => options.bodyLimit ?? 64 * 1024 * 1024

interface Running {
  readonly answer: InMemory.Answer
  readonly cors: Browsers.Cors
  readonly service: Omit<Service, "url">
}

/** What is done with every answer before it is sent. */
type Encode = (
  requestHeaders: Headers.Headers,
  response: HttpServerResponse.HttpServerResponse
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

const start = (
  options: Options,
  encode: Encode = (_, response) => Effect.succeed(response)
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const problem = wrongSetting(options) ?? Script.wrongWith(options.faults ?? [])
    if (problem !== undefined) return yield* Effect.dieMessage(problem)
    const seed = seedOf(options.seed)
    const store = yield* Store.make(
      seed,
      Option.getOrElse(options.state?.initial ?? Option.none(), () => seed)
    )
    if (options.state !== undefined) {
      yield* StateFile.keep(options.state, store.snapshot)
    }
    const tokens = Tokens.make({
      clientId: options.clientId ?? "demo",
      clientSecret: options.clientSecret ?? Redacted.make("demo"),
      accessTokenLifetime: Duration.decode(options.accessTokenLifetime ?? "1 hour")
    })
    const log = RequestLog.make()
    const player = Player.make(options.faults ?? [])
    const app = yield* App.make({ store, tokens, iapAudience: options.iapAudience })
    const refuse = options.rateLimit === undefined ? Effect.succeed(undefined) : RateLimit.make(options.rateLimit)
    const limit = bodyLimit(options)
    const latency = Duration.decode(options.latency ?? 0)
    const respond = (request: EmulatedRequest) =>
      refuse.pipe(
        Effect.flatMap((refusal) =>
          refusal !== undefined
            ? Effect.succeed(refusal)
            : request.body.length > limit
              ? Effect.succeed(toResponse(tooLarge(limit)))
              : app(request)
        ),
        Effect.flatMap((response) => encode(request.sentHeaders, response)),
        Duration.greaterThan(latency, Duration.zero) ? Effect.delay(latency) : identity
      )
    const { cors } = options
    const wrong =
      cors === undefined || cors === "*" ? undefined : cors.find((one) => Option.isNone(Browsers.originOf(one)))
    if (wrong !== undefined) {
      return yield* Effect.dieMessage(`cors: ${JSON.stringify(wrong)} is not an origin such as "https://app.example"`)
    }
    return {
      cors: Browsers.cors(cors),
      answer: (head, read) =>
        Effect.suspend(() => {
          const fault = player.next(head.method, head.url.split("?")[0] ?? "")
          const broken = Play.beforeRequest(fault)
          return broken !== undefined
            ? Effect.fail(broken)
            : Effect.flatMap(read, (content) => {
                const request = new EmulatedRequest({ ...head, ...content, bodyTypes })
                const done = log.add(request)
                return Effect.tap(
                  fault === undefined ? respond(request) : Play.play(fault, Play.serverSide(respond(request))),
                  (response) => Effect.sync(() => done(response.status))
                )
              })
        }),
      service: {
        faults: player.service,
        requests: Effect.sync(log.all),
        state: Effect.zipRight(settle(store), store.snapshot),
        reset: Effect.all([store.reset, tokens.resetCounts, Effect.sync(log.clear), player.service.restart], {
          discard: true
        }),
        expireTokens: tokens.expire,
        revokeTokens: tokens.revoke,
        tokenCounts: tokens.counts
      }
    }
  })

const inMemoryUrl = "http://kaleidoscope.test"

/**
 * The emulator without a socket: an `HttpClient` whose requests are answered in memory. Each call of `layer` is another
 * workspace; a layer that is bound to a constant is one workspace for all that it is provided to. Requests to anything but {@link Service.url} fail.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * export const status = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   const response = yield* HttpClient.get(`${emulator.url}/programs`)
 *   return response.status // 401: there is no token
 * }).pipe(Effect.provide(Emulator.layer()))
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<Emulator | HttpClient.HttpClient> =>
  Layer.scopedContext(
    Effect.map(start(options), ({ answer, cors, service }) =>
      Context.make(Emulator, { ...service, url: inMemoryUrl }).pipe(
        Context.add(
          HttpClient.HttpClient,
          InMemory.make(inMemoryUrl, answer, Browsers.around({ cors, check: () => undefined }))
        )
      )
    )
  )

/**
 * The emulator on the `HttpServer` that is provided, for clients of any language.
 *
 * Fails with `ServeError` if the server cannot serve.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
 * import * as Layer from "effect/Layer"
 * import { createServer } from "node:http"
 *
 * export const KaleidoscopeServer = Emulator.layerServer({ clientId: "ci" }).pipe(
 *   // Room for long lists of ids in a URL: Node would read 16 kB.
 *   Layer.provide(NodeHttpServer.layer(() => createServer({ maxHeaderSize: 256 * 1024 }), { port: 4010 }))
 * )
 * ```
 */
export const layerServer = (
  options: Options = {}
): Layer.Layer<Emulator, HttpServerError.ServeError, HttpServer.HttpServer> =>
  Layer.scoped(
    Emulator,
    Effect.gen(function* () {
      const { answer, cors, service } = yield* start(options, Compression.encode)
      const { address } = yield* HttpServer.HttpServer
      const check = Browsers.checkHost(
        address._tag === "TcpAddress" ? address.hostname : undefined,
        options.hosts ?? []
      )
      const app = yield* Socket.make(answer, {
        bodyLimit: bodyLimit(options),
        around: Browsers.around({ cors, check })
      })
      yield* HttpServer.serveEffect(app)
      return { ...service, url: Socket.urlOf(address) }
    })
  )
