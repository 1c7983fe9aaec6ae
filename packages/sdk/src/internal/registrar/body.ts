import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"

type Body = Either.Either<Uint8Array, "TooLarge" | "TooSlow" | "Broken">

/**
 * Reads a body of at most so many bytes, within a time. The rest of another one is not read. The stream is closed with the
 * request: closed before the response is sent, it would close the connection as well.
 */
export const read = (
  { headers, stream }: HttpServerRequest.HttpServerRequest,
  largest: number,
  timeout: Duration.DurationInput
): Effect.Effect<Body, never, Scope.Scope> => {
  const body: Effect.Effect<Body, never, Scope.Scope> = Effect.gen(function* () {
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
  // A server may run its app uninterruptibly, as `HttpRouter.mountApp` does.
  return Effect.timeoutTo(Effect.interruptible(body), {
    duration: timeout,
    onSuccess: identity,
    onTimeout: (): Body => Either.left("TooSlow")
  })
}
