import * as Effect from "effect/Effect"
import type { Activity } from "../activities/model.js"
import { attachRecords, viewOfActivity } from "../activities/records.js"
import type { ActivityDefinition } from "../activityDefinitions/model.js"
import { createField, draftIdFieldId, fieldNamed } from "../entities/fields.js"
import type { EntityField } from "../entities/model.js"
import { entityTypeFor } from "../entities/types.js"
import { checkContent, checkKey, isNothing } from "../records/contents.js"
import { keysOf } from "../records/keys.js"
import type { Record } from "../records/model.js"
import { addRecord, addValue, recordWithKeys } from "../records/records.js"
import { ownProperty } from "../server/ownProperty.js"
import type { BadRequest } from "../server/problem.js"
import { type Moment, optionalId, type State } from "../server/store.js"
import type { RecordError } from "./model.js"
import type { Results } from "./routes.js"

/** The result of one record. */
export type RecordResult = NonNullable<Results["records"]>[number]

type RecordData = NonNullable<RecordResult["data"]>

/** The errors in the results of records. */
export const recordErrors = (results: ReadonlyArray<Omit<RecordResult, "data">>): ReadonlyArray<RecordError> =>
  results
    .filter(({ error_message, status }) => status !== "success" || error_message != null)
    .map(({ error_message, record_id, status }) => ({
      source_record_id: record_id,
      status,
      error_message: error_message ?? null
    }))

export const definitionOf = (state: State, activity: Activity): ActivityDefinition | undefined =>
  activity.definition_id === null ? undefined : state.activity_definitions.get(activity.definition_id)

/** The record with the keys in some data. Creates it if it does not exist. `undefined` if the keys are not all there. */
const recordOf = (state: State, at: Moment, keyNames: ReadonlyArray<string>, data: RecordData): Record | undefined => {
  const contents = keyNames.map((name) => ownProperty(data, name))
  if (keyNames.length === 0 || contents.some((content) => content == null || content === "")) {
    return undefined
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

/** Stores the values of a registered record, and adds the record to the activity and to the view for results. */
const writeRegistered = (
  state: State,
  at: Moment,
  activity: Activity,
  record: Record,
  contents: ReadonlyMap<string, unknown>
): void => {
  for (const [id, content] of contents) {
    const field = state.entity_fields.get(id)
    if (field !== undefined) {
      addValue(state, at, record, field, { content, operation_id: activity.id, record_view_id: null })
    }
  }
  const views = optionalId(definitionOf(state, activity)?.registration_result_record_view_id)
  attachRecords(
    state,
    at,
    activity,
    [record.id],
    views.map((id) => viewOfActivity(state, activity.id, id))
  )
}

/** The contents in some data, without the keys, by field id. Creates fields that do not exist. */
const contentsOf = (state: State, at: Moment, keyNames: ReadonlyArray<string>, data: RecordData) =>
  Object.entries(data)
    .filter(([name, content]) => !keyNames.includes(name) && content != null)
    .map(([name, content]): readonly [string, unknown] => {
      const field =
        fieldNamed(state, name, false) ??
        createField(state, at, { field_name: name, field_type: "text", is_key: false })
      return [field.id, content]
    })

/** Stores what became of a record of a file. Its data belongs to the record with its keys, or else to the source record. */
export const writeResult = (
  state: State,
  at: Moment,
  activity: Activity,
  keyNames: ReadonlyArray<string>,
  { data, record_id, status }: RecordResult
): void => {
  const statusField = statusFieldOf(state, activity)
  const source = state.records.get(record_id)
  if (source !== undefined && statusField !== undefined) {
    addValue(state, at, source, statusField, { content: status, operation_id: activity.id, record_view_id: null })
  }
  if (status !== "success" || data == null) {
    return
  }
  const record = recordOf(state, at, keyNames, data) ?? state.records.get(record_id)
  if (record !== undefined) {
    writeRegistered(state, at, activity, record, new Map(contentsOf(state, at, keyNames, data)))
  }
}

/**
 * Makes a record of a draft. It has the keys in the data of the result, or else those of the draft, and the values of the draft,
 * where the data has no others.
 */
export const registerDraft = (
  state: State,
  at: Moment,
  activity: Activity,
  keyNames: ReadonlyArray<string>,
  result: RecordResult,
  draft: Record
): void => {
  const data = result.data ?? {}
  const keys = new Map([...keysOf(draft)].filter(([id]) => id !== draftIdFieldId))
  const ownRecord = () => {
    const type = entityTypeFor(state, at, [...keys.keys()])
    return recordWithKeys(state, type.id, keys) ?? addRecord(state, at, type, keys)
  }
  const values = Object.entries(draft.record_values).flatMap(([id, [value]]) =>
    value === undefined || draft.identifier_ids.includes(value.id) ? [] : [[id, value.content] as const]
  )
  writeRegistered(
    state,
    at,
    activity,
    recordOf(state, at, keyNames, data) ?? ownRecord(),
    new Map([...values, ...contentsOf(state, at, keyNames, data)])
  )
}

/** Fails with the platform's 400 if a content does not fit its field, so that all results of a request are stored or none. */
export const checkResults = (
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
