import type * as Ids from "../../Ids.js"
import type * as Definitions from "../activityDefinitions/lookup.js"
import type * as Wire from "../json/wire.js"
import type * as Labels from "../labels/lookup.js"
import type * as Programs from "../programs/lookup.js"
import type * as Records from "../records/lookup.js"
import type * as RecordViews from "../recordViews/lookup.js"
import type { RichText } from "../richText/richText.js"
import type * as Workspace from "../workspace/lookup.js"
import type { ActivityStatus, ActivityType, CompletedBehavior, Priority, Reference } from "./model.js"

/**
 * A condition on a field that can have several values. A list matches an activity that has any of its members; a list
 * of lists matches an activity that has, for each list, any of its members.
 *
 * @since 0.1.0
 * @category models
 */
export type AnyOf<A> = ReadonlyArray<A> | ReadonlyArray<ReadonlyArray<A>>

/** Which activities to find. An activity has to match everything that is given. @since 0.1.0 @category models */
export interface Search {
  readonly search_text?: string | undefined
  readonly activity_types?: ReadonlyArray<ActivityType> | undefined
  readonly definition_ids?: ReadonlyArray<Definitions.Reference> | undefined
  readonly record_ids?: ReadonlyArray<Records.Reference> | undefined
  readonly statuses?: AnyOf<ActivityStatus> | undefined
  readonly label_ids?: AnyOf<Labels.Reference> | undefined
  readonly assigned_user_ids?: AnyOf<Workspace.MemberReference> | undefined
  readonly created_by?: Workspace.MemberReference | undefined
  /** The activities below this parent, or with `null` those that have no parent. */
  readonly parent_id?: Reference | null | undefined
  /** The largest number of activities to give. The platform accepts at most 500. */
  readonly limit?: number | undefined
  readonly completed_behavior?: CompletedBehavior | undefined
}

/** An activity to create. @since 0.1.0 @category models */
export interface NewActivity {
  readonly title: string
  readonly activity_type: ActivityType
  /** The definition that it is made from. The definition's templates become record views of the activity. */
  readonly definition_id?: Definitions.Reference | undefined
  /** @default [] */
  readonly program_ids?: ReadonlyArray<Programs.Reference> | undefined
  /** @default [] */
  readonly assigned_user_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  /** @default [] */
  readonly subscriber_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly start_date?: Wire.DateInput | undefined
  /** In days. */
  readonly duration?: number | undefined
}

/** A change of an activity. A field that is left out stays as it is, `null` clears it. @since 0.1.0 @category models */
export interface Patch {
  readonly parent_id?: Reference | null | undefined
  readonly title?: string | undefined
  /** Rich text, `{ type: "doc", content: […] }`. A string becomes rich text with a paragraph for each of its lines. */
  readonly description?: unknown
  readonly status?: ActivityStatus | undefined
  readonly priority?: Priority | null | undefined
  readonly definition_id?: Definitions.Reference | null | undefined
  readonly add_dependencies?: ReadonlyArray<Reference> | undefined
  readonly remove_dependencies?: ReadonlyArray<Reference> | undefined
  readonly due_date?: Wire.DateInput | null | undefined
  readonly start_date?: Wire.DateInput | null | undefined
  /** In days. */
  readonly duration?: number | null | undefined
  readonly aggregate_scheduling?: boolean | undefined
  readonly add_label_ids?: ReadonlyArray<Labels.Reference> | undefined
  readonly remove_label_ids?: ReadonlyArray<Labels.Reference> | undefined
  readonly add_program_ids?: ReadonlyArray<Programs.Reference> | undefined
  readonly remove_program_ids?: ReadonlyArray<Programs.Reference> | undefined
  readonly add_assigned_user_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly remove_assigned_user_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly add_assigned_group_ids?: ReadonlyArray<Workspace.GroupReference> | undefined
  readonly remove_assigned_group_ids?: ReadonlyArray<Workspace.GroupReference> | undefined
  readonly add_reviewer_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly remove_reviewer_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly add_subscriber_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly remove_subscriber_ids?: ReadonlyArray<Workspace.MemberReference> | undefined
  readonly external_id?: string | null | undefined
  /**
   * A comment to add to the activity: rich text, or a string, which becomes rich text with a paragraph for each of its
   * lines. A string without text is refused with `InvalidRequest`. An update with a comment is sent again only if the
   * first request certainly did nothing, because the comment would be there twice.
   */
  readonly comment?: string | RichText | undefined
  /** How the dates of the activities that depend on it change. The accepted values are not known. */
  readonly shift_dependency_mode?: string | undefined
  readonly avoid_weekends?: boolean | undefined
  readonly extend_in_progress_items?: boolean | undefined
}

/** A comment that an activity gets at most once. @since 0.1.0 @category models */
export interface MarkedComment {
  /**
   * One line of text that no other comment has, such as the id of a job: it becomes the last line of the comment, and a
   * comment with this line is the one that is looked for.
   */
  readonly marker: string
  /** Plain text: each line becomes a paragraph. */
  readonly text: string
}

/** A record in an activity, and the latest value there of each field. @since 0.1.0 @category models */
export interface RecordData {
  readonly record: Records.Record
  /** By field id. */
  readonly values: ReadonlyMap<Ids.EntityFieldId, unknown>
}

/** From where records are removed. @since 0.1.0 @category models */
export interface RemoveRecordsOptions {
  /** Only from this view: they stay on the other views of the activity. @default all views of the activity */
  readonly record_view_id?: RecordViews.Reference | undefined
}
