import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { TableFiles, XlsxFile } from "@effect-kaleidoscope/node"
import type { TableFile } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { afterEach, describe, expect, it, layer, vi } from "../../../test/vitest.js"
import { archive, entriesOf, textRow, workbook } from "./support/workbook.js"

afterEach(() => {
  vi.unstubAllEnvs()
})

/** All that is read of a workbook. */
const readBytes = (bytes: Uint8Array, options?: XlsxFile.ReadOptions) =>
  Effect.gen(function* () {
    const table = yield* XlsxFile.read(Stream.make(bytes.subarray(0, 10), bytes.subarray(10)), options)
    return { ...table, rows: Chunk.toReadonlyArray(yield* Stream.runCollect(table.rows)) }
  })

const write = (rows: ReadonlyArray<TableFile.Values>, options?: XlsxFile.WriteOptions) =>
  Effect.map(Stream.runCollect(XlsxFile.write(Stream.fromIterable(rows), options)), (parts) =>
    Uint8Array.from(Buffer.concat(Chunk.toReadonlyArray(parts)))
  )

const valuesOf = (rows: ReadonlyArray<TableFile.Row>) => rows.map(({ values }) => values)

const dates = `${textRow(1, "day", "moment", "time", "own", "midnight")}<row r="2"><c s="1"><v>46082</v></c><c s="2"><v>46082.999988425923</v></c><c s="3"><v>0.4375</v></c><c s="4"><v>61</v></c><c s="2"><v>46082</v></c></row>`

describe("the cells of a sheet", () => {
  it.effect("have the values that the sheet means", () =>
    Effect.gen(function* () {
      const table = yield* readBytes(
        workbook(
          [
            {
              name: "Data",
              rows: [
                '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="inlineStr"><is><t>Active</t></is></c></row>',
                '<row r="4"><c r="A4" t="inlineStr"><is><t>007</t></is></c><c r="B4"><f>1/8</f><v>0.125</v></c><c r="C4" t="b"><v>1</v></c></row>',
                '<row r="5"><c r="A5"/><c r="B5" s="1"/></row>',
                '<row r="7"><c r="A7" t="str"><f>"C-"&amp;2</f><v>C-2</v></c><c r="B7" t="e"><f>NA()</f><v>#N/A</v></c><c r="D7"><v>9</v></c></row>'
              ].join("")
            }
          ],
          { strings: ["<t>ID</t>", "<r><t>IC</t></r><r><t>50</t></r>"] }
        )
      )
      expect(table).toMatchObject({ columns: ["ID", "IC50", "Active"], sheet: "Data", sheets: ["Data"] })
      expect(table.rows).toEqual([
        { row: 1, line: 4, values: { ID: "007", IC50: 0.125, Active: true }, issues: [] },
        {
          row: 2,
          line: 7,
          values: { ID: "C-2" },
          issues: [
            { path: "", message: "The row has 4 cells, and the header 3. No column has the values: 9" },
            { path: "IC50", message: "The cell has the error #N/A." }
          ]
        }
      ])
    })
  )

  for (const zone of ["America/Los_Angeles", "UTC", "Asia/Tokyo"]) {
    it.effect(`have the same dates in the time zone ${zone}`, () =>
      Effect.gen(function* () {
        vi.stubEnv("TZ", zone)
        const expected = {
          day: "2026-03-01",
          moment: "2026-03-01T23:59:59",
          time: "10:30:00",
          own: "1900-03-01",
          midnight: "2026-03-01"
        }
        expect(valuesOf((yield* readBytes(workbook([{ name: "S", rows: dates }]))).rows)).toEqual([expected])
        const from1904 = yield* readBytes(workbook([{ name: "S", rows: dates }], { from1904: true }))
        expect(from1904.rows[0]?.values["day"]).toBe("2030-03-02")
        const written = yield* write([
          { day: new Date("2026-03-01T00:00:00Z"), at: new Date("2026-03-01T23:30:00.5Z") }
        ])
        expect(valuesOf((yield* readBytes(written)).rows)).toEqual([
          { day: "2026-03-01", at: "2026-03-01T23:30:00.500" }
        ])
      })
    )
  }
})

