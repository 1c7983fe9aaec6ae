import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type * as Ids from "../../Ids.js"
import type {
  InvalidRequest,
  KaleidoscopeError,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "../../KaleidoscopeError.js"
import type * as Activities from "../activities/lookup.js"
import type { Record } from "../records/model.js"
import type {
  RegistrationFile,
  RegistrationStatus,
  RegistrationSubmission,
  Results,
  StatusUpdate
} from "../registration/model.js"
import type { InvalidWebhook } from "../registration/webhook.js"

/**
 * Why a draft or a file is refused: a text for the scientist, or an error with such a message. It is sent to the platform as
 * it is, at most 1,000 characters of it.
 *
 * @since 0.1.0
 * @category models
 */
export type Problem = string | { readonly message: string }

/** A draft that a scientist submitted. @since 0.1.0 @category models */
export interface Draft {
  /** The draft: a record with the values of its row, as the platform has them now. */
  readonly record: Record
  readonly submission: RegistrationSubmission
  readonly activity: Ids.ActivityId
  /**
   * The ids of the submission and of the draft. It is the same whenever the same draft of the same submission is handled
   * again. `register` has to give the same result for the same key.
   */
  readonly idempotencyKey: string
}

/** The values of a registered record, by the names of their fields. @since 0.1.0 @category models */
export interface RegisteredValues {
  readonly [fieldName: string]: unknown
}

/** A file that a scientist submitted. @since 0.1.0 @category models */
export interface SubmittedFile {
  readonly file: Ids.FileId
  readonly activity: Ids.ActivityId
  /** The records that the webhook names. Empty if polling found the file. */
  readonly record_ids: ReadonlyArray<Ids.RecordId>
  readonly registration: RegistrationFile
  /** The bytes of the file, downloaded from the activity. */
  readonly bytes: Stream.Stream<Uint8Array, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** The id of the registration. It is the same whenever the same registration is handled again. */
  readonly idempotencyKey: string
  /** Shows the scientist a state and a message. */
  readonly pushStatus: (update: StatusUpdate) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
}

/** What runs beside the work on a webhook. @since 0.1.0 @category models */
export interface HandleOptions {
  /**
   * Runs at the beginning of each try, when the work has its turn. It is not used if another caller began the work.
   *
   * @default nothing
   */
  readonly onTry?: Effect.Effect<void> | undefined
}

/**
 * The work of a registrar, and its limits. A submission for which there is no function is left alone.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<RValidate = never, RRegister = never, RFile = never> {
  /**
   * Checks a draft. If it fails, the draft is refused with the message of the failure. It also runs before `register`: a
   * draft that it refuses is not registered.
   */
  readonly validate?: ((draft: Draft) => Effect.Effect<unknown, Problem, RValidate>) | undefined
  /**
   * Registers a draft, and gives the values of the registered record by the names of their fields. If it fails, the draft is
   * refused with the message of the failure.
   *
   * It must be idempotent by `idempotencyKey`. The platform learns the results of a submission when all its drafts are done.
   * If the process ends before that, `register` runs again for every draft of the submission.
   */
  readonly register?: ((draft: Draft) => Effect.Effect<RegisteredValues, Problem, RRegister>) | undefined
  /**
   * Registers the compounds of a file, and gives the results of its records. If it fails, the registration fails with the
   * message of the failure. It must be idempotent by `idempotencyKey`, as `register`.
   */
  readonly registerFile?: ((file: SubmittedFile) => Effect.Effect<Results, Problem, RFile>) | undefined
  /** The names of the fields that identify a registered record, such as `Compound ID`. */
  readonly key_field_names?: ReadonlyArray<string> | undefined
  /** Number of drafts that are read at the same time. @default 250 */
  readonly batchSize?: number | undefined
  /** Number of drafts of one submission that are validated or registered at the same time. @default 8 */
  readonly concurrency?: number | undefined
  /** Number of submissions and files that are handled at the same time. The others wait. @default 4 */
  readonly submissions?: number | undefined
  /**
   * When a submission is tried again whose calls to the platform failed for a reason that may pass. Drafts that are done are
   * not validated or registered again. @default after 1 second, then twice as long each time, at most 1 minute; for 1 hour
   */
  readonly retry?: Schedule.Schedule<unknown, KaleidoscopeError> | undefined
  /**
   * How long the end of the layer waits for work that runs. Work that is not done by then is interrupted.
   * @default 10 seconds
   */
  readonly shutdownTimeout?: Duration.DurationInput | undefined
}

/**
 * The result of handling a submission or a file.
 *
 * - `Reported`: its results were submitted. `accepted` and `refused` are numbers of drafts, or of results of a file. Drafts
 *   that were registered before are not counted.
 * - `AlreadyFinished`: the platform had its results before. Nothing was done.
 * - `Ignored`: it is not for this registrar. Nothing was done.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome =
  | { readonly _tag: "Reported"; readonly accepted: number; readonly refused: number }
  | { readonly _tag: "AlreadyFinished"; readonly status: RegistrationStatus }
  | { readonly _tag: "Ignored"; readonly reason: string }

/** The errors of handling a webhook. @since 0.1.0 @category models */
export type HandleError = WriteError | NotFound | ReferenceError | InvalidWebhook

/** What is polled, and how often. @since 0.1.0 @category models */
export interface PollOptions {
  /**
   * The activities. Files are found only in activities that are given here.
   * @default all activities that have a record view for drafts
   */
  readonly activities?: Iterable<Activities.Reference> | undefined
  /** When it looks again. @default every minute */
  readonly schedule?: Schedule.Schedule<unknown> | undefined
}
