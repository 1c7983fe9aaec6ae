import * as Effect from "effect/Effect"
import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { EntityField, FieldType, Reference } from "./model.js"

/** All key fields, by id and by name. */
export const keyFieldCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "key field",
    call: Calls.listKeyFields,
    methods: { find: "findKeyField", get: "getKeyField" },
    names: ["field_name"]
  })

/** All data fields, by id and by name. */
export const dataFieldCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "data field",
    call: Calls.listDataFields,
    methods: { find: "findDataField", get: "getDataField" },
    names: ["field_name"]
  })

/** Both catalogs. `drop` is for what may add or change fields of either kind. */
export const fieldCatalogs = (api: Api.Api) => {
  const keyFields = keyFieldCatalog(api)
  const dataFields = dataFieldCatalog(api)
  return { keyFields, dataFields, drop: Effect.all([keyFields.drop, dataFields.drop], { discard: true }) }
}
