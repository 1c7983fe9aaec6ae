import * as Schema from "effect/Schema"
import { PropertyField } from "../properties/model.js"
import { get, group } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { count, date, json, number, optional, query, strings } from "../server/schema.js"
import { ActiveWorkspace, Group, Label, Member, WorkspaceEvent } from "./model.js"

export const labels = group(
  "activity_labels",
  "Labels of activities",
  get("listLabels", "/activity_labels", Schema.Array(Label))
)

export const propertyFields = group(
  "property_fields",
  "The fields of the properties of activities and definitions",
  get("listPropertyFields", "/property_fields", Schema.Array(PropertyField))
)

export const workspaces = group(
  "workspaces",
  "The workspace, its members and groups, and its events",
  get("getWorkspace", "/workspaces/active", ActiveWorkspace),
  get("listMembers", "/workspaces/members", Schema.Array(Member)),
  get("listGroups", "/workspaces/groups", Schema.Array(Group)),
  get(
    "listEvents",
    "/workspaces/events",
    Schema.Array(WorkspaceEvent),
    "One page of events, newest first. The first page is 1."
  )
    .setUrlParams(
      query({
        page: number(count),
        page_size: number(count),
        event_types: json(strings),
        resource_type: optional(Schema.String),
        event_user_ids: json(strings),
        after_date: optional(date),
        before_date: optional(date)
      })
    )
    .addError(NotFound)
)
