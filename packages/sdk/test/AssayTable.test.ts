import {
  Activities,
  AssayTable,
  EntityFields,
  Ids,
  QualifiedNumber,
  Records,
  TableFile
} from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import * as Statistics from "../src/internal/assays/statistics.js"
import { activityCalled, compound, countOf, recordCalled } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const fieldOf = (field_name: string, field_type: string, others: { readonly [key: string]: unknown } = {}) =>
  Schema.decodeUnknownSync(EntityFields.EntityField)({ id: `id of ${field_name}`, field_name, field_type, ...others })

const key = fieldOf("Compound ID", "text", { is_key: true })
const smiles = fieldOf("SMILES", "smiles-string")
const ic50 = fieldOf("IC50", "number", { attrs: { unit: "nM" } })
const solubility = fieldOf("Solubility", "qualified-number", { attrs: { units: { symbol: "µM" } } })
const notes = fieldOf("Notes", "text")

const run1 = { id: Ids.ActivityId.make("run 1"), title: "Run 1" }
const run2 = { id: Ids.ActivityId.make("run 2"), title: "Run 2" }

interface Content {
  readonly content: unknown
  readonly operation_id?: string
  readonly record_id?: string
  readonly created_at?: string
}

/** A record with values in their order of creation. */
const recordOf = (name: string, values: { readonly [field: string]: ReadonlyArray<Content> }) =>
  Schema.decodeUnknownSync(Records.Record)({
    id: name,
    record_identifier: name,
    identifier_ids: [`key of ${name}`],
    record_values: {
      [key.id]: [{ id: `key of ${name}`, content: name }],
      ...Object.fromEntries(
        Object.entries(values).map(([field, contents]) => [
          field,
          contents.map((content, index) => ({
            id: `${name} ${field} ${index}`,
            created_at: `2026-03-0${index + 1}T00:00:00.000000+00:00`,
            record_id: name,
            ...content
          }))
        ])
      )
    }
  })

const inRun = (run: typeof run1, ...contents: ReadonlyArray<unknown>): ReadonlyArray<Content> =>
  contents.map((content) => ({ content, operation_id: run.id }))

const first = recordOf("EK-1", {
  [smiles.id]: [{ content: "CCO" }],
  [ic50.id]: [...inRun(run1, "2", 8), ...inRun(run2, "32")],
  [solubility.id]: inRun(run1, "<0.5", "2"),
  [notes.id]: inRun(run1, "low", "lower")
})
const second = recordOf("EK-2", { [ic50.id]: inRun(run2, "5", "n.d.") })

const measurements: AssayTable.Measurements = {
  records: [first, second],
  fields: [ic50, solubility, notes],
  recordFields: [key, smiles],
  activities: [run1, run2]
}

const many = (...cells: ReadonlyArray<unknown>) =>
  Option.getOrThrow(Either.getRight(Either.all(cells.map((cell) => QualifiedNumber.fromCell(cell)))))

const text = (result: Either.Either<QualifiedNumber.QualifiedNumber | null, string>) =>
  Either.match(result, { onLeft: (reason) => `unknown: ${reason}`, onRight: String })

