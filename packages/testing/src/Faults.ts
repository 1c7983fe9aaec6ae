/**
 * Scripted faults. A script is a list of rules, which are plain values. {@link layer} and {@link wrap} play it in front of any
 * `HttpClient`. The option `faults` of the emulator plays it in the server, also on a socket.
 *
 * The first rule that applies to a request plays its fault. Every rule counts every request that it matches, also if an earlier
 * rule plays. Time passes by the `Clock`, so a `TestClock` controls it.
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
 * The requests that a rule is for. All given conditions must be true.
 *
 * - `method`: `"GET"`, `"POST"`, …
 * - `path`: the path as the client sends it, without the query. `:name` matches one segment, `*` matches anything:
 *   `"/records/:id/values"`, `"/record_view_templates/*"`. A slash at the end makes no difference.
 * - `nth`: only the nth of the requests with this method and path. The first is 1.
 * - `after`: skips this number of them.
 * - `times`: the rule plays at most this number of times.
 * - `share`: this part of them (0 to 1), chosen at random. The same `seed` and the same order of requests give the same choice.
 *
 * @since 0.1.0
 * @category models
 */
export interface Requests extends Schema.Schema.Type<typeof script.Requests> {}

/**
 * A fault. The constructors of this module make and describe them.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = Schema.Schema.Type<typeof script.Fault>

/**
 * A rule of a script: some requests get this fault.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rule extends Schema.Schema.Type<typeof script.Rule> {}

/**
 * The schema of a script as JSON: `[{ "on": { "path": "/programs" }, "fault": { "type": "respond", "status": 503 } }]`. The `type` of
 * a fault is the name of its constructor, and the options are further keys. Faults such as `status` and `html` are written as
 * `respond`. Durations are milliseconds, or text such as `"2 seconds"`.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as Schema from "effect/Schema"
 *
 * export const parse = Schema.decode(Schema.parseJson(Faults.Script))
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const Script: Schema.Schema<ReadonlyArray<Rule>, Schema.Schema.Encoded<typeof script.Script>> = script.Script

export type { Played } from "./internal/faults/player.js"

/**
 * The interface of a running script.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Replaces the script and forgets the played faults. An empty script ends all faults. Dies if a rule is not valid. */
  readonly set: (script: ReadonlyArray<Rule>) => Effect.Effect<void>
  /** Starts the first script again, with all counts at zero, and forgets the played faults. */
  readonly restart: Effect.Effect<void>
  /** The played faults, oldest first. Only the newest are kept: at most 10,000. */
  readonly played: Effect.Effect<ReadonlyArray<player.Played>>
}

/**
 * The running script.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 *
 * // Ends all faults, and returns the number of played faults.
 * export const heal = Effect.gen(function*() {
 *   const faults = yield* Faults.Faults
 *   const played = yield* faults.played
 *   yield* faults.set([])
 *   return played.length
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Faults extends Context.Tag("@effect-kaleidoscope/testing/Faults")<Faults, Service>() {}

/**
 * Makes a rule.
 *
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
 *
 * @since 0.1.0
 * @category constructors
 */
export const on = (requests: Requests, fault: Fault): Rule => ({ on: requests, fault })

/**
 * The server refuses the connection. On a socket a running server cannot do that, so there it is {@link resetBefore}.
 *
 * @since 0.1.0
 * @category connections
 */
export const connectionRefused: Fault = { type: "connectionRefused" }

/**
 * The connection breaks before the server reads the request. The request is not carried out.
 *
 * @since 0.1.0
 * @category connections
 */
export const resetBefore: Fault = { type: "resetBefore" }

/**
 * The request is carried out (a write happens), then the connection breaks before the response.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // A client that always retries creates two programs.
 * export const script = [Faults.on({ method: "POST", path: "/programs", nth: 1 }, Faults.resetAfter)]
 * ```
 *
 * @since 0.1.0
 * @category connections
 */
export const resetAfter: Fault = { type: "resetAfter" }

/**
 * The request is carried out. The connection breaks within the body of the response, after `after` bytes. Default: half of the
 * body.
 *
 * @since 0.1.0
 * @category connections
 */
export const resetBody = (options: { readonly after?: number | undefined } = {}): Fault => ({
  type: "resetBody",
  ...options
})

/**
 * The request is not carried out, and no response comes. The connection stays open.
 *
 * @since 0.1.0
 * @category silence
 */
export const stall: Fault = { type: "stall" }

/**
 * The request is carried out (a write happens), but no response comes. The connection stays open.
 *
 * @since 0.1.0
 * @category silence
 */
export const stallAfter: Fault = { type: "stallAfter" }

/**
 * The request is carried out. The response stops after `after` bytes of the body. Default: half of the body. The connection
 * stays open.
 *
 * @since 0.1.0
 * @category silence
 */
export const stallBody = (options: { readonly after?: number | undefined } = {}): Fault => ({
  type: "stallBody",
  ...options
})

/**
 * The server gets the request after a delay. Then everything works.
 *
 * @since 0.1.0
 * @category silence
 */
export const delay = (wait: Duration.DurationInput): Fault => ({ type: "delay", wait: Duration.decode(wait) })

