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

/** A file is there, and it holds no workspace. */
export class InvalidWorkspace extends Schema.TaggedError<InvalidWorkspace>()("InvalidWorkspace", {
  path: Schema.String,
  message: Schema.String
}) {}

const WorkspaceJson = Schema.parseJson(Workspace)

const encodeFile = Schema.encodeSync(StoredFile)

/** What the schema would encode, without its time: only files differ from their JSON, and the types say so. */
const encode = (workspace: Workspace): string => {
  const encoded: typeof Workspace.Encoded = { ...workspace, files: workspace.files.map((file) => encodeFile(file)) }
  return JSON.stringify(encoded)
}

const decode = Schema.decode(WorkspaceJson, { errors: "all", onExcessProperty: "preserve" })

const strictDecoder = new TextDecoder("utf-8", { fatal: true })

const decodeText = Option.liftThrowable((bytes: Uint8Array) => strictDecoder.decode(bytes))

/** How many bytes at the start are UTF-8, of bytes that are not all. */
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

/** What would be lost if a workspace were read and written again. */
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
      return isNew ? [] : [`${list}: two have the id ${JSON.stringify(id)}`]
    })
  })
  return [...unknown.map((key) => `${JSON.stringify(key)} is nothing that this version knows`), ...twice]
}

/** Reads a workspace from a file. */
export const read = (
  path: string
): Effect.Effect<Workspace, InvalidWorkspace | PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const bytes = yield* fileSystem.readFile(path)
    const invalid = (problem: string) => new InvalidWorkspace({ path, message: `${path} is no workspace: ${problem}` })
    if (bytes.length === 0) {
      return yield* Effect.fail(invalid("it is empty"))
    }
    const text = yield* Effect.mapError(decodeText(bytes), () =>
      invalid(`it is not UTF-8 at byte ${validLength(bytes)}`)
    )
    const workspace = yield* Effect.mapError(decode(text), (error) => invalid(showIssues(error)))
    const lost = losses(JSON.parse(text), workspace)
    return lost.length === 0 ? workspace : yield* Effect.fail(invalid(lost.slice(0, 5).join("; ")))
  })

/** Where a path leads to, through symbolic links, also if there is nothing yet. */
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

/** Writes beside the file and renames: whoever reads the file sees all of the old state or all of the new one. */
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

/** A state that is kept elsewhere. */
export interface KeptState {
  readonly initial: Option.Option<Workspace>
  readonly save: (workspace: Workspace) => Effect.Effect<void, StateInUse | PlatformError.PlatformError>
}

/** The state in a file, which is nobody else's until the scope closes. */
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
        new InvalidWorkspace({ path, message: `${path} is not a file, but a ${info.value.type}` })
      )
    }
    const lock = yield* StateLock.make(target)
    const initial = (yield* fileSystem.exists(target)) ? Option.some(yield* read(target)) : Option.none()
    // What cannot be written has to show now, and not when there is something to lose.
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

/** Items of the state are replaced and never changed: its lists, and their items by reference, tell whether it did. */
const hasChanged = (before: Workspace, after: Workspace): boolean => !isSame(before, after, 2)

/** Saves the state whenever it has changed, at most once in a second, and at the end. */
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
      Effect.catchAllCause((cause) => Effect.logError("The state of the emulator could not be saved", cause)),
      Effect.uninterruptible,
      one.withPermits(1)
    )
    yield* Effect.addFinalizer(() => save)
    // A large state takes a while to write: most of the time should be left for requests.
    const pause = (took: Duration.Duration) => Effect.sleep(Duration.max(Duration.seconds(1), Duration.times(took, 9)))
    yield* Effect.sleep("1 second").pipe(
      Effect.zipRight(Effect.forever(Effect.flatMap(Effect.timed(save), ([took]) => pause(took)))),
      Effect.forkScoped
    )
  })
