import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** Waits longer each time, about a minute at most. */
export const longer = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("1 minute")),
  Schedule.jittered
)

/** Tries again while the platform cannot be reached or fails, for as long as it takes. */
export const untilItPasses = { schedule: longer, while: KaleidoscopeError.isRetryable }

/** Runs an effect at once, and then at most once in a second: calls in between are dropped. */
export const seldom = <A, B, E, R>(run: (value: A) => Effect.Effect<B, E, R>) => {
  let last = Number.NEGATIVE_INFINITY
  return (value: A): Effect.Effect<void, E, R> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now - last < 1000) return Effect.void
      last = now
      return Effect.asVoid(run(value))
    })
}
