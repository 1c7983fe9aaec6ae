import { EntityFields, Ids } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const keyFieldId = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1a1")
const dataFieldId = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1")

const wire = {
  id: keyFieldId,
  created_at: "2025-10-17T18:12:53.852115+00:00",
  is_key: true,
  field_name: "Compound ID",
  field_description: null,
  field_examples: "EK-0001",
  field_type: "text",
  ref_slice_id: null,
  regex_format: "^EK-\\d{4}$",
  attrs: null,
  is_archived: false,
  is_readonly: false,
  serial_format_prefix: "EK-",
  serial_format_padding: 4,
  format_enforcement: "suggest",
  show_format_warning: false,
  initial_counter_value: 1,
  role: "registered_entity",
  display_aggregation_type: null,
  display_includes_sub_records: true,
  display_includes_operations: true,
  lookup_display_aggregation_type: null,
  lookup_display_includes_sub_records: true,
  lookup_display_operation_scope: null,
  predicted_to_be_numeric: false
}

const keyField = {
  ...wire,
  created_at: DateTime.mapEpochMillis(DateTime.unsafeMake("2025-10-17T18:12:53.852Z"), (millis) => millis + 0.115)
}

const dataWire = {
  ...wire,
  id: dataFieldId,
  is_key: false,
  field_name: "IC50",
  field_type: "a type that is new",
  attrs: { unit: "nM" }
}

const dataField = { ...dataWire, created_at: keyField.created_at }

const fields = <A, E>(call: (fields: EntityFields.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(EntityFields.EntityFields, call)

export const rows: ReadonlyArray<Row<EntityFields.EntityFields>> = [
  {
    name: "EntityFields.listKeyFields",
    repeatable: true,
    call: fields(({ listKeyFields }) => listKeyFields),
    request: { method: "GET", path: "/key_fields", headers: { accept: "application/json" } },
    answer: { status: 200, body: [wire] },
    result: [keyField]
  },
  {
    name: "EntityFields.listDataFields",
    repeatable: true,
    call: fields(({ listDataFields }) => listDataFields),
    request: { method: "GET", path: "/data_fields", headers: { accept: "application/json" } },
    answer: { status: 200, body: [dataWire] },
    result: [dataField]
  },
  {
    // A field that is created twice is there twice. The path ends with a slash; the answer is the field, bare.
    name: "EntityFields.getOrCreateKeyField",
    repeatable: false,
    call: fields(({ getOrCreateKeyField }) => getOrCreateKeyField({ field_name: "Compound ID" })),
    request: { method: "POST", path: "/key_fields/", body: { field_name: "Compound ID" } },
    answer: { status: 201, body: wire },
    others: { "GET /key_fields": { status: 200, body: [] } },
    result: keyField
  },
  {
    name: "EntityFields.getOrCreateDataField",
    repeatable: false,
    call: fields(({ getOrCreateDataField }) =>
      getOrCreateDataField({ field_name: "IC50", field_type: "a type that is new", attrs: { unit: "nM" } })
    ),
    request: {
      method: "POST",
      path: "/data_fields/",
      body: { field_name: "IC50", field_type: "a type that is new", attrs: { unit: "nM" } }
    },
    answer: { status: 200, body: dataWire },
    others: { "GET /data_fields": { status: 200, body: [] } },
    result: dataField
  },
  {
    name: "EntityFields.getOrCreateDataField",
    repeatable: false,
    call: fields(({ getOrCreateDataField }) => getOrCreateDataField({ field_name: "IC50", field_type: "number" })),
    request: { method: "POST", path: "/data_fields/", body: { field_name: "IC50", field_type: "number", attrs: {} } },
    answer: { status: 201, body: { ...dataWire, field_type: "number", attrs: {} } },
    others: { "GET /data_fields": { status: 200, body: [] } },
    result: { ...dataField, field_type: "number", attrs: {} }
  },
  {
    // The answer is `{ resource: KeyField }`.
    name: "EntityFields.updateKeyField",
    repeatable: true,
    call: fields(({ updateKeyField }) =>
      updateKeyField(keyFieldId, {
        field_name: "Compound",
        field_description: null,
        field_examples: "EK-0001",
        regex_format: null,
        serial_format_prefix: "EK-",
        serial_format_padding: 4,
        format_enforcement: "enforce_only",
        show_format_warning: true,
        initial_counter_value: 1,
        role: null
      })
    ),
    request: {
      method: "PUT",
      path: `/key_fields/${keyFieldId}`,
      body: {
        field_name: "Compound",
        field_description: null,
        field_examples: "EK-0001",
        regex_format: null,
        serial_format_prefix: "EK-",
        serial_format_padding: 4,
        format_enforcement: "enforce_only",
        show_format_warning: true,
        initial_counter_value: 1,
        role: null
      }
    },
    answer: { status: 200, body: { resource: wire } },
    result: keyField
  },
  {
    // The answer is `{ resource: { field: DataField, validation }, event }`.
    name: "EntityFields.updateDataField",
    repeatable: true,
    call: fields(({ updateDataField }) =>
      updateDataField(
        { field_name: "IC50" },
        {
          field_name: "IC50 (EGFR)",
          field_description: "Half-maximal inhibition",
          field_examples: null,
          is_archived: false,
          is_readonly: true,
          display_aggregation_type: "median",
          display_includes_sub_records: true,
          display_includes_operations: null,
          lookup_display_aggregation_type: "latest",
          lookup_display_includes_sub_records: false,
          lookup_display_operation_scope: "child",
          attrs: { unit: "nM" }
        }
      )
    ),
    request: {
      method: "PUT",
      path: `/data_fields/${dataFieldId}`,
      body: {
        field_name: "IC50 (EGFR)",
        field_description: "Half-maximal inhibition",
        field_examples: null,
        is_archived: false,
        is_readonly: true,
        display_aggregation_type: "median",
        display_includes_sub_records: true,
        display_includes_operations: null,
        lookup_display_aggregation_type: "latest",
        lookup_display_includes_sub_records: false,
        lookup_display_operation_scope: "child",
        attrs: { unit: "nM" }
      }
    },
    answer: { status: 201, body: { resource: { field: dataWire, validation: { ok: true } }, event: { id: "e" } } },
    others: { "GET /data_fields": { status: 200, body: [dataWire] } },
    result: dataField
  }
]
