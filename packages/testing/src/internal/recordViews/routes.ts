import * as Schema from "effect/Schema"
import { ColorFilter, ViewFieldFilter, ViewFieldSort } from "../records/model.js"
import { keyValue } from "../records/routes.js"
import { created, deleteItem, get, getItem, group, post, postItem, putItem } from "../server/endpoints.js"
import { Conflict, NotFound } from "../server/problem.js"
import { body, count, done, noBody, nullish, optional, strings } from "../server/schema.js"
import { RecordView, SortOrder } from "./model.js"

const transfers = Schema.Array(
  Schema.Struct({
    record_id: Schema.String,
    key_field_name_to_value: Schema.Record({ key: Schema.String, value: keyValue })
  })
)

export type Transfers = typeof transfers.Type

const name = Schema.NonEmptyString

export const recordViews = group(
  "record_views",
  "Tables of records",
  get(
    "listRecordViews",
    "/record_views",
    Schema.Array(RecordView),
    "Views with `is_template: true` are result table templates."
  ),
  putItem(
    "addViewKeyField",
    "/record_views/:id/add_key_field",
    body({ new_key_field_name: name, records_to_transfer: nullish(transfers) }),
    RecordView,
    "Changes the entity type of the view, and moves the records to that type."
  ).addError(Conflict),
  putItem(
    "replaceViewKeyFields",
    "/record_views/:id/replace_key_fields",
    body({
      add_key_field_names: nullish(Schema.Array(name)),
      remove_key_field_ids: nullish(strings),
      records_to_transfer: nullish(transfers)
    }),
    RecordView,
    "Creates a view with another entity type, and moves the records to that type."
  ).addError(Conflict)
)

const content = {
  template_name: nullish(Schema.String),
  program_ids: nullish(strings),
  view_field_ids: nullish(strings),
  data_field_ids: nullish(strings),
  lookup_field_ids: nullish(strings),
  plot_field_ids: nullish(strings),
  filters: nullish(Schema.Array(ViewFieldFilter)),
  sorts: nullish(Schema.Array(ViewFieldSort)),
  color_filters: nullish(Schema.Array(ColorFilter)),
  record_set_ids_filter: nullish(strings),
  sort_order: nullish(SortOrder),
  sort_descending: nullish(Schema.Boolean),
  view_mode: nullish(Schema.String),
  group_by_mode: nullish(Schema.String),
  group_by_field_id: nullish(Schema.String)
}

export type TemplateContent = Schema.Schema.Type<Schema.Struct<typeof content>>

const NewTemplate = body({
  view_name: name,
  entity_slice_id: nullish(Schema.String),
  source_view_id: nullish(Schema.String),
  ...content
}).pipe(
  Schema.filter((input) =>
    typeof input.entity_slice_id === "string" || typeof input.source_view_id === "string"
      ? undefined
      : { path: ["entity_slice_id"], message: "Either entity_slice_id or source_view_id is needed" }
  )
)

export type NewTemplate = typeof NewTemplate.Type

const TemplateUpdate = body({
  view_name: optional(name),
  ...content,
  save_view_field_ids: nullish(strings),
  remove_view_field_ids: nullish(strings),
  reorder_view_field_ids: nullish(strings),
  is_archived: nullish(Schema.Boolean)
})

export type TemplateUpdate = typeof TemplateUpdate.Type

const position = { position_index: nullish(count) }

const Promotion = body({
  source_view_id: Schema.String,
  operation_definition_id: Schema.String,
  view_name: name,
  ...position
})

export type Promotion = typeof Promotion.Type

const Bulk = body({ template_view_id: Schema.String, operation_definition_ids: strings })

export type Bulk = typeof Bulk.Type

export const templates = group(
  "record_view_templates",
  "Record views that new activities of a definition start with",
  get("listTemplates", "/record_view_templates", Schema.Array(RecordView)),
  getItem("getTemplate", "/record_view_templates/:id", RecordView),
  post(
    "createTemplate",
    "/record_view_templates",
    NewTemplate,
    created(RecordView),
    "Creates a template from its parts, or, with `source_view_id`, from a view."
  ).addError(NotFound),
  putItem("updateTemplate", "/record_view_templates/:id", TemplateUpdate, RecordView),
  deleteItem(
    "deleteTemplate",
    "/record_view_templates/:id",
    "Removes the template from the definitions that refer to it."
  ),
  postItem("duplicateTemplate", "/record_view_templates/:id/duplicate", noBody, created(RecordView)),
  post(
    "promoteView",
    "/record_view_templates/promote",
    Promotion,
    created(RecordView),
    "Makes a template of a view, links it to the definition, and removes the view."
  )
    .addError(NotFound)
    .addError(Conflict),
  post(
    "linkTemplate",
    "/record_view_templates/link",
    body({ template_view_id: Schema.String, operation_definition_id: Schema.String, ...position }),
    RecordView,
    "Responds with the template as it was before the link."
  ).addError(NotFound),
  postItem(
    "unlinkTemplate",
    "/record_view_templates/:id/unlink",
    body({ operation_definition_id: Schema.String, content_layout_id: Schema.String }),
    done
  ),
  post("bulkLinkTemplate", "/record_view_templates/bulk/link", Bulk, done).addError(NotFound),
  post("bulkUnlinkTemplate", "/record_view_templates/bulk/unlink", Bulk, done).addError(NotFound)
)
