import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { call, listAt, send, signIn } from "./support/client.js"

const { demo } = Workspace

const type = demo.entity_types.find(({ slice_name }) => slice_name === "Plate")
const field = demo.entity_fields.find(({ field_name }) => field_name === "Notes")?.id ?? ""
const otherField = demo.entity_fields.find(({ field_name }) => field_name === "Tags")?.id ?? ""
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
        { field_id: otherField, filter_type: "is_empty" }
      ]
      const answer = yield* call("GET", "/records/search", { query: { entity_field_filters: JSON.stringify(filters) } })
      expect(answer.json).toEqual(["record-1"])
    }).pipe(Effect.provide(Emulator.layer({ seed: workspaceOf(texts) })))
  )

  it.effect("by names such as constructor are filters by unknown fields", () =>
    Effect.gen(function* () {
      for (const field_id of ["__proto__", "constructor", "toString"]) {
        const empty = { field_id, filter_type: "is_empty" }
        for (const query of [
          { entity_field_filters: JSON.stringify([empty]) },
          { entity_field_sorts: JSON.stringify([{ field_id }]) }
        ]) {
          expect([query, (yield* call("GET", "/records/search", { query })).status]).toEqual([query, 404])
        }
      }
    }).pipe(Effect.provide(Emulator.layer({ seed: workspaceOf(texts) })))
  )
})

/** Contents, filters on them, and what these mean, written as plainly as possible. */
interface Domain {
  readonly name: string
  readonly content: FastCheck.Arbitrary<unknown>
  readonly prop: FastCheck.Arbitrary<unknown>
  readonly tests: { readonly [filterType: string]: (content: unknown, prop: unknown) => boolean }
}

const orNothing = (content: FastCheck.Arbitrary<unknown>) =>
  FastCheck.oneof({ arbitrary: content, weight: 6 }, FastCheck.constantFrom(null, undefined))

const isNothing = (content: unknown): boolean => content === null || content === undefined || content === ""

const not =
  (test: (content: unknown, prop: unknown) => boolean) =>
  (content: unknown, prop: unknown): boolean =>
    !test(content, prop)

const word = FastCheck.stringOf(FastCheck.constantFrom("a", "b"), { minLength: 1, maxLength: 3 })

const textIs = (test: (text: string, prop: string) => boolean) => (content: unknown, prop: unknown) =>
  !isNothing(content) && test(String(content), String(prop))

const textDomain: Domain = {
  name: "text",
  content: orNothing(FastCheck.oneof(word, FastCheck.constant(""))),
  prop: word,
  tests: {
    is_set: not(isNothing),
    is_empty: isNothing,
    is_equal: textIs((text, prop) => text === prop),
    is_not_equal: not(textIs((text, prop) => text === prop)),
    includes: textIs((text, prop) => text.split(prop).length > 1),
    does_not_include: not(textIs((text, prop) => text.split(prop).length > 1)),
    starts_with: textIs((text, prop) => text.slice(0, prop.length) === prop),
    ends_with: textIs((text, prop) => text.slice(-prop.length) === prop)
  }
}

const compared = (test: (number: number, prop: number) => boolean) => (content: unknown, prop: unknown) =>
  !isNothing(content) && content !== "none" && test(Number(content), Number(prop))

const numberDomain: Domain = {
  name: "numbers",
  content: orNothing(
    FastCheck.oneof(
      FastCheck.integer({ min: -3, max: 3 }),
      FastCheck.integer({ min: -30, max: 30 }).map((tenths) => String(tenths / 10)),
      FastCheck.constant("none")
    )
  ),
  prop: FastCheck.oneof(
    FastCheck.integer({ min: -3, max: 3 }),
    FastCheck.integer({ min: -3, max: 3 }).map((number) => `${number}.0`)
  ),
  tests: {
    is_equal: compared((number, prop) => number === prop),
    is_not_equal: not(compared((number, prop) => number === prop)),
    is_less_than: compared((number, prop) => number < prop),
    is_less_than_equal: compared((number, prop) => number <= prop),
    is_greater_than: compared((number, prop) => number > prop),
    is_greater_than_equal: compared((number, prop) => number >= prop)
  }
}

const letters = FastCheck.subarray(["a", "b", "c", "d"])

const sets =
  (test: (content: ReadonlySet<unknown>, prop: ReadonlySet<unknown>) => boolean) =>
  (content: unknown, prop: unknown): boolean =>
    test(new Set(Array.isArray(content) ? content : []), new Set(Array.isArray(prop) ? prop : []))

