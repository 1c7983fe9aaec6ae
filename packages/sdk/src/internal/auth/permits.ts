import * as Effect from "effect/Effect"

/** A limit on how many effects run at the same time. */
export interface Permits {
  readonly withPermit: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/**
 * A fair limit: first come, first served. Effect's semaphore (3.22) wakes all waiters for each permit that is given back,
 * and lets newcomers pass: with one permit, 1,000 waiters take 11 seconds, and 2,000 take 70.
 */
export const make = (permits: number): Permits => {
  let free = permits
  const waiting = new Set<() => void>()
  const release = Effect.sync(() => {
    const [next] = waiting
    if (next === undefined) free++
    else {
      waiting.delete(next)
      next()
    }
  })
  const acquire = Effect.async<void>((resume) => {
    const granted = () => resume(Effect.void)
    if (free > 0) {
      free--
      granted()
    } else waiting.add(granted)
    // If the waiter is interrupted after it got a permit, the next waiter gets it.
    return Effect.suspend(() => (waiting.delete(granted) ? Effect.void : release))
  })
  return {
    withPermit: (self) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.zipRight(restore(acquire), Effect.ensuring(restore(self), release))
      )
  }
}

/** No limit. */
export const unlimited: Permits = { withPermit: (self) => self }