describe("AssayTable", () => {
  it("has a row for each record and activity, with the latest values", () => {
    const { columns, issues, rows } = AssayTable.wide(measurements)
    expect(rows).toEqual([
      {
        record: "EK-1",
        record_id: "EK-1",
        "Compound ID": "EK-1",
        SMILES: "CCO",
        activity: "Run 1",
        activity_id: "run 1",
        IC50: 8,
        Solubility: "2",
        Notes: "lower"
      },
      {
        record: "EK-1",
        record_id: "EK-1",
        "Compound ID": "EK-1",
        SMILES: "CCO",
        activity: "Run 2",
        activity_id: "run 2",
        IC50: 32,
        Solubility: null,
        Notes: null
      },
      {
        record: "EK-2",
        record_id: "EK-2",
        "Compound ID": "EK-2",
        SMILES: null,
        activity: "Run 2",
        activity_id: "run 2",
        IC50: null,
        Solubility: null,
        Notes: null
      }
    ])
    expect(columns.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ["record", "text", null],
      ["record_id", "text", null],
      ["Compound ID", "text", null],
      ["SMILES", "text", null],
      ["activity", "text", null],
      ["activity_id", "text", null],
      ["IC50", "number", "nM"],
      ["Solubility", "qualified-number", "µM"],
      ["Notes", "text", null]
    ])
    expect(issues).toEqual([
      {
        record_id: "EK-2",
        record: "EK-2",
        activity_id: "run 2",
        field: "IC50",
        message: '"n.d." is not a number: leave the cell empty if there is no value'
      }
    ])
  })

  it("reduces replicates, across activities too", () => {
    const row = (reduction: AssayTable.Reduction, acrossActivities = true) => {
      const [row] = AssayTable.wide(measurements, { reduction, acrossActivities }).rows
      return [row?.["IC50"], row?.["Solubility"], row?.["Notes"]]
    }
    expect(row("latest")).toEqual([32, "2", "lower"])
    expect(row("all")).toEqual(["2; 8; 32", "<0.5; 2", "low; lower"])
    expect(row("count")).toEqual([3, 2, 2])
    expect(row("mean")).toEqual([14, "<1.25", "lower"])
    expect(row("mean", false)).toEqual([5, "<1.25", "lower"])
    expect(row("geometric mean")).toEqual([expect.closeTo(8, 10), "<1", "lower"])
    expect(row("standard deviation")).toEqual([expect.closeTo(15.874507866, 8), null, "lower"])
  })

  it("takes another reduction for a single field, by its name or id", () => {
    const { columns, rows } = AssayTable.wide(measurements, {
      reduction: "mean",
      reductions: { Solubility: "count", [notes.id]: "all" },
      acrossActivities: true
    })
    expect(rows[0]).toMatchObject({ IC50: 14, Solubility: 2, Notes: "low; lower" })
    expect(columns.slice(-3).map(({ type, unit }) => [type, unit])).toEqual([
      ["number", "nM"],
      ["integer", null],
      ["text", null]
    ])
  })

  it("has a row for each record, field and activity in a long table", () => {
    const { columns, rows } = AssayTable.long(measurements, { reduction: "mean" })
    expect(
      rows.map(({ count, field, operator, record, activity, unit, value }) => [
        record,
        activity,
        field,
        operator,
        value,
        unit,
        count
      ])
    ).toEqual([
      ["EK-1", "Run 1", "IC50", null, 5, "nM", 2],
      ["EK-1", "Run 1", "Solubility", "<", 1.25, "µM", 2],
      ["EK-1", "Run 1", "Notes", null, "lower", null, 2],
      ["EK-1", "Run 2", "IC50", null, 32, "nM", 1],
      ["EK-2", "Run 2", "IC50", null, 5, "nM", 1]
    ])
    expect(rows[0]).toMatchObject({ "Compound ID": "EK-1", SMILES: "CCO", created_at: null })
    expect(Object.keys(rows[0] ?? {})).toEqual(columns.map(({ name }) => name))
    const all = AssayTable.long(measurements, { reduction: "all" }).rows
    expect(all.map(({ created_at, operator, value }) => [operator, value, created_at]).slice(0, 4)).toEqual([
      [null, 2, "2026-03-01T00:00:00.000000+00:00"],
      [null, 8, "2026-03-02T00:00:00.000000+00:00"],
      ["<", 0.5, "2026-03-01T00:00:00.000000+00:00"],
      ["=", 2, "2026-03-02T00:00:00.000000+00:00"]
    ])
  })

  it("says what is not known instead of a number", () => {
    const record = recordOf("EK-3", { [solubility.id]: inRun(run1, "<0.5", ">10") })
    const table = (reduction: AssayTable.Reduction) =>
      AssayTable.wide({ ...measurements, records: [record], fields: [solubility] }, { reduction })
    expect(table("mean").rows[0]).toMatchObject({ Solubility: null })
    expect(table("mean").issues).toMatchObject([
      {
        record: "EK-3",
        field: "Solubility",
        message: expect.stringContaining("the values <0.5, >10 have different signs")
      }
    ])
    expect(table("standard deviation").issues[0]?.message).toContain("standard deviation is not known")
    expect(table("latest").rows[0]).toMatchObject({ Solubility: ">10" })
  })

  it("takes all values without activities, and clears what has an empty value", () => {
    const cleared = recordOf("EK-4", {
      [ic50.id]: [{ content: "3" }, { content: null }],
      [notes.id]: [{ content: ["a", "b"] }]
    })
    const { rows } = AssayTable.wide({ records: [cleared], fields: [ic50, notes] })
    expect(rows).toEqual([
      { record: "EK-4", record_id: "EK-4", activity: null, activity_id: null, IC50: null, Notes: "a; b" }
    ])
    const mean = AssayTable.wide({ records: [cleared], fields: [ic50] }, { reduction: "mean" })
    expect(mean.rows[0]).toMatchObject({ IC50: 3 })
  })

  it("leaves out values of sub-records, unless they are asked for", () => {
    const parent = recordOf("EK-5", { [ic50.id]: [{ content: 1 }, { content: 9, record_id: "EK-5 B-1" }] })
    const ofParent = (subRecords?: boolean) =>
      AssayTable.wide({ records: [parent], fields: [ic50] }, { subRecords }).rows[0]?.["IC50"]
    expect([ofParent(), ofParent(true)]).toEqual([1, 9])
  })

  it("keeps columns apart that have the same name", () => {
    const record = fieldOf("record", "text")
    const again = fieldOf("IC50", "text", { id: "another field" })
    const { columns } = AssayTable.wide(
      { records: [], fields: [record, ic50, again, ic50] },
      { acrossActivities: true }
    )
    expect(columns.map(({ name }) => name)).toEqual(["record", "record_id", "id of record", ic50.id, "another field"])
  })

  it("finds the unit of a field where it may stand", () => {
    expect(AssayTable.unitOf(ic50)).toEqual(Option.some("nM"))
    expect(AssayTable.unitOf(solubility)).toEqual(Option.some("µM"))
    expect([{ attrs: null }, { attrs: {} }, { attrs: { unit: "" } }].map(AssayTable.unitOf)).toEqual(
      Array.from({ length: 3 }, () => Option.none())
    )
  })
})

