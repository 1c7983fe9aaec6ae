/**
 * Files to upload: bytes, a file on disk, a stream, or a web `File` or `Blob`. The content is read while it is sent, 512 KiB
 * at a time, and read again from the start for each retry: a file or a stream is never held in memory as a whole.
 *
 * The time limits of the call include the upload: by default 10 minutes with all attempts. For a large file on a slow
 * connection use `RequestPolicy.withPolicy({ attempt: "1 hour", overall: "2 hours" })`.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Settings from "./internal/auth/settings.js"
import * as FileContent from "./internal/files/fileContent.js"
import * as Multipart from "./internal/files/multipart.js"
import type { InvalidRequest } from "./KaleidoscopeError.js"

/**
 * A file to upload. `E` and `R` are the errors and the requirements of reading it.
 *
 * The content is read while it is sent. If reading fails, the call fails with that error at once, without retries, and the
 * server gets no complete file. If the content does not have the announced size, the call fails with `InvalidRequest`,
 * with `at: "file"`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Upload<out E = never, out R = never> {
  /** The name of the file on the server: any text. */
  readonly name: string
  /** The media type of the file, such as `text/csv`. */
  readonly contentType: string
  /** The number of bytes, if it is known before the content is read. */
  readonly size: Effect.Effect<Option.Option<number>, E, R>
  /** The content. It is run once for each attempt, and must give the same bytes each time. */
  readonly content: Stream.Stream<Uint8Array, E, R>
}

/** The name and the type of an uploaded file. @since 0.1.0 @category models */
export interface Options {
  readonly name: string
  /** The media type. @default the type for the extension of the name, or `application/octet-stream` */
  readonly contentType?: string | undefined
}

/** Text, sent as UTF-8, or bytes: do not change them while they are sent. @since 0.1.0 @category constructors */
export const bytes = (content: Uint8Array | string, options: Options): Upload => {
  const whole = typeof content === "string" ? new TextEncoder().encode(content) : content
  return {
    name: options.name,
    contentType: options.contentType ?? Multipart.typeOf(options.name),
    size: Effect.succeedSome(whole.length),
    content: Stream.succeed(whole)
  }
}

/**
 * A file on disk. By default it keeps its name.
 *
 * If the file does not exist, is a directory or cannot be read, the call fails with `InvalidRequest` before anything is
 * sent. If its size changes during the upload, the call fails with `InvalidRequest`, too, and the server gets no complete
 * file.
 *
 * On undici, a part of the body is empty as soon as the system has sent it, since its memory is used for a later part: an
 * `HttpClient` of your own that keeps parts of a body must copy them. Whoever runs `content` gets parts that stay.
 *
 * @example
 * ```ts
 * import { Upload } from "@effect-kaleidoscope/sdk"
 *
 * const report = Upload.path("results/plate 7.xlsx")
 * const renamed = Upload.path("results/tmp.bin", { name: "plate 7.raw", contentType: "application/x-plate" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const path = (
  file: string,
  options: Settings.Some<Options> = {}
): Upload<InvalidRequest, FileSystem.FileSystem> => {
  const name = options.name ?? Multipart.baseName(file)
  return {
    name,
    contentType: options.contentType ?? Multipart.typeOf(name),
    size: Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.stat(file)).pipe(
      Effect.mapError((error) => Multipart.unreadable(Multipart.reasonOf(error))),
      Effect.flatMap((info) =>
        info.type === "File"
          ? Effect.succeedSome(Number(info.size))
          : Effect.fail(Multipart.unreadable(`${JSON.stringify(file)} is not a file`))
      )
    ),
    content: FileContent.make(file)
  }
}

/**
 * A stream of bytes. It is run once for each attempt. `size` is the number of bytes: if the stream gives another number, the
 * call fails. Without `size` the body is sent in chunks, which some proxies refuse.
 *
 * @example
 * ```ts
 * import { Upload } from "@effect-kaleidoscope/sdk"
 * import * as Stream from "effect/Stream"
 *
 * const lines = Stream.make("id,ic50\n", "C-1,139\n").pipe(Stream.encodeText)
 *
 * const table = Upload.stream(lines, { name: "ic50.csv" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const stream = <E, R>(
  content: Stream.Stream<Uint8Array, E, R>,
  options: Options & { readonly size?: number | undefined }
): Upload<E, R> => ({
  name: options.name,
  contentType: options.contentType ?? Multipart.typeOf(options.name),
  size: Effect.succeed(Option.fromNullable(options.size)),
  content
})

/**
 * A web `File`, which by default keeps its name, or a `Blob`, which is called `file` by default. If it cannot be read
 * (for example the user has changed the file meanwhile), the call fails with `InvalidRequest`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const blob = (content: Blob | File, options: Settings.Some<Options> = {}): Upload<InvalidRequest> => {
  const name = options.name ?? ("name" in content ? content.name : "file")
  return {
    name,
    contentType: options.contentType ?? (content.type === "" ? Multipart.typeOf(name) : content.type),
    size: Effect.succeedSome(content.size),
    content: Stream.fromReadableStream({
      evaluate: () => content.stream(),
      onError: () => Multipart.unreadable("it cannot be read"),
      releaseLockOnEnd: true
    })
  }
}
