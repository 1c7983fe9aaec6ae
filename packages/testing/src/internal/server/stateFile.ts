import { basename, dirname, join, resolve } from "node:path"
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Workspace } from "../../Workspace.js"
import { StoredFile } from "../files/model.js"
import { showIssues } from "./issues.js"
import type { StateInUse } from "./stateLock.js"
import * as StateLock from "./stateLock.js"

/**
 * The file exists, but does not contain a workspace. The message names the place and the problem.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidWorkspace extends Schema.TaggedError<InvalidWorkspace>()("InvalidWorkspace", {
  path: Schema.String,
  message: Schema.String
}) {}

const WorkspaceJson = Schema.parseJson(Workspace)

const encodeFile = Schema.encodeSync(StoredFile)

/** Gives the same as encoding with the schema, but faster: only files differ from their JSON, which the types prove. */
const encode = (workspace: Workspace): string => {
  const encoded: typeof Workspace.Encoded = { ...workspace, files: workspace.files.map((file) => encodeFile(file)) }
  return JSON.stringify(encoded)
}

const decode = Schema.decode(WorkspaceJson, { errors: "all", onExcessProperty: "preserve" })

const strictDecoder = new TextDecoder("utf-8", { fatal: true })

const decodeText = Option.liftThrowable((bytes: Uint8Array) => strictDecoder.decode(bytes))

/** The number of bytes before the first one that is not UTF-8. */
const validLength = (bytes: Uint8Array): number => {
  const isValid = Option.liftThrowable((end: number) =>
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream: true })
  )
  let [from, to] = [0, bytes.length]
  while (from < to) {
    const middle = Math.ceil((from + to) / 2)
    if (Option.isSome(isValid(middle))) {
      from = middle
    } else {
      to = middle - 1
    }
  }
  return from
}

const isIdentified = Schema.is(Schema.Array(Schema.Struct({ id: Schema.String })))

/** The content of a file that would be lost if the emulator read and wrote it. */
const losses = (json: unknown, workspace: Workspace): ReadonlyArray<string> => {
  const unknown = Predicate.isRecord(json)
    ? Object.keys(json).filter((key) => !Object.hasOwn(Workspace.fields, key))
    : []
  const twice = Object.entries(workspace).flatMap(([list, items]) => {
    if (!isIdentified(items)) {
      return []
    }
    const seen = new Set<string>()
    return items.flatMap(({ id }) => {
      const isNew = !seen.has(id)
      seen.add(id)
      return isNew ? [] : [`${list}: two items have the id ${JSON.stringify(id)}`]
    })
  })
  return [...unknown.map((key) => `this version of the emulator does not know ${JSON.stringify(key)}`), ...twice]
}

/** Reads a workspace from a file. */
export const read = (
  path: string
): Effect.Effect<Workspace, InvalidWorkspace | PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const bytes = yield* fileSystem.readFile(path)
    const invalid = (problem: string) =>
      new InvalidWorkspace({ path, message: `${path} does not contain a workspace: ${problem}` })
    if (bytes.length === 0) {
      return yield* Effect.fail(invalid("the file is empty"))
    }
    const text = yield* Option.match(decodeText(bytes), {
      onNone: () => Effect.fail(invalid(`the file is not valid UTF-8 at byte ${validLength(bytes)}`)),
      onSome: Effect.succeed
    })
    const workspace = yield* Effect.mapError(decode(text), (error) => invalid(showIssues(error)))
    const lost = losses(JSON.parse(text), workspace)
    return lost.length === 0 ? workspace : yield* Effect.fail(invalid(lost.slice(0, 5).join("; ")))
  })

/** Follows symbolic links, also to a file that does not exist yet. */
const targetOf = (
  fileSystem: FileSystem.FileSystem,
  path: string,
  links = 40
): Effect.Effect<string, PlatformError.PlatformError> =>
  Effect.flatMap(Effect.option(fileSystem.readLink(path)), (link) =>
    Option.isSome(link) && links > 0
      ? targetOf(fileSystem, resolve(dirname(path), link.value), links - 1)
      : Effect.map(fileSystem.realPath(dirname(resolve(path))), (directory) => join(directory, basename(path)))
  )

