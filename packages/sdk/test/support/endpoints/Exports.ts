import { Exports, Ids } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "./row.js"

const compound = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")
const apollo = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const study = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
const field = Ids.EntityFieldId.make("f0a3c1de-7d0d-4c42-8a06-4c8d1f4a8b10")
const column = Ids.ViewFieldId.make("b3d2f7a1-2c59-4c0e-9d3d-6a6b1f0c2e77")

const text = (query: Exports.Query) =>
  Effect.flatMap(Exports.Exports, (exports) =>
    exports.csv(query).pipe(Stream.decodeText(), Stream.runCollect, Effect.map(Chunk.join("")))
  )

const answer = { status: 200, body: "a table", headers: { "content-type": "text/csv; charset=utf-8" } }

export const rows: ReadonlyArray<Row<Exports.Exports>> = [
  {
    name: "Exports.csv",
    repeatable: true,
    call: text({ entity_slice_id: compound }),
    request: {
      method: "GET",
      path: "/records/export/csv",
      query: [
        ["filename", "export.csv"],
        ["entity_slice_id", compound]
      ],
      headers: { accept: "*/*" }
    },
    answer,
    result: '"a table"'
  },
  {
    name: "Exports.csv",
    repeatable: true,
    call: text({
      filename: "a b.csv",
      entity_slice_id: { slice_name: "Compound" },
      record_view_id: { view_name: "Potency" },
      view_field_ids: [column, Ids.ViewFieldId.make("w")],
      identifier_ids: [Ids.RecordValueId.make("i"), Ids.RecordValueId.make("j")],
      record_set_ids: [Ids.RecordSetId.make("s"), Ids.RecordSetId.make("t")],
      program_id: { title: "Apollo" },
      operation_id: { external_id: "JIRA-1" },
      view_field_filters: [{ view_field_id: column, filter_type: "is_set", filter_prop: null }],
      view_field_sorts: [{ key_field_id: field, descending: true }],
      entity_field_filters: [{ field_id: field, filter_type: "is_less_than", filter_prop: 10 }],
      entity_field_sorts: [{ field_id: field, descending: false }],
      search_text: "C-1"
    }),
    request: {
      method: "GET",
      path: "/records/export/csv",
      query: [
        ["filename", "a b.csv"],
        ["identifier_ids", "i,j"],
        ["record_set_ids", "s,t"],
        [
          "view_field_filters",
          `[{"key_field_id":null,"view_field_id":"${column}","filter_prop":null,"filter_type":"is_set"}]`
        ],
        ["view_field_sorts", `[{"key_field_id":"${field}","view_field_id":null,"descending":true}]`],
        ["entity_field_filters", `[{"field_id":"${field}","filter_type":"is_less_than","filter_prop":10}]`],
        ["entity_field_sorts", `[{"field_id":"${field}","descending":false}]`],
        ["search_text", "C-1"],
        ["program_id", apollo],
        ["entity_slice_id", compound],
        ["operation_id", study],
        ["record_view_id", "v"],
        ["view_field_ids", `${column},w`]
      ]
    },
    answer,
    others: {
      "GET /entity_slices": { status: 200, body: [{ id: compound, slice_name: "Compound" }] },
      "GET /record_views": { status: 200, body: [{ id: "v", view_name: "Potency" }] },
      "GET /programs": { status: 200, body: [{ id: apollo, title: "Apollo" }] },
      "GET /activities": { status: 200, body: [{ id: study, title: "PK", external_id: "JIRA-1" }] }
    },
    result: '"a table"'
  }
]
