import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { PropertyField, Reference } from "./model.js"

/** All property fields, by id and by name. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, { kind: "property field", call: Calls.list, names: ["property_name"] })
