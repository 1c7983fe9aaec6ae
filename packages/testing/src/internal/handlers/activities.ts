import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import type { ActivitySearch } from "../api/activities.js"
import { Api } from "../api.js"
import type { Activity } from "../model/activities.js"
import { find, type State, Store } from "../store.js"

const completedStatuses: ReadonlySet<string> = new Set(["complete", "done"])

/** Whether an activity in this status is over. */
export const isCompleted = (activity: Activity): boolean => completedStatuses.has(activity.status)

const isCompletedTree = (state: State, activity: Activity, seen: ReadonlySet<string>): boolean =>
  isCompleted(activity) &&
  activity.child_ids.every((id) => {
    const child = state.activities.get(id)
    return child === undefined || seen.has(id) || isCompletedTree(state, child, new Set([...seen, id]))
  })

const isAnyOf = <Item>(wanted: ReadonlyArray<Item> | undefined, test: (item: Item) => boolean): boolean =>
  wanted === undefined || wanted.length === 0 || wanted.some(test)

const areAllAnyOf = <Item>(
  wanted: ReadonlyArray<ReadonlyArray<Item>> | undefined,
  test: (item: Item) => boolean
): boolean => wanted === undefined || wanted.every((some) => isAnyOf(some, test))

const search = (state: State, query: ActivitySearch): ReadonlyArray<Activity> => {
  const searchText = query.search_text?.toLowerCase()
  const found: Array<Activity> = []
  for (const activity of state.activities.values()) {
    if (found.length === (query.limit ?? Number.POSITIVE_INFINITY)) {
      break
    }
    if (
      (searchText === undefined ||
        activity.title.toLowerCase().includes(searchText) ||
        activity.external_id?.toLowerCase().includes(searchText) === true) &&
      isAnyOf(query.activity_types, (type) => activity.activity_type === type) &&
      isAnyOf(query.definition_ids, (id) => activity.definition_id === id) &&
      isAnyOf(query.record_ids, (id) => activity.all_record_ids.includes(id)) &&
      areAllAnyOf(query.statuses, (status) => activity.status === status) &&
      areAllAnyOf(query.label_ids, (id) => activity.label_ids.includes(id)) &&
      areAllAnyOf(query.assigned_user_ids, (id) => activity.assigned_user_ids.includes(id)) &&
      (query.created_by === undefined || activity.created_by === query.created_by) &&
      (query.parent_id === undefined ||
        (query.parent_id === "null" ? activity.parent_id === null : activity.parent_id === query.parent_id)) &&
      !(query.completed_behavior === "hide-all" && isCompleted(activity)) &&
      !(query.completed_behavior === "hide-completed-trees" && isCompletedTree(state, activity, new Set([activity.id])))
    ) {
      found.push(activity)
    }
  }
  return found
}

export const layer = HttpApiBuilder.group(Api, "activities", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listActivities", () => Effect.sync(() => [...store.state.activities.values()]))
      .handle("searchActivities", ({ urlParams }) => Effect.sync(() => search(store.state, urlParams)))
      .handle("listChildActivities", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), (activity) =>
          activity.child_ids.flatMap((id) => store.state.activities.get(id) ?? [])
        )
      )
  )
)
