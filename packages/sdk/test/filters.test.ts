import { CalendarDate, Exports, Ids, type KaleidoscopeError, Records } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { assert, describe, expect, expectTypeOf, it, layer } from "../../../test/vitest.js"
import { types as knownTypes } from "../src/internal/records/filterForm.js"
import { fields } from "./support/fields.js"
import { fieldId, recordCalled } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const { demo, empty } = Workspace

const type = demo.entity_types.find(({ slice_name }) => slice_name === "Compound")
assert(type !== undefined)
const [keyId = ""] = type.key_field_ids
const [sampleField] = demo.entity_fields.filter(({ is_key }) => !is_key)
assert(sampleField !== undefined)

const field = (field_name: string, field_type: typeof sampleField.field_type) => ({
  ...sampleField,
  id: `id-of-${field_name}`,
  field_name,
  field_type,
  attrs: {}
})

const dataFields = [
  field("Name", "text"),
  field("IC50", "number"),
  field("Potency", "qualified-number"),
  field("Tags", "multiselect"),
  field("Measured", "date"),
  field("Active", "boolean"),
  field("Amount", "mixture")
]

const contents: ReadonlyArray<{ readonly [name: string]: unknown }> = [
  {
    Name: "abc",
    IC50: 5,
    Potency: "<30",
    Tags: ["a", "b"],
    Measured: "2026-02-25",
    Active: true,
    Amount: { unit: "nM" }
  },
  {
    Name: "abd",
    IC50: "10",
    Potency: "20",
    Tags: ["b"],
    Measured: "2026-03-03",
    Active: false,
    Amount: { unit: "µM" }
  },
  { Name: "xyz", IC50: 20, Potency: "5", Tags: ["c"], Measured: "2026-03-10", Active: "true" },
  { Name: "none" }
]

/** A Wednesday, and four compounds that were measured in the last, this and the next week, and never. */
const workspace: Workspace.Workspace = {
  ...empty,
  now: "2026-03-04T12:00:00.000Z",
  entity_types: demo.entity_types,
  entity_fields: [...demo.entity_fields.filter(({ is_key }) => is_key), ...dataFields],
  records: contents.map((values, index) => ({
    id: `record-${index}`,
    created_at: "2026-01-01T00:00:00.000Z",
    entity_slice_id: type.id,
    identifier_ids: [`key-${index}`],
    record_identifier: String(values["Name"]),
    initial_operation_id: null,
    workspace_id: empty.workspace.id,
    record_values: {
      [keyId]: [{ id: `key-${index}`, content: `EK-${index}` }],
      ...Object.fromEntries(
        Object.entries(values).map(([name, content]) => [
          `id-of-${name}`,
          [
            {
              id: `${name}-${index}`,
              content,
              created_at: `2026-02-0${index + 1}T00:00:00.000Z`,
              record_id: `record-${index}`,
              operation_id: null
            }
          ]
        ])
      )
    },
    sub_record_ids: [],
    excluded_operation_ids: [],
    operation_records_created_at: {}
  }))
}

const onWorkspace = onEmulator(Layer.merge(Records.layer, Exports.layer), { seed: workspace })

const search = (query: Records.Search) => Effect.flatMap(Records.Records, (records) => records.search(query))

/** The names of the compounds that pass. */
const passing = (query: Records.Search) =>
  Effect.map(search(query), (ids) => ids.map((id) => contents[Number(id.slice("record-".length))]?.["Name"]))

const { where } = Records

