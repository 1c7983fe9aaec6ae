/**
 * `npm run kills` does many runs, with a line for each: `KILLS=200 SEED=1 npm run kills`. Without `KILLS`, as one of the tests,
 * it does a few.
 */
import * as Array from "effect/Array"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { describe, expect, it, vi } from "../../../test/vitest.js"
import * as Kills from "./support/kills.js"
import * as MirrorKills from "./support/mirrorKills.js"
import * as Postgres from "./support/postgres.js"
import * as Processes from "./support/processes.js"

const settings = Effect.runSync(
  Config.all({
    kills: Config.withDefault(Config.integer("KILLS"), 0),
    seed: Config.withDefault(Config.integer("SEED"), 1),
    /** The number of runs at the same time. */
    concurrency: Config.withDefault(Config.integer("CONCURRENCY"), 1)
  })
)

const runs = settings.kills === 0 ? 1 : settings.kills

vi.setConfig({ testTimeout: 300_000 * runs })

const say = (line: string) => (settings.kills === 0 ? Effect.void : Console.log(line))

/** Runs an import again and again, each time with the next seed. */
const all = (database: (seed: number) => Effect.Effect<string>, processes: number) =>
  Effect.gen(function* () {
    const path = yield* Processes.bundle("runner")
    const results = yield* Effect.forEach(
      Array.makeBy(runs, (index) => settings.seed + index),
      (seed) =>
        Effect.flatMap(database(seed), (database) => Kills.run({ seed, path, database, processes })).pipe(
          Effect.tap(({ foundRows, kills, wrong }) =>
            say(
              `seed ${seed}: ${kills} kills, ${foundRows} rows found${wrong.map((line) => `; WRONG: ${line}`).join("")}`
            )
          )
        ),
      { concurrency: settings.concurrency }
    )
    const sum = (of: (result: Kills.Result) => number) => results.reduce((total, result) => total + of(result), 0)
    yield* say(
      `${runs} runs: ${sum(({ kills }) => kills)} kills; rows were found in ${sum(({ foundRows }) => Number(foundRows > 0))} runs, ` +
        `${sum(({ foundRows }) => foundRows)} in all; ${sum(({ wrong }) => Number(wrong.length > 0))} runs were wrong`
    )
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(sum(({ kills }) => kills)).toBeGreaterThan(0)
  })

describe("imports whose processes are killed at random moments", () => {
  it.live("have each row once, in SQLite", () =>
    Effect.flatMap(Processes.folder, (folder) => all((seed) => Effect.succeed(`${folder}/${seed}.sqlite`), 1))
  )

  describe.skipIf(Postgres.missing !== undefined)(Postgres.missing ?? "in Postgres", () => {
    it.live("have each row once, in Postgres", () =>
      Effect.flatMap(Postgres.server, (server) => all(() => server.database, 1))
    )

    it.live("have each row once, in Postgres with three processes", () =>
      Effect.flatMap(Postgres.server, (server) => all(() => server.database, 3))
    )
  })
})

describe("a mirror whose process is killed at random moments", () => {
  it.live("misses no change, and says which it repeats", () =>
    Effect.gen(function* () {
      const kills = settings.kills === 0 ? 2 : settings.kills
      const { changes, repeated } = yield* MirrorKills.run({ kills, seed: settings.seed })
      yield* say(`a mirror: ${kills} kills; ${changes} changes, none was missed; ${repeated} came again, and said so`)
      expect(repeated).toBeLessThanOrEqual(kills * MirrorKills.concurrency)
    })
  )
})
