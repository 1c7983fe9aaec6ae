import * as Effect from "effect/Effect"
import { type BadRequest, invalid, type NotFound, notFound } from "../server/problem.js"
import { findAll, type State } from "../server/store.js"
import { problemWithFilter } from "./filters.js"
import type { FilterType } from "./model.js"

/** A filter or a sort by a column of a record view. */
interface Column {
  readonly key_field_id?: string | null | undefined
  readonly view_field_id?: string | null | undefined
}

interface Filter {
  readonly filter_type: FilterType
  readonly filter_prop?: unknown
}

const hasField = (state: State, id: string): boolean => state.entity_fields.get(id)?.is_deleted === false

const hasKeyField = (state: State, id: string): boolean =>
  hasField(state, id) && state.entity_fields.get(id)?.is_key === true

/** Fails with the platform's 404 if the field of a filter or a sort does not exist. */
export const checkFields = (
  state: State,
  items: ReadonlyArray<{ readonly field_id: string }> | null | undefined
): Effect.Effect<void, NotFound> => {
  const unknown = items?.find(({ field_id }) => !hasField(state, field_id))
  return unknown === undefined ? Effect.void : Effect.fail(notFound("field", unknown.field_id))
}

/** Fails with the platform's 404 if the key field or the view field of a filter or a sort does not exist. */
export const checkColumns = (
  state: State,
  items: ReadonlyArray<Column> | null | undefined
): Effect.Effect<void, NotFound> =>
  Effect.suspend(() => {
    const columns = new Set(
      [...state.record_views.values()].flatMap((view) =>
        view.is_deleted === true ? [] : view.view_fields.map(({ id }) => id)
      )
    )
    for (const { key_field_id, view_field_id } of items ?? []) {
      if (key_field_id != null && !hasKeyField(state, key_field_id)) {
        return Effect.fail(notFound("key field", key_field_id))
      }
      if (view_field_id != null && !columns.has(view_field_id)) {
        return Effect.fail(notFound("view field", view_field_id))
      }
    }
    return Effect.void
  })

/** Fails with the platform's 400 if the `filter_prop` of a filter does not fit its type. */
export const checkFilters = (
  items: ReadonlyArray<Filter> | null | undefined,
  name: string
): Effect.Effect<void, BadRequest> => {
  const issues = (items ?? []).flatMap((filter, index) => {
    const message = problemWithFilter(filter)
    return message === undefined ? [] : [{ path: [name, index, "filter_prop"], message }]
  })
  return issues.length === 0 ? Effect.void : Effect.fail(invalid(issues))
}

/** Fails with the platform's 404 if one of these ids is not the id of a key value. */
export const checkIdentifiers = (state: State, ids: ReadonlyArray<string> | undefined): Effect.Effect<void, NotFound> =>
  Effect.suspend(() => {
    if (ids === undefined || ids.length === 0) {
      return Effect.void
    }
    const known = new Map<string, true>()
    for (const record of state.records.values()) {
      for (const id of record.identifier_ids) {
        known.set(id, true)
      }
    }
    return findAll(known, "identifier", ids)
  })
