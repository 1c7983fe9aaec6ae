import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt } from "./support/client.js"
import { activityId, definitionId, fieldId, nobody, recordId, typeId, viewId } from "./support/sample.js"

const id = activityId("Registration of April")
const operation = `/operations/${id}`
const stagingView =
  Workspace.demo.activities.find((activity) => activity.id === id)?.registration_staging_record_view_id ?? ""

const activity = Effect.map(call("GET", "/activities"), ({ json }) => listAt(json).find((one) => at(one, "id") === id))

const drafts = Effect.map(activity, (one) => listAt(one, "data_table_draft_record_ids").map(String))

const rows = [
  { "Compound ID": "EK-9001", SMILES: "CCO", Supplier: "Acme" },
  { "Compound ID": "EK-9001", SMILES: "CCO", Supplier: "Acme" },
  { "Compound ID": "EK-9002", SMILES: "CCN" }
]

const newImport = (data: ReadonlyArray<unknown>) => ({
  data_json: data,
  attrs: {},
  operation_id: id,
  is_draft: true,
  source_type: "http-post"
})

const column = (name: string, type: string) => ({ name, type, mapped_field_id: fieldId(name) })

const configuration = {
  key_field_configurations: [{ name: "Compound ID" }],
  data_field_configurations: [column("SMILES", "smiles-string"), column("Supplier", "text")],
  record_view_id: stagingView
}

const prepare = (data: ReadonlyArray<unknown>) =>
  Effect.map(call("POST", "/imports", { json: newImport(data) }), ({ json }) => stringAt(json, "id"))

/** Stages rows, waits for the import, and gives its last state. */
const stage = (data: ReadonlyArray<unknown>, more: object = {}) =>
  Effect.gen(function* () {
    const importId = yield* prepare(data)
    const answer = yield* call("POST", `/imports/${importId}/run`, { json: { ...configuration, ...more } })
    expect([answer.status, answer.text]).toEqual([204, ""])
    yield* TestClock.adjust("1 second")
    return (yield* call("GET", `/imports/${importId}`)).json
  })

const statuses = Effect.map(call("GET", `${operation}/registration_draft_statuses`), ({ json }) => listAt(json))

const submissions = Effect.map(call("GET", `${operation}/registration_submissions`), ({ json }) => listAt(json))

const submit = (record_ids?: ReadonlyArray<string>) =>
  Effect.map(call("POST", `${operation}/submit_drafts_for_registration`, { json: { record_ids } }), ({ json }) => json)

const validate = (record_ids?: ReadonlyArray<string>) =>
  Effect.map(call("POST", `${operation}/validate_drafts`, { json: { record_ids } }), ({ json }) => json)

const report = (submission: unknown, what: "status" | "results", json: unknown) =>
  Effect.map(
    call("POST", `${operation}/registration_submissions/${stringAt(submission, "id")}/${what}`, { json }),
    (answer) => [answer.status, answer.text]
  )

const clear = (record_ids: ReadonlyArray<string>) =>
  Effect.map(call("POST", `${operation}/clear_draft_records`, { json: { record_ids } }), ({ status }) => status)

/** The content of a field of a record, by the name of the field. */
const content = (record: unknown, name: string) => at(record, "record_values", fieldId(name), 0, "content")

const withKey = (key: string) =>
  Effect.map(
    call("GET", "/records/identifiers", {
      query: { records_key_field_to_value: JSON.stringify([{ [fieldId("Compound ID")]: key }]) }
    }),
    ({ json }) => at(json, 0, "record")
  )

