import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import { dashboardId, definitionId, fieldId, labelId, nobody, recordId, setId } from "./support/sample.js"

const overview = `/dashboards/${dashboardId("Assay overview")}`
const decisions = `/dashboards/${dashboardId("Candidate selection")}`

for (const way of ways) {
  describe(`dashboards, ${way.name}`, () => {
    const lists = Effect.map(call("GET", "/dashboards"), (answer) => {
      const dashboard = listAt(answer.json).find((one) => at(one, "id") === dashboardId("Assay overview"))
      return [at(dashboard, "record_ids"), at(dashboard, "record_set_ids")]
    })

    it.effect("are listed, with their categories", () =>
      Effect.gen(function* () {
        expect((yield* call("GET", "/dashboards")).json).toEqual(Workspace.demo.dashboards)
        const categories = yield* call("GET", `${decisions}/categories`)
        expect(listAt(categories.json).map((category) => at(category, "category_name"))).toEqual([
          "Potency",
          "Developability"
        ])
        expect((yield* call("GET", `/dashboards/${nobody}/categories`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("get and lose categories", () =>
      Effect.gen(function* () {
        const json = {
          category_name: "Safety",
          operation_definition_ids: [definitionId("IC50 assay")],
          label_ids: [[labelId("urgent"), labelId("in vitro")], [labelId("outsourced")]],
          field_ids: [fieldId("IC50")]
        }
        const created = yield* call("POST", `${overview}/categories`, { json })
        expect(created.json).toEqual({
          id: expect.any(String),
          dashboard_id: dashboardId("Assay overview"),
          ...json
        })
        const bare = yield* call("POST", `${overview}/categories`, { json: { category_name: "Cost", label_ids: null } })
        expect(bare.json).toMatchObject({ operation_definition_ids: [], label_ids: [], field_ids: [] })
        const [runs, ...added] = listAt((yield* call("GET", `${overview}/categories`)).json)
        expect(at(runs, "category_name")).toBe("Runs")
        expect(added).toEqual([created.json, bare.json])
        const id = stringAt(created.json, "id")
        expect((yield* call("DELETE", `${decisions}/categories/${id}`, { json: {} })).status).toBe(404)
        expect((yield* call("DELETE", `${overview}/categories/${id}`, { text: "" })).status).toBe(400)
        expect((yield* call("DELETE", `${overview}/categories/${id}`, { json: {} })).status).toBe(200)
        expect((yield* call("DELETE", `${overview}/categories/${id}`, { json: {} })).status).toBe(404)
        expect((yield* call("GET", `${overview}/categories`)).json).toEqual([runs, bare.json])
        for (const [status, body] of [
          [400, {}],
          [400, { category_name: "" }],
          [400, { category_name: "a", label_ids: ["a"] }],
          [400, { category_name: "a", color: "red" }],
          [404, { category_name: "a", field_ids: [nobody] }],
          [404, { category_name: "a", label_ids: [[nobody]] }],
          [404, { category_name: "a", operation_definition_ids: [nobody] }]
        ] as const) {
          expect([body, (yield* call("POST", `${overview}/categories`, { json: body })).status]).toEqual([body, status])
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("get and lose records and sets", () =>
      Effect.gen(function* () {
        for (const name of ["EK-0002", "EK-0001", "EK-0002"]) {
          const json = { record_id: recordId(name) }
          expect((yield* call("POST", `${overview}/records`, { json })).status).toBe(200)
        }
        yield* call("POST", `${overview}/sets`, { json: { set_id: setId("Shortlist") } })
        expect(yield* lists).toEqual([["EK-0002", "EK-0001"].map(recordId), [setId("Shortlist")]])
        expect((yield* call("DELETE", `${overview}/records/${recordId("EK-0002")}`, { json: {} })).status).toBe(200)
        expect((yield* call("DELETE", `${overview}/sets/${setId("Shortlist")}`)).status).toBe(200)
        expect(yield* lists).toEqual([[recordId("EK-0001")], []])
        for (const [method, path, json] of [
          ["DELETE", `${overview}/records/${recordId("EK-0002")}`, {}],
          ["DELETE", `${overview}/sets/${setId("Shortlist")}`, {}],
          ["DELETE", `/dashboards/${nobody}/records/${recordId("EK-0001")}`, {}],
          ["POST", `${overview}/records`, { record_id: nobody }],
          ["POST", `${overview}/sets`, { set_id: nobody }],
          ["POST", `/dashboards/${nobody}/sets`, { set_id: setId("Shortlist") }]
        ] as const) {
          expect([path, (yield* call(method, path, { json })).status]).toEqual([path, 404])
        }
        const gone = yield* call("DELETE", `${overview}/records/${recordId("EK-0002")}`, { json: {} })
        expect(at(gone.json, "message")).toContain("no record of the dashboard")
        expect((yield* call("POST", `${overview}/records`, { json: {} })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )
  })
}
