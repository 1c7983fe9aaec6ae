import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, stringAt, ways } from "./support/client.js"
import { activityId, fieldId, nobody, programId, recordId, typeId, viewId } from "./support/sample.js"

const push = (json: unknown, path = "/push/imports") =>
  Effect.map(call("POST", path, { json }), (answer) => stringAt(answer.json, "import_id"))

const get = (id: string) => Effect.map(call("GET", `/imports/${id}`), (answer) => answer.json)

/** Pushes, waits, and returns the completed import. */
const run = (json: unknown, path?: string) =>
  Effect.gen(function* () {
    const id = yield* push(json, path)
    yield* TestClock.adjust("5 seconds")
    return yield* get(id)
  })

const find = (keys: { readonly [field: string]: string }) =>
  Effect.map(
    call("GET", "/records/identifiers", { query: { records_key_field_to_value: JSON.stringify([keys]) } }),
    (answer) => at(answer.json, 0, "record")
  )

const contents = (record: unknown, field: string): ReadonlyArray<unknown> =>
  listAt(record, "record_values", field).map((value) => at(value, "content"))

const fieldNamed = (path: "/key_fields" | "/data_fields", name: string) =>
  Effect.map(call("GET", path), (answer) => listAt(answer.json).find((field) => at(field, "field_name") === name))

