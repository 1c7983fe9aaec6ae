import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  RegistrationIncomplete
} from "../../KaleidoscopeError.js"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as Nearest from "../catalog/nearest.js"
import * as Id from "../id.js"
import type { RowError } from "../imports/model.js"
import type { Record } from "../records/model.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Poll from "../request/poll.js"
import * as Calls from "./calls.js"
import type * as Columns from "./columns.js"
import * as Matching from "./matching.js"
import type {
  AwaitSubmissionOptions,
  Registered,
  RegisteredRow,
  RegisterTableOptions,
  RegistrationSubmission,
  Rejected,
  RejectedRow,
  Staged,
  StagedDraft,
  StageError,
  StageOptions,
  SubmissionReference,
  TableRegistration
} from "./model.js"
import * as Stage from "./stage.js"
import * as Submissions from "./submissions.js"
import { verdictIn, verdictOf } from "./values.js"

/** The verdicts of a registrar on drafts. */
interface Verdicts<A> {
  readonly rejected: ReadonlyArray<RejectedRow<A>>
  readonly accepted: ReadonlyArray<StagedDraft<A>>
}

/** Why a row became no draft. */
const reasonOf = (error: RowError | undefined): string =>
  [error?.field_name, error?.conflict_type].filter((part) => typeof part === "string").join(": ") ||
  "no draft of this row was found"

type Phase = Exclude<RegistrationIncomplete["during"], "staging">

