import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { KaleidoscopeError } from "../../KaleidoscopeError.js"
import * as Permits from "../auth/permits.js"
import type { Outcome } from "./model.js"
import { mayPass, type Work, type WorkError } from "./work.js"

/** Work that runs in fibers of its own, one for each key, until the scope is closed. */
export interface Running {
  /** Begins work, or finds it if it runs already. */
  readonly begin: (work: Work, onTry?: Effect.Effect<void>) => Effect.Effect<Fiber.RuntimeFiber<Outcome, WorkError>>
  /** Begins work, unless it failed for good since the process began. */
  readonly beginUnlessFailed: (work: Work) => Effect.Effect<void>
}

const defaultRetry = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("1 minute")),
  Schedule.upTo("1 hour")
)

export const make = (options: {
  readonly submissions: number
  readonly retry: Schedule.Schedule<unknown, KaleidoscopeError> | undefined
  readonly shutdownTimeout: Duration.DurationInput
}): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fibers = yield* FiberMap.make<string, Outcome, WorkError>()
    // Whoever waits is interrupted alone: the fibers belong to the scope.
    const fork = yield* FiberMap.runtime(fibers)<never>()
    yield* Effect.addFinalizer(() =>
      FiberMap.awaitEmpty(fibers).pipe(
        Effect.interruptible,
        Effect.timeoutOption(options.shutdownTimeout),
        Effect.ignore
      )
    )
    const permits = Number.isFinite(options.submissions) ? Permits.make(options.submissions) : Permits.unlimited
    const turns = new Map<string, Permits.Permits>()
    const inTurn = (activity: string): Permits.Permits => {
      const turn = turns.get(activity) ?? Permits.make(1)
      turns.set(activity, turn)
      return turn
    }
    const failedForGood = new Set<string>()

    const run = ({ attempt, key, turn }: Work, onTry: Effect.Effect<void>): Effect.Effect<Outcome, WorkError> =>
      permits.withPermit(Effect.zipRight(onTry, attempt)).pipe(
        Effect.retry({ schedule: options.retry ?? defaultRetry, while: mayPass }),
        turn === undefined ? identity : inTurn(turn).withPermit,
        Effect.tap((outcome) =>
          outcome._tag === "Ignored"
            ? Effect.logWarning(`Registrar: ${key} is left alone: ${outcome.reason}`)
            : Effect.logDebug(`Registrar: ${key}: ${JSON.stringify(outcome)}`)
        ),
        Effect.tapError((error) => {
          if (!mayPass(error)) failedForGood.add(key)
          const next = mayPass(error) ? "polling or a webhook tries it again" : "only a webhook tries it again"
          return Effect.logError(`Registrar: ${key} failed, and ${next}: ${error.message}`)
        })
      )

    const begin = (work: Work, onTry = Effect.void) =>
      Effect.sync(() => Option.getOrElse(FiberMap.unsafeGet(fibers, work.key), () => fork(work.key, run(work, onTry))))

    return {
      begin: (work, onTry) =>
        Effect.suspend(() => {
          failedForGood.delete(work.key)
          return begin(work, onTry)
        }),
      beginUnlessFailed: (work) =>
        Effect.suspend(() => (failedForGood.has(work.key) ? Effect.void : Effect.asVoid(begin(work))))
    }
  })
