import type * as HttpClient from "@effect/platform/HttpClient"
import * as Sdk from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const services = Layer.mergeAll(
  Sdk.Activities.layer,
  Sdk.ActivityDefinitions.layer,
  Sdk.Dashboards.layer,
  Sdk.EntityFields.layer,
  Sdk.Imports.layer,
  Sdk.Programs.layer,
  Sdk.Properties.layer,
  Sdk.Records.layer,
  Sdk.RecordViews.layer,
  Sdk.Registration.layer,
  Sdk.ResultTableTemplates.layer
)

type Services = typeof services extends Layer.Layer<infer A, never, HttpClient.HttpClient | Sdk.Auth.Auth> ? A : never

const activity = Sdk.Ids.ActivityId.make("activity")
const definition = Sdk.Ids.ActivityDefinitionId.make("definition")
const program = Sdk.Ids.ProgramId.make("program")
const property = Sdk.Ids.PropertyId.make("property")
const field = Sdk.Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1")
const view = Sdk.Ids.RecordViewId.make("view")
const file = Sdk.Ids.FileId.make("file")
const record = Sdk.Ids.RecordId.make("record")
const draft = Sdk.Ids.RecordId.make("draft")
const dashboard = Sdk.Ids.DashboardId.make("dashboard")

const submissionOf = (id: string, created_at: string) => ({
  id,
  submission_type: "validation",
  submitted_record_ids: [draft, record],
  created_at
})

/** What is there after the write, by the request that reads it. */
type State = { readonly [request: string]: unknown }

const cases: ReadonlyArray<
  readonly [name: string, write: Effect.Effect<unknown, unknown, Services>, state: State, result: object]
