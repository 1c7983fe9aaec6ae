import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import type { ActivityDefinition } from "../activityDefinitions/model.js"
import { checkColumns, checkFilters } from "../records/references.js"
import { Api } from "../server/api.js"
import { patched, union } from "../server/changes.js"
import { type BadRequest, type NotFound, notFound, refuse } from "../server/problem.js"
import { find, findAll, type Moment, newId, type State, Store } from "../server/store.js"
import { addKeyField, mapRecords, replaceKeyFields } from "./keyFields.js"
import * as layouts from "./layouts.js"
import {
  RecordView,
  type RecordViewColorFilter,
  type RecordViewFilter,
  type RecordViewSort,
  ViewField
} from "./model.js"
import type { Bulk, NewTemplate, Promotion, TemplateContent, TemplateUpdate } from "./routes.js"
import { withOwnColumns } from "./viewFields.js"
import { checkHasNoDrafts, findTemplate, findView, log, viewsOf } from "./views.js"

const findDefinition = (state: State, id: string) => find(state.activity_definitions, "activity definition", id)

export const recordViews = HttpApiBuilder.group(Api, "record_views", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listRecordViews", () => Effect.sync(() => viewsOf(store.state)))
      .handle("addViewKeyField", ({ path, payload }) =>
        store.change((state, at) =>
          addKeyField(state, at, path.id, payload.new_key_field_name, payload.records_to_transfer ?? [])
        )
      )
      .handle("replaceViewKeyFields", ({ path, payload }) =>
        store.change((state, at) =>
          replaceKeyFields(
            state,
            at,
            path.id,
            payload.add_key_field_names ?? [],
            payload.remove_key_field_ids ?? [],
            payload.records_to_transfer ?? []
          )
        )
      )
  )
)

const isSameColumn = (a: ViewField, b: ViewField): boolean =>
  a.data_field_id === b.data_field_id && a.lookup_field_id === b.lookup_field_id && a.plot_field_id === b.plot_field_id