/**
 * The request is carried out. The body of the response comes in pieces of `bytes` bytes, with a pause of `every` before each.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // 16 bytes every 9 seconds: a timeout of 10 seconds between chunks never fires, but the whole body takes minutes.
 * export const drip = Faults.slowBody({ bytes: 16, every: "9 seconds" })
 * ```
 *
 * @since 0.1.0
 * @category silence
 */
export const slowBody = (options: { readonly bytes: number; readonly every: Duration.DurationInput }): Fault => ({
  type: "slowBody",
  bytes: Math.max(1, Math.floor(options.bytes)),
  every: Duration.decode(options.every)
})

/**
 * The request is carried out. The body of the response ends after `after` bytes, although `Content-Length` is larger. Default:
 * half of the body. In memory the body ends without an error, as some HTTP clients report it. On a socket the server closes the
 * connection.
 *
 * @since 0.1.0
 * @category damage
 */
export const truncateBody = (options: { readonly after?: number | undefined } = {}): Fault => ({
  type: "truncateBody",
  ...options
})

/**
 * The request is carried out. The response has `Content-Encoding: gzip`, but its body is not valid gzip. `fetch` fails to
 * decompress it. Clients that do not decompress return the bytes.
 *
 * @since 0.1.0
 * @category damage
 */
export const badGzip: Fault = { type: "badGzip" }

/**
 * The request is carried out. The body of the response has a surplus brace at its end, so it is not valid JSON.
 *
 * @since 0.1.0
 * @category damage
 */
export const invalidJson: Fault = { type: "invalidJson" }

/**
 * The request is carried out. The response is correct, but has another content type.
 *
 * @default contentType "text/plain"
 *
 * @since 0.1.0
 * @category damage
 */
export const wrongContentType = (contentType = "text/plain"): Fault => ({ type: "wrongContentType", contentType })

/**
 * Any response. The body is `json`, `text` or `bytes`, or empty without them. The request is carried out only with
 * `carriedOut: true`.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * // A gateway that stopped waiting, although the server carries out the write.
 * export const gatewayTimeout = Faults.respond({ status: 504, text: "upstream timed out", carriedOut: true })
 * ```
 *
 * @since 0.1.0
 * @category responses
 */
export const respond = (options: {
  /** From 200 to 599. */
  readonly status: number
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly json?: { readonly [key: string]: unknown } | ReadonlyArray<unknown> | undefined
  readonly text?: string | undefined
  readonly bytes?: Uint8Array | undefined
  readonly carriedOut?: boolean | undefined
}): Fault => ({ type: "respond", ...options })

/**
 * A response with a status and no body, as from a load balancer. The request is not carried out.
 *
 * @since 0.1.0
 * @category responses
 */
export const status = (status: number): Fault => respond({ status })

/**
 * An error response in the platform's form, `{ code, message }`. The request is not carried out.
 *
 * @since 0.1.0
 * @category responses
 */
export const problem = (
  status: number,
  body: { readonly code: string; readonly message: string } = {
    code: "INTERNAL_ERROR",
    message: "Something went wrong"
  }
): Fault => respond({ status, json: body })

/**
 * 401 in the platform's form, as for a revoked token. The tokens stay valid. `Emulator.Service.revokeTokens` revokes them.
 *
 * @since 0.1.0
 * @category responses
 */
export const unauthorized: Fault = problem(401, { code: "UNAUTHORIZED", message: "The access token is unknown" })

/**
 * 429. With a duration the response has `Retry-After`, in seconds or as an HTTP date, both rounded up to whole seconds. The
 * request is not carried out.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-kaleidoscope/testing"
 *
 * export const inSeconds = Faults.rateLimited("2 seconds")
 * export const asDate = Faults.rateLimited("2 seconds", "date")
 * ```
 *
 * @since 0.1.0
 * @category responses
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
 * A web page with status 200, as the sign-in page of a proxy. The request is not carried out.
 *
 * @since 0.1.0
 * @category responses
 */
export const html: Fault = htmlPage(200, "Sign in")

/**
 * A web page with status 404, as from a proxy that does not know the route. It does not mean that the item is missing.
 *
 * @since 0.1.0
 * @category responses
 */
export const proxyNotFound: Fault = htmlPage(404, "404 Not Found")

/**
 * A redirect, for example to another host. The request is not carried out.
 *
 * @since 0.1.0
 * @category responses
 */
export const redirect = (location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Fault =>
  respond({ status, headers: { location } })

/**
 * Plays a script in front of the provided `HttpClient`. Each call of `layer` has its own counts. Building it dies if a rule is
 * not valid (`nth: 0`, a share of 2), with a message that names the rule.
 *
 * A broken connection is a `RequestError` with the reason `Transport`. Its cause has Node's `code`.
 *
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
 *
 * @since 0.1.0
 * @category layers
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
 * Plays a script in front of one client. If a rule is not valid, every request dies.
 *
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
 *
 * @since 0.1.0
 * @category combinators
 */
export const wrap =
  (rules: ReadonlyArray<Rule>) =>
  (self: HttpClient.HttpClient): HttpClient.HttpClient => {
    const wrong = script.wrongWith(rules)
    return wrong === undefined
      ? client.wrap(self, player.make(rules))
      : HttpClient.transformResponse(self, () => Effect.dieMessage(wrong))
  }
