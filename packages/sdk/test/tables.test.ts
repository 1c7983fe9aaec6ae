import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Csv from "../src/internal/tables/csv.js"

/** The rows of a table that arrives in these parts, and what is wrong with it in the end. */
const read = (parts: ReadonlyArray<Uint8Array>) =>
  Effect.gen(function* () {
    const rows: Array<Csv.Row> = []
    const wrong = yield* Csv.rows<Csv.Malformed, never>(
      Stream.rechunk(Stream.fromIterable(parts), 1),
      "utf-8",
      (malformed) => malformed
    ).pipe(
      Stream.runForEach((row) => Effect.sync(() => rows.push(row))),
      Effect.match({ onFailure: (malformed) => malformed, onSuccess: () => undefined })
    )
    return { rows, wrong }
  })

const cut = (bytes: Uint8Array, lengths: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  let at = 0
  for (const length of lengths) {
    parts.push(bytes.subarray(at, at + length))
    at += length
  }
  return [...parts, bytes.subarray(at)]
}

const lengths = FastCheck.array(FastCheck.integer({ min: 0, max: 4 }), { maxLength: 20 })

describe("a table", () => {
  it.effect.prop(
    "has the same rows, and the same error, wherever its chunks are split",
    [
      FastCheck.constantFrom("h\n", "h\r", "h\r\n", "h,i\n", "\ufeffh,i\r"),
      FastCheck.array(FastCheck.constantFrom("a", ",", '"', '""', "\r", "\n", "\r\n", "é", "𝄞", " ", "\0"), {
        maxLength: 12
      }),
      lengths
    ],
    ([header, pieces, lengths]) =>
      Effect.gen(function* () {
        const bytes = new TextEncoder().encode(header + pieces.join(""))
        expect(yield* read(cut(bytes, lengths))).toEqual(yield* read([bytes]))
      }),
    { fastCheck: { numRuns: 200 } }
  )

  it.effect("of one column keeps an empty line after a line end that is split over two chunks", () =>
    Effect.gen(function* () {
      const parts = ["a\r\n1\r", "\n", "\n", "2\r\n"].map((part) => new TextEncoder().encode(part))
      expect(yield* read(parts)).toEqual({ rows: [{ a: "1" }, { a: "" }, { a: "2" }], wrong: undefined })
    })
  )

  it.effect("with an empty first line has no columns", () =>
    Effect.gen(function* () {
      for (const text of ["\n", "\r\n\r\n", "\na,b\n1,2\n", "\ufeff\n1\n"]) {
        expect([text, yield* read([new TextEncoder().encode(text)])]).toEqual([
          text,
          {
            rows: [],
            wrong: {
              at: "",
              expected: "a table with a header",
              message: "the header of the table (line 1) is empty"
            }
          }
        ])
      }
    })
  )
})
