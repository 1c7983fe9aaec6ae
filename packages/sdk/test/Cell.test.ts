import { CalendarDate, Cell, EntityFields, Imports, QualifiedNumber, Records } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Arbitrary from "effect/Arbitrary"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { describe, expect, it, layer } from "../../../test/vitest.js"
import { bodiesOf, compound } from "./support/sample.js"
import { onEmulator } from "./support/services.js"
import { passing } from "./support/workspace.js"

/** What a schema reads from a cell, or why it does not. */
const read = <A>(schema: Schema.Schema<A, unknown>, cell: unknown) =>
  Either.match(Schema.decodeUnknownEither(schema)(cell), {
    onLeft: ({ message }) => `refused: ${message}`,
    onRight: (value) => value
  })

const field = Schema.decodeUnknownSync(EntityFields.EntityField)

const fieldOf = (field_type: string, others: { readonly [key: string]: unknown } = {}) =>
  field({ id: "field", field_name: "Column", field_type, ...others })

const series = fieldOf("select", { attrs: { options: ["Dimethoxy", "Ethoxy"] } })
const tags = fieldOf("multiselect", {
  attrs: {
    options: [
      { id: "1", name: "hit" },
      { id: "2", name: "lead" }
    ]
  }
})

/** What is sent to a field for a cell, or why it is not. */
const checked = (of: Cell.Field, cell: unknown) =>
  Either.match(Cell.check(of, cell), {
    onLeft: (issues) => `refused: ${issues.map(({ message, path }) => `${path}: ${message}`).join()}`,
    onRight: (content) => content
  })

