import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Workspace } from "../../Workspace.js"
import type { Activity } from "../activities/model.js"
import type { EntityField, EntityType } from "../entities/model.js"
import type { StoredFile } from "../files/model.js"
import type { Record, RecordValue } from "../records/model.js"
import { union } from "./changes.js"
import type { Part } from "./multipart.js"
import { type NotFound, notFound } from "./problem.js"
import type { Identified } from "./schema.js"

type Collections = {
  [Key in keyof Workspace as Workspace[Key] extends ReadonlyArray<Identified>
    ? Key
    : never]: Workspace[Key] extends ReadonlyArray<infer Item extends Identified> ? Map<string, Item> : never
}

/** The state of the workspace. Items are never changed but replaced, so that a shallow copy is a snapshot. */
export interface State extends Collections {
  readonly now: string
  readonly workspace: Workspace["workspace"]
  readonly api_user_id: string
  readonly record_program_ids: Map<string, ReadonlyArray<string>>
  readonly pending_imports: Map<string, Workspace["pending_imports"][number]>
  /** Record ids by the entity type and the keys of the record. */
  readonly recordsByKeys: Map<string, string>
  /** Record ids by entity type. */
  readonly recordsByType: Map<string, Set<string>>
}

/** A time: as milliseconds, and in the two forms that the platform writes. */
export interface Moment {
  readonly millis: number
  readonly iso: string
  readonly precise: string
}

const byId = <Item extends Identified>(items: ReadonlyArray<Item>): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]))

const keysOf = (record: Record): ReadonlyArray<readonly [field: string, value: string]> => {
  const out: Array<readonly [string, string]> = []
  for (const [fieldId, values] of Object.entries(record.record_values)) {
    for (const value of values) {
      if (record.identifier_ids.includes(value.id)) {
        out.push([fieldId, String(value.content)])
      }
    }
  }
  return out
}

const keyIndex = (entityTypeId: string, keys: Iterable<readonly [string, string]>): string =>
  JSON.stringify([entityTypeId, ...[...keys].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))])

const idsByType = (records: ReadonlyArray<Record>): Map<string, Set<string>> => {
  const ids = new Map<string, Set<string>>()
  for (const record of records) {
    idsOfType(ids, record.entity_slice_id).add(record.id)
  }
  return ids
}

const idsOfType = (ids: Map<string, Set<string>>, typeId: string): Set<string> => {
  const existing = ids.get(typeId)
  if (existing !== undefined) {
    return existing
  }
  const created = new Set<string>()
  ids.set(typeId, created)
  return created
}

const load = (workspace: Workspace): State => ({
  now: workspace.now,
  workspace: workspace.workspace,
  api_user_id: workspace.api_user_id,
  members: byId(workspace.members),
  groups: byId(workspace.groups),
  programs: byId(workspace.programs),
  activity_labels: byId(workspace.activity_labels),
  property_fields: byId(workspace.property_fields),
  entity_types: byId(workspace.entity_types),
  entity_fields: byId(workspace.entity_fields),
  records: byId(workspace.records),
  record_sets: byId(workspace.record_sets),
  record_program_ids: new Map(Object.entries(workspace.record_program_ids)),
  record_views: byId(workspace.record_views),
  activities: byId(workspace.activities),
  activity_definitions: byId(workspace.activity_definitions),
  comments: byId(workspace.comments),
  events: byId(workspace.events),
  dashboards: byId(workspace.dashboards),
  dashboard_categories: byId(workspace.dashboard_categories),
  imports: byId(workspace.imports),
  pending_imports: new Map(workspace.pending_imports.map((pending) => [pending.import_id, pending])),
  files: byId(workspace.files),
  registration_files: byId(workspace.registration_files),
  recordsByKeys: new Map(
    workspace.records.map((record) => [keyIndex(record.entity_slice_id, keysOf(record)), record.id])
  ),
  recordsByType: idsByType(workspace.records)
})

/** The stored data. Every change is atomic, since JavaScript has one thread and no change suspends. */
export class Store extends Context.Tag("@effect-kaleidoscope/testing/internal/Store")<
  Store,
  {
    readonly state: State
    readonly snapshot: Effect.Effect<Workspace>
    readonly reset: Effect.Effect<void>
    /** The emulator's time. No two moments have the same `precise`, so that one value is always the newest. */
    readonly now: Effect.Effect<Moment>
    /** Gives any number of moments, each later than the one before. */
    readonly moments: Effect.Effect<() => Moment>
  }
