import * as Duration from "effect/Duration"

/** The time between the turns of two requests, in milliseconds. */
export const step = (rate: { readonly limit: number; readonly window: Duration.DurationInput }): number =>
  Duration.toMillis(rate.window) / rate.limit
