import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

/** All labels, by id and by name. */
export const catalog = (api: Api.Api) => Catalog.make(api, { kind: "label", call: Calls.list, names: ["label_name"] })

export type { Label, Reference } from "./model.js"