/** The columns that a request asks for. Copies of columns of other views get new ids. */
const columnsOf = (
  state: State,
  content: TemplateContent,
  viewFieldIds: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<ViewField>, NotFound> =>
  Effect.gen(function* () {
    const known = new Map(viewsOf(state).flatMap((view) => view.view_fields.map((field) => [field.id, field])))
    yield* findAll(known, "view field", viewFieldIds)
    yield* findAll(state.entity_fields, "data field", content.data_field_ids)
    return [
      ...viewFieldIds.map((id) => ViewField.make({ ...known.get(id), id: newId() })),
      ...(content.data_field_ids ?? []).map((id) => ViewField.make({ id: newId(), data_field_id: id })),
      ...(content.lookup_field_ids ?? []).map((id) => ViewField.make({ id: newId(), lookup_field_id: id })),
      ...(content.plot_field_ids ?? []).map((id) => ViewField.make({ id: newId(), plot_field_id: id }))
    ]
  })

type Sent<List extends "filters" | "sorts" | "color_filters"> = NonNullable<TemplateContent[List]>[number]

/** The column of a filter or a sort. A response has all three keys, also those that the request left out. */
const columnOf = (sent: Sent<"filters"> | Sent<"sorts">) => ({
  key_field_id: sent.key_field_id ?? null,
  view_field_id: sent.view_field_id ?? null,
  plot_field_config: sent.plot_field_config ?? null
})

const filterOf = (sent: Sent<"filters">): RecordViewFilter => ({
  ...columnOf(sent),
  filter_type: sent.filter_type,
  filter_prop: sent.filter_prop ?? null
})

const sortOf = (sent: Sent<"sorts">): RecordViewSort => ({ ...columnOf(sent), descending: sent.descending ?? false })

const colorFilterOf = (sent: Sent<"color_filters">): RecordViewColorFilter => ({ ...filterOf(sent), color: sent.color })

/** Applies a request to a template, except for its columns. */
const contentOf = (content: TemplateContent, stored: RecordView): RecordView => {
  return {
    ...stored,
    ...patched(stored, content, ["template_name", "program_ids", "record_set_ids_filter", "sort_order"]),
    ...patched(stored, content, ["sort_descending", "view_mode", "group_by_mode", "group_by_field_id"]),
    filters: content.filters === undefined ? stored.filters : (content.filters ?? []).map(filterOf),
    sorts: content.sorts === undefined ? stored.sorts : (content.sorts ?? []).map(sortOf),
    color_filters:
      content.color_filters === undefined ? stored.color_filters : (content.color_filters ?? []).map(colorFilterOf)
  }
}

const checkContent = (state: State, content: TemplateContent): Effect.Effect<void, NotFound | BadRequest> =>
  Effect.gen(function* () {
    yield* findAll(state.programs, "program", content.program_ids)
    yield* findAll(state.record_sets, "record set", content.record_set_ids_filter)
    yield* checkColumns(state, content.filters)
    yield* checkColumns(state, content.sorts)
    yield* checkColumns(state, content.color_filters)
    yield* checkFilters(content.filters, "filters")
    yield* checkFilters(content.color_filters, "color_filters")
  })

/** A template with the content of a view, or of another template. */
const templateFrom = (state: State, at: Moment, source: RecordView, viewName: string): RecordView => ({
  ...source,
  ...withOwnColumns(source),
  id: newId(),
  view_name: viewName,
  operation_ids: null,
  operation_definition_ids: [],
  parent_record_view_id: null,
  is_archived: false,
  is_template: true,
  created_by: state.api_user_id,
  last_updated_by: state.api_user_id,
  created_at: at.iso,
  updated_at: at.iso
})

const write = (state: State, at: Moment, type: string, template: RecordView): RecordView => {
  state.record_views.set(template.id, template)
  log(state, at, type, template.id)
  return template
}

const create = (state: State, at: Moment, payload: NewTemplate) =>
  Effect.gen(function* () {
    yield* findAll(state.entity_types, "entity type", payload.entity_slice_id)
    yield* checkContent(state, payload)
    const source =
      payload.source_view_id == null
        ? RecordView.make({
            id: "",
            view_name: payload.view_name,
            entity_slice_id: payload.entity_slice_id ?? "",
            workspace_id: state.workspace.id,
            created_at: at.iso,
            updated_at: at.iso
          })
        : yield* findView(state, payload.source_view_id)
    const columns = yield* columnsOf(state, payload, payload.view_field_ids ?? [])
    const template = contentOf(payload, {
      ...templateFrom(state, at, source, payload.view_name),
      template_name: null
    })
    return write(state, at, "record_view_template_created", {
      ...template,
      view_fields: [...template.view_fields, ...columns]
    })
  })

const update = (state: State, at: Moment, id: string, payload: TemplateUpdate) =>
  Effect.gen(function* () {
    const template = yield* findTemplate(state, id)
    yield* checkContent(state, payload)
    const own = new Map(template.view_fields.map((field) => [field.id, field]))
    yield* findAll(own, "view field of the template", payload.remove_view_field_ids)
    yield* findAll(own, "view field of the template", payload.reorder_view_field_ids)
    const saved = union(payload.view_field_ids ?? [], payload.save_view_field_ids ?? [])
    const added = yield* columnsOf(
      state,
      payload,
      saved.filter((id) => !own.has(id))
    )
    const remaining = [
      ...template.view_fields.filter((field) => payload.remove_view_field_ids?.includes(field.id) !== true),
      ...added.filter((column) => !template.view_fields.some((field) => isSameColumn(field, column)))
    ]
    const order = payload.reorder_view_field_ids ?? []
    const positionOf = (field: ViewField): number => {
      const index = order.indexOf(field.id)
      return index === -1 ? order.length : index
    }
    return write(state, at, "record_view_template_updated", {
      ...contentOf(payload, template),
      ...patched(template, payload, ["view_name", "is_archived"]),
      view_fields: remaining.sort((a, b) => positionOf(a) - positionOf(b)),
      last_updated_by: state.api_user_id,
      updated_at: at.iso
    })
  })

const promote = (state: State, at: Moment, payload: Promotion) =>
  Effect.gen(function* () {
    const source = yield* findView(state, payload.source_view_id)
    const definition = yield* findDefinition(state, payload.operation_definition_id)
    if (source.is_template) {
      return yield* refuse(["source_view_id"], "The view is already a template")
    }
    yield* checkHasNoDrafts(state, source)
    const template = write(state, at, "record_view_template_created", {
      ...templateFrom(state, at, source, payload.view_name),
      template_name: null
    })
    if (definition.content_layout.some((item) => item.record_view_id === source.id)) {
      layouts.substitute(state, source, template, definition)
      if (payload.position_index != null) {
        layouts.moveTo(state, template.id, yield* findDefinition(state, definition.id), payload.position_index)
      }
    } else {
      layouts.place(state, template, definition, payload.position_index)
    }
    layouts.displaceEverywhere(state, source.id)
    mapRecords(state, source.id, template.id, true)
    state.record_views.delete(source.id)
    log(state, at, "record_view_removed", source.id)
    return yield* findTemplate(state, template.id)
  })

const bulk = (state: State, payload: Bulk, change: (template: RecordView, definition: ActivityDefinition) => void) =>
  Effect.gen(function* () {
    yield* findTemplate(state, payload.template_view_id)
    yield* findAll(state.activity_definitions, "activity definition", payload.operation_definition_ids)
    for (const id of new Set(payload.operation_definition_ids)) {
      change(yield* findTemplate(state, payload.template_view_id), yield* findDefinition(state, id))
    }
    return {}
  })

export const templates = HttpApiBuilder.group(Api, "record_view_templates", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listTemplates", () => Effect.sync(() => viewsOf(store.state).filter((view) => view.is_template)))
      .handle("getTemplate", ({ path }) => Effect.suspend(() => findTemplate(store.state, path.id)))
      .handle("createTemplate", ({ payload }) => store.change((state, at) => create(state, at, payload)))
      .handle("updateTemplate", ({ path, payload }) => store.change((state, at) => update(state, at, path.id, payload)))
      .handle("deleteTemplate", ({ path }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          yield* findTemplate(state, path.id)
          layouts.displaceEverywhere(state, path.id)
          layouts.stopStaging(state, path.id)
          const template = yield* findTemplate(state, path.id)
          write(state, at, "record_view_template_deleted", {
            ...template,
            operation_definition_ids: [],
            is_deleted: true,
            updated_at: at.iso
          })
          return {}
        })
      )
      .handle("duplicateTemplate", ({ path }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const template = yield* findTemplate(store.state, path.id)
          return write(
            store.state,
            at,
            "record_view_template_created",
            templateFrom(store.state, at, template, `${template.view_name} (copy)`)
          )
        })
      )
      .handle("promoteView", ({ payload }) => store.change((state, at) => promote(state, at, payload)))
      .handle("linkTemplate", ({ payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          const template = yield* findTemplate(state, payload.template_view_id)
          const definition = yield* findDefinition(state, payload.operation_definition_id)
          layouts.place(state, template, definition, payload.position_index)
          log(state, at, "record_view_template_linked", template.id)
          return template
        })
      )
      .handle("unlinkTemplate", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          const template = yield* findTemplate(state, path.id)
          const definition = yield* findDefinition(state, payload.operation_definition_id)
          const isPlacement = definition.content_layout.some(
            (item) => item.id === payload.content_layout_id && item.record_view_id === template.id
          )
          if (!isPlacement) {
            return yield* Effect.fail(notFound("placement of the template", payload.content_layout_id))
          }
          layouts.displace(state, template.id, definition, payload.content_layout_id)
          log(state, at, "record_view_template_unlinked", template.id)
          return {}
        })
      )
      .handle("bulkLinkTemplate", ({ payload }) =>
        store.change((state, at) =>
          bulk(state, payload, (template, definition) => {
            layouts.place(state, template, definition, null)
            log(state, at, "record_view_template_linked", template.id)
          })
        )
      )
      .handle("bulkUnlinkTemplate", ({ payload }) =>
        store.change((state, at) =>
          bulk(state, payload, (template, definition) => {
            layouts.displace(state, template.id, definition)
            log(state, at, "record_view_template_unlinked", template.id)
          })
        )
      )
  )
)
