import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import type * as Ids from "../../Ids.js"
import type { KaleidoscopeError, NotFound, WriteError } from "../../KaleidoscopeError.js"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as MissingField from "../catalog/missingField.js"
import * as References from "../catalog/references.js"
import * as Id from "../id.js"
import * as AfterWrite from "../request/afterWrite.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Policy from "../request/policy.js"
import * as Poll from "../request/poll.js"
import * as Calls from "./calls.js"
import type { DraftReference, RegistrationSubmission, SubmissionType, SubmitOptions } from "./model.js"

/** The submission with this id. `call` is the method in the error. */
export const withId = (
  all: ReadonlyArray<RegistrationSubmission>,
  call: string,
  activity: Ids.ActivityId,
  id: Ids.RegistrationSubmissionId
): Effect.Effect<RegistrationSubmission, NotFound> =>
  References.existing(
    all.find((submission) => Id.same(submission.id, id)),
    call,
    `activity ${activity} has no submission ${id}`,
    id
  )

/** If nobody knows whether a write was done, looks for its result for 10 seconds. If it is not found, the write has failed. */
export const orFound =
  <A, B, E>(api: Api.Api, polled: Poll.Polled<A, B, E>) =>
  <E2 extends KaleidoscopeError>(write: Effect.Effect<B, E2>): Effect.Effect<B, E2> =>
    Effect.catchIf(write, isUnknown, (error) =>
      Effect.mapError(Poll.until(api, polled, { timeout: "10 seconds" }), () => error)
    )

/** Whether a write failed so that nobody knows whether it was done, and there is time left to look. */
const isUnknown = (error: KaleidoscopeError): boolean =>
  error.outcome === "unknown" && !(error._tag === "KaleidoscopeTimeoutError" && error.deadline === "overall")

const newest = Order.mapInput(Option.getOrder(DateTime.Order), ({ created_at }: RegistrationSubmission) =>
  Option.fromNullable(created_at)
)

const areSame = (some: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean => {
  const canonical = new Set(others.map(Id.canonical))
  return some.length === canonical.size && some.every((id) => canonical.has(Id.canonical(id)))
}

/** The newest submission of this type, of exactly these drafts. */
export const newestOf = (
  submissions: ReadonlyArray<RegistrationSubmission>,
  type: SubmissionType,
  drafts: ReadonlyArray<Ids.RecordId>
): Option.Option<RegistrationSubmission> => {
  // The platform lists the newest first, so that of two with the same time the first is the newer one.
  const [first, ...others] = submissions.filter(
    ({ submission_type, submitted_record_ids }) =>
      submission_type === type && areSame(submitted_record_ids ?? [], drafts)
  )
  return first === undefined ? Option.none() : Option.some(others.reduce(Order.max(newest), first))
}

/** The calls about drafts and their submissions. */
export const make = (api: Api.Api) => {
  const activities = Activities.catalog(api)

  /** The drafts of an activity that are neither registered nor cleared, read now. */
  const draftsOf = (call: string, id: Ids.ActivityId) =>
    Effect.flatMap(activities.get(id), (activity) =>
      MissingField.required(call, "activity", activity, "data_table_draft_record_ids")
    )

  const submissions = (id: Ids.ActivityId) => Effect.map(api.get(Calls.submissions, { id }), Id.distinct)

  const submitTo =
    (call: typeof Calls.validate | typeof Calls.submit, type: SubmissionType) =>
    (activity: Activities.Reference, { drafts }: SubmitOptions = {}) =>
      Effect.gen(function* () {
        const record_ids = drafts === undefined ? undefined : Id.distinctIds(Array.from(drafts, Catalog.idOf))
        if (record_ids?.length === 0) {
          return yield* Method.invalid(call.name, "drafts", "it is empty; leave it out to submit all drafts")
        }
        const id = yield* activities.resolve(activity)
        const find = Effect.map(submissions(id), (all) =>
          record_ids === undefined
            ? AfterWrite.onlyOne(all, ({ submission_type }) => submission_type === type)
            : newestOf(all, type, record_ids)
        )
        return yield* api.send(call, { id }, { record_ids }, { otherwise: { look: Calls.submissions.name, find } })
      }).pipe(Method.withSpan(call))

  const clear = (
    id: Ids.ActivityId,
    drafts: ReadonlyArray<Ids.RecordId>,
    tries: number
  ): Effect.Effect<void, WriteError | NotFound> =>
    api.send(Calls.clearDrafts, { id }, { record_ids: drafts }).pipe(
      Effect.catchIf(isUnknown, (error) =>
        Effect.matchEffect(draftsOf(Calls.clearDrafts.name, id), {
          onFailure: () => Effect.fail(error),
          onSuccess: (present) => {
            const left = drafts.filter((draft) => Id.isIn(draft, present))
            if (left.length === 0) return Effect.void
            return tries > 1 ? clear(id, left, tries - 1) : Effect.fail(error)
          }
        })
      )
    )

  return {
    draftsOf,
    submissions,
    validate: submitTo(Calls.validate, "validation"),
    submit: submitTo(Calls.submit, "registration"),
    clearDrafts: (activity: Activities.Reference, drafts: Iterable<DraftReference>) =>
      Effect.gen(function* () {
        const ids = Id.distinctIds(Array.from(drafts, Catalog.idOf))
        if (ids.length === 0) return
        const id = yield* activities.resolve(activity)
        const { tries } = { ...api.policy, ...(yield* Policy.Patch) }
        yield* clear(id, ids, tries)
      }).pipe(Effect.ensuring(activities.drop), Method.withSpan(Calls.clearDrafts))
  }
}
