import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { TableFile } from "@effect-kaleidoscope/sdk"
import * as BigDecimal from "effect/BigDecimal"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { describe, expect, it, layer } from "../../../test/vitest.js"

const encoder = new TextEncoder()

const cut = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, nth) => bytes.subarray(nth * size, (nth + 1) * size))

/** All that is read of a file, which comes in parts of a size: its rows, and what ended it. */
const readBytes = (bytes: Uint8Array, options?: TableFile.ReadOptions, size = 3) =>
  Effect.gen(function* () {
    const table = yield* TableFile.read(Stream.rechunk(Stream.fromIterable(cut(bytes, size)), 1), options)
    const rows: Array<TableFile.Row> = []
    const wrong = yield* table.rows.pipe(
      Stream.runForEach((row) => Effect.sync(() => rows.push(row))),
      Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
    )
    return { ...table, encoding: yield* table.encoding, rows, wrong }
  })

const read = (text: string, options?: TableFile.ReadOptions) => readBytes(encoder.encode(text), options)

const valuesOf = (rows: ReadonlyArray<TableFile.Row>) => rows.map(({ values }) => values)

/** The bytes of a file that is written. */
const write = (rows: ReadonlyArray<TableFile.Values>, options?: TableFile.WriteOptions) =>
  Effect.map(Stream.runCollect(TableFile.write(Stream.fromIterable(rows), options)), (parts) =>
    Uint8Array.from(Chunk.toReadonlyArray(parts).flatMap((part) => [...part]))
  )

const writeText = (rows: ReadonlyArray<TableFile.Values>, options?: TableFile.WriteOptions) =>
  Effect.map(write(rows, options), (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))

describe("reading delimited text", () => {
  it.effect("gives rows with their number and line, and leaves empty cells out", () =>
    Effect.gen(function* () {
      const table = yield* read('ID,Note,IC50\nC-1,"two\nlines, and ""quotes""",007\n\nC-2,,0.5')
      expect(table.columns).toEqual(["ID", "Note", "IC50"])
      expect(table.rows).toEqual([
        { row: 1, line: 2, values: { ID: "C-1", Note: 'two\nlines, and "quotes"', IC50: "007" }, issues: [] },
        { row: 2, line: 5, values: { ID: "C-2", IC50: "0.5" }, issues: [] }
      ])
      expect(table.wrong).toBeUndefined()
    })
  )

  for (const [delimiter, end] of [
    [",", "\n"],
    [";", "\r\n"],
    ["\t", "\r"],
    ["|", "\n"]
  ] as const) {
    it.effect(`finds the delimiter ${JSON.stringify(delimiter)}, with lines that end with ${JSON.stringify(end)}`, () =>
      Effect.gen(function* () {
        const text = [
          ["ID", "IC50"],
          ["C-1", "1.5"],
          ["C-2", '"a,b;c"']
        ]
          .map((row) => row.join(delimiter))
          .join(end)
        const table = yield* read(text)
        expect(table.delimiter).toBe(delimiter)
        expect(valuesOf(table.rows)).toEqual([
          { ID: "C-1", IC50: "1.5" },
          { ID: "C-2", IC50: "a,b;c" }
        ])
        expect(table.rows.map(({ line }) => line)).toEqual([2, 3])
      })
    )
  }

  it.effect("runs its rows again from the start", () =>
    Effect.gen(function* () {
      const table = yield* TableFile.read(Stream.succeed(encoder.encode("ID\na\nb\n")))
      const [first, second] = yield* Effect.all([Stream.runCollect(table.rows), Stream.runCollect(table.rows)])
      expect(valuesOf(Chunk.toReadonlyArray(first))).toEqual([{ ID: "a" }, { ID: "b" }])
      expect(second).toEqual(first)
    })
  )

  it.effect("fails with the line of a quote that is never closed, after the rows before it", () =>
    Effect.gen(function* () {
      const { rows, wrong } = yield* read('ID,Note\nC-1,x\nC-2,"y\nC-3,z\n')
      expect(valuesOf(rows)).toEqual([{ ID: "C-1", Note: "x" }])
      expect(wrong).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "quote", row: 2, line: 3 })
    })
  )
})

