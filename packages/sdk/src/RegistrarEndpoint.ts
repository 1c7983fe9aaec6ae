/**
 * The endpoint of a registrar: an `HttpApp` for your own HTTP server, to which the platform sends its webhooks.
 *
 * It is not part of the package's root, since it loads the HTTP server of `@effect/platform`: import
 * `@effect-kaleidoscope/sdk/RegistrarEndpoint`.
 *
 * @since 0.1.0
 */
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Array from "effect/Array"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Settings from "./internal/auth/settings.js"
import * as Nearest from "./internal/catalog/nearest.js"
import * as Body from "./internal/registrar/body.js"
import { isSecret } from "./internal/registrar/secret.js"
import { Registrar } from "./Registrar.js"
import { readWebhook } from "./Registration.js"

/**
 * Where the platform sends the secret: in a header, in a parameter of the query, or as the last segment of the path. A server
 * and its proxies often log the URL, and seldom a header.
 *
 * @since 0.1.0
 * @category models
 */
export type SecretPlace = { readonly header: string } | { readonly query: string } | "path"

/** How an endpoint is guarded. @since 0.1.0 @category models */
export interface Options {
  /** The secret, or several while it is replaced. An empty secret fits nothing. */
  readonly secret: Redacted.Redacted | ReadonlyArray<Redacted.Redacted>
  readonly secretIn: SecretPlace
  /** The largest body, in bytes. @default 1 MiB */
  readonly largestBody?: number | undefined
  /** The longest time for reading the body. @default 30 seconds */
  readonly bodyTimeout?: Duration.DurationInput | undefined
}

const decodeSegment = Option.liftThrowable(decodeURIComponent)

/** The text in the place of the secret; empty if there is none. */
const givenSecret = ({ headers, url }: HttpServerRequest.HttpServerRequest, place: SecretPlace): string => {
  if (place !== "path" && "header" in place) return headers[place.header.toLowerCase()] ?? ""
  const [path = "", query = ""] = url
    .split("#", 1)
    .join("")
    .split(/\?(.*)/s, 2)
  if (place !== "path") return new URLSearchParams(query).get(place.query) ?? ""
  return Option.getOrElse(decodeSegment(path.slice(path.lastIndexOf("/") + 1)), () => "")
}

const statuses = { TooLarge: 413, TooSlow: 408, Broken: 400 } as const

const empty = (status: number) => HttpServerResponse.empty({ status })

/**
 * The endpoint. It answers:
 *
 * - 202 if the webhook is accepted. The work goes on in the background, in the layer of the `Registrar`. If the same
 *   submission is handled already, the webhook joins that work.
 * - 204 if the webhook is not about registration. The event is logged.
 * - 400 with a message if the body is not a webhook.
 * - 401 without a body if the secret in the header is wrong, and 404 if the one in the URL is. The secrets are compared in
 *   constant time, before the body is read.
 * - 405 if the method is not POST.
 * - 408 if the body does not come to its end in time. The platform can send the webhook again.
 * - 413 if the body is too large.
 *
 * Settings that make no sense are a defect of each request, so that nothing is accepted.
 *
 * @example
 * ```ts
 * import { Registrar } from "@effect-kaleidoscope/sdk"
 * import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
 * import * as HttpRouter from "@effect/platform/HttpRouter"
 * import * as HttpServer from "@effect/platform/HttpServer"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const RegistrarLive = Registrar.layer({ validate: () => Effect.void })
 *
 * const Server = Layer.unwrapEffect(
 *   Effect.map(Config.redacted("WEBHOOK_SECRET"), (secret) =>
 *     HttpRouter.empty.pipe(
 *       HttpRouter.post("/kaleidoscope", RegistrarEndpoint.app({ secret, secretIn: { header: "x-webhook-secret" } })),
 *       HttpServer.serve()
 *     )
 *   )
 * ).pipe(Layer.provide(RegistrarLive))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const app = (options: Options): HttpApp.Default<never, Registrar | Scope.Scope> => {
  const { bodyTimeout = "30 seconds", largestBody = 1024 * 1024, secret, secretIn } = options
  const secrets = Array.ensure(secret)
  const wrong = Settings.wrongIn(
    { bodyTimeout, largestBody },
    { bodyTimeout: Settings.longerThanNone, largestBody: Settings.count(1) }
  )
  if (wrong !== undefined) return Effect.dieMessage(`RegistrarEndpoint: ${wrong.name}: ${wrong.message}`)
  if (secrets.length === 0 || secrets.some((secret) => Redacted.value(secret) === "")) {
    return Effect.dieMessage("RegistrarEndpoint: secret: it is empty")
  }
  const refused = empty(secretIn !== "path" && "header" in secretIn ? 401 : 404)

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const registrar = yield* Registrar
    const given = givenSecret(request, secretIn)
    // Each secret is compared, so that the time does not say which one fits.
    if (secrets.filter((secret) => isSecret(given, secret)).length === 0) return refused
    if (request.method !== "POST") return HttpServerResponse.setHeader(empty(405), "allow", "POST")
    const body = yield* Body.read(request, largestBody, bodyTimeout)
    if (Either.isLeft(body)) return empty(statuses[body.left])
    const webhook = readWebhook(body.right)
    if (Either.isLeft(webhook)) return HttpServerResponse.text(webhook.left.message, { status: 400 })
    if (webhook.right._tag === "UnknownEvent") {
      yield* Effect.logInfo(`Registrar: a webhook about ${Nearest.quote(webhook.right.event)} was ignored`)
      return empty(204)
    }
    return yield* Effect.match(registrar.accept(webhook.right), {
      onFailure: ({ message }) => HttpServerResponse.text(message, { status: 400 }),
      onSuccess: () => empty(202)
    })
  })
}
