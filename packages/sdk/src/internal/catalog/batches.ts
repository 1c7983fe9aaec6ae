import * as Array from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Id from "../id.js"
import { Patch, type Policy } from "../request/policy.js"
import * as SingleFlight from "./singleFlight.js"

interface Asked<A, E> {
  readonly id: string
  readonly result: Deferred.Deferred<Option.Option<A>, E>
  waiters: number
  batch: Batch<A, E> | undefined
}

interface Batch<A, E> {
  readonly members: ReadonlyArray<Asked<A, E>>
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/** How a batch is asked for. */
export interface Options<A, E> {
  /** The largest number of ids in one request. */
  readonly size: number
  /** The smallest number of ids in a request that asks again for ids that a response left out. */
  readonly least: number
  /** Asks for one id. */
  readonly one: (id: string) => Effect.Effect<Option.Option<A>, E>
  /** Asks for several ids. The result has the things that exist, by these ids. */
  readonly several: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E>
  /** Whether an error may be caused by one id in the batch: then each id is asked for alone. */
  readonly askSingly: (error: E) => boolean
}

/** Asks for one id, together with the ids that others ask for at the same moment. */
export type Ask<A, E> = (id: string) => Effect.Effect<Option.Option<A>, E>

const isAbandoned = <A, E>(batch: Batch<A, E>): boolean => batch.members.every(({ waiters }) => waiters === 0)

/**
 * Collects the ids that any fibers ask for at the same moment, and asks for them in one request. Each caller gets its own
 * result. The id of a caller that is interrupted before the request is left out, and the request is interrupted with the
 * last caller that waits for it. No result is cached. A batch runs in a fiber of its own, under the application's policy
 * with this patch.
 *
 * `RequestResolver` does not fit (tried on 3.22): it batches only within one effect that the caller runs with
 * `batching: true`. Independent fibers, as those of a server, each send a request of their own.
 */
export const make = <A, E>(options: Options<A, E>, patch: Partial<Policy> = {}): Ask<A, E> => {
  let collecting = new Map<string, Asked<A, E>>()

  const settle = (asked: Asked<A, E>, exit: Exit.Exit<Option.Option<A>, E>) => Deferred.unsafeDone(asked.result, exit)

  const singly = (members: ReadonlyArray<Asked<A, E>>): Effect.Effect<void> =>
    Effect.forEach(members, (asked) => Effect.map(Effect.exit(options.one(asked.id)), (exit) => settle(asked, exit)), {
      concurrency: "unbounded",
      discard: true
    })

  /** Asks for the members together, gives their results to those that exist, and returns the rest. */
  const together = (
    members: ReadonlyArray<Asked<A, E>>
  ): Effect.Effect<{ readonly found: number; readonly rest: ReadonlyArray<Asked<A, E>> }, E> =>
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
  const again = (members: ReadonlyArray<Asked<A, E>>, size: number): Effect.Effect<void, E> => {
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

  const ask = (members: ReadonlyArray<Asked<A, E>>): Effect.Effect<void, E> =>
    members.length === 1
      ? singly(members)
      : Effect.flatMap(together(members), ({ found, rest }) => again(rest, Math.max(found, options.least)))

  const start = (members: ReadonlyArray<Asked<A, E>>) =>
    Effect.suspend(() => {
      const batch: Batch<A, E> = { members, fiber: undefined }
      for (const asked of members) asked.batch = batch
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
          return isAbandoned(batch) ? Fiber.interrupt(fiber) : Effect.void
        })
      )
    })

  const leave = Effect.suspend(() => {
    const members = [...collecting.values()].filter((asked) => asked.waiters > 0)
    collecting = new Map()
    return Effect.forEach(Array.chunksOf(members, options.size), start, { discard: true })
  })

  const collect = SingleFlight.macrotask.pipe(
    Effect.zipRight(leave),
    Effect.provideService(Patch, patch),
    Effect.interruptible,
    Effect.forkDaemon
  )

  const wait = (asked: Asked<A, E>, restore: <B, F>(self: Effect.Effect<B, F>) => Effect.Effect<B, F>) =>
    Effect.onExit(restore(Deferred.await(asked.result)), () => {
      asked.waiters--
      const { batch } = asked
      return batch?.fiber !== undefined && isAbandoned(batch) ? Fiber.interrupt(batch.fiber) : Effect.void
    })

  return (id) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const key = Id.canonical(id)
        const asked: Asked<A, E> = collecting.get(key) ?? {
          id,
          result: Deferred.unsafeMake(FiberId.none),
          waiters: 0,
          batch: undefined
        }
        // Counted in this step, or the batch could leave without this caller.
        asked.waiters++
        const isFirst = collecting.size === 0
        collecting.set(key, asked)
        return isFirst ? Effect.zipRight(collect, wait(asked, restore)) : wait(asked, restore)
      })
    )
}
