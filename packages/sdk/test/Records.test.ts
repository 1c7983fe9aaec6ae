import { Ids, Records, RequestPolicy, Upload } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as Array from "effect/Array"
import * as BigDecimal from "effect/BigDecimal"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import { activityCalled, compound, countOf, fieldId, idsOf, recordCalled, run } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const unknown = Ids.RecordId.make("00000000-0000-4000-8000-000000000000")

const ic50 = { field_name: "IC50" }

/** Each test has an emulator of its own: most of them write. */
const onDemo = Effect.provide(onEmulator(Records.layer))

describe("Records", () => {
  layer(onEmulator(Records.layer))("as they are", (it) => {
    it.effect("are found by id, model and keys", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const { id, record_identifier } = recordCalled("EK-0001")
        const record = yield* records.get(id)
        expect(record).toMatchObject({ id, record_identifier })
        expect(yield* records.get(record)).toEqual(record)
        expect(yield* records.get({ id })).toEqual(record)
        expect(yield* records.get(compound("EK-0001"))).toEqual(record)
        expect(yield* records.get({ key_values: { [fieldId("Compound ID")]: "EK-0001" } })).toEqual(record)
        expect(yield* records.find(compound("EK-0001"))).toEqual(Option.some(record))
        expect(Records.keyValues(record)).toEqual({ [fieldId("Compound ID")]: "EK-0001" })
        const batch = yield* records.get({ key_values: { Batch: "B-001", "Compound ID": "EK-0001" } })
        expect(record.sub_record_ids).toContain(batch.id)
      })
    )

    it.effect("that are missing are Option.none from find and NotFound from get", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        for (const [reference, missing] of [
          [unknown, unknown],
          [Ids.RecordId.make("no UUID"), "no UUID"],
          [compound("EK-9999"), '{"key_values":{"Compound ID":"EK-9999"}}'],
          // A batch has two keys: one of them is no batch.
          [{ key_values: { Batch: "B-001" } }, '{"key_values":{"Batch":"B-001"}}']
        ] as const) {
          expect(yield* records.find(reference)).toEqual(Option.none())
          expect(yield* Effect.flip(records.get(reference))).toMatchObject({
            _tag: "KaleidoscopeNotFound",
            call: "Records.get",
            missing: [missing]
          })
        }
      })
    )

    it.effect("are refused for keys that do not exist", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        expect(yield* Effect.flip(records.find({ key_values: { Compound: "EK-0001" } }))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "Records.find",
          reference: 'key field {"field_name":"Compound"}'
        })
        for (const [key_values, at] of [
          [{}, "key_values"],
          [{ "Compound ID": "EK-0001", [fieldId("Compound ID")]: "EK-0002" }, `key_values.${fieldId("Compound ID")}`],
          [{ "Compound ID": Number.NaN }, `records_key_field_to_value[0].${fieldId("Compound ID")}`]
        ] as const) {
          expect(yield* Effect.flip(records.find({ key_values }))).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest",
            call: "Records.find",
            at
          })
        }
        expect(yield* Effect.flip(records.getOrCreate({ key_values: {} }))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          call: "Records.getOrCreate",
          at: "key_values"
        })
      })
    )

    it.effect("are returned in the order of the arguments, duplicates too, and NotFound names the missing ones", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const [one, two, three] = [recordCalled("EK-0001"), recordCalled("EK-0002"), recordCalled("EK-0003")]
        const references = [three.id, compound("EK-0001"), { id: two.id }, three.id]
        expect(idsOf(yield* records.getMany(references))).toEqual([three.id, one.id, two.id, three.id])
        expect(idsOf(yield* records.findMany([unknown, ...references, compound("none")]))).toEqual([
          three.id,
          one.id,
          two.id,
          three.id
        ])
        expect(yield* records.getMany([])).toEqual([])
        expect(yield* Effect.flip(records.getMany([unknown, one.id, compound("none")]))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Records.getMany",
          missing: [unknown, '{"key_values":{"Compound ID":"none"}}']
        })
      })
    )

    it.effect("are searched by names and filters", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const found = yield* records.search({
          entity_slice_id: { slice_name: "Compound" },
          operation_id: run(1),
          entity_field_filters: [{ field_id: fieldId("IC50"), filter_type: "is_set" }],
          entity_field_sorts: [{ field_id: fieldId("Compound ID"), descending: true }],
          limit: 3
        })
        expect(found).toEqual(idsOf(["EK-0016", "EK-0015", "EK-0014"].map(recordCalled)))
        expect(yield* Effect.flip(records.search({ operation_id: { title: "Repeat of outliers" } }))).toMatchObject({
          _tag: "KaleidoscopeAmbiguousReference",
          call: "Records.search",
          ids: Workspace.demo.activities.filter(({ title }) => title === "Repeat of outliers").map(({ id }) => id)
        })
        expect(yield* Effect.flip(records.search({ limit: Number.NaN }))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          at: "limit"
        })
      })
    )

    it.effect("have values, and activities that hold them", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const { id, record_values } = recordCalled("EK-0003")
        const values = yield* records.values(compound("EK-0003"))
        const stored = new Set(idsOf(Object.values(record_values).flat()))
        expect(new Set(idsOf(values).filter((one) => stored.has(one)))).toEqual(stored)
        expect(values.filter(({ field_id }) => field_id === fieldId("SMILES"))).toMatchObject([
          { field_type: "smiles-string", record_id: id }
        ])
        expect(idsOf(yield* records.activities(id))).toEqual(
          idsOf(Workspace.demo.activities.filter(({ all_record_ids }) => all_record_ids.includes(id)))
        )
        expect(yield* Effect.flip(records.values(unknown))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Records.values"
        })
        expect(yield* Effect.flip(records.activities(compound("none")))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "Records.activities",
          reference: 'record {"key_values":{"Compound ID":"none"}}'
        })
      })
    )

    it.effect("have the value that was measured last, to the microsecond", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const record = yield* records.get(compound("EK-0001"))
        const field = fieldId("IC50")
        const latest = Option.getOrThrow(Records.latestValue(record, { field }))
        expect(latest.operation_id).toBe(activityCalled("EGFR IC50, run 3").id)
        const first = Records.latestValue(record, { field, activity: activityCalled("EGFR IC50, run 1").id })
        expect(Option.map(first, ({ operation_id }) => operation_id)).toEqual(
          Option.some(activityCalled("EGFR IC50, run 1").id)
        )
        expect(Records.latestValue(record, { field, activity: activityCalled("EGFR IC50, run 2").id })).toEqual(
          Option.none()
        )
      })
    )
  })

  it.effect("are created once for concurrent calls", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const created = yield* Effect.all(
        globalThis.Array.from({ length: 50 }, () => records.getOrCreate(compound("EK-0500"))),
        { concurrency: "unbounded" }
      )
      expect(new Set(idsOf(created)).size).toBe(1)
      expect(idsOf([yield* records.get(compound("EK-0500"))])).toEqual([created[0]?.id])
      expect((yield* records.getOrCreate(compound("EK-0001"))).id).toBe(recordCalled("EK-0001").id)
    }).pipe(onDemo)
  )

  it.effect("are created once when the response is lost", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const { id } = yield* records.getOrCreate(compound("EK-0500"))
      expect(yield* countOf("POST /records")).toBe(2)
      const { state } = yield* Emulator.Emulator
      const stored = (yield* state).records.filter(({ record_identifier }) => record_identifier === "EK-0500")
      expect(idsOf(stored)).toEqual([id])
    }).pipe(
      Effect.provide(
        onEmulator(Records.layer.pipe(Layer.provide(RequestPolicy.layer({ backoff: 0 }))), {
          faults: [Faults.on({ method: "POST", path: "/records", nth: 1 }, Faults.resetAfter)]
        })
      )
    )
  )

  it.effect("get values by names of fields and activities, newest first", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const reference = compound("EK-0001")
      const view = Workspace.demo.record_views.find(({ view_name }) => view_name === "IC50 results")
      const added = yield* records.addValue(reference, {
        field: ic50,
        content: 12.5,
        activity: run(2),
        record_view: { view_name: "IC50 results" }
      })
      expect(Option.getOrThrow(added)).toMatchObject({
        record_view_id: view?.id,
        content: 12.5,
        operation_id: activityCalled("EGFR IC50, run 2").id,
        record_id: recordCalled("EK-0001").id
      })
      const record = yield* records.get(reference)
      const field = fieldId("IC50")
      expect(Records.latestContent(record, { field })).toEqual(Option.some(12.5))
      expect(Records.latestValue(record, { field, activity: activityCalled("EGFR IC50, run 2").id })).toEqual(
        Option.map(added, ({ content, created_at, id, operation_id, record_id, record_view_id }) =>
          expect.objectContaining({ content, created_at, id, operation_id, record_id, record_view_id })
        )
      )
    }).pipe(onDemo)
  )

  it.effect("get no value if a name is unknown", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const { id } = recordCalled("EK-0001")
      for (const [reference, value, error] of [
        [id, { field: { field_name: "IC 50" } }, { reference: 'data field {"field_name":"IC 50"}' }],
        [id, { field: ic50, activity: { external_id: "none" } }, { reference: 'activity {"external_id":"none"}' }],
        [compound("none"), { field: ic50 }, { reference: 'record {"key_values":{"Compound ID":"none"}}' }]
      ] as const) {
        const unknownReference = { _tag: "KaleidoscopeUnknownReference", ...error }
        const newValue = { ...value, content: 1 }
        expect(yield* Effect.flip(records.addValue(reference, newValue))).toMatchObject({
          ...unknownReference,
          call: "Records.addValue"
        })
        expect(yield* Effect.flip(records.setValue(reference, newValue))).toMatchObject({
          ...unknownReference,
          call: "Records.setValue"
        })
      }
      expect(yield* Effect.flip(records.addValue(id, { field: ic50, content: { at: [1, Number.NaN] } }))).toMatchObject(
        { _tag: "KaleidoscopeInvalidRequest", at: "body.content.at[1]", outcome: "none" }
      )
      expect(yield* countOf(`POST /records/${id}/values`)).toBe(0)
    }).pipe(onDemo)
  )

  it.effect("add a value once, with the outcome unknown if the response is lost", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const { id } = recordCalled("EK-0001")
      expect(yield* Effect.flip(records.addValue(id, { field: ic50, content: 1 }))).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        call: "Records.addValue",
        attempts: 1,
        outcome: "unknown"
      })
      // What happened is seen: nothing is added twice.
      expect(yield* records.setValue(id, { field: ic50, content: 1 })).toBe(false)
      expect(yield* countOf(`POST /records/${id}/values`)).toBe(1)
    }).pipe(
      Effect.provide(
        onEmulator(Records.layer, {
          faults: [Faults.on({ method: "POST", path: "/records/:id/values", nth: 1 }, Faults.resetAfter)]
        })
      )
    )
  )

  it.effect("get a value once by setValue", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const reference = compound("EK-0020")
      const set = (content: unknown, activity?: { readonly title: string }) =>
        records.setValue(reference, { field: ic50, content, activity: activity ?? null })
      expect(yield* set(7, run(1))).toBe(true)
      expect(yield* set(7, run(1))).toBe(false)
      // The newest of all is that of run 1, and is the same; in run 2 there was another.
      expect(yield* set(7)).toBe(false)
      expect(yield* set(7, run(2))).toBe(true)
      expect(yield* set(8, run(1))).toBe(true)
      expect(yield* set(7, run(2))).toBe(false)
      expect(yield* countOf(`POST /records/${recordCalled("EK-0020").id}/values`)).toBe(3)
      const notes = { field: { field_name: "Notes" }, activity: null }
      // No value, and an empty one, are the same.
      expect(yield* records.setValue(reference, { ...notes, content: null })).toBe(false)
      expect(yield* records.setValue(reference, { ...notes, content: { b: [1], a: null } })).toBe(true)
      expect(yield* records.setValue(reference, { ...notes, content: { a: null, b: [1] } })).toBe(false)
      expect(yield* records.setValue(reference, { ...notes, content: null })).toBe(true)
      expect(yield* Effect.flip(records.setValue(unknown, { field: ic50, content: 1 }))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "Records.setValue"
      })
    }).pipe(onDemo)
  )

  it.effect("take files as values", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const emulator = yield* Emulator.Emulator
      const name = 'Zertifikat "é".pdf'
      const added = yield* records.addFile(
        { key_values: { Batch: "B-001", "Compound ID": "EK-0001" } },
        { field: { field_name: "Certificate of analysis" }, activity: run(1) },
        Upload.bytes("%PDF", { name })
      )
      const value = Option.getOrThrow(added)
      expect(value.operation_id).toBe(activityCalled("EGFR IC50, run 1").id)
      const file = (yield* emulator.state).files.find(({ id }) =>
        Records.asTexts(value.content).pipe(Option.exists((ids) => ids.includes(id)))
      )
      expect(file).toMatchObject({ file_name: name, content_type: "application/pdf" })
    }).pipe(onDemo)
  )

  it.effect("are streamed on demand, 250 for each request, in the order of the search", () => {
    const ids = globalThis.Array.from(
      { length: 600 },
      (_, nth) => `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`
    )
    const { layer, sent } = onScript(Records.layer, ({ path, url }) => {
      if (path === "/records/search") return Scripted.json(ids)
      const asked = url.searchParams.get("record_ids")?.split(",") ?? []
      // One is gone since the search.
      return Scripted.json(
        asked
          .filter((id) => id !== ids[300])
          .map((id) => ({ id }))
          .reverse()
      )
    })
    const rest = ids.filter((id) => id !== ids[300])
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const some = yield* records.stream({ search_text: "a" }).pipe(Stream.take(10), Stream.runCollect)
      expect(idsOf(some)).toEqual(ids.slice(0, 10))
      expect(sent.map(({ path }) => path)).toEqual(["/records/search", "/records"])
      const all = yield* records.stream({ search_text: "a" }).pipe(Stream.runCollect)
      expect(idsOf(all)).toEqual(rest)
      const patched = yield* records.stream({}).pipe(RequestPolicy.withTimeout("1 minute"), Stream.runCollect)
      expect(idsOf(patched)).toEqual(rest)
      const sizes = sent
        .slice(2)
        .map(({ query }) => query.find(([name]) => name === "record_ids")?.[1].split(",").length)
      expect(sizes).toEqual([undefined, 250, 250, 1, 100, undefined, 250, 250, 1, 100])
    }).pipe(Effect.provide(layer))
  })

  it.effect("fail a stream with the name of the method", () => {
    const { layer } = onScript(Records.layer, ({ path }) =>
      path === "/records/search" ? Scripted.json([unknown]) : Scripted.json({ code: "NO", message: "no" }, 403)
    )
    return Effect.gen(function* () {
      const records = yield* Records.Records
      expect(yield* Effect.flip(Stream.runDrain(records.stream({})))).toMatchObject({
        _tag: "KaleidoscopeForbidden",
        call: "Records.stream"
      })
    }).pipe(Effect.provide(layer))
  })

  it.effect("with the same keys are ambiguous", () => {
    const { layer } = onScript(Records.layer, () =>
      Scripted.json([{ record: { id: "a" } }, { record: { id: "b" } }, { record: { id: "a" } }, { record: null }])
    )
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const reference = { key_values: { [fieldId("Batch")]: "1" } }
      const ambiguous = { _tag: "KaleidoscopeAmbiguousReference", ids: ["a", "b"] }
      expect(yield* Effect.flip(records.get(reference))).toMatchObject({ ...ambiguous, call: "Records.get" })
      expect(yield* Effect.flip(records.values(reference))).toMatchObject({ ...ambiguous, call: "Records.values" })
    }).pipe(Effect.provide(layer))
  })
})

