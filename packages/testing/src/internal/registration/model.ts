import * as Schema from "effect/Schema"
import { Record } from "../records/model.js"
import { orNull, strings, text } from "../server/schema.js"

export const RegistrationStatus = Schema.Literal(
  "pending",
  "validated",
  "validation_failed",
  "submitted",
  "completed",
  "failed"
).annotations({ identifier: "RegistrationStatus" })

export type RegistrationStatus = typeof RegistrationStatus.Type

/** Why a record was not registered. */
const RecordError = Schema.Struct({ source_record_id: Schema.String, status: Schema.String, error_message: text })

export type RecordError = typeof RecordError.Type

export const RegistrationFile = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  operation_id: Schema.String,
  file_id: Schema.String,
  status: RegistrationStatus,
  message: text,
  created_by: text,
  last_updated_by: text,
  created_at: Schema.String,
  updated_at: Schema.String,
  record_errors: Schema.Array(RecordError)
}).annotations({ identifier: "RegistrationFile" })

export type RegistrationFile = typeof RegistrationFile.Type

/** A row that was staged for registration. */
export const RegistrationDraft = Schema.Struct({
  /** The id of its record. */
  id: Schema.String,
  operation_id: Schema.String,
  /** `archived`: it was cleared, or replaced by a later import. */
  state: Schema.Literal("staged", "registered", "archived"),
  record: Record
})

export type RegistrationDraft = typeof RegistrationDraft.Type

export const RegistrationSubmission = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  operation_id: Schema.String,
  submission_type: Schema.Literal("registration", "validation"),
  file_ids: strings,
  submitted_record_ids: orNull(strings),
  status: RegistrationStatus,
  message: text,
  created_by: text,
  last_updated_by: text,
  created_at: Schema.String,
  updated_at: Schema.String
}).annotations({ identifier: "RegistrationSubmission" })

export type RegistrationSubmission = typeof RegistrationSubmission.Type

export const SubmissionWithErrors = Schema.Struct({
  ...RegistrationSubmission.fields,
  record_errors: Schema.Array(RecordError)
}).annotations({ identifier: "RegistrationSubmissionWithErrors" })

export type SubmissionWithErrors = typeof SubmissionWithErrors.Type

/** A submission with what the registrar reported about its drafts. */
export const StoredSubmission = Schema.Struct({
  ...RegistrationSubmission.fields,
  verdicts: Schema.Array(Schema.Struct({ record_id: Schema.String, status: Schema.String, error_message: text }))
})

export type StoredSubmission = typeof StoredSubmission.Type

export const DraftStatus = Schema.Struct({
  record_id: Schema.String,
  status: Schema.String,
  message: text
}).annotations({ identifier: "RegistrationDraftStatus" })

export type DraftStatus = typeof DraftStatus.Type
