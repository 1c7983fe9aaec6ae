import { RecordView } from "../recordViews/model.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"

export const list = Call.list("ResultTableTemplates.list", "GET /record_view_templates", RecordView, "sent")

export const get = Call.read("ResultTableTemplates.get", "GET /record_view_templates/{id}", {
  success: RecordView,
  errors: Errors.item,
  known: "sent"
})

export const find = Call.withName(get, "ResultTableTemplates.find")

const content = Call.fields(
  "template_name program_ids filters sorts color_filters record_set_ids_filter sort_order sort_descending view_mode",
  "group_by_mode group_by_field_id"
)

const newColumns = ["view_field_ids", "data_field_ids", "lookup_field_ids", "plot_field_ids"] as const

export const create = Call.write("ResultTableTemplates.create", "POST /record_view_templates", {
  body: ["view_name", "entity_slice_id", ...content, ...newColumns],
  success: RecordView,
  errors: Errors.write,
  repeat: "never",
  because: "there would be two templates",
  known: "sent"
})

export const saveViewAsTemplate = Call.write("ResultTableTemplates.saveViewAsTemplate", "POST /record_view_templates", {
  body: ["source_view_id", "view_name", "template_name"],
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "never",
  because: "there would be two templates",
  known: "sent"
})

export const update = Call.write("ResultTableTemplates.update", "PUT /record_view_templates/{id}", {
  body: ["view_name", "is_archived", ...content],
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the template is the same in the end",
  known: "sent"
})

/** The fields of a patch that change columns. */
export const columns = [
  ...newColumns,
  "save_view_field_ids",
  "remove_view_field_ids",
  "reorder_view_field_ids"
] as const

export const updateColumns = Call.write(update.name, update.route, {
  body: [...update.content, ...columns],
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "never",
  because: "new columns would be there twice, and removed columns are not there a second time",
  known: "sent"
})

export const remove = Call.write("ResultTableTemplates.remove", "DELETE /record_view_templates/{id}", {
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the template is gone in the end",
  known: "sent"
})

export const duplicate = Call.write("ResultTableTemplates.duplicate", "POST /record_view_templates/{id}/duplicate", {
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "never",
  because: "there would be two copies",
  known: "sent"
})

export const promote = Call.write("ResultTableTemplates.promote", "POST /record_view_templates/promote", {
  body: ["source_view_id", "operation_definition_id", "view_name", "position_index"],
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the view is not there a second time",
  known: "sent"
})

// The response to `link` is the template as it was before; the other responses have nothing of interest.
const ofLinks = {
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "never",
  known: "sent"
} as const

export const link = Call.write("ResultTableTemplates.link", "POST /record_view_templates/link", {
  ...ofLinks,
  body: ["template_view_id", "operation_definition_id", "position_index"],
  because: "the template would be placed twice"
})

export const unlink = Call.write("ResultTableTemplates.unlink", "POST /record_view_templates/{id}/unlink", {
  ...ofLinks,
  body: ["operation_definition_id", "content_layout_id"],
  because: "the placement is not there a second time"
})

export const bulkLink = Call.write("ResultTableTemplates.bulkLink", "POST /record_view_templates/bulk/link", {
  ...ofLinks,
  body: ["template_view_id", "operation_definition_ids"],
  because: "the template would be placed twice"
})

export const bulkUnlink = Call.write("ResultTableTemplates.bulkUnlink", "POST /record_view_templates/bulk/unlink", {
  ...ofLinks,
  body: ["template_view_id", "operation_definition_ids"],
  because: "the placements are not there a second time"
})
