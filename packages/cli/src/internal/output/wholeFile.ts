import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type CommandFailed, failed } from "../failure.js"

// One write of this size is as fast as a pipe; one for each part is several times slower.
const size = 1 << 20

/** Gathers bytes, and hands them on in parts of one size. */
const gather = (write: (bytes: Uint8Array) => Effect.Effect<void, CommandFailed>) => {
  const buffer = new Uint8Array(size)
  let length = 0
  const flush = Effect.suspend(() => {
    const filled = buffer.subarray(0, length)
    length = 0
    return filled.length === 0 ? Effect.void : write(filled)
  })
  const take = (bytes: Uint8Array): Effect.Effect<void, CommandFailed> =>
    Effect.suspend(() => {
      const taken = bytes.subarray(0, size - length)
      buffer.set(taken, length)
      length += taken.length
      return length < size ? Effect.void : Effect.zipRight(flush, take(bytes.subarray(taken.length)))
    })
  return { take, flush }
}

/**
 * Writes bytes to a file. They go to a temporary file beside it, which gets the name when it is whole: a failure or an
 * interruption leaves an old file as it was.
 */
export const write = <E, R>(path: string, bytes: Stream.Stream<Uint8Array, E, R>) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    const cannot = (error: { readonly message: string }) => failed(`${path} cannot be written: ${error.message}`)
    yield* Effect.acquireUseRelease(
      Effect.catchAll(
        fileSystem.makeTempDirectory({ directory: paths.dirname(path), prefix: ".kaleidoscope-" }),
        cannot
      ),
      (directory) =>
        Effect.gen(function* () {
          const part = paths.join(directory, "part")
          const file = yield* Effect.catchAll(fileSystem.open(part, { flag: "wx" }), cannot)
          const { flush, take } = gather((bytes) =>
            // The buffer is used again after the write.
            Effect.uninterruptible(Effect.catchAll(file.writeAll(bytes), cannot))
          )
          yield* Stream.runForEach(bytes, take)
          yield* flush
          yield* Effect.catchAll(file.sync, cannot)
          yield* Effect.catchAll(fileSystem.rename(part, path), cannot)
        }).pipe(Effect.scoped),
      (directory) => Effect.ignore(fileSystem.remove(directory, { recursive: true, force: true }))
    )
  })