class Potency extends Schema.Class<Potency>("Potency")({
  name: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("Compound ID")),
  SMILES: Schema.NonEmptyString,
  IC50: Schema.optional(Schema.Positive),
  Series: Schema.NullOr(Schema.Literal("Dimethoxy", "Ethoxy", "Methoxyethoxy", "Morpholine")),
  "Molecular weight": Schema.NumberFromString,
  Tags: Schema.optionalWith(Schema.Array(Schema.String), { as: "Option" }),
  Selective: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  "Registered on": Schema.DateTimeUtc,
  Notes: Schema.NullOr(Schema.String)
}) {}

describe("rows", () => {
  layer(onEmulator(Records.layer))("on the sample workspace", (it) => {
    it.effect("are read by field names and decoded by their schema", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const names = ["EK-0001", "EK-0017", "EK-0003"]
        const found = yield* records.getMany(names.map(compound))
        const [failed, rows] = Array.separate(yield* records.rows(Potency, found))
        expect(failed).toEqual([])
        expect(rows.map(({ name }) => name)).toEqual(names)
        const [first, second] = rows
        const [record] = found
        assert(first !== undefined && second !== undefined && record !== undefined)
        expect(first).toBeInstanceOf(Potency)
        const { created_at, record_values } = recordCalled("EK-0001")
        const stored = (name: string) => record_values[fieldId(name)]?.[0]?.content
        expect(first.SMILES).toBe(stored("SMILES"))
        expect(first["Molecular weight"]).toBe(Number(stored("Molecular weight")))
        expect(DateTime.formatIsoDateUtc(first["Registered on"])).toBe(created_at.slice(0, 10))
        expect(first.Tags).toEqual(Option.some(["hit", "lead"]))
        expect([first.Selective, second.Selective]).toEqual([true, false])
        expect([first.Series, first.Notes]).toEqual(["Dimethoxy", null])
      })
    )

    it.effect("have the values of one activity if it is given", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const found = yield* records.getMany([compound("EK-0001"), compound("EK-0017")])
        const Measured = Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.optional(Schema.Positive) })
        const [record] = found
        assert(record !== undefined)
        const activity = activityCalled("EGFR IC50, run 1").id
        const measured = Records.latestContent(record, { field: fieldId("IC50"), activity })
        // It is stored as text.
        expect(Option.map(measured, (content) => typeof content)).toEqual(Option.some("string"))
        expect(yield* records.rows(Measured, found, { activity: run(1) })).toEqual([
          Either.right({ "Compound ID": "EK-0001", IC50: Number(Option.getOrThrow(measured)) }),
          Either.right({ "Compound ID": "EK-0017" })
        ])
      })
    )

    it.effect("that do not fit the schema have an issue for each column", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const found = yield* records.getMany([compound("EK-0004"), { key_values: { "Plate ID": "P-0001" } }])
        const Strict = Schema.Struct({
          "Compound ID": Schema.String,
          Solubility: Schema.NullOr(Schema.Number),
          Wells: Schema.optional(Schema.Number.pipe(Schema.lessThan(100)))
        })
        const [[compoundError, plateError], rows] = Array.separate(yield* records.rows(Strict, found))
        expect(rows).toEqual([])
        expect(compoundError).toMatchObject({
          record: { record_identifier: "EK-0004" },
          issues: [{ path: "Solubility", message: 'Expected number, actual "<1"; Expected null, actual "<1"' }]
        })
        expect(plateError).toMatchObject({
          record: { record_identifier: "P-0001" },
          issues: [
            { path: "Compound ID", message: expect.stringContaining("null") },
            { path: "Wells", message: expect.stringContaining("less than 100") }
          ]
        })
      })
    )

    it.effect("of a stream look the fields up once", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const read = yield* records.rowReader(Schema.Struct({ "Plate ID": Schema.String, Wells: Schema.Number }))
        const before = yield* countOf("GET /data_fields")
        const rows = yield* records
          .stream({ entity_slice_id: { slice_name: "Plate" } })
          .pipe(Stream.map(read), Stream.runCollect)
        expect(Array.getRights(rows).toSorted((a, b) => a["Plate ID"].localeCompare(b["Plate ID"]))).toEqual(
          ["P-0001", "P-0002", "P-0003", "P-0004"].map((name) => ({ "Plate ID": name, Wells: 384 }))
        )
        expect(Chunk.size(rows)).toBe(4)
        expect(yield* countOf("GET /data_fields")).toBe(before)
      })
    )

    it.effect("fail for unknown fields", () =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        const rows = (schema: Schema.Schema.AnyNoContext) => Effect.flip(records.rows(schema, []))
        expect(yield* rows(Schema.Struct({ "IC 50": Schema.optional(Schema.Number) }))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "Records.rows",
          reference: 'field "IC 50"'
        })
        expect(yield* rows(Schema.Struct({}))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          call: "Records.rows",
          at: "schema"
        })
      })
    )
  })

  it.effect("use the id of a field if its name is ambiguous", () => {
    const { layer } = onScript(Records.layer, ({ path }) =>
      Scripted.json([{ id: path === "/key_fields" ? "a" : "b", field_name: "Batch" }])
    )
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const record = Schema.decodeUnknownSync(Records.Record)({
        id: "record",
        record_values: { a: [{ id: "1", content: "B-001" }], b: [{ id: "2", content: "other" }] }
      })
      expect(yield* Effect.flip(records.rows(Schema.Struct({ Batch: Schema.String }), [record]))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        call: "Records.rows",
        reference: 'field "Batch"',
        ids: ["a", "b"]
      })
      const byId = Schema.Struct({ batch: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("a")) })
      expect(Array.getRights(yield* records.rows(byId, [record]))).toEqual([{ batch: "B-001" }])
    }).pipe(Effect.provide(layer))
  })
})

