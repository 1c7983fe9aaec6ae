import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"
import { recordQuery } from "../records/routes.js"
import { get, getItem, group } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { ids, optional, query } from "../server/schema.js"

const bytes = HttpApiSchema.Uint8Array()

export const files = group(
  "files",
  "Uploaded files, with the same bytes and the same content type",
  getItem("getFile", "/files/:id", bytes),
  getItem("getActivityFile", "/activities/:id/file/:file_id", bytes).setPath(
    Schema.Struct({ id: Schema.String, file_id: Schema.String })
  )
)

const oldParameter = optional(Schema.String).annotations({ description: "Old clients send it. It is ignored." })

const Export = query({
  ...recordQuery,
  filename: Schema.String,
  entity_slice_id: Schema.String,
  record_view_id: optional(Schema.String),
  view_field_ids: ids,
  record_set_id: oldParameter,
  record_set_filters: oldParameter
})

export type Export = typeof Export.Type

export const exports = group(
  "exports",
  "Records as CSV",
  get(
    "exportRecords",
    "/records/export/csv",
    HttpApiSchema.Text({ contentType: "text/csv" }),
    "One row per record. A column has the name of its field, or the id of its field if two fields have the same name."
  )
    .setUrlParams(Export)
    .addError(NotFound)
)
