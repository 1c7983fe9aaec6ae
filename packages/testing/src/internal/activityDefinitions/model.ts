import * as Schema from "effect/Schema"
import { ActivityStatus, ActivityType, Priority } from "../activities/model.js"
import { Property } from "../properties/model.js"
import { flag, list, object, orNull, richText, text, texts } from "../server/schema.js"

const reference = Schema.optional(Schema.NullOr(Schema.String))

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
  note_section_id: reference,
  sheet_id: reference,
  platemap_id: reference,
  record_view_id: reference,
  drc_config_id: reference
}).annotations({ identifier: "ContentLayoutItem" })

export type ContentLayoutItem = typeof ContentLayoutItem.Type

export const ActivityDefinition = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  description: richText,
  is_archived: flag,
  workspace_id: Schema.String,
  status: ActivityStatus,
  priority: orNull(Priority),
  program_ids: texts,
  assigned_user_ids: texts,
  assigned_group_ids: texts,
  label_ids: texts,
  duration: orNull(Schema.Int),
  aggregate_scheduling: flag,
  naming_convention: object,
  activity_type: ActivityType,
  sub_definitions: list(object),
  dependent_on_definition_id: text,
  is_draft: flag,
  properties: list(Property),
  fixed_cost: orNull(Schema.Number),
  variable_cost: orNull(Schema.Number),
  note_section_ids: texts,
  data_schema: orNull(object),
  enforce_slice_id: text,
  incrementing_field_ids: texts,
  external_id: text,
  registration_property_field_id: text,
  registration_record_view_id: text,
  registration_content_layout_id: text,
  registration_status_field_id: text,
  registration_result_record_view_id: text,
  registration_result_content_layout_id: text,
  registration_staging_template_view_id: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
  view_ids_to_add_to_when_record_attached: texts,
  queue_content_layout_ids: texts,
  content_layout: list(ContentLayoutItem)
}).annotations({ identifier: "ActivityDefinition" })

export type ActivityDefinition = typeof ActivityDefinition.Type
