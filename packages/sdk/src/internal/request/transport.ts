import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as RequestPolicy from "../../RequestPolicy.js"
import type { Deadlines } from "./deadlines.js"
import type { Limits } from "./policy.js"
import * as RequestBody from "./requestBody.js"
import * as ResponseFailure from "./responseFailure.js"

/**
 * The caller's client without trace headers, which a third party must not see, and without the spans of
 * `@effect/platform`, which show the full URL and all headers.
 */
export const prepare = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(
    HttpClient.withTracerPropagation(false),
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.transformResponse((send) =>
      send.pipe(
        // `fetch` follows redirects, and sends the headers of the SDK to the other server. It asks for compressed
        // responses, and takes a truncated one for a complete one. The other clients do neither.
        Effect.mapInputContext((context: Context.Context<never>) => {
          const init: RequestInit | undefined = context.unsafeMap.get(FetchHttpClient.RequestInit.key)
          return Context.add(context, FetchHttpClient.RequestInit, {
            ...init,
            headers: Headers.set(
              Headers.fromInput(init?.headers && [...new globalThis.Headers(init.headers)]),
              "accept-encoding",
              "identity"
            ),
            redirect: "manual"
          })
        })
      )
    )
  )

/**
 * Closes the connection of a response that is not read. `node:http` returns a 101 as a response. Neither the end of its
 * body nor the interruption of its request closes its connection.
 */
const closeConnection = (response: unknown, depth = 0): void => {
  if (!Predicate.isRecord(response) || depth > 3) return
  if (typeof response["destroy"] === "function") response["destroy"]()
  // `@effect/platform` wraps the response of Node in these.
  else for (const inner of ["original", "source"]) closeConnection(response[inner], depth + 1)
}

const switchingProtocols: ResponseFailure.ResponseFailure = {
  _tag: "Broken",
  reason: "SWITCHING_PROTOCOLS",
  unsent: false,
  responded: true
}

/** Sends a request once, and waits until its response begins. */
export const send = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  deadlines: Deadlines,
  limits: Pick<Limits, "connect">
): Effect.Effect<HttpClientResponse.HttpClientResponse, ResponseFailure.ResponseFailure> =>
  Effect.suspend(() => {
    deadlines.start()
    return client.execute(RequestBody.inParts(request, deadlines)).pipe(
      Effect.provideService(RequestPolicy.ConnectLimit, Duration.millis(limits.connect)),
      Effect.mapError(ResponseFailure.fromClient),
      Effect.flatMap((response) => {
        deadlines.received()
        if (response.status !== 101) return Effect.succeed(response)
        closeConnection(response)
        return Effect.fail(switchingProtocols)
      })
    )
  })
