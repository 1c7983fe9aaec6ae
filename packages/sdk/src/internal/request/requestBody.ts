import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Deadlines } from "./deadlines.js"
import * as Runtime from "./runtime.js"

// A body up to this size is sent in one piece.
const smallBody = 64 * 1024

const pieceSize = 64 * 1024

// Any connection takes this size at once, so the client takes the second part as soon as it has a connection.
const firstPieceSize = 16 * 1024

const cut = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  bytes.length <= size
    ? [bytes]
    : Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size)
      )

/**
 * The parts in which bytes are sent, two in each chunk. If a connection is full, the sink of `@effect/platform` waits only
 * between two elements of the same chunk.
 */
const partsOf = (bytes: Uint8Array): ReadonlyArray<Chunk.Chunk<Uint8Array>> => {
  if (bytes.length <= firstPieceSize) return [Chunk.of(bytes)]
  const pieces = cut(bytes, Math.min(pieceSize, Math.ceil(bytes.length / 2)))
  return Array.from({ length: Math.ceil(pieces.length / 2) }, (_, index) =>
    Chunk.unsafeFromArray(pieces.slice(index * 2, index * 2 + 2))
  )
}

/** `Stream.flatMap` would run a stream of its own for each piece of a body. */
const parts: Channel.Channel<
  Chunk.Chunk<Uint8Array>,
  Chunk.Chunk<Uint8Array>,
  unknown,
  unknown,
  unknown,
  unknown
> = Channel.readWithCause({
  onInput: (pieces: Chunk.Chunk<Uint8Array>) =>
    Channel.flatMap(Channel.writeAll(...Chunk.toReadonlyArray(pieces).flatMap(partsOf)), () => parts),
  onFailure: Channel.failCause,
  onDone: Channel.succeed
})

const streamed = (body: HttpBody.HttpBody): Stream.Stream<Uint8Array, unknown> | undefined => {
  if (body._tag === "Stream") {
    return Stream.pipeThroughChannel(body.stream, parts)
  }
  if (body._tag !== "Uint8Array" || body.body.length <= smallBody || !Runtime.sendsStreams()) return undefined
  return Stream.fromChunks(
    Chunk.of(body.body.subarray(0, firstPieceSize)),
    ...partsOf(body.body.subarray(firstPieceSize))
  )
}

/** A request that sends its body in parts, so that the deadlines see its progress. A small body stays in one piece. */
export const inParts = (
  request: HttpClientRequest.HttpClientRequest,
  deadlines: Deadlines
): HttpClientRequest.HttpClientRequest => {
  const stream = streamed(request.body)
  return stream === undefined
    ? request
    : HttpClientRequest.setBody(
        request,
        HttpBody.stream(
          stream.pipe(
            Stream.mapChunks((chunk) => {
              deadlines.partTaken()
              return chunk
            }),
            Stream.onEnd(Effect.sync(deadlines.bodySent))
          ),
          request.headers["content-type"] ?? request.body.contentType,
          request.body.contentLength
        )
      )
}