describe("what is wrong with a row", () => {
  it.effect("is not that it has empty cells after the last column", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("ID,IC50\nC-1,5,,\nC-2,,\n")
      expect(valuesOf(rows)).toEqual([{ ID: "C-1", IC50: "5" }, { ID: "C-2" }])
      expect(rows.flatMap(({ issues }) => issues)).toEqual([])
    })
  )

  it.effect("is an issue of the row if it has too few or too many cells", () =>
    Effect.gen(function* () {
      const { rows, wrong } = yield* read("ID,IC50\nC-1\nC-2,5,6,7\nC-3,8\n")
      expect(wrong).toBeUndefined()
      expect(valuesOf(rows)).toEqual([{ ID: "C-1" }, { ID: "C-2", IC50: "5" }, { ID: "C-3", IC50: "8" }])
      expect(rows.map(({ issues }) => issues)).toEqual([
        [{ path: "", message: "The row has 1 cells, and the header 2." }],
        [{ path: "", message: 'The row has 4 cells, and the header 2. No column has the values: "6", "7"' }],
        []
      ])
    })
  )

  it.effect("is an issue that lists only the values which no column has", () =>
    Effect.gen(function* () {
      const { rows } = yield* read(`ID\nC-1${",".repeat(500)}far\n`)
      expect(rows[0]?.issues[0]?.message).toBe(
        'The row has 501 cells, and the header 1. No column has the values: "far"'
      )
    })
  )

  it.effect("is an issue of the row if a cell has a NUL character, and the next row is read", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("ID,Note\nC-1,a\0b\nC-2,c\n")
      expect(rows.map(({ issues }) => issues.map(({ path }) => path))).toEqual([["Note"], []])
    })
  )

  it.effect("is an issue of the row if text stands after a closing quote, and the next row is read", () =>
    Effect.gen(function* () {
      const { rows } = yield* read('ID,Note\nC-1,"5" tube\nC-2,5" tube\n')
      expect(valuesOf(rows)).toEqual([
        { ID: "C-1", Note: '"5" tube' },
        { ID: "C-2", Note: '5" tube' }
      ])
      expect(rows.map(({ issues }) => issues.map(({ path }) => path))).toEqual([["Note"], []])
    })
  )
})

describe("a header", () => {
  it.effect("is refused with all names and positions that cannot be used", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("ID,,IC50, ,ID\nC-1,2,3,4,5\n"))
      expect(error).toMatchObject({
        _tag: "KaleidoscopeInvalidHeader",
        line: 1,
        columns: [
          { name: "ID", positions: [1, 5] },
          { name: "", positions: [2, 4] }
        ]
      })
      expect(error.message).toBe(
        'The header (line 1) has the name "ID" for the columns 1, 5; no name for column 2, 4. Give each column a name of its own.'
      )
    })
  )

  it.effect("may end with empty cells, as spreadsheets write it, if no row has a value there", () =>
    Effect.gen(function* () {
      const { columns, rows } = yield* read("ID,IC50,,\nC-1,5,,\nC-2,6\nC-3,7,8,\n")
      expect(columns).toEqual(["ID", "IC50"])
      expect(rows.map(({ issues }) => issues.length)).toEqual([0, 0, 1])
    })
  )

  it.effect("may stand alone, and may name a column `__proto__`", () =>
    Effect.gen(function* () {
      expect(yield* read("ID,IC50\n")).toMatchObject({ columns: ["ID", "IC50"], rows: [], wrong: undefined })
      const { rows } = yield* read("__proto__,ID\na,b\n")
      expect(Object.entries(rows[0]?.values ?? {})).toEqual([
        ["__proto__", "a"],
        ["ID", "b"]
      ])
    })
  )

  for (const text of ["", "\ufeff", "\r\n\r\n"]) {
    it.effect(`is missing in the file ${JSON.stringify(text)}`, () =>
      Effect.gen(function* () {
        expect(yield* Effect.flip(read(text))).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "empty" })
      })
    )
  }
})

