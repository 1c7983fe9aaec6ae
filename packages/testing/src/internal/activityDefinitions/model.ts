import * as Schema from "effect/Schema"
import { ActivityStatus, ActivityType, Priority } from "../activities/model.js"
import { Property } from "../properties/model.js"
import { object, orNull, richText, strings, text } from "../server/schema.js"

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
  registration_staging_template_view_id: Schema.optionalWith(text, { default: () => null }),
  view_ids_to_add_to_when_record_attached: strings,
  queue_content_layout_ids: strings,
  content_layout: Schema.Array(ContentLayoutItem)
}).annotations({ identifier: "ActivityDefinition" })

export type ActivityDefinition = typeof ActivityDefinition.Type
