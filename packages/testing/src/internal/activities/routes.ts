import * as Schema from "effect/Schema"
import { Record } from "../records/model.js"
import { created, get, getItem, group, post, postItem, putItem } from "../server/endpoints.js"
import { Conflict, NotFound } from "../server/problem.js"
import {
  body,
  count,
  date,
  done,
  edits,
  json,
  nullish,
  number,
  optional,
  present,
  query,
  richTextDocument,
  strings
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
  ...edits("dependencies", "label_ids", "program_ids", "reviewer_ids", "subscriber_ids"),
  ...edits("assigned_user_ids", "assigned_group_ids"),
  due_date: nullish(date),
  start_date: nullish(date),
  duration: nullish(count),
  aggregate_scheduling: nullish(Schema.Boolean),
  external_id: nullish(Schema.String),
  comment: nullish(richTextDocument),
  shift_dependency_mode: nullish(Schema.String),
  avoid_weekends: nullish(Schema.Boolean),
  extend_in_progress_items: nullish(Schema.Boolean)
})

export type ActivityUpdate = typeof ActivityUpdate.Type

export const routes = group(
  "activities",
  "The work of teams: experiments, tasks, design cycles",
  get("listActivities", "/activities", Schema.Array(Activity)),
  get(
    "searchActivities",
    "/activities/search",
    Schema.Array(Activity),
    "`statuses`, `label_ids`, `assigned_user_ids`: an array of arrays; an activity must match one value of each inner array. `parent_id`: an id, or `null` for activities without a parent."
  )
    .setUrlParams(ActivitySearch)
    .addError(NotFound),
  post(
    "createActivity",
    "/activities",
    NewActivity,
    created(Schema.Array(Activity)),
    "Responds with a list that holds the new activity."
  ).addError(NotFound),
  putItem(
    "updateActivity",
    "/activities/:id",
    ActivityUpdate,
    Activity,
    "Fields that are left out do not change, `null` clears. The dates of other activities do not move: `shift_dependency_mode`, `avoid_weekends` and `extend_in_progress_items` are accepted and have no effect here."
  ),
  getItem(
    "listActivityEvents",
    "/activities/:id/events",
    Schema.Array(ActivityEvent),
    "The history of the activity, newest first."
  ),
  getItem("listComments", "/activities/:id/comments", Schema.Array(Comment)),
  getItem("listActivityRecords", "/operations/:id/records", Schema.Array(Record)),
  putItem("addActivityRecords", "/operations/:id/records", body({ record_ids: strings }), done),
  postItem(
    "removeActivityRecords",
    "/operations/:id/records/remove",
    body({ record_ids: Schema.NonEmptyArray(Schema.String), record_view_id: nullish(Schema.String) }),
    Activity,
    "Removes records from the activity, or from one of its views, and deletes the values that they have there. All of them must be there, and the activity must not be locked."
  ).addError(Conflict),
  postItem(
    "callBack",
    "/operations/:id/callback",
    present,
    done,
    "Reports that an external job of this operation is done. The body is any JSON."
  ),
  getItem("listChildActivities", "/activities/:id/activities", Schema.Array(Activity))
)
