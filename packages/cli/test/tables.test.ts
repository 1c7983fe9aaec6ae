import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { expect, it, layer } from "../../../test/vitest.js"
import { hasTerminal, Program, layer as ProgramLive } from "./support/program.js"

const header = "Compound ID,IC50 (nM),Series,Remarks"

/** Writes a table file. Its columns need a decision: one has a similar name, one is no field. */
const tableFile = (directory: string, name: string, rows: ReadonlyArray<string>) => {
  const path = join(directory, name)
  writeFileSync(path, `${[header, ...rows].join("\n")}\n`)
  return path
}

const decided = ["--type", "Compound", "--map", "IC50 (nM)=IC50", "--skip", "Remarks"]

const keysOf = Effect.map(
  Effect.flatMap(Emulator.Emulator, ({ state }) => state),
  ({ records }) => records.map(({ record_identifier }) => record_identifier)
)

layer(ProgramLive, { excludeTestServices: true })("tables", (it) => {
  it.effect("import: good rows go in, bad rows are listed and written to a file that can be mended and sent", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const file = tableFile(directory, "mixed.csv", ["M-1,5,Ethoxy,a", "M-2,bad,Ethoxy,b", "M-3,7,Nothing,c"])
      const first = yield* run(["import", file, ...decided, "--yes"])
      expect(first.code).toBe(2)
      expect(first.stdout).toContain('2\t3\tIC50: "bad" is not a number')
      expect(first.stderr).toContain("3 rows read: 1 records created")
      expect(yield* keysOf).toContain("M-1")
      expect(yield* keysOf).not.toContain("M-2")

      const rejected = join(directory, "mixed.rejected.csv")
      const text = readFileSync(rejected, "utf8")
      expect(text.split("\r\n")[0]).toBe("Compound ID,IC50,Series,Import problem")
      writeFileSync(rejected, text.replace("bad,", "6,").replace(",Nothing,", ",Ethoxy,"))
      const second = yield* run(["import", rejected, "--type", "Compound", "--yes"])
      expect(second.code).toBe(0)
      expect(yield* keysOf).toEqual(expect.arrayContaining(["M-1", "M-2", "M-3"]))

      const again = yield* run(["import", file, ...decided, "--yes", "--json"])
      expect(JSON.parse(again.stdout)).toMatchObject({ sent: 0, skipped: 1, rejected_count: 2 })
    })
  )

  it.effect("import: a dry run checks each row and sends nothing", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const before = yield* keysOf
      const file = tableFile(directory, "dry.csv", ["D-1,5,Ethoxy,a", "D-2,bad,Ethoxy,b"])
      const { code, stderr } = yield* run(["import", file, ...decided, "--dry-run"])
      expect(code).toBe(2)
      expect(stderr).toContain("2 rows read: 1 valid, 0 there already, 1 rejected")
      expect(yield* keysOf).toEqual(before)
    })
  )

  it.effect("import: what is not clear is an error before anything is sent", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const before = yield* keysOf
      const file = tableFile(directory, "unclear.csv", ["U-1,5,Ethoxy,a"])
      const refused = (...words: ReadonlyArray<string>) =>
        Effect.map(run(["import", ...words]), ({ code, stderr, stdout }) => {
          expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
          return stderr
        })
      expect(yield* refused(file, "--type", "Compound")).toContain("There is no terminal")
      expect(yield* refused(file, "--type", "Compound", "--yes")).toContain('these columns are: "IC50 (nM)", "Remarks"')
      expect(yield* refused(file, ...decided, "--skip", "Remark", "--yes")).toContain("did you mean Remarks?")
      expect(yield* refused(file, "--type", "Compond", "--yes")).toContain('did you mean "Compound"?')
      expect(yield* refused(join(directory, "nothing.csv"), ...decided, "--yes")).toContain("There is no file")
      expect(yield* refused(process.execPath, ...decided, "--yes")).toContain("The file is not text")
      const prose = join(directory, "prose.txt")
      writeFileSync(prose, "It is a letter.\nIt has no columns.\n")
      expect(yield* refused(prose, "--type", "Compound", "--yes")).toContain("No column of")
      const broken = tableFile(directory, "broken.csv", ["U-2,5,Ethoxy,a", 'U-3,5,Ethoxy,"never closed'])
      expect(yield* refused(broken, ...decided, "--yes")).toContain("cannot be read as a table")
      expect(yield* keysOf).toEqual(before)
    })
  )

  it.effect("import: killed in the middle and started again, nothing is lost and nothing is there twice", () =>
    Effect.gen(function* () {
      const { directory, run, start } = yield* Program
      const emulator = yield* Emulator.Emulator
      const rows = Array.from({ length: 6000 }, (_, index) => `K-${index},${index},Ethoxy,`)
      const words = ["import", tableFile(directory, "killed.csv", rows), ...decided, "--yes"]
      const child = yield* start(words)
      const pushes = Effect.map(emulator.requests, (all) => all.filter(({ path }) => path.startsWith("/push/imports")))
      const before = (yield* pushes).length
      yield* pushes.pipe(Effect.repeat({ until: (all) => all.length > before, schedule: Schedule.spaced("20 millis") }))
      child.kill("SIGKILL")
      const again = yield* run([...words, "--json"])
      expect(again.code).toBe(0)
      expect(JSON.parse(again.stdout)).toMatchObject({ rows_read: 6000, rejected_count: 0, unknown_count: 0 })
      const state = yield* emulator.state
      const imported = state.records.filter(({ record_identifier }) => record_identifier?.startsWith("K-"))
      expect(imported.length).toBe(6000)
      const numbers = imported.map(({ record_values }) => Object.values(record_values).map((values) => values.length))
      // A key, a number and a series: each once.
      expect(new Set(numbers.map(String))).toEqual(new Set(["1,1,1"]))
    })
  )

  it.effect("export: each format has every record, and conditions choose them", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const read = (name: string, ...words: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const path = join(directory, name)
          const { code } = yield* run(["export", "--type", "Compound", "--search", "EK-", ...words, "--out", path])
          expect(code).toBe(0)
          return readFileSync(path, "utf8")
        })
      const csv = (yield* read("all.csv")).trim().split(/\r?\n/)
      expect(csv.length).toBe(41)
      expect((yield* read("all.tsv")).trim().split("\n").length).toBe(41)
      yield* read("all.xlsx")
      const workbook = yield* run(["import", join(directory, "all.xlsx"), "--type", "Compound", "--dry-run"])
      expect(workbook.stderr).toContain("40 rows read: 40 valid")
      const json: ReadonlyArray<{ readonly IC50: number | null }> = JSON.parse(yield* read("all.json"))
      expect(json.length).toBe(40)
      const lines = (yield* read("potent.ndjson", "--where", "IC50 < 50")).trim().split("\n")
      const potent: ReadonlyArray<{ readonly IC50: number }> = lines.map((line) => JSON.parse(line))
      expect(potent.length).toBe(json.filter(({ IC50 }) => IC50 !== null && IC50 < 50).length)
      expect(potent.every(({ IC50 }) => IC50 < 50)).toBe(true)
      const piped = yield* run(["export", "--type", "Compound", "--search", "EK-", "--format", "csv", "--out", "-"])
      expect(piped.stdout.trim().split(/\r?\n/)).toEqual(csv)
    })
  )

  it.effect("export: a failure leaves the old file and no other", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const emulator = yield* Emulator.Emulator
      const path = join(directory, "kept.csv")
      writeFileSync(path, "old\n")
      const files = readdirSync(directory)
      yield* emulator.faults.set([{ on: { path: "/records/export/csv" }, fault: Faults.truncateBody({ after: 300 }) }])
      const { code, stderr } = yield* run(["export", "--type", "Compound", "--out", path])
      yield* emulator.faults.set([])
      expect(code).toBe(1)
      expect(stderr).toContain("error:")
      expect(readFileSync(path, "utf8")).toBe("old\n")
      expect(readdirSync(directory)).toEqual(files)
      const nowhere = yield* run(["export", "--type", "Compound", "--out", join(directory, "nowhere/x.csv")])
      expect(nowhere.stderr).toContain("cannot be written")
      expect(existsSync(join(directory, "nowhere"))).toBe(false)
    })
  )
})

