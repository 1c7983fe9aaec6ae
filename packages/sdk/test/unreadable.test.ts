import * as Headers from "@effect/platform/Headers"
import {
  Activities,
  ActivityDefinitions,
  EntityFields,
  EntityTypes,
  Ids,
  Imports,
  Metrics,
  Model,
  Programs,
  Records,
  RecordViews,
  RequestPolicy,
  ResultTableTemplates
} from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Decoder from "../src/internal/json/decoder.js"
import * as Json from "../src/internal/json/json.js"
import * as Decode from "../src/internal/request/decode.js"
import { type AnySchema, fitting, models } from "./support/models.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const id = "8bc96c35-22f2-4fbc-9941-3d15ff619f89"
const otherId = "0c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10"

/** What an answer with this body means. */
const read = (schema: AnySchema, json: unknown) =>
  Decode.decode(
    { status: 200, headers: Headers.empty, body: new TextEncoder().encode(JSON.stringify(json)) },
    { schema },
    false,
    (text) => text
  )

/** The fields of a model that may be missing, and whether the answer cannot be used where one cannot be read. */
const fieldsOf = (schema: AnySchema) => {
  const { ast } = schema
  return SchemaAST.isTransformation(ast) && SchemaAST.isTypeLiteral(ast.to)
    ? Array.from(Decoder.mayBeMissing(ast.to), ([name, { essential }]) => ({ name: String(name), essential }))
    : []
}

/** As it arrives: the key `__proto__` does not. */
const encoded = (json: unknown): unknown => Either.getOrThrow(Json.parse(JSON.stringify(json)))

