import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { created, deleteItem, get, getItem, postItem } from "../server/endpoints.js"
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

export const group = HttpApiGroup.make("dashboards")
  .add(get("listDashboards", "/dashboards", Schema.Array(Dashboard)))
  .add(getItem("listCategories", "/dashboards/:id/categories", Schema.Array(DashboardCategory)))
  .add(postItem("addCategory", "/dashboards/:id/categories", NewCategory, created(DashboardCategory)))
  .add(deleteItem("removeCategory", "/dashboards/:id/categories/:category_id").setPath(withCategory))
  .add(postItem("addDashboardRecord", "/dashboards/:id/records", body({ record_id: Schema.String }), done))
  .add(deleteItem("removeDashboardRecord", "/dashboards/:id/records/:record_id").setPath(withRecord))
  .add(postItem("addDashboardSet", "/dashboards/:id/sets", body({ set_id: Schema.String }), done))
  .add(deleteItem("removeDashboardSet", "/dashboards/:id/sets/:set_id").setPath(withSet))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Dashboards that teams use for decisions")
