import * as Call from "../request/call.js"
import { Label } from "./model.js"

export const list = Call.list("Labels.list", "GET /activity_labels", Label, "sent")
