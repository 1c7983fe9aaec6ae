import { Ids, Records, Upload } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { expect } from "../../../../../test/vitest.js"
import type { Row } from "./row.js"

const id = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a31")
const otherId = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a32")
const activityId = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
const compoundId = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1a1")
const batch = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1a2")
const ic50 = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1")
const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const typeId = Ids.EntityTypeId.make("1f0b6ad1-1d7c-4a5a-9d6f-3f0f5e1f7c01")
const setId = Ids.RecordSetId.make("47b1dc9b-97c4-4ee0-92f1-5a4b8a2d4a01")
const otherSetId = Ids.RecordSetId.make("another-set")
const viewId = Ids.RecordViewId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f001")
const viewFieldId = Ids.ViewFieldId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f0a1")

/** A key value: nothing but an id and its content. */
const keyValue = { id: Ids.RecordValueId.make("acda4eea-bba4-4125-849f-d6a5d312e28c"), content: "EK-0001" }

const value = {
  id: "db4565bd-e309-4b16-b544-47e5da53148b",
  content: "139",
  created_at: "2025-10-20T16:04:42.917987+00:00",
  record_id: id,
  operation_id: activityId,
  record_view_id: null
}

const valueModel = {
  ...value,
  created_at: DateTime.mapEpochMillis(DateTime.unsafeMake("2025-10-20T16:04:42.917Z"), (millis) => millis + 0.987)
}

const wire = {
  id,
  created_at: "2025-10-17T18:11:41.180Z",
  entity_slice_id: typeId,
  identifier_ids: [keyValue.id],
  record_identifier: "EK-0001",
  record_values: { [ic50]: [value], [compoundId]: [keyValue] },
  initial_operation_id: null,
  sub_record_ids: [],
  workspace_id: "3c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10",
  excluded_operation_ids: []
}

const record = {
  ...wire,
  created_at: DateTime.unsafeMake("2025-10-17T18:11:41.180Z"),
  record_values: {
    [ic50]: [valueModel],
    [compoundId]: [{ ...keyValue, created_at: null, record_id: null, operation_id: null, record_view_id: null }]
  }
}

const keyFields = {
  "GET /key_fields": {
    status: 200,
    body: [
      { id: compoundId, field_name: "Compound ID", is_key: true },
      { id: batch, field_name: "Batch", is_key: true }
    ]
  }
}

const dataFields = { "GET /data_fields": { status: 200, body: [{ id: ic50, field_name: "IC50", is_key: false }] } }

const records = <A, E>(call: (records: Records.Service) => Effect.Effect<A, E>) => Effect.flatMap(Records.Records, call)