if (hasTerminal) {
  layer(ProgramLive, { excludeTestServices: true })("tables in a terminal", (it) => {
    it.effect("import asks which field a column is, shows the progress, and imports after a yes", () =>
      Effect.gen(function* () {
        const { directory, inTerminal } = yield* Program
        const file = tableFile(directory, "asked.csv", ["A-1,5,Ethoxy,a", "A-2,bad,Ethoxy,b"])
        const { code, stdout } = yield* inTerminal(["import", file, "--type", "Compound"], {
          answers: [
            ['"IC50 (nM)" is', "\r"],
            ['"Remarks" is', "\r"],
            ["Import 2 rows?", "y"]
          ]
        })
        expect(stdout).toContain("2 rows read: 1 records created")
        expect(stdout).toMatch(/row +line +problem/)
        expect(code).toBe(2)
        expect(yield* keysOf).toContain("A-1")
      })
    )

    it.effect("import does nothing after a no, and after Ctrl-C", () =>
      Effect.gen(function* () {
        const { directory, inTerminal } = yield* Program
        const file = tableFile(directory, "refused.csv", ["R-1,5,Ethoxy,a"])
        const no = yield* inTerminal(["import", file, ...decided], { answers: [["Import 1 row?", "n"]] })
        expect(no).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was done") })
        const interrupted = yield* inTerminal(["import", file, ...decided], { answers: [["Import 1 row?", "\u0003"]] })
        expect(interrupted.code).toBe(130)
        expect(yield* keysOf).not.toContain("R-1")
      })
    )
  })
} else {
  it.skipIf(true)("tables in a terminal: not tested, `script` of util-linux is not here", () => undefined)
}
