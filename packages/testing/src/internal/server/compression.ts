import type * as Headers from "@effect/platform/Headers"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Compressing a smaller body saves less than the additional header costs. In bytes. */
const smallest = 1024

const encodings = ["gzip", "deflate"] as const

type Encoding = (typeof encodings)[number]

const compressible = /^(text\/|application\/json|chemical\/)/

/** The supported encoding that the client prefers. */
export const choose = (acceptEncoding: string | undefined): Encoding | undefined => {
  const weights = new Map(
    (acceptEncoding ?? "").split(",").map((part) => {
      const [name, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2)
      return [name, weight === undefined ? 1 : Number(weight)]
    })
  )
  let best: Encoding | undefined
  let bestWeight = 0
  for (const encoding of encodings) {
    const weight = weights.get(encoding) ?? weights.get("*") ?? 0
    if (weight > bestWeight) {
      best = encoding
      bestWeight = weight
    }
  }
  return best
}

const compress = (stream: Stream.Stream<Uint8Array, unknown>, encoding: Encoding): Stream.Stream<Uint8Array, unknown> =>
  Stream.unwrap(
    Effect.map(Stream.toReadableStreamEffect(stream), (readable) =>
      Stream.fromReadableStream(
        () => readable.pipeThrough(new CompressionStream(encoding) as ReadableWritablePair<Uint8Array, Uint8Array>), // the types of the DOM say `BufferSource`
        (error) => error
      )
    )
  )

/** Compresses a response if the client accepts it and if it saves bytes. */
export const encode = (
  requestHeaders: Headers.Headers,
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.suspend(() => {
    const { body, headers, status } = response
    const type = headers["content-type"] ?? ""
    if (
      !compressible.test(type) ||
      headers["content-encoding"] !== undefined ||
      !(body._tag === "Stream" || (body._tag === "Uint8Array" && body.body.length >= smallest))
    ) {
      return Effect.succeed(response)
    }
    const encoding = choose(requestHeaders["accept-encoding"])
    if (encoding === undefined) {
      return Effect.succeed(HttpServerResponse.setHeader(response, "vary", "accept-encoding"))
    }
    const { "content-length": _, ...others } = headers
    const options = {
      status,
      headers: { ...others, "content-encoding": encoding, vary: "accept-encoding" },
      contentType: type
    }
    return body._tag === "Stream"
      ? Effect.succeed(HttpServerResponse.stream(compress(body.stream, encoding), options))
      : Effect.promise(async () => {
          const stream = new Blob([new Uint8Array(body.body)]).stream().pipeThrough(new CompressionStream(encoding))
          return HttpServerResponse.uint8Array(new Uint8Array(await new Response(stream).arrayBuffer()), options)
        })
  })