describe("an encoding", () => {
  const text = "ID,Unit\r\nC-1,µM – é\r\n"
  const rows = [{ ID: "C-1", Unit: "µM – é" }]
  const windows = Uint8Array.from(text, (character) => (character === "–" ? 0x96 : character.charCodeAt(0)))

  it.effect("is Windows-1252 if bytes after ASCII cannot be UTF-8, and the table says so", () =>
    Effect.gen(function* () {
      expect(yield* readBytes(windows)).toMatchObject({ encoding: "windows-1252", rows: [{ values: rows[0] }] })
    })
  )

  it.effect("is an error with the byte and the line if it is given, or if UTF-8 came before", () =>
    Effect.gen(function* () {
      const expected = { _tag: "KaleidoscopeUnreadableTable", reason: "encoding", row: 1, line: 2 }
      const { wrong } = yield* readBytes(windows, { encoding: "utf-8" })
      expect(wrong).toMatchObject(expected)
      expect(wrong?.message).toContain("Byte 14 of the file")
      const mixed = Uint8Array.from([...encoder.encode("É,ID\na,b\n"), 0xe9, 0x0a])
      expect((yield* readBytes(mixed)).wrong).toMatchObject({ ...expected, row: 2, line: 3 })
    })
  )

  it.effect("is not guessed to be Windows-1252 if a byte is no character of it", () =>
    Effect.gen(function* () {
      // "Größe 5" and "ü" in the code page 437 of DOS.
      const bytes = Uint8Array.from([...encoder.encode("ID,Note\nC-1,x\nC-2,Gr"), 0x94, 0xe1, 0x0a, 0x81, 0x0a])
      const { rows, wrong } = yield* readBytes(bytes)
      expect(rows.map(({ values }) => values["ID"])).toContain("C-1")
      expect(wrong).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "encoding", row: 3, line: 4 })
      expect(wrong?.message).toContain("Byte 24 of the file")
      expect(yield* readBytes(bytes, { encoding: "windows-1252" })).toMatchObject({ wrong: undefined })
    })
  )

  it.effect("has the 32 characters of Windows-1252 that Latin-1 does not have", () =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from([0x61, 0x0a, 0x80, 0x92, 0x9f, 0xff])
      expect(valuesOf((yield* readBytes(bytes, { encoding: "windows-1252" })).rows)).toEqual([{ a: "€’Ÿÿ" }])
      expect(valuesOf((yield* readBytes(bytes, { encoding: "iso-8859-1" })).rows)).toEqual([
        { a: "\u0080\u0092\u009fÿ" }
      ])
    })
  )

  for (const encoding of ["utf-16le", "utf-16be"] as const) {
    for (const byteOrderMark of [true, false]) {
      it.effect(`is found: ${encoding} ${byteOrderMark ? "with" : "without"} a byte order mark`, () =>
        Effect.gen(function* () {
          const bytes = yield* write(rows, { encoding, byteOrderMark })
          expect(yield* readBytes(bytes)).toMatchObject({ encoding, rows: [{ values: rows[0] }], wrong: undefined })
        })
      )
    }
  }

  it.effect("that lacks a character refuses the row, and names the column", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(write([{ ID: "a" }, { ID: "日" }], { encoding: "iso-8859-1" }))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnwritableValue", row: 2, column: "ID" })
    })
  )
})

describe("options of reading", () => {
  it.effect("`decimalComma` changes only what is a number", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("a;b;c;d;e;f\n2,5;-1.234,50;1,2e-3;a,b;1,2,3;12.5\n", { decimalComma: true })
      expect(valuesOf(rows)).toEqual([{ a: "2.5", b: "-1234.50", c: "1.2e-3", d: "a,b", e: "1,2,3", f: "12.5" }])
    })
  )

  it.effect("`emptyText` tells empty text from a missing value", () =>
    Effect.gen(function* () {
      const text = 'a,b,c\n"",,x\n'
      expect(valuesOf((yield* read(text)).rows)).toEqual([{ c: "x" }])
      expect(valuesOf((yield* read(text, { emptyText: true })).rows)).toEqual([{ a: "", c: "x" }])
    })
  )

  it.effect("`quotes` makes quotes a text like any other", () =>
    Effect.gen(function* () {
      const { rows } = yield* read('a\tb\n"x\t5"\n', { format: "tsv", quotes: false })
      expect(valuesOf(rows)).toEqual([{ a: '"x', b: '5"' }])
    })
  )

  it.effect("are not needed for a file that tells Excel its delimiter", () =>
    Effect.gen(function* () {
      const { columns, delimiter, rows } = yield* read("sep=|\r\na|b,c\r\n1|2\r\n")
      expect({ columns, delimiter, line: rows[0]?.line }).toEqual({ columns: ["a", "b,c"], delimiter: "|", line: 3 })
    })
  )

  it.effect("`delimiter` is found by the rows, not only by the header", () =>
    Effect.gen(function* () {
      const { delimiter } = yield* read("ID;IC50, nM;Note, long\nC-1;2,5;a\nC-2;3;b,c\n")
      expect(delimiter).toBe(";")
    })
  )
})

