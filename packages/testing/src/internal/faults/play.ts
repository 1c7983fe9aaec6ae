import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { concat } from "../server/bytes.js"
import type { Fault } from "./script.js"

/** The connection breaks. The error has the same `code` as in Node. */
export class BrokenConnection extends Data.TaggedError("BrokenConnection")<{
  readonly message: string
  readonly code: "ECONNREFUSED" | "ECONNRESET"
}> {}

const refused = new BrokenConnection({ message: "connect ECONNREFUSED", code: "ECONNREFUSED" })
const reset = new BrokenConnection({ message: "read ECONNRESET", code: "ECONNRESET" })

/** A response after its body was read. */
interface WholeResponse {
  readonly status: number
  readonly headers: Headers.Headers
  readonly bytes: Uint8Array
}

/** How to read and make a response: a client and a server do this differently. */
interface Side<Answer, E> {
  readonly execute: Effect.Effect<Answer, E>
  readonly read: (answer: Answer) => Effect.Effect<WholeResponse, E>
  readonly write: (response: HttpServerResponse.HttpServerResponse) => Effect.Effect<Answer>
}

/** The error of a fault that breaks the connection before the request is read. `undefined` for other faults. */
export const beforeRequest = (fault: Fault | undefined): BrokenConnection | undefined =>
  fault?.type === "connectionRefused" ? refused : fault?.type === "resetBefore" ? reset : undefined

const brace = new TextEncoder().encode("}")

/** Waits until the client disconnects. Interruptible, since the platform's server runs requests uninterruptibly. */
const never = Effect.interruptible(Effect.never)

/** A stream that gives nothing and never ends. `Stream.never` would keep the process alive, even without a reader. */
const silence = Stream.fromEffect(Effect.async<never>(() => {}))

/** The head of a gzip file, followed by bytes that cannot be decompressed. */
const notGzip = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...Array.from({ length: 64 }, () => 0xff)])

const withBytes = (whole: WholeResponse, bytes: Uint8Array, headers: Headers.Input = {}) =>
  HttpServerResponse.uint8Array(bytes, { status: whole.status, headers: Headers.setAll(whole.headers, headers) })

/** A response with the `Content-Length` of the whole body, even if the stream gives fewer bytes. */
const announced = (whole: WholeResponse, stream: Stream.Stream<Uint8Array, BrokenConnection>) =>
  whole.bytes.length === 0
    ? withBytes(whole, whole.bytes)
    : HttpServerResponse.stream(stream, {
        status: whole.status,
        headers: whole.headers,
        contentLength: whole.bytes.length
      })

const firstBytes = (whole: WholeResponse, after: number | undefined): Stream.Stream<Uint8Array> => {
  const count = after ?? Math.ceil(whole.bytes.length / 2)
  return count === 0 ? Stream.empty : Stream.make(whole.bytes.subarray(0, count))
}

const pieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

const seconds = (duration: Duration.Duration): number => Math.ceil(Duration.toSeconds(duration))

/** `Retry-After` as seconds or as a date. Both are rounded up to whole seconds. */
const retryAfter = (wait: Duration.Duration, form: "seconds" | "date"): Effect.Effect<string> =>
  form === "seconds"
    ? Effect.succeed(String(seconds(wait)))
    : Effect.map(Clock.currentTimeMillis, (now) =>
        new Date(Math.ceil((now + Duration.toMillis(wait)) / 1000) * 1000).toUTCString()
      )

const respond = (fault: Extract<Fault, { readonly type: "respond" }>): HttpServerResponse.HttpServerResponse => {
  const options = { status: fault.status, headers: fault.headers ?? {} }
  return fault.bytes !== undefined
    ? HttpServerResponse.uint8Array(fault.bytes, options)
    : fault.json !== undefined
      ? HttpServerResponse.unsafeJson(fault.json, options)
      : fault.text !== undefined
        ? HttpServerResponse.text(fault.text, options)
        : HttpServerResponse.empty(options)
}

