import { Ids, Imports } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const id = Ids.ImportId.make("6f1c4b43-0f0c-4e0d-8f6e-51a0b7b6a1d2")
const apollo = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const study = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
const keyField = Ids.EntityFieldId.make("f0a3c1de-7d0d-4c42-8a06-4c8d1f4a8b10")
const view = Ids.RecordViewId.make("c3a8e1f0-5a53-4c62-b6a4-6b4c65a0f7de")

const wire = {
  id,
  import_status: "completed",
  is_complete: true,
  created_at: "2025-10-17T18:11:41.180Z",
  started_at: "2025-10-17T18:11:42.000Z",
  completed_at: "2025-10-17T18:11:43.000Z",
  error_message: null,
  operation_id: null,
  entity_slice_id: "2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52",
  source_id: null,
  import_result: {
    records_created: 1,
    records_skipped: 1,
    records_updated: 0,
    fields_added: 2,
    validation_result: {
      total_processed: 2,
      successful: 1,
      failed: 1,
      errors: [
        {
          field_id: keyField,
          field_name: "IC50",
          value: "much",
          conflict_type: "type",
          incoming_record_identifier: "C-2",
          conflicting_record_id: null,
          conflicting_record_identifier: null,
          conflicting_value: null,
          constraint_fields: []
        }
      ]
    }
  }
}

const done = {
  ...wire,
  created_at: DateTime.unsafeMake(wire.created_at),
  started_at: DateTime.unsafeMake(wire.started_at),
  completed_at: DateTime.unsafeMake(wire.completed_at)
}

const lists = {
  "GET /key_fields": { status: 200, body: [{ id: keyField, field_name: "Compound ID", is_key: true }] },
  "GET /data_fields": {
    status: 200,
    body: ["IC50", "note"].map((name) => ({ id: `id of ${name}`, field_name: name, is_key: false }))
  }
}

const data = [{ "Compound ID": "C-1", IC50: 139, note: null }]

const imports = <A, E>(use: (imports: Imports.Service) => Effect.Effect<A, E>) => Effect.flatMap(Imports.Imports, use)

export const rows: ReadonlyArray<Row<Imports.Imports>> = [
  {
    name: "Imports.push",
    repeatable: false,
    call: imports((imports) => imports.push({ key_field_names: ["Compound ID"], data })),
    request: { method: "POST", path: "/push/imports", body: { key_field_names: ["Compound ID"], data } },
    answer: { status: 201, body: { import_id: id } },
    others: lists,
    result: id
  },
  {
    name: "Imports.push",
    repeatable: false,
    call: imports((imports) =>
      imports.push({
        key_field_names: ["Compound ID"],
        data,
        source_id: Ids.ImportSourceId.make("a source"),
        program_id: { title: "Apollo" },
        operation_id: { title: "PK study" },
        record_view_id: view,
        add_fields_to_record_view_ids: [{ view_name: "Potency" }],
        set_name: "week 7"
      })
    ),
    request: {
      method: "POST",
      path: "/push/imports/a%20source",
      body: {
        key_field_names: ["Compound ID"],
        data,
        program_id: apollo,
        operation_id: study,
        record_view_id: view,
        add_fields_to_record_view_ids: [view],
        set_name: "week 7"
      }
    },
    answer: { status: 200, body: { import_id: id } },
    others: {
      ...lists,
      "GET /record_views": { status: 200, body: [{ id: view, view_name: "Potency" }] },
      "GET /programs": { status: 200, body: [{ id: apollo, title: "Apollo" }] },
      "GET /activities": { status: 200, body: [{ id: study, title: "PK study" }] }
    },
    result: id
  },
  {
    name: "Imports.pushByFieldId",
    repeatable: false,
    call: imports((imports) =>
      imports.pushByFieldId({
        key_field_ids: [{ field_name: "Compound ID" }],
        record_view_ids: [view],
        data: [{ [keyField]: "C-1" }],
        program_id: apollo,
        operation_id: study,
        set_name: "week 7"
      })
    ),
    request: {
      method: "POST",
      path: "/push/imports/by-field-id",
      body: {
        key_field_ids: [keyField],
        data: [{ [keyField]: "C-1" }],
        record_view_ids: [view],
        program_id: apollo,
        operation_id: study,
        set_name: "week 7"
      }
    },
    answer: { status: 200, body: { import_id: id } },
    others: lists,
    result: id
  },
  {
    name: "Imports.list",
    repeatable: true,
    call: imports((imports) => imports.list()),
    request: { method: "GET", path: "/imports" },
    answer: { status: 200, body: [wire] },
    result: [done]
  },
  {
    name: "Imports.list",
    repeatable: true,
    call: imports((imports) => imports.list({ is_complete: true, page: 2, page_size: 50 })),
    request: {
      method: "GET",
      path: "/imports",
      query: [
        ["is_complete", "1"],
        ["page", "2"],
        ["page_size", "50"]
      ]
    },
    answer: { status: 200, body: [] },
    result: []
  },
  {
    name: "Imports.list",
    repeatable: true,
    call: imports((imports) => imports.list({ is_complete: false })),
    request: { method: "GET", path: "/imports", query: [["is_complete", "0"]] },
    answer: { status: 200, body: [] },
    result: []
  },
  {
    name: "Imports.get",
    repeatable: true,
    call: imports((imports) => imports.get(id)),
    request: { method: "GET", path: `/imports/${id}` },
    answer: { status: 200, body: { id, import_result: null } },
    result: {
      id,
      import_status: null,
      is_complete: null,
      created_at: null,
      started_at: null,
      completed_at: null,
      error_message: null,
      operation_id: null,
      entity_slice_id: null,
      source_id: null,
      import_result: null
    }
  }
]