/** Writes a temporary file and renames it: a reader sees all of the old state or all of the new one. */
const write = (
  fileSystem: FileSystem.FileSystem,
  path: string,
  text: string
): Effect.Effect<void, PlatformError.PlatformError> => {
  const temporary = `${path}.tmp`
  return Effect.scoped(
    Effect.gen(function* () {
      const replaced = yield* Effect.option(fileSystem.stat(path))
      yield* fileSystem.remove(temporary, { force: true })
      const mode = Option.map(replaced, (info) => info.mode & 0o7777)
      const file = yield* fileSystem.open(temporary, { flag: "wx", mode: Option.getOrElse(mode, () => 0o666) })
      if (Option.isSome(mode)) {
        yield* fileSystem.chmod(temporary, mode.value)
      }
      yield* file.writeAll(new TextEncoder().encode(text))
      yield* file.sync
    })
  ).pipe(
    Effect.zipRight(fileSystem.rename(temporary, path)),
    Effect.tapErrorCause(() => Effect.ignore(fileSystem.remove(temporary, { force: true }))),
    Effect.uninterruptible
  )
}

/**
 * A state that is kept between runs.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeptState {
  /** The state at the start. `None` starts with the seed. */
  readonly initial: Option.Option<Workspace>
  /** Saves a state. Called after changes, at most once per second, and at the end. Failures are logged. */
  readonly save: (workspace: Workspace) => Effect.Effect<void, StateInUse | PlatformError.PlatformError>
}

/**
 * Keeps the state in a JSON file, which need not exist yet. Each save writes a temporary file and renames it: after a crash the
 * file has a complete state, at most some seconds old. The file keeps its mode. A symbolic link stays a link, and its target is
 * written. Tokens are not saved.
 *
 * The file is locked while the scope is open. The lock is a file with the same name and `.lock` at the end, also if another
 * emulator uses a symbolic link to the file. The next emulator takes over the lock of a process that was killed.
 *
 * Fails with `StateInUse` if another emulator uses the file. Fails with `InvalidWorkspace` if the file does not contain a
 * workspace, is cut off, is not UTF-8, or comes from a version that stores more; the file then does not change. Fails with a
 * `PlatformError` if the file cannot be read or written.
 *
 * @example
 * ```ts
 * import { Emulator } from "@effect-kaleidoscope/testing"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * export const KaleidoscopeServer = Layer.unwrapScoped(
 *   Effect.map(Emulator.stateFile("kaleidoscope.json"), (state) => Emulator.layerServer({ state }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category state
 */
export const make = (
  path: string
): Effect.Effect<
  KeptState,
  InvalidWorkspace | StateInUse | PlatformError.PlatformError,
  FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const target = yield* targetOf(fileSystem, path)
    const info = yield* Effect.option(fileSystem.stat(target))
    if (Option.isSome(info) && info.value.type !== "File") {
      return yield* Effect.fail(
        new InvalidWorkspace({ path, message: `${path} is not a file but has the type ${info.value.type}` })
      )
    }
    const lock = yield* StateLock.make(target)
    const initial = (yield* fileSystem.exists(target)) ? Option.some(yield* read(target)) : Option.none()
    // Tests that the file can be written before there are changes to lose.
    yield* fileSystem.writeFileString(`${target}.tmp`, "")
    yield* fileSystem.remove(`${target}.tmp`)
    return {
      initial,
      save: (workspace) =>
        Effect.zipRight(
          lock.confirm,
          Effect.suspend(() => write(fileSystem, target, encode(workspace)))
        )
    }
  })

const isSame = (a: unknown, b: unknown, depth: number): boolean => {
  if (a === b || depth === 0 || !Predicate.isObject(a) || !Predicate.isObject(b)) {
    return a === b
  }
  const others = new Map(Object.entries(b))
  const entries = Object.entries(a)
  return entries.length === others.size && entries.every(([key, value]) => isSame(value, others.get(key), depth - 1))
}

/** Items of the state are replaced and never changed, so that comparing lists and items by reference is enough. */
const hasChanged = (before: Workspace, after: Workspace): boolean => !isSame(before, after, 2)

/** Saves the state after changes, at most once per second, and at the end. */
export const keep = (state: KeptState, snapshot: Effect.Effect<Workspace>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const one = yield* Effect.makeSemaphore(1)
    let saved = yield* snapshot
    const save = Effect.gen(function* () {
      const current = yield* snapshot
      if (hasChanged(saved, current)) {
        yield* state.save(current)
        saved = current
      }
    }).pipe(
      Effect.catchAllCause((cause) => Effect.logError("The emulator could not save its state", cause)),
      Effect.uninterruptible,
      one.withPermits(1)
    )
    yield* Effect.addFinalizer(() => save)
    // Writing a large state takes a while: nine tenths of the time are left for requests.
    const pause = (took: Duration.Duration) => Effect.sleep(Duration.max(Duration.seconds(1), Duration.times(took, 9)))
    yield* Effect.sleep("1 second").pipe(
      Effect.zipRight(Effect.forever(Effect.flatMap(Effect.timed(save), ([took]) => pause(took)))),
      Effect.forkScoped
    )
  })
