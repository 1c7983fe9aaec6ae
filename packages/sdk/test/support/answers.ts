/**
 * Small answers of our own, with all that is odd about real ones: fields that the SDK does not know, fields that are
 * left out, `null` beside lists, two forms of dates, numbers as texts, key values that say neither where nor when.
 */

const workspace_id = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e01"
const created_by = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e02"
const compoundKey = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e03"
const batchKey = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e04"
const potency = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e05"
const compound = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e06"
const assay = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e07"
const keyValue = "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e08"
const record_id = "06bfb669-9fea-4d29-8bc5-da71f1b0ecc1"
const created_at = "2025-10-17T18:11:41.180Z"

const field = {
  ref_field_id: null,
  ref_slice_id: null,
  created_at,
  created_by,
  is_archived: false,
  import_id: null,
  standard_format: null,
  serial_key: "1000001",
  updated_at: created_at,
  workspace_id,
  is_readonly: false,
  is_deleted: false,
  display_aggregation_type: null,
  display_includes_sub_records: true,
  display_includes_operations: true
}

const keyField = {
  ...field,
  field_type: "text",
  attrs: null,
  is_key: true,
  identifier_type: "custom",
  identifier_type_id: created_by,
  predicted_to_be_numeric: false
}

const dataField = { ...field, is_key: false, identifier_type: null, identifier_type_id: null }

const record = {
  id: record_id,
  created_at: "2025-10-17T18:12:53.852115+00:00",
  entity_slice_id: compound,
  identifier_ids: [keyValue],
  record_identifier: "C-0007",
  initial_operation_id: null,
  workspace_id,
  record_values: {
    [compoundKey]: [{ id: keyValue, content: "C-0007" }],
    [potency]: [
      {
        id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e09",
        content: "139",
        created_at: "2025-10-17T18:12:53.852115+00:00",
        record_id,
        operation_id: assay,
        record_view_id: null
      },
      {
        id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0a",
        content: { value: 12.5, unit: "nM", new: [true, null] },
        created_at,
        record_id,
        operation_id: null,
        record_view_id: null
      }
    ]
  },
  sub_record_ids: [],
  excluded_operation_ids: [],
  operation_records_created_at: { [assay]: created_at }
}

const experiment = {
  id: assay,
  definition_id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0b",
  parent_id: null,
  child_ids: [],
  created_by,
  program_ids: ["b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0c"],
  document_ids: [],
  activity_type: "experiment",
  title: "Kinase panel (1)",
  description: { type: "doc", content: [{ type: "paragraph", content: [{ text: "As planned", type: "text" }] }] },
  status: "to do",
  assigned_user_ids: [created_by],
  assigned_group_ids: [],
  due_date: null,
  start_date: null,
  duration: null,
  aggregate_scheduling: false,
  completed_at_date: null,
  dependencies: [],
  label_ids: [],
  reviewer_ids: [],
  subscriber_ids: [created_by],
  review_requested_at: null,
  created_at,
  workspace_id,
  is_draft: false,
  properties: [
    {
      id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0d",
      property_field_id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0e",
      content: null,
      property_name: "Plate reader",
      field_type: "text",
      created_at,
      created_by,
      last_updated_by: created_by
    }
  ],
  last_activity_at: created_at,
  bulk_sync_id: null,
  all_record_ids: [record_id],
  source_container_ids: [],
  note_section_ids: []
}

const program = { id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0c", title: "Kinases", created_at, created_by, workspace_id }

const entityType = {
  id: compound,
  created_by,
  last_updated_by: created_by,
  import_id: null,
  key_field_ids: [compoundKey],
  slice_name: "Compound",
  workspace_id,
  created_at,
  updated_at: created_at,
  is_primary: true,
  is_archived: false,
  source_id: null,
  is_deleted: false
}

/** By the name of the real answer that has the same oddities. */
export const answers: { readonly [file: string]: unknown } = {
  "programs.json": [program, { ...program, id: "b3c1c6f2-9c43-4d5e-8a55-0f3b1c2d4e0f", title: "Proteases" }],
  "entity_types.json": [entityType, { ...entityType, id: batchKey, slice_name: "Batch", is_primary: false }],
  "key_fields.json": [
    { ...keyField, id: compoundKey, field_name: "Compound ID" },
    { ...keyField, id: batchKey, field_name: "Batch", predicted_to_be_numeric: true }
  ],
  "data_fields.json": [
    { ...dataField, id: potency, field_name: "IC50", field_type: "number", attrs: {} },
    { ...dataField, id: assay, field_name: "Phase", field_type: "select", attrs: { options: ["I", "II"] } }
  ],
  "experiments.json": [experiment, { ...experiment, id: potency, title: "Kinase panel (2)", description: null }],
  "record.json": record,
  "records.json": [record, { ...record, id: compound, initial_operation_id: assay, record_values: {} }]
}