describe("Statistics of qualified numbers", () => {
  it("gives a bound, or nothing, if numbers have signs", () => {
    expect(text(Statistics.mean(many(1, 2, 3)))).toBe("2")
    expect(text(Statistics.mean(many("<=1", 3)))).toBe("<=2")
    expect(text(Statistics.mean(many("<=1", "<3")))).toBe("<2")
    expect(text(Statistics.mean(many(">10", 20)))).toBe(">15")
    expect(text(Statistics.mean(many("~3", 5)))).toBe("~4")
    expect(text(Statistics.mean(many("~3", "<5")))).toContain("unknown: ")
    expect(text(Statistics.mean(many(1.7e308, 1.7e308)))).toBe("1.7e+308")
    expect(text(Statistics.geometricMean(many("<4", 9)))).toBe(`<${Math.exp((Math.log(4) + Math.log(9)) / 2)}`)
    expect(text(Statistics.geometricMean(many(0.1, 0.1, 0.1)))).toBe("0.1")
    expect(text(Statistics.geometricMean(many(0, 9)))).toContain("greater than 0")
    expect(text(Statistics.standardDeviation(many(2, 4, 4, 4, 5, 5, 7, 9)))).toBe(String(Math.sqrt(32 / 7)))
    expect(text(Statistics.standardDeviation(many(3)))).toBe("null")
    expect(text(Statistics.standardDeviation(many("<3", 2)))).toContain("unknown: ")
  })

  const cases = FastCheck.array(
    FastCheck.record({
      value: FastCheck.integer({ min: 1, max: 20 }),
      operator: FastCheck.constantFrom(...(["=", "<", "<=", ">", ">="] as const)),
      away: FastCheck.integer({ min: 1, max: 9 })
    }),
    { minLength: 1, maxLength: 6 }
  )

  it.prop("holds for all numbers that the signs allow", [cases], ([cases]) => {
    const numbers = cases.map(({ operator, value }) => QualifiedNumber.make(value, operator))
    // One of the possible truths: between 0 and the number for `<`, beyond it for `>`.
    const truths = cases.map(({ away, operator, value }) =>
      operator === "=" ? value : operator.startsWith("<") ? (value * away) / 10 : value + away
    )
    const mean = truths.reduce((sum, truth) => sum + truth, 0) / truths.length
    const geometric = Math.exp(truths.reduce((sum, truth) => sum + Math.log(truth), 0) / truths.length)
    const slack = 1e-9
    const holds = (truth: number) => (bound: QualifiedNumber.QualifiedNumber) =>
      bound.operator === "="
        ? Math.abs(bound.value - truth) < slack
        : bound.operator.startsWith("<")
          ? truth < bound.value + slack
          : truth > bound.value - slack
    expect(Either.match(Statistics.mean(numbers), { onLeft: () => true, onRight: holds(mean) })).toBe(true)
    expect(Either.match(Statistics.geometricMean(numbers), { onLeft: () => true, onRight: holds(geometric) })).toBe(
      true
    )
  })
})

