import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
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

/** Parts of a body, each made when the client asks for it. */
type Parts<In> = Channel.Channel<Chunk.Chunk<Uint8Array>, In, unknown, unknown, unknown, unknown>

/** Writes chunks, then the rest. `Stream.fromChunks` would run a stream of its own for each of them. */
const writing = <In>(
  chunks: ReadonlyArray<Chunk.Chunk<Uint8Array>>,
  deadlines: Deadlines,
  rest: Parts<In>
): Parts<In> => {
  const from = (index: number): Parts<In> =>
    Channel.suspend(() => {
      const chunk = chunks[index]
      if (chunk === undefined) return rest
      deadlines.partTaken()
      return Channel.flatMap(Channel.write(chunk), () => from(index + 1))
    })
  return from(0)
}

const streamed = (body: HttpBody.HttpBody, deadlines: Deadlines): Stream.Stream<Uint8Array, unknown> | undefined => {
  const end = Channel.sync(deadlines.bodySent)
  if (body._tag === "Stream") {
    const cutting: Parts<Chunk.Chunk<Uint8Array>> = Channel.readWithCause({
      onInput: (pieces: Chunk.Chunk<Uint8Array>) =>
        writing(Chunk.toReadonlyArray(pieces).flatMap(partsOf), deadlines, cutting),
      onFailure: Channel.failCause,
      onDone: () => end
    })
    return Stream.pipeThroughChannel(body.stream, cutting)
  }
  if (body._tag !== "Uint8Array" || body.body.length <= smallBody || !Runtime.sendsStreams()) return undefined
  const chunks = [Chunk.of(body.body.subarray(0, firstPieceSize)), ...partsOf(body.body.subarray(firstPieceSize))]
  return Stream.fromChannel(writing(chunks, deadlines, end))
}

/** A request that sends its body in parts, so that the deadlines see its progress. A small body stays in one piece. */
export const inParts = (
  request: HttpClientRequest.HttpClientRequest,
  deadlines: Deadlines
): HttpClientRequest.HttpClientRequest => {
  const stream = streamed(request.body, deadlines)
  return stream === undefined
    ? request
    : HttpClientRequest.setBody(
        request,
        HttpBody.stream(stream, request.headers["content-type"] ?? request.body.contentType, request.body.contentLength)
      )
}
