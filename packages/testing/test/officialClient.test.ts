import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, multipart, partsOf, type RequestOptions, stringAt } from "./support/client.js"
import {
  activityId,
  dashboardId,
  definitionId,
  fieldId,
  fileId,
  groupId,
  labelId,
  memberId,
  nobody,
  programId,
  recordId,
  typeId,
  viewId
} from "./support/sample.js"
import { callsWithShape, misfits } from "./support/shapes.js"

const { demo } = Workspace

const run = activityId("EGFR IC50, run 3")
const registration = activityId("Registration of March")
const definition = definitionId("IC50 assay")
const decisions = dashboardId("Candidate selection")
const compound = recordId("EK-0001")
const compounds = viewId("Compounds")
const column = demo.record_views[0]?.view_fields[0]?.id ?? ""
const uploaded = demo.activities.find(({ id }) => id === registration)?.properties[0]?.id ?? ""
const staging = activityId("Registration of April")

const draftId = "7a0d5f3e-1c2b-4d8e-9f60-a1b2c3d4e5f6"

/** The sample with a draft, and with a validation of it that failed. */
const seed: Workspace.Workspace = {
  ...demo,
  activities: demo.activities.map((activity) =>
    activity.id === staging ? { ...activity, data_table_draft_record_ids: [draftId] } : activity
  ),
  registration_drafts: demo.records
    .slice(0, 1)
    .map((record) => ({ id: draftId, operation_id: staging, state: "staged", record: { ...record, id: draftId } })),
  registration_submissions: [
    {
      id: "7a0d5f3e-1c2b-4d8e-9f60-000000000001",
      workspace_id: demo.workspace.id,
      operation_id: staging,
      submission_type: "validation",
      file_ids: [],
      submitted_record_ids: [draftId],
      status: "validation_failed",
      message: null,
      created_by: demo.api_user_id,
      last_updated_by: demo.api_user_id,
      created_at: demo.now,
      updated_at: demo.now,
      verdicts: [{ record_id: draftId, status: "error", error_message: null }]
    }
  ]
}

const noFile = multipart([{ name: "file", fileName: "a.txt", contentType: "text/plain", bytes: "a" }])
const forField = multipart([
  { name: "file", fileName: "a.txt", contentType: "text/plain", bytes: "a" },
  { name: "body", bytes: JSON.stringify({ field_id: fieldId("Certificate of analysis") }) }
])

interface Write {
  readonly call: string
  readonly ids?: { readonly [name: string]: string }
  readonly options: RequestOptions
}