describe("what is no table", () => {
  for (const [what, bytes] of [
    ["XLSX", [0x50, 0x4b, 0x03, 0x04, 0x14]],
    [".xls", [0xd0, 0xcf, 0x11, 0xe0, 0xa1]],
    ["gzip", [0x1f, 0x8b, 0x08, 0x00, 0x00]],
    ["PDF", [...encoder.encode("%PDF-1.7")]],
    ["image", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ["HTML", [...encoder.encode("\r\n<HTML><table><tr><td>ID</td></tr></table>")]],
    ["HTML or XML", [...encoder.encode('<?xml version="1.0"?>\n<Workbook/>')]],
    ["JSON", [...encoder.encode('[{"ID":"C-1"}]')]],
    ["not text", [...encoder.encode("SQLite format 3\0\x10\n")]],
    ["not text", [0x50, 0x41, 0x52, 0x31, 0x15, 0x04, 0x15, 0x0a, 0x2c]],
    ["not text", [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x0a]],
    ["not text", Array.from({ length: 64 }, () => 0)]
  ] as const) {
    it.effect(`is refused with the way out: ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(readBytes(Uint8Array.from(bytes)))
        expect(error._tag).toBe("KaleidoscopeUnsupportedFormat")
        expect(error.message).toContain(what)
      })
    )
  }
})

describe("writing", () => {
  it.effect("quotes what must be quoted, and knows each type of value", () =>
    Effect.gen(function* () {
      const text = yield* writeText([
        { a: 'say "x"', b: 2.5, c: true, d: new Date("2026-03-01T10:00:00Z"), e: BigDecimal.unsafeFromString("1.50") },
        { a: "two\nlines", b: null, c: undefined, d: DateTime.unsafeMake("2026-03-01T10:00:00Z"), e: 10n },
        { a: " x", b: "a,b" }
      ])
      expect(text).toBe(
        [
          "a,b,c,d,e",
          '"say ""x""",2.5,true,2026-03-01T10:00:00.000Z,1.50',
          '"two\nlines",,,2026-03-01T10:00:00.000Z,10',
          '" x","a,b",,,',
          ""
        ].join("\r\n")
      )
    })
  )

  it.effect("has options for Excel in other countries", () =>
    Effect.gen(function* () {
      const text = yield* writeText([{ a: 2.5, b: "2.5" }], {
        delimiter: ";",
        decimalComma: true,
        byteOrderMark: true,
        lineEnd: "\n"
      })
      expect(text).toBe("\ufeffa;b\n2,5;2.5\n")
    })
  )

  it.effect("guards formulas if asked, and never a number", () =>
    Effect.gen(function* () {
      const row = { a: "=1+1", b: "-5", c: "+SUM(A1)", d: "@x", e: -5, f: "\tx", g: "-" }
      const text = yield* writeText([row], { format: "tsv", guardFormulas: true })
      expect(text.split("\r\n")[1]).toBe(`'=1+1\t-5\t'+SUM(A1)\t'@x\t-5\t"'\tx"\t'-`)
    })
  )

  it.effect("writes only the header if there are no rows", () =>
    Effect.gen(function* () {
      expect(yield* writeText([], { columns: ["a", "b"] })).toBe("a,b\r\n")
      expect(yield* writeText([])).toBe("")
    })
  )

  for (const [what, value] of [
    ["NaN", Number.NaN],
    ["an invalid date", new Date("x")],
    ["a list", ["a"]],
    ["object", { a: 1 }]
  ] as const) {
    it.effect(`refuses ${what}, after the rows before it`, () =>
      Effect.gen(function* () {
        const parts: Array<Uint8Array> = []
        const error = yield* TableFile.write(Stream.make({ a: "x" }, { a: value })).pipe(
          Stream.runForEach((part) => Effect.sync(() => parts.push(part))),
          Effect.flip
        )
        expect(error).toMatchObject({ _tag: "KaleidoscopeUnwritableValue", row: 2, column: "a" })
        expect(error.message).toContain(what)
        expect(parts.map((part) => new TextDecoder().decode(part)).join("")).toBe("a\r\nx\r\n")
      })
    )
  }

  it.effect("refuses a value for a column that the file does not have, and columns of the same name", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(write([{ a: 1 }, { a: 2, b: 3 }]))).toMatchObject({ row: 2, column: "b" })
      const error = yield* Effect.flip(write([], { columns: ["a", "a"] }))
      expect(error._tag).toBe("KaleidoscopeInvalidHeader")
    })
  )
})

