import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { Cursors, Engine, Jobs, Metrics, Mirror } from "@effect-kaleidoscope/workflow"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { withTime } from "../../../test/time.js"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Events from "./support/events.js"
import * as MirrorKills from "./support/mirrorKills.js"

const auth = Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })

const services = (count: number, faults: ReadonlyArray<Faults.Rule> = []) =>
  Layer.mergeAll(
    Engine.layerMemory,
    Kaleidoscope.layer.pipe(
      Layer.provide(auth),
      Layer.provideMerge(Emulator.layer({ seed: Events.workspace(count), faults }))
    )
  )

/** A handler that notes what it was given. */
const recorder = () => {
  const changes: Array<readonly [id: string, again: boolean]> = []
  return {
    changes,
    handle: ({ again, event }: Mirror.Change) => Effect.sync(() => changes.push([event.id, again] as const))
  }
}

const once = (ids: ReadonlyArray<string>) => ids.map((id) => [id, false])

describe("a mirror", () => {
  it.effect("gives each change to its handler, the oldest first, and nothing when it is started again", () => {
    const { changes, handle } = recorder()
    return Effect.gen(function* () {
      const before = yield* Metric.value(Metrics.changes)
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toEqual(once(Events.ids(250)))
      expect((yield* Metric.value(Metrics.changes)).count - before.count).toBe(250)
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toHaveLength(250)
      const jobs = yield* Jobs.Jobs
      expect(yield* jobs.list).toMatchObject([{ job: "mirror", kind: "Mirror", state: "complete", rows_read: 250 }])
      const cursors = yield* Cursors.Cursors
      yield* cursors.forget("mirror")
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toHaveLength(500)
    }).pipe(Effect.provide(services(250)))
  })

  it.effect("begins where it is told to, and follows while it runs", () => {
    const { changes, handle } = recorder()
    return Effect.gen(function* () {
      const from = DateTime.unsafeMake("2026-03-01T12:00:07Z")
      const fiber = yield* Effect.fork(Mirror.run({ job: "mirror", handle, from, every: "1 minute" }))
      yield* Effect.repeat(TestClock.adjust("100 millis"), { until: () => Effect.succeed(changes.length === 3) })
      expect(changes).toEqual(once(Events.ids(10).slice(7)))
      const emulator = yield* Emulator.Emulator
      const reads = Effect.map(emulator.requests, (all) => all.filter(({ path }) => path.includes("events")).length)
      const before = yield* reads
      const jobs = yield* Jobs.Jobs
      const [first] = yield* jobs.list
      yield* Effect.repeat(Effect.zipRight(TestClock.adjust("10 seconds"), reads), { until: (count) => count > before })
      const [later] = yield* Effect.repeat(Effect.zipRight(TestClock.adjust("10 seconds"), jobs.list), {
        until: ([job]) => Number(job?.updated_at) > Number(first?.updated_at)
      })
      expect(later?.state).toBe("running")
      yield* jobs.cancel("mirror")
      yield* withTime(fiber, "10 seconds")
      expect(yield* jobs.find("mirror")).toMatchObject(Option.some({ state: "cancelled", rows_read: 3 }))
    }).pipe(Effect.provide(services(10)))
  })

  it.effect("ends with the error of its handler, and goes on with that change and `again`", () => {
    const { changes, handle } = recorder()
    const [first = "", second = "", third = ""] = Events.ids(3)
    return Effect.gen(function* () {
      const failing = (change: Mirror.Change) =>
        change.event.id === second ? Effect.fail("no" as const) : handle(change)
      expect(yield* Effect.flip(Mirror.run({ job: "mirror", handle: failing }))).toBe("no")
      const jobs = yield* Jobs.Jobs
      expect(yield* jobs.list).toMatchObject([{ state: "failed" }])
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toEqual([
        [first, false],
        [second, true],
        [third, false]
      ])
      expect(yield* jobs.list).toMatchObject([{ state: "complete", rows_read: 3 }])
    }).pipe(Effect.provide(services(3)))
  })

  it.effect("waits while the platform fails, however long, and ends if it refuses the credentials", () => {
    const { changes, handle } = recorder()
    const events = (nth: number) => ({ path: "/workspaces/events", nth })
    const down = Array.from({ length: 40 }, (_, index) => Faults.on(events(index + 1), Faults.status(503)))
    const refused = Faults.on(events(41), Faults.status(403))
    return Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.flip(Mirror.run({ job: "mirror", handle })))
      expect(yield* withTime(fiber, "10 seconds")).toMatchObject({ _tag: "KaleidoscopeForbidden" })
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toEqual(once(Events.ids(5)))
    }).pipe(Effect.provide(services(5, [...down, refused])))
  })

  it.live("misses no change if its process is killed again and again, and says which it repeats", () =>
    Effect.gen(function* () {
      const { repeated } = yield* MirrorKills.run({ kills: 4, seed: 1 })
      expect(repeated).toBeLessThanOrEqual(4 * MirrorKills.concurrency)
    })
  )
})
