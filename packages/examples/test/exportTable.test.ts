import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { exportTable } from "../src/exportTable.js"
import { mirrorActivities } from "../src/mirrorActivities.js"

/** The exit code of a program, and the lines that it printed. */
const printing = (program: Effect.Effect<number>) =>
  Effect.gen(function* () {
    const out: Array<string> = []
    const err: Array<string> = []
    const before = yield* Console.consoleWith(Effect.succeed)
    const code = yield* program.pipe(
      Effect.withConsole({
        ...before,
        log: (...texts) => Effect.sync(() => void out.push(texts.join(" "))),
        error: (...texts) => Effect.sync(() => void err.push(texts.join(" ")))
      })
    )
    return { code, out, err }
  })

describe("the example export-table", () => {
  it.live("prints the rows that pass the filters, in their order", () =>
    Effect.gen(function* () {
      const { code, out } = yield* printing(exportTable(["--where", "IC50 < 50", "--sort", "IC50 desc"]))
      const numbers = out.map((line): number => JSON.parse(line).IC50)
      expect(code).toBe(0)
      expect(numbers.length).toBeGreaterThan(1)
      expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
      expect(numbers.every((number) => number < 50)).toBe(true)
    })
  )

  it.live("says what is wrong with a filter, and ends with 1", () =>
    Effect.gen(function* () {
      expect(yield* printing(exportTable(["--where", "IC50 < fifty"]))).toMatchObject({
        code: 1,
        err: [expect.stringContaining("at character 8")]
      })
    })
  )
})

describe("the example mirror-activities", () => {
  it.live("prints what happened once, over two runs", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const first = yield* printing(mirrorActivities([`${folder}/cursor.json`]))
      expect([first.code, first.err]).toEqual([0, []])
      expect(first.out.length).toBeGreaterThan(1)
      expect(yield* printing(mirrorActivities([`${folder}/cursor.json`]))).toEqual({ code: 0, out: [], err: [] })
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.live("says in one sentence that a file has no cursor, or cannot be read", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      for (const content of ["", "no JSON", '{"version":2}']) {
        yield* files.writeFileString(`${folder}/cursor.json`, content)
        const { code, err, out } = yield* printing(mirrorActivities([`${folder}/cursor.json`]))
        expect({ code, out }).toEqual({ code: 1, out: [] })
        expect(err.join()).toContain("has no cursor that this program wrote")
        expect(yield* files.readFileString(`${folder}/cursor.json`)).toBe(content)
      }
      const { code, err } = yield* printing(mirrorActivities([folder]))
      expect(code).toBe(1)
      expect(err.join().split("\n")).toHaveLength(1)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("explains itself, and reads no option as a file", () =>
    Effect.gen(function* () {
      expect((yield* printing(mirrorActivities(["--help"]))).out.join()).toContain("mirror-activities [FILE]")
      expect(yield* printing(mirrorActivities(["--file"]))).toMatchObject({ code: 1 })
      expect((yield* printing(exportTable(["--help"]))).out.join()).toContain("--where TEXT")
    })
  )
})
