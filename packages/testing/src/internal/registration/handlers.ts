import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import type { Activity } from "../activities/model.js"
import { attachRecords, viewOfActivity } from "../activities/records.js"
import type { ActivityDefinition } from "../activityDefinitions/model.js"
import { createField, fieldNamed } from "../entities/fields.js"
import type { EntityField } from "../entities/model.js"
import { entityTypeFor } from "../entities/types.js"
import { checkContent, checkKey, isNothing } from "../records/contents.js"
import { addRecord, addValue, recordWithKeys } from "../records/records.js"
import { Api } from "../server/api.js"
import { ownProperty } from "../server/ownProperty.js"
import { type BadRequest, type NotFound, notFound } from "../server/problem.js"
import { addEvent, find, type Moment, newId, optionalId, type State, Store } from "../server/store.js"
import type { RegistrationFile, RegistrationStatus } from "./model.js"
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

const register = (state: State, at: Moment, operationId: string, fileId: string) =>
  Effect.gen(function* () {
    yield* find(state.activities, "activity", operationId)
    yield* find(state.files, "file", fileId)
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
    return registration
  })

type RecordResult = NonNullable<Results["records"]>[number]

const definitionOf = (state: State, activity: Activity): ActivityDefinition | undefined =>
  activity.definition_id === null ? undefined : state.activity_definitions.get(activity.definition_id)

/** The record of a result: the one with the keys in its data, or else the source record. Creates it if it does not exist. */
const registered = (state: State, at: Moment, keyNames: ReadonlyArray<string>, result: RecordResult) => {
  const data = result.data ?? {}
  const contents = keyNames.map((name) => ownProperty(data, name))
  if (keyNames.length === 0 || contents.some((content) => content == null || content === "")) {
    return state.records.get(result.record_id)
  }
  const fields = keyNames.map(
    (name) =>
      fieldNamed(state, name, true) ?? createField(state, at, { field_name: name, field_type: "text", is_key: true })
  )
  const type = entityTypeFor(
    state,
    at,
    fields.map(({ id }) => id)
  )
  const keys = new Map(fields.map(({ id }, index) => [id, String(contents[index])]))
  return recordWithKeys(state, type.id, keys) ?? addRecord(state, at, type, keys)
}

/** The field of the source records that holds what became of their registration. */
const statusFieldOf = (state: State, activity: Activity): EntityField | undefined =>
  state.entity_fields.get(definitionOf(state, activity)?.registration_status_field_id ?? "")

const writeResult = (
  state: State,
  at: Moment,
  activity: Activity,
  keyNames: ReadonlyArray<string>,
  result: RecordResult
): void => {
  const definition = definitionOf(state, activity)
  const where = { operation_id: activity.id, record_view_id: null }
  const statusField = statusFieldOf(state, activity)
  const source = state.records.get(result.record_id)
  if (source !== undefined && statusField !== undefined) {
    addValue(state, at, source, statusField, { ...where, content: result.status })
  }
  if (result.status !== "success" || result.data == null) {
    return
  }
  const record = registered(state, at, keyNames, result)
  if (record === undefined) {
    return
  }
  for (const [name, content] of Object.entries(result.data)) {
    if (!keyNames.includes(name) && content != null) {
      const field =
        fieldNamed(state, name, false) ??
        createField(state, at, { field_name: name, field_type: "text", is_key: false })
      addValue(state, at, record, field, { ...where, content })
    }
  }
  const views = optionalId(definition?.registration_result_record_view_id)
  attachRecords(
    state,
    at,
    activity,
    [record.id],
    views.map((id) => viewOfActivity(state, activity.id, id))
  )
}

/** Stores all results of a request, or none of them. */
const checkResults = (
  state: State,
  activity: Activity,
  keyNames: ReadonlyArray<string>,
  records: ReadonlyArray<RecordResult>
): Effect.Effect<void, BadRequest> =>
  Effect.gen(function* () {
    const statusField = statusFieldOf(state, activity)
    for (const [index, { data, record_id, status }] of records.entries()) {
      if (statusField !== undefined && state.records.has(record_id)) {
        yield* checkContent(state, statusField, status, ["records", index, "status"])
      }
      for (const [name, content] of Object.entries(data ?? {})) {
        const isKey = keyNames.includes(name)
        const field = fieldNamed(state, name, isKey)
        const path = ["records", index, "data", name]
        if (field !== undefined && !isNothing(content)) {
          yield* isKey ? checkKey(state, field, content, path) : checkContent(state, field, content, path)
        }
      }
    }
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
      record_errors: records
        .filter((result) => result.status !== "success" || result.error_message != null)
        .map((result) => ({
          source_record_id: result.record_id,
          status: result.status,
          error_message: result.error_message ?? null
        }))
    })
  })

export const layer = HttpApiBuilder.group(Api, "registration", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("registerFile", ({ path }) => store.change((state, at) => register(state, at, path.id, path.file_id)))
      .handle("listRegistrations", ({ path }) =>
        Effect.map(find(store.state.activities, "activity", path.id), ({ id }) => registrationsOf(store.state, id))
      )
      .handle("pushRegistrationStatus", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          yield* find(store.state.activities, "activity", path.id)
          const registration = yield* findRegistration(store.state, path.id, path.file_id)
          write(store.state, at, registration, { status: payload.status, message: payload.message ?? null })
        })
      )
      .handle("submitRegistrationResults", ({ path, payload }) =>
        store.change((state, at) => submitResults(state, at, path.id, path.file_id, payload))
      )
  )
)
