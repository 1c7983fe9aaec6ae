import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import { activityId, definitionId, fieldId, nobody, programId, setId, typeId, viewId } from "./support/sample.js"

const base = "/record_view_templates"

const templates = Workspace.demo.record_views.filter((view) => view.is_template)
const seed = templates[0]
const seedId = seed?.id ?? ""

const post = (path: string, json: unknown) => call("POST", `${base}${path}`, { json })
const get = (id: string) => Effect.map(call("GET", `${base}/${id}`), (answer) => answer.json)
const ids = Effect.map(call("GET", base), (answer) => listAt(answer.json).map((one) => at(one, "id")))

const definition = (title: string) =>
  Effect.map(call("GET", "/activity_definitions"), (answer) =>
    listAt(answer.json).find((one) => at(one, "id") === definitionId(title))
  )

/** The record views in the layout of a definition, in order; its positions are checked to count from 0. */
const layout = (title: string) =>
  Effect.map(definition(title), (one) => {
    const items = listAt(one, "content_layout")
    expect(items.map((item) => at(item, "position_index"))).toEqual(items.map((_, index) => index))
    return items.map((item) => at(item, "record_view_id") ?? at(item, "component_type"))
  })

const assay = definitionId("IC50 assay")
const solubility = definitionId("Solubility assay")