/** Responses with these statuses have no body: the constructor of `Response` throws if it gets one. */
const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

/** Answers a request with a fault. */
export const play = <Answer, E>(fault: Fault, side: Side<Answer, E>): Effect.Effect<Answer, E | BrokenConnection> => {
  const write = (response: HttpServerResponse.HttpServerResponse) =>
    side.write(hasNoBody(response.status) ? HttpServerResponse.setBody(response, HttpBody.empty) : response)
  const carriedOut = Effect.flatMap(side.execute, side.read)
  const damaged = (damage: (whole: WholeResponse) => HttpServerResponse.HttpServerResponse) =>
    Effect.flatMap(carriedOut, (whole) => write(damage(whole)))
  switch (fault.type) {
    case "connectionRefused":
      return Effect.fail(refused)
    case "resetBefore":
      return Effect.fail(reset)
    case "resetAfter":
      return Effect.zipRight(carriedOut, Effect.fail(reset))
    case "stall":
      return never
    case "stallAfter":
      return Effect.zipRight(carriedOut, never)
    case "delay":
      return Effect.zipRight(Effect.interruptible(Effect.sleep(fault.wait)), side.execute)
    case "resetBody":
      return damaged((whole) => announced(whole, Stream.concat(firstBytes(whole, fault.after), Stream.fail(reset))))
    case "stallBody":
      return damaged((whole) => announced(whole, Stream.concat(firstBytes(whole, fault.after), silence)))
    case "truncateBody":
      return damaged((whole) =>
        // Otherwise the server would keep the connection open, and the client would wait for the rest.
        HttpServerResponse.setHeader(announced(whole, firstBytes(whole, fault.after)), "connection", "close")
      )
    case "slowBody":
      return damaged((whole) =>
        announced(
          whole,
          Stream.mapEffect(Stream.fromIterable(pieces(whole.bytes, fault.bytes)), (piece) =>
            Effect.as(Effect.sleep(fault.every), piece)
          )
        )
      )
    case "badGzip":
      return damaged((whole) => withBytes(whole, notGzip, { "content-encoding": "gzip" }))
    case "invalidJson":
      return damaged((whole) => withBytes(whole, concat([whole.bytes, brace])))
    case "wrongContentType":
      return damaged((whole) => withBytes(whole, whole.bytes, { "content-type": fault.contentType }))
    case "rateLimited":
      return Effect.flatMap(
        fault.retryAfter === undefined ? Effect.succeed(undefined) : retryAfter(fault.retryAfter, fault.form),
        (value) =>
          write(
            HttpServerResponse.unsafeJson(
              { code: "RATE_LIMITED", message: "The client sent too many requests" },
              { status: 429, headers: value === undefined ? {} : { "retry-after": value } }
            )
          )
      )
    case "respond": {
      const written = write(respond(fault))
      return fault.carriedOut === true ? Effect.zipRight(carriedOut, written) : written
    }
  }
}

const noBytes = new Uint8Array(0)

const bytesOf = ({ body }: HttpServerResponse.HttpServerResponse): Effect.Effect<Uint8Array> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(noBytes)
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Raw":
    case "FormData":
      return Effect.promise(async () => {
        const content = body._tag === "FormData" ? body.formData : (body.body as BodyInit) // the platform does the same
        return new Uint8Array(await new Response(content).arrayBuffer())
      })
    case "Stream":
      return Effect.map(Effect.orDie(Stream.runCollect(body.stream)), (chunks) => concat(Chunk.toReadonlyArray(chunks)))
  }
}

/** Reads and makes responses of a server. */
export const serverSide = (
  execute: Effect.Effect<HttpServerResponse.HttpServerResponse>
): Side<HttpServerResponse.HttpServerResponse, never> => ({
  execute,
  read: (response) =>
    Effect.map(bytesOf(response), (bytes) => ({ status: response.status, headers: response.headers, bytes })),
  write: Effect.succeed
})
