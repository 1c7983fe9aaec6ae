import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { get, getItem, post, postItem } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { body, count, nullish, number, object, optional, query, strings } from "../server/schema.js"
import { Import } from "./model.js"

const keys = Schema.NonEmptyArray(Schema.NonEmptyString)

const rows = Schema.Array(object)

const context = {
  program_id: nullish(Schema.String),
  operation_id: nullish(Schema.String),
  set_name: nullish(Schema.String)
}

const ImportByName = body({
  key_field_names: keys,
  data: rows,
  ...context,
  record_view_id: nullish(Schema.String),
  add_fields_to_record_view_ids: nullish(strings),
  record_view_ids: nullish(Schema.Unknown).annotations({ description: "Old clients send it. It is ignored." })
})

export type ImportByName = typeof ImportByName.Type

const ImportById = body({ key_field_ids: keys, data: rows, record_view_ids: nullish(strings), ...context })

export type ImportById = typeof ImportById.Type

const Submitted = Schema.Struct({ import_id: Schema.String })

const flag = Schema.Literal("1", "0", "true", "false")

export const group = HttpApiGroup.make("imports")
  .add(post("push", "/push/imports", ImportByName, Submitted).addError(NotFound))
  .add(post("pushByFieldId", "/push/imports/by-field-id", ImportById, Submitted).addError(NotFound))
  .add(
    postItem("pushFromSource", "/push/imports/:source_id", ImportByName, Submitted).setPath(
      Schema.Struct({ source_id: Schema.String })
    )
  )
  .add(
    get(
      "listImports",
      "/imports",
      Schema.Array(Import),
      "One page of imports, newest first. The first page is 1."
    ).setUrlParams(query({ is_complete: optional(flag), page: number(count), page_size: number(count) }))
  )
  .add(getItem("getImport", "/imports/:id", Import))
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Create and update many records. Imports run asynchronously: pending, running, complete or failed"
  )
