import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import {
  activityId,
  definitionId,
  fieldId,
  groupId,
  labelId,
  memberId,
  nobody,
  programId,
  recordId,
  viewId
} from "./support/sample.js"

const get = (title: string) =>
  Effect.map(call("GET", "/activity_definitions"), (answer) =>
    listAt(answer.json).find((one) => at(one, "id") === definitionId(title))
  )

const update = (title: string, json: unknown) => call("PUT", `/activity_definitions/${definitionId(title)}`, { json })

const placementOf = (title: string): string =>
  Workspace.demo.activity_definitions
    .find((definition) => definition.title === title)
    ?.content_layout.find((item) => item.component_type === "result_table")?.id ?? ""

/** The record views of an activity. */
const viewsOf = (activity: unknown) =>
  Effect.map(call("GET", "/record_views"), ({ json }) =>
    listAt(json).filter((view) => listAt(view, "operation_ids").includes(at(activity, "id")))
  )

for (const way of ways) {
  describe(`activity definitions, ${way.name}`, () => {
    it.effect("are listed", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", "/activity_definitions")
        expect(answer.json).toEqual(Workspace.demo.activity_definitions)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are updated: fields left out do not change, null clears, lists grow and shrink", () =>
      Effect.gen(function* () {
        const before = yield* get("IC50 assay")
        const fields = {
          title: "IC50",
          description: { type: "doc", content: [] },
          status: "in review",
          priority: "high",
          is_archived: true,
          external_id: null,
          duration: null,
          aggregate_scheduling: true
        }
        const updated = yield* update("IC50 assay", fields)
        expect(updated.json).toEqual({ ...Object(before), ...fields })
        expect(yield* get("IC50 assay")).toEqual(updated.json)
        const lists = yield* update("IC50 assay", {
          assigned_user_ids: [memberId("Ada"), memberId("Chiyo")],
          add_assigned_user_ids: [memberId("Bruno")],
          remove_assigned_user_ids: [memberId("Chiyo")],
          add_assigned_group_ids: [groupId("Biology")],
          add_label_ids: [labelId("urgent")],
          remove_label_ids: [labelId("in vitro")],
          add_program_ids: [programId("Backup series")]
        })
        expect(lists.json).toMatchObject({
          title: "IC50",
          assigned_user_ids: [memberId("Ada"), memberId("Bruno")],
          assigned_group_ids: [groupId("Biology")],
          label_ids: [labelId("urgent")],
          program_ids: ["EGFR inhibitors", "Backup series"].map(programId)
        })
        for (const [status, json] of [
          [400, { title: "" }],
          [400, { status: "x" }],
          [400, { color: "red" }],
          [400, { set_queue_content_layout_ids: [{ view_id: "a" }] }],
          [404, { add_label_ids: [nobody] }],
          [404, { assigned_user_ids: [nobody] }],
          [404, { registration_record_view_id: nobody }],
          [404, { registration_content_layout_id: nobody }]
        ] as const) {
          expect([json, (yield* update("IC50 assay", json)).status]).toEqual([json, status])
        }
        expect((yield* call("PUT", `/activity_definitions/${nobody}`, { json: {} })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("apply changes to their activities if the request asks for it", () =>
      Effect.gen(function* () {
        const labels = Effect.map(call("GET", "/activities"), (answer) =>
          at(
            listAt(answer.json).find((one) => at(one, "id") === activityId("EGFR IC50, run 1")),
            "label_ids"
          )
        )
        yield* update("IC50 assay", { add_label_ids: [labelId("urgent")] })
        expect(yield* labels).toEqual([labelId("in vitro")])
        yield* update("IC50 assay", { add_label_ids: [labelId("outsourced")], propagate_to_instances: true })
        expect(yield* labels).toEqual([labelId("in vitro"), labelId("outsourced")])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("hold the settings of registration", () =>
      Effect.gen(function* () {
        const property = Workspace.demo.property_fields.find(({ property_name }) => property_name === "Uploaded file")
        const settings = {
          registration_property_field_id: property?.id,
          registration_record_view_id: viewId("Compounds"),
          registration_content_layout_id: placementOf("IC50 assay"),
          registration_status_field_id: fieldId("Notes"),
          registration_result_record_view_id: viewId("IC50 results"),
          registration_result_content_layout_id: placementOf("IC50 assay")
        }
        yield* update("IC50 assay", settings)
        expect(yield* get("IC50 assay")).toMatchObject(settings)
        yield* update("IC50 assay", { registration_status_field_id: null })
        expect(yield* get("IC50 assay")).toMatchObject({ ...settings, registration_status_field_id: null })
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("stage drafts on a view that each new activity copies from a template", () =>
      Effect.gen(function* () {
        const id = viewId("IC50 results of a run")
        const template = Workspace.demo.record_views.find((view) => view.id === id)
        const setting = { registration_staging_template_view_id: id }
        const create = Effect.map(
          call("POST", "/activities", {
            json: { title: "a", activity_type: "task", definition_id: definitionId("Solubility assay") }
          }),
          ({ json }) => at(json, 0)
        )
        expect(yield* create).toMatchObject({ registration_staging_record_view_id: null })
        expect((yield* update("Solubility assay", setting)).json).toMatchObject(setting)
        const activities = yield* Effect.all([create, create])
        const views = (yield* Effect.forEach(activities, viewsOf)).map((some) => some[0])
        for (const [index, activity] of activities.entries()) {
          const view = views[index]
          expect(activity).toMatchObject({
            registration_staging_record_view_id: at(view, "id"),
            data_table_draft_record_ids: [],
            data_table_record_mapping: { [stringAt(view, "id")]: [] }
          })
          expect(view).toMatchObject({ parent_record_view_id: id, is_template: false })
          const columns = listAt(view, "view_fields").map((column) => at(column, "data_field_id"))
          expect(columns).toEqual(template?.view_fields.map((column) => column.data_field_id))
        }
        expect(at(views[0], "id")).not.toBe(at(views[1], "id"))
        // The drafts have an id of the platform's as a further key.
        const types = listAt((yield* call("GET", "/entity_slices")).json)
        const type = types.find((one) => at(one, "id") === at(views[0], "entity_slice_id"))
        const fields = listAt((yield* call("GET", "/key_fields")).json)
        const names = listAt(type, "key_field_ids").map((key) =>
          at(
            fields.find((field) => at(field, "id") === key),
            "field_name"
          )
        )
        expect(names).toEqual(["Compound ID", "Draft ID"])
        expect(at(views[1], "entity_slice_id")).toBe(at(type, "id"))
        // A view with drafts keeps its keys, and stays a view.
        const view = stringAt(views[0], "id")
        const name = { new_key_field_name: "Salt", records_to_transfer: [] }
        expect((yield* call("PUT", `/record_views/${view}/add_key_field`, { json: name })).status).toBe(409)
        const keys = { add_key_field_names: ["Salt"], remove_key_field_ids: [], records_to_transfer: [] }
        expect((yield* call("PUT", `/record_views/${view}/replace_key_fields`, { json: keys })).status).toBe(409)
        const promoted = yield* call("POST", "/record_view_templates/promote", {
          json: { source_view_id: view, operation_definition_id: definitionId("IC50 assay"), view_name: "a" }
        })
        expect(promoted.status).toBe(409)
        for (const [wrong, status] of [
          [nobody, 404],
          [viewId("Compounds"), 404],
          [1, 400]
        ] as const) {
          const answer = yield* update("Solubility assay", { registration_staging_template_view_id: wrong })
          expect([wrong, answer.status]).toEqual([wrong, status])
        }
        yield* update("Solubility assay", { registration_staging_template_view_id: null })
        expect(yield* create).toMatchObject({ registration_staging_record_view_id: null })
        yield* update("Solubility assay", setting)
        yield* call("DELETE", `/record_view_templates/${id}`, { json: {} })
        expect(at(yield* get("Solubility assay"), "registration_staging_template_view_id")).toBeNull()
        expect(yield* create).toMatchObject({ registration_staging_record_view_id: null })
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("queue records to views when they are attached", () =>
      Effect.gen(function* () {
        const [view, other] = [viewId("Compounds"), viewId("IC50 results")]
        const item = placementOf("IC50 assay")
        const queued = yield* update("IC50 assay", {
          add_view_ids_to_add_to_when_record_attached: [view, other],
          set_queue_content_layout_ids: [{ view_id: viewId("IC50 results of a run"), content_layout_ids: [item] }]
        })
        expect(queued.json).toMatchObject({
          view_ids_to_add_to_when_record_attached: [view, other],
          queue_content_layout_ids: [item]
        })
        yield* update("IC50 assay", { remove_view_ids_to_add_to_when_record_attached: [other] })
        const id = activityId("EGFR IC50, run 4")
        yield* call("PUT", `/operations/${id}/records`, { json: { record_ids: [recordId("EK-0001")] } })
        const activity = listAt((yield* call("GET", "/activities")).json).find((one) => at(one, "id") === id)
        expect(at(activity, "data_table_record_mapping", view)).toEqual([recordId("EK-0001")])
        expect(listAt(activity, "data_table_record_mapping", other)).not.toContain(recordId("EK-0001"))
        const set = [{ view_id: viewId("IC50 results of a run"), content_layout_ids: [] }]
        const emptied = yield* update("IC50 assay", { set_queue_content_layout_ids: set })
        expect(at(emptied.json, "queue_content_layout_ids")).toEqual([])
        expect(stringAt(emptied.json, "view_ids_to_add_to_when_record_attached", 0)).toBe(view)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("give an activity a record view of its own for each of their templates", () =>
      Effect.gen(function* () {
        const create = (title: string, definition_id: string | null) =>
          Effect.map(
            call("POST", "/activities", { json: { title, activity_type: "experiment", definition_id } }),
            ({ json }) => at(json, 0)
          )
        const template = Workspace.demo.record_views.find(({ id }) => id === viewId("IC50 results of a run"))
        const activities = yield* Effect.forEach(["one", "two"], (title) => create(title, definitionId("IC50 assay")))
        const views = yield* Effect.forEach(activities, viewsOf)
        expect(views.map((some) => some.length)).toEqual([1, 1])
        const [view, other] = views.map((some) => some[0])
        expect(view).toMatchObject({
          view_name: template?.view_name,
          entity_slice_id: template?.entity_slice_id,
          operation_ids: [at(activities[0], "id")],
          operation_definition_ids: null,
          is_template: false,
          template_name: null
        })
        const columns = (one: unknown) => listAt(one, "view_fields").map((column) => at(column, "data_field_id"))
        expect(columns(view)).toEqual(columns(template))
        const ids = [template, view, other].flatMap((one) => [at(one, "id"), at(one, "view_fields", 0, "id")])
        expect(new Set(ids).size).toBe(6)
        expect(at(activities[0], "data_table_record_mapping")).toEqual({ [stringAt(view, "id")]: [] })

        // Attached records go to the activity's own view instead of the template.
        yield* call("PUT", `/activity_definitions/${definitionId("IC50 assay")}`, {
          json: { add_view_ids_to_add_to_when_record_attached: [template?.id] }
        })
        const record = recordId("EK-0001")
        yield* call("PUT", `/operations/${stringAt(activities[0], "id")}/records`, { json: { record_ids: [record] } })
        const stored = yield* call("GET", "/activities")
        const mapping = listAt(stored.json).find((one) => at(one, "id") === at(activities[0], "id"))
        expect(at(mapping, "data_table_record_mapping")).toEqual({ [stringAt(view, "id")]: [record] })

        const registration = yield* create("three", definitionId("Compound registration"))
        expect((yield* viewsOf(registration)).map((one) => at(one, "id"))).toEqual([viewId("To register")])
        expect(yield* viewsOf(yield* create("four", definitionId("Solubility assay")))).toEqual([])
        expect(yield* viewsOf(yield* create("five", null))).toEqual([])
        yield* call("DELETE", `/record_view_templates/${template?.id}`, { json: {} })
        expect(yield* viewsOf(yield* create("six", definitionId("IC50 assay")))).toEqual([])
      }).pipe(Effect.provide(way.make()))
    )
  })
}
