import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"

/** How far a body may be larger than what was sent of it. */
export interface Limits {
  /** Bytes. */
  readonly largestBody: number
  /** Of what came out to what went in, once `allowance` bytes came out. */
  readonly largestRatio: number
}

/** The bytes that any body may have, however few were sent for them: the ratio says little about short ones. */
const allowance = 16 * 1024 * 1024

type Body = Stream.Stream<Uint8Array, HttpClientError.ResponseError>

type Failed = (code: string, description: string) => HttpClientError.ResponseError

/** A decoder, and a place for the engine that it makes, which knows how much of the body it took. */
type Decoder = (
  body: Body,
  failed: (cause: unknown) => HttpClientError.ResponseError,
  made: (engine: { readonly bytesWritten: number }) => void
) => Body

const chunkSize = 64 * 1024

const through =
  (create: typeof createGunzip | typeof createBrotliDecompress): Decoder =>
  (body, failed, made) =>
    NodeStream.pipeThroughDuplex(
      body,
      () => {
        const engine = create({ chunkSize })
        made(engine)
        return engine
      },
      failed
    )

/** What HTTP calls deflate is in the zlib format; some servers send it bare, and the first byte tells. */
const inflate: Decoder = (body, failed, made) =>
  Stream.unwrapScoped(
    Effect.map(Stream.peel(body, Sink.take<Uint8Array>(1)), ([first, rest]) => {
      const wrapped = Option.exists(Chunk.head(first), (bytes) => ((bytes[0] ?? 0) & 0x0f) === 8)
      return through(wrapped ? createInflate : createInflateRaw)(
        Stream.concat(Stream.fromChunk(first), rest),
        failed,
        made
      )
    })
  )

const decoders: ReadonlyMap<string, Decoder> = new Map([
  ["gzip", through(createGunzip)],
  ["x-gzip", through(createGunzip)],
  ["deflate", inflate],
  ["br", through(createBrotliDecompress)]
])

