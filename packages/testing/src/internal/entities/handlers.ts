import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Api } from "../server/api.js"
import { type Conflict, conflict, type NotFound, notFound } from "../server/problem.js"
import { addEvent, type Moment, type State, Store } from "../server/store.js"
import { createField, fieldNamed, listOf } from "./fields.js"
import type { EntityField } from "./model.js"

export const entityTypes = HttpApiBuilder.group(Api, "entity_slices", (handlers) =>
  Effect.map(Store, (store) =>
    handlers.handle("listEntityTypes", () => Effect.sync(() => [...store.state.entity_types.values()]))
  )
)

type Patch<Fields> = { readonly [Key in keyof Fields]?: Fields[Key] | null | undefined }

/** The changed fields of a patch. Clearing a field that cannot be `null` restores its default. */
const cleaned = (patch: Patch<EntityField>): Partial<EntityField> => {
  const defaults: Partial<EntityField> = {
    field_description: "",
    field_examples: "",
    attrs: {},
    show_format_warning: false,
    display_includes_sub_records: true,
    display_includes_operations: true,
    lookup_display_includes_sub_records: true
  }
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        value === null && Object.hasOwn(defaults, key) ? defaults[key as keyof EntityField] : value
      ])
  )
}

const update = (
  state: State,
  at: Moment,
  isKey: boolean,
  id: string,
  patch: Patch<EntityField>
): Effect.Effect<EntityField, NotFound | Conflict> => {
  const kind = isKey ? "key field" : "data field"
  const field = state.entity_fields.get(id)
  if (field === undefined || field.is_key !== isKey) {
    return Effect.fail(notFound(kind, id))
  }
  const namesake = patch.field_name == null ? undefined : fieldNamed(state, patch.field_name, isKey)
  if (namesake !== undefined && namesake.id !== id) {
    return conflict(`A ${kind} with this name already exists: ${namesake.id}`)
  }
  const updated: EntityField = { ...field, ...cleaned(patch), updated_at: at.iso }
  state.entity_fields.set(id, updated)
  addEvent(state, at, isKey ? "key_field_updated" : "data_field_updated", isKey ? "key_field" : "data_field", id, {
    ...patch
  })
  return Effect.succeed(updated)
}

export const keyFields = HttpApiBuilder.group(Api, "key_fields", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listKeyFields", () => Effect.sync(() => listOf(store.state, true)))
      .handle("createKeyField", ({ payload }) =>
        Effect.map(
          store.now,
          (at) =>
            fieldNamed(store.state, payload.field_name, true) ??
            createField(store.state, at, { ...payload, field_type: "text", is_key: true })
        )
      )
      .handle("updateKeyField", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          return { resource: yield* update(store.state, at, true, path.id, payload) }
        })
      )
  )
)

export const dataFields = HttpApiBuilder.group(Api, "data_fields", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listDataFields", () => Effect.sync(() => listOf(store.state, false)))
      .handle("createDataField", ({ payload }) =>
        store.change((state, at) => {
          const existing = fieldNamed(state, payload.field_name, false)
          return existing === undefined
            ? Effect.succeed(createField(state, at, { ...payload, is_key: false }))
            : existing.field_type === payload.field_type
              ? Effect.succeed(existing)
              : conflict(
                  `A data field with this name already exists, with the type ${existing.field_type}: ${existing.id}`
                )
        })
      )
      .handle("updateDataField", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const field = yield* update(store.state, at, false, path.id, payload)
          return { resource: { field, validation: null }, event: null }
        })
      )
  )
)
