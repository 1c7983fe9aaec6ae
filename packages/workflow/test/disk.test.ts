import { chmodSync, statSync, writeFileSync } from "node:fs"
import { Emulator } from "@effect-kaleidoscope/testing"
import { DurableImport } from "@effect-kaleidoscope/workflow"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Processes from "./support/processes.js"

const rows = 200

/** A table, and how to start processes that import it. */
const scene = Effect.gen(function* () {
  const folder = yield* Processes.folder
  const path = yield* Processes.bundle("runner")
  const emulator = yield* Emulator.Emulator
  const lines = Array.makeBy(rows, (index) => `W-${index + 1},${index + 1}`)
  writeFileSync(`${folder}/table.csv`, ["Compound ID,IC50", ...lines].join("\n"))
  const database = `${folder}/jobs.sqlite`
  const pushes = Effect.map(
    emulator.requests,
    (requests) => requests.filter(({ method, path }) => method === "POST" && path.startsWith("/push/imports")).length
  )
  return {
    folder,
    database,
    pushes,
    start: (limits: Processes.Limits = {}) =>
      Processes.start(
        path,
        {
          DATABASE: database,
          JOBS: "import",
          SOURCE: `${folder}/table.csv`,
          ROWS_PER_PART: "10",
          LONGEST: "30 seconds",
          KALEIDOSCOPE_API_URL: emulator.url,
          KALEIDOSCOPE_API_CLIENT_ID: "demo",
          KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
        },
        limits
      ),
    /** The process ended by itself with the report, and each row is there once. */
    expectAll: ({ code, stdout }: Processes.Ended) =>
      Effect.gen(function* () {
        expect([code, code === 0 ? "" : stdout]).toEqual([0, ""])
        const [line = ""] = stdout.split("\n").filter((line) => line.startsWith("{"))
        const report = yield* Schema.decode(Schema.parseJson(DurableImport.Report))(line)
        expect(report).toMatchObject({ ended: "complete", rows_read: rows, rejected_count: 0, unknown_count: 0 })
        const { records } = yield* emulator.state
        const imported = records.filter(({ record_identifier }) => record_identifier?.startsWith("W-"))
        expect(imported).toHaveLength(rows)
        const values = imported.flatMap(({ record_values }) => Object.values(record_values))
        expect(values.every((values) => values.length === 1)).toBe(true)
      })
  }
})

/** Makes the file, and does a part of the job. */
const begun = ({ pushes, start }: Effect.Effect.Success<typeof scene>) =>
  Effect.gen(function* () {
    const { child, ended } = yield* start()
    yield* Effect.repeat(Effect.delay(pushes, "5 millis"), { until: (count) => count >= 2 })
    child.kill("SIGTERM")
    yield* ended
  })

describe.skipIf(process.platform === "win32")("a process whose SQLite file cannot be written", () => {
  it.live("ends with a sentence if the disk is full, and the next one with space does the rest", () =>
    Effect.gen(function* () {
      const { database, expectAll, pushes, start, ...others } = yield* scene
      yield* begun({ database, expectAll, pushes, start, ...others })
      const before = yield* pushes
      // Enough to begin, and too little for the whole job.
      const full = yield* start({ fileSize: Math.ceil(statSync(database).size / 1024) + 100 })
      const { code, stdout } = yield* full.ended
      expect(code).toBe(1)
      expect(stdout).toContain("The database of the jobs failed, and is asked again: the disk")
      expect(stdout).toContain('the job "import" made no progress for 30s.')
      expect(yield* pushes).toBeGreaterThan(before)
      yield* expectAll(yield* (yield* start()).ended)
    }).pipe(Effect.provide(Processes.server()))
  )

  it.live("does not begin if there is no space at all, or if the file may not be written", () =>
    Effect.gen(function* () {
      const { database, expectAll, folder, pushes, start, ...others } = yield* scene
      yield* begun({ database, expectAll, folder, pushes, start, ...others })
      const before = yield* pushes
      const full = yield* (yield* start({ fileSize: 0 })).ended
      expect([full.code, full.stdout]).toEqual([
        1,
        expect.stringContaining("the database of the jobs cannot be used: the disk")
      ])
      // The lock beside the file can be written.
      chmodSync(folder, 0o777)
      chmodSync(`${database}.lock`, 0o666)
      chmodSync(database, 0o444)
      const readOnly = yield* (yield* start({ isNobody: true })).ended
      expect([readOnly.code, readOnly.stdout]).toEqual([
        1,
        expect.stringContaining(
          "the database of the jobs cannot be used: it cannot be written. Look after its permissions."
        )
      ])
      expect(yield* pushes).toBe(before)
      chmodSync(database, 0o644)
      yield* expectAll(yield* (yield* start()).ended)
    }).pipe(Effect.provide(Processes.server()))
  )
})
