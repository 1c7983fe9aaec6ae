import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { EntityType, Reference } from "./model.js"

/** All entity types, by id and by name. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "entity type", call: Calls.list, names: ["slice_name"] })