const molfile = [
  "aspirin",
  "  program",
  "",
  "  1  0  0  0  0  0            999 V2000",
  "    0.0000    0.0000    0.0000 C   0  0",
  "M  END"
]
const molfile3000 = [
  "",
  "",
  "",
  "  0  0  0     0  0            999 V3000",
  "M  V30 BEGIN CTAB",
  "M  V30 END CTAB",
  "M  END"
]

const record = (molfile: ReadonlyArray<string>, ...items: ReadonlyArray<string>) => [...molfile, ...items, "$$$$"]

describe("SDF", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    it.effect(`has structures and data items as columns, with lines that end with ${JSON.stringify(end)}`, () =>
      Effect.gen(function* () {
        const text = [
          ...record(molfile, ">  <ID> (1)", "C-1", "", "> 25 <Note <x>>", "two", " lines", ""),
          ...record(molfile3000, "> DT12", "7", "", ">  <ID>", "C-2", "")
        ].join(end)
        const table = yield* read(text)
        expect(table).toMatchObject({ format: "sdf", delimiter: null, wrong: undefined })
        expect(table.columns).toEqual(["Structure", "ID", "Note <x>", "DT12"])
        expect(table.rows).toEqual([
          {
            row: 1,
            line: 1,
            values: { Structure: molfile.join("\n"), ID: "C-1", "Note <x>": "two\n lines" },
            issues: []
          },
          { row: 2, line: 15, values: { Structure: molfile3000.join("\n"), DT12: "7", ID: "C-2" }, issues: [] }
        ])
      })
    )
  }

  it.effect("has a column for the titles if asked, and another name for the structures", () =>
    Effect.gen(function* () {
      const { columns, rows } = yield* read(record(molfile).join("\n"), { structure: "Molecule", title: "Name" })
      expect(columns).toEqual(["Molecule", "Name"])
      expect(valuesOf(rows)).toEqual([{ Molecule: molfile.join("\n"), Name: "aspirin" }])
    })
  )

  it.effect("reads one molfile, which has no end of a record", () =>
    Effect.gen(function* () {
      const { rows } = yield* read(molfile.join("\n"), { format: "sdf" })
      expect(rows).toEqual([{ row: 1, line: 1, values: { Structure: molfile.join("\n") }, issues: [] }])
    })
  )

  it.effect("says which record is not complete, and loses none", () =>
    Effect.gen(function* () {
      const text = [
        ...record(molfile, "> <ID>", "C-1", ""),
        ...record(molfile.slice(0, 5), "> <ID>", "C-2"),
        ...record(molfile, "> <ID>", "C-3", "", "> <ID>", "C-4", "", "x"),
        ...molfile,
        "> <ID>",
        "C-5"
      ].join("\n")
      const { rows } = yield* read(text)
      expect(valuesOf(rows).map(({ ID }) => ID)).toEqual(["C-1", "C-2", "C-3\nC-4", "C-5"])
      expect(rows.map(({ issues }) => issues.map(({ path }) => path))).toEqual([[], ["Structure"], ["ID", ""], [""]])
      expect(rows[3]?.issues[0]?.message).toContain("ends without $$$$")
    })
  )

  it.effect(
    "keeps a data item that comes after its columns are known, with an issue; or finds it in the whole file",
    () =>
      Effect.gen(function* () {
        const text = [
          ...Array.from({ length: 1000 }, () => record(molfile, "> <ID>", "C-1", "")).flat(),
          ...record(molfile, "> <Late>", "x", "")
        ].join("\n")
        const bytes = encoder.encode(text)
        const some = yield* readBytes(bytes, {}, 10_000)
        expect(some.columns).toEqual(["Structure", "ID"])
        expect(some.rows[1000]).toMatchObject({ values: { Late: "x" }, issues: [{ path: "Late" }] })
        const all = yield* readBytes(bytes, { columnsFrom: "file" }, 10_000)
        expect(all.columns).toEqual(["Structure", "ID", "Late"])
        expect(all.rows[1000]).toMatchObject({ values: { Late: "x" }, issues: [] })
      })
  )

  it.effect("refuses a data item with the name of the structure, and a file that is no SDF", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(record(molfile, "> <Structure>", "x", "").join("\n")))
      expect(error).toMatchObject({ _tag: "KaleidoscopeInvalidHeader", columns: [{ name: "Structure" }] })
      expect(yield* Effect.flip(read("ID,IC50\nC-1,5\n", { format: "sdf" }))).toMatchObject({ reason: "format" })
      expect(yield* Effect.flip(read("\n\n", { format: "sdf" }))).toMatchObject({ reason: "empty" })
    })
  )

  it.effect("refuses to write what it cannot hold", () =>
    Effect.gen(function* () {
      for (const [column, value] of [
        ["Structure", "CCO"],
        ["Note", "a\n\nb"],
        ["Note", "a\n$$$$"]
      ] as const) {
        const error = yield* Effect.flip(write([{ [column]: value }], { format: "sdf" }))
        expect(error).toMatchObject({ _tag: "KaleidoscopeUnwritableValue", row: 1, column })
      }
    })
  )
})

