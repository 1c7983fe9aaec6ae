import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Activities from "../activities/calls.js"
import * as Wire from "../json/wire.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { FieldValue, Record, RecordValue } from "./model.js"

export const get = Call.read("Records.get", "GET /records/{id}", {
  success: Record,
  errors: Errors.item,
  known: "seen"
})

/** The ids go as one text, joined by commas. Records that do not exist are left out of the response. */
export const getMany = Call.read("Records.getMany", "GET /records", {
  query: ["record_ids"],
  success: Schema.Array(Record),
  errors: Errors.common,
  known: "seen"
})

export const find = Call.read("Records.find", "GET /records/identifiers", {
  query: ["records_key_field_to_value"],
  // Not `orNull`: a response of another form must not mean that no record has these keys: somebody would create it again.
  success: Schema.Array(Wire.model("FoundByKeys", { record: Schema.NullOr(Record) })),
  empty: () => [],
  errors: Errors.common,
  known: "sent"
})

/** What a search and an export have in common. */
export const filters = Call.fields(
  "record_set_ids program_id entity_slice_id operation_id identifier_ids view_field_filters view_field_sorts",
  "entity_field_filters entity_field_sorts search_text"
)

export const search = Call.read("Records.search", "GET /records/search", {
  query: [...filters, "limit"],
  success: Schema.Array(Ids.RecordId),
  errors: Errors.item,
  known: "sent"
})

export const values = Call.read("Records.values", "GET /records/{id}/values", {
  success: Schema.Array(FieldValue),
  errors: Errors.item,
  known: "sent"
})

export const activities = Call.withName(Activities.withRecord, "Records.activities")

export const getOrCreate = Call.write("Records.getOrCreate", "POST /records", {
  body: ["key_field_to_value"],
  success: Record,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the platform gives the record that has these keys, if there is one",
  known: "sent"
})

const AddedValue = Wire.model("AddedValue", { resource: Wire.orNull(RecordValue) })

const added = {
  success: AddedValue,
  empty: (): typeof AddedValue.Type => ({ resource: null }),
  errors: Errors.writeItem,
  repeat: "never",
  because: "the record would have the value twice",
  known: "sent"
} as const

export const addValue = Call.write("Records.addValue", "POST /records/{id}/values", {
  body: ["field_id", "content", "operation_id", "record_view_id"],
  ...added
})

/** The body is a form: its part `body` has these fields as JSON, its part `file` the file. */
export const addFile = Call.write("Records.addFile", "POST /records/{id}/values/file", {
  body: ["field_id", "operation_id", "record_view_id"],
  ...added
})
