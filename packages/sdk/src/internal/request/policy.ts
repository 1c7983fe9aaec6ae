import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Settings from "../auth/settings.js"

/**
 * The limits and retries of all calls. A policy cannot cause a double write: each call itself declares whether it may be
 * repeated.
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
  /**
   * The longest time without any data while a body is sent or received. A received body of at most 64 KiB with a declared
   * length counts as one piece: all of it must arrive within this time.
   *
   * @default 10 seconds
   */
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

const rules = {
  connect: Settings.longerThanNone,
  answer: Settings.longerThanNone,
  silence: Settings.longerThanNone,
  attempt: Settings.longerThanNone,
  // Zero is allowed: a caller may pass the rest of its own time limit.
  overall: Settings.limit,
  tries: Settings.count(1),
  backoff: Settings.wait,
  longestBackoff: Settings.wait,
  rateLimitBackoff: Settings.wait,
  longestRetryAfter: Settings.limit,
  largestAnswer: Settings.count(1),
  strict: Settings.yesOrNo
}

/** The message for the first setting of a policy that is not valid. */
export const wrongWith = (policy: Partial<Policy>): string | undefined => {
  const wrong = Settings.wrongIn(policy, rules)
  return wrong === undefined ? undefined : `RequestPolicy: ${wrong.name}: ${wrong.message}`
}

/** Dies if a setting of a policy is not valid: that is a mistake in the program. */
export const valid = (policy: Policy): Effect.Effect<Policy> =>
  Effect.suspend(() => {
    const wrong = wrongWith(policy)
    return wrong === undefined ? Effect.succeed(policy) : Effect.dieMessage(wrong)
  })

/**
 * The changes of the policy for the calls inside. They are merged with the application's policy when a call runs, so that
 * they also hold in forked fibers and streams.
 */
export class Patch extends Context.Reference<Patch>()("@effect-kaleidoscope/sdk/RequestPolicy/Patch", {
  defaultValue: (): Partial<Policy> => ({})
}) {}

/** The policy of one call, with the changes of the caller; times in milliseconds. */
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