describe("the sheet that is read", () => {
  const bytes = workbook([
    { name: "Lists", state: "hidden", rows: textRow(1, "Hidden") },
    { name: "Plate 1", rows: textRow(1, "Report") + textRow(2, "ID") + textRow(3, "C-1") },
    { name: "Plate 2", rows: textRow(1, "Other") }
  ])

  it.effect("is the first one that is not hidden, or the one that is named", () =>
    Effect.gen(function* () {
      const first = yield* readBytes(bytes)
      expect(first).toMatchObject({ sheet: "Plate 1", sheets: ["Plate 1", "Plate 2", "Lists"], columns: ["Report"] })
      expect((yield* readBytes(bytes, { sheet: "Lists" })).columns).toEqual(["Hidden"])
      const error = yield* Effect.flip(readBytes(bytes, { sheet: "Plate 3" }))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "format" })
      expect(error.message).toBe('The file has no sheet "Plate 3". Its sheets are: "Plate 1", "Plate 2", "Lists"')
    })
  )

  it.effect("may have its header further down", () =>
    Effect.gen(function* () {
      const { columns, rows } = yield* readBytes(bytes, { headerRow: 2 })
      expect({ columns, rows }).toEqual({
        columns: ["ID"],
        rows: [{ row: 1, line: 3, values: { ID: "C-1" }, issues: [] }]
      })
    })
  )

  it.effect("is refused if it is empty, or if names of columns occur twice", () =>
    Effect.gen(function* () {
      const empty = yield* Effect.flip(readBytes(workbook([{ name: "S", rows: "" }])))
      expect(empty).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "empty" })
      const twice = yield* Effect.flip(readBytes(workbook([{ name: "S", rows: textRow(1, "a", "", "a", "b") }])))
      expect(twice).toMatchObject({
        _tag: "KaleidoscopeInvalidHeader",
        columns: [
          { name: "a", positions: [1, 3] },
          { name: "", positions: [2] }
        ]
      })
    })
  )
})

describe("a file that is no XLSX", () => {
  const whole = workbook([{ name: "S", rows: textRow(1, "ID") }])
  for (const [what, bytes] of [
    ["empty", new Uint8Array(0)],
    ["CSV", new TextEncoder().encode("ID,IC50\nC-1,5\n")],
    ["cut off", whole.subarray(0, whole.length - 30)],
    [
      "a sheet that is no XML",
      archive(entriesOf([{ name: "S", rows: "" }]).filter(({ name }) => !name.includes("sheet1")))
    ]
  ] as const) {
    it.effect(`is refused: ${what}`, () =>
      Effect.gen(function* () {
        expect(yield* Effect.flip(readBytes(bytes))).toMatchObject({
          _tag: "KaleidoscopeUnreadableTable",
          reason: "format"
        })
      })
    )
  }
})

describe("another archive", () => {
  it.effect("is refused with the way out", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readBytes(archive([{ name: "a.csv", content: "ID" }])))
      expect(error._tag).toBe("KaleidoscopeUnsupportedFormat")
      expect(error.message).toContain("a ZIP archive, and not XLSX")
    })
  )
})

describe("a file that is too large", () => {
  const large = textRow(1, "ID") + textRow(2, "x".repeat(5 * 1024 * 1024))
  const declaring = (declared: number) =>
    archive(
      entriesOf([{ name: "S", rows: large }]).map((entry) =>
        entry.name.endsWith("sheet1.xml") ? { ...entry, declared } : entry
      )
    )

  it.effect("is refused before it is unpacked", () =>
    Effect.gen(function* () {
      const bytes = workbook([{ name: "S", rows: large }])
      expect(bytes.length).toBeLessThan(100 * 1024)
      const error = yield* Effect.flip(readBytes(bytes, { maximumBytes: 1024 * 1024 }))
      expect(error).toMatchObject({ _tag: "KaleidoscopeTableTooLarge", limit: "bytes", maximum: 1024 * 1024 })
      expect(error.message).toContain("`maximumBytes`")
      const packed = yield* Effect.flip(readBytes(bytes, { maximumBytes: 1024 }))
      expect(packed).toMatchObject({ _tag: "KaleidoscopeTableTooLarge", limit: "bytes" })
    })
  )

  it.effect("is refused if its directory does not tell the truth about its size", () =>
    Effect.gen(function* () {
      for (const declared of [0, 1000, 0xffffffff]) {
        const error = yield* Effect.flip(readBytes(declaring(declared), { maximumBytes: 1024 * 1024 }))
        expect(error).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "format" })
      }
    })
  )

  it.effect("is refused at the row with too many columns, or after too many rows", () =>
    Effect.gen(function* () {
      const far = Array.from(
        { length: 20_000 },
        (_, nth) => `<row r="${nth + 2}"><c r="XFD${nth + 2}"><v>1</v></c></row>`
      )
      const wide = workbook([{ name: "S", rows: textRow(1, "ID") + far.join("") }])
      expect(yield* Effect.flip(readBytes(wide))).toMatchObject({ limit: "columns", maximum: 1000, line: 2 })
      const long = workbook([{ name: "S", rows: textRow(1, "ID") + textRow(2, "a") + textRow(3, "b") }])
      expect(yield* Effect.flip(readBytes(long, { maximumRows: 2 }))).toMatchObject({ limit: "rows", line: 3 })
    })
  )
})

