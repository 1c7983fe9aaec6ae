import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { ActivityDefinition, Reference } from "./model.js"

/** All activity definitions, by id, by title and by the id in another system. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "activity definition", call: Calls.list, names: ["title", "external_id"] })
