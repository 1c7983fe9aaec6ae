import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type {
  ImportFailed,
  InvalidRows,
  NotFound,
  ReferenceError,
  RegistrationIncomplete,
  WriteError
} from "../../KaleidoscopeError.js"
import type { AwaitOptions, Import, LocatedRowError } from "../imports/model.js"
import * as Wire from "../json/wire.js"
import type * as Records from "../records/lookup.js"

/** The state of a registration: one that is known, or a new one. @since 0.1.0 @category models */
export const RegistrationStatus = Wire.oneOf(
  "pending",
  "validated",
  "validation_failed",
  "submitted",
  "completed",
  "failed"
)

export type RegistrationStatus = typeof RegistrationStatus.Type

/** What went wrong with one record of a registration. @since 0.1.0 @category models */
export const RecordError = Wire.model("RecordError", {
  source_record_id: Wire.orNull(Ids.RecordId),
  status: Wire.orNull(Schema.String),
  error_message: Wire.orNull(Schema.String)
})

export interface RecordError extends Schema.Schema.Type<typeof RecordError> {}

/**
 * A file of compounds that an external system registers. Its fields are those of the official client's model.
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationFile = Wire.model("RegistrationFile", {
  id: Ids.RegistrationFileId,
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  operation_id: Wire.orNull(Ids.ActivityId),
  file_id: Wire.orNull(Ids.FileId),
  status: Wire.orNull(RegistrationStatus),
  message: Wire.orNull(Schema.String),
  /** The message of older servers: `messageOf` reads either. */
  error_message: Wire.orNull(Schema.String),
  /** Filled if the registration failed. */
  record_errors: Wire.list(RecordError),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

export interface RegistrationFile extends Schema.Schema.Type<typeof RegistrationFile> {}

/** Why drafts were submitted: to be registered, or only to be checked. @since 0.1.0 @category models */
export const SubmissionType = Wire.oneOf("registration", "validation")

export type SubmissionType = typeof SubmissionType.Type

/**
 * Drafts that were submitted together, to be registered or validated. Its fields are those of the official client's
 * model, 0.7.0.
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationSubmission = Wire.model("RegistrationSubmission", {
  id: Ids.RegistrationSubmissionId,
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  operation_id: Wire.orNull(Ids.ActivityId),
  submission_type: Wire.orNull(SubmissionType),
  /** Empty if drafts were submitted. */
  file_ids: Wire.list(Ids.FileId),
  /** The drafts. */
  submitted_record_ids: Wire.orNull(Schema.Array(Ids.RecordId)),
  status: Wire.essential(Wire.orNull(RegistrationStatus)),
  message: Wire.orNull(Schema.String),
  /** Filled by `submissions` if the state is `failed` or `validation_failed`. */
  record_errors: Wire.list(RecordError),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

export interface RegistrationSubmission extends Schema.Schema.Type<typeof RegistrationSubmission> {}

/** The state of one draft. Its fields are those of the official client's model, 0.7.0. @since 0.1.0 @category models */
export const DraftStatus = Wire.model("DraftStatus", {
  /** The draft. */
  record_id: Wire.orNull(Ids.RecordId),
  /** The verdict of the registrar on this draft, if there is one; else the state of its submission. */
  status: Wire.essential(Wire.orNull(RegistrationStatus)),
  message: Wire.orNull(Schema.String)
})

export interface DraftStatus extends Schema.Schema.Type<typeof DraftStatus> {}

/**
 * How an argument names a draft: by its id, or by the draft itself. A draft is a record that only its activity shows.
 *
 * @since 0.1.0
 * @category models
 */
export type DraftReference = Ids.RecordId | { readonly id: Ids.RecordId }

/** How an argument names a submission: by its id, or by the submission itself. @since 0.1.0 @category models */
export type SubmissionReference = Ids.RegistrationSubmissionId | { readonly id: Ids.RegistrationSubmissionId }

