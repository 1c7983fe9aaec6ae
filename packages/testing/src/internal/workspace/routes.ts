import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { PropertyField } from "../properties/model.js"
import { Authorization } from "../server/authorization.js"
import { get } from "../server/endpoints.js"
import { NotFound } from "../server/problem.js"
import { count, date, json, number, optional, query, strings } from "../server/schema.js"
import { ActiveWorkspace, Group, Label, Member, WorkspaceEvent } from "./model.js"

export const labels = HttpApiGroup.make("activity_labels")
  .add(get("listLabels", "/activity_labels", Schema.Array(Label)))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Labels of activities")

export const propertyFields = HttpApiGroup.make("property_fields")
  .add(get("listPropertyFields", "/property_fields", Schema.Array(PropertyField)))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The fields of the properties of activities and definitions")

export const workspaces = HttpApiGroup.make("workspaces")
  .add(get("getWorkspace", "/workspaces/active", ActiveWorkspace))
  .add(get("listMembers", "/workspaces/members", Schema.Array(Member)))
  .add(get("listGroups", "/workspaces/groups", Schema.Array(Group)))
  .add(
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
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The workspace, its members and groups, and its events")
