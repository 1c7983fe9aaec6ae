import * as Effect from "effect/Effect"

/** A limit on how many run at once. */
export interface Permits {
  readonly withPermit: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/**
 * A fair limit: first come, first served. Effect's own semaphore wakes every waiter for each permit that is given
 * back, so ten thousand waiters cost a hundred million wake-ups, and lets newcomers pass.
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
    // Interrupted after it was granted: the permit is nobody's, so it goes on.
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