for (const way of ways) {
  describe(`imports, ${way.name}`, () => {
    it.effect("are pending, then running, then complete", () =>
      Effect.gen(function* () {
        const id = yield* push({ key_field_names: ["Compound ID"], data: [{ "Compound ID": "EK-9001", IC50: 5 }] })
        const pending = yield* get(id)
        expect(pending).toMatchObject({
          id,
          import_status: "pending",
          is_complete: false,
          started_at: null,
          completed_at: null,
          error_message: null,
          import_result: null
        })
        expect(yield* find({ [fieldId("Compound ID")]: "EK-9001" })).toBeUndefined()
        yield* TestClock.adjust("150 millis")
        expect(yield* get(id)).toMatchObject({ import_status: "running", started_at: expect.any(String) })
        expect(yield* find({ [fieldId("Compound ID")]: "EK-9001" })).toBeUndefined()
        yield* TestClock.adjust("5 seconds")
        expect(yield* get(id)).toEqual({
          id,
          import_status: "complete",
          is_complete: true,
          created_at: at(pending, "created_at"),
          started_at: expect.any(String),
          completed_at: expect.any(String),
          error_message: null,
          operation_id: null,
          entity_slice_id: typeId("Compound"),
          source_id: null,
          import_result: {
            records_created: 1,
            records_skipped: 0,
            records_updated: 0,
            fields_added: 0,
            validation_result: { total_processed: 1, successful: 1, failed: 0, errors: [] }
          }
        })
        const record = yield* find({ [fieldId("Compound ID")]: "EK-9001" })
        expect(contents(record, fieldId("IC50"))).toEqual([5])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("run in the order in which they were pushed, whichever is read first", () =>
      Effect.gen(function* () {
        const ofRow = (content: number) => ({
          key_field_names: ["Compound ID"],
          data: [{ "Compound ID": "EK-9002", IC50: content }]
        })
        const ids = yield* Effect.forEach([1, 2, 3], (content) => push(ofRow(content)))
        yield* TestClock.adjust("5 seconds")
        // A push sees no import, so it does not run those that are due.
        const late = yield* push(ofRow(4))
        const read = (id: string) => Effect.map(get(id), (found) => at(found, "import_result", "records_created"))
        expect(yield* Effect.forEach([ids[1], ids[0], ids[2]], (id) => read(id ?? ""))).toEqual([0, 1, 0])
        expect(yield* get(late)).toMatchObject({ import_status: "pending" })
        const record = yield* find({ [fieldId("Compound ID")]: "EK-9002" })
        expect(contents(record, fieldId("IC50"))).toEqual([3, 2, 1])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("create fields, types and records, and update existing records", () =>
      Effect.gen(function* () {
        const data = [
          { Animal: "M-1", Weight: 21.5, Sex: "f", Alive: true, Cage: null },
          { Animal: "M-2", Weight: 19, Sex: "m", Alive: false, Cage: "" },
          { Animal: 3, Weight: null, Sex: "f" }
        ]
        const done = yield* run({ key_field_names: ["Animal"], data, set_name: "Mice" }, "/push/imports/eln-7")
        expect(done).toMatchObject({
          import_status: "complete",
          source_id: "eln-7",
          import_result: { records_created: 3, records_updated: 0, records_skipped: 0, fields_added: 4 }
        })
        const key = yield* fieldNamed("/key_fields", "Animal")
        expect(at(key, "import_id")).toBe(at(done, "id"))
        const types = yield* Effect.forEach(["Weight", "Sex", "Alive", "Cage"], (name) =>
          Effect.map(fieldNamed("/data_fields", name), (field) => at(field, "field_type"))
        )
        expect(types).toEqual(["number", "text", "boolean", undefined])
        const ids = yield* call("GET", "/records/search", {
          query: { entity_slice_id: stringAt(done, "entity_slice_id") }
        })
        expect(listAt(ids.json).length).toBe(3)
        const third = yield* find({ [stringAt(key, "id")]: "3" })
        expect(at(third, "record_identifier")).toBe("3")

        const again = yield* run({
          key_field_names: ["Animal"],
          data: [{ Animal: "M-1", Weight: 22 }, { Animal: "M-4" }]
        })
        expect(again).toMatchObject({
          entity_slice_id: at(done, "entity_slice_id"),
          import_result: { records_created: 1, records_updated: 1, fields_added: 0 }
        })
        const weight = stringAt(yield* fieldNamed("/data_fields", "Weight"), "id")
        expect(contents(yield* find({ [stringAt(key, "id")]: "M-1" }), weight)).toEqual([22, 21.5])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("put records on activities, views, programs and sets", () =>
      Effect.gen(function* () {
        const activity = activityId("EGFR IC50, run 4")
        const view = viewId("IC50 results")
        const program = programId("Backup series")
        const done = yield* run({
          key_field_names: ["Compound ID"],
          data: [
            { "Compound ID": "EK-0001", IC50: 4, Hill: 1.1 },
            { "Compound ID": "EK-9100", IC50: "7.5" }
          ],
          operation_id: activity,
          record_view_id: view,
          program_id: program,
          add_fields_to_record_view_ids: [view],
          set_name: "Shortlist"
        })
        expect(done).toMatchObject({ import_status: "complete", operation_id: activity })
        const created = yield* find({ [fieldId("Compound ID")]: "EK-9100" })
        const ids = [stringAt(created, "id"), recordId("EK-0001")]
        expect(at(created, "initial_operation_id")).toBe(activity)
        expect(listAt(created, "record_values", fieldId("IC50"))[0]).toMatchObject({
          content: "7.5",
          operation_id: activity,
          record_view_id: view
        })
        const held = listAt((yield* call("GET", `/operations/${activity}/records`)).json).map((one) => at(one, "id"))
        expect(held).toEqual(expect.arrayContaining(ids))
        const stored = listAt((yield* call("GET", "/activities")).json).find((one) => at(one, "id") === activity)
        expect(at(stored, "data_table_record_mapping", view)).toEqual(expect.arrayContaining(ids))
        const inProgram = yield* call("GET", "/records/search", { query: { program_id: program } })
        expect(inProgram.json).toEqual(expect.arrayContaining(ids))
        const hill = stringAt(yield* fieldNamed("/data_fields", "Hill"), "id")
        const views = listAt((yield* call("GET", "/record_views")).json)
        const columns = listAt(
          views.find((one) => at(one, "id") === view),
          "view_fields"
        )
        expect(columns.map((column) => at(column, "data_field_id"))).toContain(hill)
        const dashboard = listAt((yield* call("GET", "/dashboards")).json)[0]
        const set = stringAt(dashboard, "record_set_ids", 0)
        const inSet = yield* call("GET", "/records/search", { query: { record_set_ids: JSON.stringify([set]) } })
        expect(inSet.json).toEqual(expect.arrayContaining(ids))
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("skip rows, and say why, row by row", () =>
      Effect.gen(function* () {
        const serial = yield* call("POST", "/data_fields/", {
          json: { field_name: "CAS number", field_type: "text", attrs: { unique: true } }
        })
        yield* call("PUT", `/key_fields/${fieldId("Compound ID")}`, { json: { format_enforcement: "enforce_only" } })
        const done = yield* run({
          key_field_names: ["Compound ID"],
          data: [
            { "Compound ID": "EK-9200", "CAS number": "64-17-5", IC50: "1e-3" },
            { IC50: 3 },
            { "Compound ID": "", IC50: 3 },
            { "Compound ID": "XX-1", IC50: 3 },
            { "Compound ID": "EK-9201", IC50: "very potent" },
            { "Compound ID": "EK-9202", "CAS number": "64-17-5" },
            { "Compound ID": "EK-9203", "Registered on": "yesterday", Selective: "maybe" },
            { "Compound ID": "EK-9200", "CAS number": "64-17-5", IC50: 4 }
          ]
        })
        const result = at(done, "import_result")
        expect(result).toMatchObject({
          records_created: 1,
          records_updated: 0,
          records_skipped: 6,
          validation_result: { total_processed: 8, successful: 2, failed: 6 }
        })
        const errors = listAt(result, "validation_result", "errors")
        expect(
          errors.map((error) => [at(error, "conflict_type"), at(error, "field_name"), at(error, "value")])
        ).toEqual([
          ["missing_key", "Compound ID", null],
          ["missing_key", "Compound ID", ""],
          ["format_mismatch", "Compound ID", "XX-1"],
          ["invalid_value", "IC50", "very potent"],
          ["unique_constraint", "CAS number", "64-17-5"],
          ["invalid_value", "Registered on", "yesterday"],
          ["invalid_value", "Selective", "maybe"]
        ])
        const winner = yield* find({ [fieldId("Compound ID")]: "EK-9200" })
        expect(errors[4]).toEqual({
          field_id: at(serial.json, "id"),
          field_name: "CAS number",
          value: "64-17-5",
          conflict_type: "unique_constraint",
          incoming_record_identifier: "EK-9202",
          conflicting_record_id: at(winner, "id"),
          conflicting_record_identifier: "EK-9200",
          conflicting_value: "64-17-5",
          constraint_fields: [{ field_id: at(serial.json, "id"), field_name: "CAS number" }]
        })
        expect(contents(winner, fieldId("IC50"))).toEqual([4, "1e-3"])
        expect(yield* find({ [fieldId("Compound ID")]: "EK-9201" })).toBeUndefined()
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("use field ids, and fail as a whole if a field is unknown", () =>
      Effect.gen(function* () {
        const byId = (json: unknown) => run(json, "/push/imports/by-field-id")
        const [key, ic50] = [fieldId("Compound ID"), fieldId("IC50")]
        const done = yield* byId({
          key_field_ids: [key],
          data: [{ [key]: "EK-0002", [ic50]: 2 }],
          record_view_ids: [viewId("IC50 results")]
        })
        expect(done).toMatchObject({
          import_status: "complete",
          import_result: { records_created: 0, records_updated: 1, fields_added: 0 }
        })
        const record = yield* call("GET", `/records/${recordId("EK-0002")}`)
        expect(listAt(record.json, "record_values", ic50)[0]).toMatchObject({
          content: 2,
          record_view_id: viewId("IC50 results")
        })
        for (const json of [
          { key_field_ids: [nobody], data: [], record_view_ids: [] },
          { key_field_ids: [ic50], data: [], record_view_ids: [] },
          { key_field_ids: [key], data: [{ [key]: "EK-9300", [nobody]: 2 }], record_view_ids: [] }
        ]) {
          expect(yield* byId(json)).toMatchObject({
            import_status: "failed",
            is_complete: true,
            error_message: expect.any(String),
            import_result: null,
            completed_at: expect.any(String)
          })
        }
        expect(yield* find({ [key]: "EK-9300" })).toBeUndefined()
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("give each record and each value an id of its own, and find the batches of a new compound", () =>
      Effect.gen(function* () {
        const compound = (nth: number) => `EK-${20_000 + nth}`
        const names = Array.from({ length: 300 }, (_, nth) => compound(nth))
        const batches = names.flatMap((name) => ["B-1", "B-2"].map((batch) => ({ "Compound ID": name, Batch: batch })))
        yield* run({ key_field_names: ["Compound ID", "Batch"], data: batches })
        yield* run({
          key_field_names: ["Compound ID"],
          data: names.map((name) => ({ "Compound ID": name, IC50: 5, Purity: 99 }))
        })
        const asked = names.map((name) => ({ [fieldId("Compound ID")]: name }))
        const found = yield* Effect.forEach([asked.slice(0, 100), asked.slice(100, 200), asked.slice(200)], (some) =>
          call("GET", "/records/identifiers", { query: { records_key_field_to_value: JSON.stringify(some) } })
        )
        const records = found.flatMap(({ json }) => listAt(json).map((one) => at(one, "record")))
        expect(records.map((record) => at(record, "record_identifier"))).toEqual(names)
        const ids = records.flatMap((record) => [
          stringAt(record, "id"),
          ...listAt(record, "sub_record_ids").map(String),
          ...Object.values(Object(at(record, "record_values"))).flatMap((values) =>
            listAt(values).map((value) => stringAt(value, "id"))
          )
        ])
        expect(records.map((record) => listAt(record, "sub_record_ids").length)).toEqual(names.map(() => 2))
        expect(ids.length).toBeGreaterThan(300 * 6 - 1)
        expect(new Set(ids).size).toBe(ids.length)
        const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
        expect(ids.filter((id) => !uuid.test(id))).toEqual([])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("give the same record each time, whichever is read first, with the times of the rows", () =>
      Effect.gen(function* () {
        const names = ["EK-30001", "EK-30002", "EK-30003"]
        const key = { key_field_names: ["Compound ID"] }
        yield* run({ ...key, data: names.map((name) => ({ "Compound ID": name, IC50: 5 })) })
        const last = yield* find({ [fieldId("Compound ID")]: "EK-30003" })
        yield* run({ ...key, data: [{ "Compound ID": "EK-30002", IC50: 6 }, { "Compound ID": "EK-30002" }] })
        const records = yield* Effect.forEach(names, (name) => find({ [fieldId("Compound ID")]: name }))
        expect(yield* Effect.forEach(names, (name) => find({ [fieldId("Compound ID")]: name }))).toEqual(records)
        expect(records[2]).toEqual(last)
        expect(records.map((record) => contents(record, fieldId("IC50")))).toEqual([[5], [6, 5], [5]])
        const times = records.map((record) =>
          stringAt(listAt(record, "record_values", fieldId("IC50")).at(-1), "created_at")
        )
        expect(times).toEqual([...times].sort())
        expect(new Set(times).size).toBe(3)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are listed in pages, all, complete or not", () =>
      Effect.gen(function* () {
        const list = (query: { readonly [name: string]: string }) =>
          Effect.map(call("GET", "/imports", { query }), (answer) =>
            listAt(answer.json).map((one) => stringAt(one, "id"))
          )
        const before = yield* list({})
        const ids: Array<string> = []
        for (const name of ["EK-9401", "EK-9402", "EK-9403"]) {
          ids.unshift(yield* push({ key_field_names: ["Compound ID"], data: [{ "Compound ID": name }] }))
        }
        expect(yield* list({})).toEqual([...ids, ...before])
        expect(yield* list({ is_complete: "0" })).toEqual(ids)
        expect(yield* list({ is_complete: "1" })).toEqual(before)
        expect(yield* list({ page: "1", page_size: "2" })).toEqual(ids.slice(0, 2))
        expect(yield* list({ page: "2", page_size: "2", is_complete: "0" })).toEqual(ids.slice(2))
        expect(yield* list({ page: "3", page_size: "2", is_complete: "0" })).toEqual([])
        yield* TestClock.adjust("5 seconds")
        expect(yield* list({ is_complete: "0" })).toEqual([])
        expect((yield* call("GET", "/imports", { query: { is_complete: "maybe" } })).status).toBe(400)
        expect((yield* call("GET", `/imports/${nobody}`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are refused if they are malformed, and accept what clients of all kinds send", () =>
      Effect.gen(function* () {
        const data = [{ "Compound ID": "EK-0001" }]
        const key_field_names = ["Compound ID"]
        for (const [status, json] of [
          [400, {}],
          [400, { data }],
          [400, { key_field_names: [], data }],
          [400, { key_field_names, data: [1] }],
          [400, { key_field_names, data: {} }],
          [400, { key_field_names, data, color: "red" }],
          [404, { key_field_names, data, program_id: nobody }],
          [404, { key_field_names, data, operation_id: nobody }],
          [404, { key_field_names, data, record_view_id: nobody }]
        ] as const) {
          expect([json, (yield* call("POST", "/push/imports", { json })).status]).toEqual([json, status])
        }
        const rows = yield* call("POST", "/push/imports", { json: { key_field_names, data: [{}, 1] } })
        expect(at(rows.json, "issues", 0, "path")).toEqual(["data", 1])
        const nulls = { program_id: null, operation_id: null, record_view_id: null, set_name: null }
        for (const json of [
          { key_field_names, data, ...nulls, add_fields_to_record_view_ids: null },
          { key_field_names, data, record_view_ids: [nobody] },
          { key_field_names, data: [] }
        ]) {
          const done = yield* run(json)
          expect(at(done, "import_status")).toBe("complete")
        }
      }).pipe(Effect.provide(way.make()))
    )
  })
}
