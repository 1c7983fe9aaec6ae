import {
  ActivityDefinitions,
  EntityFields,
  EntityTypes,
  Ids,
  Programs,
  Records,
  RecordViews
} from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const [one, two, three] = [
  "aaaaaaaa-0000-4000-8000-00000000000a",
  "bbbbbbbb-0000-4000-8000-00000000000b",
  "cccccccc-0000-4000-8000-00000000000c"
] as const

const inCapitals = (id: string) => id.toUpperCase()

const Services = Layer.mergeAll(Programs.layer, Records.layer, EntityTypes.layer, RecordViews.layer)

/** A server that answers each path with what is written here. */
const answering = (bodies: { readonly [path: string]: unknown }) =>
  Effect.provide(onScript(Services, ({ path }) => Scripted.json(bodies[path] ?? [])).layer)

describe("ids that differ in letter case", () => {
  it.effect("name the same item of a list", () =>
    Effect.gen(function* () {
      const programs = yield* Programs.Programs
      const capitals = Ids.ProgramId.make(inCapitals(one))
      expect((yield* programs.get(capitals)).title).toBe("One")
      expect(yield* programs.find({ id: capitals })).toMatchObject(Option.some({ title: "One" }))
      const [first, second] = yield* programs.getMany([Ids.ProgramId.make(two), capitals])
      expect([first?.title, second?.title]).toEqual(["Two", "One"])
    }).pipe(
      answering({
        "/programs": [
          { id: one, title: "One" },
          { id: inCapitals(two), title: "Two" }
        ]
      })
    )
  )

  it.effect("are different if they are not UUIDs", () =>
    Effect.gen(function* () {
      const programs = yield* Programs.Programs
      expect((yield* programs.list).length).toBe(2)
      expect((yield* programs.get(Ids.ProgramId.make("P-A"))).title).toBe("capital")
      expect(yield* programs.find(Ids.ProgramId.make("P-a"))).toMatchObject(Option.some({ title: "small" }))
      expect(yield* programs.find(Ids.ProgramId.make("p-a"))).toEqual(Option.none())
    }).pipe(
      answering({
        "/programs": [
          { id: "P-A", title: "capital" },
          { id: "P-a", title: "small" }
        ]
      })
    )
  )

  it("name the same field, activity, view and record of a value", () => {
    const record = Schema.decodeUnknownSync(Records.Record)({
      id: one,
      identifier_ids: [inCapitals(two)],
      record_values: {
        [two]: [
          { id: "older", content: "own", record_id: inCapitals(one), created_at: "2025-01-01" },
          {
            id: "newer",
            content: "of the sub-record",
            record_id: two,
            operation_id: three,
            record_view_id: two,
            created_at: "2025-01-02"
          }
        ],
        [inCapitals(three)]: [{ id: two, content: "EK-0001" }]
      }
    })
    const field = Ids.EntityFieldId.make(inCapitals(two))
    const sub_record = Ids.RecordId.make(inCapitals(two))
    expect(Records.latestContent(record, { field })).toEqual(Option.some("own"))
    expect(Records.latestContent(record, { field, sub_record })).toEqual(Option.some("of the sub-record"))
    const activity = Ids.ActivityId.make(inCapitals(three))
    expect(Records.latestContent(record, { field, activity, sub_records: true })).toEqual(
      Option.some("of the sub-record")
    )
    expect(Records.latestContent(record, { field, activity })).toEqual(Option.none())
    const record_view = Ids.RecordViewId.make(inCapitals(two))
    expect(Records.latestContent(record, { field, record_view, sub_records: true })).toEqual(
      Option.some("of the sub-record")
    )
    expect(Records.keyValues(record)).toEqual({ [inCapitals(three)]: "EK-0001" })
  })

  it.effect("name the same column of rows, and the same key", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const record = Schema.decodeUnknownSync(Records.Record)({
        id: one,
        record_values: { [two]: [{ id: "v", content: "7" }] }
      })
      const rows = yield* records.rows(Schema.Struct({ [inCapitals(two)]: Schema.Number }), [record])
      expect(rows.map(Either.getOrNull)).toEqual([{ [inCapitals(two)]: 7 }])
      const twice = yield* Effect.flip(records.find({ key_values: { [two]: "a", [inCapitals(two)]: "b" } }))
      expect(twice).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", at: `key_values.${inCapitals(two)}` })
    }).pipe(answering({ "/data_fields": [{ id: two, field_name: "IC50" }] }))
  )

  it.effect("name the same key field of an entity type", () =>
    Effect.gen(function* () {
      const entityTypes = yield* EntityTypes.EntityTypes
      const keys = [Ids.EntityFieldId.make(inCapitals(one)), Ids.EntityFieldId.make(one)]
      expect((yield* entityTypes.withKeyFields(keys)).map(({ slice_name }) => slice_name)).toEqual([
        "Compound",
        "Batch"
      ])
      expect(yield* entityTypes.findByKeyFields(keys)).toMatchObject(Option.some({ slice_name: "Compound" }))
    }).pipe(
      answering({
        "/entity_slices": [
          { id: "1", slice_name: "Compound", key_field_ids: [one, inCapitals(one)] },
          { id: "2", slice_name: "Batch", key_field_ids: [one, two] }
        ]
      })
    )
  )

  it("name the same activity, definition and placement of a view", () => {
    const view = Schema.decodeUnknownSync(RecordViews.RecordView)({
      id: three,
      operation_ids: [one],
      operation_definition_ids: [two]
    })
    expect(RecordViews.ofActivity([view], Ids.ActivityId.make(inCapitals(one)))).toEqual([view])
    expect(RecordViews.ofActivity([view], Ids.ActivityId.make(two))).toEqual([])
    expect(RecordViews.ofDefinition([view], Ids.ActivityDefinitionId.make(inCapitals(two)))).toEqual([view])
    const placement = { id: one, component_type: "result_table", record_view_id: three }
    const definition = Schema.decodeUnknownSync(ActivityDefinitions.ActivityDefinition)({
      id: two,
      content_layout: [placement, { ...placement, id: inCapitals(one) }]
    })
    const placements = ActivityDefinitions.placementsOf(definition, Ids.RecordViewId.make(inCapitals(three)))
    expect(placements.map(({ id }) => id)).toEqual([one])
  })

  it("name the same column when fields are renamed, unless both exist", () => {
    const fields = [Schema.decodeUnknownSync(EntityFields.EntityField)({ id: one, field_name: "IC50" })]
    expect(EntityFields.renameFields([{ [inCapitals(one)]: 1 }], fields)).toEqual([{ IC50: 1 }])
    const both = [{ [one]: 1, [inCapitals(one)]: 2 }]
    expect(EntityFields.renameFields(both, fields)).toEqual(both)
  })
})

