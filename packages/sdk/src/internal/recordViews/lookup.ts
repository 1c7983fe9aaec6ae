import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"
import type { RecordView } from "./model.js"

export type { RecordView, Reference } from "./model.js"

/** All record views, by id and by name. The list of the API has the templates, too; they are left out. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "record view",
    call: Calls.list,
    only: (view: RecordView) => view.is_template !== true,
    names: ["view_name"]
  })
