import {
  Activities,
  ActivityDefinitions,
  EntityTypes,
  Exports,
  Ids,
  type KaleidoscopeError,
  Records,
  ResultTableTemplates
} from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const services = Layer.mergeAll(
  Activities.layer,
  ActivityDefinitions.layer,
  EntityTypes.layer,
  Exports.layer,
  Records.layer,
  ResultTableTemplates.layer
)

type Services =
  | Activities.Activities
  | ActivityDefinitions.ActivityDefinitions
  | EntityTypes.EntityTypes
  | Exports.Exports
  | Records.Records
  | ResultTableTemplates.ResultTableTemplates

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const type = Ids.EntityTypeId.make("type")
const set = (id: string) => Ids.RecordSetId.make(id)

const search = (query: Records.Search) =>
  Effect.flatMap(Records.Records, (records) => Effect.asVoid(records.search(query)))

const stream = (query: Records.Search) =>
  Effect.flatMap(Records.Records, (records) => Stream.runDrain(records.stream(query)))

const csv = (query: Omit<Exports.Query, "entity_slice_id">) =>
  Effect.flatMap(Exports.Exports, (exports) => Stream.runDrain(exports.csv({ entity_slice_id: type, ...query })))

const rows = (query: Omit<Exports.Query, "entity_slice_id">) =>
  Effect.flatMap(Exports.Exports, (exports) => Stream.runDrain(exports.rows({ entity_slice_id: type, ...query })))

