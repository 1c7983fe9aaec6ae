import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { answerRecords } from "../records/handlers.js"
import { startWithStagingView, startWithViews } from "../recordViews/layouts.js"
import { Api } from "../server/api.js"
import { changes, edited, editedLists, patched } from "../server/changes.js"
import { newestFirst } from "../server/dates.js"
import { type BadRequest, type NotFound, refuse } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, newId, optionalId, type State, Store } from "../server/store.js"
import type { ActivityEvent } from "../workspace/model.js"
import { Activity, Comment } from "./model.js"
import { attachRecords, removeRecords } from "./records.js"
import type { ActivitySearch, ActivityUpdate, NewActivity } from "./routes.js"

const completedStatuses: ReadonlySet<string> = new Set(["complete", "done"])

/** Whether an activity with this status is completed. */
const isCompleted = (activity: Activity): boolean => completedStatuses.has(activity.status)

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

/** Fails with the platform's 404 if an id of a search does not exist. */
const checkSearch = (state: State, query: ActivitySearch): Effect.Effect<void, NotFound> =>
  Effect.gen(function* () {
    yield* findAll(state.activity_definitions, "activity definition", query.definition_ids)
    yield* findAll(state.records, "record", query.record_ids)
    yield* findAll(state.activity_labels, "label", query.label_ids?.flat())
    yield* findAll(state.members, "member", query.assigned_user_ids?.flat(), query.created_by)
    yield* findAll(state.activities, "activity", query.parent_id === "null" ? [] : query.parent_id)
  })

const create = (state: State, at: Moment, payload: NewActivity): Effect.Effect<Activity, NotFound> =>
  Effect.gen(function* () {
    yield* findAll(state.activity_definitions, "activity definition", payload.definition_id)
    yield* findAll(state.programs, "program", payload.program_ids)
    yield* findAll(state.members, "member", payload.assigned_user_ids, payload.subscriber_ids)
    const definition = payload.definition_id == null ? undefined : state.activity_definitions.get(payload.definition_id)
    const id = newId()
    const views = definition === undefined ? [] : startWithViews(state, at, definition, id)
    const stagingView = definition === undefined ? null : startWithStagingView(state, at, definition, id)
    const activity = Activity.make({
      id,
      definition_id: definition?.id ?? null,
      created_by: state.api_user_id,
      program_ids: payload.program_ids ?? definition?.program_ids ?? [],
      activity_type: payload.activity_type,
      title: payload.title,
      description: definition?.description ?? null,
      status: definition?.status ?? "to do",
      priority: definition?.priority ?? null,
      assigned_user_ids: payload.assigned_user_ids ?? definition?.assigned_user_ids ?? [],
      assigned_group_ids: definition?.assigned_group_ids ?? [],
      start_date: payload.start_date ?? null,
      duration: payload.duration ?? definition?.duration ?? null,
      aggregate_scheduling: definition?.aggregate_scheduling ?? false,
      label_ids: definition?.label_ids ?? [],
      subscriber_ids: payload.subscriber_ids ?? [],
      created_at: at.iso,
      workspace_id: state.workspace.id,
      properties: (definition?.properties ?? []).map((property) => ({
        ...property,
        id: newId(),
        created_at: at.iso,
        created_by: state.api_user_id,
        last_updated_by: state.api_user_id,
        resource_type: "task",
        resource_id: id
      })),
      last_activity_at: at.iso,
      data_table_record_mapping: Object.fromEntries([...views, ...optionalId(stagingView)].map((view) => [view, []])),
      registration_staging_record_view_id: stagingView
    })
    state.activities.set(id, activity)
    addEvent(state, at, "activity_created", "task", id, { title: activity.title })
    return activity
  })

const isBelow = (state: State, id: string, ancestorId: string): boolean => {
  const seen = new Set<string>()
  for (let next: string | null | undefined = id; next != null; next = state.activities.get(next)?.parent_id) {
    if (next === ancestorId) {
      return true
    }
    if (seen.has(next)) {
      return false
    }
    seen.add(next)
  }
  return false
}

const moveTo = (state: State, id: string, from: string | null, to: string | null): void => {
  for (const [parentId, added, removed] of [
    [from, [], [id]],
    [to, [id], []]
  ] as const) {
    const parent = parentId === null ? undefined : state.activities.get(parentId)
    if (parent !== undefined) {
      state.activities.set(parent.id, { ...parent, child_ids: edited(parent.child_ids, added, removed) })
    }
  }
}

