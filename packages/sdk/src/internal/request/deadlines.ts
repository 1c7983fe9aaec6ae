import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Monotonic from "../monotonic.js"
import type { Limits } from "./policy.js"
import type { ResponseFailure } from "./responseFailure.js"

/** The deadlines of one attempt. The code that sends and receives reports its progress here. */
export interface Deadlines {
  /** The request is handed to the client: the deadlines of the attempt and of its response start. */
  readonly start: () => void
  /** The client took a part of the request's body. */
  readonly partTaken: () => void
  /** The client took the last part of the body: the deadline of the response starts again. */
  readonly bodySent: () => void
  /** The attempt waits for a new token: its deadlines stop until they start again. */
  readonly stop: () => void
  /** The headers or a part of the response's body arrived. */
  readonly received: () => void
  /** Interrupts an effect at the first deadline that passes. */
  readonly guard: <E2>(
    onTimeout: (failure: ResponseFailure) => E2
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | E2, R>
}

/**
 * The overall deadline counts from the beginning of the call. The others start when the attempt is sent, because a
 * wait for a permit or a token is not silence of the server. `Effect.timeout` for each chunk would make a timer for each chunk:
 * here one timer serves all deadlines. When it fires, it finds the next deadline, and sleeps until then.
 */
export const make = (
  clock: Clock.Clock,
  limits: Pick<Limits, "answer" | "silence" | "attempt">,
  overallEnd: number
): Deadlines => {
  const shortest = Math.min(limits.answer, limits.silence, limits.attempt)
  let attemptEnd = Number.POSITIVE_INFINITY
  let nextEnd = Number.POSITIVE_INFINITY
  let next: "answer" | "silence" = "answer"
  let hasResponse = false
  let parts = 0
  const loop: Effect.Effect<never, ResponseFailure> = Effect.suspend(() => {
    const now = Monotonic.now(clock)
    if (now >= overallEnd) return Effect.fail({ _tag: "TimedOut", deadline: "overall" })
    if (now >= attemptEnd) return Effect.fail({ _tag: "TimedOut", deadline: "attempt" })
    if (now >= nextEnd) return Effect.fail({ _tag: "TimedOut", deadline: next })
    // While it sleeps, a shorter deadline may start.
    const wake = Math.min(overallEnd, attemptEnd, nextEnd, now + shortest)
    return Number.isFinite(wake) ? Effect.zipRight(Effect.sleep(Math.ceil(wake - now)), loop) : Effect.never
  })
  const expect = (deadline: "answer" | "silence") => {
    next = deadline
    nextEnd = Monotonic.now(clock) + limits[deadline]
  }
  return {
    start: () => {
      hasResponse = false
      parts = 0
      expect("answer")
      attemptEnd = Monotonic.now(clock) + limits.attempt
    },
    partTaken: () => {
      // A client takes the first part before it has a connection. When it takes the second, it has sent the first.
      if (++parts > 1) expect("silence")
    },
    bodySent: () => {
      if (!hasResponse) expect("answer")
    },
    stop: () => {
      nextEnd = Number.POSITIVE_INFINITY
      attemptEnd = Number.POSITIVE_INFINITY
    },
    received: () => {
      hasResponse = true
      expect("silence")
    },
    guard: (onTimeout) => (self) => Effect.raceFirst(self, Effect.mapError(loop, onTimeout))
  }
}
