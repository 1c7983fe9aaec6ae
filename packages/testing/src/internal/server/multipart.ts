import { Busboy } from "@fastify/busboy"
import * as Effect from "effect/Effect"
import { type BadRequest, malformed } from "./problem.js"

/** A part of an upload. */
export interface Part {
  readonly name: string
  /** Only parts that are files have one. */
  readonly fileName: string | undefined
  readonly contentType: string
  readonly bytes: Uint8Array
}

const start = new TextDecoder("latin1")

/** The boundary at the start of a body. It counts even if the content type is wrong. */
const boundaryIn = (bytes: Uint8Array): string | undefined =>
  /^(?:\r\n)*--([^\r\n]{1,200})\r\nContent-/i.exec(start.decode(bytes.subarray(0, 512)))?.[1]?.trimEnd()

const declaredBoundary = (contentType: string | undefined): string | undefined =>
  /^multipart\/form-data\b.*;\s*boundary=/i.test(contentType ?? "") ? contentType : undefined

/** Whether a body is an upload, by its content type or, if that is wrong, by its first bytes. */
export const isMultipart = (contentType: string | undefined, bytes: Uint8Array): boolean =>
  /^multipart\/form-data\b/i.test(contentType ?? "") || boundaryIn(bytes) !== undefined

/** Browsers and Python escape only quotes and line breaks of a file name. */
const unescaped = (fileName: string): string =>
  fileName.replace(/%22/g, '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n")

const makeParser = (contentType: string | undefined, bytes: Uint8Array) =>
  Effect.try({
    try: () => {
      const boundary = boundaryIn(bytes)
      const type =
        declaredBoundary(contentType) ?? (boundary === undefined ? "" : `multipart/form-data; boundary="${boundary}"`)
      return new Busboy({ headers: { "content-type": type }, preservePath: true, isPartAFile: () => true })
    },
    catch: (error) => broken(error)
  })

const broken = (error: unknown): BadRequest =>
  malformed(`The multipart body cannot be read: ${error instanceof Error ? error.message : String(error)}`)

/** Reads the parts of a complete upload. */
export const parse = (
  contentType: string | undefined,
  bytes: Uint8Array
): Effect.Effect<ReadonlyArray<Part>, BadRequest> =>
  Effect.flatMap(makeParser(contentType, bytes), (parser) =>
    Effect.async((resume) => {
      const parts: Array<Part> = []
      const fail = (error: unknown) => resume(Effect.fail(broken(error)))
      parser.on("file", (name, stream, fileName, _encoding, contentType) => {
        const chunks: Array<Uint8Array> = []
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk))
        stream.on("error", fail)
        stream.on("end", () =>
          parts.push({
            name: name ?? "",
            fileName: fileName === undefined ? undefined : unescaped(fileName),
            contentType,
            bytes: new Uint8Array(Buffer.concat(chunks))
          })
        )
      })
      parser.on("error", fail)
      parser.on("finish", () => resume(Effect.succeed(parts)))
      parser.end(bytes)
    })
  )
