import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, send, stringAt, ways } from "./support/client.js"
import {
  activityId,
  fieldId,
  labelId,
  memberId,
  nobody,
  programId,
  recordId,
  setId,
  typeId,
  viewId
} from "./support/sample.js"

const { demo } = Workspace

type Query = { readonly [name: string]: string }

const exported = { filename: "compounds.csv", entity_slice_id: typeId("Compound") }

const json = (...items: ReadonlyArray<unknown>): string => JSON.stringify(items)

const filter = (options: { readonly [key: string]: unknown }): string =>
  json({ filter_type: "is_set", filter_prop: null, ...options })

const columnOf = (view: string, name: string): string =>
  demo.record_views
    .find((one) => one.view_name === view)
    ?.view_fields.find((column) => column.data_field_id === fieldId(name))?.id ?? ""

const identifiersOf = (name: string): ReadonlyArray<string> =>
  demo.records.find((record) => record.record_identifier === name)?.identifier_ids ?? []

/** Queries that both a search and an export refuse. */
const refusedByRecords: ReadonlyArray<readonly [status: number, query: Query]> = [
  [404, { entity_slice_id: nobody }],
  [404, { entity_slice_id: recordId("EK-0001") }],
  [404, { program_id: nobody }],
  [404, { program_id: activityId("Design cycle 7") }],
  [404, { operation_id: nobody }],
  [404, { operation_id: recordId("EK-0001") }],
  [404, { record_set_ids: nobody }],
  [404, { record_set_ids: json(setId("Shortlist"), nobody) }],
  [404, { record_set_ids: `${setId("Shortlist")},${nobody}` }],
  [404, { identifier_ids: recordId("EK-0001") }],
  [404, { identifier_ids: json(...identifiersOf("EK-0001"), nobody) }],
  [404, { entity_field_filters: filter({ field_id: nobody }) }],
  [404, { entity_field_filters: filter({ field_id: "IC50" }) }],
  [404, { entity_field_sorts: json({ field_id: nobody, descending: true }) }],
  [404, { view_field_filters: filter({ view_field_id: nobody }) }],
  [404, { view_field_filters: filter({ view_field_id: fieldId("IC50") }) }],
  [404, { view_field_filters: filter({ key_field_id: fieldId("IC50") }) }],
  [404, { view_field_sorts: json({ key_field_id: nobody }) }],
  [404, { view_field_sorts: json({ view_field_id: nobody, key_field_id: null }) }],
  [400, { view_field_filters: filter({ key_field_id: null, view_field_id: null }) }],
  [400, { view_field_filters: filter({ key_field_id: fieldId("Compound ID"), view_field_id: nobody }) }],
  [400, { entity_field_filters: filter({ field_id: fieldId("IC50"), filter_type: "is_fine" }) }],
  [
    400,
    { entity_field_filters: filter({ field_id: fieldId("IC50"), filter_type: "is_less_than", filter_prop: "low" }) }
  ],
  [400, { entity_field_filters: filter({ field_id: fieldId("IC50"), filter_type: "is_greater_than" }) }],
  [400, { entity_field_filters: filter({ field_id: fieldId("IC50"), filter_type: "is_between", filter_prop: [1] }) }],
  [
    400,
    {
      entity_field_filters: filter({
        field_id: fieldId("Registered on"),
        filter_type: "is_before",
        filter_prop: "soon"
      })
    }
  ],
  [
    400,
    {
      entity_field_filters: filter({
        field_id: fieldId("Registered on"),
        filter_type: "is_after_relative_day",
        filter_prop: "soon"
      })
    }
  ],
  [400, { entity_field_filters: filter({ field_id: fieldId("Notes"), filter_type: "includes" }) }],
  [
    400,
    {
      entity_field_filters: filter({ field_id: fieldId("Notes"), filter_type: "subfield_rule", filter_prop: { a: 1 } })
    }
  ],
  [400, { entity_field_filters: filter({ field_id: fieldId("Notes"), color: "red" }) }],
  [400, { entity_field_filters: "IC50" }],
  [400, { entity_field_filter: filter({ field_id: fieldId("IC50") }) }],
  [400, { search: "EK-0001" }]
]

