import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import { activityId, definitionId, fieldId, fileId, nobody, recordId, viewId } from "./support/sample.js"

const operation = `/operations/${activityId("Registration of March")}`
const file = fileId("structures.sdf")

const list = Effect.map(call("GET", `${operation}/registrations`), (answer) => listAt(answer.json))

for (const way of ways) {
  describe(`registration, ${way.name}`, () => {
    it.effect("is pending in the sample, and goes through its states", () =>
      Effect.gen(function* () {
        const [waiting, ...others] = yield* list
        expect(others).toEqual([])
        expect(waiting).toEqual(Workspace.demo.registration_files[0])
        expect(at(waiting, "status")).toBe("pending")
        for (const [status, message] of [
          ["validation_failed", "No structure in row 3"],
          ["validated", undefined],
          ["submitted", null],
          ["failed", "The registry is closed"],
          ["completed", "40 compounds"]
        ]) {
          const answer = yield* call("POST", `${operation}/registration_files/${file}/status`, {
            json: { status, message }
          })
          expect([answer.status, answer.text]).toEqual([204, ""])
          expect((yield* list)[0]).toMatchObject({ status, message: message ?? null, file_id: file })
        }
        const events = listAt((yield* call("GET", `/activities/${activityId("Registration of March")}/events`)).json)
        expect(events.slice(0, 5).map((event) => at(event, "event_type"))).toEqual([
          "registration_completed",
          "registration_failed",
          "registration_submitted",
          "registration_validated",
          "registration_validation_failed"
        ])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("starts with a file, once for each", () =>
      Effect.gen(function* () {
        const other = fileId("protocol.txt")
        const registered = yield* call("POST", `${operation}/register/${other}`, { json: {} })
        expect(registered.json).toMatchObject({ status: "pending", file_id: other, message: null })
        yield* call("POST", `${operation}/registration_files/${other}/status`, { json: { status: "failed" } })
        const again = yield* call("POST", `${operation}/register/${other}`)
        expect(again.json).toMatchObject({ id: at(registered.json, "id"), status: "pending" })
        expect((yield* list).length).toBe(2)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("ends with results, which are stored", () =>
      Effect.gen(function* () {
        yield* call("PUT", `/activity_definitions/${definitionId("Compound registration")}`, {
          json: {
            registration_status_field_id: fieldId("Notes"),
            registration_result_record_view_id: viewId("Compounds")
          }
        })
        const results = {
          status: "success",
          message: "One of two",
          key_field_names: ["Compound ID"],
          records: [
            {
              record_id: recordId("EK-0037"),
              status: "success",
              data: { "Compound ID": "EK-5001", SMILES: "CCO", "Registry number": "R-1" }
            },
            { record_id: recordId("EK-0038"), status: "error", error_message: "Duplicate of EK-0001" },
            { record_id: "from elsewhere", status: "error", error_message: null, data: null }
          ]
        }
        const answer = yield* call("POST", `${operation}/register/${file}/results`, { json: results })
        expect([answer.status, answer.text]).toEqual([204, ""])
        expect((yield* list)[0]).toMatchObject({
          status: "completed",
          message: "One of two",
          record_errors: [
            { source_record_id: recordId("EK-0038"), status: "error", error_message: "Duplicate of EK-0001" },
            { source_record_id: "from elsewhere", status: "error", error_message: null }
          ]
        })
        const keys = JSON.stringify([{ [fieldId("Compound ID")]: "EK-5001" }])
        const found = yield* call("GET", "/records/identifiers", { query: { records_key_field_to_value: keys } })
        const created = at(found.json, 0, "record")
        expect(at(created, "record_values", fieldId("SMILES"), 0, "content")).toBe("CCO")
        const statuses = yield* Effect.forEach(["EK-0037", "EK-0038"], (name) =>
          Effect.map(call("GET", `/records/${recordId(name)}`), (answer) =>
            at(answer.json, "record_values", fieldId("Notes"), 0, "content")
          )
        )
        expect(statuses).toEqual(["success", "error"])
        const held = listAt((yield* call("GET", `${operation}/records`)).json).map((one) => at(one, "id"))
        expect(held).toContain(stringAt(created, "id"))
        const activities = listAt((yield* call("GET", "/activities")).json)
        const activity = activities.find((one) => at(one, "id") === activityId("Registration of March"))
        expect(at(activity, "data_table_record_mapping", viewId("Compounds"))).toEqual([at(created, "id")])

        const failure = { status: "error", message: "The registry is closed" }
        yield* call("POST", `${operation}/register/${file}/results`, { json: failure })
        expect((yield* list)[0]).toMatchObject({ status: "failed", message: failure.message, record_errors: [] })
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("is refused for unknown ids", () =>
      Effect.gen(function* () {
        for (const [status, path, json] of [
          [404, `/operations/${nobody}/register/${file}`, {}],
          [404, `${operation}/register/${nobody}`, {}],
          [404, `${operation}/registration_files/${nobody}/status`, { status: "validated" }],
          [404, `${operation}/register/${nobody}/results`, { status: "success" }],
          [400, `${operation}/registration_files/${file}/status`, { status: "fine" }],
          [400, `${operation}/registration_files/${file}/status`, {}],
          [400, `${operation}/register/${file}/results`, { status: "completed" }],
          [400, `${operation}/register/${file}/results`, { status: "success", records: [{ status: "success" }] }]
        ] as const) {
          expect([path, (yield* call("POST", path, { json })).status]).toEqual([path, status])
        }
        expect((yield* call("POST", `${operation}/register/${file}`, { text: "" })).status).toBe(400)
        expect((yield* call("GET", `/operations/${nobody}/registrations`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )
  })
}
