/**
 * Files: what was uploaded to activities and records, and how it is brought back.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as Activity from "./internal/activities/lookup.js"
import * as Api from "./internal/api.js"
import * as Download from "./internal/download.js"
import * as Calls from "./internal/files/calls.js"
import * as Call from "./internal/request/call.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

/**
 * Where a file is asked for.
 *
 * @since 0.1.0
 * @category models
 */
export interface DownloadOptions {
  /** The activity that the file is on: needed where the file may be read only there. */
  readonly activity?: Activity.Reference
}

/**
 * Where a file is written.
 *
 * @since 0.1.0
 * @category models
 */
export interface ToFileOptions extends DownloadOptions {
  /** A directory that is there. */
  readonly directory: string
  /** The name to save under, from wherever: what is written is `safeName` of it, so it stays in the directory. */
  readonly name: string
}

/**
 * What can be done with files.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * The bytes of a file, as they arrive. A connection that breaks fails the stream: one that ends is the whole file. Each
   * run of the stream is a download of its own. Fails with `NotFound` if there is no such file.
   */
  readonly download: (
    file: Ids.FileId,
    options?: DownloadOptions
  ) => Stream.Stream<Uint8Array, ReadError | InvalidRequest | NotFound | ReferenceError>
  /**
   * Writes a file to a directory, and gives its path. It is written under a temporary name, and gets its own when it is
   * whole and on the disk: what was there under that name is replaced, or, on failure or interruption, left as it was,
   * and nothing else is left behind. The permissions of what is replaced are kept, and, where the system allows it, its
   * owner and group. A symbolic link stays, and what it points to is written. A pipe or a device stays as well, and is
   * written into as the bytes arrive. Fails with `NotFound` if there is no such file, with `PlatformError` if it cannot be
   * written.
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
 * Files: what was uploaded to activities and records.
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

// Windows opens these as devices, with any ending.
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=[. ]|$)/i

// File systems take 255 bytes, or 255 UTF-16 units, of which there are never more.
const longestName = 255

const encoder = new TextEncoder()

const shorten = (text: string, length: number): string => {
  const { read } = encoder.encodeInto(text, new Uint8Array(length))
  return text.slice(0, read)
}

const dotOrSpace = /[.\s]/

// Neither hidden, nor one that Windows would open as another: it drops dots and spaces at the end. An expression for the
// end would be tried at each of thousands of spaces.
const trim = (name: string): string => {
  let begin = 0
  let end = name.length
  while (begin < end && dotOrSpace.test(name.charAt(begin))) begin++
  while (end > begin && dotOrSpace.test(name.charAt(end - 1))) end--
  return name.slice(begin, end)
}

/**
 * A name to save a file under, from a name that somebody else gave: whatever that is, the result is one name within a
 * directory, on every operating system. What leads elsewhere is cut off, characters that a file system refuses or a
 * terminal obeys become `_`, and it has 255 bytes at most, its ending kept. Of the names that are safe, each stays as it
 * is.
 *
 * @example
 * ```ts
 * import { Files } from "@effect-kaleidoscope/sdk"
 *
 * Files.safeName("rep é.pdf") // "rep é.pdf"
 * Files.safeName("../../etc/passwd") // "passwd"
 * Files.safeName("nul.txt") // "_nul.txt"
 * Files.safeName("..") // "file"
 * ```
 *
 * @since 0.1.0
 * @category names
 */
export const safeName = (name: string): string => {
  const last = trim(
    (name.split(/[/\\]/).findLast((part) => trim(part) !== "") ?? "").replace(
      /[<>:"|?*\p{Cc}\p{Cs}\p{Bidi_Control}]/gu,
      "_"
    )
  )
  const spelled = reserved.test(last) ? `_${last}` : last
  if (spelled === "") return "file"
  if (encoder.encode(spelled).length <= longestName) return spelled
  const ending = /\.[^.\s]{1,16}$/u.exec(spelled)?.[0] ?? ""
  return `${trim(shorten(spelled.slice(0, spelled.length - ending.length), longestName - encoder.encode(ending).length))}${ending}`
}

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Files, Ids } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const file = Ids.FileId.make("3418a41b-08bc-5c2d-ad05-446ca823426b")
 * const download = Effect.map(Files.make, (files) => files.download(file))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.map(Api.make, (api) => {
  const activities = Activity.catalog(api)

  const open = (name: string, file: Ids.FileId, { activity }: DownloadOptions) =>
    Effect.gen(function* () {
      return activity === undefined
        ? yield* api.open(Call.named(Calls.download, name), { file_id: file })
        : yield* api.open(Call.named(Calls.downloadOfActivity, name), {
            activity_id: yield* activities.resolve(activity),
            file_id: file
          })
    }).pipe(
      Effect.map(({ bytes }) => bytes),
      Api.method(name),
      Stream.unwrapScoped
    )

  return {
    download: (file, options = {}) => open("Files.download", file, options),
    toFile: (file, options) =>
      Effect.gen(function* () {
        const path = yield* Path.Path
        const target = path.join(options.directory, safeName(options.name))
        yield* Download.toFile(open("Files.toFile", file, options), target)
        return target
      }).pipe(Api.method("Files.toFile"))
  } satisfies Service
})

/**
 * Files, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Files } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const FilesLive = Files.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Files, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Files, make)
)