/** Every write with a model in its response: with the least that it takes, with all fields, and with all fields cleared. */
const writes: ReadonlyArray<Write> = [
  { call: "POST /programs", options: { json: { title: "Kinases" } } },
  { call: "PUT /programs/{id}", ids: { id: programId("Backup series") }, options: { json: { title: "Backup" } } },
  { call: "PUT /properties/{id}", ids: { id: uploaded }, options: { json: { content: null } } },
  { call: "POST /properties/{id}/file", ids: { id: uploaded }, options: noFile },
  { call: "POST /key_fields/", options: { json: { field_name: "Salt" } } },
  { call: "POST /data_fields/", options: { json: { field_name: "LogP", field_type: "number" } } },
  { call: "POST /data_fields/", options: { json: { field_name: "LogD", field_type: "number", attrs: null } } },
  {
    call: "PUT /key_fields/{id}",
    ids: { id: fieldId("Compound ID") },
    options: {
      json: {
        field_description: null,
        field_examples: null,
        regex_format: null,
        serial_format_prefix: null,
        serial_format_padding: null,
        format_enforcement: null,
        show_format_warning: null,
        initial_counter_value: null,
        role: null
      }
    }
  },
  {
    call: "PUT /data_fields/{id}",
    ids: { id: fieldId("IC50") },
    options: {
      json: {
        field_description: null,
        field_examples: null,
        display_aggregation_type: null,
        display_includes_sub_records: null,
        display_includes_operations: null,
        lookup_display_aggregation_type: null,
        lookup_display_includes_sub_records: null,
        lookup_display_operation_scope: null,
        attrs: null
      }
    }
  },
  { call: "POST /records", options: { json: { key_field_to_value: { [fieldId("Compound ID")]: "EK-7001" } } } },
  {
    call: "POST /records/{id}/values",
    ids: { id: compound },
    options: { json: { field_id: fieldId("Notes"), content: null, operation_id: null, record_view_id: null } }
  },
  { call: "POST /records/{id}/values/file", ids: { id: compound }, options: forField },
  {
    call: "POST /activities",
    options: { json: { title: "Bare", activity_type: "task" } }
  },
  {
    call: "POST /activities",
    options: {
      json: {
        title: "Nothing given",
        activity_type: "experiment",
        definition_id: null,
        program_ids: null,
        assigned_user_ids: null,
        subscriber_ids: null,
        start_date: null,
        duration: null
      }
    }
  },
  {
    call: "POST /activities",
    options: {
      json: {
        title: "From a definition",
        activity_type: "experiment",
        definition_id: definition,
        program_ids: [programId("EGFR inhibitors")],
        assigned_user_ids: [memberId("Ada")],
        subscriber_ids: [memberId("Bruno")],
        start_date: "2026-03-09T10:00:00+02:00",
        duration: 3
      }
    }
  },
  {
    call: "PUT /activities/{id}",
    ids: { id: run },
    options: {
      json: {
        parent_id: null,
        description: null,
        priority: null,
        definition_id: null,
        add_dependencies: null,
        due_date: null,
        start_date: null,
        duration: null,
        aggregate_scheduling: null,
        add_label_ids: null,
        remove_program_ids: null,
        add_assigned_group_ids: null,
        external_id: null,
        comment: { type: "doc", content: [] }
      }
    }
  },
  {
    call: "PUT /activities/{id}",
    ids: { id: run },
    options: {
      json: {
        status: "complete",
        due_date: "2026-03-09",
        duration: 2,
        add_label_ids: [labelId("urgent")],
        add_assigned_group_ids: [groupId("Biology")]
      }
    }
  },
  {
    call: "POST /operations/{id}/records/remove",
    ids: { id: registration },
    options: { json: { record_ids: [recordId("EK-0037")], record_view_id: viewId("To register") } }
  },
  {
    call: "POST /operations/{id}/records/remove",
    ids: { id: registration },
    options: { json: { record_ids: [recordId("EK-0037")], record_view_id: null } }
  },
  {
    call: "PUT /activity_definitions/{id}",
    ids: { id: definition },
    options: {
      json: {
        description: null,
        priority: null,
        is_archived: null,
        external_id: null,
        duration: null,
        aggregate_scheduling: null,
        assigned_user_ids: null,
        registration_property_field_id: null,
        registration_record_view_id: null,
        registration_content_layout_id: null,
        registration_status_field_id: null,
        registration_result_record_view_id: null,
        registration_result_content_layout_id: null,
        registration_staging_template_view_id: null,
        add_view_ids_to_add_to_when_record_attached: [compounds],
        set_queue_content_layout_ids: null,
        propagate_to_instances: true
      }
    }
  },
  {
    call: "POST /record_view_templates",
    options: { json: { view_name: "Bare", entity_slice_id: typeId("Compound") } }
  },
  {
    call: "POST /record_view_templates",
    options: {
      json: {
        view_name: "Filtered",
        entity_slice_id: typeId("Compound"),
        view_field_ids: [column],
        lookup_field_ids: ["lookup"],
        plot_field_ids: ["plot"],
        filters: [
          { key_field_id: fieldId("Compound ID"), filter_type: "is_set" },
          { view_field_id: column, filter_type: "is_equal", filter_prop: 1, plot_field_config: { axis: "x" } }
        ],
        sorts: [{ view_field_id: column }, { key_field_id: fieldId("Compound ID"), descending: null }],
        color_filters: [{ view_field_id: column, filter_type: "is_empty", color: "red" }]
      }
    }
  },
  {
    call: "POST /record_view_templates",
    options: { json: { view_name: "Saved", source_view_id: viewId("IC50 results") } }
  },
  {
    call: "PUT /record_view_templates/{id}",
    ids: { id: viewId("IC50 results of a run") },
    options: {
      json: {
        template_name: null,
        program_ids: null,
        filters: [{ view_field_id: column, key_field_id: null, filter_type: "is_set", plot_field_config: null }],
        sorts: [{ view_field_id: column }],
        color_filters: null,
        record_set_ids_filter: null,
        is_archived: null,
        sort_order: null,
        sort_descending: null,
        view_mode: null,
        group_by_mode: null,
        group_by_field_id: null
      }
    }
  },
  {
    call: "POST /record_view_templates/{id}/duplicate",
    ids: { id: viewId("IC50 results of a run") },
    options: { json: {} }
  },
  {
    call: "POST /record_view_templates/link",
    options: {
      json: { template_view_id: viewId("Plates of a run"), operation_definition_id: definition, position_index: 0 }
    }
  },
  {
    call: "POST /record_view_templates/promote",
    options: {
      json: {
        source_view_id: viewId("IC50 results"),
        operation_definition_id: definition,
        view_name: "Promoted",
        position_index: null
      }
    }
  },
  {
    call: "PUT /record_views/{id}/add_key_field",
    ids: { id: compounds },
    options: { json: { new_key_field_name: "Plate", records_to_transfer: null } }
  },
  {
    call: "PUT /record_views/{id}/replace_key_fields",
    ids: { id: viewId("Batches") },
    options: { json: { add_key_field_names: ["Vial"], remove_key_field_ids: null, records_to_transfer: null } }
  },
  {
    call: "POST /dashboards/{id}/categories",
    ids: { id: decisions },
    options: {
      json: { category_name: "Bare", operation_definition_ids: null, label_ids: null, field_ids: null }
    }
  },
  {
    call: "POST /push/imports",
    options: {
      json: {
        key_field_names: ["Compound ID", "Vessel"],
        data: [
          { "Compound ID": "EK-7002", Vessel: "V1", Comment: "new", IC50: "n.d." },
          { "Compound ID": "EK-7002", Vessel: "V2" }
        ],
        program_id: null,
        operation_id: null,
        record_view_id: null,
        set_name: "Vessels"
      }
    }
  },
  {
    call: "POST /push/imports/{source_id}",
    ids: { source_id: "robot" },
    options: {
      json: { key_field_names: ["Compound ID"], data: [{ "Compound ID": "EK-7003", IC50: 4 }], operation_id: run }
    }
  },
  {
    call: "POST /push/imports/by-field-id",
    options: { json: { key_field_ids: [nobody], data: [{ [nobody]: "a" }] } }
  },
  {
    call: "POST /operations/{id}/register/{file_id}",
    ids: { id: registration, file_id: fileId("protocol.txt") },
    options: { json: {} }
  },
  {
    call: "POST /operations/{id}/register/{file_id}/results",
    ids: { id: registration, file_id: fileId("protocol.txt") },
    options: {
      json: { status: "error", message: null, records: [{ record_id: compound, status: "error", error_message: null }] }
    }
  },
  {
    call: "POST /imports",
    options: {
      json: {
        data_json: [{ "Compound ID": "EK-7004" }],
        attrs: {},
        operation_id: staging,
        is_draft: true,
        source_type: "http-post"
      }
    }
  },
  {
    call: "POST /operations/{id}/validate_drafts",
    ids: { id: staging },
    options: { json: { record_ids: [draftId] } }
  },
  {
    call: "POST /operations/{id}/submit_drafts_for_registration",
    ids: { id: staging },
    options: { json: { record_ids: null } }
  }
]

