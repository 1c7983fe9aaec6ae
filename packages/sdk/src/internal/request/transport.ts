import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"
import * as RequestPolicy from "../../RequestPolicy.js"
import type { Deadlines } from "./deadlines.js"
import type { Limits } from "./policy.js"
import * as RequestBody from "./requestBody.js"
import * as ResponseFailure from "./responseFailure.js"

const compression = "accept-encoding"

const untouched: RequestInit = { headers: { [compression]: "identity" }, redirect: "manual" }

/**
 * `fetch` follows redirects, and sends the headers of the SDK to the other server. It asks for compressed responses, and
 * takes a truncated one for a complete one. The other clients do neither.
 */
const forFetch = (context: Context.Context<never>): RequestInit => {
  const init: RequestInit | undefined = context.unsafeMap.get(FetchHttpClient.RequestInit.key)
  return init === undefined
    ? untouched
    : {
        ...init,
        headers: Headers.set(
          Headers.fromInput(init.headers && [...new globalThis.Headers(init.headers)]),
          compression,
          "identity"
        ),
        redirect: "manual"
      }
}

const always = () => true

/**
 * Prepares the fiber of an attempt for the client: no trace headers, which a third party must not see; no spans of
 * `@effect/platform`, which show the full URL and all headers; and no renderer shows the headers with credentials. The
 * values stay, because the fiber ends with the attempt: `Effect.locally` takes twenty steps for each of them.
 */
const ready = (span: Tracer.Span, credentials: ReadonlyArray<string>, connect: number) =>
  Effect.updateFiberRefs((fiberId, fiberRefs) => {
    const context = FiberRefs.getOrDefault(fiberRefs, FiberRef.currentContext)
    const services = Context.unsafeMake<never>(
      new Map<string, unknown>([
        ...context.unsafeMap,
        [Tracer.ParentSpan.key, span],
        [RequestPolicy.ConnectLimit.key, Duration.millis(connect)],
        [FetchHttpClient.RequestInit.key, forFetch(context)]
      ])
    )
    const redacted = [...FiberRefs.getOrDefault(fiberRefs, Headers.currentRedactedNames), ...credentials]
    return FiberRefs.updateManyAs(fiberRefs, {
      entries: [
        [FiberRef.currentContext, [[fiberId, services]]],
        [HttpClient.currentTracerPropagation, [[fiberId, false]]],
        [HttpClient.currentTracerDisabledWhen, [[fiberId, always]]],
        [Headers.currentRedactedNames, [[fiberId, redacted]]]
      ]
    })
  })

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

/** Sends a request once, and waits until its response begins. `credentials` names the headers that hold them. */
export const send = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  span: Tracer.Span,
  credentials: ReadonlyArray<string>,
  deadlines: Deadlines,
  limits: Pick<Limits, "connect">
): Effect.Effect<HttpClientResponse.HttpClientResponse, ResponseFailure.ResponseFailure> =>
  Effect.flatMap(ready(span, credentials, limits.connect), () => {
    deadlines.start()
    return Effect.matchEffect(client.execute(RequestBody.inParts(request, deadlines)), {
      onFailure: (error) => Effect.fail(ResponseFailure.fromClient(error)),
      onSuccess: (response) => {
        deadlines.received()
        if (response.status !== 101) return Effect.succeed(response)
        closeConnection(response)
        return Effect.fail(switchingProtocols)
      }
    })
  })
