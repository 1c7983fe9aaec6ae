import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { Activity, Reference } from "./model.js"

/** All activities, by id, by title and by their id in another system. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "activity", call: Calls.list, names: ["title", "external_id"] })
