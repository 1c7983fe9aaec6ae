import * as Schema from "effect/Schema"
import { Property } from "../properties/model.js"
import { object, orNull, richText, strings, text } from "../server/schema.js"

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
  child_ids: strings,
  created_by: text,
  program_ids: strings,
  document_ids: strings,
  activity_type: ActivityType,
  title: Schema.String,
  description: richText,
  status: ActivityStatus,
  priority: orNull(Priority),
  assigned_user_ids: strings,
  assigned_group_ids: strings,
  due_date: text,
  start_date: text,
  duration: orNull(Schema.Int),
  aggregate_scheduling: Schema.Boolean,
  completed_at_date: text,
  dependencies: strings,
  label_ids: strings,
  reviewer_ids: strings,
  subscriber_ids: strings,
  review_requested_at: text,
  created_at: Schema.String,
  workspace_id: Schema.String,
  is_draft: Schema.Boolean,
  properties: Schema.Array(Property),
  external_id: text,
  last_activity_at: Schema.String,
  bulk_sync_id: text,
  all_record_ids: strings,
  data_table_record_mapping: Schema.Record({ key: Schema.String, value: strings }),
  source_container_ids: strings,
  note_section_ids: strings
}).annotations({ identifier: "Activity" })

export type Activity = typeof Activity.Type

export const Comment = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  created_by: text,
  content: richText,
  parent_comment_id: text,
  mentioned_user_ids: strings,
  resource_type: Schema.String,
  resource_id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
}).annotations({ identifier: "Comment" })

export type Comment = typeof Comment.Type

export const ContentLayoutItem = Schema.Struct({
  id: Schema.String,
  component_type: Schema.Literal(
    "note_section",
    "sheet",
    "platemap",
    "result_table",
    "lookup_table",
    "drc_chart",
    "requests"
  ),
  position_index: Schema.Int,
  note_section_id: Schema.optional(text),
  sheet_id: Schema.optional(text),
  platemap_id: Schema.optional(text),
  record_view_id: Schema.optional(text),
  drc_config_id: Schema.optional(text)
}).annotations({ identifier: "ContentLayoutItem" })

export type ContentLayoutItem = typeof ContentLayoutItem.Type

export const ActivityDefinition = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  description: richText,
  is_archived: Schema.Boolean,
  workspace_id: Schema.String,
  status: ActivityStatus,
  priority: orNull(Priority),
  program_ids: strings,
  assigned_user_ids: strings,
  assigned_group_ids: strings,
  label_ids: strings,
  duration: orNull(Schema.Int),
  aggregate_scheduling: Schema.Boolean,
  naming_convention: object,
  activity_type: ActivityType,
  sub_definitions: Schema.Array(object),
  dependent_on_definition_id: text,
  is_draft: Schema.Boolean,
  properties: Schema.Array(Property),
  fixed_cost: orNull(Schema.Number),
  variable_cost: orNull(Schema.Number),
  note_section_ids: strings,
  data_schema: orNull(object),
  enforce_slice_id: text,
  incrementing_field_ids: strings,
  external_id: text,
  registration_property_field_id: text,
  registration_record_view_id: text,
  registration_content_layout_id: text,
  registration_status_field_id: text,
  registration_result_record_view_id: text,
  registration_result_content_layout_id: text,
  view_ids_to_add_to_when_record_attached: strings,
  queue_content_layout_ids: strings,
  content_layout: Schema.Array(ContentLayoutItem)
}).annotations({ identifier: "ActivityDefinition" })

export type ActivityDefinition = typeof ActivityDefinition.Type