const name = FastCheck.oneof(
  FastCheck.constantFrom("ID", "IC50", "__proto__", "toString", " x ", 'a"b', "a,b", "a;b", "sep=,", "é", "日本"),
  FastCheck.string({ unit: "binary", minLength: 1, maxLength: 5 }).filter(
    (name) => name.trim() !== "" && !/(?![\t\n\r])\p{Cc}/u.test(name)
  )
)

const columns = FastCheck.uniqueArray(name, { minLength: 1, maxLength: 5 })

const cell = FastCheck.oneof(
  FastCheck.constantFrom(
    "",
    "007",
    "2,5",
    '"',
    '""',
    "a\r\nb",
    "\r",
    "\n",
    " ",
    "\t",
    "|",
    ";",
    "µ – €",
    "\ufeff",
    "𝒳",
    "=1"
  ),
  FastCheck.string({ unit: "binary", maxLength: 8 }).filter((text) => !text.includes("\0")),
  FastCheck.string({ unit: FastCheck.constantFrom(",", ";", '"', "\n", "\r", "x", "é") })
)

const latin = (text: string) => [...text].every((character) => character.charCodeAt(0) < 256)

/** Columns, and rows with some of them. */
const tables = (name: FastCheck.Arbitrary<ReadonlyArray<string>>, cell: FastCheck.Arbitrary<string>) =>
  name.chain((columns) =>
    FastCheck.record({
      columns: FastCheck.constant(columns),
      rows: FastCheck.array(
        FastCheck.array(FastCheck.option(cell, { nil: undefined }), {
          minLength: columns.length,
          maxLength: columns.length
        }).map((cells) =>
          Object.fromEntries(
            columns.flatMap((column, index) => (cells[index] === undefined ? [] : [[column, cells[index]]]))
          )
        ),
        { maxLength: 5 }
      )
    })
  )

const delimiters = [",", ";", "\t", "|"] as const
const lineEnds = ["\n", "\r", "\r\n"] as const
const encodings = ["utf-8", "utf-16le", "utf-16be", "iso-8859-1", "windows-1252"] as const

