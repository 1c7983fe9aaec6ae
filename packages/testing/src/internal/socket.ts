import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServer from "@effect/platform/HttpServer"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Answer } from "./inMemory.js"
import { PayloadTooLarge } from "./problem.js"

const noBytes = new Uint8Array(0)

const tooLarge = (limit: number) =>
  HttpServerResponse.unsafeJson(
    new PayloadTooLarge({ code: "PAYLOAD_TOO_LARGE", message: `The body is larger than ${limit} bytes` }),
    { status: 413, headers: { connection: "close" } }
  )

/**
 * Reads a body of at most `limit` bytes. What comes after that is read and dropped, within reason: a client that is still
 * sending would otherwise see a broken connection and not the answer.
 */
const readBody = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number
): Effect.Effect<Option.Option<Uint8Array>, HttpServerError.RequestError> =>
  Effect.suspend(() => {
    const declared = request.headers["content-length"]
    if (declared !== undefined && Number(declared) <= limit) {
      return request.arrayBuffer.pipe(
        HttpIncomingMessage.withMaxBodySize(Option.none()),
        Effect.map((buffer) => Option.some(new Uint8Array(buffer)))
      )
    }
    if (declared === undefined && request.headers["transfer-encoding"] === undefined) {
      return Effect.succeed(Option.some(noBytes))
    }
    const chunks: Array<Uint8Array> = []
    let size = 0
    return request.stream.pipe(
      Stream.takeWhile((chunk) => {
        size += chunk.length
        if (size <= limit) {
          chunks.push(chunk)
        }
        return size <= limit * 4
      }),
      Stream.runDrain,
      Effect.map(() => {
        if (size > limit) {
          return Option.none()
        }
        const bytes = new Uint8Array(size)
        let offset = 0
        for (const chunk of chunks) {
          bytes.set(chunk, offset)
          offset += chunk.length
        }
        return Option.some(bytes)
      })
    )
  })

/** The way in for clients on the network. */
export const make = (answer: Answer, options: { readonly bodyLimit: number }): HttpApp.Default =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    readBody(request, options.bodyLimit).pipe(
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.succeed(tooLarge(options.bodyLimit)),
          onSome: (body) => answer({ method: request.method, url: request.originalUrl, headers: request.headers, body })
        })
      ),
      // The client went away while it was sending: there is nobody to answer.
      Effect.catchAll(() => Effect.succeed(HttpServerResponse.empty({ status: 400 })))
    )
  )

/** Where a server is reached. */
export const urlOf = (address: HttpServer.Address): string =>
  address._tag === "TcpAddress"
    ? `http://${address.hostname === "0.0.0.0" ? "127.0.0.1" : address.hostname}:${address.port}`
    : HttpServer.formatAddress(address)
