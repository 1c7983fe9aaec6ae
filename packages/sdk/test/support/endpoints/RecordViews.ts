import { Ids, RecordViews } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import { fieldId, template, viewId, wire } from "./recordView.js"
import type { Row } from "./row.js"

const recordId = Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1")

const transfer = { record_id: recordId, key_field_name_to_value: { "Compound ID": "EK-0001", Batch: "B-001" } }

const replaced = { ...wire, id: "b1c2d3e4-f506-4718-8293-a4b5c6d7e8f9", entity_slice_id: "other" }

export const rows: ReadonlyArray<Row<RecordViews.RecordViews>> = [
  {
    name: "RecordViews.list",
    repeatable: true,
    call: Effect.flatMap(RecordViews.RecordViews, (views) => views.list),
    request: { method: "GET", path: "/record_views" },
    answer: { status: 200, body: [wire, template] },
    result: [wire]
  },
  {
    name: "RecordViews.addKeyField",
    repeatable: false,
    call: Effect.flatMap(RecordViews.RecordViews, (views) =>
      views.addKeyField(viewId, { new_key_field_name: "Batch", records_to_transfer: [transfer] })
    ),
    request: {
      method: "PUT",
      path: `/record_views/${viewId}/add_key_field`,
      body: { new_key_field_name: "Batch", records_to_transfer: [transfer] }
    },
    answer: { status: 200, body: wire },
    result: wire
  },
  {
    name: "RecordViews.replaceKeyFields",
    repeatable: false,
    call: Effect.flatMap(RecordViews.RecordViews, (views) =>
      views.replaceKeyFields(viewId, {
        add_key_field_names: ["Batch"],
        remove_key_field_ids: [fieldId],
        records_to_transfer: [transfer]
      })
    ),
    request: {
      method: "PUT",
      path: `/record_views/${viewId}/replace_key_fields`,
      body: { add_key_field_names: ["Batch"], remove_key_field_ids: [fieldId], records_to_transfer: [transfer] }
    },
    answer: { status: 201, body: replaced },
    result: replaced
  }
]