const cases: ReadonlyArray<readonly [filter: Records.Filter, passing: ReadonlyArray<string>]> = [
  [where("IC50", "is_set"), ["abc", "abd", "xyz"]],
  [where("IC50", "is_empty"), ["none"]],
  [where("Name", "is_equal", "abd"), ["abd"]],
  [where("Name", "is_not_equal", "abc"), ["abd", "xyz", "none"]],
  [where("Name", "is_any_of_text", ["abc", "xyz"]), ["abc", "xyz"]],
  [where("Name", "is_not_any_of_text", ["abc", "xyz"]), ["abd", "none"]],
  [where("Name", "includes", "b"), ["abc", "abd"]],
  [where("Name", "does_not_include", "b"), ["xyz", "none"]],
  [where("Name", "starts_with", "ab"), ["abc", "abd"]],
  [where("Name", "ends_with", "c"), ["abc"]],
  [where("Name", "is_in", ["abc", "abd"]), ["abc", "abd"]],
  [where("Name", "is_not_in", ["abc", "abd"]), ["xyz", "none"]],
  [where("Tags", "value_is_subset_of_props", ["b", "c"]), ["abd", "xyz", "none"]],
  [where("Tags", "value_is_superset_of_props", ["b"]), ["abc", "abd"]],
  [where("Tags", "value_has_overlap_with_props", ["a", "c"]), ["abc", "xyz"]],
  [where("Tags", "value_has_no_overlap_with_props", ["a", "c"]), ["abd", "none"]],
  [where("Tags", "value_has_same_elements_as_props", ["b", "a"]), ["abc"]],
  [where("IC50", "is_less_than", 10), ["abc"]],
  [where("IC50", "is_less_than_equal", 10), ["abc", "abd"]],
  [where("IC50", "is_greater_than", 10), ["xyz"]],
  [where("Potency", "is_greater_than_equal", 20), ["abc", "abd"]],
  [where("Measured", "is_before", "2026-03-03"), ["abc"]],
  [where("Measured", "is_after", DateTime.unsafeMake("2026-03-03T00:00:00Z")), ["xyz"]],
  [where("IC50", "is_between", [6, 20]), ["abd", "xyz"]],
  [where("Measured", "is_before_relative_day", -1), ["abc"]],
  [where("Measured", "is_after_relative_day", 0), ["xyz"]],
  [where("Measured", "is_between_relative_day", [-1, 6]), ["abd", "xyz"]],
  [where("Measured", "is_before_relative_week", 0), ["abc"]],
  [where("Measured", "is_after_relative_week", 0), ["xyz"]],
  [where("Measured", "is_between_relative_week", [-1, 0]), ["abc", "abd"]],
  [where("Measured", "is_before_relative_month", 0), ["abc"]],
  [where("Measured", "is_after_relative_month", -1), ["abd", "xyz"]],
  [where("Measured", "is_between_relative_month", [-1, -1]), ["abc"]],
  [where("Measured", "is_last_week"), ["abc"]],
  [where("Measured", "is_this_week"), ["abd"]],
  [where("Measured", "is_next_week"), ["xyz"]],
  [where("Measured", "is_this_month"), ["abd", "xyz"]],
  [where("Measured", "is_next_month"), []],
  [where("Name", "is_last_updated_after", "2026-02-02"), ["xyz", "none"]],
  [where("Amount", "subfield_rule", { subfield: "unit", filter_type: "is_equal", filter_prop: "nM" }), ["abc"]]
]

