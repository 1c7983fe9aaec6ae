import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Imports } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import { importTable } from "../src/importTable.js"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "import-table-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Runs the example on a file with this content; gives its exit code, and what it printed. */
const importing = (content: string | Uint8Array, ...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const file = join(yield* folder, "compounds.csv")
    writeFileSync(file, content)
    return yield* printing([file, ...options])
  })

const printing = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const out: Array<string> = []
    const err: Array<string> = []
    const console_ = yield* Console.consoleWith(Effect.succeed)
    const code = yield* importTable(args).pipe(
      Effect.withConsole({
        ...console_,
        log: (...texts) => Effect.sync(() => void out.push(texts.join(" "))),
        error: (...texts) => Effect.sync(() => void err.push(texts.join(" ")))
      })
    )
    return { code, out, err: err.join("\n") }
  })

const reportIn = (out: ReadonlyArray<string>) =>
  Schema.decode(Schema.parseJson(Imports.Report))(out.at(-1)?.split("\n").at(-1) ?? "")

const header = "Compound ID,IC50,Solubility,Registered on,Notes,SMILES,Series,Tags,Selective\n"

const type = ["--type", "Compound"]

describe("the example import-table", () => {
  it.live("imports a file of a stranger, and ends with 0 and the report", () =>
    Effect.gen(function* () {
      const { code, out } = yield* importing(
        `${header}EK-9001,12.5,<0.5,2026-11-30,"a ""quote"",\nand a line",CCO,Dimethoxy,hit,true\nEK-0001,7,3,,,,,,\n`,
        ...type
      )
      expect(yield* reportIn(out)).toMatchObject({ rows_read: 2, created: 1, updated: 1, skipped: 0, rejected: [] })
      expect(code).toBe(0)
    })
  )

  it.live("ends with 2 and lists each bad row by its number and what is wrong", () =>
    Effect.gen(function* () {
      const { code, out } = yield* importing(
        [
          header.trim(),
          "EK-9001,12.5,<0.5,2026-11-30,,CCO,Dimethoxy,hit,true",
          "EK-9002,much,<0.5,2026-11-30,,CCO,Dimethoxy,hit,true",
          "EK-9003,1,low,2026-11-30,,CCO,Dimethoxy,hit,true",
          "EK-9004,1,1,2026-02-30,,CCO,Dimethoxy,hit,true",
          "EK-9005,1,1,2026-11-30,,CCO,Dimethoxi,hit,true",
          "EK-9006,1,1,2026-11-30,,CCO,Dimethoxy,hot,true",
          "EK-9007,1,1,2026-11-30,,CCO,Dimethoxy,hit,perhaps",
          ",1,1,2026-11-30,,CCO,Dimethoxy,hit,true",
          "EK-9001,1,1,2026-11-30,,CCO,Dimethoxy,hit,true",
          "EK-9010,1,1",
          "EK-9011,1,1,2026-11-30,,CCO,Dimethoxy,hit,true,more"
        ].join("\r\n"),
        ...type
      )
      const report = yield* reportIn(out)
      expect(report).toMatchObject({ rows_read: 11, valid: 1, created: 1, rejected_count: 10 })
      const found = report.rejected.map(({ issues, row }) => `${row} ${issues.map(({ path }) => path).join()}`)
      expect(found).toEqual([
        "2 IC50",
        "3 Solubility",
        "4 Registered on",
        "5 Series",
        "6 Tags",
        "7 Selective",
        "8 Compound ID",
        "9 Compound ID",
        "10 ",
        "11 "
      ])
      expect(code).toBe(2)
    })
  )

  it.live("writes nothing in a dry run", () =>
    Effect.gen(function* () {
      const { code, out } = yield* importing("Compound ID,IC50\nEK-9001,1\nEK-9002,x\n", ...type, "--dry-run")
      expect(yield* reportIn(out)).toMatchObject({ dry_run: true, valid: 1, sent: 0, rejected_count: 1, imports: [] })
      expect(code).toBe(2)
    })
  )

  it.live("adds unknown columns only with --add-fields", () =>
    Effect.gen(function* () {
      const csv = "Compound ID,IC5O\nEK-9001,1\n"
      const refused = yield* importing(csv, ...type)
      expect(refused.err).toContain('did you mean "IC50"?')
      expect(refused.code).toBe(1)
      const added = yield* importing(csv, ...type, "--add-fields")
      expect(yield* reportIn(added.out)).toMatchObject({ created: 1, rejected: [] })
    })
  )

  for (const [what, content, options, sentence] of [
    ["an empty file", "", type, "The file is empty"],
    ["a header with a name twice", "Compound ID,IC50,IC50\nEK-1,1,2\n", type, 'has the name "IC50"'],
    ["a type that is misspelt", "Compound ID\nEK-1\n", ["--type", "Compund"], 'did you mean "Compound"?'],
    ["an activity that does not exist", "Compound ID\nEK-1\n", [...type, "--activity", "IC51"], "there is no activity"],
    ["a key without a column", "IC50\n1\n", type, 'no column "Compound ID"'],
    ["the wrong encoding", new Uint8Array([0x41, 0xff, 0xfe, 0x0a]), [...type, "--encoding", "utf-8"], "is not utf-8"],
    ["an unknown encoding", "Compound ID\n", [...type, "--encoding", "ebcdic"], "is not one of utf-8"],
    ["an unknown option", "Compound ID\n", ["--typ", "Compound"], "See --help"],
    ["no type", "Compound ID\n", [], "give --type or --key"],
    ["an image", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), type, "is an image"],
    ["a column that is not there", "Compound ID\nEK-1\n", [...type, "--map", "X=IC50"], "--map X=IC50"],
    ["no key, and a name that is unknown", "Cmpd,IC5O\nEK-1,1\n", type, 'has no column "Compound ID"'],
    ["an unknown name, and no key", "Cmpd,IC5O\nEK-1,1\n", type, 'did you mean "IC50"?']
  ] as const) {
    it.live(`ends with 1 and a clear sentence for ${what}`, () =>
      Effect.gen(function* () {
        const { code, err, out } = yield* importing(content, ...options)
        expect(err).toContain(sentence)
        expect(code).toBe(1)
        expect(yield* reportIn(out)).toMatchObject({ ended: "failed", sent: 0, imports: [] })
        expect(out.at(-1)).toContain('"error":')
      })
    )
  }

  it.live("gives columns the names of fields, and leaves others out", () =>
    Effect.gen(function* () {
      const { code, out } = yield* importing(
        "Cmpd,a=b,Remark\nEK-9001,5,x\n",
        ...type,
        ...["--map", "Cmpd=Compound ID", "--map", "a=b=IC50", "--skip", "Remark"]
      )
      expect(yield* reportIn(out)).toMatchObject({ created: 1, rejected: [] })
      expect(code).toBe(0)
    })
  )

  it.live("warns if it had to guess the encoding", () =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from([...Buffer.from("Compound ID,Notes\nEK-9001,"), 0xe9])
      const guessed = yield* importing(bytes, ...type)
      expect(guessed.err).toContain("read as Windows-1252")
      expect(guessed.code).toBe(0)
      const given = yield* importing(bytes, ...type, "--encoding", "iso-8859-1")
      expect(given.err).not.toContain("Windows-1252")
    })
  )

  it.live("says that a folder is no file", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { code, err } = yield* printing([path, ...type])
      expect(err).toBe(`import-table: ${path} is a folder, and not a file.`)
      expect(code).toBe(1)
    })
  )

  it.live("says that a file does not exist", () =>
    Effect.gen(function* () {
      const { code, err } = yield* printing(["/no/such/file.csv", ...type])
      expect(err).toBe("import-table: there is no file /no/such/file.csv")
      expect(code).toBe(1)
    })
  )
})
