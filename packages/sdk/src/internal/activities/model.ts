import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"
import { Property } from "../properties/model.js"

/** The known types of activities, and the names that people read for them. @since 0.1.0 @category constants */
export const activityTypeLabels = {
  task: "Task",
  experiment: "Experiment",
  project: "Project",
  stage: "Stage",
  milestone: "Milestone",
  cycle: "Design cycle"
} as const

/** The type of an activity: one of the known types, or a new one. @since 0.1.0 @category models */
export const ActivityType = Wire.oneOf("task", "experiment", "project", "stage", "milestone", "cycle")

export type ActivityType = typeof ActivityType.Type

/** The status of an activity: one of the known statuses, or a new one. @since 0.1.0 @category models */
export const ActivityStatus = Wire.oneOf(
  "requested",
  "to do",
  "in progress",
  "needs review",
  "blocked",
  "paused",
  "cancelled",
  "in review",
  "locked",
  "to review",
  "upload complete",
  "new",
  "in design",
  "ready to make",
  "ready for make",
  "in synthesis",
  "in test",
  "in analysis",
  "partially complete",
  "parked",
  "complete",
  "failed",
  "abandoned",
  "ideation",
  "2D selection",
  "computation",
  "compound selection",
  "selected",
  "queue for synthesis",
  "data review",
  "done"
)

export type ActivityStatus = typeof ActivityStatus.Type

/** How urgent an activity is. @since 0.1.0 @category models */
export const Priority = Wire.oneOf("urgent", "high", "medium", "low", "none")

export type Priority = typeof Priority.Type

/**
 * An activity: an experiment, a task, a design cycle. The API also calls it an operation. Its fields were seen in real
 * responses, except `priority`, `external_id`, `data_table_record_mapping` and the two fields of registration by table: the
 * official client's model has those.
 *
 * @since 0.1.0
 * @category models
 */
export const Activity = Wire.model("Activity", {
  id: Ids.ActivityId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  activity_type: Wire.orNull(ActivityType),
  status: Wire.orNull(ActivityStatus),
  priority: Wire.orNull(Priority),
  /** Rich text: `{ type: "doc", content: […] }`. */
  description: Wire.json,
  parent_id: Wire.orNull(Ids.ActivityId),
  child_ids: Wire.list(Ids.ActivityId),
  definition_id: Wire.decisive(Wire.orNull(Ids.ActivityDefinitionId)),
  program_ids: Wire.list(Ids.ProgramId),
  assigned_user_ids: Wire.list(Ids.UserId),
  assigned_group_ids: Wire.list(Ids.GroupId),
  subscriber_ids: Wire.list(Ids.UserId),
  reviewer_ids: Wire.list(Ids.UserId),
  due_date: Wire.orNull(Wire.timestamp),
  start_date: Wire.orNull(Wire.timestamp),
  /** In days. */
  duration: Wire.orNull(Schema.Number),
  completed_at_date: Wire.orNull(Wire.timestamp),
  dependencies: Wire.list(Ids.ActivityId),
  label_ids: Wire.list(Ids.LabelId),
  is_draft: Wire.orNull(Schema.Boolean),
  properties: Wire.list(Property),
  external_id: Wire.decisive(Wire.orNull(Schema.String)),
  all_record_ids: Wire.list(Ids.RecordId),
  /** The ids of the records on each record view of the activity, in their order on the view. */
  data_table_record_mapping: Wire.map(Schema.Array(Ids.RecordId)),
  /** The drafts that are staged for registration: neither registered nor cleared yet. */
  data_table_draft_record_ids: Wire.list(Ids.RecordId),
  /** The record view where drafts are staged. `null` if the activity has no registration by table. */
  registration_staging_record_view_id: Wire.decisive(Wire.orNull(Ids.RecordViewId)),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface Activity extends Schema.Schema.Type<typeof Activity> {}

/**
 * A reference to an activity: its id, the activity itself, its title (not unique), or its id in another system.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.ActivityId, "title" | "external_id">

/** What was done to an activity. Its fields are those of the official client. @since 0.1.0 @category models */
export const ActivityEvent = Wire.model("ActivityEvent", {
  id: Ids.EventId,
  event_type: Wire.orNull(Schema.String),
  event_type_version: Wire.orNull(Schema.Union(Schema.Number, Schema.String)),
  event_attrs: Wire.map(Schema.Unknown),
  event_user_id: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  resource_id: Wire.orNull(Schema.String),
  resource_type: Wire.orNull(Schema.String),
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  parent_bulk_event_id: Wire.orNull(Ids.EventId),
  is_bulk: Wire.orNull(Schema.Boolean),
  request_id: Wire.orNull(Schema.String),
  session_id: Wire.orNull(Schema.String),
  log: Wire.json
})

export interface ActivityEvent extends Schema.Schema.Type<typeof ActivityEvent> {}

/** A comment on an activity. Its fields are those of the official client. @since 0.1.0 @category models */
export const Comment = Wire.model("Comment", {
  id: Ids.CommentId,
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  created_by: Wire.orNull(Ids.UserId),
  /** Rich text: `{ type: "doc", content: […] }`. */
  content: Wire.json,
  parent_comment_id: Wire.orNull(Ids.CommentId),
  mentioned_user_ids: Wire.list(Ids.UserId),
  resource_type: Wire.orNull(Schema.String),
  resource_id: Wire.orNull(Schema.String),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

export interface Comment extends Schema.Schema.Type<typeof Comment> {}

/** How a search treats completed activities. @since 0.1.0 @category models */
export const CompletedBehavior = Wire.oneOf("show-all", "hide-completed-trees", "hide-all")

export type CompletedBehavior = typeof CompletedBehavior.Type
