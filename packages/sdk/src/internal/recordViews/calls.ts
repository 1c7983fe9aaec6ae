import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { RecordView } from "./model.js"

export const list = Call.list("RecordViews.list", "GET /record_views", RecordView, "sent")

export const addKeyField = Call.write("RecordViews.addKeyField", "PUT /record_views/{id}/add_key_field", {
  body: ["new_key_field_name", "records_to_transfer"],
  success: RecordView,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the records would be moved once more",
  known: "sent"
})

export const replaceKeyFields = Call.write(
  "RecordViews.replaceKeyFields",
  "PUT /record_views/{id}/replace_key_fields",
  {
    body: ["add_key_field_names", "remove_key_field_ids", "records_to_transfer"],
    success: RecordView,
    errors: Errors.writeItem,
    repeat: "never",
    because: "each time makes a new view",
    known: "sent"
  }
)
