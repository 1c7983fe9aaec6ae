import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Dashboard, DashboardCategory } from "./model.js"

export const list = Call.list("Dashboards.list", "GET /dashboards", Dashboard, "sent")

export const categories = Call.read("Dashboards.categories", "GET /dashboards/{id}/categories", {
  success: Schema.Array(DashboardCategory),
  errors: Errors.item,
  known: "sent"
})

export const addCategory = Call.write("Dashboards.addCategory", "POST /dashboards/{id}/categories", {
  body: ["category_name", "operation_definition_ids", "label_ids", "field_ids"],
  success: DashboardCategory,
  errors: Errors.writeItem,
  repeat: "never",
  because: "there would be two categories",
  known: "sent"
})

/** The responses to the other writes have nothing of interest. */
const change = { ...Call.noResult, errors: Errors.writeItem, known: "sent" } as const

export const removeCategory = Call.write(
  "Dashboards.removeCategory",
  "DELETE /dashboards/{id}/categories/{category_id}",
  { ...change, repeat: "always", because: "the category is gone in the end" }
)

export const addRecord = Call.write("Dashboards.addRecord", "POST /dashboards/{id}/records", {
  ...change,
  body: ["record_id"],
  repeat: "never",
  because: "the second request could be refused, or the record be there twice"
})

export const removeRecord = Call.write("Dashboards.removeRecord", "DELETE /dashboards/{id}/records/{record_id}", {
  ...change,
  repeat: "always",
  because: "the record is gone in the end"
})

export const addSet = Call.write("Dashboards.addSet", "POST /dashboards/{id}/sets", {
  ...change,
  body: ["set_id"],
  repeat: "never",
  because: "the second request could be refused, or the set be there twice"
})

export const removeSet = Call.write("Dashboards.removeSet", "DELETE /dashboards/{id}/sets/{set_id}", {
  ...change,
  repeat: "always",
  because: "the set is gone in the end"
})
