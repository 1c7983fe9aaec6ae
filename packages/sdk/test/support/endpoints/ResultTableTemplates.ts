import { Ids, ResultTableTemplates } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import { fieldId, template, viewId } from "./recordView.js"
import type { Row } from "./row.js"

const service = ResultTableTemplates.ResultTableTemplates

const sourceId = Ids.RecordViewId.make("c2d3e4f5-0617-4829-93a4-b5c6d7e8f90a")
const definitionId = Ids.ActivityDefinitionId.make("f7366bb3-b888-4e5e-aa63-9168330593e5")
const entityTypeId = Ids.EntityTypeId.make("5f2e7a1b-3c4d-4e6f-9071-8293a4b5c6d7")
const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const viewFieldId = Ids.ViewFieldId.make("7b409c3d-5e6f-4081-9293-a4b5c6d7e8f9")
const recordSetId = Ids.RecordSetId.make("d3e4f506-1728-4930-84b5-c6d7e8f90a1b")
const placementId = Ids.ContentLayoutId.make("e4f50617-2839-4a41-95c6-d7e8f90a1b2c")

const content = {
  template_name: "IC50",
  view_field_ids: [viewFieldId],
  lookup_field_ids: ["lookup"],
  plot_field_ids: ["plot"],
  filters: [{ view_field_id: viewFieldId, filter_type: "is_set" }],
  sorts: [{ key_field_id: fieldId, descending: true, plot_field_config: {} }],
  color_filters: [{ view_field_id: viewFieldId, filter_type: "is_less_than", filter_prop: 100, color: "green" }],
  record_set_ids_filter: [recordSetId],
  sort_order: "manual",
  sort_descending: true,
  view_mode: "table",
  group_by_mode: "field",
  group_by_field_id: fieldId
}

/** As it is sent: filters and sorts with all their keys. */
const sentContent = {
  ...content,
  filters: [{ key_field_id: null, view_field_id: viewFieldId, filter_type: "is_set", filter_prop: null }],
  sorts: [{ key_field_id: fieldId, view_field_id: null, descending: true, plot_field_config: {} }],
  color_filters: [
    {
      key_field_id: null,
      view_field_id: viewFieldId,
      filter_type: "is_less_than",
      filter_prop: 100,
      color: "green"
    }
  ]
}

const linked = { ...template, operation_definition_ids: [definitionId] }

