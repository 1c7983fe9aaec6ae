import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

// Writes of this size are as fast as the disk; a larger buffer gains nothing.
const bufferSize = 1024 * 1024

// The disk works while more bytes arrive, so that it has little left to do at the end.
const bytesPerSync = 32 * 1024 * 1024

// Without the set-user-ID and set-group-ID bits: writing into a file removes them as well.
const permissions = 0o777

/**
 * Gathers bytes in one buffer, and writes it when it is full; so many bytes together are written from where they are. A
 * write that has begun is not interrupted. `finish` returns when all of them are on the disk.
 */
const makeWriter = (file: FileSystem.File) => {
  const buffer = new Uint8Array(bufferSize)
  let used = 0
  let unsynced = 0
  const sync = Effect.uninterruptible(file.sync)
  let syncing: Fiber.RuntimeFiber<void, PlatformError> | undefined
  const syncMeanwhile: Effect.Effect<void, PlatformError, Scope.Scope> = Effect.suspend(() => {
    if (unsynced < bytesPerSync) return Effect.void
    const before = syncing === undefined ? Exit.void : syncing.unsafePoll()
    if (before === null) return Effect.void
    unsynced = 0
    // A system tells of a write that failed only once, and it may be this time.
    return Effect.flatMap(before, () =>
      Effect.map(Effect.forkScoped(sync), (fiber) => {
        syncing = fiber
      })
    )
  })
  const writeNow = (bytes: Uint8Array): Effect.Effect<void, PlatformError, Scope.Scope> => {
    unsynced += bytes.length
    return Effect.zipRight(Effect.uninterruptible(file.writeAll(bytes)), syncMeanwhile)
  }
  const flush = Effect.suspend(() => {
    const gathered = buffer.subarray(0, used)
    used = 0
    return gathered.length === 0 ? Effect.void : writeNow(gathered)
  })
  const finish = flush.pipe(
    Effect.zipRight(Effect.suspend(() => (syncing === undefined ? Effect.void : Fiber.join(syncing)))),
    Effect.zipRight(sync)
  )
  const writeAll = (left: Array<Uint8Array>): Effect.Effect<void, PlatformError, Scope.Scope> =>
    Effect.suspend(() => {
      for (let bytes = left.shift(); bytes !== undefined; bytes = left.shift()) {
        if (used === 0 && bytes.length >= buffer.length) return Effect.zipRight(writeNow(bytes), writeAll(left))
        const part = bytes.subarray(0, buffer.length - used)
        buffer.set(part, used)
        used += part.length
        if (used < buffer.length) continue
        if (part.length < bytes.length) left.unshift(bytes.subarray(part.length))
        return Effect.zipRight(flush, writeAll(left))
      }
      return Effect.void
    })
  const write = (parts: Chunk.Chunk<Uint8Array>) => writeAll(Array.from(parts))
  return { write, finish }
}

/** The place of a download, and the file that is there now. */
interface Place {
  readonly path: string
  readonly existing: FileSystem.File.Info | undefined
}

/** Follows symbolic links to the file that a path names, also if that file does not exist yet. */
const locate = (target: string): Effect.Effect<Place, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const existing = yield* fileSystem.stat(target).pipe(
      Effect.catchIf(
        (error) => error._tag === "SystemError" && error.reason === "NotFound",
        () => Effect.succeed(undefined)
      )
    )
    // A pipe of the shell has no real path: it is opened by the path that was given.
    if (existing !== undefined) {
      return { path: existing.type === "File" ? yield* fileSystem.realPath(target) : target, existing }
    }
    const link = yield* Effect.option(fileSystem.readLink(target))
    if (Option.isNone(link)) return { path: target, existing }
    if (path.isAbsolute(link.value)) return yield* locate(link.value)
    // Not `path.join`: it would remove "directory/..", although the directory may be a link, too.
    return yield* locate((yield* fileSystem.realPath(path.dirname(target))) + path.sep + link.value)
  })

/** Gives a new file the mode of the file that it will replace, and, if the system allows it, its owner and group. */
const keepMode = (
  file: FileSystem.File,
  temporary: string,
  existing: FileSystem.File.Info
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const created = yield* file.stat
    const isOwner = Equal.equals(existing.uid, created.uid) && Equal.equals(existing.gid, created.gid)
    if (!isOwner && Option.isSome(existing.uid) && Option.isSome(existing.gid)) {
      yield* Effect.ignore(fileSystem.chown(temporary, existing.uid.value, existing.gid.value))
    }
    const mode = existing.mode & permissions
    if ((created.mode & permissions) !== mode) yield* fileSystem.chmod(temporary, mode)
  })

/** Writes to a temporary file, which replaces the target when it is whole and on the disk. */
const replace = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  { existing, path: target }: Place
): Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem | Path.Path> =>
  Effect.scoped(
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const temporary = `${path.dirname(target)}${path.sep}.${crypto.randomUUID()}.part`
      yield* Effect.addFinalizer((exit) =>
        Exit.isSuccess(exit) ? Effect.void : Effect.ignore(fileSystem.remove(temporary, { force: true }))
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          // Only those who may read the replaced file may read the temporary one.
          const mode = existing === undefined ? {} : { mode: existing.mode & permissions }
          const file = yield* fileSystem.open(temporary, { flag: "wx", ...mode })
          if (existing !== undefined) yield* keepMode(file, temporary, existing)
          const { finish, write } = makeWriter(file)
          yield* Stream.runForEachChunk(bytes, write)
          yield* finish
        })
      )
      yield* Effect.uninterruptible(fileSystem.rename(temporary, target))
    })
  )

/**
 * Writes into a pipe or a device, as the bytes arrive. Both opening and writing wait for the reader of a pipe. An
 * interruption does not wait: the bytes end at once, and the pipe is closed when its reader has taken the last write.
 */
const writeInto = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  target: string
): Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const one = yield* Effect.makeSemaphore(1)
    yield* Effect.acquireUseRelease(
      Scope.make(),
      (scope) =>
        // A pipe has no positions, so it is opened to append.
        Scope.extend(fileSystem.open(target, { flag: "a" }), scope).pipe(
          Effect.disconnect,
          Effect.flatMap((file) =>
            Stream.runForEach(bytes, (some) =>
              some.length === 0
                ? Effect.void
                : Effect.disconnect(Effect.uninterruptible(one.withPermits(1)(file.writeAll(some))))
            )
          )
        ),
      (scope, exit) => {
        const close = one.withPermits(1)(Scope.close(scope, exit))
        return Exit.isInterrupted(exit) ? Effect.forkDaemon(close) : close
      }
    )
  })

/**
 * Writes bytes to a file. They go to a temporary file beside it, which replaces it, with its mode, when it is whole and on
 * the disk. On failure or interruption the temporary file is removed, and the target stays as it was. A symbolic link
 * stays: its target is written. Pipes and devices are written into. The file is opened before the first byte is read.
 */
export const toFileWith = <E, R>(
  /** Gives the bytes, as they come or so many together. */
  bytes: (gathered: number) => Stream.Stream<Uint8Array, E, R>,
  target: string
): Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem | Path.Path> =>
  Effect.flatMap(locate(target), (place) =>
    place.existing === undefined || place.existing.type === "File"
      ? replace(bytes(bufferSize), place)
      : writeInto(bytes(0), place.path)
  )

/** As {@link toFileWith}, for bytes that come in parts of any size. */
export const toFile = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  target: string
): Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem | Path.Path> => toFileWith(() => bytes, target)
