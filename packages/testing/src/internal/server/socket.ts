import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServer from "@effect/platform/HttpServer"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Around } from "./browsers.js"
import { concat } from "./bytes.js"
import type { Answer } from "./inMemory.js"
import { type PayloadTooLarge, tooLarge, toResponse } from "./problem.js"

const noBytes = new Uint8Array(0)

/** This much of a body that is too large is read and dropped. */
const leastRead = 16 * 1024 * 1024

/** For smaller bodies `arrayBuffer` is faster. It copies the whole body again with every chunk: 30 MB would take minutes. */
const fewBytes = 256 * 1024

/**
 * Reads a body of at most `limit` bytes. Further bytes are read and dropped, up to a limit: a client that is still sending
 * would otherwise see a broken connection instead of the response.
 */
const readBody = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number
): Effect.Effect<Uint8Array, HttpServerError.RequestError | PayloadTooLarge> =>
  Effect.suspend(() => {
    const declared = request.headers["content-length"]
    if (declared !== undefined && Number(declared) <= Math.min(limit, fewBytes)) {
      return request.arrayBuffer.pipe(
        HttpIncomingMessage.withMaxBodySize(Option.none()),
        Effect.map((buffer) => new Uint8Array(buffer))
      )
    }
    if (declared === undefined && request.headers["transfer-encoding"] === undefined) {
      return Effect.succeed(noBytes)
    }
    const chunks: Array<Uint8Array> = []
    let size = 0
    return request.stream.pipe(
      Stream.takeWhile((chunk) => {
        size += chunk.length
        if (size <= limit) {
          chunks.push(chunk)
        }
        return size <= Math.max(limit * 4, leastRead)
      }),
      Stream.runDrain,
      Effect.flatMap(() => (size > limit ? Effect.fail(tooLarge(limit)) : Effect.succeed(concat(chunks))))
    )
  })

/** The socket under a request of Node. */
interface Connection {
  readonly destroy: () => void
  readonly resetAndDestroy?: () => void
  readonly once: (event: "close", listener: () => void) => void
}

const isConnection = (input: unknown): input is Connection =>
  Predicate.hasProperty(input, "destroy") &&
  Predicate.isFunction(input.destroy) &&
  Predicate.hasProperty(input, "once") &&
  Predicate.isFunction(input.once)

const connectionOf = ({ source }: HttpServerRequest.HttpServerRequest): Connection | undefined =>
  Predicate.hasProperty(source, "socket") && isConnection(source.socket) ? source.socket : undefined

const cannotBreak = HttpServerResponse.text(
  "This server does not expose its connections, so the fault cannot break one",
  { status: 500 }
)

/** Breaks the connection. This interrupts the fiber that serves the request. */
const reset = (connection: Connection): Effect.Effect<never> =>
  Effect.zipRight(
    Effect.sync(() => (connection.resetAndDestroy ?? connection.destroy).call(connection)),
    Effect.interruptible(Effect.never)
  )

/** Waits before a reset, which drops bytes that the client has not read yet. In real time: a `TestClock` does not control the network. */
const untilItArrived = Effect.async<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 50)
  return Effect.sync(() => clearTimeout(timer))
})

/** If the stream of a response fails, the platform ends the response as if it were complete. So the connection is broken first. */
const withBreakingBody = (
  response: HttpServerResponse.HttpServerResponse,
  connection: Connection
): HttpServerResponse.HttpServerResponse =>
  response.body._tag === "Stream"
    ? HttpServerResponse.stream(
        Stream.catchAll(response.body.stream, () =>
          Stream.fromEffect(Effect.zipRight(untilItArrived, reset(connection)))
        ),
        { status: response.status, headers: response.headers, contentType: response.body.contentType }
      )
    : response

/** The HTTP app for clients on the network. */
export const make = (
  answer: Answer,
  options: { readonly bodyLimit: number; readonly around: Around }
): Effect.Effect<HttpApp.Default, never, Scope.Scope> =>
  Effect.gen(function* () {
    const connections = new Set<Connection>()
    // Otherwise a client that waits for a response that never comes would keep the server from closing.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const connection of connections) {
          connection.destroy()
        }
      })
    )
    const remember = (connection: Connection) => {
      if (!connections.has(connection)) {
        connections.add(connection)
        connection.once("close", () => connections.delete(connection))
      }
    }
    return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const connection = connectionOf(request)
      if (connection !== undefined) {
        remember(connection)
      }
      return options.around(
        request,
        answer(
          { method: request.method, url: request.originalUrl },
          Effect.map(readBody(request, options.bodyLimit), (body) => ({ headers: request.headers, body }))
        ).pipe(
          Effect.map((response) => (connection === undefined ? response : withBreakingBody(response, connection))),
          Effect.catchTags({
            BrokenConnection: () => (connection === undefined ? Effect.succeed(cannotBreak) : reset(connection)),
            // The client disconnected while it was sending, so the response reaches nobody.
            RequestError: () => Effect.succeed(HttpServerResponse.empty({ status: 400 }))
          }),
          Effect.catchAll((problem) =>
            Effect.succeed(HttpServerResponse.setHeader(toResponse(problem), "connection", "close"))
          )
        )
      )
    })
  })

const hostOf = (hostname: string): string =>
  hostname === "0.0.0.0" ? "127.0.0.1" : hostname.includes(":") ? `[${hostname}]` : hostname

/** The URL of a server. */
export const urlOf = (address: HttpServer.Address): string =>
  address._tag === "TcpAddress"
    ? `http://${hostOf(address.hostname)}:${address.port}`
    : HttpServer.formatAddress(address)
