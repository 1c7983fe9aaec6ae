import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { Reference } from "./model.js"

/** All templates, by id, by their name and by the name of the views that are made from them. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "template", call: Calls.list, names: ["template_name", "view_name"] })
