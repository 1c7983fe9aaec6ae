import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import { body, done, noBody, nullish, strings, withId } from "../server/schema.js"
import { Dashboard, DashboardCategory } from "./model.js"

export const group = HttpApiGroup.make("dashboards")
  .add(HttpApiEndpoint.get("listDashboards", "/dashboards").addSuccess(Schema.Array(Dashboard)))
  .add(
    HttpApiEndpoint.get("listCategories", "/dashboards/:id/categories")
      .setPath(withId)
      .addSuccess(Schema.Array(DashboardCategory))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("addCategory", "/dashboards/:id/categories")
      .setPath(withId)
      .setPayload(
        body({
          category_name: Schema.NonEmptyString,
          operation_definition_ids: nullish(strings),
          label_ids: nullish(Schema.Array(strings)),
          field_ids: nullish(strings)
        })
      )
      .addSuccess(DashboardCategory, { status: 201 })
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.del("removeCategory", "/dashboards/:id/categories/:category_id")
      .setPath(Schema.Struct({ id: Schema.String, category_id: Schema.String }))
      .setPayload(noBody)
      .addSuccess(done)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("addDashboardRecord", "/dashboards/:id/records")
      .setPath(withId)
      .setPayload(body({ record_id: Schema.String }))
      .addSuccess(done)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.del("removeDashboardRecord", "/dashboards/:id/records/:record_id")
      .setPath(Schema.Struct({ id: Schema.String, record_id: Schema.String }))
      .setPayload(noBody)
      .addSuccess(done)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("addDashboardSet", "/dashboards/:id/sets")
      .setPath(withId)
      .setPayload(body({ set_id: Schema.String }))
      .addSuccess(done)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.del("removeDashboardSet", "/dashboards/:id/sets/:set_id")
      .setPath(Schema.Struct({ id: Schema.String, set_id: Schema.String }))
      .setPayload(noBody)
      .addSuccess(done)
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Dashboards that teams use for decisions")