layer(onEmulator(Layer.mergeAll(Activities.layer, EntityFields.layer, Records.layer)))(
  "AssayTable on a workspace",
  (it) => {
    it.effect("reads the records of activities, and makes a table that a file can hold", () =>
      Effect.gen(function* () {
        const measurements = yield* AssayTable.read({
          activities: [{ title: "EGFR IC50, run 1" }, { title: "EGFR IC50, run 2" }],
          fields: ["IC50"],
          recordFields: ["Compound ID", { field_name: "SMILES" }]
        })
        expect(yield* countOf("GET /activities")).toBe(1)
        const { columns, issues, rows } = AssayTable.wide(measurements)
        expect(issues).toEqual([])
        // What the sample workspace has, counted without the SDK.
        const field = Workspace.demo.entity_fields.find(({ field_name }) => field_name === "IC50")
        const runs = ["EGFR IC50, run 1", "EGFR IC50, run 2"].map((title) => activityCalled(title).id)
        const expected = Workspace.demo.records.flatMap(({ record_identifier, record_values }) =>
          runs.flatMap((run) =>
            Object.entries(record_values).some(
              ([id, values]) => id === field?.id && values.some(({ operation_id }) => operation_id === run)
            )
              ? [`${record_identifier} ${run}`]
              : []
          )
        )
        expect(rows.map(({ activity_id, record }) => `${record} ${activity_id}`).sort()).toEqual(expected.sort())
        for (const row of rows) expect(row).toMatchObject({ IC50: expect.any(Number), SMILES: expect.any(String) })
        const bytes = TableFile.write(Stream.fromIterable(rows), { columns: columns.map(({ name }) => name) })
        const table = yield* TableFile.read(bytes)
        const back = yield* Stream.runCollect(table.rows)
        expect(Array.from(back, ({ values }) => values["IC50"])).toEqual(rows.map(({ IC50 }) => String(IC50)))
      })
    )

    it.effect("finds the measured fields by itself", () =>
      Effect.gen(function* () {
        const { fields } = yield* AssayTable.read({ activities: [{ title: "EGFR IC50, run 1" }] })
        expect(fields.map(({ field_name }) => field_name)).toContain("IC50")
        expect(fields.map(({ field_name }) => field_name)).not.toContain("SMILES")
      })
    )

    it.effect("means of replicates are bounds where a value has a sign", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const activity = { title: "Kinetic solubility, plate 1" }
        const field = { field_name: "Solubility" }
        // The sample workspace has 128 for this compound.
        yield* records.addValue(compound("EK-0002"), { field, activity, content: "<72" })
        const read = yield* AssayTable.read({ activities: [activity], fields: ["Solubility"] })
        const { rows } = AssayTable.long(read, { reduction: "mean" })
        const row = rows.find(({ record_id }) => record_id === recordCalled("EK-0002").id)
        assert(row !== undefined)
        expect([row.operator, row.value, row.count]).toEqual(["<", 100, 2])
      })
    )

    it.effect("a name that is not known fails before any record is read", () =>
      Effect.gen(function* () {
        const activities = [{ title: "EGFR IC50, run 1" }]
        const unknownField = yield* Effect.flip(AssayTable.read({ activities, fields: ["IC5O"] }))
        expect([unknownField._tag, unknownField.message]).toEqual([
          "KaleidoscopeUnknownReference",
          expect.stringContaining('did you mean "IC50"?')
        ])
        const unknownActivity = yield* Effect.flip(AssayTable.read({ activities: [{ title: "Run" }] }))
        expect(unknownActivity._tag).toBe("KaleidoscopeNotFound")
      })
    )
  }
)

describe("AssayTable of responses that cannot be read", () => {
  const tableOf = (record: object) => {
    const server = onScript(Records.layer, () => Scripted.json(record))
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const found = yield* records.getMany([Ids.RecordId.make("EK-6")])
      return AssayTable.wide({ records: found, fields: [ic50] }, { acrossActivities: true })
    }).pipe(Effect.provide(server.layer))
  }

  it.effect("a record without values has no row, and an issue", () =>
    Effect.gen(function* () {
      const { issues, rows } = yield* tableOf({ id: "EK-6" })
      expect(rows).toEqual([])
      expect(issues).toMatchObject([{ record: "EK-6", field: null, message: expect.stringContaining("record_values") }])
    })
  )

  it.effect("a value whose activity or date is unreadable is left out, and an issue", () =>
    Effect.gen(function* () {
      for (const part of [{ operation_id: 7 }, { created_at: "yesterday" }, { record_id: [] }]) {
        const values = [
          { id: "1", content: "5" },
          { id: "2", content: "9", ...part }
        ]
        const { issues, rows } = yield* tableOf({ id: "EK-6", record_values: { [ic50.id]: values } })
        expect(rows).toMatchObject([{ IC50: 5 }])
        expect(issues).toMatchObject([
          { field: "IC50", message: expect.stringContaining(`no readable ${Object.keys(part)[0]}`) }
        ])
      }
    })
  )
})
