import { Ids, Registration } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { expect } from "../../../../../test/vitest.js"
import type { Row } from "./row.js"

const activity = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
const record = Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1")

const wire = {
  id: "a9a3b0d6-3a4d-4cf5-8ef5-6d7b3c5ce2f7",
  workspace_id: null,
  operation_id: activity,
  file_id: file,
  status: "pending",
  message: null,
  created_by: null,
  last_updated_by: null,
  created_at: "2025-10-17T18:11:41.180Z",
  updated_at: null
}

const decoded = {
  ...wire,
  created_at: DateTime.unsafeMake(wire.created_at),
  error_message: null,
  record_errors: []
}

const draft = Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc2")
const submissionId = Ids.RegistrationSubmissionId.make("b9a3b0d6-3a4d-4cf5-8ef5-6d7b3c5ce2f8")

const submissionWire = {
  id: submissionId,
  workspace_id: null,
  operation_id: activity,
  submission_type: "validation",
  file_ids: [],
  submitted_record_ids: [draft, record],
  status: "pending",
  message: null,
  record_errors: [{ source_record_id: draft, status: "error", error_message: "no valid SMILES" }],
  created_by: null,
  last_updated_by: null,
  created_at: "2025-10-17T18:11:41.180Z",
  updated_at: null
}

const submission = { ...submissionWire, created_at: DateTime.unsafeMake(submissionWire.created_at) }

const activities = { "GET /activities": { status: 200, body: [{ id: activity, title: "Batch 7" }] } }

const importId = Ids.ImportId.make("c9a3b0d6-3a4d-4cf5-8ef5-6d7b3c5ce2f9")
const view = Ids.RecordViewId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f001")
const keyField = "5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1"
const smiles = "5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b2"

/** What `stage` reads. No draft is new, so that its result is one row without a draft. */
const staged = {
  "GET /activities": {
    status: 200,
    body: [
      {
        id: activity,
        title: "Batch 7",
        registration_staging_record_view_id: view,
        data_table_draft_record_ids: [record]
      }
    ]
  },
  "GET /record_views": {
    status: 200,
    body: [{ id: view, view_name: "Drafts", view_fields: [{ id: "a column", data_field_id: smiles }] }]
  },
  "GET /key_fields": { status: 200, body: [{ id: keyField, field_name: "Compound ID", is_key: true }] },
  "GET /data_fields": {
    status: 200,
    body: [{ id: smiles, field_name: "SMILES", field_type: "smiles-string", is_key: false }]
  },
  [`GET /operations/${activity}/registration_draft_statuses`]: { status: 200, body: [] },
  [`GET /imports/${importId}`]: { status: 200, body: { id: importId, import_status: "completed", is_complete: true } }
}

const isStaged = (result: unknown) =>
  expect(result).toMatchObject({
    drafts: [],
    withoutDraft: [{ index: 0, row: { "Compound ID": "C-7", SMILES: "CCO" } }],
    otherDrafts: [],
    rowErrors: [],
    imports: [{ id: importId }]
  })

const staging = Effect.flatMap(Registration.Registration, (registration) =>
  registration.stage({ title: "Batch 7" }, [{ "Compound ID": "C-7", SMILES: "CCO" }], {
    key_field_names: ["Compound ID"],
    replace: [record]
  })
)

