import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Workspace } from "../../Workspace.js"
import { idsByType, keyIndex, keysOf } from "../records/keys.js"
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