> = [
  [
    "Activities.create",
    Effect.flatMap(Sdk.Activities.Activities, ({ create }) => create({ title: "PK", activity_type: "task" })),
    {
      "/activities": [
        { id: "other", title: "PK", activity_type: "experiment" },
        { id: "new", title: "PK", activity_type: "task" }
      ]
    },
    { id: "new" }
  ],
  [
    "Activities.update",
    Effect.flatMap(Sdk.Activities.Activities, ({ update }) => update(activity, { status: "done" })),
    { "/activities": [{ id: "other" }, { id: activity, status: "done" }] },
    { id: activity, status: "done" }
  ],
  [
    "ActivityDefinitions.update",
    Effect.flatMap(Sdk.ActivityDefinitions.ActivityDefinitions, ({ update }) => update(definition, { title: "PK" })),
    { "/activity_definitions": [{ id: definition, title: "PK" }] },
    { id: definition, title: "PK" }
  ],
  [
    "Dashboards.addCategory",
    Effect.flatMap(Sdk.Dashboards.Dashboards, ({ addCategory }) => addCategory(dashboard, { category_name: "ADME" })),
    { "/dashboards/dashboard/categories": [{ id: "c", category_name: "ADME" }] },
    { id: "c" }
  ],
  [
    "EntityFields.updateKeyField",
    Effect.flatMap(Sdk.EntityFields.EntityFields, ({ updateKeyField }) => updateKeyField(field, { field_name: "ID" })),
    { "/key_fields": [{ id: field, field_name: "ID" }] },
    { id: field, field_name: "ID" }
  ],
  [
    "EntityFields.updateDataField",
    Effect.flatMap(Sdk.EntityFields.EntityFields, ({ updateDataField }) => updateDataField(field, { attrs: null })),
    { "/data_fields": [{ id: field, field_name: "IC50" }] },
    { id: field, field_name: "IC50" }
  ],
  [
    "Programs.create",
    Effect.flatMap(Sdk.Programs.Programs, ({ create }) => create({ title: "Apollo" })),
    {
      "/programs": [
        { id: "other", title: "apollo" },
        { id: program, title: "Apollo" }
      ]
    },
    { id: program }
  ],
  [
    "Programs.update",
    Effect.flatMap(Sdk.Programs.Programs, ({ update }) => update(program, { title: "Apollo" })),
    { "/programs": [{ id: program, title: "Apollo" }] },
    { id: program }
  ],
  [
    "Properties.update",
    Effect.flatMap(Sdk.Properties.Properties, ({ update }) => update(property, { content: "A431" })),
    { "/activities": [{ id: "a", properties: [{ id: "p" }, { id: property, content: "A431" }] }] },
    { id: property, content: "A431" }
  ],
  [
    "Properties.update",
    Effect.flatMap(Sdk.Properties.Properties, ({ update }) => update({ id: property }, { content: null })),
    { "/activities": [{ id: "a" }], "/activity_definitions": [{ id: "d", properties: [{ id: property }] }] },
    { id: property, content: null }
  ],
  [
    "Records.getOrCreate",
    Effect.flatMap(Sdk.Records.Records, ({ getOrCreate }) => getOrCreate({ key_values: { [field]: "EK-0001" } })),
    { "/records/identifiers": [{ record: { id: "record" } }] },
    { id: "record" }
  ],
  [
    "RecordViews.addKeyField",
    Effect.flatMap(Sdk.RecordViews.RecordViews, ({ addKeyField }) =>
      addKeyField(view, { new_key_field_name: "Salt", records_to_transfer: [] })
    ),
    { "/record_views": [{ id: view, entity_slice_id: "new" }] },
    { id: view, entity_slice_id: "new" }
  ],
  [
    "Registration.register",
    Effect.flatMap(Sdk.Registration.Registration, ({ register }) => register(activity, file)),
    { "/operations/activity/registrations": [{ id: "other" }, { id: "r", file_id: file }] },
    { id: "r", file_id: file }
  ],
  [
    "Activities.removeRecords",
    Effect.flatMap(Sdk.Activities.Activities, ({ removeRecords }) => removeRecords(activity, [record])),
    { "/activities": [{ id: "other" }, { id: activity, all_record_ids: [] }] },
    { id: activity, all_record_ids: [] }
  ],
  [
    "Registration.validate",
    Effect.flatMap(Sdk.Registration.Registration, ({ validate }) => validate(activity, { drafts: [record, draft] })),
    {
      "/operations/activity/registration_submissions": [
        { id: "other type", submission_type: "registration", submitted_record_ids: [record, draft] },
        { id: "other drafts", submission_type: "validation", submitted_record_ids: [record] },
        { id: "no date", submission_type: "validation", submitted_record_ids: [record, draft] },
        submissionOf("before", "2026-01-01T00:00:00Z"),
        submissionOf("new", "2026-01-02T00:00:00Z"),
        submissionOf("same time", "2026-01-02T00:00:00Z")
      ]
    },
    { id: "new" }
  ],
  [
    "Registration.submit",
    Effect.flatMap(Sdk.Registration.Registration, ({ submit }) => submit(activity)),
    {
      "/operations/activity/registration_submissions": [
        { id: "new", submission_type: "registration" },
        { id: "other", submission_type: "validation" }
      ]
    },
    { id: "new" }
  ],
  [
    "ResultTableTemplates.create",
    Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, ({ create }) =>
      create({ view_name: "Results", entity_slice_id: Sdk.Ids.EntityTypeId.make("type") })
    ),
    { "/record_view_templates": [{ id: "t", view_name: "Results", is_template: true }] },
    { id: "t" }
  ],
  [
    "ResultTableTemplates.saveViewAsTemplate",
    Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, ({ saveViewAsTemplate }) =>
      saveViewAsTemplate(view, { view_name: "Results", template_name: "Second" })
    ),
    {
      "/record_view_templates": [
        { id: "other", view_name: "Results", template_name: "First" },
        { id: "t", view_name: "Results", template_name: "Second" }
      ]
    },
    { id: "t" }
  ],
  [
    "ResultTableTemplates.update",
    Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, ({ update }) => update(view, { view_name: "New" })),
    { "/record_view_templates/view": { id: view, view_name: "New" } },
    { id: view, view_name: "New" }
  ],
  [
    "ResultTableTemplates.promote",
    Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, ({ promote }) =>
      promote(view, { operation_definition_id: definition, view_name: "Results" })
    ),
    {
      "/record_view_templates": [
        { id: "other", view_name: "Results" },
        { id: "t", view_name: "Results", operation_definition_ids: [definition] }
      ]
    },
    { id: "t" }
  ]
]

/** A platform that does what it is asked, says this, and then holds this. */
const saying = (said: string, state: State) =>
  onScript(services, ({ method, path }) => {
    if (method !== "GET") return Scripted.text(said)
    return Scripted.json(state[path] ?? [])
  })

