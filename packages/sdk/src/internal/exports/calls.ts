import type { NotFound, UnexpectedContentType } from "../../KaleidoscopeError.js"
import * as Records from "../records/calls.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"

const errors: Errors.StatusErrors<Errors.StatusError | NotFound | UnexpectedContentType> = Errors.common

export const csv = Call.open("Exports.csv", "GET /records/export/csv", {
  query: ["filename", "record_view_id", "view_field_ids", ...Records.filters],
  errors,
  known: "sent"
})
