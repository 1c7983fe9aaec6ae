import { Activities, Files, Ids, KaleidoscopeError, Records, Registration } from "@effect-kaleidoscope/sdk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export const activity = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
export const submission = Ids.RegistrationSubmissionId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1")
export const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
export const draft = (nth: number) => Ids.RecordId.make(`draft-${nth}`)

/** The drafts from the first to this one. */
export const drafts = (count: number) => Array.from({ length: count }, (_, index) => draft(index + 1))

const submissionOf = Schema.decodeUnknownSync(Registration.RegistrationSubmission)
const fileOf = Schema.decodeUnknownSync(Registration.RegistrationFile)
const recordOf = Schema.decodeUnknownSync(Records.Record)
const activityOf = Schema.decodeUnknownSync(Activities.Activity)
const draftStatusOf = Schema.decodeUnknownSync(Registration.DraftStatus)

const facts = {
  message: "the server failed",
  call: "Registration.submitSubmissionResults",
  method: "POST",
  pathTemplate: "/",
  path: "/",
  status: 500,
  requestId: null,
  attempts: 3,
  elapsed: Duration.zero
}

export const serverError = (outcome: "none" | "unknown" | "done" = "none") =>
  new KaleidoscopeError.ServerError({ ...facts, outcome })

export const badRequest = new KaleidoscopeError.BadRequest({
  ...facts,
  message: "the field is unknown",
  outcome: "none",
  code: null,
  issues: []
})

export interface Submission {
  readonly id: string
  readonly submission_type: string | null
  status: string | null
  readonly submitted_record_ids: ReadonlyArray<string> | null
}

/** The registration of one activity as the platform has it, with what was written to it. */
export const make = (
  options: {
    readonly submissions?: ReadonlyArray<Partial<Submission>>
    readonly fileStatus?: string
    /** The drafts that exist. */
    readonly present?: ReadonlyArray<string>
    /** Whether results end a submission. */
    readonly resultsFinish?: boolean
  } = {}
) => {
  const { resultsFinish = true } = options
  const submissions: Array<Submission> = (options.submissions ?? [{}]).map((one) => ({
    id: submission,
    submission_type: "registration",
    status: "submitted",
    submitted_record_ids: drafts(3),
    ...one
  }))
  const registration = { id: "registration-of-the-file", file_id: file, status: options.fileStatus ?? "submitted" }
  const present = new Set(options.present ?? drafts(1000))
  const results: Array<Registration.Results> = []
  const statuses: Array<Registration.StatusUpdate> = []
  const reads: Array<string> = []
  /** Failures of the next submissions of results, and whether the platform has the results all the same. */
  const faults: Array<{
    readonly error: KaleidoscopeError.ServerError | KaleidoscopeError.BadRequest
    readonly stored: boolean
  }> = []
  /** Failures of the next changes of a state. */
  const statusFaults: Array<KaleidoscopeError.ServerError> = []
  /** Failures of the next reads of the submissions. */
  const readFaults: Array<KaleidoscopeError.ServerError> = []

  const finish = (of: { status: string | null }, { status }: Registration.Results, isValidation = false) => {
    if (!resultsFinish) return
    of.status = isValidation
      ? status === "success"
        ? "validated"
        : "validation_failed"
      : status === "success"
        ? "completed"
        : "failed"
  }

  const store = (all: Registration.Results, of: { status: string | null }, isValidation: boolean) =>
    Effect.suspend(() => {
      const fault = faults.shift()
      if (fault === undefined || fault.stored) {
        results.push(all)
        for (const { record_id, status } of isValidation ? [] : (all.records ?? [])) {
          // Registered drafts are archived.
          if (status === "success") present.delete(String(record_id))
        }
        finish(of, all, isValidation)
      }
      return fault === undefined ? Effect.void : Effect.fail(fault.error)
    })

  const found = (id: Registration.SubmissionReference) => {
    const one = submissions.find((one) => one.id === (typeof id === "string" ? id : id.id))
    return one === undefined ? Effect.dieMessage("no such submission") : Effect.succeed(one)
  }

  const layer = Layer.mergeAll(
    Layer.mock(Registration.Registration, {
      submissions: () =>
        Effect.suspend(() => {
          reads.push("submissions")
          const fault = readFaults.shift()
          return fault === undefined
            ? Effect.succeed(submissions.map((one) => submissionOf({ ...one })))
            : Effect.fail(fault)
        }),
      draftStatuses: () =>
        Effect.sync(() =>
          [...present].slice(0, 2).map((record_id) => draftStatusOf({ record_id, status: "submitted" }))
        ),
      pushSubmissionStatus: (_, id, update) =>
        Effect.flatMap(found(id), (one) =>
          Effect.suspend(() => {
            const fault = statusFaults.shift()
            if (fault !== undefined) return Effect.fail(fault)
            statuses.push(update)
            one.status = update.status
            return Effect.void
          })
        ),
      submitSubmissionResults: (_, id, all) =>
        Effect.flatMap(found(id), (one) => store(all, one, one.submission_type === "validation")),
      list: () => Effect.sync(() => [fileOf({ ...registration })]),
      pushStatus: (_, __, update) =>
        Effect.sync(() => {
          statuses.push(update)
          registration.status = update.status
        }),
      submitResults: (_, __, all) => store(all, registration, false)
    }),
    Layer.mock(Records.Records, {
      findMany: (references) =>
        Effect.sync(() => {
          const ids = Array.from(references, String)
          reads.push(`${ids.length} drafts`)
          return ids.filter((id) => present.has(id)).map((id) => recordOf({ id, record_identifier: `name of ${id}` }))
        })
    }),
    Layer.mock(Activities.Activities, {
      list: Effect.sync(() => {
        reads.push("activities")
        return [
          activityOf({ id: activity, registration_staging_record_view_id: "staging" }),
          activityOf({ id: "another", registration_staging_record_view_id: null })
        ]
      }),
      get: () => Effect.sync(() => activityOf({ id: activity, data_table_draft_record_ids: [...present] }))
    }),
    Layer.mock(Files.Files, { download: () => Stream.make(new TextEncoder().encode("CCO")) })
  )
  return { layer, submissions, registration, present, results, statuses, reads, faults, readFaults, statusFaults }
}

export const draftsSubmitted: Registration.Webhook = { _tag: "DraftsSubmitted", activity, submission, body: {} }
