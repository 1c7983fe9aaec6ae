/** The profiles that `kaleidoscope login` stores: one for each workspace. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
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

/** The stored profiles. */
export const read = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* file
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

/** Stores the profiles. Only the user can read the file. An interrupted write leaves the old file. */
export const write = (profiles: Profiles) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const pathModule = yield* Path.Path
    const path = yield* file
    const text = yield* Effect.orDie(Schema.encode(FileContent)(profiles))
    yield* fileSystem.makeDirectory(pathModule.dirname(path), { recursive: true, mode: 0o700 }).pipe(
      Effect.zipRight(
        Effect.acquireUseRelease(
          Effect.succeed(`${path}.new`),
          (temporary) =>
            fileSystem.remove(temporary, { force: true }).pipe(
              // The mode is that of a new file: one that exists would keep its own.
              Effect.zipRight(fileSystem.writeFileString(temporary, `${text}\n`, { flag: "wx", mode: 0o600 })),
              Effect.zipRight(fileSystem.rename(temporary, path))
            ),
          (temporary) => Effect.ignore(fileSystem.remove(temporary, { force: true }))
        )
      ),
      Effect.catchAll((error) => failed(`The file ${path} cannot be written: ${SystemFailure.reason(error)}`))
    )
    return path
  })
