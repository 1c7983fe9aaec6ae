import * as Schema from "effect/Schema"
import { Import } from "../imports/model.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { DraftStatus, RegistrationFile, RegistrationSubmission } from "./model.js"

export const register = Call.write("Registration.register", "POST /operations/{id}/register/{file_id}", {
  success: RegistrationFile,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the registration would start twice",
  known: "sent"
})

export const list = Call.read("Registration.list", "GET /operations/{id}/registrations", {
  success: Schema.Array(RegistrationFile),
  errors: Errors.item,
  known: "sent"
})

export const pushStatus = Call.write(
  "Registration.pushStatus",
  "POST /operations/{id}/registration_files/{file_id}/status",
  {
    body: ["status", "message"],
    ...Call.noResult,
    errors: Errors.writeItem,
    repeat: "always",
    because: "the registration has the same state in the end",
    known: "sent"
  }
)

export const submitResults = Call.write(
  "Registration.submitResults",
  "POST /operations/{id}/register/{file_id}/results",
  {
    body: Call.fields("status message key_field_names records"),
    ...Call.noResult,
    errors: Errors.writeItem,
    repeat: "never",
    because: "records would be registered twice",
    known: "sent"
  }
)

export const draftStatuses = Call.read(
  "Registration.draftStatuses",
  "GET /operations/{id}/registration_draft_statuses",
  {
    success: Schema.Array(DraftStatus),
    errors: Errors.item,
    known: "sent"
  }
)

export const submissions = Call.read("Registration.submissions", "GET /operations/{id}/registration_submissions", {
  success: Schema.Array(RegistrationSubmission),
  errors: Errors.item,
  known: "sent"
})

export const validate = Call.write("Registration.validate", "POST /operations/{id}/validate_drafts", {
  body: ["record_ids"],
  success: RegistrationSubmission,
  errors: Errors.writeItem,
  repeat: "never",
  because: "a second dry run would be another submission",
  known: "sent"
})

export const submit = Call.write("Registration.submit", "POST /operations/{id}/submit_drafts_for_registration", {
  body: ["record_ids"],
  success: RegistrationSubmission,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the registrar would get the drafts twice",
  known: "sent"
})

export const clearDrafts = Call.write("Registration.clearDrafts", "POST /operations/{id}/clear_draft_records", {
  body: ["record_ids"],
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the platform refuses drafts that are cleared already: first the SDK reads which of them are left",
  known: "sent"
})

export const pushSubmissionStatus = Call.write(
  "Registration.pushSubmissionStatus",
  "POST /operations/{id}/registration_submissions/{submission_id}/status",
  {
    body: ["status", "message"],
    ...Call.noResult,
    errors: Errors.writeItem,
    repeat: "always",
    because: "the submission has the same state in the end",
    known: "sent"
  }
)

export const submitSubmissionResults = Call.write(
  "Registration.submitSubmissionResults",
  "POST /operations/{id}/registration_submissions/{submission_id}/results",
  {
    body: Call.fields("status message key_field_names records"),
    ...Call.noResult,
    errors: Errors.writeItem,
    repeat: "never",
    because: "records would be registered twice",
    known: "sent"
  }
)

export const createImport = Call.write("Registration.stage", "POST /imports", {
  body: Call.fields("data_json attrs operation_id is_draft source_type"),
  success: Import,
  errors: Errors.writeItem,
  repeat: "always",
  because: "an import stages nothing before it is run: one more stays empty",
  known: "sent"
})

export const runImport = Call.write("Registration.stage", "POST /imports/{id}/run", {
  body: Call.fields("key_field_configurations data_field_configurations record_view_id replace_draft_record_ids"),
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "never",
  because: "each row would become a second draft: the SDK looks whether the import runs",
  known: "sent"
})