/** The item of a read with an id, by the first segment of its path. */
const samples: { readonly [segment: string]: string } = {
  programs: programId("Backup series"),
  records: compound,
  record_view_templates: viewId("IC50 results of a run"),
  activities: run,
  operations: run,
  dashboards: decisions,
  imports: demo.imports[1]?.id ?? ""
}

/** The reads that need another item, or a query. */
const parameters: {
  readonly [call: string]: readonly [ids: { readonly [name: string]: string }, query?: RequestOptions]
} = {
  "GET /workspaces/events": [{}, { query: { page_size: "1000" } }],
  "GET /records": [{}, { query: { record_ids: demo.records.map(({ id }) => id).join(",") } }],
  "GET /records/identifiers": [
    {},
    { query: { records_key_field_to_value: JSON.stringify([{ [fieldId("Compound ID")]: "EK-0002" }]) } }
  ],
  "GET /activities/{id}/activities": [{ id: activityId("EGFR lead optimisation") }],
  "GET /imports": [{}, { query: { page_size: "1000" } }],
  "GET /operations/{id}/registrations": [{ id: registration }],
  "GET /operations/{id}/registration_draft_statuses": [{ id: staging }],
  "GET /operations/{id}/registration_submissions": [{ id: staging }]
}

const isRead = (call: string): boolean => call.startsWith("GET ")

