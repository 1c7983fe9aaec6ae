/**
 * The ids of Kaleidoscope, one brand for each kind of thing, so that the id of a record is not taken for the id of an
 * activity. On the wire all of them are strings, UUIDs as far as is known; which kind one is shows only from where it stands.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The id of a program.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ProgramId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ProgramId"))

/**
 * The id of a program.
 *
 * @since 0.1.0
 * @category ids
 */
export type ProgramId = typeof ProgramId.Type

/**
 * The id of an activity label.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.LabelId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const LabelId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/LabelId"))

/**
 * The id of an activity label.
 *
 * @since 0.1.0
 * @category ids
 */
export type LabelId = typeof LabelId.Type

/**
 * The id of a property field.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.PropertyFieldId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const PropertyFieldId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/PropertyFieldId"))

/**
 * The id of a property field.
 *
 * @since 0.1.0
 * @category ids
 */
export type PropertyFieldId = typeof PropertyFieldId.Type

/**
 * The id of a property, the value of a property field on an activity.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.PropertyId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const PropertyId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/PropertyId"))

/**
 * The id of a property, the value of a property field on an activity.
 *
 * @since 0.1.0
 * @category ids
 */
export type PropertyId = typeof PropertyId.Type

/**
 * The id of a workspace.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.WorkspaceId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const WorkspaceId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/WorkspaceId"))

/**
 * The id of a workspace.
 *
 * @since 0.1.0
 * @category ids
 */
export type WorkspaceId = typeof WorkspaceId.Type

/**
 * The id of a workspace member.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.UserId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const UserId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/UserId"))

/**
 * The id of a workspace member.
 *
 * @since 0.1.0
 * @category ids
 */
export type UserId = typeof UserId.Type

/**
 * The id of a group of workspace members.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.GroupId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const GroupId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/GroupId"))

/**
 * The id of a group of workspace members.
 *
 * @since 0.1.0
 * @category ids
 */
export type GroupId = typeof GroupId.Type

/**
 * The id of an event of a workspace or of an activity.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.EventId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const EventId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/EventId"))

/**
 * The id of an event of a workspace or of an activity.
 *
 * @since 0.1.0
 * @category ids
 */
export type EventId = typeof EventId.Type

/**
 * The id of an entity type (the API says entity slice).
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.EntityTypeId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const EntityTypeId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/EntityTypeId"))

/**
 * The id of an entity type (the API says entity slice).
 *
 * @since 0.1.0
 * @category ids
 */
export type EntityTypeId = typeof EntityTypeId.Type

/**
 * The id of a key or data field.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.EntityFieldId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const EntityFieldId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/EntityFieldId"))

/**
 * The id of a key or data field.
 *
 * @since 0.1.0
 * @category ids
 */
export type EntityFieldId = typeof EntityFieldId.Type

/**
 * The id of an activity (the API also says operation).
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ActivityId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ActivityId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ActivityId"))

/**
 * The id of an activity (the API also says operation).
 *
 * @since 0.1.0
 * @category ids
 */
export type ActivityId = typeof ActivityId.Type

/**
 * The id of an activity definition.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ActivityDefinitionId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ActivityDefinitionId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ActivityDefinitionId"))

/**
 * The id of an activity definition.
 *
 * @since 0.1.0
 * @category ids
 */
export type ActivityDefinitionId = typeof ActivityDefinitionId.Type

/**
 * The id of a record.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.RecordId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const RecordId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/RecordId"))

/**
 * The id of a record.
 *
 * @since 0.1.0
 * @category ids
 */
export type RecordId = typeof RecordId.Type

/**
 * The id of a value of a record's field.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.RecordValueId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const RecordValueId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/RecordValueId"))

/**
 * The id of a value of a record's field.
 *
 * @since 0.1.0
 * @category ids
 */
export type RecordValueId = typeof RecordValueId.Type

/**
 * The id of a record view.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.RecordViewId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const RecordViewId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/RecordViewId"))

/**
 * The id of a record view.
 *
 * @since 0.1.0
 * @category ids
 */
export type RecordViewId = typeof RecordViewId.Type

/**
 * The id of a set of records.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.RecordSetId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const RecordSetId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/RecordSetId"))

/**
 * The id of a set of records.
 *
 * @since 0.1.0
 * @category ids
 */
export type RecordSetId = typeof RecordSetId.Type

/**
 * The id of a comment.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.CommentId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const CommentId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/CommentId"))

/**
 * The id of a comment.
 *
 * @since 0.1.0
 * @category ids
 */
export type CommentId = typeof CommentId.Type

/**
 * The id of a file.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.FileId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const FileId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/FileId"))

/**
 * The id of a file.
 *
 * @since 0.1.0
 * @category ids
 */
export type FileId = typeof FileId.Type

/**
 * The id of an import.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ImportId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ImportId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ImportId"))

/**
 * The id of an import.
 *
 * @since 0.1.0
 * @category ids
 */
export type ImportId = typeof ImportId.Type

/**
 * The id of a source of imports.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ImportSourceId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ImportSourceId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ImportSourceId"))

/**
 * The id of a source of imports.
 *
 * @since 0.1.0
 * @category ids
 */
export type ImportSourceId = typeof ImportSourceId.Type

/**
 * The id of a dashboard.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.DashboardId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const DashboardId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/DashboardId"))

/**
 * The id of a dashboard.
 *
 * @since 0.1.0
 * @category ids
 */
export type DashboardId = typeof DashboardId.Type

/**
 * The id of a category of a dashboard.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.DashboardCategoryId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const DashboardCategoryId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/DashboardCategoryId"))

/**
 * The id of a category of a dashboard.
 *
 * @since 0.1.0
 * @category ids
 */
export type DashboardCategoryId = typeof DashboardCategoryId.Type

/**
 * The id of a column of a record view.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ViewFieldId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ViewFieldId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ViewFieldId"))

/**
 * The id of a column of a record view.
 *
 * @since 0.1.0
 * @category ids
 */
export type ViewFieldId = typeof ViewFieldId.Type

/**
 * The id of a place of a record view, a note or a sheet in an activity definition.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.ContentLayoutId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const ContentLayoutId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/ContentLayoutId"))

/**
 * The id of a place of a record view, a note or a sheet in an activity definition.
 *
 * @since 0.1.0
 * @category ids
 */
export type ContentLayoutId = typeof ContentLayoutId.Type

/**
 * The id of a file whose compounds an external system registers.
 *
 * @example
 * ```ts
 * import { Ids } from "@effect-kaleidoscope/sdk"
 *
 * const id = Ids.RegistrationFileId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
 * ```
 *
 * @since 0.1.0
 * @category ids
 */
export const RegistrationFileId = Schema.String.pipe(Schema.brand("@effect-kaleidoscope/sdk/RegistrationFileId"))

/**
 * The id of a file whose compounds an external system registers.
 *
 * @since 0.1.0
 * @category ids
 */
export type RegistrationFileId = typeof RegistrationFileId.Type