export const rows: ReadonlyArray<Row<ResultTableTemplates.ResultTableTemplates>> = [
  {
    name: "ResultTableTemplates.list",
    repeatable: true,
    call: Effect.flatMap(service, (templates) => templates.list),
    request: { method: "GET", path: "/record_view_templates" },
    answer: { status: 200, body: [template] },
    result: [template]
  },
  {
    name: "ResultTableTemplates.get",
    repeatable: true,
    call: Effect.flatMap(service, (templates) => templates.get(viewId)),
    request: { method: "GET", path: `/record_view_templates/${viewId}` },
    answer: { status: 200, body: template },
    result: template
  },
  {
    name: "ResultTableTemplates.create",
    repeatable: false,
    call: Effect.flatMap(service, (templates) =>
      templates.create({
        ...content,
        view_name: "IC50 results",
        entity_slice_id: entityTypeId,
        program_ids: [programId],
        data_field_ids: [fieldId]
      })
    ),
    request: {
      method: "POST",
      path: "/record_view_templates",
      body: {
        ...sentContent,
        view_name: "IC50 results",
        entity_slice_id: entityTypeId,
        program_ids: [programId],
        data_field_ids: [fieldId]
      }
    },
    answer: { status: 201, body: template },
    result: template
  },
  {
    name: "ResultTableTemplates.saveViewAsTemplate",
    repeatable: false,
    call: Effect.flatMap(service, (templates) =>
      templates.saveViewAsTemplate(sourceId, { view_name: "IC50 results", template_name: "IC50" })
    ),
    request: {
      method: "POST",
      path: "/record_view_templates",
      body: { source_view_id: sourceId, view_name: "IC50 results", template_name: "IC50" }
    },
    answer: { status: 200, body: template },
    result: template
  },
  {
    name: "ResultTableTemplates.update",
    repeatable: true,
    call: Effect.flatMap(service, (templates) =>
      templates.update(viewId, { view_name: "Results", template_name: null, program_ids: null, is_archived: true })
    ),
    request: {
      method: "PUT",
      path: `/record_view_templates/${viewId}`,
      body: { view_name: "Results", template_name: null, program_ids: null, is_archived: true }
    },
    answer: { status: 200, body: template },
    result: template
  },
  {
    name: "ResultTableTemplates.update",
    repeatable: false,
    call: Effect.flatMap(service, (templates) =>
      templates.update(viewId, {
        data_field_ids: [fieldId],
        save_view_field_ids: [viewFieldId],
        remove_view_field_ids: [viewFieldId],
        reorder_view_field_ids: [viewFieldId]
      })
    ),
    request: {
      method: "PUT",
      path: `/record_view_templates/${viewId}`,
      body: {
        data_field_ids: [fieldId],
        save_view_field_ids: [viewFieldId],
        remove_view_field_ids: [viewFieldId],
        reorder_view_field_ids: [viewFieldId]
      }
    },
    answer: { status: 200, body: template },
    result: template
  },
  {
    name: "ResultTableTemplates.remove",
    repeatable: true,
    call: Effect.flatMap(service, (templates) => templates.remove(viewId)),
    request: { method: "DELETE", path: `/record_view_templates/${viewId}`, body: {} },
    answer: { status: 204 },
    result: undefined
  },
  {
    name: "ResultTableTemplates.duplicate",
    repeatable: false,
    call: Effect.flatMap(service, (templates) => templates.duplicate(viewId)),
    request: { method: "POST", path: `/record_view_templates/${viewId}/duplicate`, body: {} },
    answer: { status: 201, body: { ...template, id: sourceId } },
    result: { ...template, id: sourceId }
  },
  {
    name: "ResultTableTemplates.promote",
    repeatable: false,
    call: Effect.flatMap(service, (templates) =>
      templates.promote(sourceId, {
        operation_definition_id: definitionId,
        view_name: "IC50 results",
        position_index: 2
      })
    ),
    request: {
      method: "POST",
      path: "/record_view_templates/promote",
      body: {
        source_view_id: sourceId,
        operation_definition_id: definitionId,
        view_name: "IC50 results",
        position_index: 2
      }
    },
    answer: { status: 201, body: linked },
    result: linked
  },
  {
    name: "ResultTableTemplates.link",
    repeatable: false,
    call: Effect.flatMap(service, (templates) => templates.link(viewId, definitionId, { position_index: 0 })),
    request: {
      method: "POST",
      path: "/record_view_templates/link",
      body: { template_view_id: viewId, operation_definition_id: definitionId, position_index: 0 }
    },
    answer: { status: 200, body: template },
    others: { [`GET /record_view_templates/${viewId}`]: { status: 200, body: linked } },
    result: linked
  },
  {
    name: "ResultTableTemplates.unlink",
    repeatable: false,
    call: Effect.flatMap(service, (templates) =>
      templates.unlink(viewId, definitionId, { content_layout_id: placementId })
    ),
    request: {
      method: "POST",
      path: `/record_view_templates/${viewId}/unlink`,
      body: { operation_definition_id: definitionId, content_layout_id: placementId }
    },
    answer: { status: 200, body: {} },
    result: undefined
  },
  {
    name: "ResultTableTemplates.bulkLink",
    repeatable: false,
    call: Effect.flatMap(service, (templates) => templates.bulkLink(viewId, [definitionId])),
    request: {
      method: "POST",
      path: "/record_view_templates/bulk/link",
      body: { template_view_id: viewId, operation_definition_ids: [definitionId] }
    },
    answer: { status: 200 },
    result: undefined
  },
  {
    name: "ResultTableTemplates.bulkUnlink",
    repeatable: false,
    call: Effect.flatMap(service, (templates) => templates.bulkUnlink(viewId, [definitionId])),
    request: {
      method: "POST",
      path: "/record_view_templates/bulk/unlink",
      body: { template_view_id: viewId, operation_definition_ids: [definitionId] }
    },
    answer: { status: 204 },
    result: undefined
  }
]
