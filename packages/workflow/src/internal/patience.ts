import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Schedule from "effect/Schedule"

/** Waits longer each time, about a minute at most. */
export const longer = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("1 minute")),
  Schedule.jittered
)

/** Tries again while the platform cannot be reached or fails, for as long as it takes. */
export const untilItPasses = { schedule: longer, while: KaleidoscopeError.isRetryable }
