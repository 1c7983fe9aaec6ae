import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, multipart, stringAt, ways } from "./support/client.js"
import { activityId, fieldId, nobody, recordId, recordName, typeId, viewId } from "./support/sample.js"

const { activities, records } = Workspace.demo

const compounds = records.filter((record) => record.entity_slice_id === typeId("Compound"))

for (const way of ways) {
  describe(`records, ${way.name}`, () => {
    const search = (query: { readonly [name: string]: string }) =>
      Effect.map(call("GET", "/records/search", { query }), (answer) => listAt(answer.json).map(recordName))

    const searchCompounds = (query: { readonly [name: string]: unknown }) =>
      search({
        entity_slice_id: typeId("Compound"),
        ...Object.fromEntries(Object.entries(query).map(([key, value]) => [key, JSON.stringify(value)]))
      })

    it.effect("are read one by one and many at once", () =>
      Effect.gen(function* () {
        const one = yield* call("GET", `/records/${recordId("EK-0001")}`)
        expect(one.json).toMatchObject({
          id: recordId("EK-0001"),
          record_identifier: "EK-0001",
          entity_slice_id: typeId("Compound")
        })
        const key = listAt(one.json, "record_values", fieldId("Compound ID"))[0]
        expect(key).toEqual({ id: expect.any(String), content: "EK-0001" })
        expect(at(one.json, "identifier_ids")).toEqual([at(key, "id")])

        const ids = ["EK-0003", "EK-0001", "EK-0002"].map(recordId)
        const many = yield* call("GET", "/records", { query: { record_ids: [...ids, "nobody", ids[0]].join(",") } })
        expect(
          listAt(many.json)
            .map((record) => at(record, "record_identifier"))
            .sort()
        ).toEqual(["EK-0001", "EK-0002", "EK-0003"])
        expect(listAt(many.json).find((record) => at(record, "id") === at(one.json, "id"))).toEqual(one.json)
        expect((yield* call("GET", "/records", { query: { record_ids: "nobody" } })).json).toEqual([])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("show the values of their sub-records beside their own", () =>
      Effect.gen(function* () {
        const compound = yield* call("GET", `/records/${recordId("EK-0001")}`)
        const batches = ["EK-0001 B-001", "EK-0001 B-002"].map(recordId)
        expect(at(compound.json, "sub_record_ids")).toEqual(batches)
        const purities = listAt(compound.json, "record_values", fieldId("Purity"))
        expect(purities.map((value) => at(value, "record_id"))).toEqual(batches)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are found by their keys, which compare as strings", () =>
      Effect.gen(function* () {
        const find = (keys: unknown) =>
          call("GET", "/records/identifiers", { query: { records_key_field_to_value: JSON.stringify(keys) } })
        const compound = { [fieldId("Compound ID")]: "EK-0002" }
        const batch = { [fieldId("Batch")]: "B-001", [fieldId("Compound ID")]: "EK-0002" }
        const found = yield* find([compound, batch, { [fieldId("Compound ID")]: "EK-9999" }])
        expect(listAt(found.json).map((item) => at(item, "record", "record_identifier"))).toEqual([
          "EK-0002",
          "EK-0002 B-001"
        ])
        expect((yield* find([])).json).toEqual([])
        expect((yield* find({})).status).toBe(400)

        const plate = yield* call("POST", "/records", { json: { key_field_to_value: { [fieldId("Plate ID")]: 17 } } })
        expect(at(plate.json, "record_identifier")).toBe("17")
        const plates = yield* find([{ [fieldId("Plate ID")]: "17" }])
        expect(listAt(plates.json).map((item) => at(item, "record"))).toEqual([plate.json])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are created once for the same keys", () =>
      Effect.gen(function* () {
        const json = { key_field_to_value: { [fieldId("Compound ID")]: "EK-0101" } }
        const created = yield* call("POST", "/records", { json })
        expect(created.json).toMatchObject({ record_identifier: "EK-0101", entity_slice_id: typeId("Compound") })
        expect((yield* call("POST", "/records", { json })).json).toEqual(created.json)
        const existing = { key_field_to_value: { [fieldId("Compound ID")]: "EK-0001" } }
        expect(at((yield* call("POST", "/records", { json: existing })).json, "id")).toBe(recordId("EK-0001"))
        expect(yield* searchCompounds({})).toContain(stringAt(created.json, "id"))

        const batch = { key_field_to_value: { [fieldId("Compound ID")]: "EK-0101", [fieldId("Batch")]: "B-001" } }
        const created2 = yield* call("POST", "/records", { json: batch })
        expect(at(created2.json, "entity_slice_id")).toBe(typeId("Batch"))
        const parent = yield* call("GET", `/records/${stringAt(created.json, "id")}`)
        expect(at(parent.json, "sub_record_ids")).toEqual([at(created2.json, "id")])

        for (const [status, key_field_to_value] of [
          [404, { nobody: "a" }],
          [404, { [fieldId("IC50")]: "a" }],
          [400, {}],
          [400, { [fieldId("Compound ID")]: "" }],
          [400, { [fieldId("Compound ID")]: null }]
        ] as const) {
          const refused = yield* call("POST", "/records", { json: { key_field_to_value } })
          expect([key_field_to_value, refused.status]).toEqual([key_field_to_value, status])
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("have values and activities", () =>
      Effect.gen(function* () {
        const values = listAt((yield* call("GET", `/records/${recordId("EK-0009")}/values`)).json)
        const ic50s = values.filter((value) => at(value, "field_id") === fieldId("IC50"))
        expect(ic50s.length).toBe(3)
        expect(ic50s[0]).toMatchObject({
          field_type: "number",
          record_id: recordId("EK-0009"),
          created_by: expect.any(String),
          created_at: expect.stringMatching(/\.\d{4,6}\+00:00$/)
        })
        const done = yield* call("GET", `/records/${recordId("EK-0009")}/operations`)
        expect(listAt(done.json).map((activity) => at(activity, "title"))).toEqual([
          "EGFR IC50, run 1",
          "EGFR IC50, run 2",
          "EGFR IC50, run 3",
          "Kinetic solubility, plate 1"
        ])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept values, of which the newest counts", () =>
      Effect.gen(function* () {
        const path = `/records/${recordId("EK-0040")}`
        const first = yield* call("POST", `${path}/values`, {
          json: { field_id: fieldId("IC50"), content: "12.5", operation_id: null, record_view_id: null }
        })
        expect(at(first.json, "resource")).toMatchObject({
          id: expect.any(String),
          content: "12.5",
          field_id: fieldId("IC50"),
          field_type: "number",
          record_id: recordId("EK-0040"),
          operation_id: null,
          record_view_id: null
        })
        const run = activityId("EGFR IC50, run 4")
        const second = yield* call("POST", `${path}/values`, {
          json: { field_id: fieldId("IC50"), content: 8, operation_id: run, record_view_id: viewId("IC50 results") }
        })
        const [stored, older] = listAt((yield* call("GET", path)).json, "record_values", fieldId("IC50"))
        const { field_id: _field, field_type: _type, ...value } = Object(at(second.json, "resource"))
        expect(stored).toEqual(value)
        expect(at(older, "content")).toBe("12.5")
        expect(stringAt(stored, "created_at") > stringAt(older, "created_at")).toBe(true)
        const isEight = { field_id: fieldId("IC50"), filter_type: "is_equal", filter_prop: 8 }
        expect(yield* searchCompounds({ entity_field_filters: [isEight] })).toContain("EK-0040")

        const contents = [null, false, { a: [1] }, ["hit"], "", 'ä"\n']
        for (const content of contents) {
          const answer = yield* call("POST", `${path}/values`, { json: { field_id: fieldId("Notes"), content } })
          expect([content, at(answer.json, "resource", "content")]).toEqual([content, content])
        }
        const notes = listAt((yield* call("GET", path)).json, "record_values", fieldId("Notes"))
        expect(notes.map((note) => at(note, "content"))).toEqual(contents.reverse())
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuse values of unknown fields, activities and views", () =>
      Effect.gen(function* () {
        const path = `/records/${recordId("EK-0040")}/values`
        const field_id = fieldId("Notes")
        for (const [status, json] of [
          [400, { field_id }],
          [400, { content: 1 }],
          [400, { field_id: 1, content: 1 }],
          [400, { field_id, content: 1, color: "red" }],
          [400, { field_id: fieldId("Compound ID"), content: "EK-1" }],
          [404, { field_id: nobody, content: 1 }],
          [404, { field_id, content: 1, operation_id: nobody }],
          [404, { field_id, content: 1, record_view_id: nobody }]
        ] as const) {
          expect([json, (yield* call("POST", path, { json })).status]).toEqual([json, status])
        }
        const json = { field_id, content: 1 }
        expect((yield* call("POST", `/records/${nobody}/values`, { json })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept files as values, and return the same bytes", () =>
      Effect.gen(function* () {
        const path = `/records/${recordId("EK-0001 B-001")}/values/file`
        const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)
        const file = { name: "file", fileName: 'rep é "1".pdf', contentType: "application/pdf", bytes }
        const body = {
          name: "body",
          bytes: JSON.stringify({
            field_id: fieldId("Certificate of analysis"),
            operation_id: activityId("Design cycle 7"),
            record_view_id: null
          })
        }
        for (const parts of [
          [file, body],
          [body, file]
        ]) {
          for (const contentType of [undefined, "application/json"]) {
            const answer = yield* call("POST", path, multipart(parts, contentType))
            expect(answer.status).toBe(201)
            const value = at(answer.json, "resource")
            expect(value).toMatchObject({ field_type: "file", operation_id: activityId("Design cycle 7") })
            const id = stringAt(value, "content", 0)
            for (const where of [`/files/${id}`, `/activities/${activityId("Design cycle 7")}/file/${id}`]) {
              const stored = yield* call("GET", where)
              expect(Buffer.compare(stored.bytes, bytes)).toBe(0)
              expect(stored.headers["content-type"]).toBe("application/pdf")
              expect(stored.headers["content-disposition"]).toContain("filename*=UTF-8''rep%20%C3%A9%20%221%22.pdf")
            }
            expect((yield* call("GET", `/activities/${activityId("Design cycle 8")}/file/${id}`)).status).toBe(404)
          }
        }
        for (const [status, request] of [
          [400, multipart([file])],
          [400, multipart([body])],
          [400, multipart([file, { name: "body", bytes: "{" }])],
          [400, multipart([file, { name: "body", bytes: "{}" }])],
          [400, multipart([file, { name: "body", bytes: '{"field_id":"a","content":1}' }])],
          [404, multipart([file, { name: "body", bytes: `{"field_id":"${nobody}"}` }])],
          [400, { json: { field_id: fieldId("Certificate of analysis") } }]
        ] as const) {
          const answer = yield* call("POST", path, request)
          expect([answer.text, answer.status]).toEqual([answer.text, status])
        }
        const wrong = yield* call("POST", path, multipart([file, { name: "body", bytes: '{"field_id":1}' }]))
        expect(at(wrong.json, "issues", 0, "path")).toEqual(["body", "field_id"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are searched by type, activity, program, set, identifier and text", () =>
      Effect.gen(function* () {
        expect((yield* search({})).length).toBe(records.length)
        expect((yield* searchCompounds({})).length).toBe(40)
        expect(yield* searchCompounds({ limit: 3 })).toEqual(["EK-0001", "EK-0002", "EK-0003"])
        expect(yield* search({ limit: "0" })).toEqual([])

        const cycle = activities.find(({ title }) => title === "Design cycle 7")
        expect((yield* search({ operation_id: cycle?.id ?? "" })).length).toBe(8)
        expect((yield* search({ program_id: cycle?.program_ids[0] ?? "" })).length).toBeGreaterThan(30)
        const set = Workspace.demo.record_sets[0]
        expect(yield* searchCompounds({ record_set_ids: [set?.id] })).toEqual(set?.record_ids.map(recordName).sort())
        const identifier = records[4]?.identifier_ids[0]
        expect(yield* searchCompounds({ identifier_ids: [identifier] })).toEqual(["EK-0005"])
        expect(yield* search({ search_text: "ek-0012" })).toEqual(["EK-0012", "EK-0012 B-001"].slice(0, 2))
        expect((yield* search({ search_text: "methoxyETHOXY" })).length).toBe(10)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are filtered by the newest value of a field, and sorted, those without it last", () =>
      Effect.gen(function* () {
        const ic50 = fieldId("IC50")
        const newest = (record: Workspace.Workspace["records"][number]): number | undefined => {
          const values = [...(record.record_values[ic50] ?? [])]
          values.sort((a, b) => ((a.created_at ?? "") < (b.created_at ?? "") ? 1 : -1))
          return values[0] === undefined ? undefined : Number(values[0].content)
        }
        const measured = compounds.filter((record) => newest(record) !== undefined)
        const below = measured.filter((record) => Number(newest(record)) < 100)
        expect(below.length).toBeGreaterThan(2)
        const filter = { field_id: ic50, filter_type: "is_less_than", filter_prop: 100 }
        expect(yield* searchCompounds({ entity_field_filters: [filter] })).toEqual(
          below.map((record) => record.record_identifier)
        )
        const sorted = [...measured].sort((a, b) => Number(newest(b)) - Number(newest(a)))
        expect(yield* searchCompounds({ entity_field_sorts: [{ field_id: ic50, descending: true }] })).toEqual([
          ...sorted.map((record) => record.record_identifier),
          ...compounds.filter((record) => newest(record) === undefined).map((record) => record.record_identifier)
        ])
        const view = Workspace.demo.record_views.find(({ view_name }) => view_name === "IC50 results")
        const column = view?.view_fields[0]?.id
        const viewFilter = { view_field_id: column, filter_type: "is_less_than", filter_prop: 100 }
        expect(yield* searchCompounds({ view_field_filters: [viewFilter] })).toEqual(
          below.map((record) => record.record_identifier)
        )
        const key = { key_field_id: fieldId("Compound ID"), filter_type: "ends_with", filter_prop: "7" }
        expect(yield* searchCompounds({ view_field_filters: [key] })).toEqual([
          "EK-0007",
          "EK-0017",
          "EK-0027",
          "EK-0037"
        ])
        expect(
          yield* searchCompounds({
            view_field_sorts: [{ key_field_id: fieldId("Compound ID"), descending: true }],
            limit: 1
          })
        ).toEqual(["EK-0040"])
        const nameless = { filter_type: "is_set" }
        const refused = yield* call("GET", "/records/search", {
          query: { view_field_filters: JSON.stringify([nameless]) }
        })
        expect(refused.status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )
  })
}
