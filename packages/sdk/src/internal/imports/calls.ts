import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Import } from "./model.js"

const Started = Schema.Struct({ import_id: Ids.ImportId.pipe(Schema.filter((id) => id !== "")) })

const twice = "there would be two imports, and each would add its values"

export const push = Call.write("Imports.push", "POST /push/imports", {
  body: Call.fields(
    "key_field_names data program_id operation_id record_view_id add_fields_to_record_view_ids set_name"
  ),
  success: Started,
  errors: Errors.writeItem,
  repeat: "never",
  because: twice,
  known: "sent"
})

export const pushFromSource = Call.write("Imports.push", "POST /push/imports/{source_id}", {
  body: push.content,
  success: Started,
  errors: Errors.writeItem,
  repeat: "never",
  because: twice,
  known: "sent"
})

export const pushByFieldId = Call.write("Imports.pushByFieldId", "POST /push/imports/by-field-id", {
  body: ["key_field_ids", "data", "record_view_ids", "program_id", "operation_id", "set_name"],
  success: Started,
  errors: Errors.writeItem,
  repeat: "never",
  because: twice,
  known: "sent"
})

export const list = Call.read("Imports.list", "GET /imports", {
  query: ["is_complete", "page", "page_size"],
  success: Schema.Array(Import),
  errors: Errors.common,
  known: "sent"
})

export const get = Call.read("Imports.get", "GET /imports/{id}", {
  success: Import,
  errors: Errors.item,
  known: "sent"
})
