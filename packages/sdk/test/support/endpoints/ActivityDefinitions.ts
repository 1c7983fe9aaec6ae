import { ActivityDefinitions, Ids } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import { fieldId, viewId } from "./recordView.js"
import type { Row } from "./row.js"

const service = ActivityDefinitions.ActivityDefinitions

const id = Ids.ActivityDefinitionId.make("f7366bb3-b888-4e5e-aa63-9168330593e5")
const userId = Ids.UserId.make("0a0f1f3e-3c1d-4b55-8a52-0d7a1d0f6a01")
const groupId = Ids.GroupId.make("1b6a2d1c-9c55-4a0f-b0a0-6f2f5a9c1d02")
const labelId = Ids.LabelId.make("0c7d2f2e-5b6b-4f5c-9f7f-0d5a0c9f3a11")
const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const propertyFieldId = Ids.PropertyFieldId.make("5c0d2b0e-7a0e-4f0c-9a55-3f5c5b8d2c01")
const resultViewId = Ids.RecordViewId.make("c2d3e4f5-0617-4829-93a4-b5c6d7e8f90a")
const templateId = Ids.RecordViewId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f009")
const placementId = Ids.ContentLayoutId.make("e4f50617-2839-4a41-95c6-d7e8f90a1b2c")
const resultPlacementId = Ids.ContentLayoutId.make("f5061728-394a-4b52-a6d7-e8f90a1b2c3d")

const placement = (id: string, component_type: string, record_view_id: string | null) => ({
  id,
  component_type,
  position_index: 0,
  note_section_id: null,
  sheet_id: null,
  platemap_id: null,
  record_view_id,
  drc_config_id: null
})

const definition = {
  id,
  title: "Compound registration",
  description: { type: "doc", content: [] },
  activity_type: "task",
  status: "to do",
  priority: null,
  is_archived: false,
  program_ids: [programId],
  assigned_user_ids: [userId],
  assigned_group_ids: [groupId],
  label_ids: [labelId],
  duration: 2,
  aggregate_scheduling: false,
  properties: [],
  external_id: "REG-1",
  registration_property_field_id: propertyFieldId,
  registration_record_view_id: viewId,
  registration_content_layout_id: placementId,
  registration_status_field_id: fieldId,
  registration_result_record_view_id: null,
  registration_result_content_layout_id: null,
  registration_staging_template_view_id: null,
  view_ids_to_add_to_when_record_attached: [viewId],
  queue_content_layout_ids: [placementId],
  content_layout: [
    placement(placementId, "result_table", viewId),
    placement(resultPlacementId, "result_table", resultViewId),
    placement("06172839-4a5b-4c63-b7e8-f90a1b2c3d4e", "note_section", null)
  ],
  workspace_id: null
}

const path = `/activity_definitions/${id}`
const answer = { status: 200, body: definition }
const others = { "GET /activity_definitions": { status: 200, body: [definition] } }

const registration = {
  registration_property_field_id: propertyFieldId,
  registration_record_view_id: viewId,
  registration_content_layout_id: placementId,
  registration_status_field_id: fieldId,
  registration_result_record_view_id: null,
  registration_result_content_layout_id: null,
  registration_staging_template_view_id: templateId
}

const queuing = {
  add_view_ids_to_add_to_when_record_attached: [viewId],
  remove_view_ids_to_add_to_when_record_attached: [resultViewId],
  set_queue_content_layout_ids: [{ view_id: viewId, content_layout_ids: [placementId] }]
}

const patch = {
  title: "Registration",
  description: { type: "doc", content: [] },
  status: "in progress",
  priority: "high",
  is_archived: false,
  external_id: null,
  duration: 3,
  aggregate_scheduling: true,
  assigned_user_ids: [userId],
  add_assigned_user_ids: [userId],
  remove_assigned_user_ids: [userId],
  add_assigned_group_ids: [groupId],
  remove_assigned_group_ids: [groupId],
  add_label_ids: [labelId],
  remove_label_ids: [labelId],
  add_program_ids: [programId],
  remove_program_ids: [programId],
  propagate_to_instances: true,
  ...registration,
  ...queuing
}

export const rows: ReadonlyArray<Row<ActivityDefinitions.ActivityDefinitions>> = [
  {
    name: "ActivityDefinitions.list",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) => definitions.list),
    request: { method: "GET", path: "/activity_definitions" },
    answer: { status: 200, body: [definition] },
    result: [definition]
  },
  {
    name: "ActivityDefinitions.update",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) => definitions.update(id, patch)),
    request: { method: "PUT", path, body: patch },
    answer,
    result: definition
  },
  {
    name: "ActivityDefinitions.activities",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) => definitions.activities(id)),
    request: { method: "GET", path: "/activities/search", query: [["definition_ids", `["${id}"]`]] },
    answer: { status: 200, body: [] },
    result: []
  },
  {
    name: "ActivityDefinitions.setRegistration",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) => definitions.setRegistration(id, registration)),
    request: { method: "PUT", path, body: registration },
    answer,
    result: definition
  },
  {
    name: "ActivityDefinitions.configureRegistration",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) =>
      definitions.configureRegistration(id, {
        property_field: propertyFieldId,
        record_view: viewId,
        status_field: fieldId,
        result_record_view: { content_layout_id: resultPlacementId },
        staging_template: { template_name: "Drafts" }
      })
    ),
    request: {
      method: "PUT",
      path,
      body: {
        registration_property_field_id: propertyFieldId,
        registration_record_view_id: viewId,
        registration_content_layout_id: placementId,
        registration_status_field_id: fieldId,
        registration_result_record_view_id: resultViewId,
        registration_result_content_layout_id: resultPlacementId,
        registration_staging_template_view_id: templateId
      }
    },
    others: {
      ...others,
      "GET /record_view_templates": {
        status: 200,
        body: [{ id: templateId, template_name: "Drafts", is_template: true }]
      }
    },
    answer,
    result: definition
  },
  {
    name: "ActivityDefinitions.setQueuing",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) => definitions.setQueuing(id, queuing)),
    request: { method: "PUT", path, body: queuing },
    answer,
    result: definition
  },
  {
    name: "ActivityDefinitions.queueToViews",
    repeatable: true,
    call: Effect.flatMap(service, (definitions) =>
      definitions.queueToViews(id, [viewId, { content_layout_id: resultPlacementId }])
    ),
    request: {
      method: "PUT",
      path,
      body: {
        add_view_ids_to_add_to_when_record_attached: [viewId, resultViewId],
        set_queue_content_layout_ids: [
          { view_id: viewId, content_layout_ids: [placementId] },
          { view_id: resultViewId, content_layout_ids: [resultPlacementId] }
        ]
      }
    },
    others,
    answer,
    result: definition
  }
]
