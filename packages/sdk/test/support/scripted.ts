import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** A request as a server would see it. */
export interface Sent {
  readonly method: string
  readonly url: URL
  readonly path: string
  /** The query, decoded, in its order. */
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly headers: { readonly [name: string]: string | undefined }
  /** The body as UTF-8 text; empty if there is none. */
  readonly body: string
}

const textOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<string> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed("")
    case "Uint8Array":
      return Effect.succeed(new TextDecoder().decode(body.body))
    case "FormData":
      return Effect.promise(() => new Response(body.formData).text())
    case "Raw":
      return Effect.die(new Error("a raw body"))
    case "Stream":
      return Effect.map(Effect.orDie(Stream.runCollect(body.stream)), (chunks) =>
        Buffer.concat(Chunk.toReadonlyArray(chunks)).toString("utf8")
      )
  }
}

/** What a server answers to the request, and to which of them: the first is 1. */
export type Script = (sent: Sent, nth: number) => Effect.Effect<Response, Broken>

/** Why there is no answer: the code of Node's error. */
export interface Broken {
  readonly code: string
}

/** The connection breaks. */
export const broken = (code: string): Effect.Effect<never, Broken> => Effect.fail({ code })

/** JSON under a status. */
export const json = (
  body: unknown,
  status = 200,
  headers: { readonly [name: string]: string } = {}
): Effect.Effect<Response> => text(JSON.stringify(body), status, { "content-type": "application/json", ...headers })

/** A text under a status, of no content type unless one is given. */
export const text = (
  body: BodyInit | null,
  status = 200,
  headers: { readonly [name: string]: string } = {}
): Effect.Effect<Response> =>
  Effect.sync(() => {
    const response = new Response(body, { status, headers })
    if (headers["content-type"] === undefined) response.headers.delete("content-type")
    return response
  })

/** A client that answers from a script, and keeps what was sent. */
export const make = (script: Script) => {
  const sent: Array<Sent> = []
  const client = HttpClient.make((request, url) =>
    Effect.flatMap(textOf(request), (body) => {
      const one: Sent = {
        method: request.method,
        url,
        path: url.pathname,
        query: [...url.searchParams],
        headers: request.headers,
        body
      }
      const nth = sent.push(one)
      return script(one, nth).pipe(
        Effect.mapBoth({
          onFailure: ({ code }) =>
            new HttpClientError.RequestError({
              request,
              reason: "Transport",
              cause: Object.assign(new Error(`broken, with ${JSON.stringify(request.headers)} and ${body}`), { code })
            }),
          onSuccess: (response) => HttpClientResponse.fromWeb(request, response)
        })
      )
    })
  )
  return { sent, client, layer: Layer.succeed(HttpClient.HttpClient, client) }
}
