import { constants, createWriteStream, openSync } from "node:fs"
import { Socket } from "node:net"
import type { Writable } from "node:stream"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { type CommandFailed, failed } from "../failure.js"
import * as SystemFailure from "../systemFailure.js"

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

const unwritable = (path: string) => (error: PlatformError) =>
  failed(`${path} cannot be written: ${SystemFailure.reason(error)}`)

/** Writes bytes into a new file. */
const fill = <E, R>(path: string, bytes: Stream.Stream<Uint8Array, E, R>, name: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const cannot = unwritable(name)
    const file = yield* Effect.catchAll(fileSystem.open(path, { flag: "wx" }), cannot)
    const { flush, take } = gather((bytes) =>
      // The buffer is used again after the write.
      Effect.uninterruptible(Effect.catchAll(file.writeAll(bytes), cannot))
    )
    yield* Stream.runForEach(bytes, take)
    yield* flush
    yield* Effect.catchAll(file.sync, cannot)
  }).pipe(Effect.scoped)

/** What takes the bytes: a pipe only once somebody reads it. */
const open = (path: string, type: "FIFO" | "Device") =>
  Effect.retry(
    Effect.acquireRelease(
      Effect.try({
        try: () => {
          // A file stream would wait for the reader in a thread that nothing can stop: no signal, and not the end of the program.
          const stream: Writable =
            type === "FIFO"
              ? new Socket({ fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), readable: false })
              : createWriteStream(path)
          // A failure is told by the write that it ends.
          return stream.on("error", () => undefined)
        },
        catch: (cause) => cause
      }),
      (stream) => Effect.sync(() => stream.destroy())
    ),
    {
      while: (cause) => type === "FIFO" && Predicate.hasProperty(cause, "code") && cause.code === "ENXIO",
      schedule: Schedule.spaced("100 millis")
    }
  )

/** Writes bytes to a device or a pipe. `FileSystem` writes at a position, which they do not have. */
const send = <E, R>(path: string, type: "FIFO" | "Device", bytes: Stream.Stream<Uint8Array, E, R>) => {
  const cannot = (error: unknown) => failed(`${path} cannot be written: ${SystemFailure.of(error)}`)
  return Effect.gen(function* () {
    const stream = yield* Effect.catchAll(open(path, type), cannot)
    yield* Stream.runForEach(bytes, (part) =>
      Effect.async<void, CommandFailed>((resume) => {
        stream.write(part, (error) => resume(error == null ? Effect.void : cannot(error)))
      })
    )
  }).pipe(Effect.scoped)
}

/** What is at the path now. A file is named by its own path if the path is a link, and must be writable. */
const present = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const info = yield* fileSystem.stat(path).pipe(
      Effect.asSome,
      Effect.catchAll((error) =>
        error._tag === "SystemError" && error.reason === "NotFound" ? Effect.succeedNone : unwritable(path)(error)
      )
    )
    if (Option.isNone(info)) return { _tag: "Nothing" } as const
    const { mode, type } = info.value
    if (type === "Directory") return yield* failed(`${path} cannot be written: it is a folder`)
    if (type !== "File") return { _tag: type === "FIFO" ? type : "Device" } as const
    if ((mode & 0o222) === 0) return yield* failed(`${path} cannot be written: it is read-only`)
    return {
      _tag: "File",
      path: yield* Effect.catchAll(fileSystem.realPath(path), unwritable(path)),
      mode: mode & 0o777
    } as const
  })

/**
 * Writes bytes to a file. They go to a temporary file beside it, which gets the name when it is whole: a failure or an
 * interruption leaves an old file as it was. A device or a pipe that has a name, such as `/dev/stdout`, is written to.
 */
export const write = <E, R>(path: string, bytes: Stream.Stream<Uint8Array, E, R>) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    const now = yield* present(path)
    if (now._tag === "FIFO" || now._tag === "Device") return yield* send(path, now._tag, bytes)
    const target = now._tag === "File" ? now.path : path
    yield* Effect.acquireUseRelease(
      Effect.catchAll(
        fileSystem.makeTempDirectory({ directory: paths.dirname(target), prefix: ".kaleidoscope-" }),
        unwritable(path)
      ),
      (directory) =>
        Effect.gen(function* () {
          const part = paths.join(directory, "part")
          yield* fill(part, bytes, path)
          if (now._tag === "File") yield* Effect.catchAll(fileSystem.chmod(part, now.mode), unwritable(path))
          yield* Effect.catchAll(fileSystem.rename(part, target), unwritable(path))
        }),
      (directory) => Effect.ignore(fileSystem.remove(directory, { recursive: true, force: true }))
    )
  })
