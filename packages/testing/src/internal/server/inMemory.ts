import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { toClientResponse, toRequestError } from "../faults/client.js"
import type { BrokenConnection } from "../faults/play.js"
import type { Around } from "./browsers.js"
import { concat } from "./bytes.js"

interface Body {
  readonly bytes: Uint8Array
  readonly contentType: string | undefined
}

const noBytes = new Uint8Array(0)

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
      return encoded(body.body as BodyInit) // `fetch` does the same
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

/** The part of a request that is known before its body is read. */
interface Head {
  readonly method: HttpClientRequest.HttpClientRequest["method"]
  readonly url: string
}

/** The rest of a request. */
export interface Content {
  readonly headers: Headers.Headers
  readonly body: Uint8Array
}

/** Answers a request that came from the in-memory client or from a socket. */
export type Answer = <E>(
  head: Head,
  read: Effect.Effect<Content, E>
) => Effect.Effect<HttpServerResponse.HttpServerResponse, E | BrokenConnection>

const read = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Content, HttpClientError.RequestError> =>
  Effect.map(readBody(request), ({ bytes, contentType }) => ({
    headers:
      contentType === undefined || request.headers["content-type"] !== undefined
        ? request.headers
        : Headers.set(request.headers, "content-type", contentType),
    body: bytes
  }))

/** An `HttpClient` that passes its requests to the emulator in the same process. */
export const make = (origin: string, answer: Answer, around: Around): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    url.origin === origin
      ? around(request, answer({ method: request.method, url: `${url.pathname}${url.search}` }, read(request))).pipe(
          Effect.catchTag("BrokenConnection", (cause) => toRequestError(request, cause)),
          Effect.flatMap((response) => toClientResponse(request, response))
        )
      : Effect.fail(
          new HttpClientError.RequestError({
            request,
            reason: "Transport",
            description: `The emulator in memory answers requests to ${origin} only. Use this URL, or provide another HttpClient`
          })
        )
  )