describe("Cell", () => {
  it("reads numbers as people write them, and refuses what may be several", () => {
    const numbers: { readonly [cell: string]: number } = {
      "1234.5": 1234.5,
      "1,234.5": 1234.5,
      "1.234,5": 1234.5,
      "1'234.5": 1234.5,
      "1\u202f234,5": 1234.5,
      "1,234,567": 1234567,
      "1.234.567": 1234567,
      "2,5": 2.5,
      "0,123": 0.123,
      "1234,567": 1234.567,
      " -1.5e-3 ": -0.0015,
      ".5": 0.5,
      "5.": 5,
      "+7": 7
    }
    for (const [cell, value] of Object.entries(numbers)) expect([cell, read(Cell.Number, cell)]).toEqual([cell, value])
    expect(read(Cell.Number, 139)).toBe(139)
    expect(read(Cell.Number, "1,234")).toContain('"1,234" may be 1234 or 1.234: write one of these two')
    for (const cell of ["1,23,456", "1.2.3", "1,234.567,8", "1,,5", ",", "1'23.4", "12,3456,789", "1.234,567.8"]) {
      expect([cell, read(Cell.Number, cell)]).toEqual([cell, expect.stringContaining("refused: ")])
    }
    expect(read(Cell.Number, "<5")).toContain("only a field of the type")
    expect(read(Cell.Number, "9007199254740993")).toContain("use Cell.Decimal")
    expect(read(Cell.Number, "1e999")).toContain("refused: ")
    for (const cell of [true, null, [], {}, Number.NaN, Number.POSITIVE_INFINITY, "0x10", "1_000", "٣"]) {
      expect(read(Cell.Number, cell)).toContain("refused: ")
    }
    expect(read(Cell.number({ decimalComma: true }), "1,234")).toBe(1.234)
    expect(read(Cell.number({ decimalComma: false }), "1,234")).toBe(1234)
  })

  it("keeps the digits of a decimal", () => {
    for (const text of [
      "0.10",
      "1.500",
      "-0.00",
      "9007199254740993",
      "0.12345678901234567890",
      "1.50e3",
      "5e-7",
      "0"
    ]) {
      const decimal = Schema.decodeUnknownSync(Cell.Decimal)(text)
      const written = Schema.encodeSync(Cell.Decimal)(decimal)
      expect(read(Cell.Decimal, written)).toEqual(decimal)
      if (!text.includes("e") && !text.startsWith("-")) expect(written).toBe(text)
    }
    expect(Cell.formatDecimal(Schema.decodeUnknownSync(Cell.Decimal)("1.50e3"))).toBe("1.50e3")
    expect(read(Cell.Decimal, "1,234.50")).toEqual(BigDecimal.make(123450n, 2))
    expect(read(Cell.Decimal, "2.5 mg")).toContain('"mg" behind')
  })

  it("reads booleans and text", () => {
    for (const cell of [true, "TRUE", "yes", " Y ", "1", 1]) expect(read(Cell.Boolean, cell)).toBe(true)
    for (const cell of [false, "False", "no", "n", "0", 0]) expect(read(Cell.Boolean, cell)).toBe(false)
    expect(read(Cell.Boolean, "maybe")).toContain('"maybe" is not true, false, yes, no, 1 or 0')
    expect(read(Cell.Text, "007")).toBe("007")
    expect(read(Cell.Text, 7)).toBe("7")
    expect(read(Cell.Text, 2 ** 60)).toContain("has lost digits")
    expect(read(Cell.Text, ["a"])).toContain('["a"] is not text')
  })

  it("checks options, and names the nearest", () => {
    expect(read(Cell.selectOption(series), " Ethoxy ")).toBe("Ethoxy")
    expect(read(Cell.selectOption(series), "ethoxi")).toContain('did you mean "Ethoxy"?')
    expect(read(Cell.selectOption(series), "Morpholine")).toContain('which has "Dimethoxy"; "Ethoxy"')
    expect(read(Cell.selectOption(tags), "2")).toBe("lead")
    expect(read(Cell.selectOption(fieldOf("select")), "anything")).toBe("anything")
    expect(read(Cell.selectOptions(tags), "hit; lead")).toEqual(["hit", "lead"])
    expect(read(Cell.selectOptions(tags), ["lead"])).toEqual(["lead"])
    expect(read(Cell.selectOptions(tags), "hit; laed")).toContain('did you mean "lead"?')
    expect(read(Cell.selectOptions(tags), "hat")).toContain('did you mean "hit"?')
    expect(Option.map(Cell.optionsOf(tags), (options) => options.map(({ name }) => name))).toEqual(
      Option.some(["hit", "lead"])
    )
    expect(Cell.optionsOf(fieldOf("select", { attrs: { options: "hit" } }))).toEqual(Option.none())
  })

  it("checks a cell for a field, and gives the content to send", () => {
    expect(checked(fieldOf("number"), "0.10")).toBe("0.10")
    expect(checked(fieldOf("number"), "2,5")).toBe("2.5")
    expect(checked(fieldOf("number"), 2.5)).toBe(2.5)
    expect(checked(fieldOf("number"), "<5")).toBe(
      'refused: Column: "<5" has a sign before the number, which only a field of the type "qualified-number" takes ' +
        "(the field is of the type number)"
    )
    expect(checked(fieldOf("qualified-number"), "≤ 2,50")).toBe("<=2.50")
    expect(checked(fieldOf("qualified-number"), QualifiedNumber.make(3, "<"))).toBe("<3")
    expect(checked(fieldOf("qualified-number"), { value: 3, unit: "nM" })).toEqual({ value: 3, unit: "nM" })
    expect(checked(fieldOf("boolean"), "Yes")).toBe(true)
    expect(checked(fieldOf("date"), "2026-03-01T00:00:00Z")).toBe("2026-03-01")
    expect(checked(fieldOf("date"), Option.getOrThrow(CalendarDate.make(2026, 3, 1)))).toBe("2026-03-01")
    expect(checked(fieldOf("date"), new Date("2026-03-01T09:30:00Z"))).toContain("CalendarDate.fromDate")
    expect(checked(series, "Ethoxi")).toContain('did you mean "Ethoxy"?')
    for (const type of ["number", "qualified-number"]) {
      expect(checked(fieldOf(type), "1e400")).toContain("is too large for a number")
      expect(checked(fieldOf(type), "-0.5e-400")).toContain("is too close to zero for a number")
      expect(checked(fieldOf(type), "0e-400")).toBe("0e-400")
      expect(checked(fieldOf(type), "2026-03-01")).toContain("is a date or a time, and not a number")
      expect(checked(fieldOf(type), "06:00:00")).toContain("is a date or a time, and not a number")
    }
    expect(checked(fieldOf("date"), "0000-01-01")).toContain("is in the year 0")
    expect(checked(tags, "2")).toEqual(["lead"])
    expect(checked(tags, "hit|lead")).toEqual(["hit", "lead"])
    expect(checked(tags, "hit; lead; hit")).toEqual(["hit", "lead"])
    expect(checked(tags, `["hit","lead"]`)).toEqual(["hit", "lead"])
    expect(checked(tags, `["hit","hot"]`)).toContain(`has "hot"`)
    expect(checked(fieldOf("multiselect"), `["a, b","c"]`)).toEqual(["a, b", "c"])
    expect(checked(fieldOf("multiselect"), "[a")).toBe("[a")
    expect(checked(fieldOf("multiselect"), "hit; lead")).toBe("hit; lead")
    expect(checked(fieldOf("text"), 7)).toBe("7")
    expect(checked(fieldOf("smiles-string"), 7)).toContain("7 is not text")
    expect(checked(fieldOf("email"), "ada")).toContain("has no @")
    expect(checked(fieldOf("record-reference"), 7)).toBe(7)
    expect(checked(fieldOf("record-reference"), {})).toContain("refused: ")
    expect(checked(fieldOf("text", { is_key: true }), "007")).toBe("007")
    expect(checked(fieldOf("votes", { is_key: true }), ["a"])).toContain("as a key must be")
  })

  it("accepts empty cells for each type, and everything for a type that is not known", () => {
    const types = ["number", "qualified-number", "date", "select", "boolean", "text", "email", "record-reference"]
    for (const type of types) for (const cell of [undefined, null, ""]) expect(checked(fieldOf(type), cell)).toBe(cell)
    const anything = { nested: [1, "<"] }
    expect(checked(fieldOf("hologram"), anything)).toBe(anything)
    expect(checked(field({ id: "field", field_name: null, field_type: null }), anything)).toBe(anything)
  })

  it("finds nothing wrong with the values of the sample workspace", () => {
    const fields = new Map(Workspace.demo.entity_fields.map((one) => [one.id, field(one)]))
    const wrong = Workspace.demo.records.flatMap(({ record_values }) =>
      Object.entries(record_values).flatMap(([id, values]) =>
        values.flatMap(({ content }) => {
          const of = fields.get(id as EntityFields.EntityField["id"]) // the keys of a map of values are ids of fields
          return of === undefined ? [] : Option.toArray(Either.getLeft(Cell.check(of, content)))
        })
      )
    )
    expect(wrong).toEqual([])
  })

  it("reads and writes the cells of any field by one schema", () => {
    const row = Schema.Struct({ Solubility: Cell.forField(fieldOf("qualified-number")), Series: Cell.forField(series) })
    const decoded = Schema.decodeUnknownSync(row)({ Solubility: "≤ 2,5", Series: "Ethoxy" })
    expect(decoded).toEqual({ Solubility: "<=2.5", Series: "Ethoxy" })
    expect(Schema.encodeSync(row)(decoded)).toEqual(decoded)
    expect(Either.isLeft(Schema.decodeUnknownEither(row)({ Solubility: "low", Series: "Ethoxy" }))).toBe(true)
  })

  const comesBack = <A>(name: string, schema: Schema.Schema<A, unknown>) => {
    it(`a ${name} comes back from its cell, also from a file`, () => {
      FastCheck.assert(
        FastCheck.property(Arbitrary.make(schema), (value) => {
          const cell = Schema.encodeSync(schema)(value)
          expect(Schema.decodeUnknownSync(schema)(cell)).toEqual(value)
          // Text has no negative zero.
          if (!Object.is(value, -0)) expect(Schema.decodeUnknownSync(schema)(String(cell))).toEqual(value)
        })
      )
    })
  }
  comesBack("number", Cell.Number)
  comesBack("qualified number", Cell.QualifiedNumber)
  comesBack("calendar date", Cell.CalendarDate)
  comesBack("decimal", Cell.Decimal)
  comesBack("boolean", Cell.Boolean)
  comesBack("text", Cell.Text)
})

