import * as Schema from "effect/Schema"
import { Activity } from "../activities/model.js"
import { created, get, getItem, group, post, postItem } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { body, count, ids, json, nullish, number, optional, present, query, strings, upload } from "../server/schema.js"
import { EntityFieldFilter, EntityFieldSort, FieldValue, Record, ViewFieldFilter, ViewFieldSort } from "./model.js"

/** The conditions of a search or an export. */
export const recordQuery = {
  record_set_ids: ids,
  program_id: optional(Schema.String),
  operation_id: optional(Schema.String),
  identifier_ids: ids,
  view_field_filters: json(Schema.Array(ViewFieldFilter)),
  view_field_sorts: json(Schema.Array(ViewFieldSort)),
  entity_field_filters: json(Schema.Array(EntityFieldFilter)),
  entity_field_sorts: json(Schema.Array(EntityFieldSort)),
  search_text: optional(Schema.String)
}

const RecordSearch = query({
  ...recordQuery,
  entity_slice_id: optional(Schema.String),
  limit: number(count)
})

export const keyValue = Schema.Union(Schema.NonEmptyString, Schema.Number, Schema.Boolean)

/** Keys by the id of the key field. */
export const KeyValues = Schema.Record({ key: Schema.String, value: keyValue })

const valueOf = {
  field_id: Schema.String,
  operation_id: nullish(Schema.String),
  record_view_id: nullish(Schema.String)
}

const StoredValue = Schema.Struct({ resource: FieldValue })

export const routes = group(
  "records",
  "Compounds, samples, animals, with the values of their fields",
  get(
    "listRecords",
    "/records",
    Schema.Array(Record),
    "`record_ids` are joined by commas. Unknown ids are ignored."
  ).setUrlParams(query({ record_ids: Schema.String })),
  get("findRecords", "/records/identifiers", Schema.Array(Schema.Struct({ record: Record })))
    .setUrlParams(query({ records_key_field_to_value: Schema.parseJson(Schema.Array(KeyValues)) }))
    .addError(NotFound),
  get("searchRecords", "/records/search", strings, "The ids of the records that pass all filters.")
    .setUrlParams(RecordSearch)
    .addError(NotFound),
  getItem("getRecord", "/records/:id", Record),
  post(
    "createRecord",
    "/records",
    body({ key_field_to_value: KeyValues }),
    Record,
    "The record with these keys. Creates it if it does not exist."
  ).addError(NotFound),
  getItem("listValues", "/records/:id/values", Schema.Array(FieldValue)),
  postItem("addValue", "/records/:id/values", body({ ...valueOf, content: present }), created(StoredValue)),
  postItem(
    "addFile",
    "/records/:id/values/file",
    upload({ body: body(valueOf) }),
    created(StoredValue),
    "The content of the value is a list with the id of the stored file."
  ),
  getItem("listRecordActivities", "/records/:id/operations", Schema.Array(Activity))
)
