import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type { EntityField } from "../entities/model.js"
import { entityTypeFor, entityTypeWithKeys } from "../entities/types.js"
import { addFile } from "../files/files.js"
import { Api } from "../server/api.js"
import { type BadRequest, type NotFound, notFound, refuse } from "../server/problem.js"
import { find, findAll, type State, Store } from "../server/store.js"
import { checkContent, checkHoldsFiles, checkKey } from "./contents.js"
import { type Query, search } from "./filters.js"
import type { Keys } from "./keys.js"
import type {
  EntityFieldFilter,
  EntityFieldSort,
  FieldValue,
  Record,
  RecordValue,
  ViewFieldFilter,
  ViewFieldSort
} from "./model.js"
import { addRecord, addValue, recordWithKeys, withSubRecords } from "./records.js"
import { checkColumns, checkFields, checkFilters, checkIdentifiers } from "./references.js"

/** The parameters of a search or an export. */
interface RecordQuery extends Omit<Query, "filters" | "sorts"> {
  readonly view_field_filters?: ReadonlyArray<typeof ViewFieldFilter.Type> | undefined
  readonly view_field_sorts?: ReadonlyArray<typeof ViewFieldSort.Type> | undefined
  readonly entity_field_filters?: ReadonlyArray<typeof EntityFieldFilter.Type> | undefined
  readonly entity_field_sorts?: ReadonlyArray<typeof EntityFieldSort.Type> | undefined
}

interface ViewColumn {
  readonly key_field_id?: string | null | undefined
  readonly view_field_id?: string | null | undefined
}

/** The field that a column of a record view shows. */
const fieldOfColumn = (state: State, column: ViewColumn): string => {
  if (typeof column.key_field_id === "string") {
    return column.key_field_id
  }
  for (const view of state.record_views.values()) {
    const viewField = view.view_fields.find((field) => field.id === column.view_field_id)
    if (viewField !== undefined) {
      return viewField.data_field_id ?? viewField.lookup_field_id ?? viewField.id
    }
  }
  return column.view_field_id ?? ""
}

/** A search with the fields of the columns of record views looked up. */
export const queryOf = (state: State, query: RecordQuery): Query => {
  const withField = <Column extends ViewColumn>(column: Column) => ({
    ...column,
    field_id: fieldOfColumn(state, column)
  })
  return {
    ...query,
    filters: [...(query.entity_field_filters ?? []), ...(query.view_field_filters ?? []).map(withField)],
    sorts: [...(query.entity_field_sorts ?? []), ...(query.view_field_sorts ?? []).map(withField)]
  }
}

/** Fails if an id of a search or an export does not exist, or if a filter is not valid. */
export const checkQuery = (state: State, query: RecordQuery): Effect.Effect<void, NotFound | BadRequest> =>
  Effect.gen(function* () {
    yield* findAll(state.entity_types, "entity type", query.entity_slice_id)
    yield* findAll(state.programs, "program", query.program_id)
    yield* findAll(state.activities, "activity", query.operation_id)
    yield* findAll(state.record_sets, "record set", query.record_set_ids)
    yield* checkIdentifiers(state, query.identifier_ids)
    yield* checkFields(state, query.entity_field_filters)
    yield* checkFields(state, query.entity_field_sorts)
    yield* checkColumns(state, query.view_field_filters)
    yield* checkColumns(state, query.view_field_sorts)
    yield* checkFilters(query.entity_field_filters, "entity_field_filters")
    yield* checkFilters(query.view_field_filters, "view_field_filters")
  })

type KeyValues = { readonly [fieldId: string]: string | number | boolean }

const keysFrom = (values: KeyValues): Keys => new Map(Object.entries(values).map(([id, value]) => [id, String(value)]))

const findKeyField = (state: State, id: string): Effect.Effect<EntityField, NotFound> =>
  Effect.filterOrFail(
    find(state.entity_fields, "key field", id),
    (field) => field.is_key,
    () => notFound("key field", id)
  )

/** The keys of a new record. Fails if they are not valid. */
const checkedKeys = (state: State, values: KeyValues): Effect.Effect<Keys, NotFound | BadRequest> =>
  Effect.gen(function* () {
    for (const [id, content] of Object.entries(values)) {
      const field = yield* findKeyField(state, id)
      yield* checkKey(state, field, content, ["key_field_to_value", id])
    }
    return Object.keys(values).length === 0
      ? yield* refuse(["key_field_to_value"], "A record needs at least one key")
      : keysFrom(values)
  })

interface Where {
  readonly field_id: string
  readonly operation_id?: string | null | undefined
  readonly record_view_id?: string | null | undefined
}

