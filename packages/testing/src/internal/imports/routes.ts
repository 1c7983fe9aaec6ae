import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { FieldType } from "../entities/model.js"
import { created, get, getItem, group, post, postItem } from "../server/endpoints.js"
import { Conflict, NotFound } from "../server/problem.js"
import { body, count, nullish, number, object, optional, query, strings } from "../server/schema.js"
import { Import } from "./model.js"

const keys = Schema.NonEmptyArray(Schema.NonEmptyString)

/** A row. The schema of an object would copy each of them. */
const row = Schema.declare(Predicate.isRecord, {
  message: () => "Expected an object",
  jsonSchema: { type: "object" }
})

const rows = Schema.Array(row)

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

/** Imports of drafts are the only ones that are known to start in this way. */
const NewImport = body({
  data_json: rows,
  attrs: object.pipe(Schema.filter((attrs) => Object.keys(attrs).length === 0 || "Expected an empty object")),
  operation_id: Schema.String,
  is_draft: Schema.Literal(true),
  source_type: Schema.Literal("http-post")
})

export type NewImport = typeof NewImport.Type

const RunOfImport = body({
  key_field_configurations: Schema.NonEmptyArray(Schema.Struct({ name: Schema.NonEmptyString })),
  data_field_configurations: Schema.Array(
    Schema.Struct({ name: Schema.NonEmptyString, type: FieldType, mapped_field_id: Schema.String })
  ),
  record_view_id: Schema.String,
  replace_draft_record_ids: nullish(strings)
})

export type RunOfImport = typeof RunOfImport.Type

const Submitted = Schema.Struct({ import_id: Schema.String })

const flag = Schema.Literal("1", "0", "true", "false")

export const routes = group(
  "imports",
  "Create and update many records. Imports run asynchronously: pending, running, complete or failed",
  post("push", "/push/imports", ImportByName, Submitted).addError(NotFound),
  post("pushByFieldId", "/push/imports/by-field-id", ImportById, Submitted).addError(NotFound),
  postItem("pushFromSource", "/push/imports/:source_id", ImportByName, Submitted).setPath(
    Schema.Struct({ source_id: Schema.String })
  ),
  get(
    "listImports",
    "/imports",
    Schema.Array(Import),
    "One page of imports, newest first. The first page is 1."
  ).setUrlParams(query({ is_complete: optional(flag), page: number(count), page_size: number(count) })),
  getItem("getImport", "/imports/:id", Import),
  post(
    "createImport",
    "/imports",
    NewImport,
    created(Import),
    "Stores rows that become drafts for registration. The activity must have a view for drafts. Nothing runs yet."
  ).addError(NotFound),
  postItem(
    "runImport",
    "/imports/:id/run",
    RunOfImport,
    HttpApiSchema.NoContent,
    "Makes a draft of each row. Each column is a key field of the view for drafts, or is mapped to a data field of this view. If at least one draft was made, the drafts in `replace_draft_record_ids` are archived. None of them may be pending or submitted."
  ).addError(Conflict)
)
