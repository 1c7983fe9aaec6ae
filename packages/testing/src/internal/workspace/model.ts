import * as Schema from "effect/Schema"
import { flag, object, text, texts } from "../server/schema.js"

export const Label = Schema.Struct({ id: Schema.String, label_name: Schema.String }).annotations({
  identifier: "ActivityLabel"
})

export type Label = typeof Label.Type

export const ActiveWorkspace = Schema.Struct({ id: Schema.String, workspace_name: Schema.String }).annotations({
  identifier: "Workspace"
})

export type ActiveWorkspace = typeof ActiveWorkspace.Type

export const Member = Schema.Struct({
  id: Schema.String,
  full_name: text,
  preferred_name: text,
  email: Schema.String,
  access_level: Schema.Literal("admin", "team-member", "guest", "viewer", "deactivated")
}).annotations({ identifier: "WorkspaceUser" })

export type Member = typeof Member.Type

export const Group = Schema.Struct({
  id: Schema.String,
  group_name: Schema.String,
  user_ids: texts,
  program_ids: texts,
  email: Schema.String
}).annotations({ identifier: "WorkspaceGroup" })

export type Group = typeof Group.Type

const eventFields = {
  id: Schema.String,
  event_type: Schema.String,
  event_type_version: Schema.Int,
  event_attrs: object,
  event_user_id: text,
  created_at: Schema.String,
  resource_id: text,
  resource_type: Schema.String,
  parent_bulk_event_id: text,
  is_bulk: flag
}

/** A stored event. Responses have one of the two forms below. */
export const Event = Schema.Struct({
  ...eventFields,
  workspace_id: Schema.String,
  request_id: text,
  session_id: text
}).annotations({ identifier: "Event" })

export type Event = typeof Event.Type

export const WorkspaceEvent = Schema.Struct({
  ...eventFields,
  full_name: text,
  preferred_name: text,
  is_bot: flag
}).annotations({ identifier: "WorkspaceEvent" })

export type WorkspaceEvent = typeof WorkspaceEvent.Type

export const ActivityEvent = Schema.Struct({ ...Event.fields, log: text }).annotations({ identifier: "ActivityEvent" })

export type ActivityEvent = typeof ActivityEvent.Type
