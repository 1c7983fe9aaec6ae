import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import type { BadRequest } from "../../KaleidoscopeError.js"
import * as MissingField from "../catalog/missingField.js"
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

/** The result of a draft, by its id. */
type DraftResult = Omit<RecordResult, "record_id"> & { readonly record_id: Ids.RecordId }

type DraftResults = Omit<Results, "records"> & { readonly records: ReadonlyArray<DraftResult> }

const refusal = (record_id: Ids.RecordId, error_message: string): DraftResult => ({
  record_id,
  status: "error",
  error_message
})

const isAccepted = ({ status }: DraftResult): boolean => status === "success"

/**
 * The results of a submission, in one body. A registration is a success if one of its drafts was registered, now or
 * before: else the platform could take the registered ones for failed. A validation is a success if no draft was refused.
 */
const resultsOf = (
  type: Type,
  records: ReadonlyArray<DraftResult>,
  left: number,
  keyFieldNames: ReadonlyArray<string> | undefined
): DraftResults => {
  if (records.length + left === 0) return { status: "error", message: "The submission has no drafts.", records }
  const accepted = records.filter(isAccepted).length
  const isSuccess = type === "registration" ? accepted + left > 0 : accepted === records.length
  const leftBefore = left === 0 ? "" : ` ${left} had left the activity before, as registered drafts do.`
  return {
    status: isSuccess ? "success" : "error",
    message: `${accepted} of ${records.length} drafts were ${type === "registration" ? "registered" : "valid"}.${leftBefore}`,
    key_field_names: type === "registration" ? keyFieldNames : undefined,
    records
  }
}

const notTaken = "The platform does not take the values of the registered compound"

/** The place of a result in the body of the results, as an issue of the platform names it: `records.3.data.IC50`. */
const resultPlace = /(?:^|\W)records\W+(\d+)(?:\D|$)/

/** The results that the platform refuses, with its reasons. Empty if it does not say which of them. */
const refusedIn = (
  { issues }: BadRequest,
  records: ReadonlyArray<DraftResult>
): ReadonlyArray<readonly [draft: Ids.RecordId, reason: string]> =>
  issues.flatMap(({ message, path }) => {
    const place = resultPlace.exec(path)?.[1]
    const result = place === undefined ? undefined : records[Number(place)]
    return result !== undefined && isAccepted(result) ? [[result.record_id, message] as const] : []
  })

