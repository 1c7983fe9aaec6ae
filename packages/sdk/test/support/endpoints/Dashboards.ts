import { Dashboards, Ids } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const id = Ids.DashboardId.make("a0b8f6d2-8c54-4d19-9f43-0d3f7f2d8a01")
const category = Ids.DashboardCategoryId.make("b1c9a7e3-9d65-4e2a-8a54-1e4a8a3e9b12")
const record = Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1")
const set = Ids.RecordSetId.make("c2dab8f4-ae76-4f3b-9b65-2f5b9b4fac23")
const definition = Ids.ActivityDefinitionId.make("d3ebc9a5-bf87-404c-8c76-306cac5abd34")
const label = Ids.LabelId.make("e4fcdab6-c098-415d-9d87-417dbd6bce45")
const field = Ids.EntityFieldId.make("f0a3c1de-7d0d-4c42-8a06-4c8d1f4a8b10")

const wire = {
  id,
  dashboard_name: "Candidates",
  dashboard_description: null,
  dashboard_type: "decision",
  record_ids: [record],
  record_set_ids: []
}

const wireCategory = {
  id: category,
  dashboard_id: id,
  category_name: "Potency",
  operation_definition_ids: [definition],
  label_ids: [[label]],
  field_ids: [field]
}

const dashboards = <A, E>(use: (dashboards: Dashboards.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(Dashboards.Dashboards, use)

const named = { "GET /dashboards": { status: 200, body: [wire] } }

export const rows: ReadonlyArray<Row<Dashboards.Dashboards>> = [
  {
    name: "Dashboards.list",
    repeatable: true,
    call: dashboards((dashboards) => dashboards.list),
    request: { method: "GET", path: "/dashboards" },
    answer: { status: 200, body: [{ ...wire, record_set_ids: null, new_field: 1 }] },
    result: [{ ...wire, new_field: 1 }]
  },
  {
    name: "Dashboards.categories",
    repeatable: true,
    call: dashboards((dashboards) => dashboards.categories({ dashboard_name: "Candidates" })),
    request: { method: "GET", path: `/dashboards/${id}/categories` },
    answer: { status: 200, body: [wireCategory] },
    others: named,
    result: [wireCategory]
  },
  {
    name: "Dashboards.addCategory",
    repeatable: false,
    call: dashboards((dashboards) =>
      dashboards.addCategory(id, {
        category_name: "Potency",
        operation_definition_ids: [{ id: definition }],
        label_ids: [[{ label_name: "urgent" }]],
        field_ids: [{ field_name: "IC50" }]
      })
    ),
    request: {
      method: "POST",
      path: `/dashboards/${id}/categories`,
      body: {
        category_name: "Potency",
        operation_definition_ids: [definition],
        label_ids: [[label]],
        field_ids: [field]
      }
    },
    answer: { status: 201, body: wireCategory },
    others: {
      "GET /activity_labels": { status: 200, body: [{ id: label, label_name: "urgent" }] },
      "GET /data_fields": { status: 200, body: [{ id: field, field_name: "IC50" }] }
    },
    result: wireCategory
  },
  {
    name: "Dashboards.addCategory",
    repeatable: false,
    call: dashboards((dashboards) => dashboards.addCategory(id, { category_name: "Potency" })),
    request: {
      method: "POST",
      path: `/dashboards/${id}/categories`,
      body: { category_name: "Potency", operation_definition_ids: [], label_ids: [], field_ids: [] }
    },
    answer: { status: 200, body: { id: category } },
    result: {
      id: category,
      dashboard_id: null,
      category_name: null,
      operation_definition_ids: [],
      label_ids: [],
      field_ids: []
    }
  },
  {
    name: "Dashboards.removeCategory",
    repeatable: true,
    call: dashboards((dashboards) => dashboards.removeCategory(id, { id: category })),
    request: { method: "DELETE", path: `/dashboards/${id}/categories/${category}`, body: {} },
    answer: { status: 204 },
    result: undefined
  },
  {
    name: "Dashboards.addRecord",
    repeatable: false,
    call: dashboards((dashboards) => dashboards.addRecord({ dashboard_name: "Candidates" }, record)),
    request: { method: "POST", path: `/dashboards/${id}/records`, body: { record_id: record } },
    answer: { status: 201, body: {} },
    others: named,
    result: undefined
  },
  {
    name: "Dashboards.removeRecord",
    repeatable: true,
    call: dashboards((dashboards) => dashboards.removeRecord(id, { id: record })),
    request: { method: "DELETE", path: `/dashboards/${id}/records/${record}`, body: {} },
    answer: { status: 200, body: {} },
    result: undefined
  },
  {
    name: "Dashboards.addSet",
    repeatable: false,
    call: dashboards((dashboards) => dashboards.addSet(id, set)),
    request: { method: "POST", path: `/dashboards/${id}/sets`, body: { set_id: set } },
    answer: { status: 200 },
    result: undefined
  },
  {
    name: "Dashboards.removeSet",
    repeatable: true,
    call: dashboards((dashboards) => dashboards.removeSet(id, set)),
    request: { method: "DELETE", path: `/dashboards/${id}/sets/${set}`, body: {} },
    answer: { status: 204 },
    result: undefined
  }
]