const isWithin = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean => [...a].every((item) => b.has(item))
const overlaps = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean => [...a].some((item) => b.has(item))

const listDomain: Domain = {
  name: "lists",
  content: orNothing(letters),
  prop: letters,
  tests: {
    is_in: sets(overlaps),
    is_not_in: not(sets(overlaps)),
    is_any_of_text: sets(overlaps),
    is_not_any_of_text: not(sets(overlaps)),
    value_is_subset_of_props: sets(isWithin),
    value_is_superset_of_props: sets((content, prop) => isWithin(prop, content)),
    value_has_overlap_with_props: sets(overlaps),
    value_has_no_overlap_with_props: not(sets(overlaps)),
    value_has_same_elements_as_props: sets((a, b) => isWithin(a, b) && isWithin(b, a))
  }
}

const today = Date.parse("2026-03-04T00:00:00Z")

const dayOf = (content: unknown): number => Date.parse(String(content)) - (Date.parse(String(content)) % 86_400_000)

/** How many of the boundaries that `isFirst` knows lie between today and a day: found by walking there. */
const walk = (to: number, isFirst: (date: Date) => boolean): number => {
  let count = 0
  for (let day = today; day < to; day += 86_400_000) {
    count += isFirst(new Date(day + 86_400_000)) ? 1 : 0
  }
  for (let day = today; day > to; day -= 86_400_000) {
    count -= isFirst(new Date(day)) ? 1 : 0
  }
  return count
}

const steps = {
  day: () => true,
  week: (date: Date) => date.getUTCDay() === 1,
  month: (date: Date) => date.getUTCDate() === 1
}

const away =
  (unit: keyof typeof steps, test: (away: number, prop: ReadonlyArray<number>) => boolean) =>
  (content: unknown, prop: unknown): boolean =>
    !isNothing(content) && test(walk(dayOf(content), steps[unit]), Array.isArray(prop) ? prop : [Number(prop)])

const relative = (unit: keyof typeof steps) => ({
  [`is_before_relative_${unit}`]: away(unit, (distance, [offset = 0]) => distance < offset),
  [`is_after_relative_${unit}`]: away(unit, (distance, [offset = 0]) => distance > offset)
})

const dateDomain: Domain = {
  name: "dates",
  content: orNothing(
    FastCheck.tuple(FastCheck.integer({ min: -70, max: 70 }), FastCheck.boolean()).map(([days, isWhole]) =>
      new Date(today + days * 86_400_000 + (isWhole ? 0 : 50_000_000)).toISOString().slice(0, isWhole ? 10 : undefined)
    )
  ),
  prop: FastCheck.integer({ min: -3, max: 3 }),
  tests: {
    ...relative("day"),
    ...relative("week"),
    ...relative("month"),
    is_last_week: away("week", (distance) => distance === -1),
    is_this_week: away("week", (distance) => distance === 0),
    is_next_week: away("week", (distance) => distance === 1),
    is_this_month: away("month", (distance) => distance === 0),
    is_next_month: away("month", (distance) => distance === 1)
  }
}

const rangeDomain: Domain = {
  name: "ranges of dates",
  content: dateDomain.content,
  prop: FastCheck.tuple(FastCheck.integer({ min: -3, max: 3 }), FastCheck.integer({ min: -3, max: 3 })),
  tests: Object.fromEntries(
    (["day", "week", "month"] as const).map((unit) => [
      `is_between_relative_${unit}`,
      away(unit, (distance, [from = 0, to = 0]) => from <= distance && distance <= to)
    ])
  )
}

describe("filters on random records", () => {
  for (const { content, name, prop, tests } of [textDomain, numberDomain, listDomain, dateDomain, rangeDomain]) {
    it.effect.prop(
      `on ${name} agree with a slow and obvious implementation`,
      { contents: FastCheck.array(content, { minLength: 1, maxLength: 8 }), prop },
      ({ contents, prop }) =>
        Effect.gen(function* () {
          const token = yield* signIn
          for (const [filter_type, test] of Object.entries(tests)) {
            const answer = yield* send("GET", "/records/search", {
              query: { entity_field_filters: JSON.stringify([{ field_id: field, filter_type, filter_prop: prop }]) },
              headers: { "x-kal-authorization": `Bearer ${token}` }
            })
            const expected = contents.flatMap((content, index) => (test(content, prop) ? [`record-${index}`] : []))
            expect([filter_type, answer.json]).toEqual([filter_type, expected])
          }
        }).pipe(Effect.provide(Emulator.layer({ seed: workspaceOf(contents) }))),
      { fastCheck: { numRuns: 30 } }
    )
  }
})
