import * as Schema from "effect/Schema"
import { created, deleteItem, get, getItem, group, postItem } from "../server/endpoints.js"
import { body, done, nullish, strings } from "../server/schema.js"
import { Dashboard, DashboardCategory } from "./model.js"

const NewCategory = body({
  category_name: Schema.NonEmptyString,
  operation_definition_ids: nullish(strings),
  label_ids: nullish(Schema.Array(strings)),
  field_ids: nullish(strings)
})

const withCategory = Schema.Struct({ id: Schema.String, category_id: Schema.String })

const withRecord = Schema.Struct({ id: Schema.String, record_id: Schema.String })

const withSet = Schema.Struct({ id: Schema.String, set_id: Schema.String })

export const routes = group(
  "dashboards",
  "Dashboards that teams use for decisions",
  get("listDashboards", "/dashboards", Schema.Array(Dashboard)),
  getItem("listCategories", "/dashboards/:id/categories", Schema.Array(DashboardCategory)),
  postItem("addCategory", "/dashboards/:id/categories", NewCategory, created(DashboardCategory)),
  deleteItem("removeCategory", "/dashboards/:id/categories/:category_id").setPath(withCategory),
  postItem("addDashboardRecord", "/dashboards/:id/records", body({ record_id: Schema.String }), done),
  deleteItem("removeDashboardRecord", "/dashboards/:id/records/:record_id").setPath(withRecord),
  postItem("addDashboardSet", "/dashboards/:id/sets", body({ set_id: Schema.String }), done),
  deleteItem("removeDashboardSet", "/dashboards/:id/sets/:set_id").setPath(withSet)
)
