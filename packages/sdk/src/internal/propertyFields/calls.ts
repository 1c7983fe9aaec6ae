import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { PropertyField } from "./model.js"

export const list = Call.read("PropertyFields.list", "GET /property_fields", {
  success: Schema.Array(PropertyField),
  errors: Errors.common,
  known: "seen"
})
