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

/** The connection breaks. It carries the code that Node gives such an error. */
export class BrokenConnection extends Data.TaggedError("BrokenConnection")<{
  readonly message: string
  readonly code: "ECONNREFUSED" | "ECONNRESET"
}> {}

const refused = new BrokenConnection({ message: "connect ECONNREFUSED", code: "ECONNREFUSED" })
const reset = new BrokenConnection({ message: "read ECONNRESET", code: "ECONNRESET" })

/** An answer that was read to its end. */
export interface Whole {
  readonly status: number
  readonly headers: Headers.Headers
  readonly bytes: Uint8Array
}

/** The two sides of the wire differ in how an answer is read and made. */
export interface Side<Answer, E> {
  readonly execute: Effect.Effect<Answer, E>
  readonly read: (answer: Answer) => Effect.Effect<Whole, E>
  readonly write: (response: HttpServerResponse.HttpServerResponse) => Effect.Effect<Answer>
}

/** How the connection breaks before the request is read, if that is what goes wrong. */
export const beforeRequest = (fault: Fault | undefined): BrokenConnection | undefined =>
  fault?.type === "connectionRefused" ? refused : fault?.type === "resetBefore" ? reset : undefined

const brace = new TextEncoder().encode("}")

/** No answer, until the client leaves. The platform's server interrupts a request only where it says that it may be. */
const never = Effect.interruptible(Effect.never)

/** Nothing, for ever. `Stream.never` would keep the process alive, also when nobody is left who reads it. */
const silence = Stream.fromEffect(Effect.async<never>(() => {}))

/** The head of a gzip file, and then something that no compressor writes. */
const notGzip = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...Array.from({ length: 64 }, () => 0xff)])

const withBytes = (whole: Whole, bytes: Uint8Array, headers: Headers.Input = {}) =>
  HttpServerResponse.uint8Array(bytes, { status: whole.status, headers: Headers.setAll(whole.headers, headers) })

/** An answer that announces all of its bytes, whatever the stream gives. */
const announced = (whole: Whole, stream: Stream.Stream<Uint8Array, BrokenConnection>) =>
  whole.bytes.length === 0
    ? withBytes(whole, whole.bytes)
    : HttpServerResponse.stream(stream, {
        status: whole.status,
        headers: whole.headers,
        contentLength: whole.bytes.length
      })

const firstBytes = (whole: Whole, after: number | undefined): Stream.Stream<Uint8Array> => {
  const count = after ?? Math.ceil(whole.bytes.length / 2)
  return count === 0 ? Stream.empty : Stream.make(whole.bytes.subarray(0, count))
}

const pieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

const seconds = (duration: Duration.Duration): number => Math.ceil(Duration.toSeconds(duration))

/** `Retry-After` in one of its two forms. A date has whole seconds: it is never too early. */
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

/** These have no body: the web's `Response` refuses to be made with one. */
const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

/** Answers a request, with what goes wrong with it. */
export const play = <Answer, E>(fault: Fault, side: Side<Answer, E>): Effect.Effect<Answer, E | BrokenConnection> => {
  const write = (response: HttpServerResponse.HttpServerResponse) =>
    side.write(hasNoBody(response.status) ? HttpServerResponse.setBody(response, HttpBody.empty) : response)
  const carriedOut = Effect.flatMap(side.execute, side.read)
  const damaged = (damage: (whole: Whole) => HttpServerResponse.HttpServerResponse) =>
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
        // The server would else keep the connection, and its client would wait for the rest.
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
              { code: "RATE_LIMITED", message: "There were too many requests" },
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
        const content = body._tag === "FormData" ? body.formData : (body.body as BodyInit) // what the platform does with it
        return new Uint8Array(await new Response(content).arrayBuffer())
      })
    case "Stream":
      return Effect.map(Effect.orDie(Stream.runCollect(body.stream)), (chunks) => concat(Chunk.toReadonlyArray(chunks)))
  }
}

/** The side of the server, which has the answer before it is sent. */
export const serverSide = (
  execute: Effect.Effect<HttpServerResponse.HttpServerResponse>
): Side<HttpServerResponse.HttpServerResponse, never> => ({
  execute,
  read: (response) =>
    Effect.map(bytesOf(response), (bytes) => ({ status: response.status, headers: response.headers, bytes })),
  write: Effect.succeed
})
