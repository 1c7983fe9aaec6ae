import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"
import { created, getItem, group, postItem } from "../server/endpoints.js"
import { Conflict } from "../server/problem.js"
import { body, noBody, nullish, object, strings } from "../server/schema.js"
import {
  DraftStatus,
  RegistrationFile,
  RegistrationStatus,
  RegistrationSubmission,
  SubmissionWithErrors
} from "./model.js"

const withSubmission = Schema.Struct({ id: Schema.String, submission_id: Schema.String })

const ids = Schema.NonEmptyArray(Schema.String)

const withFile = Schema.Struct({ id: Schema.String, file_id: Schema.String })

const Results = body({
  status: Schema.Literal("success", "error"),
  message: nullish(Schema.String),
  key_field_names: nullish(strings),
  records: nullish(
    Schema.Array(
      Schema.Struct({
        record_id: Schema.String,
        status: Schema.String,
        data: nullish(object),
        error_message: nullish(Schema.String)
      })
    )
  )
})

export type Results = typeof Results.Type

export const routes = group(
  "registration",
  "Registration: an external system, the registrar, checks and registers compounds of an uploaded file, or drafts that were staged on a view of the activity",
  postItem("registerFile", "/operations/:id/register/:file_id", noBody, created(RegistrationFile)).setPath(withFile),
  getItem("listRegistrations", "/operations/:id/registrations", Schema.Array(RegistrationFile)),
  postItem(
    "pushRegistrationStatus",
    "/operations/:id/registration_files/:file_id/status",
    body({ status: RegistrationStatus, message: nullish(Schema.String) }),
    HttpApiSchema.NoContent
  ).setPath(withFile),
  postItem(
    "submitRegistrationResults",
    "/operations/:id/register/:file_id/results",
    Results,
    HttpApiSchema.NoContent
  ).setPath(withFile),
  postItem(
    "validateDrafts",
    "/operations/:id/validate_drafts",
    body({ record_ids: nullish(ids) }),
    created(RegistrationSubmission),
    "Asks the registrar to check drafts, or all drafts of the activity. Nothing is registered."
  ),
  postItem(
    "submitDrafts",
    "/operations/:id/submit_drafts_for_registration",
    body({ record_ids: nullish(ids) }),
    created(RegistrationSubmission),
    "Submits drafts, or all drafts of the activity, to the registrar."
  ),
  getItem(
    "listDraftStatuses",
    "/operations/:id/registration_draft_statuses",
    Schema.Array(DraftStatus),
    "The drafts that were submitted or validated, also those that are registered now. Drafts that were cleared or replaced are not included."
  ),
  getItem(
    "listSubmissions",
    "/operations/:id/registration_submissions",
    Schema.Array(SubmissionWithErrors),
    "The submissions of drafts, newest first. `record_errors` is filled if the status is `failed` or `validation_failed`."
  ),
  postItem(
    "clearDrafts",
    "/operations/:id/clear_draft_records",
    body({ record_ids: ids }),
    HttpApiSchema.NoContent,
    "Archives drafts. None of them may be pending or submitted."
  ).addError(Conflict),
  postItem(
    "pushSubmissionStatus",
    "/operations/:id/registration_submissions/:submission_id/status",
    body({ status: RegistrationStatus, message: nullish(Schema.String) }),
    HttpApiSchema.NoContent
  ).setPath(withSubmission),
  postItem(
    "submitSubmissionResults",
    "/operations/:id/registration_submissions/:submission_id/results",
    Results,
    HttpApiSchema.NoContent,
    "The results of the registrar, in one request or in several. Of a validation only the statuses are stored. A draft with the status `success` or `completed` becomes a record with the keys in its `data`, or else with its own keys. Its values are those of the draft, where `data` has no others."
  ).setPath(withSubmission)
)
