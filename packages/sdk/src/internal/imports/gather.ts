import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

// The wall clock may be set while rows wait.
const monotonic = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

/** The rows of a stream in groups. */
export interface Groups<A, E, R> {
  /** The next group, or none after the last. Rows that came before the stream failed or was stopped are in a group, too. */
  readonly next: Effect.Effect<ReadonlyArray<A>, Option.Option<never>, R>
  /** Asks the stream for no more rows. */
  readonly stop: Effect.Effect<void>
  /** The failure that ended the stream, if there was one. */
  readonly failure: () => Option.Option<Cause.Cause<E>>
}

/**
 * Gathers the rows of a stream: no row that was pulled is lost, however the stream ends. Rows are pulled only while a
 * group waits for some, by a fiber of its own, so that a group that is due does not disturb the pull.
 *
 * `Stream.groupedWithin` does not fit (tried on 3.22): when the stream fails, it loses the rows of the group that is not
 * full. `Stream.grouped` keeps them, but has no time limit.
 */
export const make = <A, E, R>(
  source: Stream.Stream<A, E, R>,
  options: {
    readonly size: () => number
    /** How long the first row of a group waits for the others, in milliseconds. */
    readonly within: number | undefined
  }
): Effect.Effect<Groups<A, E, R>, never, Scope.Scope | R> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const pull = yield* Stream.toPull(source)
    let held: Array<A> = []
    let taken = 0
    let heldSince = 0
    let end: Option.Option<Cause.Cause<E>> | undefined
    let isStopped = false
    let pulling: Fiber.RuntimeFiber<void> | undefined
    let changed = Deferred.unsafeMake<void>(FiberId.none)

    const report = () => {
      Deferred.unsafeDone(changed, Effect.void)
    }

    const receive = (exit: Exit.Exit<Chunk.Chunk<A>, Option.Option<E>>, now: number) => {
      pulling = undefined
      if (Exit.isSuccess(exit)) {
        if (held.length === taken) heldSince = now
        if (taken > 0) held = held.slice(taken)
        taken = 0
        for (const row of exit.value) held.push(row)
      } else if (!isStopped) {
        end = Cause.flipCauseOption(exit.cause)
      }
      report()
    }

    // The pulled rows are kept even if the fiber is interrupted at this moment.
    const pullOnce = Effect.uninterruptible(
      Effect.flatMap(Effect.exit(Effect.interruptible(pull)), (exit) =>
        Effect.map(monotonic, (now) => receive(exit, now))
      )
    )

    const wait = (left: number): Effect.Effect<unknown, never, R> =>
      Effect.suspend(() => {
        changed = Deferred.unsafeMake(FiberId.none)
        const pulled = pulling === undefined ? Effect.forkIn(pullOnce, scope) : Effect.succeed(pulling)
        return Effect.flatMap(pulled, (fiber) => {
          // A fiber that has already ended has already reported it.
          if (fiber.unsafePoll() === null) pulling = fiber
          const change = Deferred.await(changed)
          return Number.isFinite(left) ? Effect.timeoutOption(change, left) : change
        })
      })

    const take = Effect.sync((): ReadonlyArray<A> => {
      const group = held.slice(taken, taken + options.size())
      taken += group.length
      return group
    })

    const next: Effect.Effect<ReadonlyArray<A>, Option.Option<never>, R> = Effect.flatMap(monotonic, (now) => {
      const count = held.length - taken
      if (count >= options.size()) return take
      if (isStopped && pulling !== undefined) return Effect.zipRight(Fiber.interrupt(pulling), next)
      if (isStopped || end !== undefined) return count > 0 ? take : Effect.fail(Option.none())
      const left =
        options.within === undefined || count === 0 ? Number.POSITIVE_INFINITY : heldSince + options.within - now
      return left <= 0 ? take : Effect.zipRight(wait(left), next)
    })

    return {
      next,
      stop: Effect.sync(() => {
        isStopped = true
        report()
      }),
      failure: () => end ?? Option.none()
    }
  })

/** The rows of a stream in groups, then its failure, if it fails. */
export const groups = <A, E, R>(
  source: Stream.Stream<A, E, R>,
  options: Parameters<typeof make>[1]
): Stream.Stream<ReadonlyArray<A>, E, R> =>
  Stream.unwrapScoped(
    Effect.map(make(source, options), ({ failure, next }) =>
      Stream.concat(
        Stream.repeatEffectOption(next),
        Stream.suspend(() => Option.match(failure(), { onNone: () => Stream.empty, onSome: Stream.failCause }))
      )
    )
  )
