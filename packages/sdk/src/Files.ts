/** Files: the files of activities and records, and their download. @since 0.1.0 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import * as Calls from "./internal/files/calls.js"
import * as Download from "./internal/files/download.js"
import { safeName } from "./internal/files/safeName.js"
import * as Api from "./internal/request/api.js"
import * as Call from "./internal/request/call.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

export * from "./internal/files/safeName.js"

/** Where the file is. @since 0.1.0 @category models */
export interface DownloadOptions {
  /**
   * The activity that has the file. It is needed if the credentials may read the file only there:
   * `GET /activities/{activity_id}/file/{file_id}`.
   */
  readonly activity?: Activities.Reference | undefined
}

/** Where the file is, and where it is saved. @since 0.1.0 @category models */
export interface ToFileOptions extends DownloadOptions {
  /** A directory that exists. */
  readonly directory: string
  /** The name of the saved file. It may come from anywhere: `safeName` makes it the name of a file in the directory. */
  readonly name: string
}

/**
 * The methods of the service. They use `GET /files/{file_id}`, or `GET /activities/{activity_id}/file/{file_id}` if an
 * activity is given. The official client sends both calls.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * The bytes of a file, as they arrive. A stream that ends has given the whole file: if the connection breaks, it fails.
   * Every run of the stream is a new download. Fails with `NotFound` if the file does not exist.
   */
  readonly download: (
    file: Ids.FileId,
    options?: DownloadOptions | undefined
  ) => Stream.Stream<Uint8Array, ReadError | InvalidRequest | NotFound | ReferenceError>
  /**
   * Saves a file in a directory, and gives its path. The bytes go to a temporary file beside it. When that is whole and on
   * the disk, it gets the name, and replaces a file that has it. On failure or interruption the old file stays as it was,
   * and the temporary file is removed.
   *
   * The permissions of a replaced file are kept, and, if the system allows it, its owner and group. A symbolic link stays:
   * its target is written. A pipe or a device stays, too: the bytes are written into it as they arrive.
   *
   * Fails with `NotFound` if the file does not exist, and with `PlatformError` if it cannot be written.
   */
  readonly toFile: (
    file: Ids.FileId,
    options: ToFileOptions
  ) => Effect.Effect<
    string,
    ReadError | InvalidRequest | NotFound | ReferenceError | PlatformError,
    FileSystem.FileSystem | Path.Path
  >
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { Files, Ids } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const save = Effect.gen(function* () {
 *   const files = yield* Files.Files
 *   return yield* files.toFile(Ids.FileId.make("3418a41b-08bc-5c2d-ad05-446ca823426b"), {
 *     directory: "downloads",
 *     name: "plate map.csv"
 *   })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Files extends Context.Tag("@effect-kaleidoscope/sdk/Files")<Files, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const activities = Activities.catalog(api)

  const toFile = { name: "Files.toFile" }

  const open = (method: Method.Method, file_id: Ids.FileId, { activity }: DownloadOptions, gathered?: number) =>
    Effect.gen(function* () {
      if (activity === undefined) {
        return yield* api.open(Call.partOf(Calls.download, method), { file_id }, {}, { gathered })
      }
      const activity_id = yield* activities.resolve(activity)
      return yield* api.open(Call.partOf(Calls.downloadOfActivity, method), { activity_id, file_id }, {}, { gathered })
    }).pipe(
      Effect.map(({ bytes }) => bytes),
      Method.withSpan(method),
      Stream.unwrapScoped
    )

  return {
    download: (file, options = {}) => open(Calls.download, file, options),
    toFile: (file, options) =>
      Effect.gen(function* () {
        const path = yield* Path.Path
        const target = path.join(options.directory, safeName(options.name))
        yield* Download.toFileWith((gathered) => open(toFile, file, options, gathered), target)
        return target
      }).pipe(Method.withSpan(toFile))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Files, make))