describe("staging", () => {
  it.effect("runs as an import, and makes a draft of each row, also of the same row twice", () =>
    Effect.gen(function* () {
      const created = yield* call("POST", "/imports", { json: newImport(rows) })
      expect(created).toMatchObject({ status: 201, json: { import_status: "pending", operation_id: id } })
      const importId = stringAt(created.json, "id")
      const state = Effect.map(call("GET", `/imports/${importId}`), ({ json }) => at(json, "import_status"))
      yield* TestClock.adjust("1 minute")
      expect([yield* state, yield* drafts]).toEqual(["pending", []])
      const states: Array<unknown> = []
      yield* call("POST", `/imports/${importId}/run`, { json: configuration })
      for (const wait of [0, 150, 100]) {
        yield* TestClock.adjust(wait)
        states.push(yield* state, (yield* drafts).length)
      }
      yield* TestClock.adjust(100)
      expect([...states, yield* state]).toEqual(["pending", 0, "running", 0, "running", 0, "complete"])
      const done = yield* call("GET", `/imports/${importId}`)
      expect(done.json).toMatchObject({
        is_complete: true,
        error_message: null,
        import_result: {
          records_created: 3,
          records_skipped: 0,
          records_updated: 0,
          fields_added: 0,
          validation_result: { total_processed: 3, successful: 3, failed: 0, errors: [] }
        }
      })
      expect(new Set(yield* drafts).size).toBe(3)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("makes drafts that are read by their ids, and that no search, key or export finds", () =>
    Effect.gen(function* () {
      const found = Effect.map(call("GET", "/records/search"), ({ json }) => json)
      const before = yield* found
      yield* stage(rows)
      const ids = yield* drafts
      const read = yield* call("GET", "/records", { query: { record_ids: [...ids, recordId("EK-0001")].join(",") } })
      const [first, second, third] = listAt(read.json)
      expect(listAt(read.json).length).toBe(4)
      expect([first, third].map((one) => [content(one, "SMILES"), content(one, "Supplier")])).toEqual([
        ["CCO", "Acme"],
        ["CCN", undefined]
      ])
      const keys = [first, second].map((one) => [content(one, "Compound ID"), content(one, "Draft ID")])
      expect(keys).toEqual([
        ["EK-9001", "DRAFT-000001"],
        ["EK-9001", "DRAFT-000002"]
      ])
      expect(first).toMatchObject({
        id: ids[0],
        entity_slice_id: typeId("Compound draft"),
        initial_operation_id: id,
        record_identifier: "EK-9001 DRAFT-000001"
      })
      expect(at(first, "record_values", fieldId("SMILES"), 0)).toMatchObject({
        record_id: ids[0],
        operation_id: id,
        record_view_id: stagingView
      })
      expect((yield* call("GET", `/records/${ids[0]}`)).json).toEqual(first)
      expect(listAt((yield* call("GET", `/records/${ids[0]}/values`)).json).length).toBe(4)
      expect(yield* found).toEqual(before)
      expect(yield* withKey("EK-9001")).toBeUndefined()
      const keyed = JSON.stringify([{ [fieldId("Compound ID")]: "EK-9001", [fieldId("Draft ID")]: "DRAFT-000001" }])
      const byKeys = yield* call("GET", "/records/identifiers", { query: { records_key_field_to_value: keyed } })
      expect(byKeys.json).toEqual([])
      const query = { filename: "all.csv", entity_slice_id: typeId("Compound draft") }
      expect((yield* call("GET", "/records/export/csv", { query })).text).not.toContain("EK-9001")
      expect((yield* call("GET", `${operation}/records`)).json).toEqual([])
      expect(at(yield* activity, "all_record_ids")).toEqual([])
      expect(at(yield* activity, "data_table_record_mapping")).toEqual({ [stagingView]: [] })
      const value = { field_id: fieldId("Notes"), content: "a" }
      expect((yield* call("POST", `/records/${ids[0]}/values`, { json: value })).status).toBe(404)
      const removed = yield* call("POST", `${operation}/records/remove`, { json: { record_ids: ids } })
      expect(removed.status).toBe(400)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("skips rows whose values do not fit, and says why", () =>
    Effect.gen(function* () {
      const done = yield* stage([{ "Compound ID": "EK-9001", SMILES: 7 }, { SMILES: "CCO" }, rows[2]])
      expect(at(done, "import_result")).toMatchObject({
        records_created: 1,
        records_skipped: 2,
        validation_result: {
          total_processed: 3,
          successful: 1,
          failed: 2,
          errors: [
            { field_name: "SMILES", value: 7, conflict_type: "invalid_value", incoming_record_identifier: "EK-9001" },
            { field_name: "Compound ID", value: null, conflict_type: "missing_key", incoming_record_identifier: null }
          ]
        }
      })
      expect((yield* drafts).length).toBe(1)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("replaces drafts once the import has succeeded", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first, second, third] = yield* drafts
      const replace_draft_record_ids = [first, second]
      yield* stage([{ SMILES: "no key" }], { replace_draft_record_ids })
      expect(yield* drafts).toEqual([first, second, third])
      yield* stage([rows[2]], { replace_draft_record_ids })
      const [kept, added, ...others] = yield* drafts
      expect([kept, others]).toEqual([third, []])
      expect([first, second, third]).not.toContain(added)
      expect(yield* clear([String(first)])).toBe(400)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("does not replace drafts that are pending or submitted, also if they become so while the import runs", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first, second] = yield* drafts
      const json = { ...configuration, replace_draft_record_ids: [first] }
      const submission = yield* validate([String(first)])
      const importId = yield* prepare(rows)
      const run = Effect.map(call("POST", `/imports/${importId}/run`, { json }), ({ status }) => status)
      expect(yield* run).toBe(409)
      yield* report(submission, "results", { status: "success" })
      expect(yield* run).toBe(204)
      yield* submit([String(second), String(first)])
      yield* TestClock.adjust("1 second")
      expect((yield* call("GET", `/imports/${importId}`)).json).toMatchObject({
        import_status: "failed",
        is_complete: true,
        error_message: "A draft that the import replaces was submitted in the meantime",
        import_result: null
      })
      expect((yield* drafts).length).toBe(3)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("is refused for what does not fit, and then makes no drafts", () =>
    Effect.gen(function* () {
      const good = newImport(rows)
      for (const [status, json] of [
        [404, { ...good, operation_id: nobody }],
        [400, { ...good, operation_id: activityId("Registration of March") }],
        [400, { ...good, operation_id: null }],
        [400, { ...good, is_draft: false }],
        [400, { ...good, source_type: "file" }],
        [400, { ...good, attrs: { a: 1 } }],
        [400, { ...good, data_json: [1] }],
        [400, { ...good, surprise: 1 }]
      ] as const) {
        expect([json, (yield* call("POST", "/imports", { json })).status]).toEqual([json, status])
      }
      const importId = yield* prepare(rows)
      const columns = configuration.data_field_configurations
      for (const [status, change] of [
        [404, { record_view_id: nobody }],
        [400, { record_view_id: viewId("Compounds to stage") }],
        [400, { key_field_configurations: [] }],
        [400, { key_field_configurations: [{ name: "Batch" }] }],
        [400, { key_field_configurations: [{ name: "Compound ID" }, { name: "Draft ID" }] }],
        [400, { key_field_configurations: [{ name: "Compound ID" }, { name: "Compound ID" }] }],
        [400, { key_field_configurations: [{ name: "Compound ID", type: "text" }] }],
        [400, { data_field_configurations: columns.slice(0, 1) }],
        [400, { data_field_configurations: [...columns, column("IC50", "number")] }],
        [400, { data_field_configurations: [...columns, { ...column("Notes", "text"), mapped_field_id: nobody }] }],
        [400, { data_field_configurations: [...columns, column("Notes", "number")] }],
        [400, { data_field_configurations: [...columns, ...columns] }],
        [400, { data_field_configurations: [...columns, { ...column("Supplier", "text"), name: "Vendor" }] }],
        [400, { data_field_configurations: [...columns, { ...column("Supplier", "text"), name: "Compound ID" }] }],
        [400, { replace_draft_record_ids: [nobody] }],
        [400, { replace_draft_record_ids: [recordId("EK-0001")] }],
        [400, { surprise: 1 }]
      ] as const) {
        const answer = yield* call("POST", `/imports/${importId}/run`, { json: { ...configuration, ...change } })
        expect([change, answer.status]).toEqual([change, status])
      }
      const run = (importId: string) =>
        Effect.map(call("POST", `/imports/${importId}/run`, { json: configuration }), ({ status }) => status)
      expect(yield* run(nobody)).toBe(404)
      expect(yield* run(Workspace.demo.imports[0]?.id ?? "")).toBe(409)
      yield* TestClock.adjust("1 second")
      expect(yield* drafts).toEqual([])
      expect(yield* run(importId)).toBe(204)
      expect(yield* run(importId)).toBe(409)
      yield* TestClock.adjust("1 second")
      expect((yield* drafts).length).toBe(3)
      expect(yield* run(importId)).toBe(409)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("accepts a column with another name than the field that it is mapped to", () =>
    Effect.gen(function* () {
      yield* stage([{ "Compound ID": "EK-9001", Vendor: "Acme" }], {
        data_field_configurations: [{ ...column("Supplier", "text"), name: "Vendor" }]
      })
      const [first] = yield* drafts
      expect(content((yield* call("GET", `/records/${first}`)).json, "Supplier")).toBe("Acme")
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("works on an activity of a definition whose template was just set", () =>
    Effect.gen(function* () {
      yield* call("PUT", `/activity_definitions/${definitionId("Solubility assay")}`, {
        json: { registration_staging_template_view_id: viewId("Plates of a run") }
      })
      const created = yield* call("POST", "/activities", {
        json: { title: "a", activity_type: "task", definition_id: definitionId("Solubility assay") }
      })
      const own = stringAt(created.json, 0, "id")
      const json = { ...newImport([{ "Plate ID": "P-9", Wells: "96" }]), operation_id: own }
      const importId = stringAt((yield* call("POST", "/imports", { json })).json, "id")
      yield* call("POST", `/imports/${importId}/run`, {
        json: {
          key_field_configurations: [{ name: "Plate ID" }],
          data_field_configurations: [column("Wells", "number")],
          record_view_id: at(created.json, 0, "registration_staging_record_view_id")
        }
      })
      yield* TestClock.adjust("1 second")
      const stored = listAt((yield* call("GET", "/activities")).json).find((one) => at(one, "id") === own)
      const record = yield* call("GET", `/records/${stringAt(stored, "data_table_draft_record_ids", 0)}`)
      expect([content(record.json, "Plate ID"), content(record.json, "Wells")]).toEqual(["P-9", "96"])
    }).pipe(Effect.provide(Emulator.layer()))
  )
})

describe("drafts", () => {
  it.effect("are validated: the registrar's verdicts are kept, and nothing is registered", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const ids = yield* drafts
      const [first = "", second = ""] = ids
      expect([yield* statuses, yield* submissions]).toEqual([[], []])
      const submission = yield* validate([first, second, first])
      expect(submission).toMatchObject({
        operation_id: id,
        submission_type: "validation",
        status: "pending",
        submitted_record_ids: [first, second],
        file_ids: [],
        message: null
      })
      expect(yield* statuses).toEqual([
        { record_id: first, status: "pending", message: null },
        { record_id: second, status: "pending", message: null }
      ])
      const records = [
        { record_id: first, status: "success", data: { "Compound ID": "EK-5001" } },
        { record_id: second, status: "error", error_message: "Not a structure" }
      ]
      const results = { status: "error", message: "One of two", key_field_names: ["Compound ID"], records }
      expect(yield* report(submission, "results", results)).toEqual([204, ""])
      expect(yield* statuses).toEqual([
        { record_id: first, status: "validated", message: null },
        { record_id: second, status: "validation_failed", message: "Not a structure" }
      ])
      expect(yield* submissions).toEqual([
        {
          ...Object(submission),
          status: "validation_failed",
          message: "One of two",
          updated_at: expect.any(String),
          record_errors: [{ source_record_id: second, status: "error", error_message: "Not a structure" }]
        }
      ])
      expect(yield* drafts).toEqual(ids)
      expect(yield* withKey("EK-5001")).toBeUndefined()
      const again = yield* validate()
      expect(at(again, "submitted_record_ids")).toEqual(ids)
      yield* report(again, "results", { status: "success" })
      expect((yield* statuses).map((one) => at(one, "status"))).toEqual(["validated", "validated", "validated"])
      expect((yield* submissions).map((one) => [at(one, "id"), at(one, "status")])).toEqual([
        [at(again, "id"), "validated"],
        [at(submission, "id"), "validation_failed"]
      ])
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("are registered by results: they become records, and leave the view for drafts", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first = "", second = "", third = ""] = yield* drafts
      const submission = yield* submit()
      expect(submission).toMatchObject({ submission_type: "registration", status: "submitted" })
      expect((yield* statuses).map((one) => at(one, "status"))).toEqual(["submitted", "submitted", "submitted"])
      yield* report(submission, "status", { status: "pending", message: "In the queue" })
      expect((yield* submissions)[0]).toMatchObject({ status: "pending", message: "In the queue" })
      // The results come in two requests, as they come from a registrar that works in batches.
      const results = {
        status: "success",
        key_field_names: ["Compound ID"],
        records: [
          {
            record_id: first,
            status: "success",
            data: { "Compound ID": "EK-5001", Supplier: "Acme Ltd", "Registry number": "R-1" }
          }
        ]
      }
      expect(yield* report(submission, "results", results)).toEqual([204, ""])
      expect(yield* drafts).toEqual([second, third])
      const failed = [{ record_id: second, status: "error", error_message: "Duplicate" }]
      const rest = { status: "error", records: [...failed, { record_id: third, status: "success" }] }
      expect(yield* report(submission, "results", rest)).toEqual([204, ""])
      expect(yield* statuses).toEqual([
        { record_id: first, status: "completed", message: null },
        { record_id: second, status: "failed", message: "Duplicate" },
        { record_id: third, status: "completed", message: null }
      ])
      expect((yield* submissions)[0]).toMatchObject({
        status: "failed",
        record_errors: [{ source_record_id: second, status: "error", error_message: "Duplicate" }]
      })
      expect(yield* drafts).toEqual([second])
      const [made, ownKeys] = [yield* withKey("EK-5001"), yield* withKey("EK-9002")]
      // The record has the values of the draft, where the data of the result has no others.
      expect([content(made, "SMILES"), content(made, "Supplier")]).toEqual(["CCO", "Acme Ltd"])
      expect(at(made, "entity_slice_id")).toBe(typeId("Compound"))
      expect(at(made, "record_values", fieldId("SMILES"), 0)).toMatchObject({ operation_id: id, record_view_id: null })
      expect(content(ownKeys, "SMILES")).toBe("CCN")
      expect(yield* withKey("EK-9001")).toBeUndefined()
      const created = [made, ownKeys].map((record) => at(record, "id"))
      expect(yield* activity).toMatchObject({
        all_record_ids: created,
        data_table_record_mapping: { [stagingView]: [], [viewId("Compounds")]: created }
      })
      // A result that comes again changes nothing, and makes no second record.
      const before = (yield* call("GET", `/records/${String(at(made, "id"))}/values`)).json
      const other = { record_id: first, status: "success", data: { "Compound ID": "EK-5002" } }
      yield* report(submission, "results", { ...results, records: [other, other] })
      yield* report(submission, "results", { status: "success", records: [{ record_id: third, status: "error" }] })
      expect((yield* call("GET", `/records/${String(at(made, "id"))}/values`)).json).toEqual(before)
      expect(yield* withKey("EK-5002")).toBeUndefined()
      expect((yield* statuses).map((one) => at(one, "status"))).toEqual(["completed", "failed", "completed"])
      expect((yield* submissions)[0]).toMatchObject({ status: "completed", record_errors: [] })
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("keep a status that only the registrar knows, and go by their newest submission", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first = ""] = yield* drafts
      const validation = yield* validate([first])
      const records = [{ record_id: first, status: "in doubt", error_message: "Ask Bruno" }]
      yield* report(validation, "results", { status: "success", records })
      expect(yield* statuses).toEqual([{ record_id: first, status: "in doubt", message: "Ask Bruno" }])
      const submission = yield* submit([first])
      expect((yield* statuses).map((one) => at(one, "status"))).toEqual(["submitted"])
      yield* report(submission, "results", { status: "success", records })
      expect(yield* drafts).toContain(first)
      yield* report(submission, "results", { status: "success", records: [{ record_id: first, status: "completed" }] })
      expect(yield* drafts).not.toContain(first)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("are cleared, but not while they are pending or submitted", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first = "", second = "", third = ""] = yield* drafts
      const validation = yield* validate([first])
      expect(yield* clear([second, first])).toBe(409)
      yield* report(validation, "status", { status: "validated" })
      const submission = yield* submit([second])
      expect(yield* clear([second])).toBe(409)
      expect((yield* drafts).length).toBe(3)
      expect(yield* clear([first, third])).toBe(204)
      expect(yield* drafts).toEqual([second])
      // A cleared draft is no draft of the activity any more, and no result registers it.
      expect(yield* clear([first])).toBe(400)
      expect((yield* statuses).map((one) => at(one, "record_id"))).toEqual([second])
      expect((yield* call("POST", `${operation}/validate_drafts`, { json: { record_ids: [first] } })).status).toBe(400)
      const other = yield* validate([second])
      yield* report(other, "results", { status: "success" })
      expect(yield* clear([second])).toBe(409)
      yield* report(submission, "status", { status: "failed" })
      expect(yield* clear([second])).toBe(204)
      yield* report(submission, "results", { status: "success", records: [{ record_id: second, status: "success" }] })
      expect(yield* withKey("EK-9001")).toBeUndefined()
      for (const path of ["validate_drafts", "submit_drafts_for_registration"]) {
        expect((yield* call("POST", `${operation}/${path}`, { json: {} })).status).toBe(400)
      }
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("are refused where there are none, and for ids that are not theirs", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first = "", second = ""] = yield* drafts
      const submission = yield* validate([first])
      const one = `registration_submissions/${stringAt(submission, "id")}`
      const march = activityId("Registration of March")
      const good = { status: "success", records: [{ record_id: first, status: "success" }] }
      for (const [status, activity, path, json] of [
        [400, id, "validate_drafts", { record_ids: [recordId("EK-0001")] }],
        [400, id, "validate_drafts", { record_ids: [first, nobody] }],
        [400, id, "validate_drafts", { record_ids: [] }],
        [400, id, "validate_drafts", { surprise: 1 }],
        [400, march, "validate_drafts", {}],
        [404, nobody, "validate_drafts", {}],
        [400, id, "submit_drafts_for_registration", { record_ids: [nobody] }],
        [400, march, "submit_drafts_for_registration", { record_ids: [first] }],
        [404, nobody, "submit_drafts_for_registration", {}],
        [400, id, "clear_draft_records", { record_ids: [nobody] }],
        [400, id, "clear_draft_records", { record_ids: [] }],
        [400, id, "clear_draft_records", {}],
        [400, march, "clear_draft_records", { record_ids: [first] }],
        [404, nobody, "clear_draft_records", { record_ids: [first] }],
        [400, id, `${one}/status`, { status: "fine" }],
        [400, id, `${one}/status`, {}],
        [404, id, `registration_submissions/${nobody}/status`, { status: "validated" }],
        [404, march, `${one}/status`, { status: "validated" }],
        [404, nobody, `${one}/status`, { status: "validated" }],
        [404, id, `registration_submissions/${nobody}/results`, good],
        [404, march, `${one}/results`, good],
        [404, nobody, `${one}/results`, good],
        [400, id, `${one}/results`, { status: "completed" }],
        [400, id, `${one}/results`, { status: "success", records: [{ status: "success" }] }],
        [400, id, `${one}/results`, { status: "success", records: [{ record_id: second, status: "success" }] }],
        [
          400,
          id,
          `${one}/results`,
          { ...good, records: [{ record_id: first, status: "success", data: { SMILES: 7 } }] }
        ]
      ] as const) {
        const answer = yield* call("POST", `/operations/${activity}/${path}`, { json })
        expect([path, json, answer.status]).toEqual([path, json, status])
      }
      expect((yield* submissions).map((one) => at(one, "status"))).toEqual(["pending"])
      expect((yield* drafts).length).toBe(3)
      for (const path of ["registration_draft_statuses", "registration_submissions"]) {
        expect((yield* call("GET", `/operations/${nobody}/${path}`)).status).toBe(404)
        expect((yield* call("GET", `/operations/${march}/${path}`)).json).toEqual([])
      }
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("have a history in the events of their activity", () =>
    Effect.gen(function* () {
      yield* stage(rows)
      const [first = "", second = ""] = yield* drafts
      yield* report(yield* validate([first]), "results", { status: "success" })
      yield* report(yield* submit([first]), "status", { status: "failed" })
      yield* clear([second])
      const events = listAt((yield* call("GET", `/activities/${id}/events`)).json)
      expect(events.slice(0, 5).map((event) => at(event, "event_type"))).toEqual([
        "registration_drafts_cleared",
        "registration_drafts_failed",
        "registration_drafts_submitted",
        "registration_drafts_validated",
        "registration_drafts_validation_requested"
      ])
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("survive a restart with a state file, with the import that was not run yet", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = `${yield* fileSystem.makeTempDirectoryScoped()}/state.json`
      /** On an emulator that keeps its state in the file. */
      const run = <A, E>(self: Effect.Effect<A, E, Emulator.Emulator | HttpClient.HttpClient>) =>
        Effect.scoped(
          Effect.flatMap(Emulator.stateFile(path), (state) => Effect.provide(self, Emulator.layer({ state })))
        )
      const before = yield* Effect.gen(function* () {
        yield* stage(rows)
        const [one = "", two = ""] = yield* drafts
        const records = [{ record_id: one, status: "success", data: { "Compound ID": "EK-5001" } }]
        const results = { status: "success", key_field_names: ["Compound ID"], records }
        yield* report(yield* submit([one]), "results", results)
        yield* validate([two])
        yield* prepare(rows)
        return yield* Effect.all([drafts, statuses, submissions])
      }).pipe(run)
      yield* Effect.gen(function* () {
        expect(yield* Effect.all([drafts, statuses, submissions])).toEqual(before)
        const [pending] = listAt((yield* call("GET", "/imports", { query: { is_complete: "0" } })).json)
        const run = yield* call("POST", `/imports/${stringAt(pending, "id")}/run`, { json: configuration })
        expect(run.status).toBe(204)
        yield* TestClock.adjust("1 second")
        const ids = yield* drafts
        expect(ids.length).toBe(5)
        const last = yield* call("GET", `/records/${ids[4]}`)
        expect(content(last.json, "Draft ID")).toBe("DRAFT-000006")
        const [newest] = yield* submissions
        yield* report(newest, "results", { status: "success" })
        expect((yield* statuses).map((one) => at(one, "status"))).toEqual(["completed", "validated"])
      }).pipe(run)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
