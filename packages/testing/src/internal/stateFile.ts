import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Workspace } from "../Workspace.js"
import { showIssues } from "./issues.js"
import { StoredFile } from "./model/files.js"

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

const decode = Schema.decode(WorkspaceJson, { errors: "all" })

/** Reads a workspace from a file. */
export const read = (
  path: string
): Effect.Effect<Workspace, InvalidWorkspace | PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const text = yield* fileSystem.readFileString(path)
    return yield* Effect.mapError(
      decode(text),
      (error) => new InvalidWorkspace({ path, message: `${path} is no workspace: ${showIssues(error)}` })
    )
  })

/** Writes beside the file and renames: whoever reads the file sees all of the old state or all of the new one. */
const write = (
  fileSystem: FileSystem.FileSystem,
  path: string,
  text: string
): Effect.Effect<void, PlatformError.PlatformError> => {
  const temporary = `${path}.tmp`
  return Effect.scoped(
    Effect.gen(function* () {
      const file = yield* fileSystem.open(temporary, { flag: "w" })
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
  readonly save: (workspace: Workspace) => Effect.Effect<void, PlatformError.PlatformError>
}

/** The state in a file. */
export const make = (
  path: string
): Effect.Effect<KeptState, InvalidWorkspace | PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const initial = (yield* fileSystem.exists(path)) ? Option.some(yield* read(path)) : Option.none()
    // What cannot be written has to show now, and not when there is something to lose.
    yield* fileSystem.writeFileString(`${path}.tmp`, "")
    yield* fileSystem.remove(`${path}.tmp`)
    return {
      initial,
      save: (workspace) => Effect.suspend(() => write(fileSystem, path, encode(workspace)))
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