/** The encodings, in the order in which they were applied. */
const encodingsOf = (headers: Headers.Headers): ReadonlyArray<string> =>
  (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")

/** Counts the bytes that pass. */
const counting =
  (count: (bytes: number) => Option.Option<HttpClientError.ResponseError>) =>
  (body: Body): Body =>
    Stream.mapChunksEffect(body, (chunk) => {
      let bytes = 0
      for (const { length } of chunk) bytes += length
      return Option.match(count(bytes), { onNone: () => Effect.succeed(chunk), onSome: Effect.fail })
    })

/**
 * Decodes as the bytes come. What ends before its time fails: the format of each encoding tells. So does what goes on
 * after its end: it may be another part that was damaged. A gzip body may have several parts; if it ends between them,
 * only the failure of the connection tells.
 */
const decode = (encoded: Body, decoder: Decoder, limits: Limits, mayBeEmpty: boolean, failed: Failed): Body =>
  Stream.suspend(() => {
    let received = 0
    let decoded = 0
    let broken: HttpClientError.ResponseError | undefined
    let engine: { readonly bytesWritten: number } | undefined
    return encoded.pipe(
      counting((bytes) => {
        received += bytes
        return Option.none()
      }),
      Stream.tapError((error) =>
        Effect.sync(() => {
          broken = error
        })
      ),
      (body) =>
        decoder(
          body,
          (cause) => failed(codeOf(cause), "The body cannot be decompressed"),
          (made) => {
            engine = made
          }
        ),
      Stream.catchAll((error) =>
        broken === undefined && received === 0 && mayBeEmpty
          ? Stream.empty
          : // The decoder sees a broken connection as a body that ends too early.
            Stream.fail(broken ?? error)
      ),
      counting((bytes) => {
        decoded += bytes
        return decoded > limits.largestBody
          ? Option.some(failed("BODY_TOO_LARGE", `The body is larger than ${limits.largestBody} bytes`))
          : decoded > allowance && decoded > received * limits.largestRatio
            ? Option.some(failed("RATIO_TOO_LARGE", `The body is more than ${limits.largestRatio} times what was sent`))
            : Option.none()
      }),
      Stream.concat(
        Stream.suspend(() => {
          // One that had all it needed may end before it hears of that.
          if (broken !== undefined) return Stream.fail(broken)
          return engine !== undefined && received > engine.bytesWritten
            ? Stream.fail(failed("TRAILING_DATA", "The body goes on after its compressed form ended"))
            : Stream.empty
        })
      )
    )
  })

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "UNKNOWN"

/** A response whose body is another than the one that came. */
class DecodedResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly request: HttpClientRequest.HttpClientRequest
  readonly headers: Headers.Headers
  readonly stream: Body
  private readonly source: HttpClientResponse.HttpClientResponse
  private web: HttpClientResponse.HttpClientResponse | undefined

  constructor(source: HttpClientResponse.HttpClientResponse, decode: (failed: Failed) => Body) {
    super()
    this.source = source
    this.request = source.request
    this.headers = Headers.remove(source.headers, ["content-encoding", "content-length"])
    this.stream = decode(
      (code, description) =>
        new HttpClientError.ResponseError({
          request: this.request,
          response: this,
          reason: "Decode",
          description,
          cause: { code }
        })
    )
  }
  /** The platform's own reading of the body as a whole. */
  private get whole(): HttpClientResponse.HttpClientResponse {
    this.web ??= HttpClientResponse.fromWeb(
      this.request,
      new Response(Stream.toReadableStream(this.stream), { status: this.status, headers: this.headers })
    )
    return this.web
  }
  get status() {
    return this.source.status
  }
  get cookies() {
    return this.source.cookies
  }
  get remoteAddress() {
    return this.source.remoteAddress
  }
  get text() {
    return this.whole.text
  }
  get json() {
    return this.whole.json
  }
  get urlParamsBody() {
    return this.whole.urlParamsBody
  }
  get arrayBuffer() {
    return this.whole.arrayBuffer
  }
  get formData() {
    return this.whole.formData
  }
  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "@effect/platform/HttpClientResponse",
      request: this.request.toJSON(),
      status: this.status
    })
  }
}

const bodyless = (response: HttpClientResponse.HttpClientResponse): boolean =>
  response.request.method === "HEAD" ||
  response.status === 204 ||
  response.status === 205 ||
  response.status === 304 ||
  /^0+$/.test(response.headers["content-length"] ?? "")

/**
 * Whether a body of which nothing came can be an empty one: it came to the end that HTTP knows, and is not what was
 * asked for. Some servers name an encoding over the empty answer to a write.
 */
const mayBeEmpty = (response: HttpClientResponse.HttpClientResponse): boolean =>
  response.request.method !== "GET" && /\bchunked\b/i.test(response.headers["transfer-encoding"] ?? "")

const decompress =
  (limits: Limits) =>
  (response: HttpClientResponse.HttpClientResponse): HttpClientResponse.HttpClientResponse => {
    const encodings = encodingsOf(response.headers)
    if (encodings.length === 0 || bodyless(response)) return response
    const [encoding = ""] = encodings
    const decoder = encodings.length === 1 ? decoders.get(encoding) : undefined
    return new DecodedResponse(response, (failed) =>
      decoder === undefined
        ? // To hand on bytes of an unknown form would be worse than to fail.
          Stream.fail(failed("UNKNOWN_CONTENT_ENCODING", "The body is in an encoding that was not asked for"))
        : decode(response.stream, decoder, limits, mayBeEmpty(response), failed)
    )
  }

/** Asks for compressed answers, and hands them on as they were before. */
export const apply =
  (limits: Limits) =>
  (client: HttpClient.HttpClient): HttpClient.HttpClient =>
    client.pipe(
      HttpClient.mapRequest((request) =>
        request.headers["accept-encoding"] === undefined
          ? HttpClientRequest.setHeader(request, "accept-encoding", "gzip, deflate, br")
          : request
      ),
      HttpClient.transformResponse(Effect.map(decompress(limits)))
    )
