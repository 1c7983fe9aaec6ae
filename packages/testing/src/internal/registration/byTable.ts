import * as Effect from "effect/Effect"
import { type BadRequest, type Conflict, type NotFound, notFound, refuse } from "../server/problem.js"
import { addEvent, find, type Moment, newId, type State } from "../server/store.js"
import type { Webhooks } from "../server/webhooks.js"
import {
  archiveDrafts,
  checkAreDrafts,
  checkNotInFlight,
  stagingView,
  statusOf,
  statusOfVerdict,
  submissionsOf
} from "./drafts.js"
import type { RegistrationStatus, RegistrationSubmission, StoredSubmission, SubmissionWithErrors } from "./model.js"
import { checkResults, recordErrors, registerDraft } from "./results.js"
import type { Results } from "./routes.js"

const answer = ({ verdicts: _, ...submission }: StoredSubmission): RegistrationSubmission => submission

const findSubmission = (state: State, operationId: string, id: string): Effect.Effect<StoredSubmission, NotFound> =>
  Effect.filterOrFail(
    find(state.registration_submissions, "registration submission", id),
    (submission) => submission.operation_id === operationId,
    () => notFound("registration submission", id)
  )

const write = (
  state: State,
  at: Moment,
  submission: StoredSubmission,
  change: Partial<StoredSubmission> & { readonly status: RegistrationStatus }
): void => {
  state.registration_submissions.set(submission.id, {
    ...submission,
    ...change,
    last_updated_by: state.api_user_id,
    updated_at: at.iso
  })
  addEvent(state, at, `registration_drafts_${change.status}`, "task", submission.operation_id, {
    submission_id: submission.id,
    status: change.status
  })
}

/** Submits drafts of an activity to the registrar, or all of them. */
export const submit = (
  state: State,
  webhooks: typeof Webhooks.Service,
  at: Moment,
  operationId: string,
  type: StoredSubmission["submission_type"],
  recordIds: ReadonlyArray<string> | undefined
): Effect.Effect<RegistrationSubmission, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", operationId)
    yield* stagingView(state, activity)
    const drafts = activity.data_table_draft_record_ids
    if (drafts.length === 0) {
      return yield* refuse(["record_ids"], "The activity has no drafts")
    }
    yield* checkAreDrafts(activity, recordIds ?? [], ["record_ids"])
    const submission: StoredSubmission = {
      id: newId(),
      workspace_id: state.workspace.id,
      operation_id: operationId,
      submission_type: type,
      file_ids: [],
      submitted_record_ids: [...new Set(recordIds ?? drafts)],
      status: type === "registration" ? "submitted" : "pending",
      message: null,
      created_by: state.api_user_id,
      last_updated_by: state.api_user_id,
      created_at: at.iso,
      updated_at: at.iso,
      verdicts: []
    }
    state.registration_submissions.set(submission.id, submission)
    const event = type === "registration" ? "registration_drafts_submitted" : "registration_drafts_validation_requested"
    addEvent(state, at, event, "task", operationId, { submission_id: submission.id })
    yield* webhooks.send(at, event, { operation_id: operationId, submission_id: submission.id })
    return answer(submission)
  })

/** The submissions of an activity, newest first. Errors of records are included if the submission failed. */
export const list = (state: State, operationId: string): ReadonlyArray<SubmissionWithErrors> =>
  submissionsOf(state, operationId)
    .map(({ verdicts, ...submission }) => ({
      ...submission,
      record_errors:
        submission.status === "failed" || submission.status === "validation_failed" ? recordErrors(verdicts) : []
    }))
    .reverse()

/** Archives drafts of an activity. */
export const clear = (
  state: State,
  at: Moment,
  operationId: string,
  recordIds: ReadonlyArray<string>
): Effect.Effect<void, NotFound | BadRequest | Conflict> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", operationId)
    yield* stagingView(state, activity)
    yield* checkAreDrafts(activity, recordIds, ["record_ids"])
    yield* checkNotInFlight(state, operationId, recordIds)
    archiveDrafts(state, at, operationId, recordIds, "archived")
    addEvent(state, at, "registration_drafts_cleared", "task", operationId, { record_ids: recordIds })
  })

/** Stores a status that the registrar reports. */
export const pushStatus = (
  state: State,
  at: Moment,
  operationId: string,
  submissionId: string,
  status: RegistrationStatus,
  message: string | null
): Effect.Effect<void, NotFound> =>
  Effect.gen(function* () {
    yield* find(state.activities, "activity", operationId)
    write(state, at, yield* findSubmission(state, operationId, submissionId), { status, message })
  })

/**
 * Stores the results that the registrar reports, in one request or in several. Drafts with a good result become records, unless
 * the submission is a validation. A draft that is registered already does not change.
 */
export const submitResults = (
  state: State,
  at: Moment,
  operationId: string,
  submissionId: string,
  results: Results
): Effect.Effect<void, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const activity = yield* find(state.activities, "activity", operationId)
    const submission = yield* findSubmission(state, operationId, submissionId)
    const type = submission.submission_type
    const keyNames = results.key_field_names ?? []
    const records = results.records ?? []
    const ids = new Set(submission.submitted_record_ids)
    const wrong = records.findIndex(({ record_id }) => !ids.has(record_id))
    if (wrong >= 0) {
      return yield* refuse(["records", wrong, "record_id"], "is not a draft of the submission")
    }
    yield* checkResults(state, activity, keyNames, records)
    const verdicts = new Map(submission.verdicts.map((verdict) => [verdict.record_id, verdict]))
    const registered = new Set<string>()
    for (const result of records) {
      const id = result.record_id
      const draft = state.registration_drafts.get(id)
      if (draft?.state === "registered" || registered.has(id)) {
        continue
      }
      verdicts.set(id, { record_id: id, status: result.status, error_message: result.error_message ?? null })
      if (
        draft?.state === "staged" &&
        type === "registration" &&
        statusOfVerdict(type, result.status) === "completed"
      ) {
        registerDraft(state, at, activity, keyNames, result, draft.record)
        registered.add(id)
      }
    }
    archiveDrafts(state, at, operationId, [...registered], "registered")
    write(state, at, submission, {
      status: statusOf[type][results.status],
      message: results.message ?? null,
      verdicts: [...verdicts.values()]
    })
  })