describe("a filter by name", () => {
  layer(onWorkspace)("on the emulator", (it) => {
    for (const [filter, expected] of cases) {
      it.effect(`${filter.filter_type} of ${filter.field}`, () =>
        Effect.gen(function* () {
          expect(yield* passing({ where: [filter] })).toEqual(expected)
        })
      )
    }

    for (const [name, filter, expected] of [
      ["a number", where("IC50", "is_equal", 10), ["abd"]],
      ["numbers", where("IC50", "is_not_in", [5, 10]), ["xyz", "none"]],
      ["a date in a date field", where("Measured", "is_equal", "2026-03-03"), ["abd"]],
      ["a CalendarDate", where("Measured", "is_in", Option.toArray(CalendarDate.make(2026, 3, 3))), ["abd"]],
      ["two dates", where("Measured", "is_between", ["2026-02-25", "2026-03-03"]), ["abc", "abd"]],
      ["one day from and to", where("Measured", "is_between", ["2026-03-03", "2026-03-03"]), ["abd"]],
      ["a boolean", where("Active", "is_equal", true), ["abc", "xyz"]],
      ["a boolean as text", where("Active", "is_equal", "true"), ["abc", "xyz"]],
      ["a number as text", where("IC50", "is_in", ["5", "20"]), ["abc", "xyz"]],
      ["a qualified number", where("Potency", "is_equal", "<30"), ["abc"]],
      ["a key field", where("Compound ID", "is_in", ["EK-1", "EK-3"]), ["abd", "none"]],
      ["the id of a field", where("id-of-IC50", "is_less_than", 10), ["abc"]],
      ["the field itself", where({ id: Ids.EntityFieldId.make("id-of-IC50") }, "is_less_than", 10), ["abc"]],
      ["{ field_name }", where({ field_name: "IC50" }, "is_less_than", 10), ["abc"]]
    ] as const) {
      it.effect(`with ${name}`, () =>
        Effect.gen(function* () {
          expect(yield* passing({ where: [filter] })).toEqual(expected)
        })
      )
    }

    it.effect("is one of several that must all hold, the raw ones too", () =>
      Effect.gen(function* () {
        const query = {
          where: [where("IC50", "is_set"), where("Tags", "includes", "b")],
          entity_field_filters: [
            { field_id: Ids.EntityFieldId.make("id-of-Name"), filter_type: "is_equal", filter_prop: "abd" }
          ]
        } as const
        expect(yield* passing(query)).toEqual(["abd"])
      })
    )

    it.effect("serves search, stream, count and exports alike", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const exports = yield* Exports.Exports
        const query = {
          entity_slice_id: { slice_name: "Compound" },
          where: [where("IC50", "is_greater_than", 5)],
          order_by: [Records.orderBy("IC50", "descending")]
        }
        expect(yield* passing(query)).toEqual(["xyz", "abd"])
        expect(yield* passing({ ...query, limit: 1 })).toEqual(["xyz"])
        expect(yield* records.count(query)).toBe(2)
        expect(yield* records.count({})).toBe(4)
        const streamed = yield* Stream.runCollect(records.stream(query))
        expect(Chunk.toReadonlyArray(streamed).map(({ record_identifier }) => record_identifier)).toEqual([
          "xyz",
          "abd"
        ])
        const rows = yield* Stream.runCollect(exports.rows(query))
        expect(Chunk.toReadonlyArray(rows).map((row) => row["Name"])).toEqual(["xyz", "abd"])
      })
    )

    it.effect("orders by several fields, the first first", () =>
      Effect.gen(function* () {
        const byActive = Records.orderBy("Active", "descending")
        expect(yield* passing({ order_by: [byActive, Records.orderBy("IC50", "descending")] })).toEqual([
          "xyz",
          "abc",
          "abd",
          "none"
        ])
        expect(yield* passing({ order_by: [Records.orderBy("IC50")] })).toEqual(["abc", "abd", "xyz", "none"])
      })
    )
  })

  it("has a test for each known type", () => {
    expect(knownTypes.length).toBe(40)
    expect([...new Set(cases.map(([{ filter_type }]) => filter_type))].sort()).toEqual([...knownTypes].sort())
  })

  it("has types: of the filter, and of its value", () => {
    // @ts-expect-error There is no such type.
    where("IC50", "is_les_than", 50)
    // @ts-expect-error A number is no text.
    where("Name", "starts_with", 5)
    // @ts-expect-error One value is no list.
    where("Name", "is_in", "A")
    // @ts-expect-error A range has two ends.
    where("IC50", "is_between", [6])
    // @ts-expect-error Both ends are of one kind.
    where("IC50", "is_between", [6, "2026-03-01"])
    // @ts-expect-error The text is no date.
    where("IC50", "is_less_than", "fifty")
    // @ts-expect-error The value is missing.
    where("IC50", "is_less_than")
    // @ts-expect-error It compares with nothing.
    where("IC50", "is_set", 5)
    // @ts-expect-error A date as a number.
    where("Measured", "is_after", 5)
    // @ts-expect-error The rule has no such type.
    where("Amount", "subfield_rule", { subfield: "unit", filter_type: "is_equl", filter_prop: "nM" })
    // @ts-expect-error There is no such direction.
    Records.orderBy("IC50", "down")
    expectTypeOf<keyof Records.FilterProps>().toExtend<Records.FilterType>()
  })

  it.effect("is sent in the platform's form", () => {
    const { layer, sent } = onScript(
      Records.layer,
      fields(["Key"], ["IC50", "Date"])(() => Scripted.json([]))
    )
    return Effect.gen(function* () {
      const at = DateTime.unsafeMakeZoned("2026-03-01T00:30:00", { timeZone: "Europe/Berlin", adjustForTimeZone: true })
      yield* search({
        where: [
          where("IC50", "is_set"),
          where("Date", "is_between", ["2026-03-01", "2026-03-31"]),
          where("Date", "is_after", at)
        ],
        order_by: [Records.orderBy("Key", "descending")],
        entity_field_sorts: [{ field_id: Ids.EntityFieldId.make("raw") }]
      })
      expect(sent.at(-1)?.query).toEqual([
        ["entity_field_sorts", '[{"field_id":"raw"},{"field_id":"id-of-Key","descending":true}]'],
        [
          "entity_field_filters",
          '[{"field_id":"id-of-IC50","filter_type":"is_set","filter_prop":null},' +
            '{"field_id":"id-of-Date","filter_type":"is_between","filter_prop":["2026-03-01","2026-03-31"]},' +
            '{"field_id":"id-of-Date","filter_type":"is_after","filter_prop":"2026-02-28T23:30:00.000Z"}]'
        ]
      ])
    }).pipe(Effect.provide(layer))
  })
})

