/** Imports in processes that are killed at a random moment and started again. The same seed gives the same moments. */
import { writeFileSync } from "node:fs"
import { Emulator } from "@effect-kaleidoscope/testing"
import { DurableImport } from "@effect-kaleidoscope/workflow"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Processes from "./processes.js"

/** What became of one run. */
export interface Result {
  /** What is wrong; nothing in a run that is right. */
  readonly wrong: ReadonlyArray<string>
  /** How often a process was killed. */
  readonly kills: number
  /** How many rows a process found in the platform, and did not send again. */
  readonly foundRows: number
}

const rows = 120

const rowsPerPart = 20

const table = (job: string) =>
  ["Compound ID,IC50", ...Array.makeBy(rows, (index) => `${job}-${index + 1},${index + 1}`)].join("\n")

const decode = Schema.decode(Schema.Array(Schema.parseJson(DurableImport.Report)))

/** One run: so many processes do so many jobs, one of them is killed, and as many as before are there in the end. */
export const run = (options: {
  readonly seed: number
  /** The bundle of `runner.ts`. */
  readonly path: string
  /** An empty database. */
  readonly database: string
  readonly processes: number
}): Effect.Effect<Result> =>
  Effect.gen(function* () {
    const folder = yield* Processes.folder
    const emulator = yield* Emulator.Emulator
    const jobs = Array.makeBy(options.processes === 1 ? 1 : 6, (index) => `K${index + 1}`)
    for (const job of jobs) writeFileSync(`${folder}/${job}.csv`, table(job))
    const start = Processes.start(options.path, {
      DATABASE: options.database,
      JOBS: jobs.join(","),
      SOURCE: `${folder}/JOB.csv`,
      ROWS_PER_PART: String(rowsPerPart),
      KALEIDOSCOPE_API_URL: emulator.url,
      KALEIDOSCOPE_API_CLIENT_ID: "demo",
      KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
    })
    const pushes = Effect.map(
      emulator.requests,
      (requests) => requests.filter(({ method, path }) => method === "POST" && path.startsWith("/push/imports")).length
    )

    const wanted = yield* Random.nextIntBetween(1, 4)
    let kills = 0
    let others = yield* Effect.replicateEffect(start, options.processes - 1)
    for (let kill = 0; kill < wanted; kill++) {
      const before = yield* pushes
      const one = yield* start
      // A kill without progress before it would say nothing, and many of them would never end.
      yield* Effect.raceFirst(
        Effect.repeat(Effect.delay(pushes, "10 millis"), { until: (count) => count > before }),
        one.ended
      )
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 200))
      // Any of the processes.
      const all = [one, ...others]
      const victim = all[yield* Random.nextIntBetween(0, all.length)] ?? one
      victim.child.kill("SIGKILL")
      if ((yield* victim.ended).signal === "SIGKILL") kills++
      others = all.filter((process) => process !== victim)
    }
    const last = yield* start
    const wrong: Array<string> = []
    let foundRows = 0
    for (const [index, { ended }] of [last, ...others].entries()) {
      const { code, stderr, stdout } = yield* Effect.timeoutFail(ended, {
        duration: "3 minutes",
        onTimeout: () => "a process lives, and does nothing"
      })
      if (code !== 0) {
        wrong.push(`a process ended with ${code}: ${stderr} ${stdout}`)
        continue
      }
      const reports = yield* decode(stdout.split("\n").filter((line) => line.startsWith("{")))
      if (reports.length !== jobs.length) wrong.push(`${reports.length} reports`)
      for (const report of reports) {
        if (index === 0) foundRows += report.skipped
        const isRight =
          report.ended === "complete" &&
          report.parts === rows / rowsPerPart &&
          report.rows_read === rows &&
          report.created + report.skipped === rows &&
          report.rejected_count + report.unknown_count === 0
        if (!isRight) wrong.push(`the report is not right: ${JSON.stringify({ ...report, imports: [] })}`)
      }
    }
    const { records } = yield* emulator.state
    for (const job of jobs) {
      const imported = records.filter(({ record_identifier }) => record_identifier?.startsWith(`${job}-`))
      if (imported.length !== rows) wrong.push(`${job}: ${imported.length} records`)
      const values = imported.flatMap(({ record_values }) => Object.values(record_values))
      const twice = values.filter((values) => values.length !== 1).length
      if (twice > 0) wrong.push(`${job}: ${twice} values are there twice`)
    }
    return { wrong, kills, foundRows }
  }).pipe(
    Effect.withRandom(Random.make(options.seed)),
    Effect.scoped,
    Effect.provide(Processes.server({ latency: "5 millis" })),
    Effect.catchAll((error) => Effect.succeed({ wrong: [String(error)], kills: 0, foundRows: 0 }))
  )
