import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type BrokenConnection, play } from "./play.js"
import type { Player } from "./player.js"

/** A broken connection in the form that the HTTP clients of Node report it. */
export const toRequestError = (request: HttpClientRequest.HttpClientRequest, cause: BrokenConnection) =>
  new HttpClientError.RequestError({ request, reason: "Transport", description: cause.message, cause })

/** Turns a response of the server into one of the client. */
export const toClientResponse = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse> =>
  Effect.map(Effect.runtime<never>(), (runtime) =>
    HttpClientResponse.fromWeb(
      request,
      HttpServerResponse.toWeb(response, { runtime, withoutBody: request.method === "HEAD" })
    )
  )

const pathOf = (request: HttpClientRequest.HttpClientRequest): string =>
  Either.match(UrlParams.makeUrl(request.url, UrlParams.empty, Option.none()), {
    onLeft: () => request.url,
    onRight: (url) => url.pathname
  })

/** A client that sends its requests through the player. */
export const wrap = (client: HttpClient.HttpClient, player: Player): HttpClient.HttpClient =>
  HttpClient.transform(client, (execute, request) =>
    Effect.suspend(() => {
      const fault = player.next(request.method, pathOf(request))
      return fault === undefined
        ? execute
        : play(fault, {
            execute,
            read: (response) =>
              Effect.map(response.arrayBuffer, (buffer) => ({
                status: response.status,
                headers: response.headers,
                bytes: new Uint8Array(buffer)
              })),
            write: (response) => toClientResponse(request, response)
          }).pipe(Effect.catchTag("BrokenConnection", (cause) => toRequestError(request, cause)))
    })
  )
