import { union } from "../server/changes.js"
import { addEvent, type Moment, type State } from "../server/store.js"
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
