import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import * as Id from "../id.js"
import type { Record } from "../records/model.js"
import type { RecordResult, RegistrationStatus, RegistrationSubmission, Results } from "../registration/model.js"
import * as Submissions from "../registration/submissions.js"
import type { Draft, Outcome } from "./model.js"
import * as Seen from "./seen.js"
import * as Verdict from "./verdict.js"
import * as Work from "./work.js"

const types = ["registration", "validation"] as const

type Type = (typeof types)[number]

/** What a submission is for. Where the platform does not say it, the state says it: `submitted` is only for registration. */
const typeOf = ({ status, submission_type }: RegistrationSubmission): Type | undefined => {
  const type = types.find((type) => type === submission_type)
  return type ?? (status === "submitted" ? "registration" : status === "pending" ? "validation" : undefined)
}

/** How far a submission is. */
const stageOf = (submission: RegistrationSubmission): Work.Stage => {
  const type = typeOf(submission)
  return type === undefined ? "unknown" : Work.stageIn(submission.status, type === "registration")
}

const functionFor = (type: Type, { register, validate }: Work.Registrar) =>
  type === "registration" ? register : validate

/** Whether a submission waits for a registrar that has a function for it. */
export const isWaitingFor = (registrar: Work.Registrar, submission: RegistrationSubmission): boolean => {
  const type = typeOf(submission)
  return stageOf(submission) === "open" && type !== undefined && functionFor(type, registrar) !== undefined
}

const finalState = (type: Type, { status }: Results): RegistrationStatus =>
  type === "registration"
    ? status === "success"
      ? "completed"
      : "failed"
    : status === "success"
      ? "validated"
      : "validation_failed"

const refusal = (record_id: Ids.RecordId, error_message: string): RecordResult => ({
  record_id,
  status: "error",
  error_message
})

/**
 * The results of a submission, in one body. A registration is a success if one of its drafts was registered: else the
 * platform could take the registered ones for failed. A validation is a success if no draft was refused.
 */
const resultsOf = (
  type: Type,
  records: ReadonlyArray<RecordResult>,
  keyFieldNames: ReadonlyArray<string> | undefined
): Results => {
  if (records.length === 0) return { status: "error", message: "The submission has no drafts.", records }
  const accepted = records.filter(({ status }) => status === "success").length
  const isSuccess = type === "registration" ? accepted > 0 : accepted === records.length
  return {
    status: isSuccess ? "success" : "error",
    message: `${accepted} of ${records.length} drafts were ${type === "registration" ? "registered" : "valid"}.`,
    key_field_names: type === "registration" ? keyFieldNames : undefined,
    records
  }
}

