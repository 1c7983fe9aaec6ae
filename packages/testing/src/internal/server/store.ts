import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type { Workspace } from "../../Workspace.js"
import { idsByKey, idsByType, keyIndex, keysOf } from "../records/keys.js"
import { StoredRecords } from "../records/stored.js"
import type { Event } from "../workspace/model.js"
import { type NotFound, notFound } from "./problem.js"

/** The lists of a workspace, as maps by the ids of their items. */
type Collections = {
  [Key in keyof Workspace as Workspace[Key] extends ReadonlyArray<unknown>
    ? Key
    : never]: Workspace[Key] extends ReadonlyArray<infer Item> ? Map<string, Item> : never
}

/** The state of the workspace. Items are never changed but replaced, so that a shallow copy is a snapshot. */
export interface State extends Omit<Collections, "records"> {
  readonly records: StoredRecords
  readonly now: string
  readonly workspace: Workspace["workspace"]
  readonly api_user_id: string
  readonly record_program_ids: Map<string, ReadonlyArray<string>>
  /** Record ids by the entity type and the keys of the record. */
  readonly recordsByKeys: Map<string, string>
  /** Record ids by entity type. */
  readonly recordsByType: Map<string, Set<string>>
  /** Ids of records with several keys, by each of them. */
  readonly recordsByKey: Map<string, Set<string>>
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
  const { api_user_id, now, record_program_ids, records, workspace: active, ...lists } = workspace
  return {
    ...(Record.map(lists, (items) => new Map(items.map((item) => [idOf(item), item]))) as Omit<Collections, "records">), // the type of `Record.map` does not say which list has which items
    records: new StoredRecords(records),
    now,
    workspace: active,
    api_user_id,
    record_program_ids: new Map(Object.entries(record_program_ids)),
    recordsByKeys: new Map(records.map((record) => [keyIndex(record.entity_slice_id, keysOf(record)), record.id])),
    recordsByType: idsByType(records),
    recordsByKey: idsByKey(records)
  }
}

const save = (state: State): Workspace => {
  const {
    api_user_id,
    now,
    record_program_ids,
    recordsByKey: _key,
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
    let floor = Date.parse(state.now)
    let lastMicros = Number.NEGATIVE_INFINITY
    let lastMillis = Number.NaN
    let iso = ""

    const momentAt = (clock: number): Moment => {
      const millis = clock >= floor ? clock : floor + Math.max(0, clock - start)
      const micros = Math.max(millis * 1000, lastMicros + 1)
      lastMicros = micros
      const wholeMillis = Math.floor(micros / 1000)
      if (wholeMillis !== lastMillis) {
        iso = new Date(wholeMillis).toISOString()
        lastMillis = wholeMillis
      }
      const digits = iso.slice(20, 23) + String(micros % 1000).padStart(3, "0")
      const fraction = micros % 10 === 0 ? digits.replace(/0+$/, "") : digits
      return { millis, iso, precise: `${iso.slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}+00:00` }
    }

    return {
      get state() {
        return state
      },
      snapshot: Effect.sync(() => save(state)),
      reset: Effect.sync(() => {
        state = load(seed)
        floor = Date.parse(state.now)
      }),
      now: Effect.map(Clock.currentTimeMillis, momentAt),
      change: (change) => Effect.flatMap(Clock.currentTimeMillis, (clock) => change(state, momentAt(clock))),
      moments: Effect.map(Clock.currentTimeMillis, (clock) => () => momentAt(clock))
    }
  })

/** The item with this id. Fails with the platform's 404 if it does not exist. */
export const find = <Item>(
  items: Pick<ReadonlyMap<string, Item>, "get">,
  kind: string,
  id: string
): Effect.Effect<Item, NotFound> => {
  const item = items.get(id)
  return item === undefined ? Effect.fail(notFound(kind, id)) : Effect.succeed(item)
}

/** Fails with the platform's 404 if no item has one of these ids. Ids that are left out are ignored. */
export const findAll = (
  items: Pick<ReadonlyMap<string, unknown>, "has">,
  kind: string,
  ...ids: ReadonlyArray<string | ReadonlyArray<string> | null | undefined>
): Effect.Effect<void, NotFound> => {
  const missing = ids.flat().find((id) => id != null && !items.has(id))
  return missing == null ? Effect.void : Effect.fail(notFound(kind, missing))
}

/** A list of one id, or an empty list if the id is left out. */
export const optionalId = (id: string | null | undefined): ReadonlyArray<string> => (id == null ? [] : [id])

const idsAtOnce = 256
const idLength = 36
const digits = new TextEncoder().encode("0123456789abcdef")
const decoder = new TextDecoder()
/** Where the digits of each byte of an id are. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const random = new Uint8Array(idsAtOnce * places.length)
const text = new Uint8Array(idsAtOnce * idLength).fill("-".charCodeAt(0))

/** Ids in one text, one after the other. Each is a UUID of version 4. */
const makeIds = (): string => {
  crypto.getRandomValues(random)
  for (let id = 0; id < idsAtOnce; id++) {
    for (let nth = 0; nth < places.length; nth++) {
      const byte = random[id * places.length + nth] ?? 0
      const given = nth === 6 ? (byte & 0x0f) | 0x40 : nth === 8 ? (byte & 0x3f) | 0x80 : byte
      const at = id * idLength + (places[nth] ?? 0)
      text[at] = digits[given >> 4] ?? 0
      text[at + 1] = digits[given & 0x0f] ?? 0
    }
  }
  return decoder.decode(text)
}

let ids = ""
let nextId = 0

/**
 * A new id. Many are made at once, as parts of one text: `crypto.randomUUID` gives a text of twenty pieces, which takes
 * ten times the memory of its characters for as long as nothing reads it.
 */
export const newId = (): string => {
  if (nextId === ids.length) {
    ids = makeIds()
    nextId = 0
  }
  const from = nextId
  nextId += idLength
  return ids.slice(from, nextId)
}

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
