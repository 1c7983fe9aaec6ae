import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"
import type { Deadlines } from "./deadlines.js"
import * as Response from "./response.js"
import * as ResponseFailure from "./responseFailure.js"

/** The length of the body in the headers, if they have one and the body is not compressed. */
const declaredLength = (headers: Headers.Headers): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d+$/.test(length) && headers["content-encoding"] === undefined
    ? Number(length)
    : undefined
}

/** The number of bytes that the body must have, or `undefined` if it is not known. */
const expectedLength = (status: number, headers: Headers.Headers): number | undefined =>
  Response.hasNoBody({ status }) ? undefined : declaredLength(headers)

const truncated: ResponseFailure.ResponseFailure = {
  _tag: "Broken",
  reason: "TRUNCATED",
  unsent: false,
  responded: true
}

const ofStream = (error: HttpClientError.ResponseError): Effect.Effect<void, ResponseFailure.ResponseFailure> =>
  error.reason === "EmptyBody" ? Effect.void : Effect.fail(ResponseFailure.fromClient(error))

const tooLarge = "TooLarge"

// A body up to this size is read in one piece, as it is sent in one: the streams of Effect take hundreds of steps for it.
const smallBody = 64 * 1024

/**
 * Reads a body to its end. The body of a 2xx response must be complete and not larger than `largest`. The
 * body of an error response may be incomplete, because its status is enough.
 */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  largest: number,
  deadlines: Deadlines
): Effect.Effect<Response.Whole, ResponseFailure.ResponseFailure> =>
  Effect.suspend(() => {
    const { status, headers } = response
    const success = status >= 200 && status < 300
    const expected = success ? expectedLength(status, headers) : undefined
    if (expected !== undefined && expected <= Math.min(smallBody, largest)) {
      return Effect.matchEffect(response.arrayBuffer, {
        onFailure: (error) => Effect.fail(ResponseFailure.fromClient(error)),
        onSuccess: (buffer) =>
          buffer.byteLength === expected
            ? Effect.succeed({ status, headers, body: new Uint8Array(buffer) })
            : Effect.fail(truncated)
      })
    }
    const chunks: Array<Uint8Array> = []
    let length = 0
    return response.stream.pipe(
      Stream.runForEachChunk((bytes) =>
        Effect.suspend(() => {
          deadlines.received()
          for (const chunk of Chunk.toReadonlyArray(bytes)) {
            length += chunk.length
            chunks.push(chunk)
          }
          return length > largest ? Effect.fail(tooLarge) : Effect.void
        })
      ),
      Effect.catchAll((failure): Effect.Effect<void, ResponseFailure.ResponseFailure> => {
        if (!success) return Effect.void
        return typeof failure === "string"
          ? Effect.fail({ _tag: "TooLarge", status, headers, limit: "policy" })
          : ofStream(failure)
      }),
      Effect.flatMap(() => {
        // If a connection breaks before the first byte of the body, undici and node report a normal end.
        return expected !== undefined && expected !== length
          ? Effect.fail(truncated)
          : Effect.succeed({ status, headers, body: Bytes.concat(chunks, length) })
      })
    )
  })

/**
 * A body as a stream, while the scope is open. The first bytes are requested at once: if a connection breaks before that,
 * undici and node report a normal end. The wait for the next bytes has a limit, the work of the reader between them has
 * none. A body that is shorter than its declared length fails.
 */
export const open = (
  response: HttpClientResponse.HttpClientResponse,
  silence: number
): Effect.Effect<Stream.Stream<Uint8Array, ResponseFailure.ResponseFailure>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const expected = expectedLength(response.status, response.headers)
    const pull = yield* Stream.toPull(
      Stream.catchAll(response.stream, (error) => Stream.drain(Stream.fromEffect(ofStream(error))))
    )
    const first = yield* Effect.forkScoped(Effect.interruptible(pull))
    let begun = false
    let length = 0
    const next = Effect.suspend(() => {
      if (begun) return pull
      begun = true
      // Not `Fiber.join`: it would put the reader in the span of the attempt.
      return Effect.flatten(Fiber.await(first))
    })
    const bounded = Number.isFinite(silence)
      ? Effect.timeoutFail(next, {
          duration: silence,
          onTimeout: () => Option.some<ResponseFailure.ResponseFailure>({ _tag: "TimedOut", deadline: "silence" })
        })
      : next
    return Stream.fromPull(Effect.succeed(bounded)).pipe(
      Stream.mapChunks((chunks) => {
        for (const chunk of chunks) length += chunk.length
        return chunks
      }),
      Stream.concat(
        Stream.suspend(() => (expected !== undefined && expected !== length ? Stream.fail(truncated) : Stream.empty))
      )
    )
  })
