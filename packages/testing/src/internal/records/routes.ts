import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Activity } from "../activities/model.js"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import {
  body,
  count,
  ids,
  json,
  nullish,
  number,
  optional,
  present,
  query,
  strings,
  upload,
  withId
} from "../server/schema.js"
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

export const group = HttpApiGroup.make("records")
  .add(
    HttpApiEndpoint.get("listRecords", "/records")
      .setUrlParams(query({ record_ids: Schema.String }))
      .addSuccess(Schema.Array(Record))
      .annotate(OpenApi.Description, "`record_ids` are joined by commas. Unknown ids are ignored.")
  )
  .add(
    HttpApiEndpoint.get("findRecords", "/records/identifiers")
      .setUrlParams(query({ records_key_field_to_value: Schema.parseJson(Schema.Array(KeyValues)) }))
      .addSuccess(Schema.Array(Schema.Struct({ record: Record })))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.get("searchRecords", "/records/search")
      .setUrlParams(RecordSearch)
      .addSuccess(strings)
      .addError(NotFound)
      .annotate(OpenApi.Description, "The ids of the records that pass all filters.")
  )
  .add(HttpApiEndpoint.get("getRecord", "/records/:id").setPath(withId).addSuccess(Record).addError(NotFound))
  .add(
    HttpApiEndpoint.post("createRecord", "/records")
      .setPayload(body({ key_field_to_value: KeyValues }))
      .addSuccess(Record)
      .addError(NotFound)
      .annotate(OpenApi.Description, "The record with these keys. Creates it if it does not exist.")
  )
  .add(
    HttpApiEndpoint.get("listValues", "/records/:id/values")
      .setPath(withId)
      .addSuccess(Schema.Array(FieldValue))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("addValue", "/records/:id/values")
      .setPath(withId)
      .setPayload(body({ ...valueOf, content: present }))
      .addSuccess(StoredValue, { status: 201 })
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("addFile", "/records/:id/values/file")
      .setPath(withId)
      .setPayload(upload({ body: body(valueOf) }))
      .addSuccess(StoredValue, { status: 201 })
      .addError(NotFound)
      .annotate(OpenApi.Description, "The content of the value is a list with the id of the stored file.")
  )
  .add(
    HttpApiEndpoint.get("listRecordActivities", "/records/:id/operations")
      .setPath(withId)
      .addSuccess(Schema.Array(Activity))
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Compounds, samples, animals, with the values of their fields")
