import { Workspace } from "@effect-kaleidoscope/testing"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, ways } from "./support/client.js"
import { activityId, fieldId, nobody, recordId, setId, typeId, viewId } from "./support/sample.js"

const compound = { filename: "compounds.csv", entity_slice_id: typeId("Compound") }

const columnOf = (view: string, name: string): string =>
  Workspace.demo.record_views
    .find((one) => one.view_name === view)
    ?.view_fields.find((column) => column.data_field_id === fieldId(name))?.id ?? ""

const rows = (text: string): ReadonlyArray<ReadonlyArray<string>> => parse(text, { relax_column_count: false })

for (const way of ways) {
  describe(`exports, ${way.name}`, () => {
    const pull = (query: { readonly [name: string]: string }) =>
      Effect.map(call("GET", "/records/export/csv", { query: { ...compound, ...query } }), (answer) =>
        rows(answer.text)
      )

    it.effect("are CSV files with a row for each record", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", "/records/export/csv", { query: { ...compound, filename: "é x.csv" } })
        expect(answer.status).toBe(200)
        expect(answer.headers["content-type"]).toBe("text/csv")
        expect(answer.headers["content-disposition"]).toContain("filename*=UTF-8''%C3%A9%20x.csv")
        const [header, ...table] = rows(answer.text)
        expect(header?.[0]).toBe("Compound ID")
        expect(header).toEqual(expect.arrayContaining(["SMILES", "IC50", "Tags"]))
        expect(table.length).toBe(40)
        expect(table.map((row) => row[0]).slice(0, 3)).toEqual(["EK-0001", "EK-0002", "EK-0003"])
        const record = Workspace.demo.records.find(({ record_identifier }) => record_identifier === "EK-0001")
        expect(table[0]?.[header?.indexOf("SMILES") ?? -1]).toBe(record?.record_values[fieldId("SMILES")]?.[0]?.content)
        expect(JSON.parse(table[0]?.[header?.indexOf("Tags") ?? -1] ?? "")).toEqual(["hit", "lead"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("can be of some columns", () =>
      Effect.gen(function* () {
        const byView = yield* pull({ record_view_id: viewId("IC50 results") })
        expect(byView[0]).toEqual(["Compound ID", "IC50", "Notes"])
        const columns = [columnOf("IC50 results", "Notes"), columnOf("Compounds", "SMILES")]
        const some = yield* pull({ view_field_ids: JSON.stringify(columns) })
        expect(some[0]).toEqual(["Compound ID", "Notes", "SMILES"])
        expect(some.length).toBe(41)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("can be of some records, sorted", () =>
      Effect.gen(function* () {
        const names = (table: ReadonlyArray<ReadonlyArray<string>>) => table.slice(1).map((row) => row[0])
        const smiles = { field_id: fieldId("SMILES"), filter_type: "includes", filter_prop: "Br" }
        const withBromine = yield* pull({ entity_field_filters: JSON.stringify([smiles]) })
        expect(names(withBromine)).toEqual([
          "EK-0004",
          "EK-0005",
          "EK-0014",
          "EK-0015",
          "EK-0024",
          "EK-0025",
          "EK-0034",
          "EK-0035"
        ])
        const sort = { key_field_id: fieldId("Compound ID"), descending: true }
        expect(names(yield* pull({ view_field_sorts: JSON.stringify([sort]) }))[0]).toBe("EK-0040")
        expect(names(yield* pull({ search_text: "ek-000" })).length).toBe(9)
        const record = Workspace.demo.records.find(({ record_identifier }) => record_identifier === "EK-0007")
        expect(names(yield* pull({ identifier_ids: JSON.stringify(record?.identifier_ids) }))).toEqual(["EK-0007"])
        expect(names(yield* pull({ record_set_ids: JSON.stringify([setId("Shortlist")]) })).length).toBe(4)
        const run = yield* pull({ operation_id: activityId("EGFR IC50, run 2") })
        expect(names(run).length).toBe(20)
        const column = run[0]?.indexOf("IC50") ?? -1
        const values = yield* call("GET", `/records/${recordId("EK-0009")}/values`)
        const value = listAt(values.json).find(
          (one) => at(one, "field_id") === fieldId("IC50") && at(one, "operation_id") === activityId("EGFR IC50, run 2")
        )
        expect(run.find((row) => row[0] === "EK-0009")?.[column]).toBe(at(value, "content"))
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("keep both of two columns of one name apart", () =>
      Effect.gen(function* () {
        const data = yield* call("POST", "/data_fields/", {
          json: { field_name: "Compound ID", field_type: "text", attrs: {} }
        })
        const field_id = String(at(data.json, "id"))
        yield* call("POST", `/records/${recordId("EK-0001")}/values`, { json: { field_id, content: "a, b" } })
        const [header, first] = yield* pull({})
        expect(header?.[0]).toBe(fieldId("Compound ID"))
        expect(first?.[header?.indexOf(field_id) ?? -1]).toBe("a, b")
        expect(new Set(header).size).toBe(header?.length)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("need a name and a type, and ignore what old clients send", () =>
      Effect.gen(function* () {
        for (const [status, query] of [
          [400, { filename: "a.csv" }],
          [400, { entity_slice_id: typeId("Compound") }],
          [404, { ...compound, entity_slice_id: nobody }],
          [404, { ...compound, record_view_id: nobody }],
          [404, { ...compound, view_field_ids: `["${nobody}"]` }],
          [404, { ...compound, view_field_ids: "SMILES" }],
          [200, { ...compound, record_set_id: nobody, record_set_filters: "[]" }]
        ] as const) {
          expect([query, (yield* call("GET", "/records/export/csv", { query })).status]).toEqual([query, status])
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect.prop(
      "bring back any text",
      {
        texts: FastCheck.array(
          FastCheck.oneof(
            FastCheck.fullUnicodeString({ minLength: 1 }),
            FastCheck.stringOf(FastCheck.constantFrom(",", '"', "\r", "\n", " ", "\t", "\uFEFF", ";", "'", "=", "a"), {
              minLength: 1
            }),
            FastCheck.constantFrom('""', "\r\n", "null", "1e3", "\u0000", "\u2028")
          ),
          { minLength: 1, maxLength: 20 }
        )
      },
      ({ texts }) =>
        Effect.gen(function* () {
          const json = {
            key_field_names: ["Plate ID"],
            data: texts.map((text, index) => ({ "Plate ID": `Q-${index}`, Notes: text, Wells: 96 }))
          }
          yield* call("POST", "/push/imports", { json })
          yield* TestClock.adjust("1 second")
          const [header, ...table] = yield* pull({ entity_slice_id: typeId("Plate") })
          expect(header?.slice(0, 2)).toEqual(["Plate ID", "Notes"])
          expect(table.slice(4).map((row) => row[1])).toEqual(texts)
        }).pipe(Effect.provide(way.make())),
      { fastCheck: { numRuns: way.name === "in memory" ? 40 : 10 } }
    )
  })
}