const Row = Schema.Struct({
  "Compound ID": Cell.Text,
  Solubility: Schema.NullOr(Cell.QualifiedNumber),
  "Registered on": Schema.NullOr(Cell.CalendarDate),
  "Molecular weight": Schema.NullOr(Cell.Decimal),
  Selective: Schema.NullOr(Cell.Boolean)
})

const day = Option.getOrThrow(CalendarDate.make(2026, 3, 1))

layer(onEmulator(Layer.mergeAll(Records.layer, Imports.layer)))("Cell in rows of records", (it) => {
  it.effect("what an import encodes is what rows decode", () =>
    Effect.gen(function* () {
      const imports = yield* Imports.Imports
      const records = yield* Records.Records
      const rows = [
        {
          "Compound ID": "EK-0001",
          Solubility: QualifiedNumber.make(0.5, "<"),
          "Registered on": day,
          "Molecular weight": Schema.decodeUnknownSync(Cell.Decimal)("442.10"),
          Selective: true
        },
        {
          "Compound ID": "EK-0002",
          Solubility: QualifiedNumber.make(12.5),
          "Registered on": day,
          "Molecular weight": Schema.decodeUnknownSync(Cell.Decimal)("393.4400"),
          Selective: false
        }
      ]
      const { exit } = yield* passing(
        Stream.runCollect(
          imports.pushStream(Stream.fromIterable(rows), { schema: Row, key_field_names: ["Compound ID"] })
        )
      )
      expect(Exit.map(exit, (pushed) => Array.from(pushed, ({ rowErrors }) => rowErrors))).toEqual(Exit.succeed([[]]))
      expect(yield* bodiesOf("POST /push/imports")).toMatchObject([
        {
          data: [
            { Solubility: "<0.5", "Registered on": "2026-03-01", "Molecular weight": "442.10", Selective: true },
            { Solubility: "12.5", "Molecular weight": "393.4400" }
          ]
        }
      ])
      const found = yield* records.getMany(["EK-0001", "EK-0002"].map(compound))
      expect(yield* records.rows(Row, found)).toEqual(rows.map((row) => Either.right(row)))
    })
  )

  it.effect("values of these types are sent as text also without a schema", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const record = compound("EK-0003")
      const set = (content: unknown) => records.setValue(record, { field: { field_name: "Solubility" }, content })
      expect(yield* set(QualifiedNumber.make(7, ">="))).toBe(true)
      expect(yield* set(QualifiedNumber.make(7, ">="))).toBe(false)
      yield* records.addValue(record, { field: { field_name: "Registered on" }, content: day })
      const [row] = yield* records.rows(Row, [yield* records.get(record)])
      expect(row).toMatchObject(Either.right({ Solubility: QualifiedNumber.make(7, ">="), "Registered on": day }))
      const refused = yield* Effect.flip(set(QualifiedNumber.make(Number.NaN, "<")))
      expect(refused._tag).toBe("KaleidoscopeInvalidRequest")
    })
  )

  it.effect("a value that cannot be read is an issue of its record", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const record = compound("EK-0004")
      yield* records.addValue(record, { field: { field_name: "Notes" }, content: "1,234" })
      const NotesRow = Schema.Struct({ Notes: Cell.Number, SMILES: Cell.CalendarDate })
      const [row] = yield* records.rows(NotesRow, [yield* records.get(record)])
      const issues = row === undefined || Either.isRight(row) ? [] : row.left.issues
      expect(issues.map(({ path }) => path)).toEqual(["Notes", "SMILES"])
      expect(issues[0]?.message).toBe('"1,234" may be 1234 or 1.234: write one of these two')
    })
  )
})
