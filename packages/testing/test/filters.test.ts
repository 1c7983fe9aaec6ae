import { describe, expect, it } from "@effect/vitest"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { call, listAt } from "./client.js"

const { demo } = Workspace

const type = demo.entity_types.find(({ slice_name }) => slice_name === "Plate")
const field = demo.entity_fields.find(({ field_name }) => field_name === "Notes")?.id ?? ""
const typeId = type?.id ?? ""
const keyId = type?.key_field_ids[0] ?? ""

/** A workspace with one record for each content; its name is the content as JSON. `undefined` is no value at all. */
const workspaceOf = (contents: ReadonlyArray<unknown>): Workspace.Workspace => ({
  ...Workspace.empty,
  now: "2026-03-04T12:00:00.000Z", // a Wednesday
  entity_types: demo.entity_types,
  entity_fields: demo.entity_fields,
  records: contents.map((content, index) => ({
    id: `record-${index}`,
    created_at: "2026-01-01T00:00:00.000Z",
    entity_slice_id: typeId,
    identifier_ids: [`key-${index}`],
    record_identifier: JSON.stringify(content) ?? "undefined",
    initial_operation_id: null,
    workspace_id: Workspace.empty.workspace.id,
    record_values: {
      [keyId]: [{ id: `key-${index}`, content: `record ${index}` }],
      ...(content === undefined
        ? {}
        : {
            [field]: [
              {
                id: `old-${index}`,
                content: "an older value",
                created_at: "2026-01-02T00:00:00.123456+00:00",
                record_id: `record-${index}`,
                operation_id: null
              },
              {
                id: `value-${index}`,
                content,
                created_at: "2026-01-02T00:00:00.123457+00:00",
                record_id: `record-${index}`,
                operation_id: null
              }
            ]
          })
    },
    sub_record_ids: [],
    excluded_operation_ids: [],
    operation_records_created_at: {}
  }))
})

const texts = ["abc", "abd", "xyz", "", null, undefined]
const numbers = [5, "10", 20, "<30", "none", undefined]
const selections = [["a", "b"], ["b"], ["c"], [], "a", undefined]
const dates = [
  "2026-02-22", // Sunday, two weeks ago
  "2026-02-23", // Monday, last week
  "2026-03-01T23:59:59Z", // Sunday, last week
  "2026-03-02", // Monday, this week
  "2026-03-04T23:00:00Z", // today
  "2026-03-05",
  "2026-03-09", // next week
  "2026-04-01",
  "soon",
  undefined
]
const qualified = [{ value: 5, unit: "nM" }, { value: 50, unit: "µM" }, [{ value: 7, unit: "nM" }, { value: 1 }], "5"]

const cases: ReadonlyArray<
  readonly [
    name: string,
    contents: ReadonlyArray<unknown>,
    filterType: string,
    prop: unknown,
    expected: ReadonlyArray<unknown>
  ]
