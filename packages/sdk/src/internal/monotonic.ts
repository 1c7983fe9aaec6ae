import type * as Clock from "effect/Clock"

/**
 * Milliseconds of a clock that nobody sets: only the difference of two of them means something. The time of day may
 * jump, when it is corrected or after a sleep.
 */
export const now = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000
