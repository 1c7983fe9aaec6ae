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

/** One macrotask: long enough for all that is asked in the same moment, and no `Clock`, which would stop under a test's. */
export const moment: Effect.Effect<void> = Effect.async<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 0)
  return Effect.sync(() => clearTimeout(timer))
})

/**
 * Work that many wait for and that runs once. It runs in a fiber of its own, so that the interruption of one who waits
 * does not disturb the others, under the application's policy, and is interrupted with the last who waits. Nothing is
 * kept of it: who asks after it ended (`"whileRunning"`), or after it began (`"untilStarted"`, for what has to be read
 * now), starts it anew.
 */
export const make = <A, E>(
  work: Effect.Effect<A, E>,
  join: "whileRunning" | "untilStarted" = "whileRunning"
): Effect.Effect<A, E> => {
  let current: Flight<A, E> | undefined
  const leave = (flight: Flight<A, E>) => {
    if (current === flight) current = undefined
  }
  const run = (flight: Flight<A, E>) =>
    (join === "whileRunning"
      ? work
      : Effect.zipRight(
          moment,
          Effect.suspend(() => {
            leave(flight)
            return work
          })
        )
    ).pipe(
      Effect.provideService(Patch, {}),
      Effect.onExit((exit: Exit.Exit<A, E>) =>
        Effect.sync(() => {
          leave(flight)
          Deferred.unsafeDone(flight.result, exit)
        })
      ),
      Effect.interruptible,
      Effect.forkDaemon
    )
  return Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      const wait = (flight: Flight<A, E>) => {
        flight.waiters++
        return Effect.onExit(restore(Deferred.await(flight.result)), () => {
          flight.waiters--
          if (flight.waiters > 0 || flight.fiber === undefined) return Effect.void
          leave(flight)
          return Fiber.interrupt(flight.fiber)
        })
      }
      if (current !== undefined) return wait(current)
      const flight: Flight<A, E> = { result: Deferred.unsafeMake(FiberId.none), waiters: 0, fiber: undefined }
      current = flight
      return Effect.flatMap(run(flight), (fiber) => {
        flight.fiber = fiber
        return wait(flight)
      })
    })
  )
}
