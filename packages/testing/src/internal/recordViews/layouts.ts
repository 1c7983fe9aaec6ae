import type { ActivityDefinition, ContentLayoutItem } from "../activityDefinitions/model.js"
import { draftIdField } from "../entities/fields.js"
import { entityTypeFor } from "../entities/types.js"
import { union } from "../server/changes.js"
import { type Moment, newId, type State } from "../server/store.js"
import type { RecordView } from "./model.js"
import { withOwnColumns } from "./viewFields.js"

const inOrder = (definition: ActivityDefinition): ReadonlyArray<ContentLayoutItem> =>
  [...definition.content_layout].sort((a, b) => a.position_index - b.position_index)

/** Replaces the layout of a definition. Numbers the positions from 0, and removes references to placements that are gone. */
const withLayout = (definition: ActivityDefinition, items: ReadonlyArray<ContentLayoutItem>): ActivityDefinition => {
  const ids = new Set(items.map(({ id }) => id))
  const views = new Set(items.map((item) => item.record_view_id))
  const gone = new Set(
    definition.content_layout.map((item) => item.record_view_id).filter((id) => id != null && !views.has(id))
  )
  const keptItem = (id: string | null) => (id !== null && ids.has(id) ? id : null)
  const keptView = (id: string | null) => (gone.has(id) ? null : id)
  return {
    ...definition,
    content_layout: items.map((item, index) => ({ ...item, position_index: index })),
    registration_content_layout_id: keptItem(definition.registration_content_layout_id),
    registration_result_content_layout_id: keptItem(definition.registration_result_content_layout_id),
    registration_record_view_id: keptView(definition.registration_record_view_id),
    registration_result_record_view_id: keptView(definition.registration_result_record_view_id),
    queue_content_layout_ids: definition.queue_content_layout_ids.filter((id) => ids.has(id)),
    view_ids_to_add_to_when_record_attached: definition.view_ids_to_add_to_when_record_attached.filter(
      (id) => !gone.has(id)
    )
  }
}

const withDefinitions = (view: RecordView, ids: ReadonlyArray<string>): RecordView => ({
  ...view,
  operation_definition_ids: ids
})

/** Places a record view in the layout of a definition: at a position, or at its end. */
export const place = (
  state: State,
  view: RecordView,
  definition: ActivityDefinition,
  position: number | null | undefined
): void => {
  const items = inOrder(definition)
  const index = Math.min(position ?? items.length, items.length)
  const item: ContentLayoutItem = {
    id: newId(),
    component_type: "result_table",
    position_index: index,
    record_view_id: view.id
  }
  state.activity_definitions.set(
    definition.id,
    withLayout(definition, [...items.slice(0, index), item, ...items.slice(index)])
  )
  const ids = view.operation_definition_ids ?? []
  state.record_views.set(view.id, withDefinitions(view, ids.includes(definition.id) ? ids : [...ids, definition.id]))
}

/** Removes all placements of a record view, or one of them, from the layout of a definition. */
export const displace = (state: State, viewId: string, definition: ActivityDefinition, itemId?: string): void => {
  const isGone = (item: ContentLayoutItem): boolean =>
    item.record_view_id === viewId && (itemId === undefined || item.id === itemId)
  const items = inOrder(definition).filter((item) => !isGone(item))
  state.activity_definitions.set(definition.id, withLayout(definition, items))
  const view = state.record_views.get(viewId)
  if (view !== undefined && !items.some((item) => item.record_view_id === viewId)) {
    const ids = (view.operation_definition_ids ?? []).filter((id) => id !== definition.id)
    state.record_views.set(viewId, withDefinitions(view, ids))
  }
}

/** Removes a record view from all layouts. */
export const displaceEverywhere = (state: State, viewId: string): void => {
  for (const definition of state.activity_definitions.values()) {
    if (definition.content_layout.some((item) => item.record_view_id === viewId)) {
      displace(state, viewId, definition)
    }
  }
}

