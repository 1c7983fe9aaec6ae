/**
 * What is sent as a file: bytes, a file of the disk, a stream, or a web `File` or `Blob`. It is read while it is sent,
 * 256 KiB at a time, and from its start again if an attempt has to be repeated: an upload is never held whole in memory.
 *
 * An upload has the time that its call has: by default 10 minutes, all attempts included. Give a large one on a
 * slow line more, with `RequestPolicy.withPolicy({ attempt: "1 hour", overall: "2 hours" })`.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Multipart from "./internal/multipart.js"
import type { InvalidRequest } from "./KaleidoscopeError.js"

/**
 * A file to send, and what reading it can fail with and requires.
 *
 * Reading happens while sending. If it fails, the call fails with that error, at once, whatever its policy, and the
 * server has got no complete file. A size that is not the one that was announced is such a failure, too:
 * `InvalidRequest`, with `at: "file"`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Upload<out E = never, out R = never> {
  /** The name that the file gets: any text. */
  readonly name: string
  /** The media type that the file gets, as `text/csv`. */
  readonly contentType: string
  /** How many bytes it has, where that is known before it is read. */
  readonly size: Effect.Effect<Option.Option<number>, E, R>
  /** What is in it. It is run once for each attempt, and has to give the same each time. */
  readonly content: Stream.Stream<Uint8Array, E, R>
}

/**
 * How a file is called where it goes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly name: string
  /** The media type: by default what the ending of the name says, or `application/octet-stream`. */
  readonly contentType?: string
}

/**
 * Bytes that are in memory, or text, which is sent as UTF-8. The bytes must not change while they are sent.
 *
 * @example
 * ```ts
 * import { Upload } from "@effect-kaleidoscope/sdk"
 *
 * const curve = Upload.bytes("dose,response\n0.1,12\n", { name: "curve.csv" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
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
 * A file of the disk. Its name is that of the file, unless another is given.
 *
 * If it is not there, is no file or cannot be read, the call fails with `InvalidRequest` before anything is sent. If it
 * changes its size meanwhile, the call fails with `InvalidRequest`, too, and the server gets no complete file.
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
export const path = (file: string, options: Partial<Options> = {}): Upload<InvalidRequest, FileSystem.FileSystem> => {
  const name = options.name ?? Multipart.baseName(file)
  return {
    name,
    contentType: options.contentType ?? Multipart.typeOf(name),
    size: Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.stat(file)).pipe(
      Effect.mapError((error) => Multipart.unreadable(Multipart.reasonOf(error))),
      Effect.flatMap((info) =>
        info.type === "File"
          ? Effect.succeedSome(Number(info.size))
          : Effect.fail(Multipart.unreadable(`${JSON.stringify(file)} is no file`))
      )
    ),
    content: Stream.unwrap(
      Effect.map(FileSystem.FileSystem, (fileSystem) =>
        fileSystem.stream(file, { chunkSize: Multipart.chunkSize, bufferSize: 1 })
      )
    ).pipe(Stream.mapError((error) => Multipart.unreadable(Multipart.reasonOf(error))))
  }
}

/**
 * A stream of bytes. It is run once for each attempt. With its `size` in bytes the server knows how much to expect, and
 * another number of bytes fails the call; without it the body is sent in chunks, which some proxies refuse.
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
  options: Options & { readonly size?: number }
): Upload<E, R> => ({
  name: options.name,
  contentType: options.contentType ?? Multipart.typeOf(options.name),
  size: Effect.succeed(Option.fromNullable(options.size)),
  content
})

/**
 * A web `File`, under its own name unless another is given, or a `Blob`, which has none: without one it is `file`.
 * If it cannot be read (a file that a user chose has changed since), the call fails with `InvalidRequest`.
 *
 * @example
 * ```ts
 * import { Upload } from "@effect-kaleidoscope/sdk"
 *
 * const chosen = (file: File) => Upload.blob(file)
 * const picture = Upload.blob(new Blob(["<svg/>"], { type: "image/svg+xml" }), { name: "gel.svg" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const blob = (content: Blob | File, options: Partial<Options> = {}): Upload<InvalidRequest> => {
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
