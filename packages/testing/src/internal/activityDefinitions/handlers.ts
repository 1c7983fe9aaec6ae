import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { findTemplate } from "../recordViews/views.js"
import { Api } from "../server/api.js"
import { changes, editedLists, patched } from "../server/changes.js"
import type { NotFound } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, type State, Store } from "../server/store.js"
import type { ActivityDefinition } from "./model.js"
import type { DefinitionUpdate } from "./routes.js"

/** The lists of ids that a definition shares with its activities. */
const lists = ["assigned_user_ids", "assigned_group_ids", "label_ids", "program_ids"] as const

const registrationFields = [
  "registration_property_field_id",
  "registration_record_view_id",
  "registration_content_layout_id",
  "registration_status_field_id",
  "registration_result_record_view_id",
  "registration_result_content_layout_id",
  "registration_staging_template_view_id"
] as const

/** The placements that queued records go to. Those of the given views are replaced. */
const queuePlacements = (
  definition: ActivityDefinition,
  sets: NonNullable<DefinitionUpdate["set_queue_content_layout_ids"]>
): ReadonlyArray<string> => {
  const views = new Set(sets.map((set) => set.view_id))
  const replaced = new Set(
    definition.content_layout.filter((item) => views.has(item.record_view_id ?? "")).map((item) => item.id)
  )
  return [
    ...definition.queue_content_layout_ids.filter((id) => !replaced.has(id)),
    ...new Set(sets.flatMap((set) => set.content_layout_ids))
  ]
}

/** Applies a change of a definition to the activities that were made from it. */
const propagate = (state: State, at: Moment, definition: ActivityDefinition, payload: DefinitionUpdate): void => {
  for (const activity of state.activities.values()) {
    if (activity.definition_id !== definition.id) {
      continue
    }
    const updated = {
      ...activity,
      ...patched(activity, payload, ["description", "priority", "duration"]),
      ...editedLists(activity, payload, lists),
      ...(payload.assigned_user_ids == null ? {} : { assigned_user_ids: definition.assigned_user_ids })
    }
    const changed = changes(activity, updated)
    if (Object.keys(changed).length > 0) {
      state.activities.set(activity.id, { ...updated, last_activity_at: at.iso })
      addEvent(state, at, "activity_updated", "task", activity.id, changed)
    }
  }
}

const update = (
  state: State,
  at: Moment,
  id: string,
  payload: DefinitionUpdate
): Effect.Effect<ActivityDefinition, NotFound> =>
  Effect.gen(function* () {
    const definition = yield* find(state.activity_definitions, "activity definition", id)
    yield* findAll(state.members, "member", payload.assigned_user_ids, payload.add_assigned_user_ids)
    yield* findAll(state.groups, "group", payload.add_assigned_group_ids)
    yield* findAll(state.activity_labels, "label", payload.add_label_ids)
    yield* findAll(state.programs, "program", payload.add_program_ids)
    yield* findAll(state.property_fields, "property field", payload.registration_property_field_id)
    yield* findAll(state.entity_fields, "field", payload.registration_status_field_id)
    const sets = payload.set_queue_content_layout_ids ?? []
    yield* findAll(
      state.record_views,
      "record view",
      payload.registration_record_view_id,
      payload.registration_result_record_view_id,
      payload.add_view_ids_to_add_to_when_record_attached,
      sets.map((set) => set.view_id)
    )
    yield* findAll(
      new Map(definition.content_layout.map((item) => [item.id, item])),
      "content layout item",
      payload.registration_content_layout_id,
      payload.registration_result_content_layout_id,
      sets.flatMap((set) => set.content_layout_ids)
    )
    if (payload.registration_staging_template_view_id != null) {
      yield* findTemplate(state, payload.registration_staging_template_view_id)
    }
    const updated: ActivityDefinition = {
      ...definition,
      ...patched(definition, payload, ["title", "description", "status", "priority", "is_archived", "external_id"]),
      ...patched(definition, payload, ["duration", "aggregate_scheduling", ...registrationFields]),
      ...editedLists({ ...definition, ...patched(definition, payload, ["assigned_user_ids"]) }, payload, lists),
      ...editedLists(definition, payload, ["view_ids_to_add_to_when_record_attached"]),
      queue_content_layout_ids: queuePlacements(definition, sets)
    }
    state.activity_definitions.set(id, updated)
    addEvent(state, at, "activity_definition_updated", "task_definition", id, changes(definition, updated))
    if (payload.propagate_to_instances === true) {
      propagate(state, at, updated, payload)
    }
    return updated
  })

export const layer = HttpApiBuilder.group(Api, "activity_definitions", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listDefinitions", () => Effect.sync(() => [...store.state.activity_definitions.values()]))
      .handle("updateDefinition", ({ path, payload }) =>
        store.change((state, at) => update(state, at, path.id, payload))
      )
  )
)
