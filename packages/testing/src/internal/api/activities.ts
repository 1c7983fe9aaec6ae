import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../authorization.js"
import { Activity, ActivityType } from "../model/activities.js"
import { NotFound } from "../problem.js"
import { count, json, optional, query, strings, withId } from "../schema.js"

const allOfAny = json(Schema.Array(strings))

export const ActivitySearch = query({
  search_text: optional(Schema.String),
  activity_types: json(Schema.Array(ActivityType)),
  definition_ids: json(strings),
  record_ids: json(strings),
  statuses: allOfAny,
  label_ids: allOfAny,
  assigned_user_ids: allOfAny,
  created_by: optional(Schema.String),
  parent_id: optional(Schema.String),
  limit: json(count.pipe(Schema.lessThanOrEqualTo(500))),
  completed_behavior: optional(Schema.Literal("show-all", "hide-completed-trees", "hide-all"))
})

export type ActivitySearch = typeof ActivitySearch.Type

export const group = HttpApiGroup.make("activities")
  .add(HttpApiEndpoint.get("listActivities", "/activities").addSuccess(Schema.Array(Activity)))
  .add(
    HttpApiEndpoint.get("searchActivities", "/activities/search")
      .setUrlParams(ActivitySearch)
      .addSuccess(Schema.Array(Activity))
      .annotate(
        OpenApi.Description,
        '`statuses`, `label_ids`, `assigned_user_ids`: an array of arrays; each inner one means "any of", and all must hold. `parent_id`: an id, or `null` for activities without a parent.'
      )
  )
  .add(
    HttpApiEndpoint.get("listChildActivities", "/activities/:id/activities")
      .setPath(withId)
      .addSuccess(Schema.Array(Activity))
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "What teams plan and do: experiments, tasks, design cycles")
