import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { EntityType } from "./model.js"

export const list = Call.read("EntityTypes.list", "GET /entity_slices", {
  success: Schema.Array(EntityType),
  errors: Errors.common,
  known: "seen"
})

export const recordIds = Call.read("EntityTypes.recordIds", "GET /records/search", {
  query: ["entity_slice_id"],
  success: Schema.Array(Ids.RecordId),
  errors: Errors.item,
  known: "sent"
})