>() {}

export const make = (seed: Workspace, initial: Workspace = seed): Effect.Effect<typeof Store.Service> =>
  Effect.map(Clock.currentTimeMillis, (start) => {
    let state = load(initial)
    let lastMicros = Number.NEGATIVE_INFINITY

    const momentAt = (clock: number): Moment => {
      const floor = Date.parse(state.now)
      const millis = clock >= floor ? clock : floor + Math.max(0, clock - start)
      const micros = Math.max(millis * 1000, lastMicros + 1)
      lastMicros = micros
      const iso = new Date(Math.floor(micros / 1000)).toISOString()
      const fraction = (iso.slice(20, 23) + String(micros % 1000).padStart(3, "0")).replace(/0+$/, "")
      return { millis, iso, precise: `${iso.slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}+00:00` }
    }

    return {
      get state() {
        return state
      },
      snapshot: Effect.sync(() => ({
        now: state.now,
        workspace: state.workspace,
        api_user_id: state.api_user_id,
        members: [...state.members.values()],
        groups: [...state.groups.values()],
        programs: [...state.programs.values()],
        activity_labels: [...state.activity_labels.values()],
        property_fields: [...state.property_fields.values()],
        entity_types: [...state.entity_types.values()],
        entity_fields: [...state.entity_fields.values()],
        records: [...state.records.values()],
        record_sets: [...state.record_sets.values()],
        record_program_ids: Object.fromEntries(state.record_program_ids),
        record_views: [...state.record_views.values()],
        activities: [...state.activities.values()],
        activity_definitions: [...state.activity_definitions.values()],
        comments: [...state.comments.values()],
        events: [...state.events.values()],
        dashboards: [...state.dashboards.values()],
        dashboard_categories: [...state.dashboard_categories.values()],
        imports: [...state.imports.values()],
        pending_imports: [...state.pending_imports.values()],
        files: [...state.files.values()],
        registration_files: [...state.registration_files.values()]
      })),
      reset: Effect.sync(() => {
        state = load(seed)
      }),
      now: Effect.map(Clock.currentTimeMillis, momentAt),
      moments: Effect.map(Clock.currentTimeMillis, (clock) => () => momentAt(clock))
    }
  })

/** The item with this id. Fails with the platform's 404 if it does not exist. */
export const find = <Item>(
  items: ReadonlyMap<string, Item>,
  kind: string,
  id: string
): Effect.Effect<Item, NotFound> => {
  const item = items.get(id)
  return item === undefined ? Effect.fail(notFound(kind, id)) : Effect.succeed(item)
}

/** Fails with the platform's 404 if no item has one of these ids. */
export const findAll = (
  items: ReadonlyMap<string, unknown>,
  kind: string,
  ids: ReadonlyArray<string> | null | undefined
): Effect.Effect<void, NotFound> => {
  const missing = ids?.find((id) => !items.has(id))
  return missing === undefined ? Effect.void : Effect.fail(notFound(kind, missing))
}

/** A list of one id, or an empty list if the id is left out. */
export const optionalId = (id: string | null | undefined): ReadonlyArray<string> => (id == null ? [] : [id])

/** A new id. */
export const newId = (): string => crypto.randomUUID()

/** Adds an event to the history. */
export const addEvent = (
  state: State,
  at: Moment,
  event: {
    readonly event_type: string
    readonly resource_type: string
    readonly resource_id: string
    readonly event_attrs?: { readonly [key: string]: unknown }
    readonly is_bulk?: boolean
  }
): void => {
  const id = newId()
  state.events.set(id, {
    id,
    event_type: event.event_type,
    event_type_version: 1,
    event_attrs: event.event_attrs ?? {},
    event_user_id: state.api_user_id,
    created_at: at.precise,
    resource_id: event.resource_id,
    resource_type: event.resource_type,
    parent_bulk_event_id: null,
    is_bulk: event.is_bulk ?? false,
    workspace_id: state.workspace.id,
    request_id: null,
    session_id: null
  })
}

/** Stores an uploaded file. */
export const addFile = (state: State, part: Part, activityId: string | null): StoredFile => {
  const file: StoredFile = {
    id: newId(),
    file_name: part.fileName ?? "file",
    content_type: part.contentType,
    activity_id: activityId,
    bytes: part.bytes
  }
  state.files.set(file.id, file)
  return file
}