const refusedByActivities: ReadonlyArray<readonly [status: number, query: Query]> = [
  [400, { statuses: json(["finished"]) }],
  [400, { statuses: json(["To do"]) }],
  [400, { statuses: json(["to do", "finished"]) }],
  [400, { activity_types: json("Task") }],
  [400, { completed_behavior: "hide" }],
  [400, { limit: "501" }],
  [400, { status: json(["to do"]) }],
  [404, { definition_ids: json(nobody) }],
  [404, { record_ids: json(nobody) }],
  [404, { record_ids: json(activityId("Design cycle 7")) }],
  [404, { label_ids: json([labelId("urgent")], [nobody]) }],
  [404, { assigned_user_ids: json([nobody]) }],
  [404, { created_by: nobody }],
  [404, { parent_id: nobody }]
]

const refusedElsewhere: ReadonlyArray<readonly [status: number, path: string, query: Query]> = [
  [404, "/records/identifiers", { records_key_field_to_value: json({ [nobody]: "EK-0001" }) }],
  [404, "/records/identifiers", { records_key_field_to_value: json({ [fieldId("IC50")]: "5" }) }],
  [404, "/workspaces/events", { event_user_ids: json(nobody) }],
  [400, "/workspaces/events", { after_date: "2026-02-30" }],
  [400, "/workspaces/events", { type: "activity_created" }],
  [400, "/imports", { is_complete: "yes" }],
  [400, "/imports", { complete: "1" }],
  [400, "/records", { record_ids: recordId("EK-0001"), limit: "1" }],
  // Calls that take no query.
  [400, "/programs", { page: "2" }],
  [400, "/programs/", { page: "" }],
  [400, "/activities", { limit: "1" }],
  [400, "/data_fields", { is_archived: "null" }],
  [400, `/records/${recordId("EK-0001")}`, { fields: "all" }],
  [400, `/records/${recordId("EK-0001")}/values`, { field_id: fieldId("IC50") }],
  [400, "/record_views", { is_template: "true" }],
  [404, "/records/export/csv", { ...exported, view_field_ids: nobody }],
  [404, "/records/export/csv", { ...exported, record_view_id: nobody }]
]

