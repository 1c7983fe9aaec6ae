import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Wire from "../json/wire.js"
import type * as Records from "../records/lookup.js"

/**
 * The state of a registration: one that is known, or a new one.
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationStatus = Wire.oneOf(
  "pending",
  "validated",
  "validation_failed",
  "submitted",
  "completed",
  "failed"
)

export type RegistrationStatus = typeof RegistrationStatus.Type

/**
 * What went wrong with one record of a registration.
 *
 * @since 0.1.0
 * @category models
 */
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

/**
 * Why drafts were submitted: to be registered, or only to be checked.
 *
 * @since 0.1.0
 * @category models
 */
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

/**
 * The state of one draft. Its fields are those of the official client's model, 0.7.0.
 *
 * @since 0.1.0
 * @category models
 */
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

/**
 * How an argument names a submission: by its id, or by the submission itself.
 *
 * @since 0.1.0
 * @category models
 */
export type SubmissionReference = Ids.RegistrationSubmissionId | { readonly id: Ids.RegistrationSubmissionId }

/**
 * Which drafts are submitted.
 *
 * @since 0.1.0
 * @category models
 */
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

/**
 * A new state of a registration.
 *
 * @since 0.1.0
 * @category models
 */
export interface StatusUpdate {
  readonly status: RegistrationStatus
  /** A message for the scientist. */
  readonly message?: string | undefined
}

/**
 * The result of one record.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordResult {
  readonly record_id: Records.Reference
  readonly status: "success" | "error" | (string & {})
  /** The new values of the record, by the names of their fields. */
  readonly data?: { readonly [fieldName: string]: unknown } | undefined
  readonly error_message?: string | undefined
}

/**
 * The results of a registration.
 *
 * @since 0.1.0
 * @category models
 */
export interface Results {
  readonly status: "success" | "error"
  /** A message for the scientist. */
  readonly message?: string | undefined
  /** The names of the fields that identify the record of a result. */
  readonly key_field_names?: ReadonlyArray<string> | undefined
  readonly records?: ReadonlyArray<RecordResult> | undefined
}
