/**
 * The data of a workspace: for the start of the emulator, and from `Emulator.Service.state`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Activity, Comment } from "./internal/activities/model.js"
import { ActivityDefinition } from "./internal/activityDefinitions/model.js"
import { Dashboard, DashboardCategory } from "./internal/dashboards/model.js"
import { EntityField, EntityType } from "./internal/entities/model.js"
import { StoredFile } from "./internal/files/model.js"
import { DraftImport, Import, PendingImport } from "./internal/imports/model.js"
import { Program } from "./internal/programs/model.js"
import { PropertyField } from "./internal/properties/model.js"
import { Record, RecordSet } from "./internal/records/model.js"
import { RecordView } from "./internal/recordViews/model.js"
import { RegistrationDraft, RegistrationFile, StoredSubmission } from "./internal/registration/model.js"
import { demo as demoWorkspace } from "./internal/sample/demo.js"
import { strings } from "./internal/server/schema.js"
import { ActiveWorkspace, Event, Group, Label, Member } from "./internal/workspace/model.js"

const list = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(Schema.Array(schema), { default: () => [] })

/**
 * A whole workspace as JSON. Items have the same form as in responses of the API. A list that is left out is empty.
 *
 * `now` is the time of the data. The emulator's time is never before it, so that everything a test writes is newer than the
 * data, even if a `TestClock` starts in 1970.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/testing"
 * import * as Schema from "effect/Schema"
 *
 * const fromFile = Schema.decode(Schema.parseJson(Workspace.Workspace))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Workspace = Schema.Struct({
  now: Schema.optionalWith(Schema.String, { default: () => "1970-01-01T00:00:00.000Z" }),
  workspace: ActiveWorkspace,
  api_user_id: Schema.String,
  members: list(Member),
  groups: list(Group),
  programs: list(Program),
  activity_labels: list(Label),
  property_fields: list(PropertyField),
  entity_types: list(EntityType),
  entity_fields: list(EntityField),
  records: list(Record),
  record_sets: list(RecordSet),
  record_program_ids: Schema.optionalWith(Schema.Record({ key: Schema.String, value: strings }), {
    default: () => ({})
  }),
  record_views: list(RecordView),
  activities: list(Activity),
  activity_definitions: list(ActivityDefinition),
  comments: list(Comment),
  events: list(Event),
  dashboards: list(Dashboard),
  dashboard_categories: list(DashboardCategory),
  imports: list(Import),
  pending_imports: list(PendingImport),
  draft_imports: list(DraftImport),
  files: list(StoredFile),
  registration_files: list(RegistrationFile),
  registration_drafts: list(RegistrationDraft),
  registration_submissions: list(StoredSubmission)
})

/**
 * A whole workspace as JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface Workspace extends Schema.Schema.Type<typeof Workspace> {}

/**
 * A workspace with one user and no other data.
 *
 * @example
 * ```ts
 * import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
 *
 * const seed: Workspace.Workspace = {
 *   ...Workspace.empty,
 *   activity_labels: [{ id: "6f3c1b52-4f0e-4a56-9e2d-0f4f1e7a9c11", label_name: "urgent" }]
 * }
 *
 * export const KaleidoscopeTest = Emulator.layer({ seed })
 * ```
 *
 * @since 0.1.0
 * @category samples
 */
export const empty: Workspace = Schema.decodeUnknownSync(Workspace)({
  workspace: { id: "3b1f6a0e-8f5e-4b0e-9d5c-6a7b8c9d0e1f", workspace_name: "Empty workspace" },
  api_user_id: "5c2e7b1f-9a6f-4c1f-8e6d-7b8c9d0e1f2a",
  members: [
    {
      id: "5c2e7b1f-9a6f-4c1f-8e6d-7b8c9d0e1f2a",
      full_name: "API client",
      preferred_name: "API client",
      email: "api@example.test",
      access_level: "admin"
    }
  ]
})

/**
 * A small drug-discovery programme: compounds with SMILES, batches and plates, an assay with IC50s from several experiments,
 * record views, dashboards, members and groups, a pending registration of a file, and an activity that stages drafts. Its ids and
 * dates never change.
 *
 * @since 0.1.0
 * @category samples
 */
export const demo: Workspace = demoWorkspace