const registration = <A, E>(use: (registration: Registration.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(Registration.Registration, use)

export const rows: ReadonlyArray<Row<Registration.Registration>> = [
  {
    name: "Registration.register",
    repeatable: false,
    call: registration((registration) => registration.register({ title: "Batch 7" }, file)),
    request: { method: "POST", path: `/operations/${activity}/register/${file}`, body: {} },
    answer: { status: 201, body: wire },
    others: { "GET /activities": { status: 200, body: [{ id: activity, title: "Batch 7" }] } },
    result: decoded
  },
  {
    name: "Registration.list",
    repeatable: true,
    call: registration((registration) => registration.list(activity)),
    request: { method: "GET", path: `/operations/${activity}/registrations` },
    answer: {
      status: 200,
      body: [
        {
          ...wire,
          status: "validation_failed",
          error_message: "1 structure is wrong",
          record_errors: [{ source_record_id: record, status: "error", error_message: "no valid SMILES" }]
        }
      ]
    },
    result: [
      {
        ...decoded,
        status: "validation_failed",
        error_message: "1 structure is wrong",
        record_errors: [{ source_record_id: record, status: "error", error_message: "no valid SMILES" }]
      }
    ]
  },
  {
    name: "Registration.pushStatus",
    repeatable: true,
    call: registration((registration) =>
      registration.pushStatus(activity, file, { status: "validated", message: "all is well" })
    ),
    request: {
      method: "POST",
      path: `/operations/${activity}/registration_files/${file}/status`,
      body: { status: "validated", message: "all is well" }
    },
    answer: { status: 204 },
    result: undefined
  },
  {
    name: "Registration.pushStatus",
    repeatable: true,
    call: registration((registration) => registration.pushStatus(activity, file, { status: "failed" })),
    request: {
      method: "POST",
      path: `/operations/${activity}/registration_files/${file}/status`,
      body: { status: "failed" }
    },
    answer: { status: 200, body: {} },
    result: undefined
  },
  {
    name: "Registration.submitResults",
    repeatable: false,
    call: registration((registration) =>
      registration.submitResults(activity, file, {
        status: "success",
        message: "2 registered",
        key_field_names: ["Compound ID"],
        records: [
          { record_id: record, status: "success", data: { "Compound ID": "C-7" } },
          { record_id: { id: record }, status: "error", error_message: "a duplicate" }
        ]
      })
    ),
    request: {
      method: "POST",
      path: `/operations/${activity}/register/${file}/results`,
      body: {
        status: "success",
        message: "2 registered",
        key_field_names: ["Compound ID"],
        records: [
          { record_id: record, status: "success", data: { "Compound ID": "C-7" } },
          { record_id: record, status: "error", error_message: "a duplicate" }
        ]
      }
    },
    answer: { status: 204 },
    result: undefined
  },
  {
    name: "Registration.submitResults",
    repeatable: false,
    call: registration((registration) => registration.submitResults(activity, file, { status: "error" })),
    request: {
      method: "POST",
      path: `/operations/${activity}/register/${file}/results`,
      body: { status: "error" }
    },
    answer: { status: 200, body: {} },
    result: undefined
  },
  {
    name: "Registration.draftStatuses",
    repeatable: true,
    call: registration((registration) => registration.draftStatuses({ title: "Batch 7" })),
    request: { method: "GET", path: `/operations/${activity}/registration_draft_statuses` },
    answer: {
      status: 200,
      body: [
        { record_id: draft, status: "validation_failed", message: "no valid SMILES" },
        { record_id: record, status: "a status that is new" }
      ]
    },
    others: activities,
    result: [
      { record_id: draft, status: "validation_failed", message: "no valid SMILES" },
      { record_id: record, status: "a status that is new", message: null }
    ]
  },
  {
    name: "Registration.submissions",
    repeatable: true,
    call: registration((registration) => registration.submissions(activity)),
    request: { method: "GET", path: `/operations/${activity}/registration_submissions` },
    answer: { status: 200, body: [submissionWire, { id: "an old one" }, submissionWire] },
    result: [
      submission,
      {
        id: "an old one",
        workspace_id: null,
        operation_id: null,
        submission_type: null,
        file_ids: [],
        submitted_record_ids: null,
        status: null,
        message: null,
        record_errors: [],
        created_by: null,
        last_updated_by: null,
        created_at: null,
        updated_at: null
      }
    ]
  },
  {
    // Each is a submission of its own.
    name: "Registration.validate",
    repeatable: false,
    call: registration((registration) => registration.validate({ title: "Batch 7" })),
    request: { method: "POST", path: `/operations/${activity}/validate_drafts`, body: {} },
    answer: { status: 201, body: submissionWire },
    others: activities,
    result: submission
  },
  {
    name: "Registration.validate",
    repeatable: false,
    call: registration((registration) => registration.validate(activity, { drafts: [draft, { id: record }, draft] })),
    request: {
      method: "POST",
      path: `/operations/${activity}/validate_drafts`,
      body: { record_ids: [draft, record] }
    },
    answer: { status: 200, body: submissionWire },
    result: submission
  },
  {
    name: "Registration.submit",
    repeatable: false,
    call: registration((registration) => registration.submit(activity)),
    request: { method: "POST", path: `/operations/${activity}/submit_drafts_for_registration`, body: {} },
    answer: { status: 201, body: { ...submissionWire, submission_type: "registration", status: "submitted" } },
    result: { ...submission, submission_type: "registration", status: "submitted" }
  },
  {
    name: "Registration.submit",
    repeatable: false,
    call: registration((registration) => registration.submit(activity, { drafts: new Set([draft]) })),
    request: {
      method: "POST",
      path: `/operations/${activity}/submit_drafts_for_registration`,
      body: { record_ids: [draft] }
    },
    answer: { status: 200, body: { ...submissionWire, submission_type: "registration", status: "submitted" } },
    result: { ...submission, submission_type: "registration", status: "submitted" }
  },
  {
    // Sent again for those drafts that are left.
    name: "Registration.clearDrafts",
    repeatable: true,
    call: registration((registration) => registration.clearDrafts(activity, [draft, { id: record }])),
    request: {
      method: "POST",
      path: `/operations/${activity}/clear_draft_records`,
      body: { record_ids: [draft, record] }
    },
    answer: { status: 204 },
    others: {
      "GET /activities": { status: 200, body: [{ id: activity, data_table_draft_record_ids: [record, draft] }] }
    },
    result: undefined
  },
  {
    name: "Registration.pushSubmissionStatus",
    repeatable: true,
    call: registration((registration) =>
      registration.pushSubmissionStatus(activity, submissionId, { status: "validated", message: "all is well" })
    ),
    request: {
      method: "POST",
      path: `/operations/${activity}/registration_submissions/${submissionId}/status`,
      body: { status: "validated", message: "all is well" }
    },
    answer: { status: 204 },
    result: undefined
  },
  {
    name: "Registration.pushSubmissionStatus",
    repeatable: true,
    call: registration((registration) =>
      registration.pushSubmissionStatus({ title: "Batch 7" }, { id: submissionId }, { status: "failed" })
    ),
    request: {
      method: "POST",
      path: `/operations/${activity}/registration_submissions/${submissionId}/status`,
      body: { status: "failed" }
    },
    answer: { status: 200, body: {} },
    others: activities,
    result: undefined
  },
  {
    name: "Registration.submitSubmissionResults",
    repeatable: false,
    call: registration((registration) =>
      registration.submitSubmissionResults(activity, submissionId, {
        status: "success",
        message: "1 registered",
        key_field_names: ["Compound ID"],
        records: [
          { record_id: draft, status: "success", data: { "Compound ID": "C-7" } },
          { record_id: { id: record }, status: "error", error_message: "a duplicate" }
        ]
      })
    ),
    request: {
      method: "POST",
      path: `/operations/${activity}/registration_submissions/${submissionId}/results`,
      body: {
        status: "success",
        message: "1 registered",
        key_field_names: ["Compound ID"],
        records: [
          { record_id: draft, status: "success", data: { "Compound ID": "C-7" } },
          { record_id: record, status: "error", error_message: "a duplicate" }
        ]
      }
    },
    answer: { status: 204 },
    result: undefined
  },
  {
    // It stages nothing before it is run.
    name: "Registration.stage",
    repeatable: true,
    isNothingAlone: true,
    call: staging,
    request: {
      method: "POST",
      path: "/imports",
      body: {
        data_json: [{ "Compound ID": "C-7", SMILES: "CCO" }],
        attrs: {},
        operation_id: activity,
        is_draft: true,
        source_type: "http-post"
      }
    },
    answer: { status: 201, body: { id: importId } },
    others: { ...staged, [`POST /imports/${importId}/run`]: { status: 204 } },
    result: isStaged
  },
  {
    // A second run would make second drafts.
    name: "Registration.stage",
    repeatable: "looked up",
    call: staging,
    request: {
      method: "POST",
      path: `/imports/${importId}/run`,
      body: {
        key_field_configurations: [{ name: "Compound ID" }],
        data_field_configurations: [{ name: "SMILES", type: "smiles-string", mapped_field_id: smiles }],
        record_view_id: view,
        replace_draft_record_ids: [record]
      }
    },
    answer: { status: 200, body: {} },
    others: { ...staged, "POST /imports": { status: 200, body: { id: importId } } },
    result: isStaged
  },
  {
    // The API has no call for one submission.
    name: "Registration.awaitSubmission",
    repeatable: true,
    call: registration((registration) => registration.awaitSubmission({ title: "Batch 7" }, { id: submissionId })),
    request: { method: "GET", path: `/operations/${activity}/registration_submissions` },
    answer: { status: 200, body: [{ ...submissionWire, status: "validated" }] },
    others: activities,
    result: { ...submission, status: "validated" }
  }
]
