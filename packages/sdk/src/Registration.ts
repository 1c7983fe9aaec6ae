/**
 * Registration: an external system, the registrar, checks and registers compounds. There are two ways, and the settings of
 * an activity's definition choose one of them:
 *
 * - by file: a scientist uploads a file. The platform sends the registrar a webhook. The registrar downloads the file,
 *   reports its state, and submits the result of each record.
 * - by table: a scientist stages rows as drafts in a table of the activity, and submits them, to be validated or registered.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import * as Catalog from "./internal/catalog/catalog.js"
import { readOf } from "./internal/catalog/readOf.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Records from "./internal/records/lookup.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Calls from "./internal/registration/calls.js"
import type {
  AwaitSubmissionOptions,
  DraftReference,
  DraftStatus,
  RegisterTableOptions,
  RegistrationFile,
  RegistrationSubmission,
  Results,
  Staged,
  StageError,
  StageOptions,
  StatusUpdate,
  SubmissionReference,
  SubmitOptions,
  TableRegistration
} from "./internal/registration/model.js"
import * as Table from "./internal/registration/table.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/registration/model.js"
export { fileOf, messageOf, verdictOf } from "./internal/registration/values.js"
export * from "./internal/registration/webhook.js"

/**
 * The methods of the service. The calls are those of the official client; no real answer was seen.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Starts the registration of a file of an activity: `POST /operations/{id}/register/{file_id}`. A second request would
   * start it again: it is only sent if the first certainly did nothing.
   */
  readonly register: (
    activity: Activities.Reference,
    file: Ids.FileId
  ) => Effect.Effect<RegistrationFile, WriteError | NotFound | ReferenceError>
  /** Lists the registrations of an activity, finished ones included: `GET /operations/{id}/registrations`. */
  readonly list: (
    activity: Activities.Reference
  ) => Effect.Effect<ReadonlyArray<RegistrationFile>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** Sets the state of a registration: `POST /operations/{id}/registration_files/{file_id}/status`. */
  readonly pushStatus: (
    activity: Activities.Reference,
    file: Ids.FileId,
    update: StatusUpdate
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /**
   * Submits the results of a registration: `POST /operations/{id}/register/{file_id}/results`. A second request could
   * register records twice: it is only sent if the first certainly did nothing.
   */
  readonly submitResults: (
    activity: Activities.Reference,
    file: Ids.FileId,
    results: Results
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /**
   * Stages rows as drafts in the table of an activity, in imports of `rowsPerImport` rows, waits for each, and gives the
   * drafts with the rows that they came from. Each row makes a new draft: so rows that are drafts already are refused, unless
   * `alreadyStaged` allows them. It sends `POST /imports` and `POST /imports/{id}/run`, reads the activity and its drafts before,
   * and the activity and the new drafts after.
   *
   * First the rows are checked; then nothing was sent, and it fails with:
   * - `UnknownReference` if the activity has no table for drafts, or if a column is neither one of the keys nor a data field
   *   of that table: the message suggests the nearest name. `AmbiguousReference` if several data fields have the name.
   * - `InvalidRows` if a value cannot be sent, or if the type of its field cannot take it. It has all such rows, each with
   *   its columns. Types of which it is not known what they take are not checked. Also if a row is a draft already.
   * - `InvalidRequest` if there are no rows or no keys, or if a draft in `replace` cannot be replaced.
   *
   * If it fails later, and rows may have been staged, the error is `RegistrationIncomplete`: it has the drafts of the rows that
   * are staged, the rows that certainly are not, and those of which nobody knows. With any other error no row was staged. An
   * import is never run twice: if nobody knows whether the request was done, the SDK looks whether the import runs. If you
   * interrupt it, the rows sent so far may become drafts.
   */
  readonly stage: <A extends object, R = never>(
    activity: Activities.Reference,
    rows: ReadonlyArray<A>,
    options: StageOptions<A, R>
  ) => Effect.Effect<Staged<A>, StageError, R>
  /**
   * The state of each draft that was submitted or validated at least once: the verdict of the registrar on the draft, or
   * the state of its submission. `GET /operations/{id}/registration_draft_statuses`.
   */
  readonly draftStatuses: (
    activity: Activities.Reference
  ) => Effect.Effect<ReadonlyArray<DraftStatus>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /**
   * Lists the submissions of an activity, the newest first: `GET /operations/{id}/registration_submissions`. Those that
   * failed have `record_errors`.
   */
  readonly submissions: (
    activity: Activities.Reference
  ) => Effect.Effect<ReadonlyArray<RegistrationSubmission>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /**
   * Asks the registrar for a verdict on drafts: `POST /operations/{id}/validate_drafts`. Nothing is registered. A second
   * request would be another submission: it is only sent if the first certainly did nothing.
   *
   * The platform refuses it if the activity has no table for drafts, has no drafts, or if an id is not one of its drafts.
   */
  readonly validate: (
    activity: Activities.Reference,
    options?: SubmitOptions
  ) => Effect.Effect<RegistrationSubmission, WriteError | NotFound | ReferenceError>
  /**
   * Submits drafts for registration: `POST /operations/{id}/submit_drafts_for_registration`. A second request could register
   * them twice: it is only sent if the first certainly did nothing. Refusals are those of `validate`.
   */
  readonly submit: (
    activity: Activities.Reference,
    options?: SubmitOptions
  ) => Effect.Effect<RegistrationSubmission, WriteError | NotFound | ReferenceError>
  /**
   * Waits until a submission has a verdict, and gives it, whatever the verdict is: `verdictOf` reads it. It sends
   * `GET /operations/{id}/registration_submissions`, again and again. It only reads, so you can interrupt it and run it
   * again. Fails with `TimeoutError` if there is no verdict within `timeout`, by default 10 minutes; the error says the last
   * state. Fails with `NotFound` if the activity has no such submission.
   */
  readonly awaitSubmission: <R = never>(
    activity: Activities.Reference,
    submission: SubmissionReference,
    options?: AwaitSubmissionOptions<R>
  ) => Effect.Effect<RegistrationSubmission, ReadError | InvalidRequest | NotFound | ReferenceError, R>
  /**
   * Registers a table: stages the rows as `stage` does, has the registrar validate the drafts, and if none is rejected, submits
   * them, and waits until they are registered. It stops at the first step at which a row is rejected, and gives the rejected
   * rows with the reasons: look at the `_tag` of the result. Its drafts stay in the activity.
   *
   * If it fails after rows were staged, the error is `RegistrationIncomplete`, which says how far it came. Neither the
   * validation nor the registration is submitted twice: if nobody knows whether one was submitted, the SDK looks for it.
   *
   * A second call after `RegistrationIncomplete` is refused with `InvalidRows` as long as the rows are drafts. If the error has
   * a `submissionId`, look at that submission first (`awaitSubmission`): rows that it registered are no drafts any more, and
   * would be registered again.
   *
   * A registrar that reports the verdicts of one validation in several requests can end it with the first of them. The SDK
   * cannot see that others follow: then use `stage`, `validate` and `submit`.
   */
  readonly registerTable: <A extends object, R = never>(
    activity: Activities.Reference,
    rows: ReadonlyArray<A>,
    options: RegisterTableOptions<A, R>
  ) => Effect.Effect<TableRegistration<A>, StageError, R>
  /**
   * Archives drafts: `POST /operations/{id}/clear_draft_records`. Without drafts it does nothing. The platform refuses it
   * while one of the drafts is pending or submitted. If nobody knows whether the request was done, the SDK reads which
   * drafts are left, and sends only those again.
   */
  readonly clearDrafts: (
    activity: Activities.Reference,
    drafts: Iterable<DraftReference>
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /**
   * For a registrar: sets the state of a submission:
   * `POST /operations/{id}/registration_submissions/{submission_id}/status`.
   */
  readonly pushSubmissionStatus: (
    activity: Activities.Reference,
    submission: SubmissionReference,
    update: StatusUpdate
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /**
   * For a registrar: submits the results of a submission:
   * `POST /operations/{id}/registration_submissions/{submission_id}/results`. The `record_id` of a result is its draft. Of
   * the results of a validation the platform keeps only the verdicts. A second request could register records twice: it
   * is only sent if the first certainly did nothing.
   */
  readonly submitSubmissionResults: (
    activity: Activities.Reference,
    submission: SubmissionReference,
    results: Results
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
}

/**
 * Registration: an external system checks and registers the compounds of a file.
 *
 * @example
 * ```ts
 * import { Ids, Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const finish = (file: Ids.FileId, records: ReadonlyArray<Ids.RecordId>) =>
 *   Effect.gen(function* () {
 *     const registration = yield* Registration.Registration
 *     const activity = { title: "Registration of March" }
 *     yield* registration.pushStatus(activity, file, { status: "validated", message: "all structures are valid" })
 *     yield* registration.submitResults(activity, file, {
 *       status: "success",
 *       key_field_names: ["Compound ID"],
 *       records: records.map((record_id, index) => ({
 *         record_id,
 *         status: "success",
 *         data: { "Compound ID": `EK-${index}` }
 *       }))
 *     })
 *   })
 * ```
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * interface Compound {
 *   readonly "Compound ID": string
 *   readonly SMILES: string
 * }
 *
 * const register = (compounds: ReadonlyArray<Compound>) =>
 *   Effect.gen(function* () {
 *     const registration = yield* Registration.Registration
 *     const result = yield* registration.registerTable({ title: "Registration of April" }, compounds, {
 *       key_field_names: ["Compound ID"]
 *     })
 *     return result._tag === "Registered"
 *       ? `${result.registered.length} compounds are registered`
 *       : result.rejected.map(({ index, reason }) => `row ${index + 1}: ${reason}`).join("\n")
 *   })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Registration extends Context.Tag("@effect-kaleidoscope/sdk/Registration")<Registration, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const activities = Activities.catalog(api)
  const records = Records.lookup(api)
  const fields = EntityFields.fieldCatalogs(api)
  const entityTypes = EntityTypes.catalog(api)
  const recordViews = RecordViews.catalog(api)
  const { draftsOf: _, submissions, ...table } = Table.make(api)
  const read = readOf(api, activities.resolve)

  /** The body of results, with the ids of their records. */
  const encode = ({ records: results, ...others }: Results) =>
    Effect.map(
      Catalog.optional(results, (results) =>
        Effect.forEach(results, ({ data, error_message, record_id, status }) =>
          Effect.map(records.resolve(record_id), (id) => ({ record_id: id, status, data, error_message }))
        )
      ),
      (records) => ({ ...others, records })
    )

  // A registration may add fields and entity types.
  const dropFields = Effect.all([fields.drop, entityTypes.drop, recordViews.drop])

  return {
    ...table,
    register: (activity, file) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const find = Effect.map(api.get(Calls.list, { id }), (all) =>
          AfterWrite.onlyOne(all, ({ file_id }) => Id.same(file_id, file))
        )
        return yield* api.send(
          Calls.register,
          { id, file_id: file },
          {},
          { otherwise: { look: Calls.list.name, find } }
        )
      }).pipe(Method.withSpan(Calls.register)),
    list: read(Calls.list),
    pushStatus: (activity, file, { message, status }) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.send(Calls.pushStatus, { id, file_id: file }, { status, message })
      ).pipe(Method.withSpan(Calls.pushStatus)),
    submitResults: (activity, file, results) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        yield* api.send(Calls.submitResults, { id, file_id: file }, yield* encode(results))
      }).pipe(Effect.ensuring(dropFields), Method.withSpan(Calls.submitResults)),
    draftStatuses: read(Calls.draftStatuses),
    submissions: (activity) =>
      Effect.flatMap(activities.resolve(activity), submissions).pipe(Method.withSpan(Calls.submissions)),
    pushSubmissionStatus: (activity, submission, { message, status }) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.send(Calls.pushSubmissionStatus, { id, submission_id: Catalog.idOf(submission) }, { status, message })
      ).pipe(Method.withSpan(Calls.pushSubmissionStatus)),
    submitSubmissionResults: (activity, submission, results) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const body = yield* encode(results)
        yield* api.send(Calls.submitSubmissionResults, { id, submission_id: Catalog.idOf(submission) }, body)
      }).pipe(
        // Registered drafts leave their activity.
        Effect.ensuring(Effect.all([dropFields, activities.drop])),
        Method.withSpan(Calls.submitSubmissionResults)
      )
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Registration, make))
