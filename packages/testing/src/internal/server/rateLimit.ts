import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TooManyRequests, toResponse } from "./problem.js"

/** The number of requests that are answered within a window of time. */
export interface RateLimit {
  readonly limit: number
  readonly window: Duration.DurationInput
}

/** Counts requests. When there are too many, refuses the rest until the window ends. */
export const make = (rateLimit: RateLimit): Effect.Effect<HttpServerResponse.HttpServerResponse | undefined> => {
  const length = Duration.toMillis(rateLimit.window)
  let start = Number.NEGATIVE_INFINITY
  let count = 0
  return Effect.map(Clock.currentTimeMillis, (now) => {
    if (now >= start + length) {
      start = now
      count = 0
    }
    count += 1
    return count <= rateLimit.limit
      ? undefined
      : HttpServerResponse.setHeader(
          toResponse(
            new TooManyRequests({
              code: "RATE_LIMITED",
              message: "The client sent too many requests. Retry-After says when to try again"
            })
          ),
          "retry-after",
          String(Math.ceil((start + length - now) / 1000))
        )
  })
}
