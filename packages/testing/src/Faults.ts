/**
 * Scripted faults: which requests go wrong, and how. A script is a list of plain values. It is played by
 * {@link layer}, which stands before any `HttpClient`, and by the emulator's option `faults`, on a socket too.
 *
 * Rules are asked in their order, and the first whose turn it is plays its fault; every rule counts every request that is
 * for it, also those that an earlier rule plays for. All time passes by Effect's `Clock`, so a `TestClock` rules it.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as client from "./internal/faults/client.js"
import * as player from "./internal/faults/player.js"
import * as script from "./internal/faults/script.js"

/**
 * Which requests a rule is for. What is left out does not matter; all that is given has to be true.
 *
 * - `method`: `"GET"`, `"POST"`, …
 * - `path`: the path as it is sent, without the query. `:name` stands for one segment, `*` for anything:
 *   `"/records/:id/values"`, `"/record_view_templates/*"`. A slash at the end makes no difference.
 * - `nth`: only the nth of the requests with this method and path. The first is 1.
 * - `after`: not the first so many of them.
 * - `times`: the rule plays at most this often.
 * - `share`: this part of them (0 to 1), chosen by a generator of random numbers that starts from `seed`. The same requests
 *   in the same order are always chosen the same way.
 *
 * @since 0.1.0
 * @category models
 */
export interface Requests extends Schema.Schema.Type<typeof script.Requests> {}

/**
 * What goes wrong with a request. Made by the constructors of this module, each of which describes one.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = Schema.Schema.Type<typeof script.Fault>

/**
 * Which requests get which fault.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rule extends Schema.Schema.Type<typeof script.Rule> {}

/**
 * A script as JSON: `[{ "on": { "path": "/programs" }, "fault": { "type": "respond", "status": 503 } }]`. A fault has the name of
 * its constructor as `type` and its options beside it; those that a constructor answers with (`status`, `html`, …) are
 * written as `respond`. Durations are milliseconds, or text such as `"2 seconds"`.
 *
 * @since 0.1.0
 * @category schemas
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as Schema from "effect/Schema"
 *
 * export const parse = Schema.decode(Schema.parseJson(Faults.Script))
 * ```
 */
export const Script: Schema.Schema<ReadonlyArray<Rule>, Schema.Schema.Encoded<typeof script.Script>> = script.Script

/**
 * A fault that was played.
 *
 * @since 0.1.0
 * @category models
 */
export interface Played {
  /** `GET`, `POST`, … */
  readonly method: string
  /** The path as it was sent, without the query. */
  readonly path: string
  /** What went wrong. */
  readonly fault: Fault
}

/**
 * What a test can ask of a script that is being played.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Plays another script from now on. Forgets what was played. An empty one ends all faults. Dies if a rule makes no sense. */
  readonly set: (script: ReadonlyArray<Rule>) => Effect.Effect<void>
  /** Begins the script that was given first again: its rules count from nothing. Forgets what was played. */
  readonly restart: Effect.Effect<void>
  /** The faults that were played, in the order of their requests; of very many the newest. */
  readonly played: Effect.Effect<ReadonlyArray<Played>>
}

/**
 * The script that is being played.
 *
 * @since 0.1.0
 * @category tags
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 *
 * // From here on nothing goes wrong any more; how often did it until now?
 * export const heal = Effect.gen(function*() {
 *   const faults = yield* Faults.Faults
 *   const played = yield* faults.played
 *   yield* faults.set([])
 *   return played.length
 * })
 * ```
 */
export class Faults extends Context.Tag("@effect-kaleidoscope/testing/Faults")<Faults, Service>() {}

/**
 * A rule: these requests get this fault.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [
 *   Faults.on({ path: "/auth/oauth/token", nth: 1 }, Faults.status(503)),
 *   Faults.on({ method: "POST", path: "/records/:id/values", times: 2 }, Faults.resetAfter),
 *   Faults.on({ share: 0.2, seed: 7 }, Faults.rateLimited("2 seconds"))
 * ]
 * ```
 */
export const on = (requests: Requests, fault: Fault): Rule => ({ on: requests, fault })

/**
 * Nobody listens. On a socket, where a server that runs cannot refuse, this is {@link resetBefore}.
 *
 * @since 0.1.0
 * @category connections
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/auth/oauth/token", times: 2 }, Faults.connectionRefused)]
 * ```
 */
export const connectionRefused: Fault = { type: "connectionRefused" }

