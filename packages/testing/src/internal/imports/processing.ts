import * as Effect from "effect/Effect"
import { attachRecords } from "../activities/records.js"
import { createField, fieldNamed } from "../entities/fields.js"
import type { EntityField, FieldType } from "../entities/model.js"
import { entityTypeFor } from "../entities/types.js"
import { isNothing } from "../records/contents.js"
import { newestOf } from "../records/filters.js"
import type { Record, RecordSet, RecordValue } from "../records/model.js"
import { addRecordLater, newRecord, newValue } from "../records/records.js"
import { ViewField } from "../recordViews/model.js"
import { union } from "../server/changes.js"
import { ownProperty } from "../server/ownProperty.js"
import { addEvent, type Moment, newId, type State, type Store } from "../server/store.js"
import type { Import, PendingImport, RowError } from "./model.js"
import { type Columns, type Content, contentsOf, keysOf, read, uniqueValues } from "./rows.js"
import { addImport, type Outcome, outcomeOf, runStaging } from "./staging.js"

/** When an import starts and when it is done, in milliseconds after it was submitted. */
const schedule = { start: 100, end: 300 }

/** The type of a field that an import creates: the common type of all values, or text. */
const typeOf = (contents: ReadonlyArray<unknown>): FieldType =>
  contents.every((content) => typeof content === "number")
    ? "number"
    : contents.every((content) => typeof content === "boolean")
      ? "boolean"
      : "text"

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Finds or creates the fields of an import. A string is the reason why the import cannot run. */
const resolve = (state: State, at: Moment, pending: PendingImport): (Columns & { readonly added: number }) | string => {
  const before = state.entity_fields.size
  const all = new Set<string>()
  for (const row of pending.data) {
    for (const column of Object.keys(row)) all.add(column)
  }
  const columns = [...all].filter((column) => !pending.key_fields.includes(column))
  if (pending.keys_are === "ids") {
    const unknownKey = pending.key_fields.find((id) => state.entity_fields.get(id)?.is_key !== true)
    if (unknownKey !== undefined) {
      return `There is no key field with the id ${JSON.stringify(unknownKey)}`
    }
    const unknown = columns.find((id) => state.entity_fields.get(id)?.is_key !== false)
    if (unknown !== undefined) {
      return `There is no data field with the id ${JSON.stringify(unknown)}`
    }
  }
  const fieldFor = (column: string, isKey: boolean): readonly [string, EntityField] => [
    column,
    (pending.keys_are === "ids" ? state.entity_fields.get(column) : fieldNamed(state, column, isKey)) ??
      createField(state, at, {
        field_name: column,
        field_type: isKey
          ? "text"
          : typeOf(pending.data.map((row) => ownProperty(row, column)).filter((content) => !isNothing(content))),
        is_key: isKey,
        import_id: pending.import_id
      })
  ]
  const keys = [...new Set(pending.key_fields)].map((column) => fieldFor(column, true))
  const data = columns
    .filter((column) => pending.data.some((row) => !isNothing(ownProperty(row, column))))
    .map((column) => fieldFor(column, false))
  return { keys, data, added: state.entity_fields.size - before }
}

/** Adds the fields of an import to the columns of record views. */
const addColumns = (state: State, at: Moment, viewIds: ReadonlyArray<string>, columns: Columns): void => {
  for (const id of viewIds) {
    const view = state.record_views.get(id)
    if (view !== undefined) {
      const present = new Set(view.view_fields.map((field) => field.data_field_id))
      const added = columns.data.filter(([, field]) => !present.has(field.id))
      state.record_views.set(id, {
        ...view,
        view_fields: [
          ...view.view_fields,
          ...added.map(([, field]) => ViewField.make({ id: newId(), data_field_id: field.id }))
        ],
        updated_at: at.iso
      })
    }
  }
}

