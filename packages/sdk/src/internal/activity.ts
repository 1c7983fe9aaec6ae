import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import type * as Api from "./api.js"
import * as Catalog from "./catalog.js"
import { Property } from "./properties/model.js"
import * as Refusal from "./refusal.js"
import * as Call from "./request/call.js"
import * as Wire from "./wire.js"

/**
 * The types of activities that are known, and what people read for them.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 *
 * const label = Activities.activityTypeLabels.cycle // "Design cycle"
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const activityTypeLabels = {
  task: "Task",
  experiment: "Experiment",
  project: "Project",
  stage: "Stage",
  milestone: "Milestone",
  cycle: "Design cycle"
} as const

/**
 * The type of an activity: one of those that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const isActivityType = Schema.is(Activities.ActivityType)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ActivityType = Wire.oneOf("task", "experiment", "project", "stage", "milestone", "cycle")

/**
 * The type of an activity: one of those that are known, or one that is new.
 *
 * @since 0.1.0
 * @category models
 */
export type ActivityType = typeof ActivityType.Type

/**
 * The status of an activity: one of those that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 *
 * const open: ReadonlyArray<Activities.ActivityStatus> = ["to do", "in progress", "blocked"]
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ActivityStatus = Wire.oneOf(
  "requested",
  "to do",
  "in progress",
  "needs review",
  "blocked",
  "paused",
  "cancelled",
  "in review",
  "locked",
  "to review",
  "upload complete",
  "new",
  "in design",
  "ready to make",
  "ready for make",
  "in synthesis",
  "in test",
  "in analysis",
  "partially complete",
  "parked",
  "complete",
  "failed",
  "abandoned",
  "ideation",
  "2D selection",
  "computation",
  "compound selection",
  "selected",
  "queue for synthesis",
  "data review",
  "done"
)

/**
 * The status of an activity: one of those that are known, or one that is new.
 *
 * @since 0.1.0
 * @category models
 */
export type ActivityStatus = typeof ActivityStatus.Type

/**
 * How urgent an activity is.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 *
 * const patch: Activities.Patch = { priority: "high" }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Priority = Wire.oneOf("urgent", "high", "medium", "low", "none")

/**
 * How urgent an activity is.
 *
 * @since 0.1.0
 * @category models
 */
export type Priority = typeof Priority.Type

/**
 * An activity: an experiment, a task, a design cycle. The API also says operation.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Activities.Activity)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Activity = Wire.model("Activity", {
  id: Ids.ActivityId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  activity_type: Wire.orNull(ActivityType),
  status: Wire.orNull(ActivityStatus),
  priority: Wire.orNull(Priority),
  /** Rich text: `{ type: "doc", content: […] }`. */
  description: Wire.json,
  parent_id: Wire.orNull(Ids.ActivityId),
  child_ids: Wire.list(Ids.ActivityId),
  definition_id: Wire.decisive(Wire.orNull(Ids.ActivityDefinitionId)),
  program_ids: Wire.list(Ids.ProgramId),
  assigned_user_ids: Wire.list(Ids.UserId),
  assigned_group_ids: Wire.list(Ids.GroupId),
  subscriber_ids: Wire.list(Ids.UserId),
  reviewer_ids: Wire.list(Ids.UserId),
  due_date: Wire.orNull(Wire.timestamp),
  start_date: Wire.orNull(Wire.timestamp),
  /** In days. */
  duration: Wire.orNull(Schema.Number),
  completed_at_date: Wire.orNull(Wire.timestamp),
  dependencies: Wire.list(Ids.ActivityId),
  label_ids: Wire.list(Ids.LabelId),
  is_draft: Wire.orNull(Schema.Boolean),
  properties: Wire.list(Property),
  external_id: Wire.decisive(Wire.orNull(Schema.String)),
  all_record_ids: Wire.list(Ids.RecordId),
  /** Which records are on which of the activity's record views, in their order there. */
  data_table_record_mapping: Wire.map(Schema.Array(Ids.RecordId)),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * An activity: an experiment, a task, a design cycle. The API also says operation.
 *
 * @since 0.1.0
 * @category models
 */
export interface Activity extends Schema.Schema.Type<typeof Activity> {}

/**
 * How an activity is named: by its id, by itself, by its title (they are not unique) or by its id in another system.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.ActivityId, "title" | "external_id">

/** All activities. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "activity",
    call: Call.read("Activities.list", "GET /activities", {
      success: Schema.Array(Activity),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["title", "external_id"]
  })
