import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import * as Supervisor from "effect/Supervisor"
import { vi } from "vitest"

class CountingScheduler extends Scheduler.MixedScheduler {
  steps = 0
  override shouldYield(...[fiber]: Parameters<Scheduler.MixedScheduler["shouldYield"]>) {
    this.steps++
    return super.shouldYield(fiber)
  }
}

class CountingSupervisor extends Supervisor.AbstractSupervisor<void> {
  fibers = 0
  readonly value = Effect.void
  override onStart() {
    this.fibers++
  }
}

/** The steps of Effect's run loop, the fibers and the timers of an effect, when it runs for the second time. */
export const counted = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* self
    const scheduler = new CountingScheduler(2048)
    const supervisor = new CountingSupervisor()
    const set = vi.spyOn(globalThis, "setTimeout").mockClear()
    const clear = vi.spyOn(globalThis, "clearTimeout").mockClear()
    const value = yield* self.pipe(Effect.supervised(supervisor), Effect.withScheduler(scheduler))
    return {
      value,
      steps: scheduler.steps,
      fibers: supervisor.fibers,
      timers: set.mock.calls.length,
      canceled: clear.mock.calls.length
    }
  })
