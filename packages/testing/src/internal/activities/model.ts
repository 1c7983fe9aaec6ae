import * as Schema from "effect/Schema"
import { Property } from "../properties/model.js"
import { flag, list, orNull, richText, strings, text, texts, withDefault } from "../server/schema.js"

export const ActivityType = Schema.Literal("task", "experiment", "project", "stage", "milestone", "cycle").annotations({
  identifier: "ActivityType"
})

export type ActivityType = typeof ActivityType.Type

export const ActivityStatus = Schema.Literal(
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
).annotations({ identifier: "ActivityStatus" })

export type ActivityStatus = typeof ActivityStatus.Type

export const Priority = Schema.Literal("urgent", "high", "medium", "low", "none").annotations({
  identifier: "Priority"
})

export const Activity = Schema.Struct({
  id: Schema.String,
  definition_id: text,
  parent_id: text,
  child_ids: texts,
  created_by: text,
  program_ids: texts,
  document_ids: texts,
  activity_type: ActivityType,
  title: Schema.String,
  description: richText,
  status: ActivityStatus,
  priority: orNull(Priority),
  assigned_user_ids: texts,
  assigned_group_ids: texts,
  due_date: text,
  start_date: text,
  duration: orNull(Schema.Int),
  aggregate_scheduling: flag,
  completed_at_date: text,
  dependencies: texts,
  label_ids: texts,
  reviewer_ids: texts,
  subscriber_ids: texts,
  review_requested_at: text,
  created_at: Schema.String,
  workspace_id: Schema.String,
  is_draft: flag,
  properties: list(Property),
  external_id: text,
  last_activity_at: Schema.String,
  bulk_sync_id: text,
  all_record_ids: texts,
  data_table_record_mapping: withDefault(Schema.Record({ key: Schema.String, value: strings }), () => ({})),
  data_table_draft_record_ids: Schema.optionalWith(strings, { default: () => [] }),
  registration_staging_record_view_id: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
  source_container_ids: texts,
  note_section_ids: texts
}).annotations({ identifier: "Activity" })

export type Activity = typeof Activity.Type

export const Comment = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  created_by: text,
  content: richText,
  parent_comment_id: text,
  mentioned_user_ids: texts,
  resource_type: Schema.String,
  resource_id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
}).annotations({ identifier: "Comment" })

export type Comment = typeof Comment.Type
