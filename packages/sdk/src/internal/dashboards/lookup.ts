import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { Dashboard, Reference } from "./model.js"

/** All dashboards, by id and by name. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "dashboard", call: Calls.list, names: ["dashboard_name"] })
