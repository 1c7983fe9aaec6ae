import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, type WholeResponse, ways } from "./support/client.js"

describe("the sample workspace", () => {
  it("is valid", () => {
    expect(Schema.is(Workspace.Workspace)(Workspace.demo)).toBe(true)
    expect(Schema.is(Workspace.Workspace)(Workspace.empty)).toBe(true)
  })

  it("survives JSON", () => {
    const json = JSON.stringify(Schema.encodeSync(Workspace.Workspace)(Workspace.demo))
    expect(Schema.decodeUnknownSync(Workspace.Workspace)(JSON.parse(json))).toEqual(Workspace.demo)
  })

  it("has no reference to an unknown id", () => {
    const { demo } = Workspace
    const ids = (items: ReadonlyArray<{ readonly id: string }>) => new Set(items.map(({ id }) => id))
    const members = ids(demo.members)
    const activities = ids(demo.activities)
    const records = ids(demo.records)
    const fields = ids(demo.entity_fields)
    const types = ids(demo.entity_types)
    const views = ids(demo.record_views)
    const files = ids(demo.files)
    const certificate = demo.entity_fields.find((field) => field.field_name === "Certificate of analysis")
    const unknown = [
      ...demo.activities.flatMap((activity) => [
        ...activity.assigned_user_ids.filter((id) => !members.has(id)),
        ...activity.child_ids.filter((id) => !activities.has(id)),
        ...activity.dependencies.filter((id) => !activities.has(id)),
        ...activity.all_record_ids.filter((id) => !records.has(id)),
        ...[activity.parent_id ?? []].flat().filter((id) => !activities.has(id))
      ]),
      ...demo.records.flatMap((record) => [
        ...Object.keys(record.record_values).filter((id) => !fields.has(id)),
        ...record.sub_record_ids.filter((id) => !records.has(id)),
        ...[record.entity_slice_id].filter((id) => !types.has(id))
      ]),
      ...demo.record_views.flatMap((view) => (view.operation_ids ?? []).filter((id) => !activities.has(id))),
      ...demo.activity_definitions.flatMap((definition) =>
        definition.content_layout.flatMap((item) => item.record_view_id ?? []).filter((id) => !views.has(id))
      ),
      ...demo.records.flatMap((record) =>
        (record.record_values[certificate?.id ?? ""] ?? []).flatMap((value) =>
          [value.content].flat().filter((id) => !files.has(String(id)))
        )
      )
    ]
    expect(unknown).toEqual([])
  })
})