/** How to stage rows as drafts. @since 0.1.0 @category models */
export interface StageOptions<A = { readonly [column: string]: unknown }, in out R = never> extends AwaitOptions<R> {
  /** The columns that are key fields. The platform adds a key of its own to each draft. */
  readonly key_field_names: ReadonlyArray<NoInfer<keyof A & string>>
  /**
   * Drafts that are archived when all rows are staged, or `"all"` that the activity has before. It is refused while one of
   * them is pending or submitted. The last import archives them: none is archived if a row of an earlier import has no
   * draft. What the platform does if the last import itself rejects a row is not known. @default none
   */
  readonly replace?: "all" | Iterable<DraftReference> | undefined
  /**
   * What happens if a draft of the activity that is not replaced has the keys and values of a row: the table is refused, or
   * the row is staged once more. To know it, the drafts are read before. @default "refuse"
   */
  readonly alreadyStaged?: "refuse" | "stage" | undefined
  /** Number of rows in one import. @default 1000 */
  readonly rowsPerImport?: number | undefined
}

/** A draft, and the row that it came from. @since 0.1.0 @category models */
export interface StagedDraft<out A> {
  /** The id of the draft, which is a record. */
  readonly id: Ids.RecordId
  /** The index of the row: the first row is 0. */
  readonly index: number
  readonly row: A
  /**
   * Whether no other draft could come from this row. The platform does not say it: the SDK compares keys and values. It is
   * `false` if several rows, or several drafts, have the same keys and values, and also if the keys are the same and
   * the platform changed the values.
   */
  readonly certain: boolean
}

/** Rows that were staged. @since 0.1.0 @category models */
export interface Staged<out A> {
  /** In the order of the rows. */
  readonly drafts: ReadonlyArray<StagedDraft<A>>
  /** Rows of which no draft was found: their import rejected them, or their draft cannot be recognized. */
  readonly withoutDraft: ReadonlyArray<{ readonly index: number; readonly row: A }>
  /** New drafts of the activity that fit no row: of other people, or with changed keys. */
  readonly otherDrafts: ReadonlyArray<Ids.RecordId>
  /** The values that the imports rejected. */
  readonly rowErrors: ReadonlyArray<LocatedRowError>
  readonly imports: ReadonlyArray<Import>
}

/**
 * The errors of staging rows. All but `RegistrationIncomplete` mean that no row was staged.
 *
 * @since 0.1.0
 * @category models
 */
export type StageError = WriteError | NotFound | ReferenceError | InvalidRows | ImportFailed | RegistrationIncomplete

/** How to wait for a submission. @since 0.1.0 @category models */
export interface AwaitSubmissionOptions<in out R = never> {
  /**
   * The longest time for the whole wait. After it the wait fails with `TimeoutError`, which says the last state that was
   * seen. The submission itself continues, and you can wait for it again.
   *
   * @default `overall` of the call's policy (`RequestPolicy.withTimeout`) or of the application's policy: 10 minutes
   */
  readonly timeout?: Duration.DurationInput | undefined
  /** When to look again. @default after 50 ms, then each time after twice as long, at most 10 s */
  readonly schedule?: Schedule.Schedule<unknown, RegistrationSubmission, R> | undefined
  /** Runs each time the submission was read, the last time included. */
  readonly onProgress?: ((found: RegistrationSubmission) => Effect.Effect<unknown, never, R>) | undefined
}

/** How far the registration of a table is. @since 0.1.0 @category models */
export type TableProgress =
  | { readonly _tag: "Staging"; readonly found: Import }
  | { readonly _tag: "Validating"; readonly found: RegistrationSubmission }
  | { readonly _tag: "Registering"; readonly found: RegistrationSubmission }

/** How to register a table. @since 0.1.0 @category models */
export interface RegisterTableOptions<A, in out R = never>
  extends Pick<StageOptions<A>, "alreadyStaged" | "key_field_names" | "replace" | "rowsPerImport"> {
  /** The longest time for each wait: for each import, for the validation and for the registration. @default as `timeout` of {@link AwaitSubmissionOptions} */
  readonly timeout?: Duration.DurationInput | undefined
  /** When to look again. @default as `schedule` of {@link AwaitSubmissionOptions} */
  readonly schedule?: Schedule.Schedule<unknown, unknown, R> | undefined
  /** Runs each time an import or a submission was read. */
  readonly onProgress?: ((progress: TableProgress) => Effect.Effect<unknown, never, R>) | undefined
}

