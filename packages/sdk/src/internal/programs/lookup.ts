import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { Program, Reference } from "./model.js"

/** All programs, by id and by title. */
export const catalog = (api: Api.Api) => Catalog.make(api, { kind: "program", call: Calls.list, names: ["title"] })
