import type { NotFound, UnexpectedContentType } from "../../KaleidoscopeError.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"

const errors: Errors.StatusErrors<Errors.StatusError | NotFound | UnexpectedContentType> = Errors.common

export const csv = Call.open("Exports.csv", "GET /records/export/csv", {
  query: [
    "filename",
    "entity_slice_id",
    "record_view_id",
    "view_field_ids",
    "identifier_ids",
    "record_set_ids",
    "program_id",
    "operation_id",
    "view_field_filters",
    "view_field_sorts",
    "entity_field_filters",
    "entity_field_sorts",
    "search_text"
  ],
  errors,
  known: "sent"
})
