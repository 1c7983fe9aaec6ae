import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { recordQuery } from "../records/routes.js"
import { Authorization } from "../server/authorization.js"
import { get, getItem } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { ids, optional, query } from "../server/schema.js"

const bytes = HttpApiSchema.Uint8Array()

export const files = HttpApiGroup.make("files")
  .add(getItem("getFile", "/files/:id", bytes))
  .add(
    getItem("getActivityFile", "/activities/:id/file/:file_id", bytes).setPath(
      Schema.Struct({ id: Schema.String, file_id: Schema.String })
    )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Uploaded files, with the same bytes and the same content type")

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

export const exports = HttpApiGroup.make("exports")
  .add(
    get(
      "exportRecords",
      "/records/export/csv",
      HttpApiSchema.Text({ contentType: "text/csv" }),
      "One row per record. A column has the name of its field, or the id of its field if two fields have the same name."
    )
      .setUrlParams(Export)
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Records as CSV")