const addToSet = (state: State, name: string, recordIds: Iterable<string>): void => {
  const existing = [...state.record_sets.values()].find((set) => set.set_name === name)
  const set: RecordSet = existing ?? { id: newId(), set_name: name, record_ids: [] }
  state.record_sets.set(set.id, { ...set, record_ids: union(set.record_ids, recordIds) })
}

/** The activity and the record view of values. */
interface Place {
  readonly operation_id: string | null
  readonly record_view_id: string | null
}

const placeOf = ({ operation_id, record_view_ids: [view, ...others] }: PendingImport): Place => ({
  operation_id,
  record_view_id: others.length === 0 ? (view ?? null) : null
})

/** A record with the contents of a row. It is not stored yet. */
const withContents = (
  state: State,
  at: Moment,
  { operation_id, record_view_id }: Place,
  record: Record,
  contents: ReadonlyArray<Content>
): Record => {
  // A copy that is made by spreading takes several times as long to add to.
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = {}
  for (const [fieldId, list] of Object.entries(record.record_values)) {
    values[fieldId] = list
  }
  for (const [field, content] of contents) {
    const before = ownProperty(values, field.id)
    const newest = newestOf(before, operation_id ?? undefined)
    const isThere =
      newest?.record_id === record.id &&
      newest.operation_id === operation_id &&
      newest.record_view_id === record_view_id &&
      isSame(newest.content, content)
    if (!isThere) {
      const value = newValue(state, at, record, { content, operation_id, record_view_id })
      values[field.id] = before === undefined ? [value] : [value, ...before]
    }
  }
  return { ...record, record_values: values }
}

/** Runs an import. A string is the reason why it failed. */
const run = (
  state: State,
  moments: () => Moment,
  pending: PendingImport,
  sourceId: string | null
): Outcome | string => {
  const at = moments()
  const columns = resolve(state, at, pending)
  if (typeof columns === "string") {
    return columns
  }
  const type = entityTypeFor(
    state,
    at,
    columns.keys.map(([, field]) => field.id),
    { importId: pending.import_id, sourceId }
  )
  const place = placeOf(pending)
  const unique = uniqueValues(state, columns, type)
  const errors: Array<RowError> = []
  const created = new Set<string>()
  const updated = new Set<string>()
  let failed = 0
  for (const row of pending.data) {
    const parsed = read(state, row, columns, type, unique)
    if (parsed.errors.length > 0) {
      errors.push(...parsed.errors)
      failed += 1
      continue
    }
    const { existing } = parsed
    const rowAt = moments()
    const id = existing?.id ?? newId()
    if (existing === undefined) {
      created.add(id)
      addRecordLater(state, id, type, parsed.keys, parsed.keyIndex, (subRecordIds) => {
        const record = newRecord(state, at, type, keysOf(row, columns), place.operation_id, { id, subRecordIds })
        return withContents(state, rowAt, place, record, contentsOf(row, columns))
      })
    } else {
      if (!created.has(id)) {
        updated.add(id)
      }
      state.records.set(id, withContents(state, rowAt, place, existing, contentsOf(row, columns)))
    }
    if (unique.size > 0) {
      for (const [field, content] of contentsOf(row, columns)) {
        unique.get(field.id)?.set(JSON.stringify(content), id)
      }
    }
  }
  const touched = [...created, ...updated]
  addColumns(state, at, union(pending.record_view_ids, pending.add_fields_to_record_view_ids), columns)
  if (pending.set_name !== null) {
    addToSet(state, pending.set_name, touched)
  }
  if (pending.program_id !== null) {
    for (const id of touched) {
      state.record_program_ids.set(id, union(state.record_program_ids.get(id) ?? [], [pending.program_id]))
    }
  }
  const activity = pending.operation_id === null ? undefined : state.activities.get(pending.operation_id)
  if (activity !== undefined) {
    attachRecords(state, at, activity, touched, pending.record_view_ids)
  }
  return outcomeOf(type, pending.data.length, errors, {
    failed,
    created: created.size,
    updated: updated.size,
    added: columns.added
  })
}

