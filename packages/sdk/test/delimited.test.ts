import { parse } from "csv-parse/sync"
import * as Either from "effect/Either"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Delimited from "../src/internal/tables/delimited.js"

const read = (parts: ReadonlyArray<string>, delimiter: Delimited.Delimiter) => {
  const rows: Array<Delimited.Cells> = []
  const reader = Delimited.makeReader({ delimiter, quotes: true, firstLine: 1, onRow: (row) => rows.push(row) })
  for (const part of parts) reader.take(part, false)
  reader.take("", true)
  return { rows, isUnclosed: reader.isUnclosed() }
}

const delimiters = [",", ";", "\t", "|"] as const

const pieces = FastCheck.array(
  FastCheck.constantFrom(
    "a",
    "a longer value; with all, the|delimiters\t",
    '"',
    '""',
    "#",
    '#"',
    '"#',
    "\r",
    "\n",
    "\r\n",
    "é",
    " "
  ),
  { maxLength: 16 }
)

const quoted = pieces.map((pieces) => `"${pieces.join("").replaceAll('"', '""')}"`)

describe("a reader of delimited text", () => {
  it.prop(
    "gives the rows that csv-parse gives, if csv-parse takes the text",
    [
      FastCheck.oneof(pieces, FastCheck.array(FastCheck.oneof(quoted, FastCheck.constantFrom("#", "\n", "x")))),
      FastCheck.constantFrom(...delimiters)
    ],
    ([pieces, delimiter]) => {
      const text = pieces.join("").replaceAll("#", delimiter)
      const parsed = Either.try(
        (): ReadonlyArray<ReadonlyArray<string>> =>
          parse(text, { delimiter, record_delimiter: ["\r\n", "\n", "\r"], relax_column_count: true })
      )
      if (Either.isLeft(parsed)) return
      const { isUnclosed, rows } = read([text], delimiter)
      expect(rows.map(({ cells }) => cells)).toEqual(parsed.right)
      expect({ isUnclosed, misquoted: rows.flatMap(({ misquoted }) => misquoted) }).toEqual({
        isUnclosed: false,
        misquoted: []
      })
    },
    { fastCheck: { numRuns: 1000 } }
  )

  it.prop(
    "gives the same rows wherever the text is cut",
    [pieces, FastCheck.constantFrom(...delimiters), FastCheck.array(FastCheck.integer({ min: 0, max: 3 }))],
    ([pieces, delimiter, lengths]) => {
      const text = pieces.join("").replaceAll("#", delimiter)
      const parts: Array<string> = []
      let at = 0
      for (const length of lengths) {
        parts.push(text.slice(at, at + length))
        at += length
      }
      expect(read([...parts, text.slice(at)], delimiter)).toEqual(read([text], delimiter))
    },
    { fastCheck: { numRuns: 1000 } }
  )
})
