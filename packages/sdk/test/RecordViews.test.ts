import { EntityFields, EntityTypes, Ids, type KaleidoscopeError, Records, RecordViews } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const services = Layer.mergeAll(RecordViews.layer, EntityFields.layer, EntityTypes.layer, Records.layer)

const view = (id: string, fields: { readonly [name: string]: unknown } = {}): RecordViews.RecordView =>
  Schema.decodeUnknownSync(RecordViews.RecordView)({ id, ...fields })

const activity = Ids.ActivityId.make("activity")
const definition = Ids.ActivityDefinitionId.make("definition")

describe("RecordViews", () => {
  it.effect("are listed without templates, and found by name and id", () =>
    Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const { record_views } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
      expect(record_views.some(({ is_template }) => is_template)).toBe(true)
      expect((yield* views.list).map(({ id }) => id)).toEqual(
        record_views.filter(({ is_template }) => !is_template).map(({ id }) => id)
      )
      const results = yield* views.get({ view_name: "IC50 results" })
      expect(yield* views.find(results.id)).toEqual(Option.some(results))
      expect(results.color_filters).toMatchObject([{ filter_type: "is_less_than", filter_prop: 100, color: "green" }])
      expect(yield* views.find({ view_name: "IC50 results of a run" })).toEqual(Option.none())
      expect(yield* Effect.flip(views.getMany([results, { view_name: "none" }]))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "RecordViews.getMany",
        missing: ['{"view_name":"none"}']
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("have data fields in the order of their columns, and only those of one type where it is given", () =>
    Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const names = (fields: ReadonlyArray<EntityFields.EntityField>) => fields.map(({ field_name }) => field_name)
      expect(names(yield* views.dataFields({ view_name: "Compounds" }))).toEqual([
        "SMILES",
        "Molecular weight",
        "Series",
        "IC50",
        "Tags"
      ])
      expect(names(yield* views.dataFields({ view_name: "Compounds" }, { field_type: "number" }))).toEqual([
        "Molecular weight",
        "IC50"
      ])
      expect(yield* Effect.flip(views.dataFields({ view_name: "none" }))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "RecordViews.dataFields"
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("have no data fields for columns of lookups and plots, nor for fields that do not exist", () => {
    const server = onScript(services, ({ path }) =>
      path === "/record_views"
        ? Scripted.json([
            {
              id: "v",
              view_fields: [
                { id: "1", lookup_field_id: "l" },
                { id: "2", data_field_id: "b" },
                { id: "3", data_field_id: "gone" },
                { id: "4", data_field_id: "a" }
              ]
            }
          ])
        : Scripted.json([{ id: "a" }, { id: "b" }])
    )
    return Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      expect((yield* views.dataFields(Ids.RecordViewId.make("v"))).map(({ id }) => id)).toEqual(["b", "a"])
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("get one more key field, by which records can be named right after", () =>
    Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const fields = yield* EntityFields.EntityFields
      const types = yield* EntityTypes.EntityTypes
      const records = yield* Records.Records
      const before = yield* views.get({ view_name: "To register" })
      assert(before.entity_slice_id !== null)
      // The catalogs are read before the change.
      yield* types.withKeyFields([{ field_name: "Compound ID" }])
      const compound = yield* records.get({ key_values: { "Compound ID": "EK-0037" } })

      const after = yield* views.addKeyField(before, {
        new_key_field_name: "Salt",
        records_to_transfer: [
          {
            record_id: { key_values: { "Compound ID": "EK-0037" } },
            key_field_name_to_value: { "Compound ID": "EK-0037", Salt: "HCl" }
          }
        ]
      })
      expect(after.id).toBe(before.id)
      expect(after.entity_slice_id).not.toBe(before.entity_slice_id)
      const salt = yield* fields.getKeyField({ field_name: "Salt" })
      expect(yield* types.withKeyFields([{ field_name: "Salt" }])).toMatchObject([{ id: after.entity_slice_id }])
      expect(Records.keyValues(yield* records.get(compound))[salt.id]).toBe("HCl")
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are new views with other ids after their key fields were replaced", () =>
    Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const before = yield* views.get({ view_name: "To register" })
      const after = yield* views.replaceKeyFields(before, {
        add_key_field_names: ["Registration ID"],
        remove_key_field_ids: [{ field_name: "Compound ID" }],
        records_to_transfer: [
          {
            record_id: { key_values: { "Compound ID": "EK-0037" } },
            key_field_name_to_value: { "Registration ID": "R-1" }
          }
        ]
      })
      expect(after.id).not.toBe(before.id)
      expect(after.entity_slice_id).not.toBe(before.entity_slice_id)
      expect(yield* views.get(after.id)).toEqual(after)
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are not changed if an argument names nothing", () => {
    const server = onScript(services, () => Scripted.json([]))
    return Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const change = { new_key_field_name: "Salt", records_to_transfer: [] }
      expect(yield* Effect.flip(views.addKeyField({ view_name: "none" }, change))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "RecordViews.addKeyField",
        reference: 'record view {"view_name":"none"}'
      } satisfies Partial<KaleidoscopeError.UnknownReference>)
      expect(yield* Effect.flip(views.addKeyField(Ids.RecordViewId.make(".."), change))).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        call: "RecordViews.addKeyField"
      })
      expect(server.sent.map(({ method }) => method)).toEqual(["GET"])
    }).pipe(Effect.provide(server.layer))
  })

  it("of an activity and of a definition are listed", () => {
    const ofBoth = view("both", { operation_ids: ["other", activity], operation_definition_ids: [definition] })
    const ofNeither = view("neither")
    const views = [ofBoth, ofNeither]
    expect(RecordViews.ofActivity(views, activity)).toEqual([ofBoth])
    expect(RecordViews.ofActivity({ id: activity })(views)).toEqual([ofBoth])
    expect(RecordViews.ofDefinition(views, { id: definition })).toEqual([ofBoth])
    expect(RecordViews.ofDefinition(definition)(views)).toEqual([ofBoth])
    expect(RecordViews.ofActivity(views, Ids.ActivityId.make("none"))).toEqual([])
  })

  it("keep unknown fields at any depth, and need only an id", () => {
    expect(view("v", { color: "red", filters: [{ filter_type: "is_new", note: 1 }] })).toMatchObject({
      color: "red",
      operation_ids: null,
      view_fields: [],
      filters: [{ filter_type: "is_new", note: 1, key_field_id: null, filter_prop: null }]
    })
  })
})