describe("a table that is written and read", () => {
  for (const encoding of encodings) {
    it.effect.prop(
      `has the same rows as delimited text in ${encoding}, wherever its bytes are cut`,
      [
        encoding.startsWith("utf")
          ? tables(columns, cell)
          : tables(
              columns.filter((columns) => columns.every(latin) && !columns.some((name) => /[\x80-\x9f]/.test(name))),
              cell.filter((text) => latin(text) && !/[\x80-\x9f]/.test(text))
            ),
        FastCheck.record({
          delimiter: FastCheck.constantFrom(...delimiters),
          lineEnd: FastCheck.constantFrom(...lineEnds),
          byteOrderMark: FastCheck.boolean(),
          emptyText: FastCheck.boolean()
        }),
        FastCheck.integer({ min: 1, max: 40 })
      ],
      ([{ columns, rows }, options, size]) =>
        Effect.gen(function* () {
          const byteOrderMark = encoding.startsWith("utf") && options.byteOrderMark
          const bytes = yield* write(rows, { ...options, byteOrderMark, columns, encoding })
          const { delimiter, emptyText } = options
          const table = yield* readBytes(bytes, { delimiter, emptyText, encoding }, size)
          const expected = emptyText
            ? rows
            : rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== "")))
          expect(table.columns).toEqual(columns)
          expect(valuesOf(table.rows)).toEqual(expected)
          expect(table.rows.flatMap(({ issues }) => issues)).toEqual([])
          expect(table.wrong).toBeUndefined()
        }),
      { fastCheck: { numRuns: 60 } }
    )
  }

  const line = FastCheck.oneof(
    FastCheck.constantFrom("007", "> <x>", "M  END", " a ", "é 𝒳"),
    FastCheck.string({ unit: "binary", minLength: 1, maxLength: 6 })
  ).filter((line) => line.trim() !== "" && !/[\r\n]/.test(line) && !line.startsWith("$$$$"))

  it.effect.prop(
    "has the same rows as SDF, wherever its bytes are cut",
    [
      tables(
        columns.filter((columns) => !columns.some((name) => /[\r\n]|^Structure$/.test(name))),
        FastCheck.array(line, { maxLength: 3 }).map((lines) => lines.join("\n"))
      ),
      FastCheck.constantFrom(...lineEnds),
      FastCheck.boolean(),
      FastCheck.integer({ min: 1, max: 40 })
    ],
    ([{ columns, rows }, lineEnd, withStructure, size]) =>
      Effect.gen(function* () {
        const structures = withStructure ? { Structure: molfile.join("\n") } : {}
        const written = rows.map((row) => ({ ...structures, ...row }))
        const options = { format: "sdf", emptyText: true } as const
        const bytes = yield* write(written, { ...options, columns: ["Structure", ...columns], lineEnd })
        if (rows.length === 0) {
          expect(bytes.length).toBe(0)
          return
        }
        const table = yield* readBytes(bytes, options, size)
        expect(valuesOf(table.rows).map((values) => Object.fromEntries(Object.entries(values).sort()))).toEqual(
          written.map((values) => Object.fromEntries(Object.entries(values).sort()))
        )
        expect(table.rows.flatMap(({ issues }) => issues)).toEqual([])
      }),
    { fastCheck: { numRuns: 60 } }
  )
})

describe("a large file", () => {
  it.effect("is read a part at a time: what is held does not grow with it", () =>
    Effect.gen(function* () {
      const size = 200 * 1024 * 1024
      const row = `C-1,"a ""text"", with a comma\nand a line end",2.5,${"x".repeat(20_000)}\r\n`
      const part = encoder.encode(row.repeat(10))
      let given = 0
      let rows = 0
      let read = 0
      let ahead = 0
      const bytes = Stream.concat(
        Stream.succeed(encoder.encode("ID,Note,IC50,Text\r\n")),
        Stream.repeatEffectOption(
          Effect.suspend(() => {
            if (given >= size) return Effect.fail(Option.none())
            given += part.length
            return Effect.succeed(part)
          })
        )
      )
      const table = yield* TableFile.read(bytes)
      yield* Stream.runForEachChunk(table.rows, (chunk) =>
        Effect.sync(() => {
          rows += chunk.length
          read += chunk.length * (part.length / 10)
          ahead = Math.max(ahead, given - read)
        })
      )
      expect(rows).toBe((given / part.length) * 10)
      expect(ahead).toBeLessThan(4 * part.length)
    })
  )

  it.effect("fails if a quote is never closed, before it fills the memory", () =>
    Effect.gen(function* () {
      let given = 0
      const part = encoder.encode("x".repeat(1024 * 1024))
      const bytes = Stream.concat(
        Stream.succeed(encoder.encode('ID\nC-1\n"')),
        Stream.repeatEffect(
          Effect.sync(() => {
            given += part.length
            return part
          })
        )
      )
      const table = yield* TableFile.read(bytes)
      const error = yield* Effect.flip(Stream.runDrain(table.rows))
      expect(error).toMatchObject({ _tag: "KaleidoscopeTableTooLarge", limit: "row", row: 2, line: 3 })
      expect(given).toBeLessThan(20 * part.length)
    })
  )
})

