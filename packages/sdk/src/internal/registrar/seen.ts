import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Stage, WorkError } from "./work.js"

const moments = Schedule.intersect(Schedule.spaced("2 seconds"), Schedule.recurs(3))

/** Reads a thing that a webhook names. It may come before the platform lists the thing. */
export const soon = <A, E extends { readonly _tag: string }>(find: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.retry(find, { schedule: moments, while: ({ _tag }) => _tag === "KaleidoscopeNotFound" })

/**
 * Submits results. If the request fails, the platform may have them all the same, from this request or from another
 * registrar: then the work is finished, or there are other signs of it. In that case the failure does not matter.
 */
export const submitted = (
  submit: Effect.Effect<void, WorkError>,
  stageNow: Effect.Effect<Stage, WorkError>,
  hasResults: Effect.Effect<boolean, WorkError> = Effect.succeed(false)
): Effect.Effect<void, WorkError> =>
  Effect.catchAll(submit, (error) => {
    if (error.outcome === "done") return Effect.void
    const isDone = Effect.flatMap(stageNow, (stage) => (stage === "finished" ? Effect.succeed(true) : hasResults))
    return Effect.flatMap(
      Effect.orElseSucceed(isDone, () => false),
      (isDone) => (isDone ? Effect.void : Effect.fail(error))
    )
  })
