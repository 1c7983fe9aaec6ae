import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { DurableImport } from "@effect-kaleidoscope/workflow"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import { durableImport } from "../src/durableImport.js"

/** Runs the example; gives its exit code, and the lines that it printed. */
const printing = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const out: Array<string> = []
    const err: Array<string> = []
    const before = yield* Console.consoleWith(Effect.succeed)
    const code = yield* durableImport(args).pipe(
      Effect.withConsole({
        ...before,
        log: (...texts) => Effect.sync(() => void out.push(texts.join(" "))),
        error: (...texts) => Effect.sync(() => void err.push(texts.join(" ")))
      })
    )
    return { code, out, err: err.join("\n") }
  })

const folder = Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.makeTempDirectoryScoped())

const reportIn = (out: ReadonlyArray<string>) => Schema.decode(Schema.parseJson(DurableImport.Report))(out.at(-1) ?? "")

describe("the example durable-import", () => {
  it.live("imports a table that it makes, and shows the job; the next run gives the same report", () =>
    Effect.gen(function* () {
      const database = `${yield* folder}/jobs.sqlite`
      const args = ["--rows", "250", "--part", "100", "--database", database]
      const first = yield* printing(...args)
      expect(first.code).toBe(0)
      const report = yield* reportIn(first.out)
      expect(report).toMatchObject({ rows_read: 250, created: 250, parts: 3, rejected: [] })
      const second = yield* printing(...args)
      expect([second.code, yield* reportIn(second.out)]).toEqual([0, report])
      expect(yield* printing("--jobs", "--database", database)).toEqual({
        code: 0,
        out: ["250 rows: complete; 250 rows read, 250 sent, 0 there already, 0 rejected"],
        err: ""
      })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("imports a file, and ends with 2 if a row is wrong", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* folder
      const file = `${directory}/table.csv`
      yield* fileSystem.writeFileString(file, "Compound ID,IC50\nDI-1,1\nDI-2,much\n")
      const { code, out } = yield* printing(file, "--database", `${directory}/jobs.sqlite`)
      expect(code).toBe(2)
      expect(yield* reportIn(out)).toMatchObject({ rows_read: 2, created: 1, rejected: [{ row: 2 }] })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("says what is wrong, and ends with 1", () =>
    Effect.gen(function* () {
      const database = ["--database", `${yield* folder}/jobs.sqlite`]
      for (const [args, sentence] of [
        [[], "give one file, or --rows"],
        [["table.csv", "--rows", "5"], "give one file, or --rows"],
        [["--rows", "many"], "--rows many is not a whole number"],
        [["--color"], "--help"],
        [["/nowhere/table.csv"], "/nowhere/table.csv"],
        [["--rows", "5", "--key", "Compound Id"], "Compound ID"]
      ] as const) {
        const { code, err } = yield* printing(...args, ...database)
        expect([code, err]).toEqual([1, expect.stringContaining(sentence)])
      }
      expect(yield* printing("--help")).toMatchObject({ code: 0, out: [expect.stringContaining("--rows NUMBER")] })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