for (const way of ways) {
  describe(`the workspace, ${way.name}`, () => {
    it.effect("is listed", () =>
      Effect.gen(function* () {
        for (const [path, key, count] of [
          ["/programs", "title", 3],
          ["/activity_labels", "label_name", 3],
          ["/property_fields", "property_name", 4],
          ["/workspaces/members", "full_name", 7],
          ["/workspaces/groups", "group_name", 2],
          ["/entity_slices", "slice_name", 4],
          ["/key_fields", "field_name", 4],
          ["/data_fields", "field_name", 14]
        ] as const) {
          const answer = yield* call("GET", path)
          const items = listAt(answer.json)
          expect([path, answer.status, items.length]).toEqual([path, 200, count])
          expect(items.map((item) => [typeof at(item, "id"), typeof at(item, key)])).toEqual(
            items.map(() => ["string", "string"])
          )
        }
        const active = yield* call("GET", "/workspaces/active")
        expect(active.json).toEqual({ id: expect.any(String), workspace_name: expect.any(String) })
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("can be empty", () =>
      Effect.gen(function* () {
        for (const path of ["/programs", "/activities", "/entity_slices", "/key_fields", "/workspaces/events"]) {
          expect([path, (yield* call("GET", path)).json]).toEqual([path, []])
        }
      }).pipe(Effect.provide(way.make({ seed: "empty" })))
    )

    it.effect("creates and renames programs", () =>
      Effect.gen(function* () {
        const created = yield* call("POST", "/programs", { json: { title: "Apollo" } })
        expect(created.status).toBe(201)
        expect(created.json).toEqual({
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          title: "Apollo",
          created_at: expect.stringMatching(/Z$/),
          created_by: expect.any(String),
          workspace_id: expect.any(String)
        })
        const id = stringAt(created.json, "id")
        const renamed = yield* call("PUT", `/programs/${id}`, { json: { title: "Artemis" } })
        expect(renamed.json).toEqual({ ...Object(created.json), title: "Artemis" })
        const programs = listAt((yield* call("GET", "/programs")).json)
        expect(programs.find((program) => at(program, "id") === id)).toEqual(renamed.json)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("pages and filters events", () =>
      Effect.gen(function* () {
        const all = listAt((yield* call("GET", "/workspaces/events", { query: { page_size: "1000" } })).json)
        expect(all.length).toBeGreaterThan(10)
        const pages = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7], (page) =>
          Effect.map(call("GET", "/workspaces/events", { query: { page: `${page}`, page_size: "5" } }), (answer) =>
            listAt(answer.json)
          )
        )
        expect(pages.flat()).toEqual(all)
        expect(pages.at(-1)).toEqual([])

        const program = yield* call("POST", "/programs", { json: { title: "Apollo" } })
        const newest = listAt((yield* call("GET", "/workspaces/events", { query: { page_size: "1" } })).json)[0]
        expect(newest).toMatchObject({
          event_type: "program_created",
          resource_type: "program",
          resource_id: stringAt(program.json, "id"),
          is_bot: true,
          is_bulk: false
        })
        const find = (query: { readonly [name: string]: string }) =>
          Effect.map(call("GET", "/workspaces/events", { query: { page_size: "1000", ...query } }), (answer) =>
            listAt(answer.json)
          )
        const types = yield* find({ event_types: '["program_created","nothing"]' })
        expect(new Set(types.map((event) => at(event, "event_type")))).toEqual(new Set(["program_created"]))
        expect((yield* find({ resource_type: "program" })).length).toBe(4)
        const userId = stringAt(newest, "event_user_id")
        expect(yield* find({ event_user_ids: JSON.stringify([userId]) })).toEqual([newest])
        const createdAt = stringAt(newest, "created_at")
        expect(yield* find({ after_date: createdAt })).toEqual([])
        expect(yield* find({ before_date: createdAt })).toEqual(all)
        expect((yield* find({ after_date: "2026-02-01", before_date: createdAt })).length).toBeGreaterThan(0)
        expect((yield* call("GET", "/workspaces/events", { query: { after_date: "yesterday" } })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("creates fields, once for each name", () =>
      Effect.gen(function* () {
        const json = { field_name: "Potency", field_type: "number", attrs: {} }
        const created = yield* call("POST", "/data_fields/", { json })
        expect(created.json).toMatchObject({ ...json, is_key: false, is_archived: false })
        expect((yield* call("POST", "/data_fields/", { json })).json).toEqual(created.json)
        const other = yield* call("POST", "/data_fields/", { json: { ...json, field_type: "text" } })
        expect(other.status).toBe(409)
        expect((yield* call("POST", "/data_fields/", { json: { ...json, field_type: "url" } })).status).toBe(400)

        const key = yield* call("POST", "/key_fields/", { json: { field_name: "Potency" } })
        expect(key.json).toMatchObject({ field_name: "Potency", is_key: true, predicted_to_be_numeric: false })
        expect(created.json).not.toHaveProperty("predicted_to_be_numeric")
        expect(at(key.json, "id")).not.toBe(at(created.json, "id"))
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("updates fields", () =>
      Effect.gen(function* () {
        const data = stringAt(listAt((yield* call("GET", "/data_fields")).json)[0], "id")
        const updated = yield* call("PUT", `/data_fields/${data}`, {
          json: {
            field_description: "what it is",
            is_archived: true,
            display_aggregation_type: "mean",
            attrs: { a: 1 }
          }
        })
        expect(updated.status).toBe(200)
        expect(Object.keys(Object(updated.json)).sort()).toEqual(["event", "resource"])
        expect(at(updated.json, "resource", "field")).toMatchObject({
          id: data,
          field_description: "what it is",
          is_archived: true,
          display_aggregation_type: "mean",
          attrs: { a: 1 }
        })
        const cleared = yield* call("PUT", `/data_fields/${data}`, { json: { field_description: null } })
        expect(at(cleared.json, "resource", "field")).toMatchObject({ field_description: "", is_archived: true })

        const bare = yield* call("PUT", `/data_fields/${data}`, { json: { attrs: null } })
        expect(at(bare.json, "resource", "field")).toMatchObject({ attrs: {} })

        const key = stringAt(listAt((yield* call("GET", "/key_fields")).json)[0], "id")
        const json = { regex_format: "^A", format_enforcement: "enforce_only", role: "registered_entity" }
        const updatedKey = yield* call("PUT", `/key_fields/${key}`, { json })
        expect(at(updatedKey.json, "resource")).toMatchObject({ id: key, ...json })
        const listed = listAt((yield* call("GET", "/key_fields")).json).find((field) => at(field, "id") === key)
        expect(listed).toEqual(at(updatedKey.json, "resource"))

        expect((yield* call("PUT", `/key_fields/${data}`, { json })).status).toBe(404)
        expect((yield* call("PUT", `/data_fields/${key}`, { json: { is_readonly: true } })).status).toBe(404)
        expect((yield* call("PUT", `/key_fields/${key}`, { json: { field_type: "text" } })).status).toBe(400)
        for (const kind of ["data_fields", "key_fields"]) {
          const path = `/${kind}/${kind === "data_fields" ? data : key}`
          const stored = (answer: WholeResponse) =>
            at(answer.json, "resource", ...(kind === "data_fields" ? ["field"] : []))
          for (const [sent, status] of [
            ["x".repeat(500), 200],
            ["", 200],
            ["12, 15", 200],
            ["x".repeat(501), 400],
            [["12", "15"], 400]
          ] as const) {
            const answer = yield* call("PUT", path, { json: { field_examples: sent } })
            expect([kind, sent, answer.status]).toEqual([kind, sent, status])
            if (status === 200) {
              expect(stored(answer)).toMatchObject({ field_examples: sent })
            }
          }
          const cleared = yield* call("PUT", path, { json: { field_examples: null, field_description: null } })
          expect(stored(cleared)).toMatchObject({ field_examples: "", field_description: "" })
        }
        for (const [path, field_type] of [
          ["/key_fields/", undefined],
          ["/data_fields/", "text"]
        ]) {
          const created = yield* call("POST", path ?? "", { json: { field_name: "Without words", field_type } })
          expect(created.json).toMatchObject({ field_examples: "", field_description: "" })
        }
      }).pipe(Effect.provide(way.make()))
    )
  })
}

describe("a given workspace", () => {
  it.effect("is the state at the start", () =>
    Effect.gen(function* () {
      const labels = yield* call("GET", "/activity_labels")
      expect(labels.json).toEqual([{ id: "label-1", label_name: "mine" }])
      const emulator = yield* Emulator.Emulator
      expect((yield* emulator.state).activity_labels).toEqual([{ id: "label-1", label_name: "mine" }])
    }).pipe(
      Effect.provide(
        Emulator.layer({
          seed: { ...Workspace.empty, activity_labels: [{ id: "label-1", label_name: "mine" }] }
        })
      )
    )
  )
})
