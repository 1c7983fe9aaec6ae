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
import * as Settings from "./internal/settings.js"

/**
 * The whole policy. It cannot make the SDK repeat a call that would then write twice: which calls are safe to repeat is
 * fixed for each call.
 *
 * @since 0.1.0
 * @category models
 */
export interface Policy {
  /**
   * The longest time for making a connection, with the lookup of its host name and TLS. Only clients that read
   * {@link ConnectLimit} obey it, such as those of `@effect-kaleidoscope/node`; other clients have their own limit.
   *
   * @default 10 seconds
   */
  readonly connect: Duration.DurationInput
  /** The longest time until a response begins, after its request was sent. @default 300 seconds */
  readonly answer: Duration.DurationInput
  /** The longest time without any data while a body is sent or received. @default 10 seconds */
  readonly silence: Duration.DurationInput
  /** The longest time for one attempt with its body; for a stream, until its headers are there. @default 10 minutes */
  readonly attempt: Duration.DurationInput
  /** The longest time for the call, with all attempts and the waits between them. @default 10 minutes */
  readonly overall: Duration.DurationInput
  /** The most attempts of a call, the first one included: 1 means no retry. @default 3 */
  readonly tries: number
  /**
   * The wait before the second attempt is random, between zero and this time. The time doubles for each further attempt.
   *
   * @default 100 ms
   */
  readonly backoff: Duration.DurationInput
  /** The longest random wait. @default 20 seconds */
  readonly longestBackoff: Duration.DurationInput
  /** The shortest wait after a 429. @default 500 ms */
  readonly rateLimitBackoff: Duration.DurationInput
  /** The longest `Retry-After` to wait for. If the server asks for more, the call fails at once. @default 60 seconds */
  readonly longestRetryAfter: Duration.DurationInput
  /** The largest response that is held in memory, in bytes. Streams have no limit. @default 256 MiB */
  readonly largestAnswer: number
  /**
   * Whether a call fails with `DecodeError` if its response has a field or a member of an enumeration that the SDK does
   * not know, or lacks a list. For tests that look for changes of the platform.
   *
   * @default false
   */
  readonly strict: boolean
}

/**
 * The default of `Policy.answer`: 300 seconds. It has the name of the Python client's timeout. Some responses of the platform
 * take longer than 10 seconds to begin.
 *
 * @since 0.1.0
 * @category constants
 */
export const TIMEOUT_MAXIMUM: Duration.Duration = Duration.seconds(300)

/**
 * The default policy.
 *
 * @since 0.1.0
 * @category constants
 */
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

/**
 * The policy of the application. It is optional: without a layer it is `defaults`.
 *
 * @since 0.1.0
 * @category tags
 */
export class RequestPolicy extends Context.Reference<RequestPolicy>()("@effect-kaleidoscope/sdk/RequestPolicy", {
  defaultValue: () => defaults
}) {}

/**
 * The message for the first setting of a policy that is not valid.
 *
 * @internal
 */
export const wrongWith = (policy: Partial<Policy>): string | undefined => {
  const wrong = Settings.wrongIn(policy, {
    connect: Settings.longerThanNone,
    answer: Settings.longerThanNone,
    silence: Settings.longerThanNone,
    attempt: Settings.longerThanNone,
    // Zero is allowed: a caller may give the rest of a time.
    overall: Settings.limit,
    tries: Settings.count(1),
    backoff: Settings.wait,
    longestBackoff: Settings.wait,
    rateLimitBackoff: Settings.wait,
    longestRetryAfter: Settings.limit,
    largestAnswer: Settings.count(1),
    strict: Settings.yesOrNo
  })
  return wrong === undefined ? undefined : `RequestPolicy: ${wrong.name}: ${wrong.message}`
}

/**
 * Dies if a setting of a policy is not valid: that is a mistake in the program.
 *
 * @internal
 */
export const valid = (policy: Policy): Effect.Effect<Policy> =>
  Effect.suspend(() => {
    const wrong = wrongWith(policy)
    return wrong === undefined ? Effect.succeed(policy) : Effect.dieMessage(wrong)
  })

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
 * The changes of the policy for the calls inside. They are merged with the application's policy when a call runs, so that
 * they also hold in forked fibers and streams.
 *
 * @internal
 */
export class Patch extends Context.Reference<Patch>()("@effect-kaleidoscope/sdk/RequestPolicy/Patch", {
  defaultValue: (): Partial<Policy> => ({})
}) {}

/**
 * How long a client may take to make a connection: `Policy.connect` of the call. The SDK provides it to each request. If you
 * write a client, read it, and after this time fail with a `RequestError` that has a `cause` with the code
 * `CONNECT_TIMEOUT`: the SDK then reports a `TimeoutError` and knows that nothing was sent.
 *
 * @example
 * ```ts
 * import { RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 *
 * const milliseconds = Effect.map(RequestPolicy.ConnectLimit, Duration.toMillis)
 * ```
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

/**
 * Sets the longest time of each call inside, with its retries and waits: `Policy.overall`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withTimeout =
  (overall: Duration.DurationInput) =>
  <T extends Calls>(self: T): T =>
    patch(self, { overall })

/**
 * Tries each call inside once: `Policy.tries` is 1.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withoutRetry = <T extends Calls>(self: T): T => patch(self, { tries: 1 })

/**
 * Lets each call inside fail with `DecodeError`, which says where, if its response has a field or a member of an enumeration
 * that the SDK does not know, or lacks a list. Otherwise such changes are ignored.
 *
 * @since 0.1.0
 * @category combinators
 */
export const strict = <T extends Calls>(self: T): T => patch(self, { strict: true })

/**
 * Sets how often each call inside is tried, and with which waits.
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const labels = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
 *   RequestPolicy.withRetry({ tries: 8, longestRetryAfter: "5 minutes" })
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRetry =
  (
    retry: Settings.Some<
      Pick<Policy, "tries" | "backoff" | "longestBackoff" | "rateLimitBackoff" | "longestRetryAfter">
    >
  ) =>
  <T extends Calls>(self: T): T =>
    patch(self, retry)

/**
 * The policy of one call, with the changes of the caller; times in milliseconds.
 *
 * @internal
 */
export interface Limits {
  readonly connect: number
  readonly answer: number
  readonly silence: number
  readonly attempt: number
  readonly overall: number
  readonly tries: number
  readonly backoff: number
  readonly longestBackoff: number
  readonly rateLimitBackoff: number
  readonly longestRetryAfter: number
  readonly largestAnswer: number
  readonly strict: boolean
}

/** @internal */
export const limits = (policy: Policy): Limits => ({
  connect: Duration.toMillis(policy.connect),
  answer: Duration.toMillis(policy.answer),
  silence: Duration.toMillis(policy.silence),
  attempt: Duration.toMillis(policy.attempt),
  overall: Duration.toMillis(policy.overall),
  tries: policy.tries,
  backoff: Duration.toMillis(policy.backoff),
  longestBackoff: Duration.toMillis(policy.longestBackoff),
  rateLimitBackoff: Duration.toMillis(policy.rateLimitBackoff),
  longestRetryAfter: Duration.toMillis(policy.longestRetryAfter),
  largestAnswer: policy.largestAnswer,
  strict: policy.strict
})
