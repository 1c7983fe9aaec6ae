import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Monotonic from "../monotonic.js"
import type { Limits } from "./policy.js"
import type { ResponseFailure } from "./responseFailure.js"

/** The deadlines of one attempt, and what tells them how it goes. */
export interface Deadlines {
  /** The request is handed to the client now: its own deadlines begin, with that for the beginning of its answer. */
  readonly begin: () => void
  /** A part of the request's body is taken to be sent. */
  readonly sending: () => void
  /** All of the request is sent: the answer may begin. */
  readonly sent: () => void
  /** Something else is waited for: the request's own deadlines are off until it begins again. */
  readonly pause: () => void
  /** A part of the answer has arrived. */
  readonly moved: () => void
  /** Interrupts an effect at the first deadline that passes. */
  readonly guard: <E2>(
    ofTimeOut: (responseFailure: ResponseFailure) => E2
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | E2, R>
}

/**
 * The deadlines of one attempt: the call's, which counts from the call's beginning, and those that begin when the
 * attempt is sent (waiting for a permit or a token is not the server's silence): one for the whole attempt, and one for
 * what happens next, which is the answer's beginning or, within a body, its next bytes. One timer for all of them,
 * however many chunks arrive: when it fires it looks what has happened since, and sleeps for the rest.
 */
export const make = (
  clock: Clock.Clock,
  limits: Pick<Limits, "answer" | "silence" | "attempt">,
  overallEnd: number
): Deadlines => {
  const shortest = Math.min(limits.answer, limits.silence, limits.attempt)
  let end = Number.POSITIVE_INFINITY
  let nextEnd = Number.POSITIVE_INFINITY
  let next: "answer" | "silence" = "answer"
  let answered = false
  let parts = 0
  const loop: Effect.Effect<never, ResponseFailure> = Effect.suspend(() => {
    const now = Monotonic.now(clock)
    if (now >= overallEnd) return Effect.fail({ _tag: "TimedOut", deadline: "overall" })
    if (now >= end) return Effect.fail({ _tag: "TimedOut", deadline: "attempt" })
    if (now >= nextEnd) return Effect.fail({ _tag: "TimedOut", deadline: next })
    // What is waited for may change at any time, to something with a shorter limit.
    const wake = Math.min(overallEnd, end, nextEnd, now + shortest)
    return Number.isFinite(wake) ? Effect.zipRight(Effect.sleep(Math.ceil(wake - now)), loop) : Effect.never
  })
  const expect = (what: "answer" | "silence") => {
    next = what
    nextEnd = Monotonic.now(clock) + limits[what]
  }
  return {
    begin: () => {
      answered = false
      parts = 0
      expect("answer")
      end = Monotonic.now(clock) + limits.attempt
    },
    sending: () => {
      // Clients take the first part before they have a connection. When they ask for the second, the first one was sent.
      if (++parts > 1) expect("silence")
    },
    sent: () => {
      if (!answered) expect("answer")
    },
    pause: () => {
      nextEnd = Number.POSITIVE_INFINITY
      end = Number.POSITIVE_INFINITY
    },
    moved: () => {
      answered = true
      expect("silence")
    },
    guard: (ofTimeOut) => (self) => Effect.raceFirst(self, Effect.mapError(loop, ofTimeOut))
  }
}
