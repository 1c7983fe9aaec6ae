import * as Effect from "effect/Effect"
import type { Record } from "../records/model.js"
import { union } from "../server/changes.js"
import { type BadRequest, type Conflict, conflict, type NotFound, refuse } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, optionalId, type State } from "../server/store.js"
import type { Activity } from "./model.js"

/** The view that an activity has of a template. The given view if it has none. */
export const viewOfActivity = (state: State, activityId: string, viewId: string): string => {
  for (const view of state.record_views.values()) {
    if (view.parent_record_view_id === viewId && view.operation_ids?.includes(activityId) === true) {
      return view.id
    }
  }
  return viewId
}

/** Adds records to an activity and to some of its record views. Records that it already has do not change. */
export const attachRecords = (
  state: State,
  at: Moment,
  activity: Activity,
  recordIds: ReadonlyArray<string>,
  viewIds: ReadonlyArray<string> = []
): void => {
  const current = state.activities.get(activity.id) ?? activity
  const present = new Set(current.all_record_ids)
  const added = [...new Set(recordIds)].filter((id) => !present.has(id))
  const definition = current.definition_id === null ? undefined : state.activity_definitions.get(current.definition_id)
  const mapping = { ...current.data_table_record_mapping }
  for (const viewId of definition?.view_ids_to_add_to_when_record_attached ?? []) {
    const id = viewOfActivity(state, activity.id, viewId)
    mapping[id] = union(mapping[id] ?? [], added)
  }
  for (const id of viewIds) {
    mapping[id] = union(mapping[id] ?? [], recordIds)
  }
  state.activities.set(activity.id, {
    ...current,
    all_record_ids: [...current.all_record_ids, ...added],
    data_table_record_mapping: mapping,
    last_activity_at: at.iso
  })
  if (added.length === 0) {
    return
  }
  for (const id of added) {
    const record = state.records.get(id)
    if (record !== undefined) {
      state.records.set(id, {
        ...record,
        operation_records_created_at: { ...record.operation_records_created_at, [activity.id]: at.precise }
      })
    }
  }
  addEvent(state, at, "records_added", "task", activity.id, { record_ids: added })
}

/** A record without the values that it has in an activity, or on one view of it. */
const withoutValues = (record: Record, activityId: string, viewId: string | undefined): Record => {
  const values: { [fieldId: string]: Record["record_values"][string] } = {}
  for (const [fieldId, list] of Object.entries(record.record_values)) {
    const others = list.filter(
      (value) => value.operation_id !== activityId || (viewId !== undefined && value.record_view_id !== viewId)
    )
    if (others.length > 0) {
      values[fieldId] = others
    }
  }
  return { ...record, record_values: values }
}

/** Removes records from an activity, or from one view of it, and deletes the values that they have there. */
export const removeRecords = (
  state: State,
  at: Moment,
  id: string,
  recordIds: ReadonlyArray<string>,
  viewId: string | undefined
): Effect.Effect<Activity, NotFound | BadRequest | Conflict> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", id)
    yield* findAll(state.record_views, "record view", optionalId(viewId))
    if (activity.status === "locked") {
      return yield* conflict("The activity is locked, so its records cannot be removed")
    }
    const mapping = activity.data_table_record_mapping
    const there = viewId === undefined ? activity.all_record_ids : mapping[viewId]
    if (there === undefined) {
      return yield* refuse(["record_view_id"], "is not a view of the activity")
    }
    const present = new Set(there)
    const missing = recordIds.findIndex((recordId) => !present.has(recordId))
    if (missing >= 0) {
      return yield* refuse(
        ["record_ids", missing],
        `is not on the ${viewId === undefined ? "activity" : "view"}: ${JSON.stringify(recordIds[missing])}`
      )
    }
    const removed = new Set(recordIds)
    for (const recordId of removed) {
      const record = state.records.get(recordId)
      if (record !== undefined) {
        const { [id]: _, ...others } = record.operation_records_created_at
        state.records.set(recordId, {
          ...withoutValues(record, id, viewId),
          operation_records_created_at: viewId === undefined ? others : record.operation_records_created_at
        })
      }
    }
    const without = (ids: ReadonlyArray<string>) => ids.filter((recordId) => !removed.has(recordId))
    const updated: Activity = {
      ...activity,
      all_record_ids: viewId === undefined ? without(activity.all_record_ids) : activity.all_record_ids,
      data_table_record_mapping: Object.fromEntries(
        Object.entries(mapping).map(([view, ids]) => [
          view,
          viewId === undefined || view === viewId ? without(ids) : ids
        ])
      ),
      last_activity_at: at.iso
    }
    state.activities.set(id, updated)
    addEvent(state, at, "records_removed", "task", id, { record_ids: [...removed], record_view_id: viewId ?? null })
    return updated
  })