describe("rows of numbers with more digits than a number holds", () => {
  const [field, text] = ["field", "9007199254740993"]
  const record = Schema.decodeUnknownSync(Records.Record)({
    id: unknown,
    record_values: { [field]: [{ id: "value", content: text }] }
  })
  const rowOf = <A, I>(schema: Schema.Schema<A, I>) =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const [row] = yield* records.rows(schema, [record])
      assert(row !== undefined)
      return row
    }).pipe(
      Effect.provide(
        onScript(Records.layer, ({ path }) =>
          Scripted.json(path === "/data_fields" ? [{ id: field, field_name: "Mass" }] : [])
        ).layer
      )
    )

  const numbers: ReadonlyArray<readonly [name: string, schema: Schema.Schema.AnyNoContext, path: string]> = [
    ["a number", Schema.Struct({ Mass: Schema.Number }), "Mass"],
    ["a number or null", Schema.Struct({ Mass: Schema.NullOr(Schema.Number) }), "Mass"],
    ["a number that may be missing", Schema.Struct({ Mass: Schema.optional(Schema.JsonNumber) }), "Mass"],
    ["a number made of text", Schema.Struct({ Mass: Schema.NumberFromString }), "Mass"],
    [
      "a number made of text, under another name",
      Schema.Struct({ mass: Schema.propertySignature(Schema.NumberFromString).pipe(Schema.fromKey("Mass")) }),
      "Mass"
    ],
    [
      "a number made of text, as an option",
      Schema.Struct({ Mass: Schema.optionalWith(Schema.NumberFromString, { as: "Option" }) }),
      "Mass"
    ],
    ["a field of a class", class Row extends Schema.Class<Row>("Row")({ Mass: Schema.NumberFromString }) {}, "Mass"]
  ]
  for (const [name, schema, path] of numbers) {
    it.effect(`have an issue for ${name} that names the fix`, () =>
      Effect.gen(function* () {
        expect(yield* rowOf(schema)).toMatchObject({
          _tag: "Left",
          left: {
            issues: [{ path, message: expect.stringMatching(/9007199254740993.*let the column take a BigDecimal/) }]
          }
        })
      })
    )
  }

  it.effect("keep all digits if the column is a decimal, a big integer or text", () =>
    Effect.gen(function* () {
      const whole = BigDecimal.unsafeFromString(text)
      for (const row of [
        yield* rowOf(Schema.Struct({ Mass: Schema.BigDecimal })),
        yield* rowOf(Schema.Struct({ Mass: Schema.BigDecimalFromSelf }))
      ]) {
        expect(Either.map(row, ({ Mass }) => BigDecimal.equals(Mass, whole))).toEqual(Either.right(true))
      }
      expect(yield* rowOf(Schema.Struct({ Mass: Schema.BigInt }))).toEqual(Either.right({ Mass: BigInt(text) }))
      expect(yield* rowOf(Schema.Struct({ Mass: Schema.String }))).toEqual(Either.right({ Mass: text }))
    })
  )
})

describe("keys that are no keys", () => {
  for (const key of [null, undefined, {}, ["EK-0001"], new Date(0)]) {
    it.effect(`are refused before a request is sent: ${JSON.stringify(key)}`, () => {
      const { layer, sent } = onScript(Records.layer, () => Scripted.json([]))
      return Effect.gen(function* () {
        const records = yield* Records.Records
        // What a program without types may give.
        const key_values = { [fieldId("Compound ID")]: key } as unknown as Records.KeyValues
        for (const call of [
          Effect.asVoid(records.find({ key_values })),
          Effect.asVoid(records.getOrCreate({ key_values }))
        ]) {
          expect(yield* Effect.flip(call)).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest",
            at: `key_values.${fieldId("Compound ID")}`
          })
        }
        expect(sent).toEqual([])
      }).pipe(Effect.provide(layer))
    })
  }
})
