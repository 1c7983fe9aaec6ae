/**
 * An `HttpClient` on `node:http`, for a program that sends a few requests. undici takes longer to load than all of them take.
 * It has Node's own certificates and no proxy: `services.ts` takes undici where that is not enough.
 */
import * as Http from "node:http"
import * as Https from "node:https"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as RequestPolicy from "@effect-kaleidoscope/sdk/RequestPolicy"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as NodeStream from "../nodeStream.js"

const endedEarly = () => Object.assign(new Error("The body ended too early"), { code: "ECONNRESET" })

class Response extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly request: HttpClientRequest.HttpClientRequest
  readonly headers: Headers.Headers
  readonly status: number
  readonly cookies = Cookies.empty
  readonly remoteAddress = Option.none()
  readonly stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError>
  private readonly body: () => Readable

  constructor(request: HttpClientRequest.HttpClientRequest, source: Http.IncomingMessage) {
    super()
    this.request = request
    const compressed = source.headers["content-encoding"] === "gzip"
    const { "content-encoding": encoding, "content-length": length, ...others } = source.headers
    this.headers = Headers.fromInput(compressed ? others : source.headers)
    this.status = source.statusCode ?? 0
    this.body = () => (compressed ? decompress(source) : source)
    this.stream = Stream.suspend(() => NodeStream.bytes(this.body(), (cause) => this.failure(cause)))
  }

  private failure(cause: unknown) {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }

  /** Most bodies are small: a stream would take longer to start than such a body to arrive. */
  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.async((resume) => {
      const body = this.body()
      const parts: Array<Uint8Array> = []
      const fail = (cause: unknown) => resume(Effect.fail(this.failure(cause)))
      if (body.destroyed) return fail(body.errored ?? endedEarly())
      body.on("data", (part: Uint8Array) => parts.push(part))
      body.once("error", fail)
      body.once("end", () => {
        const bytes = Buffer.concat(parts)
        const copy = new ArrayBuffer(bytes.byteLength)
        new Uint8Array(copy).set(bytes)
        resume(Effect.succeed(copy))
      })
      body.once("close", () => {
        if (!body.readableEnded) fail(endedEarly())
      })
      return Effect.sync(() => body.destroy())
    })
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.arrayBuffer, (buffer) => new TextDecoder().decode(buffer))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return Effect.tryMap(this.text, {
      try: (text): unknown => JSON.parse(text),
      catch: (cause) => this.failure(cause)
    })
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.fail(this.failure("forms are not read"))
  }

  toJSON(): unknown {
    return { _id: "@effect-kaleidoscope/cli/Response", status: this.status }
  }
}

/** The decompressed body. A body without any bytes is empty, and not broken. */
const decompress = (source: Http.IncomingMessage): Readable => {
  const gunzip = createGunzip()
  let isEmpty = true
  source.once("data", () => {
    isEmpty = false
  })
  source.once("end", () => {
    if (isEmpty) gunzip.push(null)
    else gunzip.end()
  })
  source.once("error", (cause) => gunzip.destroy(cause))
  source.once("aborted", () => gunzip.destroy(endedEarly()))
  gunzip.once("close", () => source.destroy())
  return source.pipe(gunzip, { end: false })
}

const notConnected = Object.assign(new Error("No connection was made in time"), { code: "CONNECT_TIMEOUT" })

/** Stops an attempt to connect that takes too long. */
const limitConnecting = (sent: Http.ClientRequest, limit: number): void => {
  if (!Number.isFinite(limit)) return
  sent.once("socket", (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => sent.destroy(notConnected), limit)
    const connected = "encrypted" in socket ? "secureConnect" : "connect"
    const stop = () => clearTimeout(timer)
    socket.once(connected, stop).once("close", stop)
  })
}

const write = (sent: Http.ClientRequest, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    // A failure is an event of the request, which ends it.
    sent.write(bytes, () => resume(Effect.void))
  })

const sendBody = (
  sent: Http.ClientRequest,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<void, HttpClientError.RequestError> => {
  const { body } = request
  const failure = (cause: unknown) => new HttpClientError.RequestError({ request, reason: "Encode", cause })
  switch (body._tag) {
    case "Empty":
      return Effect.sync(() => void sent.end())
    case "Uint8Array":
    case "Raw":
      return Effect.sync(() => void sent.end(body.body))
    case "Stream":
      return Stream.runForEach(body.stream, (bytes) => write(sent, bytes)).pipe(
        Effect.mapError(failure),
        Effect.zipRight(Effect.sync(() => void sent.end()))
      )
    case "FormData":
      return Effect.fail(failure("forms are not sent"))
  }
}

/** The response. `send` runs when a failure of the connection would be seen. */
const responseTo = (
  sent: Http.ClientRequest,
  request: HttpClientRequest.HttpClientRequest,
  send: () => void = () => undefined
) =>
  Effect.async<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>((resume) => {
    sent.on("error", (cause) =>
      resume(Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause })))
    )
    sent.once("response", (response) => resume(Effect.succeed(new Response(request, response))))
    send()
  })

/** The client. Its connections are kept for the next request, and closed with the scope. */
export const layer = Layer.scoped(
  HttpClient.HttpClient,
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Map<string, Http.Agent>()),
      (agents) =>
        Effect.sync(() => {
          for (const agent of agents.values()) agent.destroy()
        })
    ),
    (agents) =>
      HttpClient.make((request, url, signal) =>
        Effect.flatMap(RequestPolicy.ConnectLimit, (limit) => {
          // The module for TLS takes longer to load than a request without TLS.
          const { Agent, request: send } = url.protocol === "https:" ? Https : Http
          const agent = agents.get(url.protocol) ?? new Agent({ keepAlive: true })
          agents.set(url.protocol, agent)
          const sent = send(url, {
            method: request.method,
            headers: { "accept-encoding": "gzip", ...request.headers },
            signal,
            agent
          })
          limitConnecting(sent, Duration.toMillis(limit))
          const { body } = request
          // Most bodies are small, and need no fiber.
          if (body._tag === "Empty") return responseTo(sent, request, () => sent.end())
          if (body._tag === "Uint8Array") return responseTo(sent, request, () => sent.end(body.body))
          return Effect.raceFirst(responseTo(sent, request), Effect.zipRight(sendBody(sent, request), Effect.never))
        })
      )
  )
)