const name = FastCheck.oneof(
  FastCheck.constantFrom("ID", "IC50", "__proto__", " x ", "é"),
  FastCheck.string({ minLength: 1, maxLength: 5 }).filter((name) => name.trim() !== "")
)

const text = FastCheck.oneof(
  FastCheck.constantFrom("007", "=1+1", "2026-03-01", "a\r\nb", " x ", "_x0041_", "<&>\"'", "true", "\t", "𝒳", "'a"),
  FastCheck.string({ unit: "binary", maxLength: 8 })
).filter((text) => text !== "")

const value = FastCheck.oneof(
  text,
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  FastCheck.integer(),
  FastCheck.boolean()
)

const tables = FastCheck.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((columns) =>
  FastCheck.record({
    columns: FastCheck.constant(columns),
    rows: FastCheck.array(
      FastCheck.array(FastCheck.option(value, { nil: undefined }), {
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

describe("a table that is written", () => {
  it.effect.prop(
    "has the same values when it is read, but for rows without a value",
    [tables],
    ([{ columns, rows }]) =>
      Effect.gen(function* () {
        const table = yield* readBytes(yield* write(rows, { columns }))
        expect(table.columns).toEqual(columns)
        expect(valuesOf(table.rows)).toEqual(rows.filter((row) => Object.keys(row).length > 0))
        expect(table.rows.flatMap(({ issues }) => issues)).toEqual([])
      }),
    { fastCheck: { numRuns: 25 } }
  )

  it.effect("is written while its rows come", () =>
    Effect.gen(function* () {
      let given = 0
      const rows = Stream.repeatEffect(Effect.sync(() => ({ ID: `C-${given++}`, Note: String(Math.sin(given)) })))
      const some = yield* Stream.runCollect(Stream.take(XlsxFile.write(rows), 3))
      expect(some.length).toBe(3)
      expect(given).toBeLessThan(100_000)
    })
  )

  it.effect("fails with the error of its rows", () =>
    Effect.gen(function* () {
      const rows = Stream.concat(Stream.make({ ID: "C-1" }), Stream.fail("broken" as const))
      expect(yield* Effect.flip(Stream.runDrain(XlsxFile.write(rows)))).toBe("broken")
    })
  )

  it.effect("refuses what a sheet cannot hold", () =>
    Effect.gen(function* () {
      for (const [rows, options, expected] of [
        [[{ a: 1 }, { a: "x".repeat(32_768) }], {}, { row: 2, column: "a" }],
        [[{ a: 1 }, { a: ["x"] }], {}, { row: 2, column: "a" }],
        [[{ a: "\ud800" }], {}, { row: 1, column: "a" }],
        [[{ a: 1 }, { b: 1 }], {}, { row: 2, column: "b" }],
        [[{ a: 1 }], { sheet: "a/b" }, { row: null }]
      ] as const) {
        expect(yield* Effect.flip(write(rows, options))).toMatchObject({
          _tag: "KaleidoscopeUnwritableValue",
          ...expected
        })
      }
      const error = yield* Effect.flip(write([], { columns: ["a", ""] }))
      expect(error._tag).toBe("KaleidoscopeInvalidHeader")
    })
  )
})

layer(NodeContext.layer)("a table file on disk", (it) => {
  it.effect("is written and read in the format that its name tells", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const rows = [{ ID: "C-1", Note: "two\nlines" }]
      for (const file of ["t.csv", "t.tsv", "t.txt", "t.xlsx"]) {
        yield* TableFiles.writeFile(Stream.fromIterable(rows), `${directory}/${file}`)
        const table = yield* TableFiles.readFile(`${directory}/${file}`)
        expect("sheet" in table).toBe(file === "t.xlsx")
        expect(valuesOf(Chunk.toReadonlyArray(yield* Stream.runCollect(table.rows)))).toEqual(rows)
      }
      expect((yield* fileSystem.readDirectory(directory)).sort()).toEqual(["t.csv", "t.tsv", "t.txt", "t.xlsx"])
    })
  )

  it.effect("is XLSX by its content, whatever its name, and never by its name alone", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      yield* fileSystem.writeFile(`${directory}/t.csv`, workbook([{ name: "S", rows: textRow(1, "ID") }]))
      expect((yield* TableFiles.readFile(`${directory}/t.csv`)).columns).toEqual(["ID"])
      yield* fileSystem.writeFileString(`${directory}/t.xlsx`, "ID\nC-1\n")
      const error = yield* Effect.flip(TableFiles.readFile(`${directory}/t.xlsx`))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnreadableTable", reason: "format" })
      const missing = yield* Effect.flip(TableFiles.readFile(`${directory}/none.xlsx`))
      expect(missing._tag).toBe("SystemError")
    })
  )
})
