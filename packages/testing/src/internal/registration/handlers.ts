import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { viewOfActivity } from "../activities/records.js"
import { Api } from "../server/api.js"
import { type NotFound, notFound } from "../server/problem.js"
import { addEvent, find, type Moment, newId, type State, Store } from "../server/store.js"
import { Webhooks } from "../server/webhooks.js"
import * as byTable from "./byTable.js"
import { draftStatuses } from "./drafts.js"
import type { RegistrationFile, RegistrationStatus } from "./model.js"
import { checkResults, definitionOf, recordErrors, writeResult } from "./results.js"
import type { Results } from "./routes.js"

const registrationsOf = (state: State, operationId: string): ReadonlyArray<RegistrationFile> =>
  [...state.registration_files.values()].filter((file) => file.operation_id === operationId)

/** The registration of this operation with this id, or with a file with this id. */
const findRegistration = (
  state: State,
  operationId: string,
  fileId: string
): Effect.Effect<RegistrationFile, NotFound> => {
  const found = registrationsOf(state, operationId).find((file) => file.file_id === fileId || file.id === fileId)
  return found === undefined ? Effect.fail(notFound("registration of the file", fileId)) : Effect.succeed(found)
}

const write = (
  state: State,
  at: Moment,
  registration: RegistrationFile,
  change: Partial<RegistrationFile> & { readonly status: RegistrationStatus }
): void => {
  state.registration_files.set(registration.id, {
    ...registration,
    ...change,
    last_updated_by: state.api_user_id,
    updated_at: at.iso
  })
  addEvent(state, at, `registration_${change.status}`, "task", registration.operation_id, {
    file_id: registration.file_id,
    status: change.status
  })
}

const register = (state: State, webhooks: typeof Webhooks.Service, at: Moment, operationId: string, fileId: string) =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", operationId)
    const file = yield* find(state.files, "file", fileId)
    const existing = registrationsOf(state, operationId).find((file) => file.file_id === fileId)
    const registration: RegistrationFile = {
      id: existing?.id ?? newId(),
      workspace_id: state.workspace.id,
      operation_id: operationId,
      file_id: fileId,
      status: "pending",
      message: null,
      created_by: existing?.created_by ?? state.api_user_id,
      last_updated_by: state.api_user_id,
      created_at: existing?.created_at ?? at.iso,
      updated_at: at.iso,
      record_errors: []
    }
    write(state, at, registration, { status: "pending" })
    const view = definitionOf(state, activity)?.registration_record_view_id
    const ids = view == null ? undefined : activity.data_table_record_mapping[viewOfActivity(state, operationId, view)]
    yield* webhooks.send(at, "registration_submitted", {
      operation_id: operationId,
      file_id: fileId,
      file_name: file.file_name,
      file_url: `${webhooks.url}/files/${fileId}`,
      record_ids: ids ?? activity.all_record_ids
    })
    return registration
  })

const submitResults = (state: State, at: Moment, operationId: string, fileId: string, results: Results) =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", operationId)
    const registration = yield* findRegistration(state, operationId, fileId)
    const records = results.records ?? []
    yield* checkResults(state, activity, results.key_field_names ?? [], records)
    for (const result of records) {
      writeResult(state, at, activity, results.key_field_names ?? [], result)
    }
    write(state, at, registration, {
      status: results.status === "success" ? "completed" : "failed",
      message: results.message ?? null,
      record_errors: recordErrors(records)
    })
  })

export const layer = HttpApiBuilder.group(Api, "registration", (handlers) =>
  Effect.map(Effect.all([Store, Webhooks]), ([store, webhooks]) =>
    handlers
      .handle("registerFile", ({ path }) =>
        store.change((state, at) => register(state, webhooks, at, path.id, path.file_id))
      )
      .handle("listRegistrations", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) => registrationsOf(store.state, id))
      )
      .handle("pushRegistrationStatus", ({ path, payload }) =>
        store.change((state, at) =>
          Effect.gen(function* () {
            yield* find(state.activities, "activity", path.id)
            const registration = yield* findRegistration(state, path.id, path.file_id)
            write(state, at, registration, { status: payload.status, message: payload.message ?? null })
          })
        )
      )
      .handle("submitRegistrationResults", ({ path, payload }) =>
        store.change((state, at) => submitResults(state, at, path.id, path.file_id, payload))
      )
      .handle("validateDrafts", ({ path, payload }) =>
        store.change((state, at) =>
          byTable.submit(state, webhooks, at, path.id, "validation", payload.record_ids ?? undefined)
        )
      )
      .handle("submitDrafts", ({ path, payload }) =>
        store.change((state, at) =>
          byTable.submit(state, webhooks, at, path.id, "registration", payload.record_ids ?? undefined)
        )
      )
      .handle("listDraftStatuses", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) => draftStatuses(store.state, id))
      )
      .handle("listSubmissions", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) => byTable.list(store.state, id))
      )
      .handle("clearDrafts", ({ path, payload }) =>
        store.change((state, at) => byTable.clear(state, at, path.id, payload.record_ids))
      )
      .handle("pushSubmissionStatus", ({ path, payload }) =>
        store.change((state, at) =>
          byTable.pushStatus(state, at, path.id, path.submission_id, payload.status, payload.message ?? null)
        )
      )
      .handle("submitSubmissionResults", ({ path, payload }) =>
        store.change((state, at) => byTable.submitResults(state, at, path.id, path.submission_id, payload))
      )
  )
)