/** The keys of a record by field id. Keys compare as strings. */
export type Keys = ReadonlyMap<string, string>

const sameSet = (a: Iterable<string>, b: ReadonlyArray<string>): boolean => {
  const set = new Set(a)
  return set.size === new Set(b).size && b.every((item) => set.has(item))
}

const isStrictSubset = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length < b.length && a.every((item) => b.includes(item))

/** The entity type with exactly these key fields, if it exists. */
export const entityTypeWithKeys = (state: State, fieldIds: Iterable<string>): EntityType | undefined => {
  const ids = [...fieldIds]
  for (const type of state.entity_types.values()) {
    if (!type.is_deleted && sameSet(ids, type.key_field_ids)) {
      return type
    }
  }
  return undefined
}

/** The entity type with exactly these key fields. Creates it if it does not exist. */
export const entityTypeFor = (
  state: State,
  at: Moment,
  fieldIds: ReadonlyArray<string>,
  options: { readonly importId?: string; readonly sourceId?: string | null } = {}
): EntityType => {
  const existing = entityTypeWithKeys(state, fieldIds)
  if (existing !== undefined) {
    return existing
  }
  const [only, ...others] = fieldIds
  const created: EntityType = {
    id: newId(),
    created_by: state.api_user_id,
    last_updated_by: state.api_user_id,
    import_id: options.importId ?? null,
    key_field_ids: fieldIds,
    slice_name: only !== undefined && others.length === 0 ? (state.entity_fields.get(only)?.field_name ?? "") : "",
    workspace_id: state.workspace.id,
    created_at: at.iso,
    updated_at: at.iso,
    is_primary: others.length === 0,
    is_archived: false,
    source_id: options.sourceId ?? null,
    is_deleted: false
  }
  state.entity_types.set(created.id, created)
  return created
}

/** The record with this type and these keys, if it exists. */
export const recordWithKeys = (state: State, entityTypeId: string, keys: Keys): Record | undefined => {
  const id = state.recordsByKeys.get(keyIndex(entityTypeId, keys))
  return id === undefined ? undefined : state.records.get(id)
}

/** The keys of a record by field id. */
export const keysOfRecord = (record: Record): Keys => new Map(keysOf(record))

const linkSubRecords = (state: State, record: Record, type: EntityType): Record => {
  const keys = keysOfRecord(record)
  const subRecordIds: Array<string> = []
  for (const other of state.entity_types.values()) {
    if (isStrictSubset(other.key_field_ids, type.key_field_ids)) {
      const parent = recordWithKeys(
        state,
        other.id,
        new Map([...keys].filter(([id]) => other.key_field_ids.includes(id)))
      )
      if (parent !== undefined) {
        state.records.set(parent.id, { ...parent, sub_record_ids: [...parent.sub_record_ids, record.id] })
      }
    } else if (isStrictSubset(type.key_field_ids, other.key_field_ids)) {
      for (const candidateId of state.recordsByType.get(other.id) ?? []) {
        const candidate = state.records.get(candidateId)
        const theirs = candidate === undefined ? undefined : keysOfRecord(candidate)
        if (theirs !== undefined && [...keys].every(([id, value]) => theirs.get(id) === value)) {
          subRecordIds.push(candidateId)
        }
      }
    }
  }
  return subRecordIds.length === 0 ? record : { ...record, sub_record_ids: subRecordIds }
}

/** Removes a record from the sub-records of its parents. */
const unlinkSubRecord = (state: State, record: Record): void => {
  const keys = keysOfRecord(record)
  for (const other of state.entity_types.values()) {
    const parent = recordWithKeys(
      state,
      other.id,
      new Map([...keys].filter(([id]) => other.key_field_ids.includes(id)))
    )
    if (parent?.sub_record_ids.includes(record.id) === true) {
      state.records.set(parent.id, {
        ...parent,
        sub_record_ids: parent.sub_record_ids.filter((id) => id !== record.id)
      })
    }
  }
}

/** The identifier that people read: the keys in the order of the key fields of the entity type. */
const identifierOf = (type: EntityType, keys: Keys): string =>
  type.key_field_ids.map((id) => keys.get(id) ?? "").join(" ")

