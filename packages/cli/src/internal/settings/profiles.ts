/** The profiles that `kaleidoscope login` stores: one for each workspace. */
import process from "node:process"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { CommandFailed, failed } from "../failure.js"
import * as SystemFailure from "../systemFailure.js"

export const Profile = Schema.Struct({
  url: Schema.String,
  client_id: Schema.String,
  client_secret: Schema.Redacted(Schema.String),
  iap_client_id: Schema.optional(Schema.String)
})

export interface Profile extends Schema.Schema.Type<typeof Profile> {}

export const Profiles = Schema.Struct({
  /** The profile that is used without `--profile`. */
  default: Schema.optional(Schema.String),
  profiles: Schema.Record({ key: Schema.String, value: Profile })
})

export interface Profiles extends Schema.Schema.Type<typeof Profiles> {}

const none: Profiles = { profiles: {} }

const FileContent = Schema.parseJson(Profiles, { space: 2 })

/** The folder of the user's configuration, by the XDG convention, or `%APPDATA%`. */
const folder = Effect.gen(function* () {
  const path = yield* Path.Path
  const variable = (name: string) => Config.option(Config.nonEmptyString(name))
  const xdg = yield* variable("XDG_CONFIG_HOME")
  // The convention says that a relative path is ignored.
  if (Option.isSome(xdg) && path.isAbsolute(xdg.value)) return path.join(xdg.value, "kaleidoscope")
  const home = yield* variable("HOME")
  if (Option.isSome(home)) return path.join(home.value, ".config", "kaleidoscope")
  const appData = yield* variable("APPDATA")
  if (Option.isSome(appData)) return path.join(appData.value, "kaleidoscope")
  return yield* failed("The folder for your settings is not known", "Set XDG_CONFIG_HOME, HOME or APPDATA to a folder")
}).pipe(Effect.catchTag("ConfigError", (error) => failed(String(error))))

/** The file with the profiles. */
export const file = Effect.gen(function* () {
  const path = yield* Path.Path
  return path.join(yield* folder, "profiles.json")
})

/** Who can write the file can send your commands to a workspace of their own. Who can read it has your key. */
const refuseForeign = (path: string) =>
  Effect.gen(function* () {
    if (process.getuid === undefined) return
    const fileSystem = yield* FileSystem.FileSystem
    const info = yield* Effect.option(fileSystem.stat(path))
    if (Option.isNone(info)) return
    const { mode, uid } = info.value
    const user = process.getuid()
    if (Option.exists(uid, (owner) => owner !== user) && user !== 0) {
      return yield* failed(`The file ${path} belongs to another user`, "Remove it, and run `kaleidoscope login`")
    }
    if ((mode & 0o066) !== 0) {
      const others = (mode & 0o022) === 0 ? "can read" : "can write"
      return yield* failed(
        `Other people on this computer ${others} ${path}`,
        `Look at it, and run \`chmod 600 ${path}\``
      )
    }
  })

/** The stored profiles. */
export const read = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* file
  yield* refuseForeign(path)
  const text = yield* fileSystem.readFileString(path).pipe(
    Effect.asSome,
    Effect.catchAll((error) =>
      error._tag === "SystemError" && error.reason === "NotFound"
        ? Effect.succeedNone
        : failed(
            `The file ${path} cannot be read: ${SystemFailure.reason(error)}`,
            "Correct its permissions, or remove it and log in again"
          )
    )
  )
  if (Option.isNone(text)) return none
  return yield* Effect.mapError(
    Schema.decode(FileContent)(text.value),
    // The error of the schema shows the content, and so the secret.
    () =>
      new CommandFailed({
        message: `The file ${path} does not have the form of stored profiles`,
        wayOut: "Remove it, and run `kaleidoscope login`"
      })
  )
})

const unwritable = (path: string) => (error: PlatformError) =>
  failed(`The file ${path} cannot be written: ${SystemFailure.reason(error)}`)

const longestLock = "10 seconds"

/** Runs an effect while no other process does so. A lock that its process left behind is taken after a while. */
const exclusively =
  (path: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const lock = `${path}.lock`
      const take = fileSystem.makeDirectory(lock).pipe(
        Effect.catchIf(
          (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
          () => Effect.fail("taken" as const)
        ),
        Effect.retry({ while: (error) => error === "taken", schedule: Schedule.spaced("50 millis") }),
        Effect.timeoutOption(longestLock),
        Effect.catchAll((error) => (error === "taken" ? Effect.succeedNone : unwritable(path)(error)))
      )
      return yield* Effect.uninterruptibleMask((restore) =>
        Effect.zipRight(
          // The wait ends after a while only where it can be interrupted.
          restore(take),
          Effect.ensuring(restore(self), Effect.ignore(fileSystem.remove(lock, { recursive: true, force: true })))
        )
      )
    })

/** Changes the profiles. Only the user can read the file. An interrupted write leaves the old file. */
export const change = (changed: (profiles: Profiles) => Profiles) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const pathModule = yield* Path.Path
    const path = yield* file
    yield* Effect.catchAll(
      fileSystem.makeDirectory(pathModule.dirname(path), { recursive: true, mode: 0o700 }),
      unwritable(path)
    )
    yield* exclusively(path)(
      Effect.gen(function* () {
        const text = yield* Effect.orDie(Schema.encode(FileContent)(changed(yield* read)))
        yield* Effect.acquireUseRelease(
          Effect.succeed(`${path}.${process.pid}`),
          (temporary) =>
            // The mode is that of a new file: one that exists would keep its own.
            fileSystem
              .writeFileString(temporary, `${text}\n`, { flag: "wx", mode: 0o600 })
              .pipe(Effect.zipRight(fileSystem.rename(temporary, path)), Effect.catchAll(unwritable(path))),
          (temporary) => Effect.ignore(fileSystem.remove(temporary, { force: true }))
        )
      })
    )
    return path
  })
