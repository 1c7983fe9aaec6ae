import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { PropertyField } from "../properties/model.js"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import { count, date, json, number, optional, query, strings } from "../server/schema.js"
import { ActiveWorkspace, Group, Label, Member, WorkspaceEvent } from "./model.js"

export const labels = HttpApiGroup.make("activity_labels")
  .add(HttpApiEndpoint.get("listLabels", "/activity_labels").addSuccess(Schema.Array(Label)))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Labels of activities")

export const propertyFields = HttpApiGroup.make("property_fields")
  .add(HttpApiEndpoint.get("listPropertyFields", "/property_fields").addSuccess(Schema.Array(PropertyField)))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The fields of the properties of activities and definitions")

export const workspaces = HttpApiGroup.make("workspaces")
  .add(HttpApiEndpoint.get("getWorkspace", "/workspaces/active").addSuccess(ActiveWorkspace))
  .add(HttpApiEndpoint.get("listMembers", "/workspaces/members").addSuccess(Schema.Array(Member)))
  .add(HttpApiEndpoint.get("listGroups", "/workspaces/groups").addSuccess(Schema.Array(Group)))
  .add(
    HttpApiEndpoint.get("listEvents", "/workspaces/events")
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
      .addSuccess(Schema.Array(WorkspaceEvent))
      .addError(NotFound)
      .annotate(OpenApi.Description, "One page of events, newest first. The first page is 1.")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The workspace, its members and groups, and its events")