/** Adds a record. No record of this type may have these keys yet. */
export const addRecord = (
  state: State,
  at: Moment,
  type: EntityType,
  keys: Keys,
  options: { readonly operationId?: string | null; readonly isBulk?: boolean } = {}
): Record => {
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = {}
  const identifierIds: Array<string> = []
  for (const fieldId of type.key_field_ids) {
    const value: RecordValue = { id: newId(), content: keys.get(fieldId) ?? "" }
    values[fieldId] = [value]
    identifierIds.push(value.id)
  }
  const record = linkSubRecords(
    state,
    {
      id: newId(),
      created_at: at.iso,
      entity_slice_id: type.id,
      identifier_ids: identifierIds,
      record_identifier: identifierOf(type, keys),
      initial_operation_id: options.operationId ?? null,
      workspace_id: state.workspace.id,
      record_values: values,
      sub_record_ids: [],
      excluded_operation_ids: [],
      operation_records_created_at: {}
    },
    type
  )
  state.records.set(record.id, record)
  state.recordsByKeys.set(keyIndex(type.id, keys), record.id)
  idsOfType(state.recordsByType, type.id).add(record.id)
  if (options.isBulk !== true) {
    addEvent(state, at, { event_type: "record_created", resource_type: "record", resource_id: record.id })
  }
  return record
}

/** Changes the keys of a record, and so its type if the key fields differ. */
export const rekeyRecord = (state: State, record: Record, type: EntityType, keys: Keys): Record => {
  unlinkSubRecord(state, record)
  state.recordsByKeys.delete(keyIndex(record.entity_slice_id, keysOf(record)))
  state.recordsByType.get(record.entity_slice_id)?.delete(record.id)
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = {}
  const identifierIds: Array<string> = []
  for (const [fieldId, list] of Object.entries(record.record_values)) {
    const others = list.filter((value) => !record.identifier_ids.includes(value.id))
    if (others.length > 0) {
      values[fieldId] = others
    }
  }
  for (const fieldId of type.key_field_ids) {
    const previous = record.record_values[fieldId]?.find((value) => record.identifier_ids.includes(value.id))
    const value: RecordValue = { id: previous?.id ?? newId(), content: keys.get(fieldId) ?? "" }
    values[fieldId] = [value, ...(values[fieldId] ?? [])]
    identifierIds.push(value.id)
  }
  const changed = linkSubRecords(
    state,
    {
      ...record,
      entity_slice_id: type.id,
      identifier_ids: identifierIds,
      record_identifier: identifierOf(type, keys),
      record_values: values,
      sub_record_ids: []
    },
    type
  )
  state.records.set(changed.id, changed)
  state.recordsByKeys.set(keyIndex(type.id, keys), changed.id)
  idsOfType(state.recordsByType, type.id).add(changed.id)
  return changed
}

/** Adds a value to a record. It becomes the newest value of its field. */
export const addValue = (
  state: State,
  at: Moment,
  record: Record,
  field: EntityField,
  value: { readonly content: unknown; readonly operation_id: string | null; readonly record_view_id: string | null },
  options: { readonly isBulk?: boolean } = {}
): RecordValue => {
  const created: RecordValue = {
    id: newId(),
    content: value.content,
    created_at: at.precise,
    operation_id: value.operation_id,
    record_id: record.id,
    record_view_id: value.record_view_id,
    created_by: state.api_user_id
  }
  const current = state.records.get(record.id) ?? record
  state.records.set(record.id, {
    ...current,
    record_values: {
      ...current.record_values,
      [field.id]: [created, ...(current.record_values[field.id] ?? [])]
    }
  })
  if (options.isBulk !== true) {
    addEvent(state, at, {
      event_type: "record_value_created",
      resource_type: "record",
      resource_id: record.id,
      event_attrs: { field_id: field.id, operation_id: value.operation_id }
    })
  }
  return created
}

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
  addEvent(state, at, {
    event_type: "records_added",
    resource_type: "task",
    resource_id: activity.id,
    event_attrs: { record_ids: added }
  })
}

/** A record in the form of responses: with the values of its sub-records in addition to its own. */
export const withSubRecords = (state: State, record: Record): Record => {
  if (record.sub_record_ids.length === 0) {
    return record
  }
  const values: { [fieldId: string]: ReadonlyArray<RecordValue> } = { ...record.record_values }
  for (const id of record.sub_record_ids) {
    const subRecord = state.records.get(id)
    for (const [fieldId, list] of Object.entries(subRecord?.record_values ?? {})) {
      const own = list.filter((value) => value.record_id !== undefined)
      if (own.length > 0) {
        values[fieldId] = [...(values[fieldId] ?? []), ...own]
      }
    }
  }
  return { ...record, record_values: values }
}
