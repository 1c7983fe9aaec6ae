import * as Call from "../request/call.js"
import { PropertyField } from "./model.js"

export const list = Call.list("PropertyFields.list", "GET /property_fields", PropertyField, "seen")
