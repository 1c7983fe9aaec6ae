import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"

const systemClock = Context.get(DefaultServices.liveServices, Clock.Clock)

// The longest time of a timer of JavaScript.
const longest = 2 ** 31 - 1

/**
 * Does something after this time, or earlier if the time is longer than a timer can be. Returns how to cancel it. A sleep
 * needs a fiber of its own: only clocks that are not the system's get one, as the clock of a test.
 */
export const after = (
  runtime: Runtime.Runtime<never>,
  clock: Clock.Clock,
  milliseconds: number,
  run: () => void
): (() => void) => {
  const wait = Math.min(Math.ceil(milliseconds), longest)
  if (clock === systemClock) {
    const timer = setTimeout(run, wait)
    return () => clearTimeout(timer)
  }
  const fiber = Runtime.runFork(runtime)(Effect.zipRight(clock.sleep(Duration.millis(wait)), Effect.sync(run)))
  return () => fiber.unsafeInterruptAsFork(FiberId.none)
}
