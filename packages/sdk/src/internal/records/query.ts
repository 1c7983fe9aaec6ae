import * as Effect from "effect/Effect"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as EntityTypes from "../entityTypes/lookup.js"
import * as Programs from "../programs/lookup.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"
import type { Query } from "./model.js"
import * as SearchQuery from "./searchQuery.js"

/** Makes the query of a search or an export: looks up what it names, and completes its filters. */
export const encodeQuery = (api: Api.Api) => {
  const programs = Programs.catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const activities = Activities.catalog(api)
  const call = Calls.search.name
  return ({ entity_slice_id, operation_id, program_id, ...others }: Query) =>
    Effect.gen(function* () {
      // What cannot be sent is refused before any request looks up a name.
      const checked = {
        ...others,
        record_set_ids: yield* SearchQuery.joined(call, "record_set_ids", others.record_set_ids),
        view_field_filters: yield* SearchQuery.viewFilters(call, "view_field_filters", others.view_field_filters),
        view_field_sorts: yield* SearchQuery.viewSorts(call, "view_field_sorts", others.view_field_sorts)
      }
      return {
        ...checked,
        program_id: yield* Catalog.optional(program_id, programs.resolve),
        entity_slice_id: yield* Catalog.optional(entity_slice_id, entityTypes.resolve),
        operation_id: yield* Catalog.optional(operation_id, activities.resolve)
      }
    })
}
