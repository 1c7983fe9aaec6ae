import { existsSync, readFileSync } from "node:fs"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { Cursors, Engine, Jobs, Mirror } from "@effect-kaleidoscope/workflow"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it, vi } from "../../../test/vitest.js"
import * as Events from "./support/events.js"
import * as Processes from "./support/processes.js"

// One test starts processes.
vi.setConfig({ testTimeout: 300_000 })

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
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toEqual(once(Events.ids(250)))
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
      yield* TestClock.adjust("1 second")
      expect(changes).toEqual(once(Events.ids(10).slice(7)))
      const emulator = yield* Emulator.Emulator
      const reads = Effect.map(emulator.requests, (all) => all.filter(({ path }) => path.includes("events")).length)
      const before = yield* reads
      const jobs = yield* Jobs.Jobs
      const [first] = yield* jobs.list
      yield* TestClock.adjust("1 minute")
      expect(yield* reads).toBeGreaterThan(before)
      const [later] = yield* jobs.list
      expect([later?.state, Number(later?.updated_at) > Number(first?.updated_at)]).toEqual(["running", true])
      yield* jobs.cancel("mirror")
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
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
      yield* TestClock.adjust("2 hours")
      expect(yield* Fiber.join(fiber)).toMatchObject({ _tag: "KaleidoscopeForbidden" })
      yield* Mirror.run({ job: "mirror", handle })
      expect(changes).toEqual(once(Events.ids(5)))
    }).pipe(Effect.provide(services(5, [...down, refused])))
  })

  it.live("misses no change if its process is killed again and again, and says which it repeats", () =>
    Effect.gen(function* () {
      const count = 400
      const concurrency = 3
      const kills = 4
      const folder = yield* Processes.folder
      const path = yield* Processes.bundle("mirrorChild")
      const emulator = yield* Emulator.Emulator
      const output = `${folder}/changes`
      const environment = {
        DATABASE: `${folder}/jobs.sqlite`,
        OUTPUT: output,
        CONCURRENCY: String(concurrency),
        KALEIDOSCOPE_API_URL: emulator.url,
        KALEIDOSCOPE_API_CLIENT_ID: "demo",
        KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
      }
      const lines = Effect.sync(() => (existsSync(output) ? readFileSync(output, "utf8").trim().split("\n") : []))
      for (let kill = 1; kill <= kills; kill++) {
        const before = (yield* lines).length
        const more = yield* Random.nextIntBetween(1, 100)
        const { child, ended } = yield* Processes.start(path, environment)
        yield* Effect.raceFirst(
          Effect.repeat(Effect.delay(lines, "2 millis"), { until: ({ length }) => length >= before + more }),
          ended
        )
        child.kill("SIGKILL")
        expect(yield* ended).toMatchObject({ signal: "SIGKILL", stderr: "" })
      }
      const { ended } = yield* Processes.start(path, environment)
      expect(yield* ended).toMatchObject({ code: 0, stderr: "" })

      const given = (yield* lines).map((line) => line.split(" "))
      const begun = new Map<string, number>()
      for (const [step, id = "", again] of given) {
        if (step !== "begin") continue
        const times = begun.get(id) ?? 0
        // What was begun before is said to be; what was not can only be said to be if its begin was stored.
        if (times > 0) expect(again).toBe("true")
        begun.set(id, times + 1)
      }
      const ends = given.filter(([step]) => step === "end").map(([, id]) => id ?? "")
      expect([...new Set(ends)].toSorted()).toEqual(Events.ids(count))
      const said = given.filter(([step, , again]) => step === "begin" && again === "true")
      expect(said.length).toBeLessThanOrEqual(kills * concurrency)
      // The changes of one thing end in their order.
      const lane = (ids: ReadonlyArray<string>) => ids.filter((id) => Number(id.slice(-4)) % 4 === 1)
      expect(lane([...new Set(ends)])).toEqual(lane(Events.ids(count)))
    }).pipe(
      Effect.withRandom(Random.make("a mirror that is killed")),
      Effect.provide(Processes.server({ seed: Events.workspace(400) }))
    )
  )
})
