import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type { Workspace } from "../../Workspace.js"
import { idsByType, keyIndex, keysOf } from "../records/keys.js"
import type { Event } from "../workspace/model.js"
import { type NotFound, notFound } from "./problem.js"

/** The lists of a workspace, as maps by the ids of their items. */
type Collections = {
  [Key in keyof Workspace as Workspace[Key] extends ReadonlyArray<unknown>
    ? Key
    : never]: Workspace[Key] extends ReadonlyArray<infer Item> ? Map<string, Item> : never
}

/** The state of the workspace. Items are never changed but replaced, so that a shallow copy is a snapshot. */
export interface State extends Collections {
  readonly now: string
  readonly workspace: Workspace["workspace"]
  readonly api_user_id: string
  readonly record_program_ids: Map<string, ReadonlyArray<string>>
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

const idOf = (item: { readonly id: string } | { readonly import_id: string }): string =>
  "id" in item ? item.id : item.import_id

const load = (workspace: Workspace): State => {
  const { api_user_id, now, record_program_ids, workspace: active, ...lists } = workspace
  return {
    ...(Record.map(lists, (items) => new Map(items.map((item) => [idOf(item), item]))) as Collections), // the type of `Record.map` does not say which list has which items
    now,
    workspace: active,
    api_user_id,
    record_program_ids: new Map(Object.entries(record_program_ids)),
    recordsByKeys: new Map(
      lists.records.map((record) => [keyIndex(record.entity_slice_id, keysOf(record)), record.id])
    ),
    recordsByType: idsByType(lists.records)
  }
}

const save = (state: State): Workspace => {
  const {
    api_user_id,
    now,
    record_program_ids,
    recordsByKeys: _keys,
    recordsByType: _type,
    workspace,
    ...collections
  } = state
  return {
    ...(Record.map(collections, (items): unknown => [...items.values()]) as Pick<Workspace, keyof Collections>), // as above
    now,
    workspace,
    api_user_id,
    record_program_ids: Object.fromEntries(record_program_ids)
  }
}

/** The stored data. Every change is atomic, since JavaScript has one thread and no change suspends. */
export class Store extends Context.Tag("@effect-kaleidoscope/testing/internal/Store")<
  Store,
  {
    readonly state: State
    readonly snapshot: Effect.Effect<Workspace>
    readonly reset: Effect.Effect<void>
    /** The emulator's time. No two moments have the same `precise`, so that one value is always the newest. */
    readonly now: Effect.Effect<Moment>
    /** Runs a change of the state at this moment. */
    readonly change: <A, E>(change: (state: State, at: Moment) => Effect.Effect<A, E>) => Effect.Effect<A, E>
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
      snapshot: Effect.sync(() => save(state)),
      reset: Effect.sync(() => {
        state = load(seed)
      }),
      now: Effect.map(Clock.currentTimeMillis, momentAt),
      change: (change) => Effect.flatMap(Clock.currentTimeMillis, (clock) => change(state, momentAt(clock))),
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

/** Fails with the platform's 404 if no item has one of these ids. Ids that are left out are ignored. */
export const findAll = (
  items: ReadonlyMap<string, unknown>,
  kind: string,
  ...ids: ReadonlyArray<string | ReadonlyArray<string> | null | undefined>
): Effect.Effect<void, NotFound> => {
  const missing = ids.flat().find((id) => id != null && !items.has(id))
  return missing == null ? Effect.void : Effect.fail(notFound(kind, missing))
}

/** A list of one id, or an empty list if the id is left out. */
export const optionalId = (id: string | null | undefined): ReadonlyArray<string> => (id == null ? [] : [id])

/** A new id. */
export const newId = (): string => crypto.randomUUID()

/** Adds an event about a resource to the history. */
export const addEvent = (
  state: State,
  at: Moment,
  type: string,
  resourceType: string,
  resourceId: string,
  attributes: Event["event_attrs"] = {},
  isBulk = false
): void => {
  const id = newId()
  state.events.set(id, {
    id,
    event_type: type,
    event_type_version: 1,
    event_attrs: attributes,
    event_user_id: state.api_user_id,
    created_at: at.precise,
    resource_id: resourceId,
    resource_type: resourceType,
    parent_bulk_event_id: null,
    is_bulk: isBulk,
    workspace_id: state.workspace.id,
    request_id: null,
    session_id: null
  })
}
