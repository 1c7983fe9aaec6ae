import { ActivityDefinitions, Ids, RecordViews, ResultTableTemplates } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { fixture, onEmulator, onScript } from "./support/services.js"

const services = Layer.mergeAll(ActivityDefinitions.layer, RecordViews.layer, ResultTableTemplates.layer)

const registration = { title: "Compound registration" }

const decode = Schema.decodeUnknown(Schema.Array(ActivityDefinitions.ActivityDefinition))

/** A definition with a note, a view that is placed once, and one that is placed twice. */
const layout = {
  id: "definition",
  content_layout: [
    { id: "note", component_type: "note_section", note_section_id: "n" },
    { id: "p1", component_type: "result_table", record_view_id: "once" },
    { id: "p2", component_type: "result_table", record_view_id: "twice" },
    { id: "p3", component_type: "lookup_table", record_view_id: "twice" }
  ]
}

const onLayout = () =>
  onScript(ActivityDefinitions.layer, ({ method }) => Scripted.json(method === "PUT" ? layout : [layout]))

const id = Ids.ActivityDefinitionId.make("definition")
const once = Ids.RecordViewId.make("once")
const twice = Ids.RecordViewId.make("twice")
const placement = Ids.ContentLayoutId.make

describe("ActivityDefinitions", () => {
  it.effect("are found by id, title and external id", () =>
    Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const { activity_definitions } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
      assert(activity_definitions.length > 1)
      expect((yield* definitions.list).map(({ id }) => id)).toEqual(activity_definitions.map(({ id }) => id))
      const assay = yield* definitions.get({ title: "IC50 assay" })
      expect(assay).toMatchObject({
        duration: 2,
        properties: [{ property_name: "Cell line" }],
        content_layout: [
          { component_type: "note_section", record_view_id: null },
          { component_type: "result_table", note_section_id: null }
        ]
      })
      expect(yield* definitions.get({ external_id: "ASSAY-1" })).toEqual(assay)
      expect(yield* definitions.find(assay.id)).toEqual(Option.some(assay))
      expect(yield* definitions.find({ title: "none" })).toEqual(Option.none())
      expect(yield* definitions.findMany([{ title: "none" }, assay])).toEqual([assay])
      expect(yield* Effect.flip(definitions.getMany([{ title: "none" }, assay]))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        missing: ['{"title":"none"}']
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are changed: a field that is left out stays, null clears, names are looked up", () =>
    Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const before = yield* definitions.get({ title: "IC50 assay" })
      const updated = yield* definitions.update(
        { title: "IC50 assay" },
        {
          title: "IC50 assay, new",
          external_id: null,
          priority: "high",
          add_label_ids: [{ label_name: "urgent" }],
          remove_program_ids: [{ title: "EGFR inhibitors" }],
          add_assigned_user_ids: [{ email: "ada@northlight.example" }],
          add_assigned_group_ids: [{ group_name: "Biology" }]
        }
      )
      expect(updated).toMatchObject({
        id: before.id,
        title: "IC50 assay, new",
        external_id: null,
        priority: "high",
        duration: before.duration,
        content_layout: before.content_layout,
        program_ids: []
      })
      expect(updated.label_ids).toHaveLength(before.label_ids.length + 1)
      expect(updated.assigned_user_ids).toHaveLength(before.assigned_user_ids.length + 1)
      expect(updated.assigned_group_ids).toHaveLength(1)
      expect(yield* definitions.get({ title: "IC50 assay, new" })).toEqual(updated)
      expect((yield* definitions.update({ title: "IC50 assay, new" }, { duration: null })).duration).toBeNull()
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("have activities, record views and templates", () =>
    Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const assay = yield* definitions.get({ title: "IC50 assay" })
      const activities = yield* definitions.activities(assay)
      expect(activities.map(({ title }) => title).sort()).toEqual([1, 2, 3, 4].map((run) => `EGFR IC50, run ${run}`))
      expect(activities.every(({ definition_id }) => definition_id === assay.id)).toBe(true)
      expect(yield* definitions.templates(assay)).toMatchObject([{ template_name: "IC50 results" }])
      expect(yield* definitions.recordViews(assay)).toEqual([])
      expect(yield* definitions.recordViews(registration)).toMatchObject([{ view_name: "To register" }])
      expect(yield* Effect.flip(definitions.recordViews({ title: "none" }))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "ActivityDefinitions.recordViews"
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("are configured for registration, and null clears it", () =>
    Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const before = yield* definitions.get(registration)
      const cleared = yield* definitions.setRegistration(registration, {
        registration_property_field_id: null,
        registration_record_view_id: null,
        registration_content_layout_id: null
      })
      expect(cleared).toMatchObject({
        registration_property_field_id: null,
        registration_record_view_id: null,
        registration_content_layout_id: null
      })

      const configured = yield* definitions.configureRegistration(registration, {
        property_field: { property_name: "Uploaded file" },
        record_view: { view_name: "To register" },
        status_field: { field_name: "Notes" }
      })
      expect(configured).toMatchObject({
        registration_property_field_id: before.registration_property_field_id,
        registration_record_view_id: before.registration_record_view_id,
        registration_content_layout_id: before.registration_content_layout_id,
        registration_result_record_view_id: null
      })
      expect(configured.registration_status_field_id).not.toBeNull()

      const [item] = before.content_layout
      assert(item !== undefined)
      expect(
        yield* definitions.configureRegistration(registration, { record_view: null, result_record_view: item })
      ).toMatchObject({
        registration_record_view_id: null,
        registration_content_layout_id: null,
        registration_status_field_id: configured.registration_status_field_id,
        registration_result_record_view_id: item.record_view_id,
        registration_result_content_layout_id: item.id
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("add views and templates to the queue, and remove them", () =>
    Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const templates = yield* ResultTableTemplates.ResultTableTemplates
      const template = yield* templates.get({ template_name: "IC50 results" })
      const queued = yield* definitions.queueToViews({ title: "IC50 assay" }, [{ template_name: "IC50 results" }])
      expect(queued.view_ids_to_add_to_when_record_attached).toEqual([template.id])
      expect(queued.queue_content_layout_ids).toEqual(
        ActivityDefinitions.placementsOf(queued, template).map(({ id }) => id)
      )
      const stopped = yield* definitions.setQueuing(queued, {
        remove_view_ids_to_add_to_when_record_attached: [template],
        set_queue_content_layout_ids: [{ view_id: template, content_layout_ids: [] }]
      })
      expect(stopped).toMatchObject({ view_ids_to_add_to_when_record_attached: [], queue_content_layout_ids: [] })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("without a placement of a view fail, and the error lists their placements of other views", () => {
    const server = onLayout()
    return Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      expect(
        yield* Effect.flip(definitions.configureRegistration(id, { record_view: Ids.RecordViewId.make("nowhere") }))
      ).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "ActivityDefinitions.configureRegistration",
        reference: "placement of record view nowhere",
        message:
          "activity definition definition has no placement of record view nowhere; its placements of record views are: " +
          "p1 (once), p2 (twice), p3 (twice)"
      })
      for (const unplaced of ["note", "none"]) {
        expect(
          yield* Effect.flip(definitions.queueToViews(id, [{ content_layout_id: placement(unplaced) }]))
        ).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "ActivityDefinitions.queueToViews",
          reference: `placement ${unplaced} of a record view`
        })
      }
      expect(server.sent.map(({ method }) => method)).toEqual(["GET", "GET", "GET"])
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("with several placements of a view fail, and the error lists them, so that one can be given", () => {
    const server = onLayout()
    return Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      expect(yield* Effect.flip(definitions.queueToViews(id, [once, twice]))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        call: "ActivityDefinitions.queueToViews",
        ids: ["p2", "p3"],
        message:
          "activity definition definition has 2 placements of record view twice; " +
          "give the content_layout_id of one of them: p2, p3"
      })
      expect(server.sent.map(({ method }) => method)).toEqual(["GET"])

      const definition = yield* definitions.get(id)
      yield* definitions.queueToViews(id, [
        once,
        ...ActivityDefinitions.placementsOf(twice)(definition),
        { content_layout_id: { id: placement("p1") } }
      ])
      expect(JSON.parse(server.sent.at(-1)?.body ?? "")).toEqual({
        add_view_ids_to_add_to_when_record_attached: ["once", "twice"],
        set_queue_content_layout_ids: [
          { view_id: "once", content_layout_ids: ["p1"] },
          { view_id: "twice", content_layout_ids: ["p2", "p3"] }
        ]
      })
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("are not changed where a name belongs to nothing or to several things", () => {
    const server = onScript(ActivityDefinitions.layer, () =>
      Scripted.json([
        { id: "a", title: "same", label_name: "same" },
        { id: "b", title: "same", label_name: "same" }
      ])
    )
    return Effect.gen(function* () {
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      expect(yield* Effect.flip(definitions.update({ title: "same" }, { status: "done" }))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        call: "ActivityDefinitions.update",
        ids: ["a", "b"]
      })
      expect(yield* Effect.flip(definitions.update(id, { remove_label_ids: [{ label_name: "none" }] }))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "ActivityDefinitions.update"
      })
      expect(server.sent.every(({ method }) => method === "GET")).toBe(true)
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("are decoded if only the id is there", () =>
    Effect.map(decode([{ id: "d", content_layout: [{ id: "p", component_type: "timeline" }] }]), ([definition]) =>
      expect(definition).toMatchObject({
        title: null,
        registration_status_field_id: null,
        queue_content_layout_ids: [],
        content_layout: [{ id: "p", component_type: "timeline", record_view_id: null }]
      })
    )
  )

  const real = fixture("experiment_types.json")
  it.effect.runIf(real !== undefined)("are encoded as they were received, unknown fields included", () =>
    Effect.gen(function* () {
      const decoded = yield* decode(real)
      expect(decoded.length).toBeGreaterThan(0)
      const written = yield* Schema.encode(Schema.Array(ActivityDefinitions.ActivityDefinition))(decoded)
      expect(written).toMatchObject(real as object) // the answer is a list
    })
  )
})
