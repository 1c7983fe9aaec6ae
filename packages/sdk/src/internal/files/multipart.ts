import type { PlatformError } from "@effect/platform/Error"
import * as HttpBody from "@effect/platform/HttpBody"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { InvalidRequest } from "../../KaleidoscopeError.js"
import * as Json from "../json/json.js"
import * as Method from "../request/method.js"
import * as SentBuffers from "./sentBuffers.js"

/** What is sent: see `Upload`. */
export interface Source<out E, out R> {
  readonly name: string
  readonly contentType: string
  readonly size: Effect.Effect<Option.Option<number>, E, R>
  readonly content: Stream.Stream<Uint8Array, E, R>
}

/** The content that is sent, and its buffers. A program that reads or wraps a content gets copies. */
export class Sending extends Context.Tag("@effect-kaleidoscope/sdk/internal/files/Sending")<
  Sending,
  { readonly content: unknown; readonly buffers: SentBuffers.Connections["buffers"] }
>() {}

/** How many bytes of a file are sent at a time. */
export const chunkSize = 512 * 1024

// What a lab sends. Servers show a file by its type, and take one of no known type all the same.
const types: { readonly [ending: string]: string } = {
  cdx: "chemical/x-cdx",
  cdxml: "chemical/x-cdxml",
  cif: "chemical/x-cif",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  fasta: "text/x-fasta",
  fcs: "application/vnd.isac.fcs",
  gif: "image/gif",
  gz: "application/gzip",
  html: "text/html",
  jdx: "chemical/x-jcamp-dx",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  md: "text/markdown",
  mol: "chemical/x-mdl-molfile",
  mol2: "chemical/x-mol2",
  pdb: "chemical/x-pdb",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rxn: "chemical/x-mdl-rxnfile",
  sd: "chemical/x-mdl-sdfile",
  sdf: "chemical/x-mdl-sdfile",
  smi: "chemical/x-daylight-smiles",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  xyz: "chemical/x-xyz",
  zip: "application/zip"
}

/** The media type of a file, by the ending of its name. */
export const typeOf = (name: string): string => {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase()
  return (
    (ending !== undefined && Object.hasOwn(types, ending) ? types[ending] : undefined) ?? "application/octet-stream"
  )
}

/** What comes after the last separator of a path. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** The file cannot be sent. The method that was called gives the error its own name. */
export const unreadable = (reason: string): InvalidRequest => Method.invalid("Upload", "file", reason)

/** What the file system says, without the `cause` that it carries. */
export const reasonOf = (error: PlatformError): string =>
  error._tag === "SystemError"
    ? `${error.reason}: ${error.pathOrDescriptor}`
    : (error.description ?? "it cannot be read")

// As a browser writes a name into a form: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html
const escapeName = (name: string): string => name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22")

const encoder = new TextEncoder()

const split = (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
  bytes.length <= chunkSize
    ? [bytes]
    : Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
        bytes.subarray(index * chunkSize, (index + 1) * chunkSize)
      )

/** A file as its upload says it is: another number of bytes than was announced fails, before one too many is sent. */
const sized = <E, R>(
  content: Stream.Stream<Uint8Array, E, R>,
  size: Option.Option<number>
): Stream.Stream<Uint8Array, E | InvalidRequest, R> =>
  Option.match(size, {
    onNone: () => content,
    onSome: (size) =>
      Stream.suspend(() => {
        let length = 0
        const changed = () =>
          Effect.fail(
            unreadable(
              `the SDK read ${length} bytes, but the size was given as ${size}: the file changed during the upload, or the size is wrong`
            )
          )
        return Stream.mapChunksEffect(content, (chunk) => {
          for (const bytes of chunk) length += bytes.length
          return length > size ? changed() : Effect.succeed(chunk)
        }).pipe(Stream.concat(Stream.suspend(() => (length < size ? Stream.fromEffect(changed()) : Stream.empty))))
      })
  })

const formOf = (
  upload: Source<unknown, unknown>,
  body: unknown
): Either.Either<{ readonly boundary: string; readonly head: Uint8Array; readonly tail: Uint8Array }, InvalidRequest> =>
  Either.gen(function* () {
    if (!/^[\x20-\x7e]+$/.test(upload.contentType)) {
      return yield* Either.left(
        unreadable(
          `its content type ${JSON.stringify(upload.contentType)} is not valid: use printable ASCII characters`
        )
      )
    }
    const json =
      body === undefined
        ? undefined
        : yield* Either.mapLeft(Json.stringify(body), ({ path, reason }) =>
            Method.invalid("Upload", Json.formatPath(["body", ...path]), reason)
          )
    // Not to be guessed: who makes the file could write parts of a form into it.
    const boundary = `kaleidoscope-${crypto.randomUUID()}`
    const bodyPart =
      json === undefined ? "" : `--${boundary}\r\nContent-Disposition: form-data; name="body"\r\n\r\n${json}\r\n`
    const filePart =
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escapeName(upload.name)}"\r\n` +
      `Content-Type: ${upload.contentType}\r\n\r\n`
    return {
      boundary,
      head: encoder.encode(bodyPart + filePart),
      tail: encoder.encode(`\r\n--${boundary}--\r\n`)
    }
  })

/**
 * Sends a file as the part `file` of a form, and the JSON that belongs to it as the part `body` before it. `send` gets
 * the body of the request, which can be read any number of times. When reading the file fails, `send` is interrupted:
 * the server sees the form end in its middle, and the call fails with what reading failed with.
 */
export const send = <E, R, A, E2, R2>(
  upload: Source<E, R>,
  body: unknown,
  send: (form: HttpBody.HttpBody) => Effect.Effect<A, E2, R2>
): Effect.Effect<A, E | E2 | InvalidRequest, R | R2> =>
  Effect.gen(function* () {
    const { boundary, head, tail } = yield* Either.match(formOf(upload, body), {
      onLeft: Effect.fail,
      onRight: Effect.succeed
    })
    const size = yield* upload.size
    const context = yield* Effect.context<R>()
    const failed = yield* Deferred.make<never, E | InvalidRequest>()
    const form = ({ buffers }: SentBuffers.Connections) => {
      const content = sized(upload.content, size).pipe(
        Stream.mapChunks(Chunk.flatMap((bytes) => Chunk.unsafeFromArray(split(bytes)))),
        Stream.provideContext(Context.add(context, Sending, { content: upload.content, buffers })),
        // What the client would make of a failure forgets what it was. It gets none: it waits, and is interrupted.
        Stream.catchAllCause((cause) =>
          Stream.fromEffect(Effect.zipRight(Deferred.failCause(failed, cause), Effect.never))
        )
      )
      return HttpBody.stream(
        Stream.make(head).pipe(Stream.concat(content), Stream.concat(Stream.make(tail))),
        `multipart/form-data; boundary=${boundary}`,
        Option.getOrUndefined(Option.map(size, (size) => head.length + size + tail.length))
      )
    }
    return yield* Effect.acquireUseRelease(
      Effect.sync(SentBuffers.watch),
      (connections) => Effect.raceFirst(send(form(connections)), Deferred.await(failed)),
      ({ close }) => Effect.sync(close)
    )
  })
