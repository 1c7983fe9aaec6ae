import { ColumnGuess, EntityFields, EntityTypes, Imports, Records, TableFile } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import { compound, countOf } from "./support/sample.js"
import { onEmulator } from "./support/services.js"
import { passing } from "./support/workspace.js"

const field = Schema.decodeUnknownSync(EntityFields.EntityField)

const fields = Workspace.demo.entity_fields.map((one) => field(one))

const entityTypeCalled = (name: string) => {
  const found = Workspace.demo.entity_types.find(({ slice_name }) => slice_name === name)
  assert(found !== undefined)
  return Schema.decodeUnknownSync(EntityTypes.EntityType)(found)
}

const rowsOf = (column: string, values: ReadonlyArray<unknown>) =>
  values.map((value, index) => ({ row: index + 1, values: { [column]: value } }))

/** What is guessed of one column. */
const guessed = (column: string, values: ReadonlyArray<unknown> = [], known: Partial<ColumnGuess.Known> = {}) => {
  const [only] = ColumnGuess.guess([column], rowsOf(column, values), { fields, ...known }).columns
  assert(only !== undefined)
  return only
}

const nameOf = ({ field, match }: ColumnGuess.Column) => [match, field?.field_name ?? null]

describe("ColumnGuess", () => {
  it("finds fields by name, and says how sure it is", () => {
    expect(nameOf(guessed("IC50"))).toEqual(["exact", "IC50"])
    expect(nameOf(guessed("compound_id"))).toEqual(["similar", "Compound ID"])
    expect(nameOf(guessed(" MOLECULAR-WEIGHT"))).toEqual(["similar", "Molecular weight"])
    expect(nameOf(guessed("IC50 (nM)"))).toEqual(["nearest", "IC50"])
    expect(nameOf(guessed("Solubilty"))).toEqual(["nearest", "Solubility"])
    expect(nameOf(guessed("Colour of the cap"))).toEqual(["none", null])
    const ic50 = fields.find(({ field_name }) => field_name === "IC50")
    expect(nameOf(guessed(ic50?.id.toUpperCase() ?? ""))).toEqual(["exact", "IC50"])
  })

  it("uses a field once: the better name gets it", () => {
    const { columns } = ColumnGuess.guess(["ic50", "IC50", "IC50 (nM)"], [], { fields })
    expect(columns.map(nameOf)).toEqual([
      ["none", null],
      ["exact", "IC50"],
      ["none", null]
    ])
    expect(columns[0]?.others.map(({ field_name }) => field_name)).toEqual(["IC50"])
  })

  it("leaves out archived fields, and key fields of other entity types", () => {
    const archived = field({ id: "1", field_name: "Old", field_type: "text", is_archived: true, is_key: false })
    expect(guessed("Old", [], { fields: [archived] }).match).toBe("none")
    expect(guessed("Batch").isKey).toBe(true)
    expect(guessed("Batch", [], { entityType: entityTypeCalled("Compound") }).match).toBe("none")
    const batch = ColumnGuess.guess(["Compound ID"], [], { fields, entityType: entityTypeCalled("Batch") })
    expect(batch.columns.map(({ isKey }) => isKey)).toEqual([true])
    expect(batch.missingKeys.map(({ field_name }) => field_name)).toEqual(["Batch"])
  })

  it("names the fields that have the same name", () => {
    const same = [
      field({ id: "1", field_name: "Batch", field_type: "text", is_key: false }),
      field({ id: "2", field_name: "Batch", field_type: "text", is_key: true })
    ]
    const column = guessed("Batch", [], { fields: same })
    expect([column.field?.id, column.isKey]).toEqual(["2", true])
    expect(column.others.map(({ id }) => id)).toEqual(["1"])
    expect(guessed("Batch", [], { fields: same, entityType: { key_field_ids: [] } }).field?.id).toBe("1")
  })

  it("counts the values that do not fit, with the numbers of their rows", () => {
    const column = guessed("IC50", [1, "2.5", "", "<5", "much", ...Array.from({ length: 6 }, () => "n.d.")])
    expect([column.filled, column.misfits, column.examples.length]).toEqual([10, 8, 5])
    expect(column.examples.slice(0, 2)).toEqual([
      { row: 4, value: "<5", message: expect.stringContaining('"<5" has a sign before the number') },
      { row: 5, value: "much", message: expect.stringContaining('"much" is not a number') }
    ])
    const series = guessed("Series", ["Ethoxy", "Etoxy"])
    expect(series.examples).toEqual([{ row: 2, value: "Etoxy", message: expect.stringContaining('"Ethoxy"?') }])
  })

  it("guesses the type of the values", () => {
    const types: ReadonlyArray<readonly [EntityFields.FieldType, ReadonlyArray<unknown>]> = [
      ["number", ["1", "2,5", 3]],
      ["qualified-number", ["1", "<0.5", "~3"]],
      ["date", ["2026-03-01", "2026-03-02"]],
      ["boolean", ["yes", "NO", true]],
      ["URL", ["https://northlight.example/1"]],
      ["email", ["ada@northlight.example"]],
      ["text", ["007", "008"]],
      ["text", ["1", "two", "3"]],
      ["text", []],
      ["select", Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? "fast" : "slow"))]
    ]
    for (const [type, values] of types) expect([guessed("New", values).type, values]).toEqual([type, values])
    expect(guessed("canonical smiles", ["CCO", "c1ccccc1"]).type).toBe("smiles-string")
    const column = guessed("New", [...Array.from({ length: 19 }, (_, index) => index), "n.d."])
    expect([column.type, column.misfits, column.examples[0]?.row]).toEqual(["number", 1, 20])
  })

  it("says which column has a value of its own in each row", () => {
    expect(guessed("New", ["a", "b"]).isUnique).toBe(true)
    expect(guessed("New", ["a", "a"]).isUnique).toBe(false)
    expect(guessed("New", ["a", ""]).isUnique).toBe(false)
    expect(guessed("New").isUnique).toBe(false)
  })

  it("renames columns, and loses no value where names meet", () => {
    const table = (columns: ReadonlyArray<string>): TableFile.Table => ({
      columns,
      rows: Stream.make({
        row: 1,
        line: 2,
        values: Object.fromEntries(columns.map((column) => [column, `value of ${column}`])),
        issues: [{ path: "a", message: "is wrong" }]
      })
    })
    const renamed = (columns: ReadonlyArray<string>, renames: ColumnGuess.Renames) => {
      const { columns: names, rows } = ColumnGuess.rename(table(columns), renames)
      const [row] = Array.from(Effect.runSync(Stream.runCollect(rows)))
      return [names, Object.entries(row?.values ?? {}), row?.issues[0]?.path]
    }
    expect(renamed(["a", "b", "c"], { a: "x", b: null })).toEqual([
      ["x", "c"],
      [
        ["x", "value of a"],
        ["c", "value of c"]
      ],
      "x"
    ])
    expect(renamed(["a", "b"], { a: "x", b: "x" })[0]).toEqual(["a", "b"])
    expect(renamed(["a", "b"], { a: "b" })[0]).toEqual(["a", "b"])
    expect(renamed(["a", "b"], { a: "b", b: "a" })[0]).toEqual(["b", "a"])
    expect(renamed(["a", "b", "c"], { a: "x", b: "x", c: "a" })[0]).toEqual(["a", "b", "c"])
  })
})

