import * as Schema from "effect/Schema"
import { strings, texts } from "../server/schema.js"

export const Dashboard = Schema.Struct({
  id: Schema.String,
  dashboard_name: Schema.String,
  dashboard_description: Schema.String,
  dashboard_type: Schema.Literal("decision", "data", "chart", "field", "summary"),
  record_ids: texts,
  record_set_ids: texts
}).annotations({ identifier: "Dashboard" })

export type Dashboard = typeof Dashboard.Type

export const DashboardCategory = Schema.Struct({
  id: Schema.String,
  dashboard_id: Schema.String,
  category_name: Schema.String,
  operation_definition_ids: texts,
  label_ids: Schema.Array(strings),
  field_ids: texts
}).annotations({ identifier: "DashboardCategory" })

export type DashboardCategory = typeof DashboardCategory.Type