/**
 * The connection breaks before the request was read: nothing is carried out.
 *
 * @since 0.1.0
 * @category connections
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ share: 0.1, seed: 3 }, Faults.resetBefore)]
 * ```
 */
export const resetBefore: Fault = { type: "resetBefore" }

/**
 * The request is read and carried out (a write has happened), then the connection breaks without an answer.
 *
 * @since 0.1.0
 * @category connections
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // A client that repeats this blindly makes two programs.
 * export const script = [Faults.on({ method: "POST", path: "/programs", nth: 1 }, Faults.resetAfter)]
 * ```
 */
export const resetAfter: Fault = { type: "resetAfter" }

/**
 * The request is carried out; the connection breaks within the body of the answer, after `after` bytes (default: half of
 * them).
 *
 * @since 0.1.0
 * @category connections
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/records/export/csv" }, Faults.resetBody({ after: 4096 }))]
 * ```
 */
export const resetBody = (options: { readonly after?: number } = {}): Fault => ({ type: "resetBody", ...options })

/**
 * The request is neither carried out nor answered. The connection stays open.
 *
 * @since 0.1.0
 * @category silence
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/activities", nth: 1 }, Faults.stall)]
 * ```
 */
export const stall: Fault = { type: "stall" }

/**
 * The request is carried out (a write has happened) and never answered. The connection stays open.
 *
 * @since 0.1.0
 * @category silence
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ method: "PUT", path: "/activities/:id" }, Faults.stallAfter)]
 * ```
 */
export const stallAfter: Fault = { type: "stallAfter" }

/**
 * The request is carried out; the answer begins, and after `after` bytes of the body (default: half of them) nothing comes
 * any more. The connection stays open.
 *
 * @since 0.1.0
 * @category silence
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/files/:id" }, Faults.stallBody({ after: 100 }))]
 * ```
 */
export const stallBody = (options: { readonly after?: number } = {}): Fault => ({ type: "stallBody", ...options })

/**
 * The request reaches the server later. Then everything is as it should be.
 *
 * @since 0.1.0
 * @category silence
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ method: "GET" }, Faults.delay("3 seconds"))]
 * ```
 */
export const delay = (wait: Duration.DurationInput): Fault => ({ type: "delay", wait: Duration.decode(wait) })

/**
 * The request is carried out; the body of the answer comes in pieces of so many bytes, with a pause before each.
 *
 * @since 0.1.0
 * @category silence
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // 16 bytes every 9 seconds: each silence is shorter than a limit of 10 seconds, and all of it takes minutes.
 * export const drip = Faults.slowBody({ bytes: 16, every: "9 seconds" })
 * ```
 */
export const slowBody = (options: { readonly bytes: number; readonly every: Duration.DurationInput }): Fault => ({
  type: "slowBody",
  bytes: Math.max(1, Math.floor(options.bytes)),
  every: Duration.decode(options.every)
})

/**
 * The request is carried out; the body of the answer ends after `after` bytes (default: half of them), although its
 * `Content-Length` says more. In memory it ends like a whole one, which is the worst that HTTP clients do; on a socket the
 * server closes the connection.
 *
 * @since 0.1.0
 * @category damage
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/files/:id" }, Faults.truncateBody())]
 * ```
 */
export const truncateBody = (options: { readonly after?: number } = {}): Fault => ({ type: "truncateBody", ...options })

/**
 * The request is carried out; the answer says `Content-Encoding: gzip`, and its body is none. A client of `fetch` fails when it
 * decodes that, others hand the bytes on.
 *
 * @since 0.1.0
 * @category damage
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/records/search" }, Faults.badGzip)]
 * ```
 */
export const badGzip: Fault = { type: "badGzip" }

/**
 * The request is carried out; the body of the answer has a brace too many.
 *
 * @since 0.1.0
 * @category damage
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/programs" }, Faults.invalidJson)]
 * ```
 */
export const invalidJson: Fault = { type: "invalidJson" }

/**
 * The request is carried out; the answer is right, but under another content type.
 *
 * @since 0.1.0
 * @category damage
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/records/export/csv" }, Faults.wrongContentType("text/html"))]
 * ```
 */
export const wrongContentType = (contentType = "text/plain"): Fault => ({ type: "wrongContentType", contentType })

/**
 * An answer of your own. The body is `json`, `text` or `bytes`; there is none without them. The request is not carried out,
 * unless `carriedOut` says so.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // A gateway that gave up waiting: the write happened all the same.
 * export const gatewayTimeout = Faults.respond({ status: 504, text: "upstream timed out", carriedOut: true })
 * ```
 */