/** A multipart form of these parts. */
const form =
  (parts: ReadonlyArray<readonly [name: string, more: string, content: string]>) =>
  (body: string, contentType: string) => {
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(contentType)?.[1]
    const text = parts.map(
      ([name, more, content]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
    )
    expect(body).toBe(`${text.join("")}--${boundary}--\r\n`)
  }

export const rows: ReadonlyArray<Row<Records.Records>> = [
  {
    name: "Records.get",
    repeatable: true,
    call: records(({ get }) => get(id)),
    request: { method: "GET", path: `/records/${id}`, headers: { accept: "application/json" } },
    answer: { status: 200, body: wire },
    result: record
  },
  {
    name: "Records.get",
    repeatable: true,
    call: records(({ get }) => get(Ids.RecordId.make("a/b?c=d#e"))),
    request: { method: "GET", path: "/records/a%2Fb%3Fc%3Dd%23e" },
    answer: { status: 200, body: wire },
    result: record
  },
  {
    name: "Records.find",
    repeatable: true,
    call: records(({ find }) => find({ id })),
    request: { method: "GET", path: `/records/${id}` },
    answer: { status: 404, body: { code: "NOT_FOUND", message: "There is no such record" } },
    result: Option.none()
  },
  {
    // Comma-joined, and answered in any order.
    name: "Records.getMany",
    repeatable: true,
    call: records(({ getMany }) => getMany([id, otherId, { id }])).pipe(
      Effect.map((found) => found.map((one) => one.id))
    ),
    request: { method: "GET", path: "/records", query: [["record_ids", `${id},${otherId}`]] },
    answer: { status: 200, body: [{ ...wire, id: otherId }, wire] },
    result: [id, otherId, id]
  },
  {
    name: "Records.get",
    repeatable: true,
    call: records(({ get }) => get({ key_values: { "Compound ID": "EK-0001", [batch]: 7 } })),
    request: {
      method: "GET",
      path: "/records/identifiers",
      query: [["records_key_field_to_value", `[{"${compoundId}":"EK-0001","${batch}":7}]`]]
    },
    answer: { status: 200, body: [{ record: wire }] },
    others: keyFields,
    result: record
  },
  {
    name: "Records.find",
    repeatable: true,
    call: records(({ find }) => find({ key_values: { [compoundId]: "EK-0001" } })),
    request: {
      method: "GET",
      path: "/records/identifiers",
      query: [["records_key_field_to_value", `[{"${compoundId}":"EK-0001"}]`]]
    },
    answer: { status: 200, body: [] },
    result: Option.none()
  },
  {
    name: "Records.find",
    repeatable: true,
    call: records(({ find }) => find({ key_values: { [compoundId]: "EK-0001" } })),
    request: {
      method: "GET",
      path: "/records/identifiers",
      query: [["records_key_field_to_value", `[{"${compoundId}":"EK-0001"}]`]]
    },
    answer: { status: 204 },
    result: Option.none()
  },
  {
    // It gives the record that is there, if there is one: it may be repeated.
    name: "Records.getOrCreate",
    repeatable: true,
    call: records(({ getOrCreate }) => getOrCreate({ key_values: { "Compound ID": "EK-0001", Batch: "B-001" } })),
    request: {
      method: "POST",
      path: "/records",
      body: { key_field_to_value: { [compoundId]: "EK-0001", [batch]: "B-001" } }
    },
    answer: { status: 200, body: wire },
    others: keyFields,
    result: record
  },
  {
    name: "Records.getOrCreate",
    repeatable: true,
    call: records(({ getOrCreate }) => getOrCreate({ key_values: { [compoundId]: "EK-0001" } })),
    request: { method: "POST", path: "/records", body: { key_field_to_value: { [compoundId]: "EK-0001" } } },
    answer: { status: 201, body: wire },
    result: record
  },
  {
    name: "Records.search",
    repeatable: true,
    call: records(({ search }) =>
      search({
        record_set_ids: [setId, otherSetId],
        program_id: programId,
        entity_slice_id: typeId,
        operation_id: activityId,
        identifier_ids: [keyValue.id],
        view_field_filters: [
          { key_field_id: compoundId, filter_type: "starts_with", filter_prop: "EK-" },
          { view_field_id: viewFieldId, filter_type: "is_set" }
        ],
        view_field_sorts: [{ view_field_id: viewFieldId, descending: true }],
        entity_field_filters: [{ field_id: ic50, filter_type: "is_less_than", filter_prop: 100 }],
        entity_field_sorts: [{ field_id: ic50, descending: false }],
        search_text: "7 & 8, [a]",
        limit: 25
      })
    ),
    request: {
      method: "GET",
      path: "/records/search",
      query: [
        ["record_set_ids", `${setId},${otherSetId}`],
        ["identifier_ids", `["${keyValue.id}"]`],
        [
          "view_field_filters",
          `[{"key_field_id":"${compoundId}","view_field_id":null,"filter_prop":"EK-","filter_type":"starts_with"},` +
            `{"key_field_id":null,"view_field_id":"${viewFieldId}","filter_prop":null,"filter_type":"is_set"}]`
        ],
        ["view_field_sorts", `[{"key_field_id":null,"view_field_id":"${viewFieldId}","descending":true}]`],
        ["entity_field_filters", `[{"field_id":"${ic50}","filter_type":"is_less_than","filter_prop":100}]`],
        ["entity_field_sorts", `[{"field_id":"${ic50}","descending":false}]`],
        ["search_text", "7 & 8, [a]"],
        ["limit", "25"],
        ["program_id", programId],
        ["entity_slice_id", typeId],
        ["operation_id", activityId]
      ]
    },
    answer: { status: 200, body: [id, otherId] },
    result: [id, otherId]
  },
  {
    name: "Records.search",
    repeatable: true,
    call: records(({ search }) =>
      search({
        program_id: { title: "Apollo" },
        entity_slice_id: { slice_name: "Compound" },
        operation_id: { external_id: "ELN-7" }
      })
    ),
    request: {
      method: "GET",
      path: "/records/search",
      query: [
        ["program_id", programId],
        ["entity_slice_id", typeId],
        ["operation_id", activityId]
      ]
    },
    answer: { status: 200, body: [] },
    others: {
      "GET /programs": { status: 200, body: [{ id: programId, title: "Apollo" }] },
      "GET /entity_slices": { status: 200, body: [{ id: typeId, slice_name: "Compound" }] },
      "GET /activities": { status: 200, body: [{ id: activityId, external_id: "ELN-7" }] }
    },
    result: []
  },
  {
    name: "Records.values",
    repeatable: true,
    call: records(({ values }) => values({ key_values: { [compoundId]: "EK-0001" } })),
    request: { method: "GET", path: `/records/${id}/values` },
    answer: { status: 200, body: [{ ...value, field_id: ic50, field_type: "number", created_by: null }] },
    others: { "GET /records/identifiers": { status: 200, body: [{ record: wire }] } },
    result: [{ ...valueModel, field_id: ic50, field_type: "number", created_by: null }]
  },
  {
    // A value that is added twice is there twice. What there is not is sent as null.
    name: "Records.addValue",
    repeatable: false,
    call: records(({ addValue }) => addValue(id, { field: ic50, content: "139" })),
    request: {
      method: "POST",
      path: `/records/${id}/values`,
      body: { field_id: ic50, content: "139", operation_id: null, record_view_id: null }
    },
    answer: { status: 201, body: { resource: { ...value, field_id: ic50 } } },
    result: Option.some({ ...valueModel, field_id: ic50 })
  },
  {
    name: "Records.addValue",
    repeatable: false,
    call: records(({ addValue }) =>
      addValue(id, {
        field: { field_name: "IC50" },
        content: { value: 139, date: DateTime.unsafeMake("2025-10-17") },
        activity: { title: "PK study" },
        record_view: { view_name: "IC50 results" }
      })
    ),
    request: {
      method: "POST",
      path: `/records/${id}/values`,
      body: {
        field_id: ic50,
        content: { value: 139, date: "2025-10-17T00:00:00.000Z" },
        operation_id: activityId,
        record_view_id: viewId
      }
    },
    answer: { status: 200 },
    others: {
      ...dataFields,
      "GET /activities": { status: 200, body: [{ id: activityId, title: "PK study" }] },
      "GET /record_views": { status: 200, body: [{ id: viewId, view_name: "IC50 results" }] }
    },
    result: Option.none()
  },
  {
    name: "Records.addValue",
    repeatable: false,
    call: records(({ addValue }) => addValue(id, { field: ic50, content: null })),
    request: {
      method: "POST",
      path: `/records/${id}/values`,
      body: { field_id: ic50, content: null, operation_id: null, record_view_id: null }
    },
    answer: { status: 200, body: {} },
    result: Option.none()
  },
  {
    name: "Records.setValue",
    repeatable: false,
    call: records(({ setValue }) => setValue(id, { field: ic50, content: 12.5, activity: activityId })),
    request: {
      method: "POST",
      path: `/records/${id}/values`,
      body: { field_id: ic50, content: 12.5, operation_id: activityId, record_view_id: null }
    },
    answer: { status: 204 },
    others: { [`GET /records/${id}`]: { status: 200, body: wire } },
    result: true
  },
  {
    name: "Records.activities",
    repeatable: true,
    call: records(({ activities }) => activities(id)).pipe(Effect.map((found) => found.map((one) => one.id))),
    request: { method: "GET", path: `/records/${id}/operations` },
    answer: { status: 200, body: [{ id: activityId }] },
    result: [activityId]
  },
  {
    // A file is a value: added twice, it is there twice. Where there is no activity, none is named.
    name: "Records.addFile",
    repeatable: false,
    call: records(({ addFile }) => addFile(id, { field: ic50 }, Upload.bytes("a,b", { name: "curve.csv" }))),
    request: {
      method: "POST",
      path: `/records/${id}/values/file`,
      content: form([
        ["body", "", JSON.stringify({ field_id: ic50 })],
        ["file", '; filename="curve.csv"\r\nContent-Type: text/csv', "a,b"]
      ])
    },
    answer: { status: 201, body: { resource: value } },
    result: Option.some(valueModel)
  },
  {
    name: "Records.addFile",
    repeatable: false,
    call: records(({ addFile }) =>
      addFile(
        id,
        { field: { field_name: "IC50" }, activity: activityId, record_view: viewId },
        Upload.bytes("", { name: "rep é.pdf" })
      )
    ),
    request: {
      method: "POST",
      path: `/records/${id}/values/file`,
      content: form([
        ["body", "", JSON.stringify({ field_id: ic50, operation_id: activityId, record_view_id: viewId })],
        ["file", '; filename="rep é.pdf"\r\nContent-Type: application/pdf', ""]
      ])
    },
    answer: { status: 200 },
    others: dataFields,
    result: Option.none()
  }
]