/** The work on a submission. The results of drafts are kept from one attempt to the next. */
export const make = (
  { activities, records, registration }: Work.Platform,
  registrar: Work.Registrar,
  activity: Ids.ActivityId,
  id: Ids.RegistrationSubmissionId
): Work.Work => {
  const done = new Map<string, DraftResult>()
  let drafts: ReadonlyArray<Ids.RecordId> | undefined
  let submitted: { readonly type: Type; readonly results: Results } | undefined

  const find = Effect.flatMap(registration.submissions(activity), (all) =>
    Submissions.withId(all, Work.method, activity, id)
  )

  const stageNow = Effect.map(find, stageOf)

  /** The drafts of the activity that are neither registered nor cleared. */
  const present = Effect.flatMap(activities.get(activity), (found) =>
    Effect.map(
      MissingField.required(Work.method, "activity", found, "data_table_draft_record_ids"),
      Id.distinctIds<Ids.RecordId>
    )
  )

  /** The drafts of a submission. Without a list it is about all drafts of its activity that were ever submitted. */
  const draftsOf = ({ submitted_record_ids }: RegistrationSubmission) =>
    submitted_record_ids === null
      ? Effect.zipWith(present, registration.draftStatuses(activity), (present, statuses) => {
          const submitted = new Set(
            statuses.flatMap(({ record_id }) => (record_id === null ? [] : Id.canonical(record_id)))
          )
          return present.filter((draft) => submitted.has(Id.canonical(draft)))
        })
      : Effect.succeed(Id.distinctIds(submitted_record_ids))

  /**
   * Those of some drafts that are still drafts. The platform archives registered drafts, and refuses to clear submitted
   * ones: so a submitted draft that is not there any more was registered, by another submission or by lost results.
   */
  const stillThere = (some: ReadonlyArray<Ids.RecordId>) =>
    Effect.map(present, (present) => {
      const ids = new Set(present.map(Id.canonical))
      return some.filter((draft) => ids.has(Id.canonical(draft)))
    })

  const judge = (type: Type, draft: Draft): Effect.Effect<DraftResult> =>
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
  const showProgress = (submission: RegistrationSubmission, drafts: ReadonlyArray<Ids.RecordId>) =>
    submission.status === null
      ? Effect.void
      : registration
          .pushSubmissionStatus(activity, id, {
            status: submission.status,
            message: `${drafts.filter((draft) => done.has(Id.canonical(draft))).length} of ${drafts.length} drafts are done.`
          })
          .pipe(Effect.catchAll((error) => Effect.logDebug(`Registrar: the progress was not shown: ${error.message}`)))

  /** Judges all drafts. Gives no results if another registrar finishes the submission in the meantime. */
  const judgeAll = (type: Type, submission: RegistrationSubmission) =>
    Effect.gen(function* () {
      drafts ??= yield* draftsOf(submission)
      const all = drafts
      const open = type === "registration" ? yield* stillThere(all) : all
      for (const [index, batch] of [...Chunk.chunksOf(Chunk.fromIterable(open), registrar.batchSize)].entries()) {
        const current = index === 0 ? submission : yield* find
        // A progress would open it again.
        if (stageOf(current) === "finished") return Option.none()
        yield* showProgress(current, open)
        yield* judgeBatch(type, submission, Chunk.toReadonlyArray(batch))
      }
      const records = open.flatMap((draft) => done.get(Id.canonical(draft)) ?? [])
      return Option.some(resultsOf(type, records, all.length - open.length, registrar.keyFieldNames))
    })

  /** Whether the platform has some results, although the submission is open: then the accepted drafts have left. */
  const hasResults = (type: Type, records: ReadonlyArray<DraftResult>) => {
    const accepted = records.filter(isAccepted).map(({ record_id }) => record_id)
    return type === "registration" && accepted.length > 0
      ? Effect.map(stillThere(accepted), ({ length }) => length === 0)
      : Effect.succeed(false)
  }

  /**
   * Submits results, and gives those that the platform has. If it refuses some of them, only their drafts are refused: the
   * others are submitted again, since a request that is refused does nothing.
   */
  const submit = (type: Type, results: DraftResults): Effect.Effect<DraftResults, Work.WorkError> =>
    Seen.submitted(
      registration.submitSubmissionResults(activity, id, results),
      stageNow,
      hasResults(type, results.records)
    ).pipe(
      Effect.as(results),
      Effect.catchTag("KaleidoscopeBadRequest", (error) => {
        const refused = new Map(refusedIn(error, results.records))
        if (refused.size === 0) return Effect.fail(error)
        const records = results.records.map((result) => {
          const reason = refused.get(result.record_id)
          if (reason === undefined) return result
          const asRefused = refusal(result.record_id, Verdict.inWords(`${notTaken}: ${reason}`))
          done.set(Id.canonical(result.record_id), asRefused)
          return asRefused
        })
        const left = (drafts ?? []).length - records.length
        return Effect.zipRight(
          Effect.logError(`Registrar: ${refused.size} results are refused, and submitted as errors: ${error.message}`),
          submit(type, resultsOf(type, records, left, registrar.keyFieldNames))
        )
      })
    )

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
    // If all drafts have left, there is nothing to submit.
    const isNothing = results.records.length === 0 && results.status === "success"
    submitted = { type, results: isNothing ? results : yield* submit(type, results) }
    return yield* conclude(type, submitted.results)
  })

  return {
    key: `submission ${Id.canonical(activity)} ${Id.canonical(id)}`,
    // A draft can be in two submissions. The second one has to see that the first one registered it.
    turn: Id.canonical(activity),
    attempt
  }
}