describe("an id that a list holds twice", () => {
  const twice = {
    "/programs": [
      { id: one, title: "One" },
      { id: two, title: "Same" },
      { id: inCapitals(one), title: "One" },
      { id: two, title: "Same" },
      { id: three, title: "Same" }
    ]
  }

  it.effect("is one item, by id, by name and in the list", () =>
    Effect.gen(function* () {
      const programs = yield* Programs.Programs
      expect((yield* programs.list).map(({ id }) => id)).toEqual([one, two, three])
      expect((yield* programs.get(Ids.ProgramId.make(one))).title).toBe("One")
      expect((yield* programs.get({ title: "One" })).id).toBe(one)
      expect(yield* Effect.flip(programs.get({ title: "Same" }))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        ids: [two, three]
      })
      expect(yield* Effect.flip(programs.update({ title: "Same" }, { title: "x" }))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        ids: [two, three]
      })
    }).pipe(answering(twice))
  )

  it.effect("is found once by a search, and by keys", () =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const entityTypes = yield* EntityTypes.EntityTypes
      expect(yield* records.search({})).toEqual([one, two])
      expect(yield* entityTypes.recordIds(Ids.EntityTypeId.make(three))).toEqual([one, two])
      expect((yield* records.get({ key_values: { [three]: "EK-0001" } })).id).toBe(one)
    }).pipe(
      answering({
        "/records/search": [one, two, inCapitals(one), two],
        "/records/identifiers": [{ record: { id: one } }, { record: { id: inCapitals(one) } }]
      })
    )
  )

  it.effect("is one field of a view, and one column of rows", () =>
    Effect.gen(function* () {
      const views = yield* RecordViews.RecordViews
      const records = yield* Records.Records
      const fields = yield* views.dataFields(Ids.RecordViewId.make(three))
      expect(fields.map(({ field_name }) => field_name)).toEqual(["IC50"])
      expect(yield* records.rows(Schema.Struct({ IC50: Schema.Number }), [])).toEqual([])
    }).pipe(
      answering({
        "/record_views": [
          {
            id: three,
            view_fields: [
              { id: "a", data_field_id: one },
              { id: "b", data_field_id: inCapitals(one) }
            ]
          }
        ],
        "/data_fields": [
          { id: one, field_name: "IC50" },
          { id: inCapitals(one), field_name: "IC50" }
        ]
      })
    )
  )
})

it.effect("thousands of names and ids are found in a list of thousands in linear time", () => {
  const count = 60_000
  const all = Array.from({ length: count }, (_, index) => ({ id: `id ${index}`, title: `title ${index}` }))
  return Effect.gen(function* () {
    const programs = yield* Programs.Programs
    const byId = yield* programs.getMany(all.map(({ id }) => Ids.ProgramId.make(id)))
    const byTitle = yield* programs.findMany(all.map(({ title }) => ({ title })))
    expect([byId.length, byTitle.length]).toEqual([count, count])
  }).pipe(answering({ "/programs": all }))
})