const placeOf = (where: Where) => ({
  operation_id: where.operation_id ?? null,
  record_view_id: where.record_view_id ?? null
})

/** The record and the field of a new value. */
const whereFor = (state: State, recordId: string, where: Where) =>
  Effect.gen(function* () {
    const record = yield* find(state.records, "record", recordId)
    const field = yield* find(state.entity_fields, "field", where.field_id)
    yield* findAll(state.activities, "activity", where.operation_id)
    yield* findAll(state.record_views, "record view", where.record_view_id)
    if (field.is_key) {
      return yield* refuse(["field_id"], "A key field identifies the record, so this call cannot add a value to it")
    }
    return { record, field }
  })

const storedValue = (field: EntityField, value: RecordValue): { readonly resource: FieldValue } => ({
  resource: { ...value, field_id: field.id, field_type: field.field_type }
})

/** Drafts are read by their ids like records. No search, export or lookup by keys finds them. */
const recordOrDraft = (state: State, id: string): Record | undefined =>
  state.records.get(id) ?? state.registration_drafts.get(id)?.record

const findRecordOrDraft = (state: State, id: string): Effect.Effect<Record, NotFound> =>
  Effect.suspend(() => {
    const record = recordOrDraft(state, id)
    return record === undefined ? Effect.fail(notFound("record", id)) : Effect.succeed(record)
  })

/**
 * The records with these ids, each once. They are not encoded by the schema, since their form in memory is already that of the
 * response and there can be many.
 */
export const answerRecords = (state: State, ids: ReadonlyArray<string>): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(
    [...new Set(ids)].flatMap((id) => {
      const record = recordOrDraft(state, id)
      return record === undefined ? [] : [withSubRecords(state, record)]
    })
  )

export const layer = HttpApiBuilder.group(Api, "records", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listRecords", ({ urlParams }) =>
        Effect.sync(() =>
          answerRecords(
            store.state,
            urlParams.record_ids.split(",").map((id) => id.trim())
          )
        )
      )
      .handle("findRecords", ({ urlParams }) =>
        Effect.gen(function* () {
          const { state } = store
          const wanted = urlParams.records_key_field_to_value
          yield* Effect.forEach(wanted.flatMap(Object.keys), (id) => findKeyField(state, id), { discard: true })
          return wanted.flatMap((values) => {
            const keys = keysFrom(values)
            const type = entityTypeWithKeys(state, keys.keys())
            const record = type === undefined ? undefined : recordWithKeys(state, type.id, keys)
            return record === undefined ? [] : [{ record: withSubRecords(state, record) }]
          })
        })
      )
      .handle("searchRecords", ({ urlParams }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          yield* checkQuery(store.state, urlParams)
          return search(store.state, queryOf(store.state, urlParams), at.millis).map((record) => record.id)
        })
      )
      .handle("getRecord", ({ path }) =>
        Effect.map(findRecordOrDraft(store.state, path.id), (record) => withSubRecords(store.state, record))
      )
      .handle("createRecord", ({ payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          const keys = yield* checkedKeys(state, payload.key_field_to_value)
          const type = entityTypeFor(state, at, [...keys.keys()])
          return withSubRecords(state, recordWithKeys(state, type.id, keys) ?? addRecord(state, at, type, keys))
        })
      )
      .handle("listValues", ({ path }) =>
        Effect.map(findRecordOrDraft(store.state, path.id), (record) =>
          Object.entries(withSubRecords(store.state, record).record_values).flatMap(([fieldId, values]) =>
            values.map(
              (value): FieldValue => ({
                ...value,
                field_id: fieldId,
                field_type: store.state.entity_fields.get(fieldId)?.field_type ?? "text"
              })
            )
          )
        )
      )
      .handle("addValue", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { field, record } = yield* whereFor(store.state, path.id, payload)
          yield* checkContent(store.state, field, payload.content, ["content"])
          return storedValue(
            field,
            addValue(store.state, at, record, field, { ...placeOf(payload), content: payload.content })
          )
        })
      )
      .handle("addFile", ({ path, payload: { body, file } }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { field, record } = yield* whereFor(store.state, path.id, body)
          yield* checkHoldsFiles(field, ["file"])
          const stored = addFile(store.state, file, body.operation_id ?? null)
          return storedValue(
            field,
            addValue(store.state, at, record, field, { ...placeOf(body), content: [stored.id] })
          )
        })
      )
      .handle("listRecordActivities", ({ path }) =>
        Effect.map(find(store.state.records, "record", path.id), (record) =>
          [...store.state.activities.values()].filter((activity) => activity.all_record_ids.includes(record.id))
        )
      )
  )
)
