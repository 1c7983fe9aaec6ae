/**
 * How long a call may take, how often it is tried, and how much it may answer: values, for an application (`layer`) or
 * for one call (`withTimeout`, `withoutRetry`, `withRetry`, `withPolicy`).
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
 * The whole policy. `tries` counts the first one: 1 means no retry. Whether a call may be repeated at all is decided
 * call by call: a policy cannot make the SDK repeat one that would write twice.
 *
 * @since 0.1.0
 * @category models
 */
export interface Policy {
  /**
   * The longest time for making a connection, names and TLS included: 10 seconds. Only a client that reads
   * {@link ConnectLimit} can obey it, as those of `@effect-kaleidoscope/node` do; others have a limit of their own.
   */
  readonly connect: Duration.DurationInput
  /** The longest time until an answer begins, once its request has been sent: 300 seconds. */
  readonly answer: Duration.DurationInput
  /** The longest time in which nothing moves while a body is sent or received: 10 seconds. */
  readonly silence: Duration.DurationInput
  /** The longest time for one attempt, its body included: 10 minutes. A stream's ends when its headers are there. */
  readonly attempt: Duration.DurationInput
  /** The longest time for the call, all attempts and the waits between them included: 10 minutes. */
  readonly overall: Duration.DurationInput
  /** How often a call is tried at most: 3. */
  readonly tries: number
  /** The wait before the second try is random between zero and this, and twice that for each further one: 100 ms. */
  readonly backoff: Duration.DurationInput
  /** The longest wait that is chosen at random: 20 seconds. */
  readonly longestBackoff: Duration.DurationInput
  /** The shortest wait after a 429: 500 ms. */
  readonly rateLimitBackoff: Duration.DurationInput
  /** The longest `Retry-After` that is waited for, 60 seconds: if the server asks for more, the call fails at once. */
  readonly longestRetryAfter: Duration.DurationInput
  /** The largest answer that is held in memory, in bytes: 256 MiB. Streams have no limit. */
  readonly largestAnswer: number
  /**
   * Whether a call fails with `DecodeError` if its answer has a field or a member of an enumeration that the SDK does
   * not know, or lacks a list: false. For tests that watch what the platform sends.
   */
  readonly strict: boolean
}

/**
 * How long an answer may take to begin, where nobody gave another limit: 300 seconds. It is the default of
 * `Policy.answer`, under the name that the Python client gives to its own timeout. Some answers of the platform take
 * longer than 10 seconds to begin.
 *
 * @example
 * ```ts
 * import { RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Duration from "effect/Duration"
 *
 * const patient = RequestPolicy.layer({ answer: Duration.times(RequestPolicy.TIMEOUT_MAXIMUM, 2), attempt: "1 hour" })
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const TIMEOUT_MAXIMUM: Duration.Duration = Duration.seconds(300)

/**
 * The policy of every call that nobody gave another.
 *
 * @example
 * ```ts
 * import { RequestPolicy } from "@effect-kaleidoscope/sdk"
 *
 * const twice = RequestPolicy.layer({ tries: RequestPolicy.defaults.tries * 2 })
 * ```
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
 * The application's policy. Nothing requires it: without a layer it is `defaults`.
 *
 * @example
 * ```ts
 * import { RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const tries = Effect.map(RequestPolicy.RequestPolicy, (policy) => policy.tries)
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class RequestPolicy extends Context.Reference<RequestPolicy>()("@effect-kaleidoscope/sdk/RequestPolicy", {
  defaultValue: () => defaults
}) {}

/**
 * What is wrong with a policy, by the name of the setting.
 *
 * @internal
 */
export const wrongWith = (policy: Partial<Policy>): string | undefined => {
  const wrong = Settings.wrongIn(policy, {
    connect: Settings.longerThanNone,
    answer: Settings.longerThanNone,
    silence: Settings.longerThanNone,
    attempt: Settings.longerThanNone,
    // What is left of a time may be nothing.
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
 * A policy that makes sense. One that does not is a mistake in the program.
 *
 * @internal
 */
export const valid = (policy: Policy): Effect.Effect<Policy> =>
  Effect.suspend(() => {
    const wrong = wrongWith(policy)
    return wrong === undefined ? Effect.succeed(policy) : Effect.dieMessage(wrong)
  })

/**
 * The policy of an application: what is not given stays as in `defaults`. Provide it to the layers of the services (and
 * of `Auth`, for the requests for tokens); it is read when they are built.
 *
 * A setting that makes no sense (`tries: 0`, a time that is `NaN` or negative) is a mistake in the program: building the
 * layer dies, and says which setting it is and what it may be. In a policy for some calls (`withPolicy` and its relatives)
 * it fails each of them with `AuthError` (`reason: "configuration"`).
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
export const layer = (policy: Partial<Policy>): Layer.Layer<RequestPolicy> =>
  Layer.effect(RequestPolicy, valid({ ...defaults, ...policy }))

/**
 * What is changed for the calls inside: a patch, merged over the application's policy when a call runs, so that it
 * reaches forked fibers and streams.
 *
 * @internal
 */
export class Patch extends Context.Reference<Patch>()("@effect-kaleidoscope/sdk/RequestPolicy/Patch", {
  defaultValue: (): Partial<Policy> => ({})
}) {}

/**
 * How long a client may take to make a connection for the request that it is given: `Policy.connect` of the call, which
 * the SDK provides to each request. A client of your own reads it and fails, if the time is over, with a `RequestError`
 * whose cause has the code `CONNECT_TIMEOUT`: the SDK then reports a `TimeoutError` and knows that nothing was sent.
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

const patch = <T extends Calls>(self: T, policy: Partial<Policy>): T => {
  const merge = (context: Context.Context<unknown>) =>
    Context.add(context, Patch, { ...Context.get(context, Patch), ...policy })
  const patched = Effect.isEffect(self) ? Effect.mapInputContext(self, merge) : Stream.mapInputContext(self, merge)
  // Adding a reference to the context changes neither the results, nor the errors, nor what is required.
  return patched as T
}

/**
 * Another policy for every call inside an effect or a stream. Of two around one call, the inner one wins.
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
  (policy: Partial<Policy>) =>
  <T extends Calls>(self: T): T =>
    patch(self, policy)

/**
 * The longest time for each call inside, its retries and waits included.
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const labels = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(RequestPolicy.withTimeout("5 seconds"))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withTimeout =
  (overall: Duration.DurationInput) =>
  <T extends Calls>(self: T): T =>
    patch(self, { overall })

/**
 * Each call inside is tried once.
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const labels = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(RequestPolicy.withoutRetry)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withoutRetry = <T extends Calls>(self: T): T => patch(self, { tries: 1 })

/**
 * Each call inside fails with `DecodeError`, which says where, if the answer has a field or a member of an enumeration
 * that the SDK does not know, or lacks a list. Without it such drift is passed over.
 *
 * @example
 * ```ts
 * import { Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const labels = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(RequestPolicy.strict)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const strict = <T extends Calls>(self: T): T => patch(self, { strict: true })

/**
 * How often, and with which waits, each call inside is tried.
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
  (retry: Partial<Pick<Policy, "tries" | "backoff" | "longestBackoff" | "rateLimitBackoff" | "longestRetryAfter">>) =>
  <T extends Calls>(self: T): T =>
    patch(self, retry)

/**
 * The policy of a call: the application's with the patch of the caller, durations in milliseconds.
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
