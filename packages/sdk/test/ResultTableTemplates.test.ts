import { ActivityDefinitions, Ids, RecordViews, ResultTableTemplates } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const services = Layer.mergeAll(ResultTableTemplates.layer, ActivityDefinitions.layer, RecordViews.layer)

const results = { template_name: "IC50 results" }
const unknown = Ids.RecordViewId.make("00000000-0000-4000-8000-000000000000")

const notFound = Scripted.json({ code: "NOT_FOUND", message: "There is no such thing" }, 404)

describe("ResultTableTemplates", () => {
  it.effect("are found by id, by their own name and by the name of their views", () =>
    Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const listed = yield* templates.list
      const { record_views } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
      expect(listed.map(({ id }) => id)).toEqual(
        record_views.filter(({ is_template }) => is_template).map(({ id }) => id)
      )
      const template = listed.find(({ template_name }) => template_name === "IC50 results")
      assert(template !== undefined)
      expect(template.is_template).toBe(true)
      expect(yield* templates.get(template.id)).toEqual(template)
      expect(yield* templates.get(results)).toEqual(template)
      expect(yield* templates.find({ view_name: "IC50 results of a run" })).toEqual(Option.some(template))
      expect(yield* templates.getMany([template])).toEqual([template])
      expect(yield* templates.find(unknown)).toEqual(Option.none())
      expect(yield* templates.findMany([unknown, template])).toEqual([template])
      expect(yield* Effect.flip(templates.get(unknown))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "ResultTableTemplates.get",
        missing: [unknown]
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are not reported as missing if the 404 is not the platform's", () => {
    const server = onScript(services, () => Scripted.text("<html>", 404, { "content-type": "text/html" }))
    return Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      expect(yield* Effect.flip(templates.find(unknown))).toMatchObject({ _tag: "KaleidoscopeUnexpectedStatus" })
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("are created, changed, copied and removed", () =>
    Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const created = yield* templates.create({
        view_name: "Solubility results",
        entity_slice_id: { slice_name: "Compound" },
        program_ids: [{ title: "EGFR inhibitors" }],
        data_field_ids: [{ field_name: "Solubility" }, { field_name: "IC50" }],
        sort_order: "created_date"
      })
      expect(created).toMatchObject({ is_template: true, sort_order: "created_date", template_name: null })
      expect(created.view_fields).toHaveLength(2)
      expect(created.program_ids).toHaveLength(1)

      const [solubility, ic50] = created.view_fields
      assert(solubility !== undefined && ic50 !== undefined)
      const updated = yield* templates.update(
        { view_name: "Solubility results" },
        {
          template_name: "Solubility",
          program_ids: null,
          remove_view_field_ids: [solubility.id],
          data_field_ids: [{ field_name: "Notes" }]
        }
      )
      expect(updated).toMatchObject({ id: created.id, template_name: "Solubility", program_ids: [] })
      expect(updated.view_fields).toMatchObject([ic50, {}])
      expect((yield* templates.update(created, { template_name: null })).template_name).toBeNull()

      const copy = yield* templates.duplicate(created)
      expect(copy.id).not.toBe(created.id)
      expect(copy).toMatchObject({ is_template: true, entity_slice_id: created.entity_slice_id })

      yield* templates.remove(created)
      expect(yield* templates.find(created)).toEqual(Option.none())
      expect(yield* templates.findMany([created, copy])).toEqual([copy])
      expect(yield* Effect.flip(templates.remove(created))).toMatchObject({ _tag: "KaleidoscopeNotFound" })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are made of views: a saved view stays, a promoted view is removed", () =>
    Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const views = yield* RecordViews.RecordViews
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const batches = yield* views.get({ view_name: "Batches" })

      const saved = yield* templates.saveViewAsTemplate(batches, { view_name: "Batches", template_name: "Batches" })
      expect(saved).toMatchObject({ is_template: true, template_name: "Batches" })
      expect(saved.view_fields).toHaveLength(batches.view_fields.length)
      expect(yield* views.find(batches)).toEqual(Option.some(batches))

      const promoted = yield* templates.promote(
        { view_name: "Batches" },
        { operation_definition_id: { title: "Design cycle" }, view_name: "Promoted" }
      )
      expect(yield* views.find(batches)).toEqual(Option.none())
      const definition = yield* definitions.get({ title: "Design cycle" })
      expect(ActivityDefinitions.placementsOf(definition, promoted)).toHaveLength(1)
      expect(yield* definitions.templates(definition)).toMatchObject([{ id: promoted.id }])
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are returned as they are after linking, and unlinked from their only placement", () =>
    Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const solubility = yield* definitions.get({ title: "Solubility assay" })

      const linked = yield* templates.link(results, { external_id: "ASSAY-2" }, { position_index: 0 })
      expect(linked.operation_definition_ids).toContain(solubility.id)
      expect(ActivityDefinitions.placementsOf(yield* definitions.get(solubility), linked)).toMatchObject([
        { position_index: 0, component_type: "result_table" }
      ])

      yield* templates.unlink(results, { title: "Solubility assay" })
      expect(ActivityDefinitions.placementsOf(yield* definitions.get(solubility), linked)).toEqual([])
      expect(yield* Effect.flip(templates.unlink(results, solubility))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "ResultTableTemplates.unlink"
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are linked to several definitions at once", () =>
    Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const both = [{ title: "Solubility assay" }, { title: "Design cycle" }]
      yield* templates.bulkLink(results, both)
      const ids = (yield* definitions.getMany(both)).map(({ id }) => id)
      expect((yield* templates.get(results)).operation_definition_ids).toEqual(expect.arrayContaining(ids))
      yield* templates.bulkUnlink(results, both)
      const after = (yield* templates.get(results)).operation_definition_ids ?? []
      expect(after.filter((id) => ids.includes(id))).toEqual([])
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are linked, and the error has the outcome done, if reading them afterwards fails", () => {
    const server = onScript(services, ({ method }) => (method === "POST" ? Scripted.json({ id: unknown }) : notFound))
    return Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const definition = Ids.ActivityDefinitionId.make("definition")
      expect(yield* Effect.flip(templates.link(unknown, definition))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "ResultTableTemplates.link",
        message: expect.stringContaining("There is no such thing"),
        outcome: "done"
      })
      expect(server.sent.map(({ method }) => method)).toEqual(["POST", "GET"])
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("that cannot be linked fail with all ids that may be missing", () => {
    const server = onScript(services, () => notFound)
    return Effect.gen(function* () {
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const definition = Ids.ActivityDefinitionId.make("definition")
      expect(yield* Effect.flip(templates.link(unknown, definition))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        missing: [unknown, definition],
        outcome: "none"
      })
      expect(
        yield* Effect.flip(templates.unlink(unknown, definition, { content_layout_id: Ids.ContentLayoutId.make("p") }))
      ).toMatchObject({ _tag: "KaleidoscopeNotFound", missing: [unknown, definition, "p"] })
    }).pipe(Effect.provide(server.layer))
  })
})
