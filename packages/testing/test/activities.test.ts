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

const { activities } = Workspace.demo

const titles = (json: unknown): ReadonlyArray<unknown> => listAt(json).map((activity) => at(activity, "title"))

for (const way of ways) {
  describe(`activities, ${way.name}`, () => {
    const search = (query: { readonly [name: string]: string }) =>
      Effect.map(call("GET", "/activities/search", { query }), (answer) => titles(answer.json))

    it.effect("are listed", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", "/activities")
        expect(answer.json).toEqual(activities)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are searched by their own fields and by people", () =>
      Effect.gen(function* () {
        expect(yield* search({})).toEqual(activities.map(({ title }) => title))
        expect(yield* search({ search_text: "ic50, RUN" })).toEqual([
          "EGFR IC50, run 1",
          "EGFR IC50, run 2",
          "EGFR IC50, run 3",
          "EGFR IC50, run 4"
        ])
        expect(yield* search({ activity_types: '["milestone","cycle"]' })).toEqual([
          "Candidate nomination",
          "Design cycle 7",
          "Design cycle 8"
        ])
        const definition = activities.find(({ title }) => title === "Design cycle 7")?.definition_id
        expect(yield* search({ definition_ids: JSON.stringify([definition]) })).toEqual([
          "Design cycle 7",
          "Design cycle 8"
        ])
        const record = activities.find(({ title }) => title === "Design cycle 7")?.all_record_ids[0]
        expect(yield* search({ record_ids: JSON.stringify([record]) })).toEqual(["EGFR IC50, run 4", "Design cycle 7"])
        expect(yield* search({ created_by: memberId("Ada") })).toEqual(["Repeat of outliers"])
        expect((yield* search({ limit: "2" })).length).toBe(2)
        expect(yield* search({ parent_id: activityId("EGFR IC50, run 3") })).toEqual(["Review dose-response curves"])
        expect(yield* search({ parent_id: "null" })).toEqual(
          activities.filter(({ parent_id }) => parent_id === null).map(({ title }) => title)
        )
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are searched by lists of alternatives, which must all match", () =>
      Effect.gen(function* () {
        expect(yield* search({ statuses: '[["in design","in synthesis"]]' })).toEqual([
          "Design cycle 7",
          "Design cycle 8"
        ])
        expect(yield* search({ statuses: '[["in design"],["in synthesis"]]' })).toEqual([])
        const [vitro, urgent] = [labelId("in vitro"), labelId("urgent")]
        expect(yield* search({ label_ids: JSON.stringify([[vitro], [urgent]]) })).toEqual(["EGFR IC50, run 3"])
        expect((yield* search({ label_ids: JSON.stringify([[vitro, urgent]]) })).length).toBe(6)
        const [ada, bruno] = [memberId("Ada"), memberId("Bruno")]
        expect(yield* search({ assigned_user_ids: JSON.stringify([[ada], [bruno]]) })).toEqual(["Design cycle 8"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are searched without completed ones", () =>
      Effect.gen(function* () {
        const open = yield* search({ completed_behavior: "hide-all" })
        expect(open).not.toContain("Hit to lead")
        expect(open).not.toContain("Order reagents")
        expect(open).toContain("EGFR IC50, run 3")
        expect(yield* search({ completed_behavior: "hide-completed-trees" })).toEqual(open)
        expect((yield* search({ completed_behavior: "show-all" })).length).toBe(activities.length)
        const wrong = yield* call("GET", "/activities/search", { query: { completed_behavior: "all" } })
        expect(wrong.status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("have children", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", `/activities/${activityId("EGFR lead optimisation")}/activities`)
        expect(titles(answer.json)).toEqual(["Hit to lead", "Lead optimisation", "Candidate nomination"])
      }).pipe(Effect.provide(way.make()))
    )

    const one = (id: string) =>
      Effect.map(call("GET", "/activities"), (answer) =>
        listAt(answer.json).find((activity) => at(activity, "id") === id)
      )

    it.effect("are created", () =>
      Effect.gen(function* () {
        const bare = yield* call("POST", "/activities", { json: { title: "Plan", activity_type: "task" } })
        expect(listAt(bare.json).length).toBe(1)
        expect(at(bare.json, 0)).toMatchObject({
          title: "Plan",
          activity_type: "task",
          status: "to do",
          parent_id: null,
          definition_id: null,
          program_ids: [],
          assigned_user_ids: [],
          all_record_ids: [],
          start_date: null,
          duration: null
        })
        const json = {
          title: "EGFR IC50, run 5",
          activity_type: "experiment",
          definition_id: definitionId("IC50 assay"),
          program_ids: [programId("EGFR inhibitors")],
          assigned_user_ids: [memberId("Bruno")],
          subscriber_ids: [memberId("Ada")],
          start_date: "2026-03-09",
          duration: 3
        }
        const full = at((yield* call("POST", "/activities", { json })).json, 0)
        expect(full).toMatchObject(json)
        expect(yield* one(stringAt(full, "id"))).toEqual(full)
        expect(listAt(full, "properties").map((property) => at(property, "property_name"))).toEqual(["Cell line"])
        expect(yield* search({ search_text: "run 5" })).toEqual([json.title])

        for (const [status, body] of [
          [400, {}],
          [400, { title: "", activity_type: "task" }],
          [400, { title: "a", activity_type: "Task" }],
          [400, { title: "a", activity_type: "task", color: 1 }],
          [400, { title: "a", activity_type: "task", start_date: "soon" }],
          [400, { title: "a", activity_type: "task", program_ids: "a" }],
          [404, { title: "a", activity_type: "task", program_ids: [nobody] }],
          [404, { title: "a", activity_type: "task", definition_id: nobody }],
          [404, { title: "a", activity_type: "task", assigned_user_ids: [nobody] }]
        ] as const) {
          expect([body, (yield* call("POST", "/activities", { json: body })).status]).toEqual([body, status])
        }
        const nulls = {
          definition_id: null,
          program_ids: null,
          assigned_user_ids: null,
          start_date: null,
          duration: null
        }
        const sparse = yield* call("POST", "/activities", { json: { title: "a", activity_type: "task", ...nulls } })
        expect(sparse.status).toBe(201)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are updated: fields left out do not change, null clears, lists grow and shrink", () =>
      Effect.gen(function* () {
        const id = activityId("EGFR IC50, run 3")
        const before = yield* one(id)
        const update = (json: unknown) => Effect.map(call("PUT", `/activities/${id}`, { json }), ({ json }) => json)
        const description = { type: "doc", content: [] }
        const fields = {
          title: "Run 3",
          description,
          status: "in review",
          priority: "urgent",
          due_date: "2026-04-01T00:00:00.000Z",
          start_date: null,
          duration: 1,
          aggregate_scheduling: true,
          external_id: null,
          definition_id: null
        }
        const updated = yield* update(fields)
        expect(updated).toEqual({ ...Object(before), ...fields, last_activity_at: expect.any(String) })
        expect(yield* one(id)).toEqual(updated)

        const lists = yield* update({
          add_label_ids: [labelId("outsourced"), labelId("urgent")],
          remove_label_ids: [labelId("in vitro")],
          add_program_ids: [programId("Backup series")],
          remove_program_ids: [programId("EGFR inhibitors")],
          add_assigned_user_ids: [memberId("Ada")],
          remove_assigned_user_ids: [memberId("Chiyo")],
          add_assigned_group_ids: [groupId("Biology")],
          add_reviewer_ids: [memberId("Ada")],
          add_subscriber_ids: [memberId("Bruno")],
          remove_subscriber_ids: [memberId("Ada"), nobody],
          add_dependencies: [activityId("Order reagents")],
          remove_dependencies: [activityId("EGFR IC50, run 2")]
        })
        expect(lists).toMatchObject({
          label_ids: [labelId("urgent"), labelId("outsourced")],
          program_ids: [programId("Backup series")],
          assigned_user_ids: [memberId("Ada")],
          assigned_group_ids: [groupId("Biology")],
          reviewer_ids: [memberId("Ada")],
          subscriber_ids: [memberId("Chiyo"), memberId("Bruno")],
          dependencies: [activityId("Order reagents")],
          title: "Run 3"
        })
        const same = yield* update({})
        expect(same).toEqual({ ...Object(lists), last_activity_at: expect.any(String) })

        expect(at(yield* update({ status: "complete" }), "completed_at_date")).toEqual(expect.any(String))
        expect(at(yield* update({ status: "to do" }), "completed_at_date")).toBeNull()

        for (const [status, json] of [
          [400, { title: null }],
          [400, { status: "finished" }],
          [400, { priority: "very" }],
          [400, { add_label_ids: [1] }],
          [400, { label_ids: [] }],
          [400, { parent_id: id }],
          [400, { parent_id: activityId("Review dose-response curves") }],
          [400, { add_dependencies: [id] }],
          [404, { add_label_ids: [nobody] }],
          [404, { parent_id: nobody }],
          [404, { add_reviewer_ids: [nobody] }]
        ] as const) {
          expect([json, (yield* call("PUT", `/activities/${id}`, { json })).status]).toEqual([json, status])
        }
        expect((yield* call("PUT", `/activities/${nobody}`, { json: {} })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("move below another one, and to the root", () =>
      Effect.gen(function* () {
        const id = activityId("EGFR IC50, run 1")
        const children = (title: string) =>
          Effect.map(call("GET", `/activities/${activityId(title)}/activities`), ({ json }) => titles(json))
        yield* call("PUT", `/activities/${id}`, { json: { parent_id: activityId("Hit to lead") } })
        expect(yield* children("Hit to lead")).toEqual(["EGFR IC50, run 1"])
        expect(yield* children("Lead optimisation")).not.toContain("EGFR IC50, run 1")
        yield* call("PUT", `/activities/${id}`, { json: { parent_id: null } })
        expect(yield* children("Hit to lead")).toEqual([])
        expect(yield* search({ parent_id: "null" })).toContain("EGFR IC50, run 1")
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept rich text as comments and descriptions, and refuse plain text", () =>
      Effect.gen(function* () {
        const activity = `/activities/${activityId("EGFR IC50, run 4")}`
        const definition = `/activity_definitions/${definitionId("IC50 assay")}`
        for (const [path, name] of [
          [activity, "comment"],
          [activity, "description"],
          [definition, "description"]
        ] as const) {
          for (const content of [
            "Started.",
            "",
            1,
            [],
            {},
            { type: "paragraph", content: [] },
            { type: "doc", content: "a" }
          ]) {
            const answer = yield* call("PUT", path, { json: { [name]: content } })
            expect([path, content, answer.status]).toEqual([path, content, 400])
            expect(at(answer.json, "issues", 0, "path")).toEqual([name])
          }
          for (const content of [
            null,
            { type: "doc" },
            { type: "doc", content: [{ type: "paragraph" }], attrs: { a: 1 } }
          ]) {
            const answer = yield* call("PUT", path, { json: { [name]: content } })
            expect([path, content, answer.status]).toEqual([path, content, 200])
            if (name === "description") {
              expect(at(answer.json, "description")).toEqual(content)
            }
          }
        }
        const comments = listAt((yield* call("GET", `${activity}/comments`)).json)
        expect(comments.map((comment) => at(comment, "content", "type"))).toEqual(["doc", "doc"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("have events and comments", () =>
      Effect.gen(function* () {
        const id = activityId("EGFR IC50, run 4")
        const before = listAt((yield* call("GET", `/activities/${id}/events`)).json)
        yield* call("PUT", `/activities/${id}`, {
          json: {
            status: "in progress",
            comment: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Started." }] }] }
          }
        })
        yield* call("PUT", `/operations/${id}/records`, { json: { record_ids: [recordId("EK-0001")] } })
        yield* call("POST", `/operations/${id}/callback`, { json: { job: 7 } })
        const events = listAt((yield* call("GET", `/activities/${id}/events`)).json)
        expect(events.slice(4)).toEqual(before)
        expect(events.slice(0, 4).map((event) => at(event, "event_type"))).toEqual([
          "operation_callback",
          "records_added",
          "comment_created",
          "activity_updated"
        ])
        expect(events[0]).toMatchObject({ resource_id: id, event_attrs: { payload: { job: 7 } }, is_bulk: false })
        expect(Object.keys(Object(events[0]))).toEqual(
          expect.arrayContaining(["workspace_id", "parent_bulk_event_id", "request_id", "session_id", "log"])
        )
        expect(at(events[3], "event_attrs", "status")).toEqual({ from: "to do", to: "in progress" })

        const comments = listAt((yield* call("GET", `/activities/${id}/comments`)).json)
        expect(comments).toEqual([
          expect.objectContaining({
            resource_id: id,
            parent_comment_id: null,
            mentioned_user_ids: [],
            content: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Started." }] }] }
          })
        ])
        const others = yield* call("GET", `/activities/${activityId("EGFR IC50, run 3")}/comments`)
        expect(listAt(others.json).length).toBe(2)
        for (const path of [`/activities/${nobody}/events`, `/activities/${nobody}/comments`]) {
          expect((yield* call("GET", path)).status).toBe(404)
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("hold records", () =>
      Effect.gen(function* () {
        const id = activityId("Design cycle 8")
        const path = `/operations/${id}/records`
        const ids = ["EK-0003", "EK-0001"].map(recordId)
        expect((yield* call("GET", path)).json).toEqual([])
        expect((yield* call("PUT", path, { json: { record_ids: ids } })).status).toBe(200)
        yield* call("PUT", path, { json: { record_ids: [ids[0], recordId("EK-0002")] } })
        const records = (yield* call("GET", path)).json
        expect(listAt(records).map((record) => at(record, "record_identifier"))).toEqual([
          "EK-0003",
          "EK-0001",
          "EK-0002"
        ])
        expect(at(records, 0)).toEqual((yield* call("GET", `/records/${ids[0]}`)).json)
        expect(at(records, 0, "operation_records_created_at", id)).toEqual(expect.any(String))
        const holders = (yield* call("GET", `/records/${ids[0]}/operations`)).json
        expect(listAt(holders).map((activity) => at(activity, "id"))).toContain(id)
        expect(yield* search({ record_ids: JSON.stringify([ids[0]]) })).toContain("Design cycle 8")

        for (const [status, json] of [
          [404, { record_ids: [nobody] }],
          [400, { record_ids: "all" }],
          [400, {}]
        ] as const) {
          expect((yield* call("PUT", path, { json })).status).toBe(status)
        }
        expect((yield* call("PUT", `/operations/${nobody}/records`, { json: { record_ids: [] } })).status).toBe(404)
        expect((yield* call("GET", `/operations/${nobody}/records`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("remove records with the values that they have in the activity", () =>
      Effect.gen(function* () {
        const [id, other] = [activityId("EGFR IC50, run 1"), activityId("EGFR IC50, run 3")]
        const [gone, kept] = [recordId("EK-0001"), recordId("EK-0002")]
        const valuesOf = (record: string, operation: string) =>
          Effect.map(call("GET", `/records/${record}/values`), ({ json }) =>
            listAt(json).filter((value) => at(value, "operation_id") === operation)
          )
        const there = yield* Effect.all([valuesOf(gone, other), valuesOf(kept, id)])
        expect(there.map((values) => values.length)).toEqual([1, 1])
        const json = { record_ids: [gone, gone] }
        const answer = yield* call("POST", `/operations/${id}/records/remove`, { json })
        const held = activities.find((activity) => activity.id === id)?.all_record_ids ?? []
        const rest = held.filter((record) => record !== gone)
        expect(rest.length).toBe(held.length - 1)
        expect(answer.json).toMatchObject({
          id,
          all_record_ids: rest,
          data_table_record_mapping: { [viewId("IC50 results")]: rest }
        })
        expect(yield* valuesOf(gone, id)).toEqual([])
        expect(yield* Effect.all([valuesOf(gone, other), valuesOf(kept, id)])).toEqual(there)
        const holders = listAt((yield* call("GET", `/records/${gone}/operations`)).json)
        expect(holders.map((activity) => at(activity, "id"))).not.toContain(id)
        const record = yield* call("GET", `/records/${gone}`)
        expect(Object.keys(Object(at(record.json, "operation_records_created_at")))).not.toContain(id)
        const again = yield* call("POST", `/operations/${id}/records/remove`, { json })
        expect([again.status, at(again.json, "issues", 0, "path")]).toEqual([400, ["record_ids", 0]])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("remove records from one view only, with the values of this view", () =>
      Effect.gen(function* () {
        const [id, view, record] = [activityId("EGFR IC50, run 1"), viewId("IC50 results"), recordId("EK-0001")]
        const note = { field_id: fieldId("Notes"), content: "Not of the view", operation_id: id }
        yield* call("POST", `/records/${record}/values`, { json: note })
        yield* call("PUT", `/activities/${id}`, { json: { status: "done" } })
        const json = { record_ids: [record], record_view_id: view }
        const answer = yield* call("POST", `/operations/${id}/records/remove`, { json })
        expect(listAt(answer.json, "all_record_ids")).toContain(record)
        expect(listAt(answer.json, "data_table_record_mapping", view)).not.toContain(record)
        expect(listAt(answer.json, "data_table_record_mapping", view).length).toBe(15)
        const values = listAt((yield* call("GET", `/records/${record}/values`)).json)
        const contents = values.filter((value) => at(value, "operation_id") === id).map((value) => at(value, "content"))
        expect(contents).toEqual(["Not of the view"])
        const again = yield* call("POST", `/operations/${id}/records/remove`, { json })
        expect(again.status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("remove no record if one of them is not there, or if the activity is locked", () =>
      Effect.gen(function* () {
        const id = activityId("EGFR IC50, run 1")
        const [there, elsewhere] = [recordId("EK-0001"), recordId("EK-0040")]
        const before = yield* call("GET", "/activities")
        for (const [status, path, json] of [
          [400, id, { record_ids: [there, elsewhere] }],
          [400, id, { record_ids: [there, nobody] }],
          [400, id, { record_ids: [] }],
          [400, id, {}],
          [400, id, { record_ids: [there], record_view_id: viewId("Compounds") }],
          [404, id, { record_ids: [there], record_view_id: nobody }],
          [404, nobody, { record_ids: [there] }]
        ] as const) {
          const answer = yield* call("POST", `/operations/${path}/records/remove`, { json })
          expect([path, json, answer.status]).toEqual([path, json, status])
        }
        expect((yield* call("GET", "/activities")).json).toEqual(before.json)
        yield* call("PUT", `/activities/${id}`, { json: { status: "locked" } })
        const locked = yield* call("POST", `/operations/${id}/records/remove`, { json: { record_ids: [there] } })
        expect(locked.status).toBe(409)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept any JSON as a callback", () =>
      Effect.gen(function* () {
        const path = `/operations/${activityId("Design cycle 8")}/callback`
        for (const json of [{}, [], "done", 1, null, { a: { b: [] } }]) {
          expect((yield* call("POST", path, { json })).status).toBe(200)
        }
        expect((yield* call("POST", path, { text: "" })).status).toBe(400)
        expect((yield* call("POST", `/operations/${nobody}/callback`, { json: {} })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )
  })
}