describe("a field with an unexpected value", () => {
  for (const [name, schema] of models) {
    const fields = fieldsOf(schema)
    if (fields.length === 0) continue
    it.prop(
      `does not damage other fields in ${name}`,
      [fitting(schema.ast), FastCheck.constantFrom(...fields), FastCheck.jsonValue()],
      ([json, { essential, name: field }, other]) => {
        const damaged = { ...Object(json), [field]: other }
        const own = ParseResult.decodeUnknownEither(schema)
        const fits = Either.isRight(own(encoded(damaged)))
        const actual = read(schema, damaged)
        if (Either.isLeft(actual)) {
          expect(essential && !fits).toBe(true)
          return
        }
        const { unreadable, value } = actual.right
        const { [field]: _, ...rest } = damaged
        if (unreadable.length === 0) {
          expect(fits).toBe(true)
          return
        }
        // Inside of the field there may be models of which most could be read.
        if (unreadable.some(({ path }) => path === field)) {
          expect(value).toEqual(Either.getOrThrow(own(encoded(rest))))
          expect(Model.isUnreadable(Object(value), field)).toBe(true)
          expect(Model.isAbsent(Object(value), field as never)).toBe(true) // the name of one of its fields
          expect(Model.unknownField(Object(value), field)).toEqual(Option.some(encoded(other)))
        } else {
          expect(unreadable.every(({ path }) => path.startsWith(field))).toBe(true)
          const { [field]: __, ...others } = Object(value)
          const { [field]: ___, ...expected } = Object(Either.getOrThrow(own(encoded(rest))))
          expect(others).toEqual(expected)
        }
      }
    )
  }

  it("is tested in every model", () => {
    expect(models.filter(([, schema]) => fieldsOf(schema).length > 0).length).toBeGreaterThan(20)
  })

  const field = (field_examples: unknown) => ({ id, field_name: "IC50", field_type: "number", field_examples })

  it.effect("has plain words in the error", () =>
    Effect.gen(function* () {
      for (const [body, words] of [
        [{ id: 7 }, "expected string at id, found 7"],
        [{ id, completed_at: "yesterday" }, 'expected a date in ISO 8601 at completed_at, found "yesterday"'],
        [{ id, completed_at: 7 }, "expected a date in ISO 8601 at completed_at, found 7"]
      ] as const) {
        const error = yield* Effect.flatMap(Imports.Imports, (imports) => imports.get(Ids.ImportId.make(id))).pipe(
          Effect.flip,
          Effect.provide(onScript(Imports.layer, () => Scripted.json(body)).layer)
        )
        expect(error.message).toContain(words)
      }
    })
  )

  it.effect("fails no call, and its raw value can be read", () =>
    Effect.gen(function* () {
      const examples = [["1", "2"], { deep: [{ at: "2025-10-17" }] }, 7, true]
      const { layer } = onScript(EntityFields.layer, () =>
        Scripted.json(examples.map((example, index) => ({ ...field(example), id: `${index}` })))
      )
      const fields = yield* Effect.provide(
        Effect.flatMap(EntityFields.EntityFields, (fields) => fields.listDataFields),
        layer
      )
      expect(fields.map((field) => field.field_name)).toEqual(["IC50", "IC50", "IC50", "IC50"])
      expect(fields.map((field) => field.field_examples)).toEqual([null, null, null, null])
      expect(fields.map(Model.unknownField("field_examples"))).toEqual(examples.map(Option.some))
      expect(Model.unknownField("field_name")(fields[0] ?? {})).toEqual(Option.some("IC50"))
      expect(Model.unknownField("mood")(fields[0] ?? {})).toEqual(Option.none())
    })
  )

  it.effect("keeps its raw value if a part of it can be decoded", () =>
    Effect.gen(function* () {
      const sent = [
        { id: otherId, created_at: "2025-10-17T18:12:53.852115+00:00" },
        { id: 7, created_at: "2025-10-17T18:12:53Z" }
      ]
      const { layer } = onScript(Activities.layer, () => Scripted.json([{ id, title: "One", properties: sent }]))
      const [activity = { title: null }] = yield* Effect.provide(
        Effect.flatMap(Activities.Activities, (activities) => activities.list),
        layer
      )
      expect(activity.title).toBe("One")
      expect(Model.unknownField(activity, "properties")).toEqual(Option.some(sent))
    })
  )

  it.effect("is logged once for each call and field, without its value, and counted for each response", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel._tag === "Warning") warnings.push(String(message))
      })
      const { layer } = onScript(EntityFields.layer, () =>
        Scripted.json([field("fine"), { ...field(["the-content"]), ref_slice_id: { is: "the-content" } }, field([])])
      )
      const metric = Metrics.unreadable.pipe(
        Metric.tagged("call", "EntityFields.listKeyFields"),
        Metric.tagged("field", "[].field_examples")
      )
      const before = yield* Metric.value(metric)
      yield* Effect.gen(function* () {
        const fields = yield* EntityFields.EntityFields
        yield* fields.listKeyFields
        yield* fields.listKeyFields
        yield* fields.listDataFields
      }).pipe(Effect.provide(layer), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      expect(warnings).toHaveLength(4)
      expect(warnings.filter((line) => line.startsWith("EntityFields.listKeyFields: "))).toHaveLength(2)
      expect(warnings.filter((line) => line.includes("[].field_examples of the response is not string"))).toHaveLength(
        2
      )
      expect(warnings.filter((line) => line.includes("[].ref_slice_id of the response is not string"))).toHaveLength(2)
      expect(warnings.join()).not.toContain("the-content")
      expect((yield* Metric.value(metric)).count - before.count).toBe(2)
    })
  )

  it.effect("fails a strict call, with every path in the error", () =>
    Effect.gen(function* () {
      const { layer } = onScript(EntityFields.layer, () =>
        Scripted.json([field("fine"), { ...field(["1"]), is_key: "yes", mood: "sunny" }, field({})])
      )
      const error = yield* Effect.flatMap(EntityFields.EntityFields, (fields) => fields.listDataFields).pipe(
        RequestPolicy.strict,
        Effect.provide(layer),
        Effect.flip
      )
      const places = [
        { at: "[1].is_key", expected: "boolean | null", excerpt: '"yes"' },
        { at: "[1].field_examples", expected: "string | null", excerpt: '["1"]' },
        { at: "[1].mood", expected: "nothing", excerpt: '"sunny"' },
        { at: "[2].field_examples", expected: "string | null", excerpt: "{}" }
      ]
      expect(error).toMatchObject({ _tag: "KaleidoscopeDecodeError" })
      if (error._tag !== "KaleidoscopeDecodeError") return
      expect(error.places.map(({ at }) => at).sort()).toEqual(places.map(({ at }) => at).sort())
      expect(error.at).toBe(error.places[0]?.at)
      for (const { at } of places) expect(error.message).toContain(at)
    })
  )

  it.effect("fails with twenty paths and the number of the others", () =>
    Effect.gen(function* () {
      const { layer } = onScript(Programs.layer, () =>
        Scripted.json(Array.from({ length: 30 }, () => ({ id, title: 7 })))
      )
      const error = yield* Effect.flatMap(Programs.Programs, (programs) => programs.list).pipe(
        RequestPolicy.strict,
        Effect.provide(layer),
        Effect.flip
      )
      expect(error).toMatchObject({ places: { length: 20 }, message: expect.stringContaining("and 10 more places") })
    })
  )
})