const addComment = (state: State, at: Moment, activityId: string, content: Comment["content"]): void => {
  const comment = Comment.make({
    id: newId(),
    workspace_id: state.workspace.id,
    created_by: state.api_user_id,
    content,
    resource_type: "task",
    resource_id: activityId,
    created_at: at.precise,
    updated_at: at.precise
  })
  state.comments.set(comment.id, comment)
  addEvent(state, at, "comment_created", "task", activityId, { comment_id: comment.id })
}

const update = (
  state: State,
  at: Moment,
  id: string,
  payload: ActivityUpdate
): Effect.Effect<Activity, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", id)
    yield* findAll(state.activities, "activity", payload.parent_id, payload.add_dependencies)
    yield* findAll(state.activity_definitions, "activity definition", payload.definition_id)
    yield* findAll(state.activity_labels, "label", payload.add_label_ids)
    yield* findAll(state.programs, "program", payload.add_program_ids)
    yield* findAll(state.groups, "group", payload.add_assigned_group_ids)
    yield* findAll(
      state.members,
      "member",
      payload.add_assigned_user_ids,
      payload.add_reviewer_ids,
      payload.add_subscriber_ids
    )
    if (payload.parent_id != null && isBelow(state, payload.parent_id, id)) {
      return yield* refuse(["parent_id"], "The parent must not be the activity itself or an activity below it")
    }
    if (payload.add_dependencies?.includes(id) === true) {
      return yield* refuse(["add_dependencies"], "An activity cannot depend on itself")
    }
    const updated: Activity = {
      ...activity,
      ...patched(activity, payload, ["parent_id", "title", "description", "status", "priority", "definition_id"]),
      ...patched(activity, payload, ["due_date", "start_date", "duration", "aggregate_scheduling", "external_id"]),
      ...editedLists(activity, payload, ["dependencies", "label_ids", "program_ids", "reviewer_ids", "subscriber_ids"]),
      ...editedLists(activity, payload, ["assigned_user_ids", "assigned_group_ids"])
    }
    const changed = changes(activity, updated)
    const stored: Activity = {
      ...updated,
      completed_at_date:
        updated.status === activity.status ? activity.completed_at_date : isCompleted(updated) ? at.iso : null,
      last_activity_at: at.iso
    }
    state.activities.set(id, stored)
    if (stored.parent_id !== activity.parent_id) {
      moveTo(state, id, activity.parent_id, stored.parent_id)
    }
    if (Object.keys(changed).length > 0) {
      addEvent(state, at, "activity_updated", "task", id, changed)
    }
    if (payload.comment != null) {
      addComment(state, at, id, payload.comment)
    }
    return state.activities.get(id) ?? stored
  })

const eventsOf = (state: State, activityId: string): ReadonlyArray<ActivityEvent> =>
  newestFirst([...state.events.values()].filter((event) => event.resource_id === activityId)).map((event) => ({
    ...event,
    log: null
  }))

export const layer = HttpApiBuilder.group(Api, "activities", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listActivities", () => Effect.sync(() => [...store.state.activities.values()]))
      .handle("searchActivities", ({ urlParams }) =>
        Effect.suspend(() => Effect.as(checkSearch(store.state, urlParams), search(store.state, urlParams)))
      )
      .handle("createActivity", ({ payload }) =>
        store.change((state, at) => Effect.map(create(state, at, payload), (activity) => [activity]))
      )
      .handle("updateActivity", ({ path, payload }) => store.change((state, at) => update(state, at, path.id, payload)))
      .handle("listActivityEvents", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) => eventsOf(store.state, id))
      )
      .handle("listComments", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) =>
          [...store.state.comments.values()].filter((comment) => comment.resource_id === id)
        )
      )
      .handle("listActivityRecords", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), (activity) =>
          answerRecords(store.state, activity.all_record_ids)
        )
      )
      .handle("addActivityRecords", ({ path, payload }) =>
        store.change((state, at) =>
          Effect.gen(function* () {
            const activity = yield* find(state.activities, "activity", path.id)
            yield* findAll(state.records, "record", payload.record_ids)
            attachRecords(state, at, activity, payload.record_ids)
            return {}
          })
        )
      )
      .handle("removeActivityRecords", ({ path, payload }) =>
        store.change((state, at) =>
          removeRecords(state, at, path.id, payload.record_ids, payload.record_view_id ?? undefined)
        )
      )
      .handle("callBack", ({ path, payload }) =>
        store.change((state, at) =>
          Effect.map(find(state.activities, "activity", path.id), ({ id }) => {
            addEvent(state, at, "operation_callback", "task", id, { payload })
            return {}
          })
        )
      )
      .handle("listChildActivities", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), (activity) =>
          activity.child_ids.flatMap((id) => store.state.activities.get(id) ?? [])
        )
      )
  )
)
