/**
 * Decompresses response bodies. The platform's clients on Node do not; undici's `interceptors.decompress` (7.30) has no
 * limit for the ratio, accepts bytes after the end of the compressed data, passes unknown encodings on, and reads no
 * deflate without the zlib header.
 */
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

/** The limits of a decompressed body. */
export interface Limits {
  /** In bytes. */
  readonly largestBody: number
  /** Of decompressed to received bytes. It applies to bodies of more than `allowance` decompressed bytes. */
  readonly largestRatio: number
}

/** Up to this size the ratio is not checked: short bodies can have a high ratio without any intent. */
const allowance = 16 * 1024 * 1024

type Body = Stream.Stream<Uint8Array, HttpClientError.ResponseError>

type Failed = (code: string, description: string) => HttpClientError.ResponseError

/** Decompresses a body. `made` gets the zlib engine, which counts the bytes that it consumed. */
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

/** In HTTP, deflate has a zlib header. Some servers leave the header out, which shows in the first byte. */
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

/** The content encodings, in the order in which the server applied them. */
const encodingsOf = (headers: Headers.Headers): ReadonlyArray<string> =>
  (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")

/** Passes a body on, and the length of each chunk to `count`, which may fail. */
const counting =
  (count: (bytes: number) => Option.Option<HttpClientError.ResponseError>) =>
  (body: Body): Body =>
    Stream.mapChunksEffect(body, (chunk) => {
      let bytes = 0
      for (const { length } of chunk) bytes += length
      return Option.match(count(bytes), { onNone: () => Effect.succeed(chunk), onSome: Effect.fail })
    })

/**
 * Decompresses a body while it arrives. A truncated body fails, because each format has an end. Bytes after that end fail
 * too: they may be a damaged member. A gzip body may have several members; if it is truncated between two of them, only
 * the connection fails.
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
          : // The decoder reports a broken connection as a body that ends too early.
            Stream.fail(broken ?? error)
      ),
      counting((bytes) => {
        decoded += bytes
        return decoded > limits.largestBody
          ? Option.some(failed("BODY_TOO_LARGE", `The body is larger than ${limits.largestBody} bytes`))
          : decoded > allowance && decoded > received * limits.largestRatio
            ? Option.some(
                failed(
                  "RATIO_TOO_LARGE",
                  `The body is more than ${limits.largestRatio} times larger than the bytes that were received`
                )
              )
            : Option.none()
      }),
      Stream.concat(
        Stream.suspend(() => {
          // A decoder that has the complete body may end before the connection fails.
          if (broken !== undefined) return Stream.fail(broken)
          return engine !== undefined && received > engine.bytesWritten
            ? Stream.fail(failed("TRAILING_DATA", "There are bytes after the end of the compressed body"))
            : Stream.empty
        })
      )
    )
  })

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "UNKNOWN"

/** A response with a decompressed body. `HttpClientResponse.fromWeb` alone would wrap the error of the stream. */
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
  /** The platform's methods that read the complete body. */
  private get complete(): HttpClientResponse.HttpClientResponse {
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
    return this.complete.text
  }
  get json() {
    return this.complete.json
  }
  get urlParamsBody() {
    return this.complete.urlParamsBody
  }
  get arrayBuffer() {
    return this.complete.arrayBuffer
  }
  get formData() {
    return this.complete.formData
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
 * Whether a body without bytes counts as empty: HTTP shows its end, and the request was a write. Some servers set
 * `content-encoding` on the empty response to a write.
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
        ? Stream.fail(failed("UNKNOWN_CONTENT_ENCODING", "The body has a content encoding that was not requested"))
        : decode(response.stream, decoder, limits, mayBeEmpty(response), failed)
    )
  }

/** Requests compressed responses, and decompresses them. */
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
