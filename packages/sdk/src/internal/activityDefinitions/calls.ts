import * as Activities from "../activities/calls.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { ActivityDefinition } from "./model.js"

export const list = Call.list("ActivityDefinitions.list", "GET /activity_definitions", ActivityDefinition, "seen")

export const activities = Call.withName(Activities.search, "ActivityDefinitions.activities")

export const update = Call.write("ActivityDefinitions.update", "PUT /activity_definitions/{id}", {
  body: Call.fields(
    "title description status priority is_archived external_id duration aggregate_scheduling",
    "assigned_user_ids add_assigned_user_ids remove_assigned_user_ids add_assigned_group_ids",
    "remove_assigned_group_ids add_label_ids remove_label_ids add_program_ids remove_program_ids",
    "propagate_to_instances registration_property_field_id registration_record_view_id",
    "registration_content_layout_id registration_status_field_id registration_result_record_view_id",
    "registration_result_content_layout_id registration_staging_template_view_id",
    "add_view_ids_to_add_to_when_record_attached remove_view_ids_to_add_to_when_record_attached",
    "set_queue_content_layout_ids"
  ),
  success: ActivityDefinition,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the definition is the same in the end",
  known: "sent"
})

export const setRegistration = Call.withName(update, "ActivityDefinitions.setRegistration")
export const configureRegistration = Call.withName(update, "ActivityDefinitions.configureRegistration")
export const setQueuing = Call.withName(update, "ActivityDefinitions.setQueuing")
export const queueToViews = Call.withName(update, "ActivityDefinitions.queueToViews")