> = [
  ["text", texts, "is_set", undefined, ["abc", "abd", "xyz"]],
  ["text", texts, "is_empty", undefined, ["", null, undefined]],
  ["text", texts, "is_equal", "abc", ["abc"]],
  ["text", texts, "is_not_equal", "abc", ["abd", "xyz", "", null, undefined]],
  ["text", texts, "is_any_of_text", ["abc", "xyz"], ["abc", "xyz"]],
  ["text", texts, "is_not_any_of_text", ["abc", "xyz"], ["abd", "", null, undefined]],
  ["text", texts, "includes", "b", ["abc", "abd"]],
  ["text", texts, "does_not_include", "b", ["xyz", "", null, undefined]],
  ["text", texts, "starts_with", "ab", ["abc", "abd"]],
  ["text", texts, "ends_with", "c", ["abc"]],
  ["text", texts, "is_in", ["abc", "nothing"], ["abc"]],
  ["text", texts, "is_not_in", ["abc", "nothing"], ["abd", "xyz", "", null, undefined]],
  ["numbers", numbers, "is_equal", 10, ["10"]],
  ["numbers", numbers, "is_equal", "5", [5]],
  ["numbers", numbers, "is_in", [5, 10], [5, "10"]],
  ["numbers", numbers, "is_less_than", 20, [5, "10"]],
  ["numbers", numbers, "is_less_than_equal", "20", [5, "10", 20]],
  ["numbers", numbers, "is_greater_than", 10, [20, "<30"]],
  ["numbers", numbers, "is_greater_than_equal", 10, ["10", 20, "<30"]],
  ["numbers", numbers, "is_between", [6, 20], ["10", 20]],
  ["numbers", numbers, "is_between", { from: 6, to: 20 }, ["10", 20]],
  ["numbers", [true, false, "true"], "is_equal", true, [true, "true"]],
  ["lists", selections, "includes", "b", [["a", "b"], ["b"]]],
  ["lists", selections, "does_not_include", "b", [["c"], [], "a", undefined]],
  ["lists", selections, "is_in", ["a", "c"], [["a", "b"], ["c"], "a"]],
  ["lists", selections, "is_set", undefined, [["a", "b"], ["b"], ["c"], "a"]],
  ["lists", selections, "value_is_subset_of_props", ["b", "c"], [["b"], ["c"], [], undefined]],
  ["lists", selections, "value_is_superset_of_props", ["b"], [["a", "b"], ["b"]]],
  ["lists", selections, "value_has_overlap_with_props", ["a", "c"], [["a", "b"], ["c"], "a"]],
  ["lists", selections, "value_has_no_overlap_with_props", ["a", "c"], [["b"], [], undefined]],
  ["lists", selections, "value_has_same_elements_as_props", ["b", "a"], [["a", "b"]]],
  ["dates", dates, "is_before", "2026-03-01", ["2026-02-22", "2026-02-23"]],
  ["dates", dates, "is_after", "2026-03-05", ["2026-03-09", "2026-04-01"]],
  ["dates", dates, "is_between", ["2026-03-01", "2026-03-04"], ["2026-03-01T23:59:59Z", "2026-03-02"]],
  ["dates", dates, "is_before_relative_day", -2, ["2026-02-22", "2026-02-23", "2026-03-01T23:59:59Z"]],
  ["dates", dates, "is_after_relative_day", 0, ["2026-03-05", "2026-03-09", "2026-04-01"]],
  ["dates", dates, "is_between_relative_day", [-2, 0], ["2026-03-02", "2026-03-04T23:00:00Z"]],
  ["dates", dates, "is_before_relative_week", -1, ["2026-02-22"]],
  ["dates", dates, "is_after_relative_week", 0, ["2026-03-09", "2026-04-01"]],
  [
    "dates",
    dates,
    "is_between_relative_week",
    [0, 1],
    ["2026-03-02", "2026-03-04T23:00:00Z", "2026-03-05", "2026-03-09"]
  ],
  ["dates", dates, "is_before_relative_month", 0, ["2026-02-22", "2026-02-23"]],
  ["dates", dates, "is_after_relative_month", 0, ["2026-04-01"]],
  ["dates", dates, "is_between_relative_month", [-1, -1], ["2026-02-22", "2026-02-23"]],
  ["dates", dates, "is_last_week", undefined, ["2026-02-23", "2026-03-01T23:59:59Z"]],
  ["dates", dates, "is_this_week", undefined, ["2026-03-02", "2026-03-04T23:00:00Z", "2026-03-05"]],
  ["dates", dates, "is_next_week", undefined, ["2026-03-09"]],
  [
    "dates",
    dates,
    "is_this_month",
    undefined,
    ["2026-03-01T23:59:59Z", "2026-03-02", "2026-03-04T23:00:00Z", "2026-03-05", "2026-03-09"]
  ],
  ["dates", dates, "is_next_month", undefined, ["2026-04-01"]],
  ["updates", texts, "is_last_updated_after", "2026-01-02", ["abc", "abd", "xyz", "", null]],
  ["updates", texts, "is_last_updated_after", "2026-01-03", []],
  [
    "parts",
    qualified,
    "subfield_rule",
    { subfield: "unit", filter_type: "is_equal", filter_prop: "nM" },
    [qualified[0], qualified[2]]
  ],
  [
    "parts",
    qualified,
    "subfield_rule",
    { subfield: "value", filter_type: "is_less_than", filter_prop: 5 },
    [qualified[2]]
  ]
]

const filterTypes = new Set(cases.map(([, , filterType]) => filterType))

describe("filters", () => {
  for (const [name, contents, filterType, prop, expected] of cases) {
    it.effect(`${filterType} ${JSON.stringify(prop) ?? ""} of ${name}`, () =>
      Effect.gen(function* () {
        const filter = { field_id: field, filter_type: filterType, filter_prop: prop }
        const answer = yield* call("GET", "/records/search", {
          query: { entity_field_filters: JSON.stringify([filter]) }
        })
        expect(answer.status).toBe(200)
        expect(listAt(answer.json).map((id) => contents[Number(String(id).slice("record-".length))])).toEqual(expected)
      }).pipe(Effect.provide(Emulator.layer({ seed: workspaceOf(contents) })))
    )
  }

  it("are all covered", () => {
    expect(filterTypes.size).toBe(40)
  })

  it.effect("must all pass", () =>
    Effect.gen(function* () {
      const filters = [
        { field_id: field, filter_type: "starts_with", filter_prop: "ab" },
        { field_id: field, filter_type: "ends_with", filter_prop: "d" },
        { field_id: "a field that nobody has", filter_type: "is_empty" }
      ]
      const answer = yield* call("GET", "/records/search", { query: { entity_field_filters: JSON.stringify(filters) } })
      expect(answer.json).toEqual(["record-1"])
    }).pipe(Effect.provide(Emulator.layer({ seed: workspaceOf(texts) })))
  )
})