const file = [
  "compound_id,IC50 (nM),solubility,Colour,series",
  "EK-0001,12.5,<0.5,red,Ethoxy",
  "EK-0002,<5,≥10,blue,Etoxy",
  ""
].join("\n")

layer(onEmulator(Layer.mergeAll(EntityFields.layer, EntityTypes.layer, Imports.layer, Records.layer)))(
  "ColumnGuess of a file",
  (it) => {
    it.effect("a file is guessed, confirmed and imported", () =>
      Effect.gen(function* () {
        const imports = yield* Imports.Imports
        const records = yield* Records.Records
        const table = yield* TableFile.read(Stream.encodeText(Stream.make(file)))
        const guess = yield* ColumnGuess.ofTable(table, { entityType: { slice_name: "Compound" } })
        expect(ColumnGuess.describe(guess).split("\n")).toEqual([
          "5 columns, 2 rows looked at",
          '"compound_id": a key, key field "Compound ID" (text), whose name is written in another way',
          '"IC50 (nM)": field "IC50" (number)? Please confirm: the names are only similar',
          "    1 of 2 values do not fit:",
          expect.stringContaining('      row 2: "<5" has a sign before the number'),
          '"solubility": field "Solubility" (qualified-number), whose name is written in another way',
          '"Colour": no field. Its values look like the type text',
          '"series": field "Series" (select), whose name is written in another way',
          "    1 of 2 values do not fit:",
          expect.stringContaining('row 2: "Etoxy" is not an option of the field: did you mean "Ethoxy"?')
        ])
        const renames = ColumnGuess.renames(guess, { "IC50 (nM)": "IC50", Colour: null })
        expect(renames).toEqual({
          compound_id: "Compound ID",
          "IC50 (nM)": "IC50",
          solubility: "Solubility",
          Colour: null,
          series: "Series"
        })
        const { exit } = yield* passing(
          imports.importRows(ColumnGuess.rename(table, renames), {
            key_field_names: ColumnGuess.keyNames(guess, renames)
          })
        )
        assert(Exit.isSuccess(exit))
        expect(exit.value).toMatchObject({ rows_read: 2 })
        const Row = Schema.Struct({ IC50: Schema.Number, Solubility: Schema.String, Series: Schema.String })
        const read = yield* records.rows(Row, [yield* records.get(compound("EK-0001"))])
        expect(read).toMatchObject([{ right: { IC50: 12.5, Solubility: "<0.5", Series: "Ethoxy" } }])
      })
    )

    it.effect("only the first rows are read, and nothing is written", () =>
      Effect.gen(function* () {
        let pulled = 0
        const row = { row: 1, line: 2, values: { IC50: "1" }, issues: [] }
        const table: TableFile.Table = {
          columns: ["IC50"],
          rows: Stream.repeatEffect(
            Effect.sync(() => {
              pulled++
              return row
            })
          )
        }
        const before = yield* countOf("POST /push/imports")
        const guess = yield* ColumnGuess.ofTable(table, { rows: 10 })
        expect([guess.rows, guess.missingKeys]).toEqual([10, []])
        expect(pulled).toBeLessThan(20)
        expect(yield* countOf("POST /push/imports")).toBe(before)
        const missing = yield* Effect.flip(ColumnGuess.ofTable(table, { entityType: { slice_name: "Compund" } }))
        expect(missing._tag).toBe("KaleidoscopeNotFound")
      })
    )
  }
)
