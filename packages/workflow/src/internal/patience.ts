import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** Delays that vary, in whole milliseconds: a `TestClock` has no nanoseconds at a fraction of one. */
export const varied = <A, I, R>(schedule: Schedule.Schedule<A, I, R>): Schedule.Schedule<A, I, R> =>
  Schedule.modifyDelay(Schedule.jittered(schedule), (_, delay) => Duration.millis(Math.round(Duration.toMillis(delay))))

/** Waits longer each time, about a minute at most. */
export const longer = Schedule.exponential("1 second").pipe(Schedule.union(Schedule.spaced("1 minute")), varied)

/** Tries again while the platform cannot be reached or fails, for as long as it takes. */
export const untilItPasses = { schedule: longer, while: KaleidoscopeError.isRetryable }

/** Runs an effect at once, and then at most once in so many milliseconds: calls in between are dropped. */
export const seldom = <A, B, E, R>(run: (value: A) => Effect.Effect<B, E, R>, every = 1000) => {
  let last = Number.NEGATIVE_INFINITY
  return (value: A): Effect.Effect<void, E, R> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now - last < every) return Effect.void
      last = now
      return Effect.asVoid(run(value))
    })
}