describe("rows of cells of another format", () => {
  it.effect("become a table, without empty rows and with the problems of their cells", () =>
    Effect.gen(function* () {
      const table = yield* TableFile.fromCells(
        Stream.make(
          { line: 2, cells: [null, ""] },
          { line: 3, cells: ["ID", 2026, null] },
          { line: 5, cells: ["C-1", 0.5] },
          { line: 6, cells: [] },
          {
            line: 7,
            cells: ["C-2", undefined, true],
            problems: [{ index: 1, message: "The cell has the error #N/A." }]
          }
        )
      )
      expect(table.columns).toEqual(["ID", "2026"])
      for (const _ of ["first run", "second run"]) {
        expect(Chunk.toReadonlyArray(yield* Stream.runCollect(table.rows))).toEqual([
          { row: 1, line: 5, values: { ID: "C-1", "2026": 0.5 }, issues: [] },
          {
            row: 2,
            line: 7,
            values: { ID: "C-2" },
            issues: [
              { path: "", message: "The row has 3 cells, and the header 2. No column has the values: true" },
              { path: "2026", message: "The cell has the error #N/A." }
            ]
          }
        ])
      }
      expect(yield* Effect.flip(TableFile.fromCells(Stream.empty))).toMatchObject({ reason: "empty" })
      const twice = yield* Effect.flip(TableFile.fromCells(Stream.make({ line: 4, cells: ["a", "a"] })))
      expect(twice).toMatchObject({ _tag: "KaleidoscopeInvalidHeader", line: 4 })
    })
  )

  it.effect("are made of rows to write, the header first", () =>
    Effect.gen(function* () {
      const cells = yield* Stream.runCollect(TableFile.toCells(Stream.make({ a: "x", b: 1 }, { b: true })))
      expect(Chunk.toReadonlyArray(cells)).toEqual([
        ["a", "b"],
        ["x", 1],
        [undefined, true]
      ])
    })
  )
})

layer(NodeContext.layer)("a file on disk", (it) => {
  it.effect("is read and written in the format that its name tells", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const rows = [{ ID: "C-1", Note: "a,b\tc" }]
      for (const [name, delimiter] of [
        ["t.csv", ","],
        ["T.TSV", "\t"],
        ["t.txt", ","]
      ] as const) {
        yield* TableFile.writeFile(Stream.fromIterable(rows), `${directory}/${name}`)
        const table = yield* TableFile.readFile(`${directory}/${name}`)
        expect(table.delimiter).toBe(delimiter)
        expect(valuesOf(Chunk.toReadonlyArray(yield* Stream.runCollect(table.rows)))).toEqual(rows)
      }
      yield* TableFile.writeFile(Stream.make({ Structure: molfile.join("\n") }), `${directory}/t.sdf`)
      expect((yield* TableFile.readFile(`${directory}/t.sdf`)).columns).toEqual(["Structure"])
    })
  )

  it.effect("is no folder", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
      const error = yield* Effect.flip(TableFile.readFile(folder))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnsupportedFormat" })
      expect(error.message).toBe(`${folder} is a folder, and not a file.`)
    })
  )

  it.effect("is left as it was if a row cannot be written, and is never XLSX", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const file = `${directory}/t.csv`
      yield* fileSystem.writeFileString(file, "old")
      const error = yield* Effect.flip(TableFile.writeFile(Stream.make({ a: 1 }, { a: [] }), file))
      expect(error._tag).toBe("KaleidoscopeUnwritableValue")
      expect(yield* fileSystem.readFileString(file)).toBe("old")
      expect(yield* fileSystem.readDirectory(directory)).toEqual(["t.csv"])
      const xlsx = yield* Effect.flip(TableFile.writeFile(Stream.make({ a: 1 }), `${directory}/t.xlsx`))
      expect(xlsx._tag).toBe("KaleidoscopeUnsupportedFormat")
    })
  )
})
