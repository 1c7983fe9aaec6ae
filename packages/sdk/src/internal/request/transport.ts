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
 * The caller's client without what a third party must not see: no trace headers, and none of the platform's own spans,
 * which hold the full URL and all headers.
 */
export const prepare = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(
    HttpClient.withTracerPropagation(false),
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.transformResponse((send) =>
      send.pipe(
        // `fetch` follows redirects, and forwards our headers to wherever they lead. It asks for compressed answers, and
        // takes one that was cut for a whole one. The other clients do neither.
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
 * Closes the connection of an answer that nobody will read. `node:http` hands on a 101 as an answer, with a connection
 * that nothing else closes: not the end of its body, and not the interruption of its request.
 */
const abandon = (answer: unknown, depth = 0): void => {
  if (!Predicate.isRecord(answer) || depth > 3) return
  if (typeof answer["destroy"] === "function") answer["destroy"]()
  // What the platform wraps around Node's own answer.
  else for (const inner of ["original", "source"]) abandon(answer[inner], depth + 1)
}

const switched: ResponseFailure.ResponseFailure = {
  _tag: "Broken",
  reason: "SWITCHING_PROTOCOLS",
  unsent: false,
  answered: true
}

/** Sends one request once, and waits for its answer to begin. */
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
      Effect.mapError(ResponseFailure.ofClient),
      Effect.flatMap((response) => {
        deadlines.received()
        if (response.status !== 101) return Effect.succeed(response)
        abandon(response)
        return Effect.fail(switched)
      })
    )
  })