for (const way of ways) {
  describe(`result table templates, ${way.name}`, () => {
    it.effect("are listed and read", () =>
      Effect.gen(function* () {
        expect((yield* call("GET", base)).json).toEqual(templates)
        expect(yield* get(seedId)).toEqual(seed)
        expect((yield* call("GET", `${base}/${nobody}`)).status).toBe(404)
        expect((yield* call("GET", `${base}/${viewId("Compounds")}`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are created from their parts", () =>
      Effect.gen(function* () {
        const column = Workspace.demo.record_views[0]?.view_fields[0]?.id ?? ""
        const content = {
          view_name: "Potency",
          template_name: "Potency table",
          entity_slice_id: typeId("Compound"),
          program_ids: [programId("Backup series")],
          filters: [{ key_field_id: fieldId("Compound ID"), filter_type: "is_set", filter_prop: null }],
          sorts: [{ key_field_id: fieldId("Compound ID"), descending: true }],
          color_filters: [{ view_field_id: column, filter_type: "is_less_than", filter_prop: 5, color: "red" }],
          record_set_ids_filter: [setId("Shortlist")],
          sort_order: "manual",
          sort_descending: true,
          view_mode: "cards",
          group_by_mode: "field",
          group_by_field_id: fieldId("Series")
        }
        const created = (yield* post("", {
          ...content,
          view_field_ids: [column],
          data_field_ids: [fieldId("IC50"), fieldId("Notes")],
          lookup_field_ids: ["lookup-1"],
          plot_field_ids: ["plot-1"]
        })).json
        expect(created).toMatchObject({ ...content, is_template: true, is_archived: false })
        expect(listAt(created, "view_fields").map((field) => ({ ...Object(field), id: "" }))).toEqual(
          [
            { data_field_id: fieldId("SMILES") },
            { data_field_id: fieldId("IC50") },
            { data_field_id: fieldId("Notes") },
            { lookup_field_id: "lookup-1" },
            { plot_field_id: "plot-1" }
          ].map((field) => ({ id: "", data_field_id: null, lookup_field_id: null, plot_field_id: null, ...field }))
        )
        expect(yield* get(stringAt(created, "id"))).toEqual(created)
        expect(yield* ids).toEqual([...templates.map(({ id }) => id), at(created, "id")])
        const small = yield* post("", { view_name: "Small", entity_slice_id: typeId("Plate"), filters: null })
        expect(small.json).toMatchObject({ view_fields: [], filters: [], template_name: null, sort_order: null })

        for (const [status, json] of [
          [400, {}],
          [400, { view_name: "a" }],
          [400, { view_name: "", entity_slice_id: typeId("Plate") }],
          [400, { view_name: "a", entity_slice_id: typeId("Plate"), sort_order: "random" }],
          [400, { view_name: "a", entity_slice_id: typeId("Plate"), filters: [{ filter_type: "is_set" }] }],
          [400, { view_name: "a", entity_slice_id: typeId("Plate"), color: "red" }],
          [404, { view_name: "a", entity_slice_id: nobody }],
          [404, { view_name: "a", entity_slice_id: typeId("Plate"), data_field_ids: [nobody] }],
          [404, { view_name: "a", entity_slice_id: typeId("Plate"), view_field_ids: [nobody] }],
          [404, { view_name: "a", source_view_id: nobody }]
        ] as const) {
          expect([json, (yield* post("", json)).status]).toEqual([json, status])
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are saved from a view, and duplicated, with columns of their own", () =>
      Effect.gen(function* () {
        const view = Workspace.demo.record_views.find(({ view_name }) => view_name === "IC50 results")
        const saved = (yield* post("", { source_view_id: view?.id, view_name: "Saved", template_name: "T" })).json
        const copy = (yield* call("POST", `${base}/${stringAt(saved, "id")}/duplicate`, { json: {} })).json
        expect(saved).toMatchObject({ view_name: "Saved", template_name: "T", operation_ids: null })
        expect(copy).toMatchObject({ template_name: "T", entity_slice_id: view?.entity_slice_id })
        const columns = [view, saved, copy].flatMap((one) => listAt(one, "view_fields").map((field) => at(field, "id")))
        expect(new Set(columns).size).toBe(6)
        for (const one of [saved, copy]) {
          expect(at(one, "is_template")).toBe(true)
          expect(listAt(one, "view_fields").map((field) => at(field, "data_field_id"))).toEqual([
            fieldId("IC50"),
            fieldId("Notes")
          ])
          expect(at(one, "color_filters", 0, "view_field_id")).toBe(at(one, "view_fields", 0, "id"))
        }
        expect((yield* call("POST", `${base}/${seedId}/duplicate`)).status).toBe(201)
        expect((yield* call("POST", `${base}/${nobody}/duplicate`, { json: {} })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are updated", () =>
      Effect.gen(function* () {
        const update = (json: unknown) => call("PUT", `${base}/${seedId}`, { json })
        const columns = (json: unknown) => listAt(json, "view_fields").map((field) => at(field, "data_field_id"))
        const changed = yield* update({
          view_name: "Results",
          template_name: null,
          is_archived: true,
          sort_order: null
        })
        expect(changed.json).toMatchObject({
          view_name: "Results",
          template_name: null,
          is_archived: true,
          sort_order: null,
          view_mode: seed?.view_mode
        })
        const smiles = Workspace.demo.record_views[0]?.view_fields[0]?.id ?? ""
        const added = yield* update({
          data_field_ids: [fieldId("Series"), fieldId("IC50")],
          save_view_field_ids: [smiles]
        })
        expect(columns(added.json)).toEqual(["IC50", "Notes", "SMILES", "Series"].map(fieldId))
        const own = listAt(added.json, "view_fields").map((field) => stringAt(field, "id"))
        const reordered = yield* update({ remove_view_field_ids: [own[1]], reorder_view_field_ids: [own[3], own[0]] })
        expect(columns(reordered.json)).toEqual(["Series", "IC50", "SMILES"].map(fieldId))
        expect(yield* get(seedId)).toEqual(reordered.json)
        for (const [status, json] of [
          [400, { view_name: null }],
          [400, { color: "red" }],
          [404, { remove_view_field_ids: [nobody] }],
          [404, { reorder_view_field_ids: [nobody] }],
          [404, { save_view_field_ids: [nobody] }],
          [404, { program_ids: [nobody] }]
        ] as const) {
          expect([json, (yield* update(json)).status]).toEqual([json, status])
        }
        expect((yield* call("PUT", `${base}/${nobody}`, { json: {} })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are linked, and the response has them as they were before", () =>
      Effect.gen(function* () {
        const linked = yield* post("/link", { template_view_id: seedId, operation_definition_id: solubility })
        expect(linked.json).toEqual(seed)
        expect(at(yield* get(seedId), "operation_definition_ids")).toEqual([assay, solubility])
        expect(yield* layout("Solubility assay")).toEqual([seedId])
        const other = stringAt((yield* call("POST", `${base}/${seedId}/duplicate`, { json: {} })).json, "id")
        const at0 = { template_view_id: other, operation_definition_id: assay, position_index: 0 }
        expect(at((yield* post("/link", at0)).json, "operation_definition_ids")).toEqual([])
        expect(yield* layout("IC50 assay")).toEqual([other, "note_section", seedId])
        yield* post("/link", { ...at0, position_index: 99 })
        expect(yield* layout("IC50 assay")).toEqual([other, "note_section", seedId, other])
        for (const [status, json] of [
          [400, { template_view_id: seedId }],
          [400, { ...at0, position_index: -1 }],
          [404, { template_view_id: nobody, operation_definition_id: assay }],
          [404, { template_view_id: viewId("Compounds"), operation_definition_id: assay }],
          [404, { template_view_id: seedId, operation_definition_id: nobody }]
        ] as const) {
          expect([json, (yield* post("/link", json)).status]).toEqual([json, status])
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are unlinked one placement at a time, and leave no reference to it", () =>
      Effect.gen(function* () {
        const link = { template_view_id: seedId, operation_definition_id: assay, position_index: 0 }
        yield* post("/link", link)
        const items = listAt(yield* definition("IC50 assay"), "content_layout").map((item) => stringAt(item, "id"))
        yield* call("PUT", `/activity_definitions/${assay}`, {
          json: {
            registration_record_view_id: seedId,
            registration_content_layout_id: items[0],
            add_view_ids_to_add_to_when_record_attached: [seedId],
            set_queue_content_layout_ids: [{ view_id: seedId, content_layout_ids: [items[0], items[2]] }]
          }
        })
        const unlink = (content_layout_id: unknown) =>
          post(`/${seedId}/unlink`, { operation_definition_id: assay, content_layout_id })
        expect((yield* unlink(items[0])).status).toBe(200)
        expect(yield* definition("IC50 assay")).toMatchObject({
          registration_record_view_id: seedId,
          registration_content_layout_id: null,
          view_ids_to_add_to_when_record_attached: [seedId],
          queue_content_layout_ids: [items[2]]
        })
        expect(yield* layout("IC50 assay")).toEqual(["note_section", seedId])
        expect(at(yield* get(seedId), "operation_definition_ids")).toEqual([assay])
        for (const id of [items[0], items[1], nobody]) {
          expect((yield* unlink(id)).status).toBe(404)
        }
        yield* unlink(items[2])
        expect(yield* definition("IC50 assay")).toMatchObject({
          registration_record_view_id: null,
          view_ids_to_add_to_when_record_attached: [],
          queue_content_layout_ids: []
        })
        expect(at(yield* get(seedId), "operation_definition_ids")).toEqual([])
        expect(yield* layout("IC50 assay")).toEqual(["note_section"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are linked and unlinked in bulk", () =>
      Effect.gen(function* () {
        const cycle = definitionId("Design cycle")
        const bulk = { template_view_id: seedId, operation_definition_ids: [solubility, cycle] }
        expect((yield* post("/bulk/link", bulk)).status).toBe(200)
        expect(at(yield* get(seedId), "operation_definition_ids")).toEqual([assay, solubility, cycle])
        expect(yield* layout("Design cycle")).toEqual([seedId])
        const some = { template_view_id: seedId, operation_definition_ids: [assay, cycle] }
        expect((yield* post("/bulk/unlink", some)).status).toBe(200)
        expect(at(yield* get(seedId), "operation_definition_ids")).toEqual([solubility])
        expect(yield* layout("IC50 assay")).toEqual(["note_section"])
        const wrong = { ...bulk, operation_definition_ids: [cycle, nobody] }
        expect((yield* post("/bulk/link", wrong)).status).toBe(404)
        expect(yield* layout("Design cycle")).toEqual([])
        expect((yield* post("/bulk/link", { template_view_id: seedId })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are made of a view, which is removed", () =>
      Effect.gen(function* () {
        const source = viewId("To register")
        const promoted = yield* post("/promote", {
          source_view_id: source,
          operation_definition_id: definitionId("Compound registration"),
          view_name: "Promoted"
        })
        const id = stringAt(promoted.json, "id")
        expect(promoted.json).toMatchObject({
          view_name: "Promoted",
          is_template: true,
          operation_definition_ids: [definitionId("Compound registration")]
        })
        expect(yield* get(id)).toEqual(promoted.json)
        const views = listAt((yield* call("GET", "/record_views")).json).map((view) => at(view, "id"))
        expect(views).not.toContain(source)
        expect(views).toContain(id)
        expect(yield* layout("Compound registration")).toEqual([id])
        expect(at(yield* definition("Compound registration"), "registration_record_view_id")).toBe(id)
        const activities = listAt((yield* call("GET", "/activities")).json)
        const activity = activities.find((one) => at(one, "id") === activityId("Registration of March"))
        expect(Object.keys(Object(at(activity, "data_table_record_mapping")))).toEqual([id])

        const elsewhere = { source_view_id: viewId("Batches"), operation_definition_id: assay, view_name: "B" }
        const second = yield* post("/promote", { ...elsewhere, position_index: 1 })
        expect(yield* layout("IC50 assay")).toEqual(["note_section", at(second.json, "id"), seedId])
        expect((yield* post("/promote", elsewhere)).status).toBe(404)
        expect((yield* post("/promote", { ...elsewhere, source_view_id: seedId })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are deleted, and definitions lose the pointer", () =>
      Effect.gen(function* () {
        yield* post("/bulk/link", { template_view_id: seedId, operation_definition_ids: [solubility] })
        expect((yield* call("DELETE", `${base}/${seedId}`, { text: "" })).status).toBe(400)
        expect((yield* call("DELETE", `${base}/${seedId}`, { json: {} })).status).toBe(200)
        expect(yield* ids).toEqual(templates.slice(1).map(({ id }) => id))
        expect((yield* call("GET", `${base}/${seedId}`)).status).toBe(404)
        expect(listAt((yield* call("GET", "/record_views")).json).map((view) => at(view, "id"))).not.toContain(seedId)
        expect(yield* layout("IC50 assay")).toEqual(["note_section"])
        expect(yield* layout("Solubility assay")).toEqual([])
        for (const answer of [
          yield* call("DELETE", `${base}/${seedId}`, { json: {} }),
          yield* call("DELETE", `${base}/${seedId}`),
          yield* call("PUT", `${base}/${seedId}`, { json: {} }),
          yield* post("/link", { template_view_id: seedId, operation_definition_id: assay })
        ]) {
          expect(answer.status).toBe(404)
        }
      }).pipe(Effect.provide(way.make()))
    )
  })
}