/** The work on a submission. The results of drafts are kept from one attempt to the next. */
export const make = (
  { activities, records, registration }: Work.Platform,
  registrar: Work.Registrar,
  activity: Ids.ActivityId,
  id: Ids.RegistrationSubmissionId
): Work.Work => {
  const done = new Map<string, RecordResult>()
  let submitted: { readonly type: Type; readonly results: Results } | undefined

  const find = Effect.flatMap(registration.submissions(activity), (all) =>
    Submissions.withId(all, Work.method, activity, id)
  )

  const stageNow = Effect.map(find, stageOf)

  /** The drafts of a submission. Without a list it is about all drafts of its activity that were ever submitted. */
  const draftsOf = ({ submitted_record_ids }: RegistrationSubmission) =>
    submitted_record_ids === null
      ? Effect.zipWith(
          activities.get(activity),
          registration.draftStatuses(activity),
          ({ data_table_draft_record_ids }, statuses) => {
            const submitted = new Set(
              statuses.flatMap(({ record_id }) => (record_id === null ? [] : Id.canonical(record_id)))
            )
            return Id.distinctIds(data_table_draft_record_ids).filter((draft) => submitted.has(Id.canonical(draft)))
          }
        )
      : Effect.succeed(Id.distinctIds(submitted_record_ids))

  const judge = (type: Type, draft: Draft): Effect.Effect<RecordResult> =>
    Effect.gen(function* () {
      const { register, validate } = registrar
      const { id } = draft.record
      if (validate !== undefined) {
        const verdict = yield* Verdict.run(() => validate(draft))
        if (Either.isLeft(verdict)) return refusal(id, verdict.left)
      }
      if (type === "validation" || register === undefined) return { record_id: id, status: "success" }
      const registered = yield* Verdict.run(() => register(draft))
      const data = Either.isLeft(registered) ? registered : yield* Verdict.sendable(registered.right)
      return Either.match(data, {
        onLeft: (message) => refusal(id, message),
        onRight: (data) => ({ record_id: id, status: "success", data })
      })
    })

  const judgeBatch = (type: Type, submission: RegistrationSubmission, drafts: ReadonlyArray<Ids.RecordId>) =>
    Effect.gen(function* () {
      const open = drafts.filter((draft) => !done.has(Id.canonical(draft)))
      const found = new Map<string, Record>(
        (yield* records.findMany(open)).map((record) => [Id.canonical(record.id), record])
      )
      yield* Effect.forEach(
        open,
        (draft) => {
          const record = found.get(Id.canonical(draft))
          const result =
            record === undefined
              ? Effect.succeed(refusal(draft, "The draft does not exist any more."))
              : judge(type, { record, submission, activity, idempotencyKey: `${submission.id}/${draft}` })
          return Effect.map(result, (result) => done.set(Id.canonical(draft), result))
        },
        {
          concurrency: Number.isFinite(registrar.concurrency) ? registrar.concurrency : "unbounded",
          batching: true,
          discard: true
        }
      )
    })

  /** Shows the scientist how far the submission is. It is no reason to stop if that fails. */
  const showProgress = (submission: RegistrationSubmission, total: number) =>
    submission.status === null
      ? Effect.void
      : registration
          .pushSubmissionStatus(activity, id, {
            status: submission.status,
            message: `${done.size} of ${total} drafts are done.`
          })
          .pipe(Effect.catchAll((error) => Effect.logDebug(`Registrar: the progress was not shown: ${error.message}`)))

  /** Judges all drafts. Gives no results if another registrar finishes the submission in the meantime. */
  const judgeAll = (type: Type, submission: RegistrationSubmission) =>
    Effect.gen(function* () {
      const drafts = yield* draftsOf(submission)
      for (const [index, batch] of [...Chunk.chunksOf(Chunk.fromIterable(drafts), registrar.batchSize)].entries()) {
        const current = index === 0 ? submission : yield* find
        // A progress would open it again.
        if (stageOf(current) === "finished") return Option.none()
        yield* showProgress(current, drafts.length)
        yield* judgeBatch(type, submission, Chunk.toReadonlyArray(batch))
      }
      const records = drafts.flatMap((draft) => done.get(Id.canonical(draft)) ?? [])
      return Option.some(resultsOf(type, records, registrar.keyFieldNames))
    })

  const conclude = (type: Type, results: Results) =>
    Work.conclude(results, stageNow, () =>
      registration.pushSubmissionStatus(activity, id, { status: finalState(type, results), message: results.message })
    )

  const attempt: Effect.Effect<Outcome, Work.WorkError> = Effect.gen(function* () {
    if (submitted !== undefined) return yield* conclude(submitted.type, submitted.results)
    const submission = yield* Seen.soon(find)
    const type = typeOf(submission)
    const stage = stageOf(submission)
    if (stage === "finished") return Work.alreadyFinished(submission.status)
    if (stage === "unknown" || type === undefined) {
      return Work.ignored(`submission ${id} is in the state ${JSON.stringify(submission.status)}, which is not known`)
    }
    if (functionFor(type, registrar) === undefined) {
      return Work.ignored(`this registrar has no function for a ${type}`)
    }
    const judged = yield* judgeAll(type, submission)
    if (Option.isNone(judged)) return Work.alreadyFinished((yield* find).status)
    const results = judged.value
    yield* Seen.submitted(registration.submitSubmissionResults(activity, id, results), stageNow)
    submitted = { type, results }
    return yield* conclude(type, results)
  })

  return { key: `submission ${Id.canonical(activity)} ${Id.canonical(id)}`, attempt }
}
