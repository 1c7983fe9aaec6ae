import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

/**
 * Waits for a fiber while the clock of the test goes on in steps. Between two of them the sockets have their turn, so a deadline
 * does not pass before what happens at once has happened, however slow the machine is.
 */
export const withTime = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, step: Duration.DurationInput): Effect.Effect<A, E> =>
  TestClock.adjust(step).pipe(
    Effect.repeat({ until: () => Effect.map(Fiber.poll(fiber), Option.isSome) }),
    Effect.zipRight(Fiber.join(fiber))
  )