for (const way of ways) {
  describe(`queries, ${way.name}`, () => {
    it.effect("with unknown ids, statuses, filters or parameters are refused", () =>
      Effect.gen(function* () {
        const all = [
          ...refusedByRecords.flatMap(([status, query]) => [
            [status, "/records/search", query] as const,
            [status, "/records/export/csv", { ...exported, ...query }] as const
          ]),
          ...refusedByActivities.map(([status, query]) => [status, "/activities/search", query] as const),
          ...refusedElsewhere
        ]
        for (const [status, path, query] of all) {
          const answer = yield* call("GET", path, { query })
          expect([path, query, answer.status]).toEqual([path, query, status])
          expect(answer.json).toMatchObject({
            code: status === 404 ? "NOT_FOUND" : "VALIDATION_FAILED",
            message: expect.any(String)
          })
        }
        const written = yield* call("POST", "/programs?dry_run=true", { json: { title: "A" } })
        expect([written.status, at(written.json, "issues", 0, "path")]).toEqual([400, ["dry_run"]])
        expect((yield* send("GET", "/programs?page=2")).status).toBe(401)
        expect((yield* call("GET", "/programs?")).status).toBe(200)
        for (const url of [
          "/records/%FF",
          "/records/search?search_text=%FF",
          "/records/search?search_text=5%",
          "/programs?%zz"
        ]) {
          expect([url, (yield* call("GET", url)).status]).toEqual([url, 400])
        }
        expect((yield* call("GET", `/records/${"a".repeat(5000)}`)).json).toMatchObject({ code: "NOT_FOUND" })
        const named = yield* call("GET", "/records/search", { query: { program_id: nobody } })
        expect(at(named.json, "message")).toBe(`There is no program with the id "${nobody}"`)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("take ids joined by commas, as a JSON array, and one id as it is", () =>
      Effect.gen(function* () {
        const search = (query: Query) => Effect.map(call("GET", "/records/search", { query }), (answer) => answer.json)
        const rows = (query: Query) =>
          Effect.map(
            call("GET", "/records/export/csv", { query: { ...exported, ...query } }),
            ({ text }): ReadonlyArray<ReadonlyArray<string>> => parse(text)
          )
        const two = [...identifiersOf("EK-0003"), ...identifiersOf("EK-0005")]
        const found = yield* search({ identifier_ids: JSON.stringify(two) })
        expect(found).toEqual(["EK-0003", "EK-0005"].map(recordId))
        const set = setId("Shortlist")
        const inSet = yield* search({ record_set_ids: json(set) })
        expect(listAt(inSet).length).toBe(4)
        for (const ids of [two.join(","), two.join(", "), `${two.join(",")},`]) {
          expect(yield* search({ identifier_ids: ids })).toEqual(found)
          expect((yield* rows({ identifier_ids: ids })).slice(1).map(([name]) => name)).toEqual(["EK-0003", "EK-0005"])
        }
        for (const ids of [set, JSON.stringify(set), `${set},${set}`]) {
          expect(yield* search({ record_set_ids: ids })).toEqual(inSet)
          expect((yield* rows({ record_set_ids: ids })).length).toBe(5)
        }
        const columns = [columnOf("IC50 results", "Notes"), columnOf("Compounds", "SMILES")]
        for (const ids of [columns.join(","), JSON.stringify(columns)]) {
          expect((yield* rows({ view_field_ids: ids }))[0]).toEqual(["Compound ID", "Notes", "SMILES"])
        }
        expect((yield* rows({ view_field_ids: columns[0] ?? "" }))[0]).toEqual(["Compound ID", "Notes"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept null and empty text for optional parameters", () =>
      Effect.gen(function* () {
        const names: { readonly [path: string]: ReadonlyArray<string> } = {
          "/records/search":
            "record_set_ids,program_id,entity_slice_id,operation_id,identifier_ids,view_field_filters,view_field_sorts,entity_field_filters,entity_field_sorts,search_text,limit".split(
              ","
            ),
          "/records/export/csv":
            "record_view_id,view_field_ids,identifier_ids,record_set_ids,program_id,operation_id,view_field_filters,view_field_sorts,entity_field_filters,entity_field_sorts,search_text".split(
              ","
            ),
          "/activities/search":
            "search_text,activity_types,definition_ids,record_ids,statuses,label_ids,assigned_user_ids,created_by,limit,completed_behavior".split(
              ","
            ),
          "/workspaces/events": "page,page_size,event_types,resource_type,event_user_ids,after_date,before_date".split(
            ","
          ),
          "/imports": ["is_complete", "page", "page_size"]
        }
        for (const [path, parameters] of Object.entries(names)) {
          const needed: Query = path === "/records/export/csv" ? exported : {}
          const plain = yield* call("GET", path, { query: needed })
          expect([path, plain.status]).toEqual([path, 200])
          for (const value of ["null", ""]) {
            const query = { ...needed, ...Object.fromEntries(parameters.map((name) => [name, value])) }
            const answer = yield* call("GET", path, { query })
            expect([path, value, answer.status]).toEqual([path, value, 200])
            expect(answer.text).toBe(plain.text)
          }
        }
        const some = yield* call("GET", "/records/search", { query: { search_text: "null", limit: "2" } })
        expect(listAt(some.json).length).toBe(2)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("with parent_id=null ask for activities without a parent", () =>
      Effect.gen(function* () {
        const count = (parent_id: string) =>
          Effect.map(call("GET", "/activities/search", { query: { parent_id } }), ({ json }) => listAt(json).length)
        expect(yield* count("null")).toBe(demo.activities.filter((one) => one.parent_id === null).length)
        expect(yield* count("")).toBe(demo.activities.length)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuse null for required parameters", () =>
      Effect.gen(function* () {
        for (const [path, query] of [
          ["/records/export/csv", { filename: "a.csv", entity_slice_id: "null" }],
          ["/records/identifiers", { records_key_field_to_value: "null" }]
        ] as const) {
          expect([path, (yield* call("GET", path, { query })).status >= 400]).toEqual([path, true])
        }
        expect((yield* call("GET", "/records", { query: { record_ids: "" } })).json).toEqual([])
      }).pipe(Effect.provide(way.make()))
    )
  })

  describe(`filters and sorts, ${way.name}`, () => {
    it.effect("are accepted with all keys of responses, and stored", () =>
      Effect.gen(function* () {
        const key = { key_field_id: fieldId("Compound ID"), view_field_id: null }
        const column = { key_field_id: null, view_field_id: columnOf("IC50 results", "IC50") }
        for (const plot_field_config of [{}, null]) {
          const filters = [
            { ...key, filter_type: "starts_with", filter_prop: "EK-000", plot_field_config },
            { ...column, filter_type: "is_less_than", filter_prop: 1000, plot_field_config }
          ]
          const sorts = [
            { ...key, descending: true, plot_field_config },
            { ...column, descending: false, plot_field_config }
          ]
          const query = { view_field_filters: JSON.stringify(filters), view_field_sorts: JSON.stringify(sorts) }
          const found = yield* call("GET", "/records/search", {
            query: { ...query, entity_slice_id: typeId("Compound") }
          })
          expect(found.status).toBe(200)
          expect(listAt(found.json).length).toBeGreaterThan(0)
          expect((yield* call("GET", "/records/export/csv", { query: { ...exported, ...query } })).status).toBe(200)
          const color_filters = filters.map((one) => ({ ...one, color: "red" }))
          const created = yield* call("POST", "/record_view_templates", {
            json: { view_name: "All keys", entity_slice_id: typeId("Compound"), filters, sorts, color_filters }
          })
          expect(created.status).toBe(201)
          expect(created.json).toMatchObject({
            filters: filters.map(({ plot_field_config: _, ...one }) => one),
            sorts: sorts.map(({ plot_field_config: _, ...one }) => one),
            color_filters: color_filters.map(({ plot_field_config: _, ...one }) => one)
          })
          const path = `/record_view_templates/${stringAt(created.json, "id")}`
          expect((yield* call("PUT", path, { json: { filters, sorts, color_filters } })).status).toBe(200)
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("of a template are refused if they name unknown fields or lack their filter_prop", () =>
      Effect.gen(function* () {
        const path = `/record_view_templates/${viewId("IC50 results of a run")}`
        const set = { filter_type: "is_set", filter_prop: null }
        for (const [status, patch] of [
          [404, { filters: [{ ...set, key_field_id: nobody }] }],
          [404, { filters: [{ ...set, key_field_id: fieldId("IC50") }] }],
          [404, { sorts: [{ view_field_id: nobody }] }],
          [404, { color_filters: [{ ...set, view_field_id: nobody, color: "red" }] }],
          [400, { filters: [{ key_field_id: fieldId("Compound ID"), filter_type: "starts_with" }] }],
          [400, { color_filters: [{ key_field_id: fieldId("Compound ID"), filter_type: "is_fine", color: "red" }] }],
          [400, { filters: [{ ...set, key_field_id: null, view_field_id: null }] }]
        ] as const) {
          expect([patch, (yield* call("PUT", path, { json: patch })).status]).toEqual([patch, status])
        }
      }).pipe(Effect.provide(way.make()))
    )
  })
}

describe("queries", () => {
  it.effect("with known ids are answered", () =>
    Effect.gen(function* () {
      for (const [path, query] of [
        ["/records/search", { program_id: programId("Backup series"), operation_id: activityId("Design cycle 7") }],
        ["/activities/search", { assigned_user_ids: json([memberId("Ada")]), statuses: json(["to do", "done"]) }],
        ["/records/export/csv", { ...exported, record_set_id: nobody, record_set_filters: "[]" }]
      ] as const) {
        expect([path, (yield* call("GET", path, { query })).status]).toEqual([path, 200])
      }
    }).pipe(Effect.provide(Emulator.layer()))
  )
})
