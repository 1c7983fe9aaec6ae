import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { EntityField, EntityType } from "../entities/model.js"
import { currentValue, search } from "../records/filters.js"
import { checkQuery, queryOf } from "../records/handlers.js"
import type { Record } from "../records/model.js"
import { findView } from "../recordViews/views.js"
import { Api } from "../server/api.js"
import { type NotFound, notFound } from "../server/problem.js"
import { find, type Moment, type State, Store } from "../server/store.js"
import { rowOf } from "./csv.js"
import type { StoredFile } from "./model.js"
import type { Export } from "./routes.js"

/** `Content-Disposition` with the file name in ASCII and in full (RFC 6266). */
const disposition = (fileName: string): string => {
  const ascii = fileName.replace(/[^ -~]|["\\]/gu, "_")
  const encoded = encodeURIComponent(fileName.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

/** The content type that the client gave to a file, if a header can contain it. */
const contentTypeOf = (file: StoredFile): string =>
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(;[ -~]*)?$/.test(file.content_type) ? file.content_type : "application/octet-stream"

const download = (file: StoredFile): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(file.bytes, {
    contentType: contentTypeOf(file),
    headers: { "content-disposition": disposition(file.file_name) }
  })

const isOf = (state: State, file: StoredFile, activityId: string): boolean =>
  file.activity_id === activityId ||
  state.activities
    .get(activityId)
    ?.properties.some(({ content }) => content === file.id || (Array.isArray(content) && content.includes(file.id))) ===
    true

export const files = HttpApiBuilder.group(Api, "files", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("getFile", ({ path }) => Effect.map(find(store.state.files, "file", path.id), download))
      .handle("getActivityFile", ({ path }) =>
        Effect.gen(function* () {
          const { state } = store
          yield* find(state.activities, "activity", path.id)
          const file = yield* find(state.files, "file", path.file_id)
          return isOf(state, file, path.id) ? download(file) : yield* Effect.fail(notFound("file", path.file_id))
        })
      )
  )
)

/** The data fields of the columns of an export. */
const dataFields = (
  state: State,
  query: Export,
  records: ReadonlyArray<Record>
): Effect.Effect<ReadonlyArray<EntityField>, NotFound> =>
  Effect.gen(function* () {
    const fieldOf = (id: string | null) => (id === null ? [] : (state.entity_fields.get(id) ?? []))
    const view = query.record_view_id === undefined ? undefined : yield* findView(state, query.record_view_id)
    if (query.view_field_ids !== undefined && query.view_field_ids.length > 0) {
      const columns = new Map(
        [...state.record_views.values()].flatMap((view) => view.view_fields.map((field) => [field.id, field]))
      )
      const found = yield* Effect.forEach(query.view_field_ids, (id) => find(columns, "view field", id))
      return found.flatMap((column) => fieldOf(column.data_field_id ?? column.lookup_field_id))
    }
    if (view !== undefined) {
      return view.view_fields.flatMap((column) => fieldOf(column.data_field_id ?? column.lookup_field_id))
    }
    const used = new Set(records.flatMap((record) => Object.keys(record.record_values)))
    return [...state.entity_fields.values()].filter((field) => !field.is_key && !field.is_deleted && used.has(field.id))
  })

/** The names of the columns. If two fields have the same name, the columns have the ids of the fields. */
const headerOf = (fields: ReadonlyArray<EntityField>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { field_name } of fields) {
    counts.set(field_name, (counts.get(field_name) ?? 0) + 1)
  }
  return fields.map((field) => (counts.get(field.field_name) === 1 ? field.field_name : field.id))
}

const unique = <Item>(items: ReadonlyArray<Item>): ReadonlyArray<Item> => [...new Set(items)]

const recordsOf = (state: State, at: Moment, query: Export): ReadonlyArray<Record> => {
  const view = query.record_view_id === undefined ? undefined : state.record_views.get(query.record_view_id)
  return search(
    state,
    queryOf(state, {
      ...query,
      record_set_ids: query.record_set_ids ?? view?.record_set_ids_filter,
      view_field_filters: [...(view?.filters ?? []), ...(query.view_field_filters ?? [])],
      view_field_sorts: [...(query.view_field_sorts ?? []), ...(view?.sorts ?? [])]
    }),
    at.millis
  )
}

const encoder = new TextEncoder()

const csv = (
  type: EntityType,
  state: State,
  fields: ReadonlyArray<EntityField>,
  records: ReadonlyArray<Record>,
  operationId: string | undefined
): Stream.Stream<Uint8Array> => {
  const columns = unique([...type.key_field_ids.flatMap((id) => state.entity_fields.get(id) ?? []), ...fields])
  const row = (record: Record): string =>
    rowOf(columns.map((field) => currentValue(record, field.id, operationId)?.content))
  return Stream.make(rowOf(headerOf(columns))).pipe(
    Stream.concat(
      Stream.fromIterable(records).pipe(
        Stream.grouped(250),
        Stream.map((some) => [...some].map(row).join(""))
      )
    ),
    Stream.map((text) => encoder.encode(text))
  )
}

export const exports = HttpApiBuilder.group(Api, "exports", (handlers) =>
  Effect.map(Store, (store) =>
    handlers.handle("exportRecords", ({ urlParams }) =>
      Effect.gen(function* () {
        const at = yield* store.now
        const { state } = store
        const type = yield* find(state.entity_types, "entity type", urlParams.entity_slice_id)
        yield* checkQuery(state, urlParams)
        const records = recordsOf(state, at, urlParams)
        const fields = yield* dataFields(state, urlParams, records)
        return HttpServerResponse.stream(csv(type, state, fields, records, urlParams.operation_id), {
          contentType: "text/csv",
          headers: { "content-disposition": disposition(urlParams.filename) }
        })
      })
    )
  )
)
