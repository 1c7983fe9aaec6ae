import * as Effect from "effect/Effect"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as EntityTypes from "../entityTypes/lookup.js"
import * as Programs from "../programs/lookup.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"
import { checkForms, encodeFilters } from "./fieldFilters.js"
import type { Query } from "./model.js"
import * as SearchQuery from "./searchQuery.js"

/** The raw filters or orders, then those by name. A query without either has no such parameter. */
const joined = (raw: ReadonlyArray<unknown> | undefined, byName: ReadonlyArray<unknown>) =>
  byName.length === 0 ? raw : [...(raw ?? []), ...byName]

/** Makes the query of a search or an export: looks up what it names, and completes its filters. */
export const encodeQuery = (api: Api.Api) => {
  const programs = Programs.catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const activities = Activities.catalog(api)
  const byFields = encodeFilters(api)
  const call = Calls.search.name
  return ({ entity_slice_id, operation_id, order_by = [], program_id, where = [], ...others }: Query) =>
    Effect.gen(function* () {
      // What cannot be sent is refused before any request looks up a name.
      yield* checkForms(call, where)
      const checked = {
        ...others,
        record_set_ids: yield* SearchQuery.joined(call, "record_set_ids", others.record_set_ids),
        view_field_filters: yield* SearchQuery.viewFilters(call, "view_field_filters", others.view_field_filters),
        view_field_sorts: yield* SearchQuery.viewSorts(call, "view_field_sorts", others.view_field_sorts)
      }
      const { filters, sorts } = yield* byFields(call, where, order_by)
      return {
        ...checked,
        entity_field_filters: joined(others.entity_field_filters, filters),
        entity_field_sorts: joined(others.entity_field_sorts, sorts),
        program_id: yield* Catalog.optional(program_id, programs.resolve),
        entity_slice_id: yield* Catalog.optional(entity_slice_id, entityTypes.resolve),
        operation_id: yield* Catalog.optional(operation_id, activities.resolve)
      }
    })
}
