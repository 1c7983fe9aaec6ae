import { PropertyFields } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const cellLine = {
  id: "5c0d2b0e-7a0e-4f0c-9a55-3f5c5b8d2c01",
  property_name: "Cell line",
  property_description: "Which cells the assay was run in",
  field_type: "text",
  is_required: true,
  attrs: {},
  is_archived: false,
  created_by: null,
  last_updated_by: null,
  workspace_id: null
}

export const rows: ReadonlyArray<Row<PropertyFields.PropertyFields>> = [
  {
    name: "PropertyFields.list",
    repeatable: true,
    call: Effect.flatMap(PropertyFields.PropertyFields, (propertyFields) => propertyFields.list),
    request: { method: "GET", path: "/property_fields" },
    answer: { status: 200, body: [cellLine] },
    result: [cellLine]
  }
]
