/**
 * A Kaleidoscope in memory: it issues tokens, keeps what is written, and refuses requests that are not valid.
 *
 * @since 0.1.0
 */
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
import { advanceImports } from "./internal/imports/processing.js"
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
import * as Store from "./internal/server/store.js"
import * as Tokens from "./internal/server/tokens.js"
import * as Webhooks from "./internal/server/webhooks.js"
import * as Workspace from "./Workspace.js"

export type { LoggedRequest } from "./internal/server/requestLog.js"
export { InvalidWorkspace, type KeptState, make as stateFile } from "./internal/server/stateFile.js"
export { StateInUse } from "./internal/server/stateLock.js"
export type { TokenCounts } from "./internal/server/tokens.js"
export type { WebhookOptions } from "./internal/server/webhooks.js"

/**
 * The emulator's interface for tests.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The base URL, without a slash at the end: `http://kaleidoscope.test` in memory, `http://127.0.0.1:PORT` on a socket. */
  readonly url: string
  /** The requests so far, oldest first. Only the newest are kept: at most 10,000, with at most 64 MiB of bodies. */
  readonly requests: Effect.Effect<ReadonlyArray<RequestLog.LoggedRequest>>
  /** The stored data. */
  readonly state: Effect.Effect<Workspace.Workspace>
  /** Restores the seed, forgets the requests and the counts, and starts the faults again. Tokens stay valid. */
  readonly reset: Effect.Effect<void>
  /** Expires every access token. Refresh tokens stay valid. */
  readonly expireTokens: Effect.Effect<void>
  /** Revokes every token, refresh tokens included. */
  readonly revokeTokens: Effect.Effect<void>
  /** The script of faults: replace it, or read which faults were played. */
  readonly faults: Faults.Service
  /** The number of token requests by outcome. */
  readonly tokenCounts: Effect.Effect<Tokens.TokenCounts>
}

/**
 * The emulator.
 *
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
 *
 * @since 0.1.0
 * @category tags
 */
export class Emulator extends Context.Tag("@effect-kaleidoscope/testing/Emulator")<Emulator, Service>() {}

/**
 * The settings of the emulator. All are optional. An impossible setting (`rateLimit: { limit: 0, … }`) is a mistake in the
 * program: building the layer dies with a message that names the setting.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The client id.
   *
   * @default "demo"
   */
  readonly clientId?: string | undefined
  /**
   * The client secret.
   *
   * @default Redacted.make("demo")
   */
  readonly clientSecret?: Redacted.Redacted | undefined
  /**
   * The data at the start: `"demo"` is a small drug-discovery programme, `"empty"` a workspace with one user.
   *
   * @default "demo"
   */
  readonly seed?: "demo" | "empty" | Workspace.Workspace | undefined
  /**
   * The lifetime of an access token.
   *
   * @default "1 hour"
   */
  readonly accessTokenLifetime?: Duration.DurationInput | undefined
  /** Emulates an Identity-Aware Proxy: every request needs an identity token for this audience. Without it there is no proxy. */
  readonly iapAudience?: string | undefined
  /**
   * The size limit of request bodies, in bytes. A larger body gets 413.
   *
   * @default 67_108_864
   */
  readonly bodyLimit?: number | undefined
  /** The script of faults. Without it nothing goes wrong. */
  readonly faults?: ReadonlyArray<Faults.Rule> | undefined
  /**
   * The delay of each response, by the `Clock`.
   *
   * @default 0
   */
  readonly latency?: Duration.DurationInput | undefined
  /**
   * Answers at most `limit` requests within each `window` of time. The others get 429 with `Retry-After` in seconds. Without it
   * there is no limit.
   */
  readonly rateLimit?: { readonly limit: number; readonly window: Duration.DurationInput } | undefined
  /**
   * Pages of these origins (`https://app.example`) may read responses in a browser. `"*"` means all origins. Preflights are then
   * answered without authorization. Building the layer dies if an entry is not an origin. Without it no other origin can read.
   */
  readonly cors?: "*" | ReadonlyArray<string> | undefined
  /**
   * Further hosts that are accepted on a loopback address, in addition to `localhost` and the address itself. A request for
   * another host gets 421, since a web page could point its own domain at this machine.
   */
  readonly hosts?: ReadonlyArray<string> | undefined
  /**
   * Sends the webhooks of registration to a registrar: `registration_submitted`, `registration_drafts_submitted` and
   * `registration_drafts_validation_requested`. Each is a POST with a JSON body:
   *
   * - all have `id` (the same in each try), `event_type`, `created_at` and `operation_id`,
   * - those of drafts also have `submission_id`,
   * - that of a file also has `file_id`, `file_name`, `file_url` and `record_ids`.
   *
   * The platform's own form is not known. If the response is not 2xx, if it takes more than 10 seconds, or if there is none, the
   * emulator tries again: 6 times, after 1, 2, 4, 8, 16 and 32 seconds. No call of the API waits for a webhook. Webhooks are not
   * part of the state: those that were not received when the emulator ends are not sent again. Without it none are sent.
   */
  readonly webhook?: Webhooks.WebhookOptions | undefined
  /** Keeps the state between runs, for example in a {@link stateFile}. Without it the state is lost at the end. */
  readonly state?: StateFile.KeptState | undefined
}