/** Calls that ask for one thing by its id. */
const byId: ReadonlyArray<
  readonly [
    name: string,
    call: Effect.Effect<unknown, unknown, Records.Records | Imports.Imports | ResultTableTemplates.ResultTableTemplates>
  ]
> = [
  ["the record", Effect.flatMap(Records.Records, (records) => records.find(Ids.RecordId.make(id)))],
  ["the import", Effect.flatMap(Imports.Imports, (imports) => imports.await(Ids.ImportId.make(id)))],
  [
    "the template",
    Effect.flatMap(ResultTableTemplates.ResultTableTemplates, (templates) => templates.get(Ids.RecordViewId.make(id)))
  ]
]

describe("an essential field", () => {
  const cases: ReadonlyArray<
    readonly [name: string, run: (body: unknown) => Effect.Effect<unknown, unknown>, body: unknown, at: string]
  > = [
    [
      "an id in a list",
      (body) =>
        Effect.provide(
          Effect.flatMap(Programs.Programs, (programs) => programs.list),
          onScript(Programs.layer, () => Scripted.json(body)).layer
        ),
      [{ id }, { id: 7, title: 7 }],
      "[1].id"
    ],
    [
      "a list that is not one",
      (body) =>
        Effect.provide(
          Effect.flatMap(Programs.Programs, (programs) => programs.list),
          onScript(Programs.layer, () => Scripted.json(body)).layer
        ),
      { programs: [] },
      ""
    ],
    ...(
      [
        [{ id, record_values: [] }, "record_values"],
        [{ id, record_values: { [otherId]: "7" } }, `record_values.${otherId}`],
        [{ id, record_values: { [otherId]: [7] } }, `record_values.${otherId}[0]`],
        [{ id, identifier_ids: "7" }, "identifier_ids"]
      ] as const
    ).map(
      ([body, at]) =>
        [
          `the values of a record: ${JSON.stringify(body)}`,
          (body: unknown) =>
            Effect.provide(
              Effect.flatMap(Records.Records, (records) => records.get(Ids.RecordId.make(id))),
              onScript(Records.layer, () => Scripted.json(body)).layer
            ),
          body,
          at
        ] as const
    ),
    ...(
      [
        [{ import_status: 7 }, "import_status"],
        [{ is_complete: "yes" }, "is_complete"],
        [{ completed_at: 1_760_724_773 }, "completed_at"],
        [{ completed_at: "yesterday" }, "completed_at"],
        [{ import_result: [] }, "import_result"],
        [{ import_result: { validation_result: { errors: {} } } }, "import_result.validation_result.errors"]
      ] as const
    ).map(
      ([state, at]) =>
        [
          `the state of an import: ${at}`,
          (body: unknown) =>
            Effect.provide(
              Effect.flatMap(Imports.Imports, (imports) => imports.get(Ids.ImportId.make(id))),
              onScript(Imports.layer, () => Scripted.json(body)).layer
            ),
          { id, ...state },
          at
        ] as const
    ),
    [
      "the record that was found by its keys",
      (body) =>
        Effect.provide(
          Effect.flatMap(Records.Records, (records) => records.find({ key_values: { [otherId]: "C-1" } })),
          onScript(Records.layer, () => Scripted.json(body)).layer
        ),
      [{ record: { id: 7 } }],
      "[0].record.id"
    ],
    ...[{}, { id, record_values: {} }, { Record: { id } }, { resource: { record: { id } } }].map(
      (body) =>
        [
          `that there is no record with these keys: ${JSON.stringify(body)}`,
          (body: unknown) =>
            Effect.provide(
              Effect.flatMap(Records.Records, (records) => records.find({ key_values: { [otherId]: "C-1" } })),
              onScript(Records.layer, () => Scripted.json(body)).layer
            ),
          [body],
          "[0].record"
        ] as const
    ),
    ...byId.map(
      ([name, call]) =>
        [
          `the id of another thing than ${name} that was asked for`,
          (body: unknown) =>
            Effect.provide(
              call,
              onScript(Layer.mergeAll(Records.layer, Imports.layer, ResultTableTemplates.layer), () =>
                Scripted.json(body)
              ).layer
            ),
          { id: otherId, is_complete: true, is_template: true },
          "id"
        ] as const
    )
  ]
  for (const [name, run, body, at] of cases) {
    it.effect(`that cannot be decoded fails the call with its path: ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(run(body))
        expect(error).toMatchObject({ _tag: "KaleidoscopeDecodeError", at })
        expect(Predicate.hasProperty(error, "message") ? error.message : "").toContain(at)
      })
    )
  }
})

describe("data that is missing or cannot be decoded is no proof of absence", () => {
  const record = Ids.RecordId.make("11111111-1111-4111-8111-111111111111")
  const activity = { id, title: "Assay", all_record_ids: [record], data_table_record_mapping: { [otherId]: [record] } }

  /** The services on a server that answers by path. */
  const on = (answers: { readonly [path: string]: unknown }) =>
    onScript(
      Layer.mergeAll(
        Activities.layer,
        ActivityDefinitions.layer,
        EntityFields.layer,
        EntityTypes.layer,
        RecordViews.layer
      ),
      ({ path }) =>
        Object.hasOwn(answers, path) ? Scripted.json(answers[path]) : Scripted.json({ message: "not there" }, 404)
    )

  const reference = Ids.ActivityId.make(id)

  for (const [name, all_record_ids] of [
    ["left out", undefined],
    ["null", null],
    ["unreadable", "all of them"]
  ] as const) {
    it.effect(`hasRecord requests the records if their list is ${name}`, () =>
      Effect.gen(function* () {
        const { layer } = on({
          "/activities": [{ ...activity, all_record_ids }],
          [`/operations/${id}/records`]: [{ id: record }]
        })
        const activities = yield* Effect.provide(Activities.Activities, layer)
        expect(yield* activities.hasRecord(reference, record)).toBe(true)
        expect(yield* activities.hasRecord(reference, Ids.RecordId.make(otherId))).toBe(false)
      })
    )

    it.effect(`recordsOnView fails if the records on views are ${name}`, () =>
      Effect.gen(function* () {
        const { layer } = on({ "/activities": [{ ...activity, data_table_record_mapping: all_record_ids }] })
        const activities = yield* Effect.provide(Activities.Activities, layer)
        expect(yield* Effect.flip(activities.recordsOnView(reference, Ids.RecordViewId.make(otherId)))).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          call: "Activities.recordsOnView",
          at: "data_table_record_mapping",
          message: expect.stringContaining(id)
        })
      })
    )
  }

  it.effect("hasRecord uses a list that is present", () =>
    Effect.gen(function* () {
      const { layer, sent } = on({ "/activities": [{ ...activity, all_record_ids: [] }] })
      const activities = yield* Effect.provide(Activities.Activities, layer)
      expect(yield* activities.hasRecord(reference, record)).toBe(false)
      expect(sent.map(({ path }) => path)).toEqual(["/activities"])
    })
  )

  for (const [method, field, value] of [
    ["programs", "program_ids", undefined],
    ["labels", "label_ids", null],
    ["assignedUsers", "assigned_user_ids", {}],
    ["assignedGroups", "assigned_group_ids", [7]],
    ["definition", "definition_id", undefined],
    ["definition", "definition_id", 7]
  ] as const) {
    it.effect(`Activities.${method} fails if ${field} is ${JSON.stringify(value) ?? "missing"}`, () =>
      Effect.gen(function* () {
        const { layer } = on({ "/activities": [{ ...activity, [field]: value }] })
        const activities = yield* Effect.provide(Activities.Activities, layer)
        const found = yield* activities.get(reference)
        const asked: Effect.Effect<unknown, unknown> = activities[method](found)
        expect(yield* Effect.flip(asked)).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          call: `Activities.${method}`,
          at: field
        })
      })
    )
  }

  it.effect("an activity whose definition is null has none", () =>
    Effect.gen(function* () {
      const { layer } = on({ "/activities": [{ ...activity, definition_id: null }] })
      const activities = yield* Effect.provide(Activities.Activities, layer)
      expect(yield* activities.definition(yield* activities.get(reference))).toEqual(Option.none())
    })
  )

  for (const [name, titles] of [
    ["a title that cannot be read", ["One", 7]],
    ["no titles at all", [undefined, undefined]]
  ] as const) {
    it.effect(`an activity is not reported as missing by its title in a list with ${name}`, () =>
      Effect.gen(function* () {
        const { layer } = on({ "/activities": titles.map((title, index) => ({ ...activity, id: `${index}`, title })) })
        const activities = yield* Effect.provide(Activities.Activities, layer)
        const failed = { _tag: "KaleidoscopeDecodeError", at: "title" }
        expect(yield* Effect.flip(activities.find({ title: "Two" }))).toMatchObject(failed)
        expect(yield* Effect.flip(activities.get({ title: "Two" }))).toMatchObject(failed)
        expect(yield* Effect.flip(activities.findMany([{ title: "Two" }]))).toMatchObject(failed)
        expect(yield* Effect.flip(activities.children({ title: "Two" }))).toMatchObject(failed)
        expect(yield* activities.find(Ids.ActivityId.make(otherId))).toEqual(Option.none())
      })
    )
  }

  it.effect("an item without a name is not found by null", () =>
    Effect.gen(function* () {
      const { layer, sent } = on({ "/activities": [{ id, title: null, external_id: null }] })
      for (const name of ["title", "external_id"]) {
        // As a caller in JavaScript may have it.
        const reference: Activities.Reference = JSON.parse(`{"${name}":null}`)
        const exit = yield* Effect.flip(
          Effect.flatMap(Activities.Activities, (activities) => activities.addRecords(reference, []))
        ).pipe(Effect.provide(layer))
        expect(exit).toMatchObject({ _tag: "KaleidoscopeUnknownReference" })
      }
      expect(sent.filter(({ method }) => method !== "GET")).toEqual([])
    })
  )

  it.effect("a title that is null is no title", () =>
    Effect.gen(function* () {
      const { layer } = on({ "/activities": [{ ...activity, title: null }] })
      const activities = yield* Effect.provide(Activities.Activities, layer)
      expect(yield* activities.find({ title: "Two" })).toEqual(Option.none())
    })
  )

  it.effect("a field is not created if the existing fields cannot be decoded", () =>
    Effect.gen(function* () {
      const { layer, sent } = on({ "/key_fields": [{ id }], "/key_fields/": { id } })
      const fields = yield* Effect.provide(EntityFields.EntityFields, layer)
      expect(yield* Effect.flip(fields.getOrCreateKeyField({ field_name: "Compound ID" }))).toMatchObject({
        _tag: "KaleidoscopeDecodeError",
        at: "field_name"
      })
      expect(sent.filter(({ method }) => method === "POST")).toEqual([])
    })
  )

  it.effect("a field with an unreadable type is not returned for the requested type", () =>
    Effect.gen(function* () {
      const { layer, sent } = on({ "/data_fields": [{ id, field_name: "IC50", field_type: ["number"] }] })
      const fields = yield* Effect.provide(EntityFields.EntityFields, layer)
      const asked = { field_name: "IC50", field_type: "number" }
      expect(yield* Effect.flip(fields.getOrCreateDataField(asked))).toMatchObject({
        _tag: "KaleidoscopeDecodeError",
        at: "field_type"
      })
      expect(sent.filter(({ method }) => method === "POST")).toEqual([])
    })
  )

  it.effect("a search by key fields fails if one entity type has unreadable key fields", () =>
    Effect.gen(function* () {
      const { layer } = on({ "/entity_slices": [{ id, key_field_ids: [otherId] }, { id: otherId }] })
      const types = yield* Effect.provide(EntityTypes.EntityTypes, layer)
      const [key, another] = [Ids.EntityFieldId.make(otherId), Ids.EntityFieldId.make(id)]
      const failed = { _tag: "KaleidoscopeDecodeError", at: "key_field_ids" }
      expect(yield* Effect.flip(types.withKeyFields([key]))).toMatchObject(failed)
      expect(yield* Effect.flip(types.findByKeyFields([another]))).toMatchObject(failed)
      expect(Option.map(yield* types.findByKeyFields([key]), (type) => type.id)).toEqual(Option.some(id))
    })
  )

  it.effect("views without a readable activity are not left out", () =>
    Effect.gen(function* () {
      const { layer } = on({ "/record_views": [{ id, operation_definition_ids: 7 }] })
      const activities = yield* Effect.provide(Activities.Activities, layer)
      const definitions = yield* Effect.provide(ActivityDefinitions.ActivityDefinitions, layer)
      expect(yield* Effect.flip(activities.recordViews(reference))).toMatchObject({ at: "operation_ids" })
      expect(yield* Effect.flip(definitions.recordViews(Ids.ActivityDefinitionId.make(id)))).toMatchObject({
        at: "operation_definition_ids"
      })
    })
  )

  it.effect("unreadable columns of a view are not left out", () =>
    Effect.gen(function* () {
      const { layer } = on({
        "/record_views": [
          { id, view_fields: [{ id: otherId, data_field_id: 7 }] },
          { id: otherId, view_name: "No columns are said" }
        ],
        "/data_fields": []
      })
      const views = yield* Effect.provide(RecordViews.RecordViews, layer)
      expect(yield* Effect.flip(views.dataFields(Ids.RecordViewId.make(id)))).toMatchObject({ at: "data_field_id" })
      expect(yield* Effect.flip(views.dataFields(Ids.RecordViewId.make(otherId)))).toMatchObject({ at: "view_fields" })
    })
  )

  it.effect("a placement is not reported as missing if the placements are", () =>
    Effect.gen(function* () {
      const view = Ids.RecordViewId.make(otherId)
      const definition = Ids.ActivityDefinitionId.make(id)
      for (const [content_layout, at] of [
        [undefined, "content_layout"],
        [[{ id: otherId, record_view_id: 7 }], "content_layout[].record_view_id"]
      ] as const) {
        const { layer, sent } = on({ "/activity_definitions": [{ id, content_layout }] })
        const definitions = yield* Effect.provide(ActivityDefinitions.ActivityDefinitions, layer)
        expect(yield* Effect.flip(definitions.queueToViews(definition, [view]))).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          at
        })
        expect(sent.filter(({ method }) => method !== "GET")).toEqual([])
      }
    })
  )
})

describe("the value of a field if the deciding data cannot be decoded", () => {
  const field = Ids.EntityFieldId.make(otherId)
  const activity = Ids.ActivityId.make("22222222-2222-4222-8222-222222222222")
  const view = Ids.RecordViewId.make("33333333-3333-4333-8333-333333333333")
  const value = {
    id: "44444444-4444-4444-8444-444444444444",
    content: "old",
    created_at: "2025-10-17T18:12:53Z",
    record_id: id,
    operation_id: activity,
    record_view_id: view
  }
  const newer = {
    ...value,
    id: "55555555-5555-4555-8555-555555555555",
    content: "new",
    created_at: "2025-10-18T00:00:00Z"
  }
  const fields = [{ id: otherId, field_name: "Phase", field_type: "text" }]

  const on = (record_values: unknown) => {
    const record = { id, record_values }
    return onScript(Layer.mergeAll(Records.layer, Activities.layer, EntityFields.layer), ({ method, path }) =>
      method === "POST"
        ? Scripted.json({ resource: null })
        : path === "/data_fields"
          ? Scripted.json(fields)
          : path === "/key_fields"
            ? Scripted.json([])
            : Scripted.json(path === `/records/${id}` ? record : [record])
    )
  }

  const Phase = Schema.Struct({ Phase: Schema.NullOr(Schema.String) })

  const cases: ReadonlyArray<
    readonly [name: string, values: unknown, query: Omit<Records.ValueQuery, "field">, at: string]
  > = [
    ["the values are left out", undefined, {}, "record_values"],
    ["the date of one of two", { [otherId]: [value, { ...newer, created_at: 1_760_724_773 }] }, {}, "created_at"],
    ["whose a value is", { [otherId]: [value, { ...newer, record_id: 7 }] }, {}, "record_id"],
    ["where it was measured", { [otherId]: [{ ...value, operation_id: [] }] }, { activity }, "operation_id"],
    ["on which view it is", { [otherId]: [{ ...value, record_view_id: {} }] }, { record_view: view }, "record_view_id"]
  ]
  for (const [name, values, query, at] of cases) {
    it.effect(`is not guessed: ${name}`, () =>
      Effect.gen(function* () {
        const { layer, sent } = on(values)
        const records = yield* Effect.provide(Records.Records, layer)
        const activities = yield* Effect.provide(Activities.Activities, layer)
        const record = yield* records.get(Ids.RecordId.make(id))
        expect(Records.latestValue(record, { field, ...query })).toEqual(Option.none())
        const { activity: inActivity, record_view } = query
        const options = {
          ...(inActivity === undefined ? {} : { activity }),
          ...(record_view === undefined ? {} : { record_view: view })
        }
        expect(yield* records.rows(Phase, [record], options)).toMatchObject([
          { left: { issues: [{ path: "Phase", message: expect.stringContaining(at) }] } }
        ])
        const place = { field: { field_name: "Phase" }, ...options, content: "old" }
        expect(yield* records.setValue(Ids.RecordId.make(id), place)).toBe(true)
        expect(sent.filter(({ method }) => method === "POST")).toHaveLength(1)
        if (at !== "record_view_id") {
          expect(yield* Effect.flip(activities.recordData(activity))).toMatchObject({
            _tag: "KaleidoscopeDecodeError",
            call: "Activities.recordData",
            at: expect.stringContaining(at)
          })
        }
      })
    )
  }

  for (const [name, values, content] of [
    ["the date of the only one", [{ ...value, created_at: 7 }], "old"],
    [
      "where and on which view, which nobody asked for",
      [value, { ...newer, operation_id: 7, record_view_id: 7 }],
      "new"
    ],
    ["the date of one that is not asked for", [value, { ...newer, created_at: 7, record_id: activity }], "old"]
  ] as const) {
    it.effect(`is returned if the choice does not depend on it: ${name}`, () =>
      Effect.gen(function* () {
        const records = yield* Effect.provide(Records.Records, on({ [otherId]: values }).layer)
        const record = yield* records.get(Ids.RecordId.make(id))
        expect(Records.latestContent(record, { field })).toEqual(Option.some(content))
        expect(yield* records.rows(Phase, [record])).toEqual([Either.right({ Phase: content })])
        expect(yield* records.setValue(Ids.RecordId.make(id), { field: { field_name: "Phase" }, content })).toBe(false)
      })
    )
  }
})
