import { TableFile } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"

const encoder = new TextEncoder()

/** All that is read of a file: its rows, and what ended it. */
const readBytes = (bytes: Uint8Array, options?: TableFile.ReadOptions, size = 3) =>
  Effect.gen(function* () {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, nth) =>
      bytes.subarray(nth * size, (nth + 1) * size)
    )
    const table = yield* TableFile.read(Stream.rechunk(Stream.fromIterable(parts), 1), options)
    const rows: Array<TableFile.Row> = []
    const wrong = yield* table.rows.pipe(
      Stream.runForEach((row) => Effect.sync(() => rows.push(row))),
      Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
    )
    return { ...table, encoding: yield* table.encoding, rows, wrong }
  })

const read = (text: string, options?: TableFile.ReadOptions) => readBytes(encoder.encode(text), options)

const valuesOf = (rows: ReadonlyArray<TableFile.Row>) => rows.map(({ values }) => values)

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
