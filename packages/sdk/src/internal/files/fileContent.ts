import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { InvalidRequest } from "../../KaleidoscopeError.js"
import * as Multipart from "./multipart.js"
import * as SentBuffers from "./sentBuffers.js"

/** The content of a file on disk. */
export const make = (file: string): Stream.Stream<Uint8Array, InvalidRequest, FileSystem.FileSystem> => {
  // `FileSystem.stream` would read in a fiber of its own, with a queue between the two.
  const content: Stream.Stream<Uint8Array, InvalidRequest, FileSystem.FileSystem> = Stream.unwrapScoped(
    Effect.gen(function* () {
      const sending = yield* Effect.serviceOption(Multipart.Sending)
      const opened = yield* Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.open(file))
      const buffers = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Option.isSome(sending) && sending.value.content === content
            ? sending.value.buffers(Multipart.chunkSize)
            : SentBuffers.copied(Multipart.chunkSize)
        ),
        (buffers) => Effect.sync(buffers.close)
      )
      return Stream.repeatEffectOption(
        Effect.suspend(() => {
          const { buffer, part } = buffers.take()
          return Effect.flatMap(Effect.mapError(opened.read(buffer), Option.some), (size) =>
            Number(size) === 0 ? Effect.fail(Option.none()) : Effect.succeed(part(Number(size)))
          )
        })
      )
    })
  ).pipe(Stream.mapError((error) => Multipart.unreadable(Multipart.reasonOf(error))))
  return content
}
