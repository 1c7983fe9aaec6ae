import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { EntityType } from "./model.js"

export const list = Call.list("EntityTypes.list", "GET /entity_slices", EntityType, "seen")

export const recordIds = Call.read("EntityTypes.recordIds", "GET /records/search", {
  query: ["entity_slice_id"],
  success: Schema.Array(Ids.RecordId),
  errors: Errors.item,
  known: "sent"
})
