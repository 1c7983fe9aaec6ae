import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import { fieldId, nobody, recordId, typeId, viewId } from "./support/sample.js"

const views = Effect.map(call("GET", "/record_views"), (answer) => listAt(answer.json))

const path = (name: string, change: string): string => `/record_views/${viewId(name)}/${change}`

const transfer = (record: string, keys: { readonly [name: string]: string | number }) => ({
  record_id: recordId(record),
  key_field_name_to_value: keys
})

for (const way of ways) {
  describe(`record views, ${way.name}`, () => {
    const typeOf = (id: unknown) =>
      Effect.map(call("GET", "/entity_slices"), (answer) => listAt(answer.json).find((type) => at(type, "id") === id))

    it.effect("are listed, templates among them", () =>
      Effect.gen(function* () {
        expect(yield* views).toEqual(Workspace.demo.record_views)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("get another key field, and their records move to another type", () =>
      Effect.gen(function* () {
        const before = yield* call("GET", `/records/${recordId("P-0001")}`)
        const seed = (yield* views)[0]
        const answer = yield* call("PUT", path("Compounds", "add_key_field"), {
          json: {
            new_key_field_name: "Salt form",
            records_to_transfer: [
              transfer("EK-0030", { "Salt form": "HCl" }),
              transfer("EK-0031", { "Compound ID": "EK-0031x", "Salt form": 2 })
            ]
          }
        })
        expect(answer.status).toBe(200)
        expect(at(answer.json, "id")).toBe(viewId("Compounds"))
        const type = yield* typeOf(at(answer.json, "entity_slice_id"))
        expect(at(type, "id")).not.toBe(at(seed, "entity_slice_id"))
        const keys = listAt((yield* call("GET", "/key_fields")).json)
        const salt = stringAt(
          keys.find((key) => at(key, "field_name") === "Salt form"),
          "id"
        )
        expect(at(type, "key_field_ids")).toEqual([fieldId("Compound ID"), salt])
        const moved = yield* call("GET", `/records/${recordId("EK-0031")}`)
        expect(moved.json).toMatchObject({
          entity_slice_id: at(type, "id"),
          record_identifier: "EK-0031x 2"
        })
        expect(listAt(moved.json, "identifier_ids").length).toBe(2)
        expect(listAt(moved.json, "record_values", fieldId("SMILES")).length).toBe(1)
        const found = yield* call("GET", "/records/identifiers", {
          query: {
            records_key_field_to_value: JSON.stringify([
              { [fieldId("Compound ID")]: "EK-0030", [salt]: "HCl" },
              { [fieldId("Compound ID")]: "EK-0030" }
            ])
          }
        })
        expect(listAt(found.json).map((one) => at(one, "record", "id"))).toEqual([recordId("EK-0030")])
        const ofType = yield* call("GET", "/records/search", { query: { entity_slice_id: stringAt(type, "id") } })
        expect(new Set(listAt(ofType.json))).toEqual(new Set([recordId("EK-0030"), recordId("EK-0031")]))
        expect((yield* call("GET", `/records/${recordId("P-0001")}`)).json).toEqual(before.json)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are created with other key fields", () =>
      Effect.gen(function* () {
        const before = yield* views
        const old = before.find((view) => at(view, "id") === viewId("Batches"))
        const answer = yield* call("PUT", path("Batches", "replace_key_fields"), {
          json: {
            add_key_field_names: ["Lot"],
            remove_key_field_ids: [fieldId("Batch")],
            records_to_transfer: [transfer("EK-0001 B-001", { "Compound ID": "EK-0001", Lot: "L7" })]
          }
        })
        const created = answer.json
        expect(before.map((view) => at(view, "id"))).not.toContain(at(created, "id"))
        expect(at(created, "entity_slice_id")).not.toBe(at(old, "entity_slice_id"))
        expect(at(created, "view_name")).toBe("Batches")
        const dataFields = (view: unknown) => listAt(view, "view_fields").map((field) => at(field, "data_field_id"))
        expect(dataFields(created)).toEqual(dataFields(old))
        expect((yield* views).find((view) => at(view, "id") === at(created, "id"))).toEqual(created)
        const record = yield* call("GET", `/records/${recordId("EK-0001 B-001")}`)
        expect(record.json).toMatchObject({
          record_identifier: "EK-0001 L7",
          entity_slice_id: at(created, "entity_slice_id")
        })
        expect(Object.keys(Object(at(record.json, "record_values")))).not.toContain(fieldId("Batch"))
        const parent = yield* call("GET", `/records/${recordId("EK-0001")}`)
        expect(new Set(listAt(parent.json, "sub_record_ids"))).toEqual(
          new Set(["EK-0001 B-001", "EK-0001 B-002"].map(recordId))
        )
        const toPlates = yield* call("PUT", path("Batches", "replace_key_fields"), {
          json: {
            add_key_field_names: ["Plate ID"],
            remove_key_field_ids: [fieldId("Batch"), fieldId("Compound ID")],
            records_to_transfer: [transfer("EK-0001 B-002", { "Plate ID": "P-0099" })]
          }
        })
        expect(at(toPlates.json, "entity_slice_id")).toBe(typeId("Plate"))
        const orphaned = yield* call("GET", `/records/${recordId("EK-0001")}`)
        expect(at(orphaned.json, "sub_record_ids")).toEqual([recordId("EK-0001 B-001")])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuse key fields and records that do not fit, and change nothing then", () =>
      Effect.gen(function* () {
        const seed = yield* views
        for (const [status, change, json] of [
          [400, "add_key_field", {}],
          [400, "add_key_field", { new_key_field_name: "" }],
          [400, "add_key_field", { new_key_field_name: "A", records_to_transfer: [{}] }],
          [409, "add_key_field", { new_key_field_name: "Compound ID", records_to_transfer: [] }],
          [400, "add_key_field", { new_key_field_name: "A", records_to_transfer: [transfer("EK-0001", {})] }],
          [400, "add_key_field", { new_key_field_name: "A", records_to_transfer: [transfer("P-0001", { A: "1" })] }],
          [
            400,
            "add_key_field",
            { new_key_field_name: "A", records_to_transfer: [transfer("EK-0001", { A: "1", B: 1 })] }
          ],
          [404, "add_key_field", { new_key_field_name: "A", records_to_transfer: [transfer("nobody", { A: "1" })] }],
          [400, "replace_key_fields", {}],
          [400, "replace_key_fields", { remove_key_field_ids: [fieldId("Compound ID")] }],
          [404, "replace_key_fields", { remove_key_field_ids: [fieldId("Batch")] }],
          [
            400,
            "replace_key_fields",
            { add_key_field_names: ["A"], records_to_transfer: [transfer("EK-0001", { A: "1" })] }
          ],
          [
            409,
            "replace_key_fields",
            {
              add_key_field_names: ["A"],
              remove_key_field_ids: [fieldId("Compound ID")],
              records_to_transfer: [transfer("EK-0001", { A: "1" }), transfer("EK-0002", { A: 1 })]
            }
          ],
          [
            409,
            "replace_key_fields",
            {
              add_key_field_names: ["Plate ID"],
              remove_key_field_ids: [fieldId("Compound ID")],
              records_to_transfer: [transfer("EK-0001", { "Plate ID": "P-0001" })]
            }
          ]
        ] as const) {
          const answer = yield* call("PUT", path("Compounds", change), { json })
          expect([change, json, answer.status]).toEqual([change, json, status])
        }
        expect(yield* views).toEqual(seed)
        expect(listAt((yield* call("GET", "/key_fields")).json).length).toBe(4)
        const json = { new_key_field_name: "A", records_to_transfer: [] }
        expect((yield* call("PUT", `/record_views/${nobody}/add_key_field`, { json })).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )
  })
}