describe("the fields of filters and orders", () => {
  layer(onEmulator(Layer.merge(Records.layer, Exports.layer)))("on the sample workspace", (it) => {
    it.effect("are looked up, and an unknown name is suggested", () =>
      Effect.gen(function* () {
        for (const query of [{ where: [where("IC5O", "is_set")] }, { order_by: [Records.orderBy("IC5O")] }]) {
          expect(yield* Effect.flip(search(query))).toMatchObject({
            _tag: "KaleidoscopeUnknownReference" satisfies Tag,
            call: "Records.search",
            message: 'there is no field "IC5O": did you mean "IC50"?'
          })
        }
        const exports = yield* Exports.Exports
        const query = { entity_slice_id: { slice_name: "Compound" }, where: [where("IC5O", "is_set")] }
        expect(yield* Effect.flip(Stream.runDrain(exports.rows(query)))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference" satisfies Tag,
          call: "Exports.rows"
        })
      })
    )

    it.effect("find the records of the sample workspace", () =>
      Effect.gen(function* () {
        const found = yield* search({ where: [where("Compound ID", "is_equal", "EK-0002")], limit: 1 })
        expect(found).toEqual([recordCalled("EK-0002").id])
        const raw = yield* search({ entity_field_filters: [{ field_id: fieldId("IC50"), filter_type: "is_set" }] })
        expect(yield* search({ where: [where("IC50", "is_set")] })).toEqual(raw)
      })
    )
  })

  it.effect("are ambiguous if a key field and a data field have the name, and their ids are not", () => {
    const { layer } = onScript(
      Records.layer,
      fields(
        ["Batch", { id: "key-id", field_name: "Lot" }],
        [{ id: "data-id", field_name: "Lot" }]
      )(() => Scripted.json([]))
    )
    return Effect.gen(function* () {
      expect(yield* Effect.flip(search({ where: [where("Lot", "is_set")] }))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference" satisfies Tag,
        ids: ["key-id", "data-id"]
      })
      expect(yield* search({ where: [where("data-id", "is_set")] })).toEqual([])
    }).pipe(Effect.provide(layer))
  })

  it.effect("that are new are found, though the lists are held", () => {
    const names = ["IC50"]
    const { layer, sent } = onScript(Records.layer, (request, nth) =>
      fields([], names)(() => Scripted.json([]))(request, nth)
    )
    return Effect.gen(function* () {
      yield* search({ where: [where("IC50", "is_set")] })
      yield* search({ where: [where("IC50", "is_empty")] })
      expect(sent.map(({ path }) => path)).toEqual([
        "/key_fields",
        "/data_fields",
        "/records/search",
        "/records/search"
      ])
      names.push("Ki")
      yield* search({ where: [where("Ki", "is_set")] })
      expect(sent.slice(4).map(({ path }) => path)).toEqual(["/key_fields", "/data_fields", "/records/search"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are in the error if the platform does not know them any more", () => {
    const { layer } = onScript(
      Records.layer,
      fields([], ["IC50"])(() => Scripted.json({ code: "NOT_FOUND", message: "no such field" }, 404))
    )
    return Effect.gen(function* () {
      expect(yield* Effect.flip(search({ where: [where("IC50", "is_set")] }))).toMatchObject({
        _tag: "KaleidoscopeNotFound" satisfies Tag,
        missing: ["IC50"]
      })
    }).pipe(Effect.provide(layer))
  })
})

/** Values of every form that a type may refuse. */
const values: ReadonlyArray<unknown> = [
  null,
  undefined,
  "",
  "A",
  "2026-02-30",
  "2026-03-01",
  50,
  1.5,
  Number.NaN,
  true,
  {},
  [],
  [""],
  ["A"],
  [50, "2026-03-01"],
  [20, 6],
  [2, 1],
  ["2026-03-31", "2026-03-01"],
  [1, 2, 3],
  new Date(0),
  { subfield: "unit" },
  { subfield: "unit", filter_type: "is_less_than", filter_prop: "abc" }
]

/** What the message shows after `Records.where(`, as JSON. */
const shownIn = (message: string): ReadonlyArray<unknown> =>
  JSON.parse(`[${/Records\.where\((.*)\)$/.exec(message)?.[1]}]`)

const fieldFor: { readonly [type: string]: string } = Object.fromEntries(
  cases.map(([{ field, filter_type }]) => [filter_type, String(field)])
)

describe("a value of the wrong form", () => {
  layer(onWorkspace)("is refused", (it) => {
    for (const filter_type of knownTypes) {
      it.effect(`by ${filter_type}, with a message that shows the right form`, () =>
        Effect.gen(function* () {
          let refused = 0
          const field = fieldFor[filter_type] ?? ""
          for (const filter_prop of values) {
            const filter: Records.Filter = JSON.parse(JSON.stringify({ field, filter_type }))
            const result = yield* Effect.either(search({ where: [{ ...filter, filter_prop }] }))
            if (Either.isRight(result)) continue
            refused++
            expect(result.left).toMatchObject({
              _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
              call: "Records.search",
              at: "where[0].filter_prop",
              attempts: 0,
              outcome: "none"
            })
            const [shownField, shownType, shownProp] = shownIn(result.left.message)
            expect([shownField, shownType]).toEqual([field, filter_type])
            yield* search({ where: [{ ...filter, filter_prop: shownProp }] })
          }
          expect(refused).toBeGreaterThan(10)
        })
      )
    }

    for (const [name, filter, message] of [
      [
        "a text to a field with numbers",
        where("IC50", "is_equal", "A"),
        'is_equal takes a number for a field of the type number, and not "A": Records.where("IC50", "is_equal", 50)'
      ],
      [
        "a date to a field with numbers",
        where("IC50", "is_less_than", "2026-03-01"),
        'is_less_than takes a number for a field of the type number, and not "2026-03-01": Records.where("IC50", "is_less_than", 50)'
      ],
      [
        "a number to a field with dates",
        where("Measured", "is_less_than", 5),
        'is_less_than takes a date (YYYY-MM-DD, a CalendarDate, or a DateTime) for a field of the type date, and not 5: Records.where("Measured", "is_less_than", "2026-03-01")'
      ],
      [
        "a number to a field with texts",
        where("Name", "is_equal", 7),
        'is_equal takes a text that is not empty for a field of the type text, and not 7: Records.where("Name", "is_equal", "A")'
      ],
      [
        "a range of dates to a field with numbers",
        where("IC50", "is_between", ["2026-03-01", "2026-03-31"]),
        'is_between takes a list of two numbers (the smaller first) for a field of the type number, and not ["2026-03-01","2026-03-31"]: Records.where("IC50", "is_between", [6,20])'
      ]
    ] as const) {
      it.effect(`by the type of the field: ${name}`, () =>
        Effect.gen(function* () {
          expect(yield* Effect.flip(search({ where: [filter] }))).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
            message: `where[0].filter_prop is not valid: ${message}`
          })
        })
      )
    }

    it.effect("and so is a type of filter that does not suit the field", () =>
      Effect.gen(function* () {
        for (const [filter, words] of [
          [where("IC50", "starts_with", "5"), 'starts_with is for fields with texts, and "IC50" is of the type number'],
          [
            where("Name", "is_less_than", 5),
            'is_less_than is for fields with numbers or dates, and "Name" is of the type text'
          ],
          [
            where("Active", "is_this_week"),
            'is_this_week is for fields with dates, and "Active" is of the type boolean'
          ]
        ] as const) {
          expect(yield* Effect.flip(search({ where: [where("Name", "is_set"), filter] }))).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
            at: "where[1].filter_type",
            message: expect.stringContaining(words)
          })
        }
      })
    )
  })

  it.effect("is refused before the field is looked up, and so is a type that does not exist", () => {
    const { layer, sent } = onScript(Records.layer, () => Scripted.json([]))
    return Effect.gen(function* () {
      const misspelt: Records.Filter = JSON.parse('{"field":"IC50","filter_type":"is_les_than","filter_prop":50}')
      expect(yield* Effect.flip(search({ where: [misspelt] }))).toMatchObject({
        at: "where[0].filter_type",
        message: expect.stringContaining('there is no filter type "is_les_than": did you mean "is_less_than"?')
      })
      expect(yield* Effect.flip(search({ where: [where("IC50", "is_between", [20, 6])] }))).toMatchObject({
        at: "where[0].filter_prop"
      })
      expect(sent).toEqual([])
    }).pipe(Effect.provide(layer))
  })
})

