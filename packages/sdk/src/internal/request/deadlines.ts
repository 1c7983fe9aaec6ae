import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type * as Permits from "../auth/permits.js"
import * as Monotonic from "../monotonic.js"
import type { Limits } from "./policy.js"
import type { ResponseFailure } from "./responseFailure.js"
import * as Timer from "./timer.js"

/** The deadlines of one attempt. The code that sends and receives reports its progress here. */
export interface Deadlines {
  /** The request is handed to the client: the deadlines of the attempt and of its response start. */
  readonly start: () => void
  /** The client took a part of the request's body. */
  readonly partTaken: () => void
  /** The client took the last part of the body: the deadline of the response starts again. */
  readonly bodySent: () => void
  /** The attempt waits for a new token: its deadlines stop until they start again. */
  readonly stop: () => void
  /** The headers or a part of the response's body arrived. */
  readonly received: () => void
  /** Runs an effect when there is a permit, and interrupts it at the first deadline that passes. */
  readonly guard: <E2>(
    permits: Permits.Permits,
    onTimeout: (failure: ResponseFailure) => E2
  ) => <A, E>(self: Effect.Effect<A, E>) => Effect.Effect<A, E | E2>
}

/**
 * The overall deadline counts from the beginning of the call. The others start when the attempt is sent, because a
 * wait for a permit or a token is not silence of the server. `Effect.timeout` for each chunk would make a timer for each chunk:
 * here one timer serves all deadlines. When it fires, it finds the next deadline, and sleeps until then.
 */
export const make = (
  clock: Clock.Clock,
  limits: Pick<Limits, "answer" | "silence" | "attempt">,
  overallEnd: number
): Deadlines => {
  const shortest = Math.min(limits.answer, limits.silence, limits.attempt)
  let attemptEnd = Number.POSITIVE_INFINITY
  let nextEnd = Number.POSITIVE_INFINITY
  let next: "answer" | "silence" = "answer"
  let hasResponse = false
  let parts = 0
  const passed = (now: number): ResponseFailure | undefined =>
    now >= overallEnd
      ? { _tag: "TimedOut", deadline: "overall" }
      : now >= attemptEnd
        ? { _tag: "TimedOut", deadline: "attempt" }
        : now >= nextEnd
          ? { _tag: "TimedOut", deadline: next }
          : undefined
  const expect = (deadline: "answer" | "silence") => {
    next = deadline
    nextEnd = Monotonic.now(clock) + limits[deadline]
  }
  return {
    start: () => {
      hasResponse = false
      parts = 0
      expect("answer")
      attemptEnd = Monotonic.now(clock) + limits.attempt
    },
    partTaken: () => {
      // A client takes the first part before it has a connection. When it takes the second, it has sent the first.
      if (++parts > 1) expect("silence")
    },
    bodySent: () => {
      if (!hasResponse) expect("answer")
    },
    stop: () => {
      nextEnd = Number.POSITIVE_INFINITY
      attemptEnd = Number.POSITIVE_INFINITY
    },
    received: () => {
      hasResponse = true
      expect("silence")
    },
    // `Effect.raceFirst` would start two fibers, and keep one of them asleep.
    guard: (permits, onTimeout) => (self) =>
      Effect.withFiberRuntime((caller, status) =>
        Effect.async((resume) => {
          const runtime = Runtime.make({
            context: caller.currentContext,
            fiberRefs: caller.getFiberRefs(),
            runtimeFlags: RuntimeFlags.enable(status.runtimeFlags, RuntimeFlags.Interruption)
          })
          let fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
          let overdue: ResponseFailure | undefined
          let isOver = false
          let cancelTimer: (() => void) | undefined
          const stopWaiting = permits.take((giveBack, waited) => {
            // After a wait this runs in the last step of another fiber.
            // Its exit is its result: Effect logs the failure of a fiber.
            const started = Runtime.runFork(runtime)(Effect.exit(self), { immediate: !waited })
            fiber = started
            started.addObserver((exit) => {
              isOver = true
              cancelTimer?.()
              giveBack()
              resume(overdue === undefined ? Effect.flatten(exit) : Effect.fail(onTimeout(overdue)))
            })
          })
          const watch = () => {
            const now = Monotonic.now(clock)
            overdue = passed(now)
            if (overdue === undefined) {
              // While it sleeps, a shorter deadline may start.
              const wake = Math.min(overallEnd, attemptEnd, nextEnd, now + shortest)
              if (Number.isFinite(wake)) cancelTimer = Timer.after(runtime, clock, wake - now, watch)
            } else if (fiber === undefined) {
              stopWaiting()
              resume(Effect.fail(onTimeout(overdue)))
            } else fiber.unsafeInterruptAsFork(caller.id())
          }
          if (!isOver) watch()
          return Effect.suspend(() => {
            cancelTimer?.()
            stopWaiting()
            return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
          })
        })
      )
  }
}
