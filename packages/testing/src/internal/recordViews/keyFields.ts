import * as Effect from "effect/Effect"
import { createField, fieldNamed } from "../entities/fields.js"
import type { EntityType } from "../entities/model.js"
import { entityTypeFor, entityTypeWithKeys } from "../entities/types.js"
import { checkKey } from "../records/contents.js"
import { keysOf } from "../records/keys.js"
import type { Record } from "../records/model.js"
import { recordWithKeys, rekeyRecord } from "../records/records.js"
import { union } from "../server/changes.js"
import { type BadRequest, type Conflict, conflict, type NotFound, refuse } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, newId, type State } from "../server/store.js"
import type { RecordView } from "./model.js"
import type { Transfers } from "./routes.js"
import { withOwnColumns } from "./viewFields.js"
import { checkHasNoDrafts, findView, log } from "./views.js"

/** A key field of the entity type that records move to. A new field has no id yet. */
interface Key {
  readonly id: string | undefined
  readonly name: string
}

interface Move {
  readonly record: Record
  /** By the name of the key field. */
  readonly keys: ReadonlyMap<string, string>
}

const keysOfType = (state: State, type: EntityType): ReadonlyArray<Key> =>
  type.key_field_ids.map((id) => ({ id, name: state.entity_fields.get(id)?.field_name ?? id }))

/** The records that move, with their new keys. With `"some"` a record keeps the keys that the request does not give. */
const plan = (
  state: State,
  view: RecordView,
  keys: ReadonlyArray<Key>,
  transfers: Transfers,
  given: "some" | "all"
): Effect.Effect<ReadonlyArray<Move>, BadRequest | NotFound> =>
  Effect.forEach(transfers, (transfer, index) =>
    Effect.gen(function* () {
      const record = yield* find(state.records, "record", transfer.record_id)
      const at = ["records_to_transfer", index]
      if (record.entity_slice_id !== view.entity_slice_id) {
        return yield* refuse([...at, "record_id"], "The record does not have the entity type of the view")
      }
      const named = new Map(Object.entries(transfer.key_field_name_to_value))
      const unknown = [...named.keys()].find((name) => !keys.some((key) => key.name === name))
      if (unknown !== undefined) {
        return yield* refuse([...at, "key_field_name_to_value", unknown], "is not one of the new key fields")
      }
      const current = keysOf(record)
      const values = new Map<string, string>()
      for (const { id, name } of keys) {
        const value = named.get(name) ?? (id === undefined || given === "all" ? undefined : current.get(id))
        if (value === undefined) {
          return yield* refuse([...at, "key_field_name_to_value", name], "is missing")
        }
        const field = id === undefined ? undefined : state.entity_fields.get(id)
        if (field !== undefined && named.has(name)) {
          yield* checkKey(state, field, value, [...at, "key_field_name_to_value", name])
        }
        values.set(name, String(value))
      }
      return { record, keys: values }
    })
  )

/** Moves records to the entity type with these keys. Creates the type if it does not exist. */
const transfer = (
  state: State,
  at: Moment,
  keys: ReadonlyArray<Key>,
  moves: ReadonlyArray<Move>
): Effect.Effect<EntityType, Conflict> =>
  Effect.gen(function* () {
    const byId = (fields: ReadonlyArray<Key>, move: Move) =>
      new Map(fields.map(({ id, name }) => [id ?? name, move.keys.get(name) ?? ""]))
    const existing = keys.every(({ id }) => id !== undefined)
      ? entityTypeWithKeys(
          state,
          keys.map(({ id, name }) => id ?? name)
        )
      : undefined
    const moving = new Set(moves.map(({ record }) => record.id))
    const taken = new Set<string>()
    for (const move of moves) {
      const index = JSON.stringify([...move.keys])
      const other = existing === undefined ? undefined : recordWithKeys(state, existing.id, byId(keys, move))
      if (taken.has(index) || (other !== undefined && !moving.has(other.id))) {
        return yield* conflict(`After the change two records would have the keys ${[...move.keys.values()].join(" ")}`)
      }
      taken.add(index)
    }
    const fields = keys.map(({ id, name }) => ({
      name,
      id: id ?? createField(state, at, { field_name: name, field_type: "text", is_key: true }).id
    }))
    const type = entityTypeFor(
      state,
      at,
      fields.map(({ id }) => id)
    )
    for (const move of moves) {
      rekeyRecord(state, state.records.get(move.record.id) ?? move.record, type, byId(fields, move))
      addEvent(state, at, "record_updated", "record", move.record.id)
    }
    return type
  })

