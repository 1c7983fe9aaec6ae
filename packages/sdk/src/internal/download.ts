import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"

// Writes of this size are as fast as the disk; a larger buffer gains nothing.
const bufferSize = 1024 * 1024

/** Gathers bytes in one buffer, and writes it when it is full. A write that has begun is not interrupted. */
const makeWriter = (file: FileSystem.File) => {
  const buffer = new Uint8Array(bufferSize)
  let used = 0
  const flush: Effect.Effect<void, PlatformError> = Effect.suspend(() => {
    const full = buffer.subarray(0, used)
    used = 0
    return full.length === 0 ? Effect.void : Effect.uninterruptible(file.writeAll(full))
  })
  const write = (bytes: Uint8Array): Effect.Effect<void, PlatformError> =>
    Effect.suspend(() => {
      const part = bytes.subarray(0, buffer.length - used)
      buffer.set(part, used)
      used += part.length
      if (used < buffer.length) return Effect.void
      return part.length < bytes.length ? Effect.zipRight(flush, write(bytes.subarray(part.length))) : flush
    })
  return { write, flush }
}

/**
 * Writes bytes to a file: to a temporary one beside it, which takes its place when all is there and on the disk. If
 * that fails or is interrupted, the temporary file goes, and what was at the target stays as it was. The temporary file
 * is opened before the bytes are asked for.
 */
export const toFile = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  target: string
): Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem | Path.Path> =>
  Effect.scoped(
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const temporary = path.join(path.dirname(target), `.${crypto.randomUUID()}.part`)
      yield* Effect.addFinalizer((exit) =>
        Exit.isSuccess(exit) ? Effect.void : Effect.ignore(fileSystem.remove(temporary, { force: true }))
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const file = yield* fileSystem.open(temporary, { flag: "wx" })
          const { flush, write } = makeWriter(file)
          yield* Stream.runForEachChunk(bytes, (chunk) => Effect.forEach(chunk, write, { discard: true }))
          yield* flush
          yield* Effect.uninterruptible(file.sync)
        })
      )
      yield* Effect.uninterruptible(fileSystem.rename(temporary, target))
    })
  )