/** The registration of tables: rows become drafts, drafts become records. */
export const make = (api: Api.Api) => {
  const activities = Activities.catalog(api)
  const { records, stageGroups, submissions } = Stage.make(api)

  const inWords = ({ status }: RegistrationSubmission): string =>
    status === null ? "a state that is missing" : `the state ${Nearest.quote(api.state.secrets.hide(status))}`

  /** Waits until a submission has a verdict, and gives it, whatever the verdict is. */
  const awaitEnd = <R>(
    activity: Ids.ActivityId,
    submission: Ids.RegistrationSubmissionId,
    options: AwaitSubmissionOptions<R>,
    verdict: (found: RegistrationSubmission) => ReturnType<typeof verdictOf> = verdictOf
  ): Effect.Effect<RegistrationSubmission, ReadError | InvalidRequest | NotFound, R> =>
    Poll.until<RegistrationSubmission, RegistrationSubmission, ReadError | InvalidRequest | NotFound, R>(
      api,
      {
        name: awaitName,
        thing: `submission ${submission}`,
        read: Effect.flatMap(submissions.submissions(activity), (all) =>
          Submissions.withId(all, awaitName, activity, submission)
        ),
        result: (found) => Effect.succeed(verdict(found) === "waiting" ? Option.none() : Option.some(found)),
        inWords
      },
      options
    )

  /** Submits new drafts. If nobody knows whether it was done, it looks: any submission of new drafts is this one. */
  const submitNew = (type: Phase, id: Ids.ActivityId, drafts: ReadonlyArray<Ids.RecordId>) =>
    (type === "validation" ? submissions.validate(id, { drafts }) : submissions.submit(id, { drafts })).pipe(
      Submissions.orFound(api, {
        name: tableName,
        thing: `the ${type} of the drafts`,
        read: submissions.submissions(id),
        result: (all) => Effect.succeed(Submissions.newestOf(all, type, drafts)),
        inWords: () => "a list without it"
      })
    )

  /** The verdicts of a submission on its drafts. */
  const verdictsOf = <A>(
    id: Ids.ActivityId,
    submission: RegistrationSubmission,
    drafts: ReadonlyArray<StagedDraft<A>>,
    isRegistration: boolean
  ) =>
    Effect.map(api.get(Calls.draftStatuses, { id }), (all) => {
      const statuses = new Map(all.map((one) => [Id.canonical(one.record_id ?? ""), one]))
      const errors = new Map(
        submission.record_errors.map((one) => [Id.canonical(one.source_record_id ?? ""), one.error_message])
      )
      const rejected: Array<RejectedRow<A>> = []
      const accepted: Array<StagedDraft<A>> = []
      for (const draft of drafts) {
        const key = Id.canonical(draft.id)
        const own = statuses.get(key)
        const status = own?.status ?? submission.status
        // In doubt a draft is not accepted.
        if (verdictIn(status, isRegistration) === "accepted" && !errors.has(key)) accepted.push(draft)
        else {
          const reason =
            own?.message ??
            errors.get(key) ??
            submission.message ??
            `the registrar does not say why; the state is ${Nearest.quote(status ?? "missing")}`
          rejected.push({ index: draft.index, row: draft.row, draft: Option.some(draft.id), reason })
        }
      }
      return { rejected, accepted }
    })

  /**
   * Waits until no accepted draft is a draft any more. A registrar may report its results in parts, and the first part
   * can end the submission: only a draft that is archived is certainly registered.
   */
  const awaitArchived = <A, R>(
    id: Ids.ActivityId,
    read: Effect.Effect<Verdicts<A>, ReadError | InvalidRequest | NotFound>,
    options: Pick<AwaitSubmissionOptions, "timeout"> & Pick<RegisterTableOptions<A, R>, "schedule">
  ) =>
    Poll.until<
      Verdicts<A> & { readonly left: number },
      Verdicts<A>,
      ReadError | InvalidRequest | NotFound | AmbiguousReference,
      R
    >(
      api,
      {
        name: tableName,
        thing: "the registration of the drafts",
        read: Effect.zipWith(read, submissions.draftsOf(tableName, id), (verdicts, present) => {
          const isDraft = new Set(present.map(Id.canonical))
          return { ...verdicts, left: verdicts.accepted.filter((draft) => isDraft.has(Id.canonical(draft.id))).length }
        }),
        result: (found) => Effect.succeed(found.left === 0 ? Option.some(found) : Option.none()),
        inWords: ({ left }) => `a state in which ${left} drafts are accepted and not yet registered`
      },
      options
    )

  /** The records that came of drafts. */
  const registeredOf = <A>(
    id: Ids.ActivityId,
    table: Columns.Table,
    drafts: ReadonlyArray<StagedDraft<A>>,
    before: ReadonlyArray<Ids.RecordId>
  ) =>
    Effect.gen(function* () {
      const { all_record_ids, data_table_draft_record_ids } = yield* activities.get(id)
      const old = new Set([...before, ...data_table_draft_record_ids].map(Id.canonical))
      const found = yield* records.findMany(all_record_ids.filter((one) => !old.has(Id.canonical(one))))
      const byId = new Map<string, Record>(found.map((record) => [Id.canonical(record.id), record]))
      const isDraft = new Set(drafts.map((draft) => Id.canonical(draft.id)))
      const indices = new Set(drafts.map(({ index }) => index))
      const byIndex = new Map(
        Matching.match(
          table,
          table.rows.filter(({ index }) => indices.has(index)),
          found.filter((record) => !isDraft.has(Id.canonical(record.id))),
          id
        ).map(({ index, record }) => [index, record])
      )
      return drafts.map(
        (draft): RegisteredRow<A> => ({
          ...draft,
          record: Option.fromNullable(byId.get(Id.canonical(draft.id)) ?? byIndex.get(draft.index))
        })
      )
    })

  const stage = <A, R = never>(
    activity: Activities.Reference,
    rows: ReadonlyArray<A>,
    options: StageOptions<A, R>
  ): Effect.Effect<Staged<A>, StageError, R> =>
    Effect.map(stageGroups(activity, rows, options), ({ done }) =>
      Stage.toStaged(rows, options.key_field_names, done)
    ).pipe(Method.withSpan(Calls.runImport))

  const awaitSubmission = <R = never>(
    activity: Activities.Reference,
    submission: SubmissionReference,
    options: AwaitSubmissionOptions<R> = {}
  ) =>
    Effect.flatMap(activities.resolve(activity), (id) => awaitEnd(id, Catalog.idOf(submission), options)).pipe(
      Effect.ensuring(activities.drop),
      Method.withSpan(awaitName)
    )

  const registerTable = <A, R = never>(
    reference: Activities.Reference,
    rows: ReadonlyArray<A>,
    { onProgress, schedule, timeout, ...table }: RegisterTableOptions<A, R>
  ): Effect.Effect<TableRegistration<A>, StageError, R> =>
    Effect.gen(function* () {
      const waiting = { timeout, schedule }
      const staging = yield* stageGroups<A, R>(reference, rows, {
        ...table,
        ...waiting,
        onProgress: onProgress === undefined ? undefined : (found) => onProgress({ _tag: "Staging", found })
      })
      const { activity, done } = staging
      const { drafts, rowErrors, withoutDraft } = Stage.toStaged(rows, table.key_field_names, done)
      if (withoutDraft.length > 0) {
        return {
          _tag: "Rejected",
          during: "staging",
          submission: Option.none(),
          rejected: withoutDraft.map((one) => ({
            ...one,
            draft: Option.none(),
            reason: reasonOf(rowErrors.find(({ indices }) => indices.includes(one.index))?.error)
          })),
          drafts,
          registered: []
        } satisfies Rejected<A>
      }
      const ids = drafts.map(({ id }) => id)

      const submitAndWait = (during: Phase) =>
        Effect.gen(function* () {
          const submission = yield* Effect.mapError(submitNew(during, activity.id, ids), (error) =>
            Stage.incomplete(during, error, done)
          )
          const isRegistration = during === "registration"
          const verdictOn = ({ status }: RegistrationSubmission) => verdictIn(status, isRegistration)
          const ended = Effect.gen(function* () {
            const onRead =
              onProgress === undefined
                ? undefined
                : (found: RegistrationSubmission) =>
                    onProgress({ _tag: isRegistration ? "Registering" : "Validating", found })
            const found = yield* awaitEnd<R>(activity.id, submission.id, { ...waiting, onProgress: onRead }, verdictOn)
            const read = verdictsOf(activity.id, found, drafts, isRegistration)
            const verdicts = yield* isRegistration ? awaitArchived(activity.id, read, waiting) : read
            const registered =
              isRegistration && verdicts.accepted.length > 0
                ? yield* registeredOf(activity.id, staging.table, verdicts.accepted, activity.all_record_ids)
                : []
            const isRejected = verdicts.rejected.length > 0 || verdictOn(found) !== "accepted"
            return { submission: found, ...verdicts, registered, isRejected }
          })
          return yield* Effect.mapError(
            ended,
            (error): RegistrationIncomplete => Stage.incomplete(during, error, done, { submissionId: submission.id })
          )
        })

      const validation = yield* submitAndWait("validation")
      if (validation.isRejected) {
        return {
          _tag: "Rejected",
          during: "validation",
          submission: Option.some(validation.submission),
          rejected: validation.rejected,
          drafts: validation.accepted,
          registered: []
        } satisfies Rejected<A>
      }
      const { isRejected, registered, rejected, submission } = yield* submitAndWait("registration")
      if (!isRejected) return { _tag: "Registered", submission, registered } satisfies Registered<A>
      return {
        _tag: "Rejected",
        during: "registration",
        submission: Option.some(submission),
        rejected,
        drafts: [],
        registered
      } satisfies Rejected<A>
    }).pipe(Effect.ensuring(activities.drop), Method.withSpan(tableName))

  return { ...submissions, stage, awaitSubmission, registerTable }
}

const awaitName = "Registration.awaitSubmission"

const tableName = "Registration.registerTable"
