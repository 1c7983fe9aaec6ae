import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Api } from "../server/api.js"
import { newestFirst } from "../server/dates.js"
import { find, findAll, type Moment, optionalId, type State, Store } from "../server/store.js"
import { page } from "../workspace/handlers.js"
import { submit } from "./processing.js"
import type { ImportById, ImportByName } from "./routes.js"
import { createStaging, startStaging } from "./staging.js"

const checkContext = (
  state: State,
  payload: { readonly program_id?: string | null | undefined; readonly operation_id?: string | null | undefined },
  viewIds: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    yield* findAll(state.programs, "program", payload.program_id)
    yield* findAll(state.activities, "activity", payload.operation_id)
    yield* findAll(state.record_views, "record view", viewIds)
  })

const contextOf = (payload: ImportByName | ImportById) => ({
  data: payload.data,
  program_id: payload.program_id ?? null,
  operation_id: payload.operation_id ?? null,
  set_name: payload.set_name ?? null
})

const byName = (state: State, at: Moment, payload: ImportByName, sourceId: string | null) =>
  Effect.gen(function* () {
    const viewIds = optionalId(payload.record_view_id)
    const columnViewIds = payload.add_fields_to_record_view_ids ?? []
    yield* checkContext(state, payload, [...viewIds, ...columnViewIds])
    const { id } = submit(
      state,
      at,
      {
        ...contextOf(payload),
        keys_are: "names",
        key_fields: payload.key_field_names,
        record_view_ids: viewIds,
        add_fields_to_record_view_ids: columnViewIds
      },
      sourceId
    )
    return { import_id: id }
  })

const byFieldId = (state: State, at: Moment, payload: ImportById) =>
  Effect.gen(function* () {
    const viewIds = payload.record_view_ids ?? []
    yield* checkContext(state, payload, viewIds)
    const { id } = submit(
      state,
      at,
      {
        ...contextOf(payload),
        keys_are: "ids",
        key_fields: payload.key_field_ids,
        record_view_ids: viewIds,
        add_fields_to_record_view_ids: viewIds
      },
      null
    )
    return { import_id: id }
  })

export const layer = HttpApiBuilder.group(Api, "imports", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("push", ({ payload }) => store.change((state, at) => byName(state, at, payload, null)))
      .handle("pushFromSource", ({ path, payload }) =>
        store.change((state, at) => byName(state, at, payload, path.source_id))
      )
      .handle("pushByFieldId", ({ payload }) => store.change((state, at) => byFieldId(state, at, payload)))
      .handle("createImport", ({ payload }) => store.change((state, at) => createStaging(state, at, payload)))
      .handle("runImport", ({ path, payload }) =>
        store.change((state, at) => startStaging(state, at, path.id, payload))
      )
      .handle("listImports", ({ urlParams }) =>
        Effect.sync(() => {
          const wanted = urlParams.is_complete === undefined ? undefined : ["1", "true"].includes(urlParams.is_complete)
          return page(
            newestFirst(
              [...store.state.imports.values()].filter((one) => wanted === undefined || one.is_complete === wanted)
            ),
            urlParams
          )
        })
      )
      .handle("getImport", ({ path }) => Effect.suspend(() => find(store.state.imports, "import", path.id)))
  )
)
