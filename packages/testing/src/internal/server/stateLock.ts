import { hostname } from "node:os"
import process from "node:process"
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/**
 * Another emulator keeps its state in the same file. The message names the process and says what to do.
 *
 * @since 0.1.0
 * @category errors
 */
export class StateInUse extends Schema.TaggedError<StateInUse>()("StateInUse", {
  path: Schema.String,
  message: Schema.String
}) {}

/** The process that holds a lock. `started` distinguishes it from a later process with the same number. */
const Holder = Schema.Struct({ pid: Schema.Int, host: Schema.String, started: Schema.String, id: Schema.String })

type Holder = typeof Holder.Type

const decode = Schema.decodeOption(Schema.parseJson(Holder))

const isReason = (error: PlatformError.PlatformError, reason: PlatformError.SystemErrorReason): boolean =>
  error._tag === "SystemError" && error.reason === reason

/**
 * When a process started, together with the id of this boot. `undefined` if the process has ended but still has its number (a
 * zombie). Only Linux has this fact: on other systems it is `""`.
 */
const startOf = (fileSystem: FileSystem.FileSystem, pid: number): Effect.Effect<string | undefined> =>
  Effect.zipWith(
    fileSystem.readFileString("/proc/sys/kernel/random/boot_id"),
    fileSystem.readFileString(`/proc/${pid}/stat`),
    (boot, stat) => {
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return fields[0] === "Z" ? undefined : `${boot.trim()} ${fields[19] ?? ""}`
    }
  ).pipe(Effect.orElseSucceed(() => ""))

/** Whether a process with this number exists. `EPERM` means that it belongs to another user. */
const isRunning = (pid: number): Effect.Effect<boolean> =>
  Effect.try(() => process.kill(pid, 0)).pipe(
    Effect.match({
      onSuccess: () => true,
      onFailure: ({ error }) => Predicate.hasProperty(error, "code") && error.code === "EPERM"
    })
  )

const isAlive = (fileSystem: FileSystem.FileSystem, holder: Holder): Effect.Effect<boolean> =>
  holder.host !== hostname()
    ? // The processes of another machine cannot be seen from here.
      Effect.succeed(true)
    : Effect.gen(function* () {
        if (!(yield* isRunning(holder.pid))) {
          return false
        }
        const started = yield* startOf(fileSystem, holder.pid)
        return started !== undefined && (started === "" || holder.started === "" || started === holder.started)
      })

const inUse = (path: string, lock: string, holder: Option.Option<Holder>): StateInUse =>
  new StateInUse({
    path,
    message: Option.match(holder, {
      onNone: () =>
        `Another emulator may keep its state in ${path}: the lock file ${lock} cannot be read. Remove the lock file if no emulator uses it`,
      onSome: ({ host, pid }) =>
        host === hostname()
          ? `Another emulator keeps its state in ${path}: process ${pid}. Stop it, or choose another file`
          : `Another emulator keeps its state in ${path}: process ${pid} on ${host}. Stop it, or choose another file. If it does not run any more, remove the lock file ${lock}`
    })
  })

/** Creates a new file with its whole content in one step. Fails if the file exists. */
const createNew = (
  fileSystem: FileSystem.FileSystem,
  path: string,
  content: string
): Effect.Effect<void, PlatformError.PlatformError> => {
  const temporary = `${path}.${crypto.randomUUID()}`
  return fileSystem.writeFileString(temporary, content, { flag: "wx" }).pipe(
    Effect.zipRight(
      Effect.catchIf(
        fileSystem.link(temporary, path),
        // Some file systems do not support links.
        (error) => !isReason(error, "AlreadyExists"),
        () => fileSystem.writeFileString(path, content, { flag: "wx" })
      )
    ),
    Effect.ensuring(Effect.ignore(fileSystem.remove(temporary, { force: true })))
  )
}

const unlessNotFound = <A>(effect: Effect.Effect<A, PlatformError.PlatformError>) =>
  effect.pipe(
    Effect.asSome,
    Effect.catchIf(
      (error) => isReason(error, "NotFound"),
      () => Effect.succeedNone
    )
  )

/** Removes the lock of a process that has ended, unless another process has replaced that lock in the meantime. */
const removeStale = (
  fileSystem: FileSystem.FileSystem,
  lock: string,
  stale: string
): Effect.Effect<void, PlatformError.PlatformError> => {
  const aside = `${lock}.${crypto.randomUUID()}`
  return unlessNotFound(fileSystem.rename(lock, aside)).pipe(
    Effect.zipRight(unlessNotFound(fileSystem.readFileString(aside))),
    Effect.flatMap((content) =>
      Option.isNone(content) || content.value === stale ? Effect.void : Effect.ignore(fileSystem.link(aside, lock))
    ),
    Effect.ensuring(Effect.ignore(fileSystem.remove(aside, { force: true })))
  )
}

const acquire = (
  fileSystem: FileSystem.FileSystem,
  path: string,
  lock: string,
  content: string
): Effect.Effect<void, StateInUse | PlatformError.PlatformError> =>
  Effect.catchIf(
    createNew(fileSystem, lock, content),
    (error) => isReason(error, "AlreadyExists"),
    () =>
      Effect.gen(function* () {
        const found = yield* unlessNotFound(fileSystem.readFileString(lock))
        if (Option.isSome(found)) {
          const holder = decode(found.value)
          if (Option.isNone(holder) || (yield* isAlive(fileSystem, holder.value))) {
            return yield* Effect.fail(inUse(path, lock, holder))
          }
          yield* removeStale(fileSystem, lock, found.value)
        }
        return yield* acquire(fileSystem, path, lock, content)
      })
  )

/** The lock of a file. */
export interface Lock {
  /** Fails if another emulator has the lock now. Creates the lock again if it was removed. */
  readonly confirm: Effect.Effect<void, StateInUse | PlatformError.PlatformError>
}

/** Keeps other emulators from writing to a file until the scope closes. The next emulator takes over the lock of a crashed one. */
export const make = (
  path: string
): Effect.Effect<Lock, StateInUse | PlatformError.PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const lock = `${path}.lock`
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      started: (yield* startOf(fileSystem, process.pid)) ?? "",
      id: crypto.randomUUID()
    }
    const content = JSON.stringify(holder)
    const isHeld = Effect.map(Effect.option(fileSystem.readFileString(lock)), Option.contains(content))
    yield* Effect.acquireRelease(acquire(fileSystem, path, lock, content), () =>
      Effect.whenEffect(Effect.ignore(fileSystem.remove(lock, { force: true })), isHeld)
    )
    return { confirm: Effect.unlessEffect(acquire(fileSystem, path, lock, content), isHeld) }
  })
