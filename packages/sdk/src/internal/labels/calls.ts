import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Label } from "./model.js"

export const list = Call.read("Labels.list", "GET /activity_labels", {
  success: Schema.Array(Label),
  errors: Errors.common,
  known: "sent"
})
