import * as Effect from "effect/Effect"
import type { Activity } from "../activities/model.js"
import { draftIdFieldId } from "../entities/fields.js"
import type { EntityField, EntityType } from "../entities/model.js"
import type { Keys } from "../records/keys.js"
import type { RecordValue } from "../records/model.js"
import { newRecord } from "../records/records.js"
import type { RecordView } from "../recordViews/model.js"
import { edited } from "../server/changes.js"
import { type BadRequest, type Conflict, conflict, refuse } from "../server/problem.js"
import { type Moment, newId, type State } from "../server/store.js"
import type { DraftStatus, RegistrationDraft, StoredSubmission } from "./model.js"

/** The view on which an activity stages its drafts. Fails with the platform's 400 if it has none. */
export const stagingView = (state: State, activity: Activity): Effect.Effect<RecordView, BadRequest> => {
  const view = state.record_views.get(activity.registration_staging_record_view_id ?? "")
  return view === undefined
    ? refuse(
        ["operation_id"],
        "The activity has no view for drafts. Set registration_staging_template_view_id of its definition before the activity is created"
      )
    : Effect.succeed(view)
}

/** The submissions of an activity, oldest first. */
export const submissionsOf = (state: State, activityId: string): ReadonlyArray<StoredSubmission> =>
  [...state.registration_submissions.values()].filter((submission) => submission.operation_id === activityId)

/** The statuses for the results "success" and "error". */
export const statusOf = {
  registration: { success: "completed", error: "failed" },
  validation: { success: "validated", error: "validation_failed" }
} as const

/** The status of a draft for a status that the registrar reported about it. Further statuses stay as they are. */
export const statusOfVerdict = (type: StoredSubmission["submission_type"], status: string): string =>
  status === "success" || status === "error" ? statusOf[type][status] : status

/** The status of each draft of a submission: what the registrar reported about it, or else the status of the submission. */
const statusesOf = (submission: StoredSubmission): ReadonlyArray<DraftStatus> => {
  const verdicts = new Map(submission.verdicts.map((verdict) => [verdict.record_id, verdict]))
  return (submission.submitted_record_ids ?? []).map((id) => {
    const verdict = verdicts.get(id)
    return verdict === undefined
      ? { record_id: id, status: submission.status, message: null }
      : {
          record_id: id,
          status: statusOfVerdict(submission.submission_type, verdict.status),
          message: verdict.error_message
        }
  })
}

/** The statuses of the drafts that were submitted or validated, by their newest submission. Archived drafts are not included. */
export const draftStatuses = (state: State, activityId: string): ReadonlyArray<DraftStatus> => {
  const statuses = new Map(
    submissionsOf(state, activityId)
      .flatMap(statusesOf)
      .map((status) => [status.record_id, status])
  )
  return [...statuses.values()].filter(
    ({ record_id }) => state.registration_drafts.get(record_id)?.state !== "archived"
  )
}

/** The ids of the drafts that are pending or submitted in any submission. */
export const inFlight = (state: State, activityId: string): ReadonlySet<string> =>
  new Set(
    submissionsOf(state, activityId)
      .flatMap(statusesOf)
      .filter(({ status }) => status === "pending" || status === "submitted")
      .map(({ record_id }) => record_id)
  )

/** Fails with the platform's 400 if one of the ids is not the id of a draft of the activity. */
export const checkAreDrafts = (
  activity: Activity,
  ids: ReadonlyArray<string>,
  path: ReadonlyArray<string>
): Effect.Effect<void, BadRequest> => {
  const drafts = new Set(activity.data_table_draft_record_ids)
  const wrong = ids.findIndex((id) => !drafts.has(id))
  return wrong < 0
    ? Effect.void
    : refuse([...path, wrong], `is not a draft of the activity: ${JSON.stringify(ids[wrong])}`)
}

/** Fails with the platform's 409 if one of the drafts is pending or submitted. */
export const checkNotInFlight = (
  state: State,
  activityId: string,
  ids: ReadonlyArray<string>
): Effect.Effect<void, Conflict> => {
  const busy = inFlight(state, activityId)
  const first = ids.find((id) => busy.has(id))
  return first === undefined
    ? Effect.void
    : conflict(`The draft ${JSON.stringify(first)} is pending or submitted, so it cannot be archived`)
}

/** Changes the list of the drafts of an activity. */
export const editDrafts = (
  state: State,
  at: Moment,
  activityId: string,
  added: ReadonlyArray<string>,
  removed: ReadonlyArray<string>
): void => {
  const activity = state.activities.get(activityId)
  if (activity !== undefined) {
    state.activities.set(activityId, {
      ...activity,
      data_table_draft_record_ids: edited(activity.data_table_draft_record_ids, added, removed),
      last_activity_at: at.iso
    })
  }
}

/**
 * Adds a draft. Its keys are those of the row and an id of its own, so that the same row twice makes two drafts. The activity
 * does not list it yet.
 */
export const addDraft = (
  state: State,
  at: Moment,
  activity: Activity,
  view: RecordView,
  type: EntityType,
  rowKeys: Keys,
  contents: ReadonlyArray<readonly [field: EntityField, content: unknown]>
): RegistrationDraft => {
  const number = String(state.registration_drafts.size + 1).padStart(6, "0")
  const keys = new Map([...rowKeys, [draftIdFieldId, `DRAFT-${number}`]])
  const record = newRecord(state, at, type, keys, activity.id)
  const values = contents.map(([field, content]): readonly [string, ReadonlyArray<RecordValue>] => [
    field.id,
    [
      {
        id: newId(),
        content,
        created_at: at.precise,
        operation_id: activity.id,
        record_id: record.id,
        record_view_id: view.id,
        created_by: state.api_user_id
      }
    ]
  ])
  const draft: RegistrationDraft = {
    id: record.id,
    operation_id: activity.id,
    state: "staged",
    record: {
      ...record,
      record_values: { ...record.record_values, ...Object.fromEntries(values) },
      operation_records_created_at: { [activity.id]: at.precise }
    }
  }
  state.registration_drafts.set(draft.id, draft)
  return draft
}

/** Removes drafts from the view for drafts of their activity, since they were registered, cleared or replaced. */
export const archiveDrafts = (
  state: State,
  at: Moment,
  activityId: string,
  ids: ReadonlyArray<string>,
  reason: "registered" | "archived"
): void => {
  for (const id of ids) {
    const draft = state.registration_drafts.get(id)
    if (draft?.state === "staged") {
      state.registration_drafts.set(id, { ...draft, state: reason })
    }
  }
  editDrafts(state, at, activityId, [], ids)
}
