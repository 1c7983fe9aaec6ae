import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Id from "../id.js"
import { Patch, type Policy } from "../request/policy.js"
import * as SingleFlight from "./singleFlight.js"

/** The result for one id. */
type Result<A, E> = Exit.Exit<Option.Option<A>, E>

interface Asked<A, E> {
  readonly id: string
  /** What the callers do with the result. */
  readonly callers: Array<(result: Result<A, E>) => void>
  result: Result<A, E> | undefined
  /** The number of callers that still wait. */
  waiters: number
  batch: Batch<A, E> | undefined
}

interface Batch<A, E> {
  readonly members: ReadonlyArray<Asked<A, E>>
  /** The sum of the waiters of the members. */
  waiters: number
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/** How a batch is asked for. */
export interface Options<A, E, Absent> {
  /** The largest number of ids in one request. */
  readonly size: number
  /** The smallest number of ids in a request that asks again for ids that a response left out. */
  readonly least: number
  /** Asks for one id. */
  readonly one: (id: string) => Effect.Effect<Option.Option<A>, E | Absent>
  /** Asks for several ids. The result has the things that exist, by these ids. */
  readonly several: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E | Absent>
  /** Whether an error may be caused by one id in the batch: then each id is asked for alone. */
  readonly askSingly: (error: E | Absent) => boolean
  /** Whether an error means that there is no thing with this id. */
  readonly isAbsent: (error: E | Absent) => error is Absent
}

/** Asks for ids, together with the ids that others ask for at the same moment. */
export interface Ask<A, E, Absent> {
  readonly one: (id: string) => Effect.Effect<Option.Option<A>, E | Absent>
  /** The results are in the order of the ids. The first error ends the wait. */
  readonly each: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Option.Option<A>>, E>
}

/**
 * Collects the ids that any fibers ask for at the same moment, and asks for them in one request. Each caller gets its own
 * result. The id of a caller that is interrupted before the request is left out, and the request is interrupted with the
 * last caller that waits for it. No result is cached. A batch runs in a fiber of its own, under the application's policy
 * with this patch.
 *
 * `RequestResolver` does not fit (tried on 3.22): it batches only within one effect that the caller runs with
 * `batching: true`. Independent fibers, as those of a server, each send a request of their own.
 */
export const make = <A, E, Absent>(options: Options<A, E, Absent>, patch: Partial<Policy> = {}): Ask<A, E, Absent> => {
  let collecting = new Map<string, Asked<A, E | Absent>>()

  const settle = (asked: Asked<A, E | Absent>, result: Result<A, E | Absent>) => {
    if (asked.result !== undefined) return
    asked.result = result
    for (const caller of asked.callers) caller(result)
  }

  const singly = (members: ReadonlyArray<Asked<A, E | Absent>>): Effect.Effect<void> =>
    Effect.forEach(members, (asked) => Effect.map(Effect.exit(options.one(asked.id)), (exit) => settle(asked, exit)), {
      concurrency: "unbounded",
      discard: true
    })

  /** Asks for the members together, gives their results to those that exist, and returns the rest. */
  const together = (
    members: ReadonlyArray<Asked<A, E | Absent>>
  ): Effect.Effect<{ readonly found: number; readonly rest: ReadonlyArray<Asked<A, E | Absent>> }, E | Absent> =>
    options.several(members.map(({ id }) => id)).pipe(
      Effect.map((found) => {
        const rest = members.filter((asked) => {
          const one = found.get(asked.id)
          if (one !== undefined) settle(asked, Exit.succeed(Option.some(one)))
          return one === undefined
        })
        return { found: members.length - rest.length, rest }
      }),
      Effect.catchAll((error) =>
        options.askSingly(error) ? Effect.as(singly(members), { found: members.length, rest: [] }) : Effect.fail(error)
      )
    )

  /**
   * Asks again for the ids that a response left out: the server may limit the size of a response, so the next request has
   * only as many ids as the last response had things. When a response has nothing new, the rest does not exist.
   */
  const again = (members: ReadonlyArray<Asked<A, E | Absent>>, size: number): Effect.Effect<void, E | Absent> => {
    const wanted = members.filter(({ waiters }) => waiters > 0)
    return Effect.forEach(
      Array.chunksOf(wanted, size),
      (some) =>
        Effect.flatMap(together(some), ({ found, rest }) =>
          found > 0
            ? again(rest, size)
            : Effect.sync(() => {
                for (const asked of rest) settle(asked, Exit.succeed(Option.none()))
              })
        ),
      { discard: true }
    )
  }

  const ask = (members: ReadonlyArray<Asked<A, E | Absent>>): Effect.Effect<void, E | Absent> =>
    members.length === 1
      ? singly(members)
      : Effect.flatMap(together(members), ({ found, rest }) => again(rest, Math.max(found, options.least)))

  const start = (members: ReadonlyArray<Asked<A, E | Absent>>) =>
    Effect.suspend(() => {
      const batch: Batch<A, E | Absent> = { members, waiters: 0, fiber: undefined }
      for (const asked of members) {
        asked.batch = batch
        batch.waiters += asked.waiters
      }
      return ask(members).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            // A member without a result gets the failure of the batch.
            if (Exit.isFailure(exit)) for (const asked of members) settle(asked, Exit.failCause(exit.cause))
          })
        ),
        Effect.ignore,
        Effect.interruptible,
        Effect.forkDaemon,
        Effect.flatMap((fiber) => {
          batch.fiber = fiber
          return batch.waiters === 0 ? Fiber.interrupt(fiber) : Effect.void
        })
      )
    })

  const leave = Effect.suspend(() => {
    const members = [...collecting.values()].filter((asked) => asked.waiters > 0)
    collecting = new Map()
    return Effect.forEach(Array.chunksOf(members, options.size), start, { discard: true })
  })

  const collect = SingleFlight.macrotask.pipe(Effect.zipRight(leave), Effect.provideService(Patch, patch))

  /** The fibers that nobody waits for after a caller has left. */
  const withdraw = (
    caller: ReadonlyArray<Asked<A, E | Absent>>
  ): ReadonlyArray<Fiber.RuntimeFiber<unknown, unknown>> => {
    const abandoned: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
    for (const asked of caller) {
      const { batch } = asked
      asked.waiters--
      if (batch === undefined) continue
      batch.waiters--
      if (batch.waiters === 0 && batch.fiber !== undefined) abandoned.push(batch.fiber)
    }
    return abandoned
  }

  const register = (id: string, caller: (result: Result<A, E | Absent>) => void): Asked<A, E | Absent> => {
    const key = Id.canonical(id)
    const existing = collecting.get(key)
    const asked: Asked<A, E | Absent> = existing ?? { id, callers: [], result: undefined, waiters: 0, batch: undefined }
    if (existing === undefined) collecting.set(key, asked)
    asked.callers.push(caller)
    asked.waiters++
    return asked
  }

  /** One caller waits for all of its ids at once: a fiber for each id takes longer than the records themselves. */
  const wait = <F>(
    ids: ReadonlyArray<string>,
    read: (result: Result<A, E | Absent>) => Result<A, F>
  ): Effect.Effect<ReadonlyArray<Option.Option<A>>, F> =>
    Effect.withFiberRuntime((fiber, status) =>
      Effect.async<ReadonlyArray<Option.Option<A>>, F>((resume) => {
        const found: Array<Option.Option<A>> = []
        let left = ids.length
        let isDone = false
        let caller: ReadonlyArray<Asked<A, E | Absent>> = []
        const leaveBatches = <B, E2>(exit: Exit.Exit<B, E2>): Effect.Effect<B, E2> => {
          isDone = true
          const abandoned = withdraw(caller)
          return abandoned.length === 0 ? exit : Effect.zipRight(Fiber.interruptAll(abandoned), exit)
        }
        const end = (exit: Exit.Exit<ReadonlyArray<Option.Option<A>>, F>) => resume(leaveBatches(exit))
        // Registered in one step: the batch cannot leave with some of the ids.
        const isFirst = collecting.size === 0
        caller = ids.map((id, index) =>
          register(id, (result) => {
            if (isDone) return
            const exit = read(result)
            if (Exit.isFailure(exit)) return end(Exit.failCause(exit.cause))
            found[index] = exit.value
            left--
            if (left === 0) end(Exit.succeed(found))
          })
        )
        if (isFirst) {
          const runtime = Runtime.make({
            context: fiber.currentContext,
            fiberRefs: fiber.getFiberRefs(),
            runtimeFlags: status.runtimeFlags
          })
          Runtime.runFork(runtime)(collect)
        }
        // An interruption may also come while the end is waited for.
        return Effect.suspend(() => (isDone ? Effect.void : leaveBatches(Exit.void)))
      })
    )

  const absentAsNone = (result: Result<A, E | Absent>): Result<A, E> =>
    Exit.isSuccess(result)
      ? Exit.succeed(result.value)
      : Either.match(Cause.failureOrCause(result.cause), {
          onLeft: (error) => (options.isAbsent(error) ? Exit.succeed(Option.none<A>()) : Exit.fail(error)),
          onRight: Exit.failCause
        })

  return {
    one: (id) => Effect.map(wait([id], identity), ([found = Option.none()]) => found),
    each: (ids) => (ids.length === 0 ? Effect.succeed([]) : wait(ids, absentAsNone))
  }
}