const keyNamed = (state: State, name: string): Key => ({ id: fieldNamed(state, name, true)?.id, name })

/** Adds the records that activities show on one view to another view. */
export const mapRecords = (state: State, from: string, to: string, isMoved: boolean): void => {
  for (const activity of state.activities.values()) {
    const records = activity.data_table_record_mapping[from]
    if (records !== undefined) {
      const { [from]: _, ...others } = activity.data_table_record_mapping
      state.activities.set(activity.id, {
        ...activity,
        data_table_record_mapping: {
          ...(isMoved ? others : activity.data_table_record_mapping),
          [to]: union(activity.data_table_record_mapping[to] ?? [], records)
        }
      })
    }
  }
}

/** Adds a key field to a view, and moves records to the new entity type. */
export const addKeyField = (state: State, at: Moment, id: string, name: string, transfers: Transfers) =>
  Effect.gen(function* () {
    const view = yield* findView(state, id)
    yield* checkHasNoDrafts(state, view)
    const current = keysOfType(state, yield* find(state.entity_types, "entity type", view.entity_slice_id))
    if (current.some((key) => key.name === name)) {
      return yield* conflict(`The view already has the key field ${JSON.stringify(name)}`)
    }
    const keys = [...current, keyNamed(state, name)]
    const type = yield* transfer(state, at, keys, yield* plan(state, view, keys, transfers, "some"))
    const updated: RecordView = {
      ...view,
      entity_slice_id: type.id,
      last_updated_by: state.api_user_id,
      updated_at: at.iso
    }
    state.record_views.set(id, updated)
    log(state, at, "record_view_updated", id)
    return updated
  })

/** Makes a view with other key fields, and moves records to the new entity type. */
export const replaceKeyFields = (
  state: State,
  at: Moment,
  id: string,
  added: ReadonlyArray<string>,
  removed: ReadonlyArray<string>,
  transfers: Transfers
) =>
  Effect.gen(function* () {
    const view = yield* findView(state, id)
    yield* checkHasNoDrafts(state, view)
    const current = keysOfType(state, yield* find(state.entity_types, "entity type", view.entity_slice_id))
    yield* findAll(new Map(current.map((key) => [key.id ?? "", key])), "key field of the view", removed)
    const kept = current.filter((key) => !removed.includes(key.id ?? ""))
    const keys = [
      ...kept,
      ...[...new Set(added)]
        .filter((name) => !kept.some((key) => key.name === name))
        .map((name) => keyNamed(state, name))
    ]
    if (keys.length === 0 || (keys.length === current.length && keys.every((key) => current.includes(key)))) {
      return yield* refuse(
        ["add_key_field_names"],
        keys.length === 0 ? "A view needs at least one key field" : "The request does not change the key fields"
      )
    }
    const type = yield* transfer(state, at, keys, yield* plan(state, view, keys, transfers, "all"))
    const isGone = (reference: { readonly key_field_id: string | null }): boolean =>
      reference.key_field_id !== null && !type.key_field_ids.includes(reference.key_field_id)
    const columns = withOwnColumns(view)
    const created: RecordView = {
      ...view,
      view_fields: columns.view_fields,
      filters: columns.filters.filter((filter) => !isGone(filter)),
      sorts: columns.sorts.filter((sort) => !isGone(sort)),
      color_filters: columns.color_filters.filter((filter) => !isGone(filter)),
      id: newId(),
      entity_slice_id: type.id,
      created_by: state.api_user_id,
      last_updated_by: state.api_user_id,
      created_at: at.iso,
      updated_at: at.iso
    }
    state.record_views.set(created.id, created)
    mapRecords(state, view.id, created.id, false)
    log(state, at, "record_view_created", created.id)
    return created
  })
