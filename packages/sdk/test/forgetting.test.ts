import * as Sdk from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const services = Layer.mergeAll(
  Sdk.Activities.layer,
  Sdk.ActivityDefinitions.layer,
  Sdk.EntityFields.layer,
  Sdk.EntityTypes.layer,
  Sdk.Exports.layer,
  Sdk.Programs.layer,
  Sdk.Records.layer,
  Sdk.RecordViews.layer,
  Sdk.Registration.layer,
  Sdk.ResultTableTemplates.layer
)

type Services =
  | Sdk.Activities.Activities
  | Sdk.ActivityDefinitions.ActivityDefinitions
  | Sdk.EntityFields.EntityFields
  | Sdk.EntityTypes.EntityTypes
  | Sdk.Exports.Exports
  | Sdk.Programs.Programs
  | Sdk.Records.Records
  | Sdk.RecordViews.RecordViews
  | Sdk.Registration.Registration
  | Sdk.ResultTableTemplates.ResultTableTemplates

type Call = Effect.Effect<unknown, unknown, Services>

const lists: { readonly [path: string]: unknown } = {
  "/activities": [{ id: "activity", title: "name" }],
  "/activity_definitions": [{ id: "definition", title: "name" }],
  "/data_fields": [{ id: "data field", field_name: "name" }],
  "/entity_slices": [{ id: "type", slice_name: "name" }],
  "/key_fields": [{ id: "key field", field_name: "name" }],
  "/programs": [{ id: "program", title: "name" }],
  "/record_views": [{ id: "view", view_name: "name" }],
  "/record_view_templates": [{ id: "template", template_name: "name" }]
}

const activity = Sdk.Ids.ActivityId.make("activity")
const definition = Sdk.Ids.ActivityDefinitionId.make("definition")
const view = Sdk.Ids.RecordViewId.make("view")
const record = Sdk.Ids.RecordId.make("record")
const field = Sdk.Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1")

const set = (settings: Sdk.ActivityDefinitions.RegistrationSettings): Call =>
  Effect.flatMap(Sdk.ActivityDefinitions.ActivityDefinitions, (definitions) =>
    definitions.setRegistration(definition, settings)
  )

const search = (query: Sdk.Records.Search): Call =>
  Effect.flatMap(Sdk.Records.Records, (records) => records.search(query))

/** For each list a call that turns a name of it into an id. */
const named: { readonly [path: string]: Call } = {
  "/activities": search({ operation_id: { title: "name" } }),
  "/activity_definitions": Effect.flatMap(Sdk.Activities.Activities, (activities) =>
    activities.search({ definition_ids: [{ title: "name" }] })
  ),
  "/data_fields": set({ registration_status_field_id: { field_name: "name" } }),
  "/entity_slices": search({ entity_slice_id: { slice_name: "name" } }),
  "/key_fields": Effect.flatMap(Sdk.Records.Records, (records) => records.find({ key_values: { name: 1 } })),
  "/programs": search({ program_id: { title: "name" } }),
  "/record_views": Effect.flatMap(Sdk.Exports.Exports, (exports) =>
    Stream.runDrain(
      exports.csv({ entity_slice_id: Sdk.Ids.EntityTypeId.make("type"), record_view_id: { view_name: "name" } })
    )
  ),
  "/record_view_templates": set({ registration_record_view_id: { template_name: "name" } })
}

const transfers = { records_to_transfer: [] }
const templates = <A, E>(call: (templates: Sdk.ResultTableTemplates.Service) => Effect.Effect<A, E>): Call =>
  Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, call)
const activities = <A, E>(call: (activities: Sdk.Activities.Service) => Effect.Effect<A, E>): Call =>
  Effect.flatMap(Sdk.Activities.Activities, call)
const views = <A, E>(call: (views: Sdk.RecordViews.Service) => Effect.Effect<A, E>): Call =>
  Effect.flatMap(Sdk.RecordViews.RecordViews, call)
const fields = <A, E>(call: (fields: Sdk.EntityFields.Service) => Effect.Effect<A, E>): Call =>
  Effect.flatMap(Sdk.EntityFields.EntityFields, call)

