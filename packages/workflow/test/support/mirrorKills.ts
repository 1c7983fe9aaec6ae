/** A mirror in processes that are killed at a random moment and started again. The same seed gives the same moments. */
import { existsSync, readFileSync } from "node:fs"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { expect } from "../../../../test/vitest.js"
import * as Events from "./events.js"
import * as Processes from "./processes.js"

/** The number of changes that are handled at the same time. */
export const concurrency = 3

/** What became of a run that was right. */
export interface Result {
  /** How many changes the mirror handled. */
  readonly changes: number
  /** How often it gave a change with `again: true`. */
  readonly repeated: number
}

/** Kills the process of a mirror so many times; each change has to be handled, and each that comes again has to say so. */
export const run = ({ kills, seed }: { readonly kills: number; readonly seed: number }) =>
  Effect.gen(function* () {
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
      const { child, ended } = yield* Processes.start(path, { ...environment, MOST_LINES: "150" })
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
    const count = changes(kills)
    expect([...new Set(ends)].toSorted()).toEqual(Events.ids(count))
    // The changes of one thing end in their order.
    const lane = (ids: ReadonlyArray<string>) => ids.filter((id) => Number(id.slice(-4)) % 4 === 1)
    expect(lane([...new Set(ends)])).toEqual(lane(Events.ids(count)))
    const repeated = given.filter(([step, , again]) => step === "begin" && again === "true").length
    return { changes: count, repeated } satisfies Result
  }).pipe(
    Effect.withRandom(Random.make(`a mirror that is killed, ${seed}`)),
    Effect.scoped,
    Effect.provide(Processes.server({ seed: Events.workspace(changes(kills)) }))
  )

/** Each process begins and ends fewer than 100 handlers before it is killed, so that there are changes for the last one. */
const changes = (kills: number) => kills * 100
