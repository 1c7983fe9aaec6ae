import * as Schema from "effect/Schema"
import * as Wire from "../json/wire.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { EntityField } from "./model.js"

export const listKeyFields = Call.list("EntityFields.listKeyFields", "GET /key_fields", EntityField, "seen")

export const createKeyField = Call.write("EntityFields.getOrCreateKeyField", "POST /key_fields/", {
  body: ["field_name"],
  success: EntityField,
  errors: Errors.write,
  repeat: "never",
  because: "there would be two fields of this name",
  known: "sent"
})

export const updateKeyField = Call.write("EntityFields.updateKeyField", "PUT /key_fields/{id}", {
  body: Call.fields(
    "field_name field_description field_examples regex_format serial_format_prefix serial_format_padding",
    "format_enforcement show_format_warning initial_counter_value role"
  ),
  success: Wire.model("UpdatedKeyField", { resource: EntityField }),
  errors: Errors.writeItem,
  repeat: "always",
  because: "the field is the same in the end",
  known: "sent"
})

export const listDataFields = Call.list("EntityFields.listDataFields", "GET /data_fields", EntityField, "seen")

export const createDataField = Call.write("EntityFields.getOrCreateDataField", "POST /data_fields/", {
  body: ["field_name", "field_type", "attrs"],
  success: EntityField,
  errors: Errors.write,
  repeat: "never",
  because: "there would be two fields of this name",
  known: "sent"
})

export const updateDataField = Call.write("EntityFields.updateDataField", "PUT /data_fields/{id}", {
  body: Call.fields(
    "field_name field_description field_examples is_archived is_readonly display_aggregation_type",
    "display_includes_sub_records display_includes_operations lookup_display_aggregation_type",
    "lookup_display_includes_sub_records lookup_display_operation_scope attrs"
  ),
  success: Wire.model("UpdatedDataField", { resource: Schema.Struct({ field: EntityField }) }),
  errors: Errors.writeItem,
  repeat: "always",
  because: "the field is the same in the end",
  known: "sent"
})
