import * as Cookies from "@effect/platform/Cookies"
import type * as Headers from "@effect/platform/Headers"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Multipart from "@effect/platform/Multipart"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readBody } from "./body.js"
import type { Problem } from "./problem.js"

/** The content type of the request body, by `METHOD path`. Calls without a body are not in it. */
export type BodyTypes = ReadonlyMap<string, string>

const decoder = new TextDecoder()

const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

/**
 * A request after its body was read. The framework sees every body as JSON. This class makes that JSON, also from a form, from
 * an upload and from a body with a wrong content type, by the route of the request.
 */
export class EmulatedRequest extends Inspectable.Class implements HttpServerRequest.HttpServerRequest {
  readonly [HttpServerRequest.TypeId]: HttpServerRequest.TypeId = HttpServerRequest.TypeId
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly method: HttpMethod
  readonly url: string
  readonly originalUrl: string
  readonly sentHeaders: Headers.Headers
  readonly body: Uint8Array
  readonly remoteAddress = Option.none<string>()
  readonly source = undefined
  private readonly bodyTypes: BodyTypes

  constructor(options: {
    readonly method: HttpMethod
    readonly url: string
    readonly headers: Headers.Headers
    readonly body: Uint8Array
    readonly bodyTypes: BodyTypes
  }) {
    super()
    this.method = options.method
    this.url = options.url
    this.originalUrl = options.url
    this.sentHeaders = options.headers
    this.body = options.body
    this.bodyTypes = options.bodyTypes
  }

  get headers(): Headers.Headers {
    return { ...this.sentHeaders, "content-type": "application/json" }
  }

  get cookies() {
    return Cookies.parseHeader(this.sentHeaders["cookie"] ?? "")
  }

  get json(): Effect.Effect<unknown, HttpServerError.RequestError> {
    return Effect.flatMap(Effect.serviceOption(HttpRouter.RouteContext), (route) =>
      readBody({
        expected: Option.match(route, {
          onNone: () => undefined,
          onSome: ({ route }) => this.bodyTypes.get(`${route.method} ${route.path}`)
        }),
        contentType: this.sentHeaders["content-type"],
        bytes: this.body
      }).pipe(Effect.mapError((problem) => this.failure(problem)))
    )
  }

  get text(): Effect.Effect<string> {
    return Effect.sync(() => textOf(this.body))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams> {
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer> {
    return Effect.sync(() => new Uint8Array(this.body).buffer)
  }

  get stream(): Stream.Stream<Uint8Array> {
    return Stream.make(this.body)
  }

  get multipart() {
    return Effect.fail(this.noMultipart)
  }

  get multipartStream() {
    return Stream.fail(this.noMultipart)
  }

  get upgrade(): Effect.Effect<never, HttpServerError.RequestError> {
    return Effect.fail(
      new HttpServerError.RequestError({
        request: this,
        reason: "Decode",
        description: "The emulator does not support WebSockets"
      })
    )
  }

  modify(options: { readonly url?: string; readonly headers?: Headers.Headers }): EmulatedRequest {
    return new EmulatedRequest({
      method: this.method,
      url: options.url ?? this.url,
      headers: options.headers ?? this.sentHeaders,
      body: this.body,
      bodyTypes: this.bodyTypes
    })
  }

  toJSON(): unknown {
    return { _id: "@effect-kaleidoscope/testing/EmulatedRequest", method: this.method, url: this.url }
  }

  private get noMultipart() {
    return new Multipart.MultipartError({ reason: "InternalError", cause: "The emulator reads uploads itself" })
  }

  private failure(problem: Problem): HttpServerError.RequestError {
    return new HttpServerError.RequestError({ request: this, reason: "Decode", cause: problem })
  }
}
