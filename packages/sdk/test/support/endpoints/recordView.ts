import { Ids } from "@effect-kaleidoscope/sdk"

export const viewId = Ids.RecordViewId.make("4e1d6f0a-2b3c-4d5e-8f60-718293a4b5c6")

export const fieldId = Ids.EntityFieldId.make("9b0c1d2e-3f40-4152-8364-758697a8b9ca")

/** A record view as the API answers it, everything in it. */
export const wire = {
  id: viewId,
  view_name: "IC50 results",
  entity_slice_id: "5f2e7a1b-3c4d-4e6f-9071-8293a4b5c6d7",
  program_ids: ["8bc96c35-22f2-4fbc-9941-3d15ff619f89"],
  operation_ids: ["6a3f8b2c-4d5e-4f70-8182-93a4b5c6d7e8"],
  operation_definition_ids: null,
  view_fields: [
    { id: "7b409c3d-5e6f-4081-9293-a4b5c6d7e8f9", data_field_id: fieldId, lookup_field_id: null, plot_field_id: null }
  ],
  filters: [
    { key_field_id: fieldId, view_field_id: null, filter_type: "is_set", filter_prop: null, plot_field_config: {} }
  ],
  sorts: [
    {
      key_field_id: null,
      view_field_id: "7b409c3d-5e6f-4081-9293-a4b5c6d7e8f9",
      descending: true,
      plot_field_config: null
    }
  ],
  color_filters: [
    {
      key_field_id: fieldId,
      view_field_id: null,
      filter_type: "is_less_than",
      filter_prop: 100,
      color: "green",
      plot_field_config: { axis: "x" }
    }
  ],
  record_set_ids_filter: [],
  record_ids_filter: [],
  incrementing_field_ids: [],
  sort_order: "alphabetical",
  sort_descending: false,
  view_mode: "table",
  parent_record_view_id: null,
  is_archived: false,
  is_template: false,
  template_name: null,
  group_by_mode: null,
  group_by_field_id: null,
  workspace_id: null,
  created_by: null,
  last_updated_by: null,
  created_at: null,
  updated_at: null
}

export const template = { ...wire, is_template: true, template_name: "IC50" }