/** An import that was started. */
interface Job {
  readonly import_id: string
  readonly submitted_at: number
  /** Runs the import. A string is the reason why it failed. */
  readonly run: (submitted: Import) => Outcome | string
}

const isoAt = (job: Job, delay: number): string => new Date(job.submitted_at + delay).toISOString()

const finish = (state: State, moments: () => Moment, job: Job, submitted: Import): void => {
  const outcome = job.run(submitted)
  const done = {
    ...submitted,
    is_complete: true,
    started_at: isoAt(job, schedule.start),
    completed_at: isoAt(job, schedule.end)
  }
  state.imports.set(
    submitted.id,
    typeof outcome === "string"
      ? { ...done, import_status: "failed", error_message: outcome }
      : {
          ...done,
          import_status: "complete",
          entity_slice_id: outcome.entityTypeId,
          import_result: outcome.result
        }
  )
  addEvent(
    state,
    moments(),
    typeof outcome === "string" ? "import_failed" : "import_completed",
    "import",
    submitted.id,
    {},
    true
  )
}

const jobsOf = (state: State, moments: () => Moment): ReadonlyArray<Job> => [
  ...[...state.pending_imports.values()].map((pending) => ({
    ...pending,
    run: (submitted: Import) => run(state, moments, pending, submitted.source_id)
  })),
  ...[...state.draft_imports.values()].flatMap(({ run, ...pending }) =>
    run === null
      ? []
      : { ...pending, submitted_at: run.submitted_at, run: () => runStaging(state, moments, pending, run) }
  )
]

/** Runs the imports that are due, in the order in which they were submitted, up to the one with the id `last`. */
const advance = (state: State, moments: () => Moment, last: string | undefined): void => {
  const { millis } = moments()
  for (const job of jobsOf(state, moments)) {
    const submitted = state.imports.get(job.import_id)
    const isDue = millis >= job.submitted_at + schedule.end
    if (submitted === undefined || isDue) {
      state.pending_imports.delete(job.import_id)
      state.draft_imports.delete(job.import_id)
    }
    if (submitted !== undefined && isDue) {
      finish(state, moments, job, submitted)
    } else if (submitted?.import_status === "pending" && millis >= job.submitted_at + schedule.start) {
      state.imports.set(submitted.id, {
        ...submitted,
        import_status: "running",
        started_at: isoAt(job, schedule.start)
      })
    }
    if (job.import_id === last) return
  }
}

/** Starts and finishes imports that are due: all, or those up to the one with the id `last`. Called before the state is read. */
export const advanceImports = (store: typeof Store.Service, last?: string): Effect.Effect<void> =>
  Effect.suspend(() =>
    store.state.pending_imports.size + store.state.draft_imports.size === 0
      ? Effect.void
      : Effect.map(store.moments, (moments) => advance(store.state, moments, last))
  )

/**
 * Advances the imports that a request sees. One that pushes rows sees none, and one that reads an import sees it and those
 * before: running all that are due would let many readers wait for the longest.
 */
export const advanceImportsFor = (
  store: typeof Store.Service,
  { method, url }: { readonly method: string; readonly url: string }
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const path = url.replace(/[?#].*$/, "").replace(/\/$/, "")
    if (method === "POST" && /^\/push\/imports(\/|$)/.test(path)) return Effect.void
    const id = method === "GET" ? /^\/imports\/([^/]+)$/.exec(path)?.[1] : undefined
    return advanceImports(store, id !== undefined && store.state.pending_imports.has(id) ? id : undefined)
  })

/** Adds an import to those that wait. */
export const submit = (
  state: State,
  at: Moment,
  options: Omit<PendingImport, "import_id" | "submitted_at">,
  sourceId: string | null
): Import => {
  const submitted = addImport(state, at, options.operation_id, sourceId)
  state.pending_imports.set(submitted.id, { ...options, import_id: submitted.id, submitted_at: at.millis })
  return submitted
}