export const respond = (options: {
  /** 200 to 599. */
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly json?: { readonly [key: string]: unknown } | ReadonlyArray<unknown>
  readonly text?: string
  readonly bytes?: Uint8Array
  readonly carriedOut?: boolean
}): Fault => ({ type: "respond", ...options })

/**
 * Only a status, without a body: what a load balancer answers. The request is not carried out.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ after: 10, times: 3 }, Faults.status(503))]
 * ```
 */
export const status = (status: number): Fault => respond({ status })

/**
 * A failure in the platform's own form, `{ code, message }`. The request is not carried out.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const conflict = Faults.problem(409, { code: "CONFLICT", message: "Somebody else was faster" })
 * ```
 */
export const problem = (
  status: number,
  body: { readonly code: string; readonly message: string } = {
    code: "INTERNAL_ERROR",
    message: "Something went wrong"
  }
): Fault => respond({ status, json: body })

/**
 * 401 in the platform's own form, as if the token had been revoked. The tokens stay as they are; to make them invalid see
 * {@link Emulator.Service.revokeTokens}.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // The token that worked for twenty requests works no more, once.
 * export const script = [Faults.on({ path: "/records/*", after: 20, times: 1 }, Faults.unauthorized)]
 * ```
 */
export const unauthorized: Fault = problem(401, { code: "UNAUTHORIZED", message: "The access token is not known" })

/**
 * 429. `Retry-After` is there if a duration is given, as seconds or as an HTTP date (which has whole seconds, rounded up).
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const inSeconds = Faults.rateLimited("2 seconds")
 * export const asDate = Faults.rateLimited("2 seconds", "date")
 * ```
 */
export const rateLimited = (retryAfter?: Duration.DurationInput, form: "seconds" | "date" = "seconds"): Fault => ({
  type: "rateLimited",
  form,
  ...(retryAfter === undefined ? {} : { retryAfter: Duration.decode(retryAfter) })
})

const page = (title: string) =>
  `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`

const htmlPage = (status: number, title: string): Fault =>
  respond({ status, headers: { "content-type": "text/html; charset=utf-8" }, text: page(title) })

/**
 * A web page with status 200, as a proxy shows one to sign in. The request is not carried out.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/workspaces/active" }, Faults.html)]
 * ```
 */
export const html: Fault = htmlPage(200, "Sign in")

/**
 * The 404 of a proxy, a web page: there is no such route, which says nothing about the thing that was asked for.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/records/:id" }, Faults.proxyNotFound)]
 * ```
 */
export const proxyNotFound: Fault = htmlPage(404, "404 Not Found")

/**
 * A redirect, to another host for example. The request is not carried out.
 *
 * @since 0.1.0
 * @category answers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const script = [Faults.on({ path: "/files/:id" }, Faults.redirect("https://elsewhere.example/file"))]
 * ```
 */
export const redirect = (location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Fault =>
  respond({ status, headers: { location } })

/**
 * Stands before the `HttpClient` that is provided and plays the script. Each call of `layer` counts on its own. Building it
 * dies if a rule makes no sense (`nth: 0`, a share of 2), and says which.
 *
 * Broken connections are `RequestError`s with the reason `Transport`, whose cause has Node's `code`.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * export const FlakyHttpClient = Faults.layer([
 *   Faults.on({ method: "GET", path: "/programs", nth: 1 }, Faults.status(503))
 * ]).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 */
export const layer = (
  rules: ReadonlyArray<Rule>
): Layer.Layer<Faults | HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.flatMap(HttpClient.HttpClient, (inner) => {
      const wrong = script.wrongWith(rules)
      if (wrong !== undefined) return Effect.dieMessage(wrong)
      const playing = player.make(rules)
      return Effect.succeed(
        Context.make(Faults, playing.service).pipe(Context.add(HttpClient.HttpClient, client.wrap(inner, playing)))
      )
    })
  )

/**
 * Plays the script before one client.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * export const slow = Effect.map(
 *   HttpClient.HttpClient,
 *   Faults.wrap([Faults.on({ path: "/activities" }, Faults.delay("3 seconds"))])
 * )
 * ```
 */
export const wrap =
  (rules: ReadonlyArray<Rule>) =>
  (self: HttpClient.HttpClient): HttpClient.HttpClient => {
    const wrong = script.wrongWith(rules)
    return wrong === undefined
      ? client.wrap(self, player.make(rules))
      : HttpClient.transformResponse(self, () => Effect.dieMessage(wrong))
  }