const carryOut = (name: string, ids: { readonly [name: string]: string } = {}, options: RequestOptions = {}) => {
  const [method, path] = partsOf(name)
  return call(
    method,
    path.replaceAll(/\{(\w+)\}/g, (_, key: string) => ids[key] ?? nobody),
    options
  )
}

/** The errors in the responses of all reads. */
const misfitsOfReads = Effect.map(
  Effect.forEach(callsWithShape.filter(isRead), (name) =>
    Effect.map(
      carryOut(
        name,
        parameters[name]?.[0] ?? { id: samples[name.split("/")[1] ?? ""] ?? nobody },
        parameters[name]?.[1]
      ),
      ({ json, status }) => (status === 200 ? misfits(name, json) : [`${name}: ${status}`])
    )
  ),
  (lists) => lists.flat()
)

describe("responses fit the models of both releases of the official client", () => {
  it("each write with a model is sent", () => {
    const sent = new Set(writes.map((write) => write.call))
    expect([...sent].sort()).toEqual(
      [
        "POST /operations/{id}/register/{file_id}/results",
        ...callsWithShape.filter((name) => !isRead(name) && name !== "POST /auth/oauth/token")
      ].sort()
    )
  })

  it.effect("in the sample workspace", () =>
    Effect.map(misfitsOfReads, (found) => expect(found).toEqual([])).pipe(Effect.provide(Emulator.layer()))
  )

  for (const seed of ["demo", "empty"] as const) {
    it.effect(`before the first write: ${seed}`, () =>
      Effect.gen(function* () {
        const created = yield* call("POST", "/activities", { json: { title: "a", activity_type: "task" } })
        expect(misfits("POST /activities", created.json)).toEqual([])
        yield* call("POST", "/push/imports", { json: { key_field_names: ["a"], data: [{ a: 1, b: 2 }] } })
        const pending = yield* call("GET", "/imports")
        expect(misfits("GET /imports", pending.json)).toEqual([])
        yield* TestClock.adjust("1 second")
        for (const path of ["/imports", "/key_fields", "/data_fields", "/entity_slices", "/workspaces/members"]) {
          const answer = yield* call("GET", path)
          expect(listAt(answer.json).length).toBeGreaterThan(0)
          expect(misfits(`GET ${path}`, answer.json)).toEqual([])
        }
      }).pipe(Effect.provide(Emulator.layer({ seed })))
    )
  }

  it.effect("after each write, and in the response of each", () =>
    Effect.gen(function* () {
      const found: Array<string> = []
      for (const [index, write] of writes.entries()) {
        const { json, status } = yield* carryOut(write.call, write.ids, write.options)
        expect([index, write.call, status, json]).toEqual([
          index,
          write.call,
          expect.toSatisfy((code: number) => code < 300),
          json
        ])
        found.push(...misfits(write.call, json))
        yield* TestClock.adjust("1 second")
        found.push(...(yield* misfitsOfReads).map((misfit) => `after ${index}, ${write.call}: ${misfit}`))
      }
      expect(found).toEqual([])
    }).pipe(Effect.provide(Emulator.layer({ seed })))
  )

  it.effect("filters and sorts of a template have all keys, also those that were not sent", () =>
    Effect.gen(function* () {
      const { json } = yield* call("POST", "/record_view_templates", {
        json: {
          view_name: "Filtered",
          entity_slice_id: typeId("Compound"),
          filters: [{ view_field_id: column, filter_type: "is_set" }],
          sorts: [{ key_field_id: fieldId("Compound ID") }],
          color_filters: [{ view_field_id: column, filter_type: "is_equal", filter_prop: 1, color: "red" }]
        }
      })
      expect(at(json, "filters")).toEqual([
        { key_field_id: null, view_field_id: column, filter_type: "is_set", filter_prop: null, plot_field_config: null }
      ])
      expect(at(json, "sorts")).toEqual([
        { key_field_id: fieldId("Compound ID"), view_field_id: null, descending: false, plot_field_config: null }
      ])
      expect(at(json, "color_filters")).toEqual([
        {
          key_field_id: null,
          view_field_id: column,
          filter_type: "is_equal",
          filter_prop: 1,
          plot_field_config: null,
          color: "red"
        }
      ])
      const config = { plot_field_config: { axis: "x" } }
      const changed = yield* call("PUT", `/record_view_templates/${stringAt(json, "id")}`, {
        json: { sorts: [{ view_field_id: column, descending: true, ...config }] }
      })
      expect(at(changed.json, "sorts", 0)).toMatchObject(config)
      expect(at(changed.json, "filters")).toEqual(at(json, "filters"))
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("dates that do not exist, and parts of days, are refused", () =>
    Effect.gen(function* () {
      for (const json of [
        { start_date: "2026-02-30" },
        { start_date: "2026-04-31T10:00:00Z" },
        { due_date: "2026-03-09T24:00:00Z" },
        { due_date: "0000-01-01" },
        { duration: 2.5 }
      ]) {
        const answer = yield* call("PUT", `/activities/${run}`, { json })
        expect([json, answer.status]).toEqual([json, 400])
      }
      const leap = yield* call("PUT", `/activities/${run}`, { json: { due_date: "2028-02-29", duration: 2 } })
      expect([leap.status, at(leap.json, "due_date")]).toEqual([200, "2028-02-29"])
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("the sample has only statuses and types of fields that both know", () =>
    Effect.sync(() => {
      const unknown = /^(ready to make|partially complete|failed|abandoned|mixture|status|rxn|protein-structure)$/
      const used = [
        ...demo.activities.map(({ status }) => status),
        ...demo.activity_definitions.map(({ status }) => status),
        ...demo.entity_fields.map(({ field_type }) => field_type),
        ...demo.property_fields.map(({ field_type }) => field_type)
      ]
      expect(used.filter((one) => unknown.test(one))).toEqual([])
    })
  )

  it.effect("an export has the content type text/csv without parameters", () =>
    Effect.gen(function* () {
      const query = { filename: "all.csv", entity_slice_id: typeId("Compound") }
      const { headers } = yield* call("GET", "/records/export/csv", { query })
      expect(headers["content-type"]).toBe("text/csv")
    }).pipe(Effect.provide(Emulator.layer()))
  )
})
