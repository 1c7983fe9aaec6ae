import { CalendarDate, Cell, Exports, Imports, QualifiedNumber, TableFile } from "@effect-kaleidoscope/sdk"
import * as Arbitrary from "effect/Arbitrary"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { afterEach, describe, expect, it, vi } from "../../../test/vitest.js"
import { onEmulator } from "./support/services.js"

const Row = Schema.Struct({
  "Compound ID": Cell.Text,
  IC50: Schema.NullOr(Cell.Number),
  "Molecular weight": Schema.NullOr(Cell.Decimal),
  Solubility: Schema.NullOr(Cell.QualifiedNumber),
  "Registered on": Schema.NullOr(Cell.CalendarDate),
  Selective: Schema.NullOr(Cell.Boolean),
  Notes: Schema.NullOr(Cell.Text)
})

const columns = Object.keys(Row.fields)

const day = (text: string) => Option.getOrThrow(Either.getRight(CalendarDate.fromCell(text)))

const number = FastCheck.oneof(
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  FastCheck.constantFrom(Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 0.1, 1e21, 1e-7, -1.5)
).map((value) => (value === 0 ? 0 : value))

const text = FastCheck.oneof(
  FastCheck.fullUnicodeString({ minLength: 1 }).filter((text) => !/[\0\ufeff]/.test(text)),
  FastCheck.constantFrom(
    'a "quote", and\na line',
    "a\r\nb",
    "007",
    " spaces ",
    "=1+1",
    "µM ≤ 2,5",
    "0",
    "null",
    "\t",
    ";"
  )
)

const orEmpty = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })

/** Rows with cells at their limits. Each has another key, with zeros at its beginning. */
const rows = FastCheck.array(
  FastCheck.record({
    IC50: orEmpty(number),
    "Molecular weight": orEmpty(Arbitrary.make(Cell.Decimal)),
    Solubility: orEmpty(
      FastCheck.tuple(number, FastCheck.constantFrom(...(["=", "<", "<=", ">", ">=", "~"] as const))).map(
        ([value, operator]) => QualifiedNumber.make(value, operator)
      )
    ),
    "Registered on": orEmpty(
      FastCheck.oneof(
        Arbitrary.make(Cell.CalendarDate),
        FastCheck.constantFrom(...["2025-12-31", "2026-01-01", "2024-02-29", "2026-03-29", "1900-01-01"].map(day))
      )
    ),
    Selective: orEmpty(FastCheck.boolean()),
    Notes: orEmpty(text)
  }),
  { minLength: 20, maxLength: 40 }
).map((rows) => rows.map((row, index) => ({ "Compound ID": `000${index}`, ...row })))

const bytesOf = (rows: ReadonlyArray<typeof Row.Type>) =>
  TableFile.write(
    Stream.map(Stream.fromIterable(rows), (row) => {
      const encoded: { readonly [column: string]: unknown } = Schema.encodeSync(Row)(row)
      return Object.fromEntries(
        columns.map((column) => {
          const cell = encoded[column]
          return [
            column,
            typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean" ? cell : null
          ]
        })
      )
    }),
    { columns }
  )

const textOf = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) => Stream.mkString(Stream.decodeText(bytes))

const byKey = (rows: ReadonlyArray<typeof Row.Type>) =>
  [...rows].sort((a, b) => (a["Compound ID"] < b["Compound ID"] ? -1 : 1))

/** The rows after they went through a file, an import and an export. */
const imported = (rows: ReadonlyArray<typeof Row.Type>) =>
  Effect.gen(function* () {
    const imports = yield* Imports.Imports
    const exports = yield* Exports.Exports
    const table = yield* TableFile.read(bytesOf(rows))
    const report = yield* imports.importRows(table, { schema: Row, entity_slice_id: { slice_name: "Compound" } })
    expect(report.rejected).toEqual([])
    const exported = yield* Stream.runCollect(
      exports.rows({ entity_slice_id: { slice_name: "Compound" } }, { schema: Row })
    )
    const keys = new Set(rows.map((row) => row["Compound ID"]))
    // The sample workspace has compounds of its own, which may lack what the schema asks for.
    const [failed, read] = Array.separate(exported)
    return {
      failed: failed.filter(({ values }) => keys.has(values["Compound ID"] ?? "")),
      back: read.filter((row) => keys.has(row["Compound ID"]))
    }
  }).pipe(Effect.scoped, Effect.provide(onEmulator(Layer.merge(Imports.layer, Exports.layer))))

describe("cells through a file, an import, an export and a file", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  for (const [timeZone, offset] of [
    ["Pacific/Auckland", -780],
    ["America/Los_Angeles", 480],
    ["UTC", 0]
  ] as const) {
    it.live(`come back as they were, in ${timeZone}`, () =>
      Effect.gen(function* () {
        vi.stubEnv("TZ", timeZone)
        // Node reads the variable again: without this, the test would prove nothing.
        expect(new Date("2026-01-01T12:00:00Z").getTimezoneOffset()).toBe(offset)
        for (const sample of FastCheck.sample(rows, 4)) {
          const { failed, back } = yield* imported(sample)
          expect(failed).toEqual([])
          expect(byKey(back)).toEqual(byKey(sample))
          expect(yield* textOf(bytesOf(byKey(back)))).toBe(yield* textOf(bytesOf(byKey(sample))))
        }
      })
    )
  }
})