const writes: ReadonlyArray<readonly [name: string, write: Call, changed: ReadonlyArray<string>]> = [
  [
    "an activity made from a definition",
    activities(({ create }) => create({ title: "new", activity_type: "task", definition_id: definition })),
    ["/activities", "/record_views"]
  ],
  ["an activity's new title", activities(({ update }) => update(activity, { title: "new" })), ["/activities"]],
  [
    "an activity's other definition",
    activities(({ update }) => update(activity, { definition_id: { title: "name" } })),
    ["/activities", "/record_views"]
  ],
  ["a callback", activities(({ callback }) => callback(activity, {})), ["/activities", "/record_views"]],
  [
    "a definition's new title",
    Effect.flatMap(Sdk.ActivityDefinitions.ActivityDefinitions, ({ update }) => update(definition, { title: "new" })),
    ["/activity_definitions"]
  ],
  [
    "a definition's change that goes to its activities",
    Effect.flatMap(Sdk.ActivityDefinitions.ActivityDefinitions, ({ update }) =>
      update(definition, { title: "new", propagate_to_instances: true })
    ),
    ["/activity_definitions", "/activities", "/record_views"]
  ],
  [
    "one more key field",
    views(({ addKeyField }) => addKeyField(view, { new_key_field_name: "new", ...transfers })),
    ["/record_views", "/key_fields", "/entity_slices"]
  ],
  [
    "other key fields",
    views(({ replaceKeyFields }) =>
      replaceKeyFields(view, { add_key_field_names: ["new"], remove_key_field_ids: [], ...transfers })
    ),
    ["/record_views", "/key_fields", "/entity_slices"]
  ],
  ["a key field's new name", fields(({ updateKeyField }) => updateKeyField(field, {})), ["/key_fields"]],
  ["a data field's new name", fields(({ updateDataField }) => updateDataField(field, {})), ["/data_fields"]],
  ["a new key field", fields(({ getOrCreateKeyField }) => getOrCreateKeyField({ field_name: "new" })), ["/key_fields"]],
  [
    "a new data field",
    fields(({ getOrCreateDataField }) => getOrCreateDataField({ field_name: "new", field_type: "text" })),
    ["/data_fields"]
  ],
  ["a new program", Effect.flatMap(Sdk.Programs.Programs, ({ create }) => create({ title: "new" })), ["/programs"]],
  [
    "a record with keys that no type has",
    Effect.flatMap(Sdk.Records.Records, ({ getOrCreate }) => getOrCreate({ key_values: { [field]: "new" } })),
    ["/entity_slices"]
  ],
  [
    "results of a registration",
    Effect.flatMap(Sdk.Registration.Registration, ({ submitResults }) =>
      submitResults(activity, Sdk.Ids.FileId.make("file"), { status: "success" })
    ),
    ["/key_fields", "/data_fields", "/entity_slices", "/record_views"]
  ],
  [
    "results of a submission",
    Effect.flatMap(Sdk.Registration.Registration, ({ submitSubmissionResults }) =>
      submitSubmissionResults(activity, Sdk.Ids.RegistrationSubmissionId.make("submission"), { status: "success" })
    ),
    ["/key_fields", "/data_fields", "/entity_slices", "/record_views", "/activities"]
  ],
  [
    "cleared drafts",
    Effect.flatMap(Sdk.Registration.Registration, ({ clearDrafts }) => clearDrafts(activity, [record])),
    ["/activities"]
  ],
  ["removed records", activities(({ removeRecords }) => removeRecords(activity, [record])), ["/activities"]],
  [
    "a new template",
    templates(({ create }) => create({ view_name: "new", entity_slice_id: Sdk.Ids.EntityTypeId.make("type") })),
    ["/record_view_templates"]
  ],
  [
    "a view saved as a template",
    templates(({ saveViewAsTemplate }) => saveViewAsTemplate(view, { view_name: "new" })),
    ["/record_view_templates"]
  ],
  ["a template's new name", templates(({ update }) => update(view, { view_name: "new" })), ["/record_view_templates"]],
  ["a copy of a template", templates(({ duplicate }) => duplicate(view)), ["/record_view_templates"]],
  [
    "a template that is removed",
    templates(({ remove }) => remove(view)),
    ["/record_view_templates", "/activity_definitions"]
  ],
  [
    "a view that becomes a template",
    templates(({ promote }) => promote(view, { operation_definition_id: definition, view_name: "new" })),
    ["/record_view_templates", "/record_views", "/activity_definitions"]
  ],
  ["a link", templates(({ link }) => link(view, definition)), ["/record_view_templates", "/activity_definitions"]],
  [
    "a link that is undone",
    templates(({ unlink }) =>
      unlink(view, definition, { content_layout_id: Sdk.Ids.ContentLayoutId.make("placement") })
    ),
    ["/record_view_templates", "/activity_definitions"]
  ],
  [
    "several links",
    templates(({ bulkLink }) => bulkLink(view, [definition])),
    ["/record_view_templates", "/activity_definitions"]
  ],
  [
    "several links that are undone",
    templates(({ bulkUnlink }) => bulkUnlink(view, [definition])),
    ["/record_view_templates", "/activity_definitions"]
  ]
]

const endings: ReadonlyArray<readonly [name: string, answer: ReturnType<Scripted.Script>]> = [
  ["is done", Scripted.json({ id: "new", resource: { id: "new", field: { id: "new" } } })],
  ["is done, and gets an empty response", Scripted.text("")],
  ["fails", Scripted.json({ message: "no" }, 500)],
  ["breaks", Scripted.broken("ECONNRESET")]
]

describe("names are looked up again after", () => {
  for (const [name, write, changed] of writes) {
    it.effect(name, () =>
      Effect.gen(function* () {
        for (const [ending, answer] of endings) {
          let writing = false
          const { layer, sent } = onScript(Layer.provide(services, Sdk.RequestPolicy.layer({ tries: 1 })), (request) =>
            request.method !== "GET"
              ? writing
                ? answer
                : Scripted.json({ id: "definition" })
              : request.path === "/records/export/csv"
                ? Scripted.text("a", 200, { "content-type": "text/csv" })
                : Scripted.json(lists[request.path] ?? [])
          )
          yield* Effect.gen(function* () {
            const asked = (path: string) => sent.filter((request) => request.path === path && request.method === "GET")
            for (const path of changed) yield* named[path] ?? Effect.die(path)
            // Once read, a name is known.
            const before = changed.map((path) => asked(path).length)
            for (const path of changed) {
              if (path !== "/activity_definitions") yield* named[path] ?? Effect.die(path)
            }
            expect(changed.map((path) => asked(path).length)).toEqual(before)
            writing = true
            yield* Effect.either(write)
            writing = false
            for (const [index, path] of changed.entries()) {
              yield* named[path] ?? Effect.die(path)
              expect([ending, path, asked(path).length]).not.toEqual([ending, path, before[index]])
            }
          }).pipe(Effect.provide(layer))
        }
      })
    )
  }
})
