import { EntityFields, Ids } from "@effect-kaleidoscope/sdk"
import { Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it, layer } from "../../../test/vitest.js"
import { countOf, fieldId } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const compoundId = { field_name: "Compound ID" }
const unknown = Ids.EntityFieldId.make("00000000-0000-4000-8000-000000000000")

describe("EntityFields", () => {
  layer(onEmulator(EntityFields.layer))("on the emulator", (it) => {
    it.effect("lists key fields and data fields", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        const all = [...(yield* fields.listKeyFields), ...(yield* fields.listDataFields)]
        expect(all.map(({ id }) => id).toSorted()).toEqual(Workspace.demo.entity_fields.map(({ id }) => id).toSorted())
      })
    )

    it.effect("finds a field by id, model and name, among fields of its kind", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        const field = yield* fields.getKeyField(compoundId)
        expect(field).toMatchObject({ id: fieldId("Compound ID"), is_key: true, serial_format_prefix: "EK-" })
        expect(yield* fields.getKeyField(field)).toEqual(field)
        expect(yield* fields.findKeyField(field.id)).toEqual(Option.some(field))
        expect(yield* fields.findDataField(compoundId)).toEqual(Option.none())
        expect(yield* fields.findDataField(field.id)).toEqual(Option.none())
        expect(yield* Effect.flip(fields.getDataField({ field_name: "none" }))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "EntityFields.getDataField",
          missing: ['{"field_name":"none"}']
        })
      })
    )

    it.effect("changes a key field: a field that is left out stays, null clears it", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        const before = yield* fields.getKeyField({ field_name: "Batch" })
        const patch = {
          field_description: "Of a compound",
          format_enforcement: "suggest",
          regex_format: "^B-"
        } as const
        const changed = yield* fields.updateKeyField({ field_name: "Batch" }, patch)
        expect(changed).toMatchObject({ ...patch, id: before.id, field_examples: before.field_examples })
        expect(yield* fields.getKeyField(before)).toEqual(changed)
        const cleared = yield* fields.updateKeyField(before, { regex_format: null })
        expect(cleared).toMatchObject({ ...patch, regex_format: null })
      })
    )

    it.effect("changes a data field, which is found by its new name at once", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        const notes = yield* fields.getDataField({ field_name: "Notes" })
        const renamed = yield* fields.updateDataField(notes, {
          field_name: "Remarks",
          display_aggregation_type: "list",
          attrs: { rows: 3 }
        })
        expect(renamed).toMatchObject({ id: notes.id, field_name: "Remarks", attrs: { rows: 3 } })
        expect(yield* fields.updateDataField({ field_name: "Remarks" }, { is_readonly: true })).toMatchObject({
          id: notes.id,
          is_readonly: true,
          display_aggregation_type: "list"
        })
        expect(yield* Effect.flip(fields.updateDataField({ field_name: "Notes" }, {}))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "EntityFields.updateDataField",
          reference: 'data field {"field_name":"Notes"}'
        })
        expect(yield* Effect.flip(fields.updateDataField(unknown, { is_readonly: true }))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          missing: [unknown]
        })
      })
    )

    it.effect("returns the existing field instead of creating another", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        const posts = yield* countOf("POST /key_fields/")
        expect((yield* fields.getOrCreateKeyField(compoundId)).id).toBe(fieldId("Compound ID"))
        expect(yield* countOf("POST /key_fields/")).toBe(posts)
      })
    )

    it.effect("fails if the existing data field has another type", () =>
      Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        expect(
          yield* Effect.flip(fields.getOrCreateDataField({ field_name: "IC50", field_type: "text" }))
        ).toMatchObject({
          _tag: "KaleidoscopeConflict",
          call: "EntityFields.getOrCreateDataField",
          message: 'the data field "IC50" is of the type number, not text'
        })
      })
    )
  })

  it.effect("creates a field once for concurrent calls", () =>
    Effect.gen(function* () {
      const fields = yield* EntityFields.EntityFields
      const created = yield* Effect.all(
        [
          ...Array.from({ length: 50 }, () => fields.getOrCreateDataField({ field_name: "pKa", field_type: "number" })),
          ...Array.from({ length: 50 }, () => fields.getOrCreateKeyField({ field_name: "pKa" }))
        ],
        { concurrency: "unbounded" }
      )
      expect(new Set(created.map(({ id }) => id)).size).toBe(2)
      expect(yield* countOf("POST /data_fields/")).toBe(1)
      expect(yield* countOf("POST /key_fields/")).toBe(1)
      expect((yield* fields.getDataField({ field_name: "pKa" })).id).toBe(created[0]?.id)
      expect((yield* fields.getKeyField({ field_name: "pKa" })).id).toBe(created[50]?.id)
    }).pipe(Effect.provide(onEmulator(EntityFields.layer)))
  )

  it.effect("looks the field up after the response to a creation was lost", () =>
    Effect.gen(function* () {
      const fields = yield* EntityFields.EntityFields
      const field = yield* fields.getOrCreateDataField({ field_name: "pKa", field_type: "number" })
      expect(field).toMatchObject({ field_name: "pKa", field_type: "number", is_key: false })
      expect(yield* countOf("POST /data_fields/")).toBe(1)
    }).pipe(
      Effect.provide(
        onEmulator(EntityFields.layer, {
          faults: [Faults.on({ path: "/data_fields/", method: "POST" }, Faults.resetAfter)]
        })
      )
    )
  )

  it.effect("fails with the outcome unknown if the lookup after a creation fails", () => {
    const { layer, sent } = onScript(EntityFields.layer, ({ method }) =>
      method === "POST" ? Scripted.broken("ECONNRESET") : Scripted.json([])
    )
    return Effect.gen(function* () {
      const fields = yield* EntityFields.EntityFields
      expect(yield* Effect.flip(fields.getOrCreateKeyField({ field_name: "pKa" }))).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        call: "EntityFields.getOrCreateKeyField",
        outcome: "unknown"
      })
      expect(sent.filter(({ method }) => method === "POST").length).toBe(1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("returns the field that another client created meanwhile", () => {
    const { layer } = onScript(EntityFields.layer, ({ method }, nth) =>
      method === "POST"
        ? Scripted.json({ code: "CONFLICT", message: "there is one" }, 409)
        : Scripted.json(nth > 2 ? [{ id: "theirs", field_name: "pKa" }] : [])
    )
    return Effect.gen(function* () {
      const fields = yield* EntityFields.EntityFields
      expect((yield* fields.getOrCreateKeyField({ field_name: "pKa" })).id).toBe("theirs")
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails with AmbiguousReference and the ids of fields with the same name", () => {
    const { layer } = onScript(EntityFields.layer, () =>
      Scripted.json([
        { id: "a", field_name: "Batch" },
        { id: "b", field_name: "Batch" },
        { id: "c", field_name: null }
      ])
    )
    return Effect.gen(function* () {
      const fields = yield* EntityFields.EntityFields
      const ambiguous = { _tag: "KaleidoscopeAmbiguousReference", ids: ["a", "b"] }
      expect(yield* Effect.flip(fields.findKeyField({ field_name: "Batch" }))).toMatchObject(ambiguous)
      expect(yield* Effect.flip(fields.updateKeyField({ field_name: "Batch" }, {}))).toMatchObject({
        ...ambiguous,
        call: "EntityFields.updateKeyField"
      })
      expect(yield* Effect.flip(fields.getOrCreateKeyField({ field_name: "Batch" }))).toMatchObject(ambiguous)
    }).pipe(Effect.provide(layer))
  })
})
