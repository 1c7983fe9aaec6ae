/**
 * How long a call may take, how often it is tried, and how large a response may be: for an application (`layer`) or for
 * some calls (`withTimeout`, `withoutRetry`, `withRetry`, `withPolicy`).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Settings from "./internal/auth/settings.js"
import { Patch, type Policy, valid } from "./internal/request/policy.js"

export type { Policy } from "./internal/request/policy.js"

/**
 * The default of `Policy.answer`: 300 seconds. It has the name of the Python client's timeout. Some responses of the platform
 * take longer than 10 seconds to begin.
 *
 * @since 0.1.0
 * @category constants
 */
export const TIMEOUT_MAXIMUM: Duration.Duration = Duration.seconds(300)

/** The default policy. @since 0.1.0 @category constants */
export const defaults: Policy = {
  connect: Duration.seconds(10),
  answer: TIMEOUT_MAXIMUM,
  silence: Duration.seconds(10),
  attempt: Duration.minutes(10),
  overall: Duration.minutes(10),
  tries: 3,
  backoff: Duration.millis(100),
  longestBackoff: Duration.seconds(20),
  rateLimitBackoff: Duration.millis(500),
  longestRetryAfter: Duration.seconds(60),
  largestAnswer: 256 * 1024 * 1024,
  strict: false
}

/** The policy of the application. It is optional: without a layer it is `defaults`. @since 0.1.0 @category tags */
export class RequestPolicy extends Context.Reference<RequestPolicy>()("@effect-kaleidoscope/sdk/RequestPolicy", {
  defaultValue: () => defaults
}) {}

/**
 * The policy of an application: settings that are left out are those of `defaults`. Provide it to the layers of the
 * services, and to `Auth` for the requests for tokens; they read it when they are built.
 *
 * A setting that is not valid (`tries: 0`, a time that is `NaN` or negative) is a mistake in the program: building the
 * layer dies with a message that says which setting it is and which values it may have. In a policy for some calls
 * (`withPolicy` and the like), each of these calls fails with `AuthError` (`reason: "configuration"`).
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 *
 * const patient = Labels.layer.pipe(Layer.provide(RequestPolicy.layer({ tries: 6, overall: "30 minutes" })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (policy: Settings.Some<Policy>): Layer.Layer<RequestPolicy> =>
  Layer.effect(RequestPolicy, valid({ ...defaults, ...Settings.given(policy) }))

/**
 * How long a client may take to make a connection: `Policy.connect` of the call. The SDK provides it to each request. If you
 * write a client, read it, and after this time fail with a `RequestError` that has a `cause` with the code
 * `CONNECT_TIMEOUT`: the SDK then reports a `TimeoutError` and knows that nothing was sent. A code that begins with `PROXY_`
 * is about a proxy that makes no connection to the server: `PROXY_407` if it responds with this status to CONNECT,
 * `PROXY_ECONNREFUSED` if it cannot be reached.
 *
 * @since 0.1.0
 * @category tags
 */
export class ConnectLimit extends Context.Reference<ConnectLimit>()("@effect-kaleidoscope/sdk/ConnectLimit", {
  defaultValue: () => Duration.decode(defaults.connect)
}) {}

type Calls = Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>

const patch = <T extends Calls>(self: T, policy: Settings.Some<Policy>): T => {
  const merge = (context: Context.Context<unknown>) =>
    Context.add(context, Patch, { ...Context.get(context, Patch), ...Settings.given(policy) })
  const patched = Effect.isEffect(self) ? Effect.mapInputContext(self, merge) : Stream.mapInputContext(self, merge)
  // Adding a reference to the context changes neither the results, nor the errors, nor what is required.
  return patched as T
}

/**
 * Changes the policy for every call inside an effect or a stream. If two change the same setting, the inner one wins.
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const labels = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
 *   RequestPolicy.withPolicy({ silence: "1 minute", largestAnswer: 1_000_000 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withPolicy =
  (policy: Settings.Some<Policy>) =>
  <T extends Calls>(self: T): T =>
    patch(self, policy)

/** Sets the longest time of each call inside, with its retries: `Policy.overall`. @since 0.1.0 @category combinators */
export const withTimeout =
  (overall: Duration.DurationInput) =>
  <T extends Calls>(self: T): T =>
    patch(self, { overall })

/** Tries each call inside once: `Policy.tries` is 1. @since 0.1.0 @category combinators */
export const withoutRetry = <T extends Calls>(self: T): T => patch(self, { tries: 1 })

/**
 * Lets each call inside fail with `DecodeError`, which says where, if its response has a field or a member of an enumeration
 * that the SDK does not know, or lacks a list. Otherwise such changes are ignored.
 *
 * @since 0.1.0
 * @category combinators
 */
export const strict = <T extends Calls>(self: T): T => patch(self, { strict: true })

/** Sets how often each call inside is tried, and with which waits. @since 0.1.0 @category combinators */
export const withRetry =
  (
    retry: Settings.Some<
      Pick<Policy, "tries" | "backoff" | "longestBackoff" | "rateLimitBackoff" | "longestRetryAfter">
    >
  ) =>
  <T extends Calls>(self: T): T =>
    patch(self, retry)
