import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

interface Body {
  readonly bytes: Uint8Array
  readonly contentType: string | undefined
}

const noBytes = new Uint8Array(0)

const concat = (chunks: Iterable<Uint8Array>): Uint8Array => {
  const list = [...chunks]
  const out = new Uint8Array(list.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of list) {
    out.set(chunk, offset)
    offset += chunk.length
  }
  return out
}

const readBody = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Body, HttpClientError.RequestError> => {
  const { body } = request
  const encoded = (content: BodyInit): Effect.Effect<Body, HttpClientError.RequestError> =>
    Effect.tryPromise({
      try: async () => {
        const response = new Response(content)
        return {
          bytes: new Uint8Array(await response.arrayBuffer()),
          contentType: response.headers.get("content-type") ?? undefined
        }
      },
      catch: (cause) => new HttpClientError.RequestError({ request, reason: "Encode", cause })
    })
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ bytes: noBytes, contentType: undefined })
    case "Uint8Array":
      return Effect.succeed({ bytes: body.body, contentType: body.contentType })
    case "Raw":
      return encoded(body.body as BodyInit) // what `fetch` does with it, too
    case "FormData":
      return encoded(body.formData)
    case "Stream":
      return Stream.runCollect(body.stream).pipe(
        Effect.mapBoth({
          onFailure: (cause) => new HttpClientError.RequestError({ request, reason: "Transport", cause }),
          onSuccess: (chunks) => ({ bytes: concat(Chunk.toReadonlyArray(chunks)), contentType: body.contentType })
        })
      )
  }
}

/** A request as it came in, by whichever way. */
export interface Received {
  readonly method: HttpClientRequest.HttpClientRequest["method"]
  readonly url: string
  readonly headers: Headers.Headers
  readonly body: Uint8Array
}

/** Answers a request. */
export type Answer = (request: Received) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** A client whose requests never leave the process. */
export const make = (origin: string, answer: Answer): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.gen(function* () {
      if (url.origin !== origin) {
        return yield* new HttpClientError.RequestError({
          request,
          reason: "Transport",
          description: `The emulator in memory is reached at ${origin}, and nothing else is`
        })
      }
      const body = yield* readBody(request)
      const headers =
        body.contentType === undefined || request.headers["content-type"] !== undefined
          ? request.headers
          : Headers.set(request.headers, "content-type", body.contentType)
      const response = yield* answer({
        method: request.method,
        url: `${url.pathname}${url.search}`,
        headers,
        body: body.bytes
      })
      const runtime = yield* Effect.runtime<never>()
      return HttpClientResponse.fromWeb(
        request,
        HttpServerResponse.toWeb(response, { runtime, withoutBody: request.method === "HEAD" })
      )
    })
  )