describe("a write with a response that lacks the result", () => {
  for (const [name, write, state, result] of cases) {
    it.effect(`is followed by a read: ${name}, ${Object.keys(state).join(", ")}`, () =>
      Effect.gen(function* () {
        for (const said of ["", "\n", "null", "{}", '{"message":"done"}']) {
          const { layer, sent } = saying(said, state)
          expect(yield* write.pipe(Effect.provide(layer))).toMatchObject(result)
          expect(sent.filter(({ method }) => method !== "GET").length).toBe(1)
        }
      })
    )

    it.effect(`fails with the outcome done if the read fails too: ${name}`, () =>
      Effect.gen(function* () {
        const { layer } = onScript(services, ({ method }) =>
          method === "GET" ? Scripted.json({ code: "NO", message: "not for you" }, 403) : Scripted.text("")
        )
        expect(yield* write.pipe(Effect.flip, Effect.provide(layer))).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          call: name,
          outcome: "done",
          message: expect.stringMatching(/the response is empty.*The write is done, so do not repeat it.*not for you/)
        })
      })
    )
  }

  it.effect("fails if several items could be the result", () =>
    Effect.gen(function* () {
      const twice = [
        { id: "a", title: "PK", activity_type: "task" },
        { id: "b", title: "PK", activity_type: "task" }
      ]
      for (const [write, state, look] of [
        [
          Effect.flatMap(Sdk.Activities.Activities, ({ create }) => create({ title: "PK", activity_type: "task" })),
          { "/activities": twice },
          "Activities.list"
        ],
        [
          Effect.flatMap(Sdk.Programs.Programs, ({ create }) => create({ title: "PK" })),
          { "/programs": twice },
          "Programs.list"
        ]
      ] as const) {
        const { layer } = saying("", state)
        expect(
          yield* Effect.flip(Effect.asVoid<unknown, unknown, Services>(write)).pipe(Effect.provide(layer))
        ).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          outcome: "done",
          message: expect.stringContaining(`the SDK could not find its result: see the result with ${look}`)
        })
      }
      // One that a list holds twice is one.
      const [first] = twice
      const { layer } = saying("", { "/programs": [first, first] })
      const created = Effect.flatMap(Sdk.Programs.Programs, ({ create }) => create({ title: "PK" }))
      expect((yield* created.pipe(Effect.provide(layer))).id).toBe("a")
    })
  )

  for (const [name, write, look] of [
    [
      "Imports.push",
      Effect.flatMap(Sdk.Imports.Imports, ({ push }) => push({ key_field_names: ["ID"], data: [{ ID: "C-1" }] })),
      "Imports.list"
    ],
    [
      "RecordViews.replaceKeyFields",
      Effect.flatMap(Sdk.RecordViews.RecordViews, ({ replaceKeyFields }) =>
        replaceKeyFields(view, { add_key_field_names: ["A"], remove_key_field_ids: [], records_to_transfer: [] })
      ),
      "RecordViews.list"
    ],
    [
      "ResultTableTemplates.duplicate",
      Effect.flatMap(Sdk.ResultTableTemplates.ResultTableTemplates, ({ duplicate }) => duplicate(view)),
      "ResultTableTemplates.list"
    ]
  ] as const) {
    it.effect(`fails with the outcome done and where to look: ${name}`, () =>
      Effect.gen(function* () {
        for (const said of ["", " ", "null", "{}"]) {
          const { layer } = saying(said, { "/key_fields": [{ id: field, field_name: "ID" }] })
          expect(
            yield* Effect.flip(Effect.asVoid<unknown, unknown, Services>(write)).pipe(Effect.provide(layer))
          ).toMatchObject({
            _tag: "KaleidoscopeDecodeError",
            call: name,
            outcome: "done",
            message: expect.stringContaining(`do not repeat it: see the result with ${look}`)
          })
        }
      })
    )
  }

  it.effect("fails with the outcome unknown after an HTML page, which a proxy may have sent", () =>
    Effect.gen(function* () {
      for (const said of ["<html><title>Log in</title></html>", "OK"]) {
        const { layer } = saying(said, {})
        const write = Effect.flatMap(Sdk.Programs.Programs, ({ create }) => create({ title: "PK" }))
        expect(yield* Effect.flip(write).pipe(Effect.provide(layer))).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          outcome: "unknown"
        })
      }
    })
  )

  it.effect("fails with the outcome done under a strict policy", () =>
    Effect.gen(function* () {
      const strict = Layer.provide(services, Sdk.RequestPolicy.layer({ strict: true }))
      const known = { id: program, title: "PK", created_at: null, created_by: null, workspace_id: null }
      const update = Effect.flatMap(Sdk.Programs.Programs, ({ update }) => update(program, { title: "PK" }))
      const answering = (said: string) =>
        onScript(strict, ({ method }) => (method === "GET" ? Scripted.json([known]) : Scripted.text(said)))
      expect((yield* update.pipe(Effect.provide(answering("").layer))).title).toBe("PK")
      expect(
        yield* Effect.flip(update).pipe(Effect.provide(answering(JSON.stringify({ ...known, new: 1 })).layer))
      ).toMatchObject({ _tag: "KaleidoscopeDecodeError", outcome: "done" })
    })
  )
})
