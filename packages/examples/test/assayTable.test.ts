import { TableFile } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import { assayTable } from "../src/assayTable.js"

const printing = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const out: Array<string> = []
    const err: Array<string> = []
    const console_ = yield* Console.consoleWith(Effect.succeed)
    const code = yield* assayTable(args).pipe(
      Effect.withConsole({
        ...console_,
        log: (...texts) => Effect.sync(() => void out.push(texts.join(" "))),
        error: (...texts) => Effect.sync(() => void err.push(texts.join(" ")))
      })
    )
    return { code, out: out.join("\n"), err: err.join("\n") }
  })

/** The rows of what was printed. */
const rowsOf = (csv: string) =>
  Effect.gen(function* () {
    const table = yield* TableFile.read(Stream.encodeText(Stream.make(csv)))
    return Array.from(yield* Stream.runCollect(table.rows), ({ values }) => values)
  })

describe("the example assay-table", () => {
  it.live("prints the table of two runs, with one row for each compound", () =>
    Effect.gen(function* () {
      const runs = ["EGFR IC50, run 1", "EGFR IC50, run 2"]
      const options = ["--field", "IC50", "--record", "SMILES", "--reduce", "mean", "--across"]
      const { code, err, out } = yield* printing(...runs, ...options)
      expect([code, err]).toEqual([0, ""])
      const rows = yield* rowsOf(out)
      const ids = new Set(
        Workspace.demo.activities.flatMap(({ all_record_ids, title }) => (runs.includes(title) ? all_record_ids : []))
      )
      expect(new Set(rows.map(({ record_id }) => record_id))).toEqual(ids)
      expect(rows).toHaveLength(ids.size)
      for (const row of rows) expect(Number(row["IC50"])).toBeGreaterThan(0)
    })
  )

  it.live("prints a long table, with the signs of numbers", () =>
    Effect.gen(function* () {
      const { code, out } = yield* printing("Kinetic solubility, plate 1", "--long")
      expect(code).toBe(0)
      const rows = yield* rowsOf(out)
      expect(rows.some(({ field, operator }) => field === "Solubility" && operator === "<")).toBe(true)
    })
  )

  it.live("says what is wrong with its arguments, and ends with 1", () =>
    Effect.gen(function* () {
      const run = "EGFR IC50, run 1"
      expect(yield* printing()).toMatchObject({ code: 1, err: expect.stringContaining("give an activity") })
      expect(yield* printing(run, "--reduce", "median")).toMatchObject({
        code: 1,
        err: expect.stringContaining("median")
      })
      expect(yield* printing(run, "--color")).toMatchObject({ code: 1, err: expect.stringContaining("--help") })
      expect(yield* printing("EGFR IC50, run 9")).toMatchObject({ code: 1, err: expect.stringContaining("run 9") })
      expect(yield* printing("--help")).toMatchObject({ code: 0, out: expect.stringContaining("ACTIVITY") })
    })
  )
})
