import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { findTemplate } from "../recordViews/views.js"
import { Api } from "../server/api.js"
import { changes, edited, patched } from "../server/changes.js"
import type { NotFound } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, optionalId, type State, Store } from "../server/store.js"
import type { ActivityDefinition } from "./model.js"
import type { DefinitionUpdate } from "./routes.js"

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
      description: payload.description === undefined ? activity.description : definition.description,
      priority: payload.priority === undefined ? activity.priority : definition.priority,
      duration: payload.duration === undefined ? activity.duration : definition.duration,
      assigned_user_ids:
        payload.assigned_user_ids == null
          ? edited(activity.assigned_user_ids, payload.add_assigned_user_ids, payload.remove_assigned_user_ids)
          : definition.assigned_user_ids,
      assigned_group_ids: edited(
        activity.assigned_group_ids,
        payload.add_assigned_group_ids,
        payload.remove_assigned_group_ids
      ),
      label_ids: edited(activity.label_ids, payload.add_label_ids, payload.remove_label_ids),
      program_ids: edited(activity.program_ids, payload.add_program_ids, payload.remove_program_ids)
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
    yield* findAll(state.members, "member", payload.assigned_user_ids)
    yield* findAll(state.members, "member", payload.add_assigned_user_ids)
    yield* findAll(state.groups, "group", payload.add_assigned_group_ids)
    yield* findAll(state.activity_labels, "label", payload.add_label_ids)
    yield* findAll(state.programs, "program", payload.add_program_ids)
    yield* findAll(state.property_fields, "property field", optionalId(payload.registration_property_field_id))
    yield* findAll(state.entity_fields, "field", optionalId(payload.registration_status_field_id))
    const sets = payload.set_queue_content_layout_ids ?? []
    yield* findAll(state.record_views, "record view", [
      ...optionalId(payload.registration_record_view_id),
      ...optionalId(payload.registration_result_record_view_id),
      ...(payload.add_view_ids_to_add_to_when_record_attached ?? []),
      ...sets.map((set) => set.view_id)
    ])
    yield* findAll(new Map(definition.content_layout.map((item) => [item.id, item])), "content layout item", [
      ...optionalId(payload.registration_content_layout_id),
      ...optionalId(payload.registration_result_content_layout_id),
      ...sets.flatMap((set) => set.content_layout_ids)
    ])
    yield* Effect.forEach(optionalId(payload.registration_staging_template_view_id), (id) => findTemplate(state, id))
    const updated: ActivityDefinition = {
      ...definition,
      title: payload.title ?? definition.title,
      description: patched(payload.description, definition.description),
      status: payload.status ?? definition.status,
      priority: patched(payload.priority, definition.priority),
      is_archived: patched(payload.is_archived, definition.is_archived) ?? false,
      external_id: patched(payload.external_id, definition.external_id),
      duration: patched(payload.duration, definition.duration),
      aggregate_scheduling: patched(payload.aggregate_scheduling, definition.aggregate_scheduling) ?? false,
      assigned_user_ids: edited(
        patched(payload.assigned_user_ids, definition.assigned_user_ids) ?? [],
        payload.add_assigned_user_ids,
        payload.remove_assigned_user_ids
      ),
      assigned_group_ids: edited(
        definition.assigned_group_ids,
        payload.add_assigned_group_ids,
        payload.remove_assigned_group_ids
      ),
      label_ids: edited(definition.label_ids, payload.add_label_ids, payload.remove_label_ids),
      program_ids: edited(definition.program_ids, payload.add_program_ids, payload.remove_program_ids),
      registration_property_field_id: patched(
        payload.registration_property_field_id,
        definition.registration_property_field_id
      ),
      registration_record_view_id: patched(payload.registration_record_view_id, definition.registration_record_view_id),
      registration_content_layout_id: patched(
        payload.registration_content_layout_id,
        definition.registration_content_layout_id
      ),
      registration_status_field_id: patched(
        payload.registration_status_field_id,
        definition.registration_status_field_id
      ),
      registration_result_record_view_id: patched(
        payload.registration_result_record_view_id,
        definition.registration_result_record_view_id
      ),
      registration_result_content_layout_id: patched(
        payload.registration_result_content_layout_id,
        definition.registration_result_content_layout_id
      ),
      registration_staging_template_view_id: patched(
        payload.registration_staging_template_view_id,
        definition.registration_staging_template_view_id
      ),
      view_ids_to_add_to_when_record_attached: edited(
        definition.view_ids_to_add_to_when_record_attached,
        payload.add_view_ids_to_add_to_when_record_attached,
        payload.remove_view_ids_to_add_to_when_record_attached
      ),
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
        Effect.flatMap(store.now, (at) => update(store.state, at, path.id, payload))
      )
  )
)
