import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import { Patch } from "../request/policy.js"

interface Flight<A, E> {
  readonly result: Deferred.Deferred<A, E>
  waiters: number
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/**
 * Waits until all fibers that are ready have run. `Effect.yieldNow` is too short for fibers that a server starts, and
 * `Effect.sleep` hangs under `TestClock`.
 */
export const macrotask: Effect.Effect<void> = Effect.async<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 0)
  return Effect.sync(() => clearTimeout(timer))
})

/**
 * Work that runs once for all callers that wait for it. It runs in a fiber of its own under the application's policy, so
 * the interruption of one caller does not disturb the others; the work is interrupted with its last caller. No result is
 * kept. A caller joins work that runs (`"whileRunning"`), or only work that has not started (`"untilStarted"`), so that it
 * never gets what was read before it asked.
 *
 * `Effect.cached` does not fit (tried on 3.22): it stays interrupted for ever when its first caller is interrupted, and
 * with a time to live it keeps failures. `Cache.get` interrupts the other waiters with the first.
 */
export const make = <A, E>(
  work: Effect.Effect<A, E>,
  join: "whileRunning" | "untilStarted" = "whileRunning"
): Effect.Effect<A, E> => {
  let current: Flight<A, E> | undefined
  // Not an Effect: no caller may join between the last waiter's end and this.
  const close = (flight: Flight<A, E>) => {
    if (current === flight) current = undefined
  }
  const run = (flight: Flight<A, E>) =>
    (join === "whileRunning"
      ? work
      : Effect.zipRight(
          Effect.map(macrotask, () => close(flight)),
          work
        )
    ).pipe(
      Effect.provideService(Patch, {}),
      Effect.onExit((exit: Exit.Exit<A, E>) => {
        close(flight)
        return Deferred.done(flight.result, exit)
      }),
      Effect.interruptible,
      Effect.forkDaemon
    )
  const wait = (flight: Flight<A, E>, restore: <B, F>(self: Effect.Effect<B, F>) => Effect.Effect<B, F>) => {
    flight.waiters++
    return Effect.onExit(restore(Deferred.await(flight.result)), () => {
      flight.waiters--
      if (flight.waiters > 0 || flight.fiber === undefined) return Effect.void
      close(flight)
      return Fiber.interrupt(flight.fiber)
    })
  }
  return Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      if (current !== undefined) return wait(current, restore)
      const flight: Flight<A, E> = { result: Deferred.unsafeMake(FiberId.none), waiters: 0, fiber: undefined }
      current = flight
      return Effect.flatMap(run(flight), (fiber) => {
        flight.fiber = fiber
        return wait(flight, restore)
      })
    })
  )
}
