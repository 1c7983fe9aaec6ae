import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"

/**
 * Reads a body of at most so many bytes. The rest of a larger one is not read. The stream is closed with the request: closed
 * before the response is sent, it would close the connection as well.
 */
export const read = (
  { headers, stream }: HttpServerRequest.HttpServerRequest,
  largest: number
): Effect.Effect<Either.Either<Uint8Array, "TooLarge" | "Broken">, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (Number(headers["content-length"] ?? 0) > largest) return Either.left("TooLarge")
    const pull = yield* Stream.toPull(stream)
    const parts: Array<Uint8Array> = []
    let length = 0
    while (true) {
      const next = yield* Effect.either(pull)
      if (Either.isLeft(next)) {
        if (Option.isSome(next.left)) return Either.left("Broken")
        break
      }
      for (const part of Chunk.toReadonlyArray(next.right)) {
        length += part.length
        parts.push(part)
      }
      if (length > largest) return Either.left("TooLarge")
    }
    return Either.right(Bytes.concat(parts, length))
  })
