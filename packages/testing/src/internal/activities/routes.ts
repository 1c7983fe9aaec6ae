import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Record } from "../records/model.js"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import {
  body,
  count,
  date,
  done,
  json,
  nullish,
  number,
  optional,
  present,
  query,
  richTextDocument,
  strings,
  withId
} from "../server/schema.js"
import { ActivityEvent } from "../workspace/model.js"
import { Activity, ActivityStatus, ActivityType, Comment, Priority } from "./model.js"

const allOfAny = <Item extends string>(item: Schema.Schema<Item>) => json(Schema.Array(Schema.Array(item)))

export const ActivitySearch = query({
  search_text: optional(Schema.String),
  activity_types: json(Schema.Array(ActivityType)),
  definition_ids: json(strings),
  record_ids: json(strings),
  statuses: allOfAny(ActivityStatus),
  label_ids: allOfAny(Schema.String),
  assigned_user_ids: allOfAny(Schema.String),
  created_by: optional(Schema.String),
  parent_id: optional(Schema.String),
  limit: number(count.pipe(Schema.lessThanOrEqualTo(500))),
  completed_behavior: optional(Schema.Literal("show-all", "hide-completed-trees", "hide-all"))
})

export type ActivitySearch = typeof ActivitySearch.Type

const title = Schema.NonEmptyString

const NewActivity = body({
  title,
  activity_type: ActivityType,
  definition_id: nullish(Schema.String),
  program_ids: nullish(strings),
  assigned_user_ids: nullish(strings),
  subscriber_ids: nullish(strings),
  start_date: nullish(date),
  duration: nullish(count)
})

export type NewActivity = typeof NewActivity.Type

const ActivityUpdate = body({
  parent_id: nullish(Schema.String),
  title: optional(title),
  description: nullish(richTextDocument),
  status: optional(ActivityStatus),
  priority: nullish(Priority),
  definition_id: nullish(Schema.String),
  add_dependencies: nullish(strings),
  remove_dependencies: nullish(strings),
  due_date: nullish(date),
  start_date: nullish(date),
  duration: nullish(count),
  aggregate_scheduling: nullish(Schema.Boolean),
  add_label_ids: nullish(strings),
  remove_label_ids: nullish(strings),
  add_program_ids: nullish(strings),
  remove_program_ids: nullish(strings),
  add_assigned_user_ids: nullish(strings),
  remove_assigned_user_ids: nullish(strings),
  add_assigned_group_ids: nullish(strings),
  remove_assigned_group_ids: nullish(strings),
  add_reviewer_ids: nullish(strings),
  remove_reviewer_ids: nullish(strings),
  add_subscriber_ids: nullish(strings),
  remove_subscriber_ids: nullish(strings),
  external_id: nullish(Schema.String),
  comment: nullish(richTextDocument),
  shift_dependency_mode: nullish(Schema.String),
  avoid_weekends: nullish(Schema.Boolean),
  extend_in_progress_items: nullish(Schema.Boolean)
})

export type ActivityUpdate = typeof ActivityUpdate.Type

export const group = HttpApiGroup.make("activities")
  .add(HttpApiEndpoint.get("listActivities", "/activities").addSuccess(Schema.Array(Activity)))
  .add(
    HttpApiEndpoint.get("searchActivities", "/activities/search")
      .setUrlParams(ActivitySearch)
      .addSuccess(Schema.Array(Activity))
      .addError(NotFound)
      .annotate(
        OpenApi.Description,
        "`statuses`, `label_ids`, `assigned_user_ids`: an array of arrays; an activity must match one value of each inner array. `parent_id`: an id, or `null` for activities without a parent."
      )
  )
  .add(
    HttpApiEndpoint.post("createActivity", "/activities")
      .setPayload(NewActivity)
      .addSuccess(Schema.Array(Activity), { status: 201 })
      .addError(NotFound)
      .annotate(OpenApi.Description, "Responds with a list that holds the new activity.")
  )
  .add(
    HttpApiEndpoint.put("updateActivity", "/activities/:id")
      .setPath(withId)
      .setPayload(ActivityUpdate)
      .addSuccess(Activity)
      .addError(NotFound)
      .annotate(
        OpenApi.Description,
        "Fields that are left out do not change, `null` clears. The dates of other activities do not move: `shift_dependency_mode`, `avoid_weekends` and `extend_in_progress_items` are accepted and have no effect here."
      )
  )
  .add(
    HttpApiEndpoint.get("listActivityEvents", "/activities/:id/events")
      .setPath(withId)
      .addSuccess(Schema.Array(ActivityEvent))
      .addError(NotFound)
      .annotate(OpenApi.Description, "The history of the activity, newest first.")
  )
  .add(
    HttpApiEndpoint.get("listComments", "/activities/:id/comments")
      .setPath(withId)
      .addSuccess(Schema.Array(Comment))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.get("listActivityRecords", "/operations/:id/records")
      .setPath(withId)
      .addSuccess(Schema.Array(Record))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.put("addActivityRecords", "/operations/:id/records")
      .setPath(withId)
      .setPayload(body({ record_ids: strings }))
      .addSuccess(done)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("callBack", "/operations/:id/callback")
      .setPath(withId)
      .setPayload(present)
      .addSuccess(done)
      .addError(NotFound)
      .annotate(OpenApi.Description, "Reports that an external job of this operation is done. The body is any JSON.")
  )
  .add(
    HttpApiEndpoint.get("listChildActivities", "/activities/:id/activities")
      .setPath(withId)
      .addSuccess(Schema.Array(Activity))
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The work of teams: experiments, tasks, design cycles")
