import * as Effect from "effect/Effect"
import { draftIdFieldId } from "../entities/fields.js"
import type { EntityType } from "../entities/model.js"
import {
  addDraft,
  archiveDrafts,
  checkAreDrafts,
  checkNotInFlight,
  editDrafts,
  inFlight,
  stagingView
} from "../registration/drafts.js"
import { type BadRequest, type Conflict, conflict, type NotFound, refuse } from "../server/problem.js"
import { addEvent, find, type Moment, newId, type State } from "../server/store.js"
import { type DraftImport, Import, type ImportResult, type RowError } from "./model.js"
import type { NewImport, RunOfImport } from "./routes.js"
import { contentsOf, read } from "./rows.js"

/** What an import did. */
export interface Outcome {
  readonly entityTypeId: string
  readonly result: ImportResult
}

/** What an import did, in the form of responses. */
export const outcomeOf = (
  type: EntityType,
  rows: number,
  errors: ReadonlyArray<RowError>,
  counts: { readonly failed: number; readonly created: number; readonly updated: number; readonly added: number }
): Outcome => ({
  entityTypeId: type.id,
  result: {
    records_created: counts.created,
    records_skipped: counts.failed,
    records_updated: counts.updated,
    fields_added: counts.added,
    validation_result: {
      total_processed: rows,
      successful: rows - counts.failed,
      failed: counts.failed,
      errors
    }
  }
})

/** Adds an import that has not started. */
export const addImport = (state: State, at: Moment, operationId: string | null, sourceId: string | null): Import => {
  const added = Import.make({
    id: newId(),
    import_status: "pending",
    created_at: at.iso,
    operation_id: operationId,
    source_id: sourceId
  })
  state.imports.set(added.id, added)
  addEvent(state, at, "import_created", "import", added.id)
  return added
}

/** Stores the rows of an import of drafts. It waits until it is run. */
export const createStaging = (
  state: State,
  at: Moment,
  payload: NewImport
): Effect.Effect<Import, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", payload.operation_id)
    yield* stagingView(state, activity)
    const added = addImport(state, at, activity.id, null)
    state.draft_imports.set(added.id, {
      import_id: added.id,
      operation_id: activity.id,
      data: payload.data_json,
      run: null
    })
    return added
  })

/** Fails with the platform's 400 if a column or a field is there twice. */
const checkUnique = (names: ReadonlyArray<string>): Effect.Effect<void, BadRequest> => {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined
    ? Effect.void
    : refuse(["data_field_configurations"], `${JSON.stringify(twice)} is configured twice`)
}

/** Checks the configuration of an import of drafts, and starts it. */
export const startStaging = (
  state: State,
  at: Moment,
  id: string,
  payload: RunOfImport
): Effect.Effect<void, NotFound | BadRequest | Conflict> =>
  Effect.gen(function* () {
    yield* find(state.imports, "import", id)
    const pending = state.draft_imports.get(id)
    if (pending === undefined || pending.run !== null) {
      return yield* conflict("The import was run before, or is not an import of drafts")
    }
    const activity = yield* find(state.activities, "activity", pending.operation_id)
    const view = yield* stagingView(state, activity)
    yield* find(state.record_views, "record view", payload.record_view_id)
    if (payload.record_view_id !== view.id) {
      return yield* refuse(["record_view_id"], "is not the view on which the activity stages its drafts")
    }
    const type = yield* find(state.entity_types, "entity type", view.entity_slice_id)
    const wanted = new Map(
      type.key_field_ids
        .filter((key) => key !== draftIdFieldId)
        .map((key) => [state.entity_fields.get(key)?.field_name ?? key, key])
    )
    const keys = payload.key_field_configurations.map(({ name }) => name)
    const wrong = keys.findIndex((name) => !wanted.has(name))
    if (wrong >= 0) {
      return yield* refuse(["key_field_configurations", wrong, "name"], "is not a key field of the staging view")
    }
    const missing = [...wanted.keys()].find((name) => !keys.includes(name))
    if (missing !== undefined) {
      return yield* refuse(["key_field_configurations"], `The key field ${JSON.stringify(missing)} is missing`)
    }
    const columns = payload.data_field_configurations
    yield* checkUnique([...keys, ...columns.map(({ name }) => name)])
    yield* checkUnique(columns.map(({ mapped_field_id }) => mapped_field_id))
    const shown = new Set(view.view_fields.map((field) => field.data_field_id))
    for (const [index, column] of columns.entries()) {
      const field = state.entity_fields.get(column.mapped_field_id)
      const path = ["data_field_configurations", index]
      if (field === undefined || !shown.has(field.id)) {
        return yield* refuse([...path, "mapped_field_id"], "is not a data field of the staging view")
      }
      if (field.field_type !== column.type) {
        return yield* refuse([...path, "type"], `The field has the type ${field.field_type}`)
      }
    }
    const known = new Set([...keys, ...columns.map(({ name }) => name)])
    const unknown = pending.data.flatMap(Object.keys).find((name) => !known.has(name))
    if (unknown !== undefined) {
      return yield* refuse(
        ["data_field_configurations"],
        `The column ${JSON.stringify(unknown)} is neither a key nor mapped to a data field of the staging view`
      )
    }
    const replaced = payload.replace_draft_record_ids ?? []
    yield* checkAreDrafts(activity, replaced, ["replace_draft_record_ids"])
    yield* checkNotInFlight(state, activity.id, replaced)
    state.draft_imports.set(id, {
      ...pending,
      run: {
        submitted_at: at.millis,
        record_view_id: view.id,
        key_fields: Object.fromEntries(wanted),
        data_fields: Object.fromEntries(columns.map(({ mapped_field_id, name }) => [name, mapped_field_id])),
        replace_draft_record_ids: replaced
      }
    })
  })

/** Makes drafts of the rows. A row with errors is skipped. A string is the reason why the import failed. */
export const runStaging = (
  state: State,
  moments: () => Moment,
  pending: Omit<DraftImport, "run">,
  run: NonNullable<DraftImport["run"]>
): Outcome | string => {
  const activity = state.activities.get(pending.operation_id)
  const view = state.record_views.get(run.record_view_id)
  const type = state.entity_types.get(view?.entity_slice_id ?? "")
  if (activity === undefined || view === undefined || type === undefined) {
    return "The view for drafts does not exist any more"
  }
  const busy = inFlight(state, activity.id)
  if (run.replace_draft_record_ids.some((id) => busy.has(id))) {
    return "A draft that the import replaces was submitted in the meantime"
  }
  const fieldsOf = (ids: { readonly [column: string]: string }) =>
    Object.entries(ids).flatMap(([column, id]) => {
      const field = state.entity_fields.get(id)
      return field === undefined ? [] : [[column, field] as const]
    })
  const columns = { keys: fieldsOf(run.key_fields), data: fieldsOf(run.data_fields) }
  const errors: Array<RowError> = []
  const drafts: Array<string> = []
  for (const row of pending.data) {
    // No field is unique among drafts: the registrar decides what is a duplicate.
    const parsed = read(state, row, columns, type, new Map())
    errors.push(...parsed.errors)
    if (parsed.errors.length === 0) {
      drafts.push(addDraft(state, moments(), activity, view, type, parsed.keys, contentsOf(row, columns)).id)
    }
  }
  editDrafts(state, moments(), activity.id, drafts, [])
  if (drafts.length > 0) {
    archiveDrafts(state, moments(), activity.id, run.replace_draft_record_ids, "archived")
  }
  const failed = pending.data.length - drafts.length
  return outcomeOf(type, pending.data.length, errors, { failed, created: drafts.length, updated: 0, added: 0 })
}
