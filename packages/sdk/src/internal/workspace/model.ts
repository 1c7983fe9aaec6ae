import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** A workspace. Its fields are those of the official client. @since 0.1.0 @category models */
export const ActiveWorkspace = Wire.model("ActiveWorkspace", {
  id: Ids.WorkspaceId,
  workspace_name: Wire.orNull(Schema.String)
})

export interface ActiveWorkspace extends Schema.Schema.Type<typeof ActiveWorkspace> {}

/** What a member may do: one of the known levels, or a new one. @since 0.1.0 @category models */
export const AccessLevel = Wire.oneOf("admin", "team-member", "guest", "viewer", "deactivated")

export type AccessLevel = typeof AccessLevel.Type

/**
 * A member of the workspace. Members who left are listed, too, as `deactivated`. Its fields are those of the official
 * client.
 *
 * @since 0.1.0
 * @category models
 */
export const Member = Wire.model("Member", {
  id: Ids.UserId,
  full_name: Wire.decisive(Wire.orNull(Schema.String)),
  preferred_name: Wire.orNull(Schema.String),
  email: Wire.decisive(Wire.orNull(Schema.String)),
  access_level: Wire.orNull(AccessLevel)
})

export interface Member extends Schema.Schema.Type<typeof Member> {}

/** A reference to a member: the id, the member itself, the email, or the full name. @since 0.1.0 @category models */
export type MemberReference = Catalog.Reference<Ids.UserId, "email" | "full_name">

/** A group of members. Its fields are those of the official client. @since 0.1.0 @category models */
export const Group = Wire.model("Group", {
  id: Ids.GroupId,
  group_name: Wire.decisive(Wire.orNull(Schema.String)),
  user_ids: Wire.list(Ids.UserId),
  program_ids: Wire.list(Ids.ProgramId),
  email: Wire.decisive(Wire.orNull(Schema.String))
})

export interface Group extends Schema.Schema.Type<typeof Group> {}

/** A reference to a group: its id, the group itself, or its name. @since 0.1.0 @category models */
export type GroupReference = Catalog.Reference<Ids.GroupId, "group_name">

/** What happened in the workspace. Its fields are those of the official client. @since 0.1.0 @category models */
export const WorkspaceEvent = Wire.model("WorkspaceEvent", {
  id: Ids.EventId,
  event_type: Wire.orNull(Schema.String),
  event_type_version: Wire.orNull(Schema.Union(Schema.Number, Schema.String)),
  /** The details of the event. `event_type` decides their form. */
  event_attrs: Wire.map(Schema.Unknown),
  /** The user who caused the event. */
  event_user_id: Wire.orNull(Ids.UserId),
  /** The full name of that user. */
  full_name: Wire.orNull(Schema.String),
  /** The preferred name of that user. */
  preferred_name: Wire.orNull(Schema.String),
  is_bot: Wire.orNull(Schema.Boolean),
  created_at: Wire.orNull(Wire.timestamp),
  /** The thing that the event happened to. `resource_type` says of which kind this id is. */
  resource_id: Wire.orNull(Schema.String),
  resource_type: Wire.orNull(Schema.String),
  parent_bulk_event_id: Wire.orNull(Ids.EventId),
  is_bulk: Wire.orNull(Schema.Boolean)
})

export interface WorkspaceEvent extends Schema.Schema.Type<typeof WorkspaceEvent> {}

/** Which events to read. An event has to match everything that is given. @since 0.1.0 @category models */
export interface EventFilter {
  /** Events of any of these types. */
  readonly event_types?: ReadonlyArray<string> | undefined
  /** Events of things of this kind. */
  readonly resource_type?: string | undefined
  /** Events that any of these members caused. */
  readonly event_user_ids?: Iterable<MemberReference> | undefined
  /** Events after this time: a `DateTime`, a `Date`, or a string in ISO 8601. */
  readonly after_date?: Wire.DateInput | undefined
  /** Events before this time: a `DateTime`, a `Date`, or a string in ISO 8601. */
  readonly before_date?: Wire.DateInput | undefined
  /** The number of events in a page. The server chooses it if it is left out. */
  readonly page_size?: number | undefined
}

/** Which page of which events to read. @since 0.1.0 @category models */
export interface EventPage extends EventFilter {
  /**
   * The number of the page. The first page is read if it is left out. It is not known whether the server counts pages
   * from 0 or from 1.
   */
  readonly page?: number | undefined
}