/** Removes a template from the settings of definitions that stage drafts on it. */
export const stopStaging = (state: State, templateId: string): void => {
  for (const definition of state.activity_definitions.values()) {
    if (definition.registration_staging_template_view_id === templateId) {
      state.activity_definitions.set(definition.id, { ...definition, registration_staging_template_view_id: null })
    }
  }
}

/** Replaces a record view by another one in all references of a definition. */
export const substitute = (state: State, from: RecordView, to: RecordView, definition: ActivityDefinition): void => {
  const other = (id: string | null) => (id === from.id ? to.id : id)
  state.activity_definitions.set(definition.id, {
    ...definition,
    content_layout: definition.content_layout.map((item) =>
      item.record_view_id === from.id ? { ...item, record_view_id: to.id } : item
    ),
    registration_record_view_id: other(definition.registration_record_view_id),
    registration_result_record_view_id: other(definition.registration_result_record_view_id),
    view_ids_to_add_to_when_record_attached: definition.view_ids_to_add_to_when_record_attached.map((id) =>
      id === from.id ? to.id : id
    )
  })
  state.record_views.set(to.id, withDefinitions(to, [definition.id]))
}

/** Moves the placements of a record view to a position. */
export const moveTo = (state: State, viewId: string, definition: ActivityDefinition, position: number): void => {
  const items = inOrder(definition)
  const others = items.filter((item) => item.record_view_id !== viewId)
  const index = Math.min(position, others.length)
  state.activity_definitions.set(
    definition.id,
    withLayout(definition, [
      ...others.slice(0, index),
      ...items.filter((item) => item.record_view_id === viewId),
      ...others.slice(index)
    ])
  )
}

/** A copy of a template for one activity. */
const ownView = (state: State, at: Moment, template: RecordView, activityId: string): RecordView => ({
  ...template,
  ...withOwnColumns(template),
  id: newId(),
  operation_ids: [activityId],
  operation_definition_ids: null,
  parent_record_view_id: template.id,
  is_template: false,
  template_name: null,
  created_by: state.api_user_id,
  last_updated_by: state.api_user_id,
  created_at: at.iso,
  updated_at: at.iso
})

const isUsable = (view: RecordView | undefined): view is RecordView =>
  view !== undefined && view.is_deleted !== true && !view.is_archived

/**
 * Gives a new activity the view on which its drafts are staged, if its definition has a template for it. The records of the
 * view have one key more than those of the template: the id that the platform gives to each draft.
 */
export const startWithStagingView = (
  state: State,
  at: Moment,
  definition: ActivityDefinition,
  activityId: string
): string | null => {
  const template = state.record_views.get(definition.registration_staging_template_view_id ?? "")
  if (!isUsable(template)) {
    return null
  }
  const own = ownView(state, at, template, activityId)
  const keys = state.entity_types.get(template.entity_slice_id)?.key_field_ids ?? []
  const type = entityTypeFor(state, at, union(keys, [draftIdField(state, at).id]))
  state.record_views.set(own.id, { ...own, entity_slice_id: type.id })
  return own.id
}

/**
 * Gives a new activity the record views of its definition, in the order of the layout. Of a template it gets a view of its
 * own. Other views are shared. Returns the views.
 */
export const startWithViews = (
  state: State,
  at: Moment,
  definition: ActivityDefinition,
  activityId: string
): ReadonlyArray<string> =>
  union(
    [],
    inOrder(definition).flatMap((item) => item.record_view_id ?? [])
  ).flatMap((id) => {
    const view = state.record_views.get(id)
    if (!isUsable(view)) {
      return []
    }
    const own: RecordView = view.is_template
      ? ownView(state, at, view, activityId)
      : { ...view, operation_ids: union(view.operation_ids ?? [], [activityId]) }
    state.record_views.set(own.id, own)
    return [own.id]
  })