/** A row that was registered. @since 0.1.0 @category models */
export interface RegisteredRow<out A> extends StagedDraft<A> {
  /**
   * The registered record, if it can be recognized: the platform does not say which record came of a draft, so the SDK
   * compares the keys and values of the new records of the activity.
   */
  readonly record: Option.Option<Records.Record>
}

/** A row that was rejected, and why. @since 0.1.0 @category models */
export interface RejectedRow<out A> {
  readonly index: number
  readonly row: A
  /** Its draft, which stays in the activity. */
  readonly draft: Option.Option<Ids.RecordId>
  /** For people, in the words of the registrar or the platform if there are any. */
  readonly reason: string
}

/** All rows of a table were registered. @since 0.1.0 @category models */
export interface Registered<out A> {
  readonly _tag: "Registered"
  readonly submission: RegistrationSubmission
  readonly registered: ReadonlyArray<RegisteredRow<A>>
}

/** A table was not registered as a whole. @since 0.1.0 @category models */
export interface Rejected<out A> {
  readonly _tag: "Rejected"
  /** Where it stopped. Before `"registration"` nothing was registered. */
  readonly during: "staging" | "validation" | "registration"
  /** The submission with the verdict. There is none if it stopped while rows were staged. */
  readonly submission: Option.Option<RegistrationSubmission>
  /** It can be empty if the registrar refused the submission as a whole: see the message of the submission. */
  readonly rejected: ReadonlyArray<RejectedRow<A>>
  /** The drafts of the other rows that are not registered: you can submit them, or archive them with `clearDrafts`. */
  readonly drafts: ReadonlyArray<StagedDraft<A>>
  /** Rows that were registered although others were rejected. */
  readonly registered: ReadonlyArray<RegisteredRow<A>>
}

/**
 * The result of registering a table. Look at `_tag` first: with `"Rejected"` nothing, or only a part, was registered.
 *
 * @since 0.1.0
 * @category models
 */
export type TableRegistration<A> = Registered<A> | Rejected<A>

/** Which drafts are submitted. @since 0.1.0 @category models */
export interface SubmitOptions {
  /** At least one. @default all drafts of the activity */
  readonly drafts?: Iterable<DraftReference> | undefined
}

/**
 * The body of the webhook `registration_submitted`. Other fields that it has are kept.
 *
 * @example
 * ```ts
 * import { Files, Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Schema from "effect/Schema"
 *
 * const onWebhook = (body: string) =>
 *   Effect.gen(function* () {
 *     const submitted = yield* Schema.decodeUnknown(Schema.parseJson(Registration.RegistrationSubmitted))(body)
 *     const files = yield* Files.Files
 *     return Option.map(Registration.fileOf(submitted), ({ activity, file }) =>
 *       files.download(file, Option.match(activity, { onNone: () => ({}), onSome: (activity) => ({ activity }) }))
 *     )
 *   })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationSubmitted = Wire.model("RegistrationSubmitted", {
  /** The address of the file. It is not trusted: `fileOf` reads only ids from it, and the SDK downloads from your workspace. */
  file_url: Wire.orNull(Schema.String),
  record_ids: Wire.list(Ids.RecordId)
})

export interface RegistrationSubmitted extends Schema.Schema.Type<typeof RegistrationSubmitted> {}

/** A new state of a registration. @since 0.1.0 @category models */
export interface StatusUpdate {
  readonly status: RegistrationStatus
  /** A message for the scientist. */
  readonly message?: string | undefined
}

/** The result of one record. @since 0.1.0 @category models */
export interface RecordResult {
  readonly record_id: Records.Reference
  readonly status: "success" | "error" | (string & {})
  /** The new values of the record, by the names of their fields. */
  readonly data?: { readonly [fieldName: string]: unknown } | undefined
  readonly error_message?: string | undefined
}

/** The results of a registration. @since 0.1.0 @category models */
export interface Results {
  readonly status: "success" | "error"
  /** A message for the scientist. */
  readonly message?: string | undefined
  /** The names of the fields that identify the record of a result. */
  readonly key_field_names?: ReadonlyArray<string> | undefined
  readonly records?: ReadonlyArray<RecordResult> | undefined
}
