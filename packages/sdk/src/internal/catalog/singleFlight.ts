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
 * Does something when all fibers that are ready have run. Returns how to cancel it. `Effect.yieldNow` is too short for
 * fibers that a server starts, and `Effect.sleep` hangs under `TestClock`.
 */
const afterThisMoment = (run: () => void): (() => void) => {
  // A timer of Node waits for a millisecond at least.
  const setImmediate: ((run: () => void) => unknown) | undefined = Reflect.get(globalThis, "setImmediate")
  if (setImmediate === undefined) {
    const timer = setTimeout(run, 0)
    return () => clearTimeout(timer)
  }
  let isCanceled = false
  setImmediate(() => {
    if (!isCanceled) run()
  })
  return () => {
    isCanceled = true
  }
}

/** Waits until all fibers that are ready have run. */
export const macrotask: Effect.Effect<void> = Effect.async<void>((resume) => {
  const cancel = afterThisMoment(() => resume(Effect.void))
  return Effect.sync(cancel)
})

/**
 * Work that runs once for all who ask for it in the same moment, and begins after it: nobody gets what was read before
 * they asked. Work that only one caller asked for runs in the caller's own fiber. The callers use the application's policy.
 */
export const ofMoment = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const callers = new Set<(joined: Effect.Effect<A, E>) => void>()
  let cancel: (() => void) | undefined
  const start = () => {
    const shared = callers.size === 1 ? work : make(work)
    const all = [...callers]
    callers.clear()
    for (const resume of all) resume(shared)
  }
  return Effect.async((resume) => {
    if (callers.size === 0) cancel = afterThisMoment(start)
    callers.add(resume)
    return Effect.sync(() => {
      if (callers.delete(resume) && callers.size === 0) cancel?.()
    })
  })
}

/**
 * Work that runs once for all callers that wait for it. It runs in a fiber of its own under the application's policy, so
 * the interruption of one caller does not disturb the others; the work is interrupted with its last caller. No result is
 * kept.
 *
 * `Effect.cached` does not fit (tried on 3.22): it stays interrupted for ever when its first caller is interrupted, and
 * with a time to live it keeps failures. `Cache.get` interrupts the other waiters with the first.
 */
export const make = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let current: Flight<A, E> | undefined
  // Not an Effect: no caller may join between the last waiter's end and this.
  const close = (flight: Flight<A, E>) => {
    if (current === flight) current = undefined
  }
  const run = (flight: Flight<A, E>) =>
    work.pipe(
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