describe("a filter as text", () => {
  for (const [text, filter] of [
    ["IC50 < 50", where("IC50", "is_less_than", 50)],
    ["IC50<=50", where("IC50", "is_less_than_equal", 50)],
    ["IC50 ≥ -1.5e3", where("IC50", "is_greater_than_equal", -1500)],
    ["IC50 > 2.5", where("IC50", "is_greater_than", 2.5)],
    ["Date >= 2026-03-01", where("Date", "is_greater_than_equal", "2026-03-01")],
    ["Series = A", where("Series", "is_equal", "A")],
    ["Series is A", where("Series", "is_equal", "A")],
    ["Lot = 007", where("Lot", "is_equal", "007")],
    ["SMILES = CC(=O)O", where("SMILES", "is_equal", "CC(=O)O")],
    ["Series != A", where("Series", "is_not_equal", "A")],
    ["Series is not A", where("Series", "is_not_equal", "A")],
    ["Name contains abc def", where("Name", "includes", "abc def")],
    ["Name does not contain abc", where("Name", "does_not_include", "abc")],
    ["Compound ID starts with EK-", where("Compound ID", "starts_with", "EK-")],
    ["IC50 is set", where("IC50", "is_set")],
    ["IC50 IS NOT SET ", where("IC50", "is_empty")],
    ["IC50 is empty", where("IC50", "is_empty")],
    ["Date after 2026-03-01", where("Date", "is_after", "2026-03-01")],
    ["Date is before 2026-03-01T10:00:00Z", where("Date", "is_before", "2026-03-01T10:00:00Z")],
    ["Date is this month", where("Date", "is_this_month")],
    ["Date is_between_relative_day (-2, 0)", where("Date", "is_between_relative_day", [-2, 0])],
    ["Date is after relative week -1", where("Date", "is_after_relative_week", -1)],
    ["Date last updated after 2026-03-01", where("Date", "is_last_updated_after", "2026-03-01")],
    ["Series in (A, B)", where("Series", "is_in", ["A", "B"])],
    ["Series not in (A,'B, (C)')", where("Series", "is_not_in", ["A", "B, (C)"])],
    ["Tags value_has_overlap_with_props (A, B)", where("Tags", "value_has_overlap_with_props", ["A", "B"])],
    ["IC50 between 6 and 20", where("IC50", "is_between", [6, 20])],
    ["Date is between 2026-03-01 and 2026-03-31", where("Date", "is_between", ["2026-03-01", "2026-03-31"])],
    ['"IC50 < 5" = "<0.5"', where("IC50 < 5", "is_equal", "<0.5")],
    [`'it''s' = "say ""A"""`, where("it's", "is_equal", 'say "A"')],
    ["Change in mass < 5", where("Change in mass", "is_less_than", 5)],
    [
      "Amount subfield_rule unit = nM",
      where("Amount", "subfield_rule", { subfield: "unit", filter_type: "is_equal", filter_prop: "nM" })
    ]
  ] as const) {
    it(`is read: ${text}`, () => {
      expect(Records.parseWhere(text)).toEqual(Either.right(filter))
    })
  }

  for (const [text, at, expected] of [
    ["", 0, "the name of a field"],
    ["< 50", 0, "the name of a field"],
    ["IC50", 4, "an operator"],
    ["IC50 smaller 50", 15, "an operator"],
    ["IC50 <", 6, "a value"],
    ["IC50 < fifty", 7, "a number or a date"],
    ["IC50 << 50", 6, "in quotes if it begins with a sign"],
    ["IC50 is set 5", 12, "the end"],
    ["Series in A, B", 10, "a list in parentheses"],
    ["Series in (A, B", 15, 'a comma or ")"'],
    ["Series in (A, )", 14, "a value"],
    ["Series in (A) B", 14, "the end"],
    ['Series = "A', 11, "closes the quotes"],
    ['Series = "A" B', 13, "the end"],
    ['"Series A', 9, "closes the quotes"],
    ['"Series" A', 9, "an operator"],
    ["Date after soon", 11, "a date"],
    ["Date after 2026-02-30", 11, "a date"],
    ["IC50 between 6", 14, '"and" and a second value'],
    ["IC50 between 20 and 6", 13, "the smaller first"],
    ["Date is after relative day 1.5", 27, "a whole number of days"],
    ["A subfield_rule B subfield_rule C = 5", 32, "no subfield_rule itself"]
  ] as const) {
    it(`is refused at its place: ${JSON.stringify(text)}`, () => {
      const error = Either.flip(Records.parseWhere(text))
      assert(Either.isRight(error))
      expect(error.right).toMatchObject({ _tag: "KaleidoscopeWhereError", text, at })
      expect(error.right.expected).toContain(expected)
      expect(error.right.message).toContain(`${error.right.expected} is expected at character ${at + 1}`)
    })
  }

  it("has an operator for each type of filter, with spaces and with _", () => {
    for (const [{ filter_prop, filter_type }] of cases) {
      const value = filter_type === "subfield_rule" ? "unit = nM" : textOf(filter_prop)
      for (const operator of [filter_type, filter_type.replaceAll("_", " ")]) {
        expect(
          Either.map(Records.parseWhere(`The field ${operator} ${value}`), ({ filter_type }) => filter_type)
        ).toEqual(Either.right(filter_type))
      }
    }
  })

  it("is refused if it is long, in linear time", () => {
    for (const part of [" ", "is ", "a = ", "(", '"', "is_not_", "a subfield_rule "]) {
      expect(Either.isLeft(Records.parseWhere(part.repeat(1_000_000 / part.length)))).toBe(true)
      expect(Either.isEither(Records.parseWhere(`${part.repeat(9000 / part.length)} <`))).toBe(true)
    }
  })

  it.effect("gets the type of its value from the field", () =>
    Effect.gen(function* () {
      for (const [text, expected] of [
        ["IC50 = 10", ["abd"]],
        ["IC50 in (5, 20)", ["abc", "xyz"]],
        ["Active = true", ["abc", "xyz"]],
        ["Potency = '<30'", ["abc"]],
        ["Measured = 2026-03-03", ["abd"]],
        ["Tags includes b", ["abc", "abd"]]
      ] as const) {
        expect(yield* passing({ where: [Either.getOrThrow(Records.parseWhere(text))] })).toEqual(expected)
      }
    }).pipe(Effect.provide(onWorkspace))
  )
})

const textOf = (prop: unknown): string =>
  Array.isArray(prop)
    ? `(${prop.join(", ")})`
    : prop === null
      ? ""
      : DateTime.isDateTime(prop)
        ? DateTime.formatIso(prop)
        : String(prop)

describe("an order as text", () => {
  for (const [text, order] of [
    ["IC50", Records.orderBy("IC50")],
    [" IC50 asc", Records.orderBy("IC50")],
    ["Compound ID descending", Records.orderBy("Compound ID", "descending")],
    ['"IC50 desc" DESC', Records.orderBy("IC50 desc", "descending")],
    ['"IC50 desc"', Records.orderBy("IC50 desc")]
  ] as const) {
    it(`is read: ${text}`, () => {
      expect(Records.parseOrderBy(text)).toEqual(Either.right(order))
    })
  }

  for (const [text, at] of [
    ["", 0],
    [" desc", 1],
    ['"IC50" down', 7],
    ['"IC50', 5]
  ] as const) {
    it(`is refused at its place: ${JSON.stringify(text)}`, () => {
      expect(Either.flip(Records.parseOrderBy(text))).toMatchObject(Either.right({ at }))
    })
  }
})
