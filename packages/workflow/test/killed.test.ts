import { writeFileSync } from "node:fs"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { DurableImport } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Processes from "./support/processes.js"

const table = (count: number) =>
  ["Compound ID,IC50", ...Array.from({ length: count }, (_, index) => `W-${index + 1},${index + 1}`)].join("\n")

const isPush = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === "POST" && path.startsWith("/push/imports")

/** A table of so many rows, an emulator, and how to start a process that imports the one into the other. */
const scene = (rows: number) =>
  Effect.gen(function* () {
    const folder = yield* Processes.folder
    const path = yield* Processes.bundle("child")
    const emulator = yield* Emulator.Emulator
    writeFileSync(`${folder}/table.csv`, table(rows))
    const start = Processes.start(path, {
      DATABASE: `${folder}/jobs.sqlite`,
      SOURCE: `${folder}/table.csv`,
      ROWS_PER_PART: "20",
      KALEIDOSCOPE_API_URL: emulator.url,
      KALEIDOSCOPE_API_CLIENT_ID: "demo",
      KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
    })
    return { emulator, start }
  })

describe("a durable import in a process that is killed or told to end", () => {
  it.live("goes on in the next process: no row is missing, and none is there twice", () =>
    Effect.gen(function* () {
      const { emulator, start } = yield* scene(300)
      const pushes = Effect.map(emulator.requests, (requests) => requests.filter(isPush).length)
      for (const [index, asked] of (["SIGKILL", "SIGTERM", "SIGKILL"] as const).entries()) {
        const before = yield* pushes
        const { child, ended } = yield* start
        yield* Effect.raceFirst(
          Effect.repeat(Effect.delay(pushes, "5 millis"), { until: (count) => count >= before + index + 1 }),
          ended
        )
        child.kill(asked)
        // A process that is told to end does so itself.
        expect((yield* ended).signal).toBe(asked === "SIGKILL" ? asked : null)
      }
      const { ended } = yield* start
      const { code, stderr, stdout } = yield* ended
      expect([code, stderr]).toEqual([0, ""])
      const report = yield* Schema.decode(Schema.parseJson(DurableImport.Report))(stdout.trim())
      expect(report).toMatchObject({
        ended: "complete",
        parts: 15,
        rows_read: 300,
        rejected_count: 0,
        unknown_count: 0
      })
      expect(report.created + report.skipped).toBe(300)

      const { records } = yield* emulator.state
      const imported = records.filter(({ record_identifier }) => record_identifier?.startsWith("W-"))
      expect(imported).toHaveLength(300)
      const values = imported.flatMap(({ record_values }) => Object.values(record_values))
      // Each has its key and one IC50.
      expect(values.every((values) => values.length === 1)).toBe(true)
    }).pipe(Effect.provide(Processes.server()))
  )

  it.live("ends when it is told to, although the platform does not answer, and the next process goes on", () =>
    Effect.gen(function* () {
      const { emulator, start } = yield* scene(60)
      const first = yield* start
      yield* Effect.repeat(Effect.delay(emulator.requests, "5 millis"), {
        until: (requests) => requests.filter(isPush).length >= 2
      })
      first.child.kill("SIGTERM")
      // A supervisor does not take it for a failure.
      expect(yield* first.ended).toMatchObject({ code: 0, signal: null, stderr: "" })
      yield* emulator.faults.set([])
      const second = yield* start
      const { code, stdout } = yield* second.ended
      expect(code).toBe(0)
      const report = yield* Schema.decode(Schema.parseJson(DurableImport.Report))(stdout.trim())
      expect(report).toMatchObject({ ended: "complete", parts: 3, rows_read: 60, rejected_count: 0, unknown_count: 0 })
      const { records } = yield* emulator.state
      expect(records.filter(({ record_identifier }) => record_identifier?.startsWith("W-"))).toHaveLength(60)
    }).pipe(
      Effect.provide(
        Processes.server({ faults: [Faults.on({ method: "POST", path: "/push/imports", nth: 2 }, Faults.stall)] })
      )
    )
  )
})