describe("a query", () => {
  for (const [name, at, call] of [
    ["an empty set", "record_set_ids[0]", search({ record_set_ids: [set("")] })],
    ["a set with a comma", "record_set_ids[1]", search({ record_set_ids: [set("a"), set("b,c")] })],
    ["no set at all", "record_set_ids", search({ record_set_ids: [] })],
    ["a streamed set with a comma", "record_set_ids[0]", stream({ record_set_ids: [set(",")] })],
    ["an exported set with a comma", "record_set_ids[0]", csv({ record_set_ids: [set("a,b")] })],
    ["an empty column", "view_field_ids[0]", csv({ view_field_ids: [Ids.ViewFieldId.make("")] })],
    ["a column with a comma", "view_field_ids[0]", rows({ view_field_ids: [Ids.ViewFieldId.make("a,b")] })],
    ["no column at all", "view_field_ids", csv({ view_field_ids: [] })],
    ["a key value with a comma", "identifier_ids[0]", csv({ identifier_ids: [Ids.RecordValueId.make("a,b")] })],
    [
      "a set in the way of a name",
      "record_set_ids[0]",
      search({ record_set_ids: [set("")], program_id: { title: "looked up" } })
    ],
    [
      "a filter of nothing",
      "view_field_filters[0]",
      search({
        view_field_filters: JSON.parse('[{"filter_type":"is_set"}]')
      })
    ],
    [
      "a filter of two things",
      "view_field_filters[0]",
      csv({
        view_field_filters: JSON.parse('[{"key_field_id":"a","view_field_id":"b","filter_type":"is_set"}]')
      })
    ],
    ["an order of nothing", "view_field_sorts[0]", search({ view_field_sorts: JSON.parse('[{"descending":true}]') })],
    [
      "a template's filter of nothing",
      "color_filters[0]",
      Effect.flatMap(ResultTableTemplates.ResultTableTemplates, (templates) =>
        Effect.asVoid(
          templates.update(Ids.RecordViewId.make("t"), {
            color_filters: JSON.parse('[{"filter_type":"is_set","color":"red"}]')
          })
        )
      )
    ]
  ] as const) {
    it.effect(`with ${name} is refused before anything is sent`, () => {
      const { layer, sent } = onScript(services, () => Scripted.json([]))
      return Effect.gen(function* () {
        expect(yield* Effect.flip(Effect.asVoid<void, unknown, Services>(call))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
          at,
          outcome: "none"
        })
        expect(sent).toEqual([])
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("sends the key values of a search as JSON, and its sets as text", () => {
    const { layer, sent } = onScript(services, () => Scripted.json([]))
    return Effect.gen(function* () {
      yield* search({ identifier_ids: [Ids.RecordValueId.make("a,b"), Ids.RecordValueId.make("c")] })
      yield* search({ record_set_ids: [set("one")] })
      expect(sent.map(({ query }) => query)).toEqual([[["identifier_ids", '["a,b","c"]']], [["record_set_ids", "one"]]])
    }).pipe(Effect.provide(layer))
  })
})

describe("a 404", () => {
  const program = { title: "Apollo" }
  const lists: { readonly [path: string]: unknown } = {
    "/programs": [{ id: "p", title: "Apollo" }],
    "/record_views": [{ id: "v", view_name: "Potency" }]
  }

  const cases: ReadonlyArray<
    readonly [
      call: string,
      effect: Effect.Effect<unknown, unknown, Services>,
      missing: ReadonlyArray<string>,
      words: string
    ]
  > = [
    [
      "Records.search",
      search({ program_id: program, operation_id: Ids.ActivityId.make("a"), limit: 5 }),
      ['{"title":"Apollo"}', "a"],
      'the request named program_id {"title":"Apollo"}; operation_id a'
    ],
    [
      "Records.search",
      search({
        search_text: "EK",
        entity_field_filters: [{ field_id: Ids.EntityFieldId.make("f"), filter_type: "is_set" }],
        view_field_sorts: [{ view_field_id: Ids.ViewFieldId.make("c") }]
      }),
      ["f", "c"],
      "entity_field_filters f; view_field_sorts c"
    ],
    ["Records.stream", stream({ record_set_ids: [set("s"), set("t")] }), ["s", "t"], "record_set_ids s, t"],
    [
      "EntityTypes.recordIds",
      Effect.flatMap(EntityTypes.EntityTypes, (types) => types.recordIds({ id: type })),
      ["type"],
      "entity_slice_id type"
    ],
    [
      "Activities.search",
      Effect.flatMap(Activities.Activities, (activities) =>
        activities.search({
          definition_ids: [Ids.ActivityDefinitionId.make("d")],
          statuses: ["done"],
          label_ids: [[Ids.LabelId.make("l")]],
          parent_id: Ids.ActivityId.make("parent"),
          created_by: Ids.UserId.make("u")
        })
      ),
      ["d", "l", "parent", "u"],
      "definition_ids d; label_ids l; parent_id parent; created_by u"
    ],
    [
      "ActivityDefinitions.activities",
      Effect.flatMap(ActivityDefinitions.ActivityDefinitions, (definitions) =>
        definitions.activities(Ids.ActivityDefinitionId.make("d"))
      ),
      ["d"],
      "definition_ids d"
    ],
    [
      "Exports.csv",
      csv({ record_view_id: { view_name: "Potency" }, view_field_ids: [Ids.ViewFieldId.make("c")] }),
      ["type", '{"view_name":"Potency"}', "c"],
      'entity_slice_id type; record_view_id {"view_name":"Potency"}; view_field_ids c'
    ],
    ["Exports.rows", rows({}), ["type"], "entity_slice_id type"]
  ]

  for (const [name, effect, missing, words] of cases) {
    it.effect(`to ${name} is NotFound with ${missing.join(", ")}`, () => {
      const { layer } = onScript(services, ({ path }) =>
        lists[path] === undefined
          ? Scripted.json({ code: "NOT_FOUND", message: "there is no such thing" }, 404)
          : Scripted.json(lists[path])
      )
      return Effect.gen(function* () {
        expect(yield* Effect.flip(effect)).toMatchObject({
          _tag: "KaleidoscopeNotFound" satisfies Tag,
          call: name,
          missing,
          message: expect.stringContaining(words)
        })
      }).pipe(Effect.provide(layer))
    })
  }

  for (const [what, answer] of [
    ["of a proxy", Scripted.text("<html><title>404</title></html>", 404, { "content-type": "text/html" })],
    ["without a body", Scripted.text(null, 404)],
    [
      "that says that there is no such route",
      Scripted.json(
        { message: "Route GET:/api/records/search?x=1 not found", error: "Not Found", statusCode: 404 },
        404
      )
    ]
  ] as const) {
    it.effect(`is Option.none for find: ${what}`, () => {
      const { layer } = onScript(services, () => answer)
      return Effect.gen(function* () {
        for (const effect of [
          search({ program_id: Ids.ProgramId.make("p") }),
          csv({}),
          Effect.flatMap(Activities.Activities, (activities) => activities.children(Ids.ActivityId.make("a")))
        ]) {
          expect(yield* Effect.flip(Effect.asVoid<unknown, unknown, Services>(effect))).toMatchObject({
            _tag: "KaleidoscopeUnexpectedStatus" satisfies Tag,
            status: 404
          })
        }
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("to a search that names no item is UnexpectedStatus", () => {
    const { layer } = onScript(services, () => Scripted.json({ code: "NOT_FOUND", message: "gone" }, 404))
    return Effect.gen(function* () {
      expect(yield* Effect.flip(search({ search_text: "EK", limit: 3 }))).toMatchObject({
        _tag: "KaleidoscopeUnexpectedStatus" satisfies Tag
      })
    }).pipe(Effect.provide(layer))
  })
})

describe("rich text", () => {
  const paragraph = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] })
  const doc = (...content: ReadonlyArray<unknown>) => ({ type: "doc", content })

  const bodies = (server: { readonly sent: ReadonlyArray<Scripted.Sent> }) =>
    server.sent.map(({ body }): unknown => JSON.parse(body))

  it.effect("is made from a plain comment and from a plain description", () => {
    const server = onScript(services, () => Scripted.json({ id: "a" }))
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const id = Ids.ActivityId.make("a")
      const rich = doc({ type: "heading" }, paragraph("as it is"))
      yield* activities.update(id, { comment: "one line" })
      yield* activities.update(id, { comment: "first\r\nsecond\n\nfourth\rfifth" })
      yield* activities.update(id, { comment: { type: "doc", content: rich.content }, description: rich })
      yield* activities.update(id, { description: "\u00e9 {}" })
      yield* activities.update(id, { description: "" })
      yield* activities.update(id, { description: null })
      yield* activities.update(id, { title: "neither" })
      yield* definitions.update(Ids.ActivityDefinitionId.make("d"), { description: "plain" })
      expect(bodies(server)).toEqual([
        { comment: doc(paragraph("one line")) },
        {
          comment: doc(
            paragraph("first"),
            paragraph("second"),
            { type: "paragraph" },
            paragraph("fourth"),
            paragraph("fifth")
          )
        },
        { comment: rich, description: rich },
        { description: doc(paragraph("\u00e9 {}")) },
        { description: doc({ type: "paragraph" }) },
        { description: null },
        { title: "neither" },
        { description: doc(paragraph("plain")) }
      ])
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("is not made from an empty comment, and no request is sent", () => {
    const server = onScript(services, () => Scripted.json([]))
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      for (const comment of ["", "  ", "\n"]) {
        expect(yield* Effect.flip(activities.update({ title: "PK" }, { comment }))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
          call: "Activities.update",
          at: "comment"
        })
      }
      expect(server.sent).toEqual([])
    }).pipe(Effect.provide(server.layer))
  })
})
