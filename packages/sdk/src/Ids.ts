/**
 * The ids of Kaleidoscope. Each kind of thing has a brand of its own, so that the id of a record cannot be given where the
 * id of an activity is wanted. In the API they are strings, as far as is known UUIDs.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const program = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const id = <const Name extends string>(
  name: Name
): Schema.brand<typeof Schema.String, `@effect-kaleidoscope/sdk/${Name}`> =>
  Schema.String.pipe(Schema.brand(`@effect-kaleidoscope/sdk/${name}`))

/** The id of a program. @since 0.1.0 @category ids */
export const ProgramId = id("ProgramId")
export type ProgramId = typeof ProgramId.Type

/** The id of an activity label. @since 0.1.0 @category ids */
export const LabelId = id("LabelId")
export type LabelId = typeof LabelId.Type

/** The id of a property field. @since 0.1.0 @category ids */
export const PropertyFieldId = id("PropertyFieldId")
export type PropertyFieldId = typeof PropertyFieldId.Type

/** The id of a property, the value of a property field on an activity. @since 0.1.0 @category ids */
export const PropertyId = id("PropertyId")
export type PropertyId = typeof PropertyId.Type

/** The id of a workspace. @since 0.1.0 @category ids */
export const WorkspaceId = id("WorkspaceId")
export type WorkspaceId = typeof WorkspaceId.Type

/** The id of a workspace member. @since 0.1.0 @category ids */
export const UserId = id("UserId")
export type UserId = typeof UserId.Type

/** The id of a group of workspace members. @since 0.1.0 @category ids */
export const GroupId = id("GroupId")
export type GroupId = typeof GroupId.Type

/** The id of an event of a workspace or of an activity. @since 0.1.0 @category ids */
export const EventId = id("EventId")
export type EventId = typeof EventId.Type

/** The id of an entity type (the API says entity slice). @since 0.1.0 @category ids */
export const EntityTypeId = id("EntityTypeId")
export type EntityTypeId = typeof EntityTypeId.Type

/** The id of a key or data field. @since 0.1.0 @category ids */
export const EntityFieldId = id("EntityFieldId")
export type EntityFieldId = typeof EntityFieldId.Type

/** The id of an activity (the API also says operation). @since 0.1.0 @category ids */
export const ActivityId = id("ActivityId")
export type ActivityId = typeof ActivityId.Type

/** The id of an activity definition. @since 0.1.0 @category ids */
export const ActivityDefinitionId = id("ActivityDefinitionId")
export type ActivityDefinitionId = typeof ActivityDefinitionId.Type

/** The id of a record. @since 0.1.0 @category ids */
export const RecordId = id("RecordId")
export type RecordId = typeof RecordId.Type

/** The id of a value of a record's field. @since 0.1.0 @category ids */
export const RecordValueId = id("RecordValueId")
export type RecordValueId = typeof RecordValueId.Type

/** The id of a record view. @since 0.1.0 @category ids */
export const RecordViewId = id("RecordViewId")
export type RecordViewId = typeof RecordViewId.Type

/** The id of a set of records. @since 0.1.0 @category ids */
export const RecordSetId = id("RecordSetId")
export type RecordSetId = typeof RecordSetId.Type

/** The id of a comment. @since 0.1.0 @category ids */
export const CommentId = id("CommentId")
export type CommentId = typeof CommentId.Type

/** The id of a file. @since 0.1.0 @category ids */
export const FileId = id("FileId")
export type FileId = typeof FileId.Type

/** The id of an import. @since 0.1.0 @category ids */
export const ImportId = id("ImportId")
export type ImportId = typeof ImportId.Type

/** The id of a source of imports. @since 0.1.0 @category ids */
export const ImportSourceId = id("ImportSourceId")
export type ImportSourceId = typeof ImportSourceId.Type

/** The id of a dashboard. @since 0.1.0 @category ids */
export const DashboardId = id("DashboardId")
export type DashboardId = typeof DashboardId.Type

/** The id of a category of a dashboard. @since 0.1.0 @category ids */
export const DashboardCategoryId = id("DashboardCategoryId")
export type DashboardCategoryId = typeof DashboardCategoryId.Type

/** The id of a column of a record view. @since 0.1.0 @category ids */
export const ViewFieldId = id("ViewFieldId")
export type ViewFieldId = typeof ViewFieldId.Type

/** The id of the place that a record view, a note or a sheet has in an activity definition. @since 0.1.0 @category ids */
export const ContentLayoutId = id("ContentLayoutId")
export type ContentLayoutId = typeof ContentLayoutId.Type

/** The id of a file whose compounds an external system registers. @since 0.1.0 @category ids */
export const RegistrationFileId = id("RegistrationFileId")
export type RegistrationFileId = typeof RegistrationFileId.Type

/** The id of a submission of drafts, to be registered or validated. @since 0.1.0 @category ids */
export const RegistrationSubmissionId = id("RegistrationSubmissionId")
export type RegistrationSubmissionId = typeof RegistrationSubmissionId.Type
