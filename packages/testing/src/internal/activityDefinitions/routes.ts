import * as Schema from "effect/Schema"
import { ActivityStatus, Priority } from "../activities/model.js"
import { get, group, putItem } from "../server/endpoints.js"
import { body, count, edits, nullish, optional, richTextDocument, strings } from "../server/schema.js"
import { ActivityDefinition } from "./model.js"

const DefinitionUpdate = body({
  title: optional(Schema.NonEmptyString),
  description: nullish(richTextDocument),
  status: optional(ActivityStatus),
  priority: nullish(Priority),
  is_archived: nullish(Schema.Boolean),
  external_id: nullish(Schema.String),
  duration: nullish(count),
  aggregate_scheduling: nullish(Schema.Boolean),
  assigned_user_ids: nullish(strings),
  ...edits("assigned_user_ids", "assigned_group_ids", "label_ids", "program_ids"),
  propagate_to_instances: nullish(Schema.Boolean),
  registration_property_field_id: nullish(Schema.String),
  registration_record_view_id: nullish(Schema.String),
  registration_content_layout_id: nullish(Schema.String),
  registration_status_field_id: nullish(Schema.String),
  registration_result_record_view_id: nullish(Schema.String),
  registration_result_content_layout_id: nullish(Schema.String),
  registration_staging_template_view_id: nullish(Schema.String),
  ...edits("view_ids_to_add_to_when_record_attached"),
  set_queue_content_layout_ids: nullish(
    Schema.Array(Schema.Struct({ view_id: Schema.String, content_layout_ids: strings }))
  )
})

export type DefinitionUpdate = typeof DefinitionUpdate.Type

export const routes = group(
  "activity_definitions",
  "Templates of activities",
  get("listDefinitions", "/activity_definitions", Schema.Array(ActivityDefinition)),
  putItem(
    "updateDefinition",
    "/activity_definitions/:id",
    DefinitionUpdate,
    ActivityDefinition,
    "Fields that are left out do not change, `null` clears."
  )
)