const seedOf = (seed: Options["seed"]): Workspace.Workspace =>
  seed === undefined || seed === "demo" ? Workspace.demo : seed === "empty" ? Workspace.empty : seed

/** The first impossible setting. `Duration` reads `NaN` and negative numbers as zero, so they are checked before. */
const wrongSetting = (options: Options): string | undefined => {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1
  const millis = (value: Duration.DurationInput) =>
    typeof value === "number" && !(value >= 0)
      ? Number.NaN
      : Option.match(Duration.decodeUnknown(value), { onNone: () => Number.NaN, onSome: Duration.toMillis })
  const { accessTokenLifetime = "1 hour", latency = 0, rateLimit = { limit: 1, window: 1 } } = options
  const limit = bodyLimit(options)
  const wrongs: ReadonlyArray<readonly [name: string, isRight: boolean, value: unknown, words: string]> = [
    ["accessTokenLifetime", millis(accessTokenLifetime) >= 0, accessTokenLifetime, "a duration"],
    ["latency", Number.isFinite(millis(latency)), latency, "a finite duration"],
    ["bodyLimit", isCount(limit) || limit === Number.POSITIVE_INFINITY, limit, "a whole number of bytes of at least 1"],
    ["rateLimit.limit", isCount(rateLimit.limit), rateLimit.limit, "a whole number of at least 1"],
    [
      "rateLimit.window",
      Number.isFinite(millis(rateLimit.window)) && millis(rateLimit.window) > 0,
      rateLimit.window,
      "a finite duration greater than zero"
    ]
  ]
  const wrong = wrongs.find(([, isRight]) => !isRight)
  return wrong === undefined
    ? Webhooks.wrongWith(options.webhook)
    : `${wrong[0]}: ${String(wrong[2])} is not ${wrong[3]}`
}

const bodyLimit = (options: Options): number => options.bodyLimit ?? 64 * 1024 * 1024

interface Running {
  readonly answer: InMemory.Answer
  readonly cors: Browsers.Cors
  readonly service: Omit<Service, "url">
}

/** Changes a response before it is sent. */
type Encode = (
  requestHeaders: Headers.Headers,
  response: HttpServerResponse.HttpServerResponse
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

const start = (
  options: Options,
  url: string,
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
    const webhooks = yield* Webhooks.make(options.webhook, url)
    const app = yield* App.make({ store, tokens, webhooks, iapAudience: options.iapAudience })
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
        state: Effect.zipRight(advanceImports(store), store.snapshot),
        reset: Effect.all(
          [store.reset, tokens.resetCounts, Effect.sync(log.clear), player.service.restart, webhooks.forget],
          { discard: true }
        ),
        expireTokens: tokens.expire,
        revokeTokens: tokens.revoke,
        tokenCounts: tokens.counts
      }
    }
  })

const inMemoryUrl = "http://kaleidoscope.test"

/**
 * The emulator without a socket: an `HttpClient` that answers requests to {@link Service.url} in memory. Requests to other URLs
 * fail. Each call of `layer` makes another workspace. To share one workspace, bind the layer to a constant.
 *
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * export const status = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   const response = yield* HttpClient.get(`${emulator.url}/programs`)
 *   return response.status // 401, since the request has no access token
 * }).pipe(Effect.provide(Emulator.layer()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Emulator | HttpClient.HttpClient> =>
  Layer.scopedContext(
    Effect.map(start(options, inMemoryUrl), ({ answer, cors, service }) =>
      Context.make(Emulator, { ...service, url: inMemoryUrl }).pipe(
        Context.add(
          HttpClient.HttpClient,
          InMemory.make(inMemoryUrl, answer, Browsers.around({ cors, check: () => undefined }))
        )
      )
    )
  )

/**
 * The emulator on the provided `HttpServer`, for clients of any language.
 *
 * Fails with `ServeError` if the server cannot serve.
 *
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
 * import * as Layer from "effect/Layer"
 * import { createServer } from "node:http"
 *
 * export const KaleidoscopeServer = Emulator.layerServer({ clientId: "ci" }).pipe(
 *   // A URL may contain a long list of ids. Node's default is 16 kB.
 *   Layer.provide(NodeHttpServer.layer(() => createServer({ maxHeaderSize: 256 * 1024 }), { port: 4010 }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerServer = (
  options: Options = {}
): Layer.Layer<Emulator, HttpServerError.ServeError, HttpServer.HttpServer> =>
  Layer.scoped(
    Emulator,
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const url = Socket.urlOf(address)
      const { answer, cors, service } = yield* start(options, url, Compression.encode)
      const check = Browsers.checkHost(
        address._tag === "TcpAddress" ? address.hostname : undefined,
        options.hosts ?? []
      )
      const app = yield* Socket.make(answer, {
        bodyLimit: bodyLimit(options),
        around: Browsers.around({ cors, check })
      })
      yield* HttpServer.serveEffect(app)
      return { ...service, url }
    })
  )
