import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import { Patch } from "../RequestPolicy.js"
import * as Shared from "./shared.js"

interface Asked<A, E> {
  readonly id: string
  readonly answer: Deferred.Deferred<Option.Option<A>, E>
  waiters: number
  batch: Batch<A, E> | undefined
}

interface Batch<A, E> {
  readonly members: ReadonlyArray<Asked<A, E>>
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/** How a batch is asked for. */
export interface Options<A, E> {
  /** How many ids one request may ask for. */
  readonly size: number
  /** Asks for one. */
  readonly one: (id: string) => Effect.Effect<Option.Option<A>, E>
  /** Asks for several: those that there are, in any order. */
  readonly several: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E>
  /** Whether a batch failed for what was in it: then each of its ids is asked for alone. */
  readonly askSingly: (error: E) => boolean
}

/**
 * Collects what is asked for in the same moment, by whatever fibers, and asks for it together. Each caller gets its own
 * answer; who was interrupted before the batch left is not asked for, and a batch is interrupted with the last who
 * waits for any of it. A batch runs in a fiber of its own, under the application's policy.
 */
export const make = <A, E>(options: Options<A, E>): ((id: string) => Effect.Effect<Option.Option<A>, E>) => {
  let collecting = new Map<string, Asked<A, E>>()

  const answer = (asked: Asked<A, E>, exit: Exit.Exit<Option.Option<A>, E>) => Deferred.unsafeDone(asked.answer, exit)

  const ask = (members: ReadonlyArray<Asked<A, E>>): Effect.Effect<void, E> => {
    const [only, ...others] = members
    if (only === undefined) return Effect.void
    const singly = Effect.forEach(
      members,
      (asked) => Effect.map(Effect.exit(options.one(asked.id)), (exit) => answer(asked, exit)),
      { concurrency: "unbounded", discard: true }
    )
    if (others.length === 0) return singly
    return options.several(members.map(({ id }) => id)).pipe(
      Effect.tap((found) => {
        for (const asked of members) answer(asked, Exit.succeed(Option.fromNullable(found.get(asked.id))))
      }),
      Effect.asVoid,
      Effect.catchAll((error) => (options.askSingly(error) ? singly : Effect.fail(error)))
    )
  }

  const start = (members: ReadonlyArray<Asked<A, E>>) =>
    Effect.suspend(() => {
      const batch: Batch<A, E> = { members, fiber: undefined }
      for (const asked of members) asked.batch = batch
      return ask(members).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            // Whoever has no answer by now has none for the reason that the batch ended.
            if (Exit.isFailure(exit)) for (const asked of members) answer(asked, Exit.failCause(exit.cause))
          })
        ),
        Effect.ignore,
        Effect.interruptible,
        Effect.forkDaemon,
        Effect.tap((fiber) => {
          batch.fiber = fiber
        })
      )
    })

  const leave = Effect.suspend(() => {
    const members = [...collecting.values()].filter((asked) => asked.waiters > 0)
    collecting = new Map()
    const batches: Array<ReadonlyArray<Asked<A, E>>> = []
    for (let from = 0; from < members.length; from += options.size) {
      batches.push(members.slice(from, from + options.size))
    }
    return Effect.forEach(batches, start, { discard: true })
  })

  const collect = (id: string): Effect.Effect<Asked<A, E>> =>
    Effect.suspend(() => {
      const existing = collecting.get(id)
      if (existing !== undefined) return Effect.succeed(existing)
      const asked: Asked<A, E> = { id, answer: Deferred.unsafeMake(FiberId.none), waiters: 0, batch: undefined }
      const first = collecting.size === 0
      collecting.set(id, asked)
      return first
        ? Shared.moment.pipe(
            Effect.zipRight(leave),
            Effect.provideService(Patch, {}),
            Effect.interruptible,
            Effect.forkDaemon,
            Effect.as(asked)
          )
        : Effect.succeed(asked)
    })

  return (id) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(collect(id), (asked) => {
        asked.waiters++
        return Effect.onExit(restore(Deferred.await(asked.answer)), () => {
          asked.waiters--
          const fiber = asked.batch?.fiber
          return fiber !== undefined && asked.batch?.members.every(({ waiters }) => waiters === 0)
            ? Fiber.interrupt(fiber)
            : Effect.void
        })
      })
    )
}
