import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { ActiveWorkspace, Group, Member, WorkspaceEvent } from "./model.js"

export const get = Call.read("Workspace.get", "GET /workspaces/active", {
  success: ActiveWorkspace,
  errors: Errors.common,
  known: "sent"
})

export const members = Call.list("Workspace.members", "GET /workspaces/members", Member, "sent")

export const groups = Call.list("Workspace.groups", "GET /workspaces/groups", Group, "sent")

export const events = Call.read("Workspace.events", "GET /workspaces/events", {
  query: ["event_types", "resource_type", "event_user_ids", "after_date", "before_date", "page", "page_size"],
  success: Schema.Array(WorkspaceEvent),
  errors: Errors.common,
  known: "sent"
})
