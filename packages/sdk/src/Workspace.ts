/**
 * The workspace: who is in it, in which groups, and what happened.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Id from "./internal/id.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import * as Wire from "./internal/wire.js"
import type { AmbiguousReference, InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

/**
 * A workspace.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Workspace.ActiveWorkspace)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ActiveWorkspace = Wire.model("ActiveWorkspace", {
  id: Ids.WorkspaceId,
  workspace_name: Wire.orNull(Schema.String)
})

/**
 * A workspace.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActiveWorkspace extends Schema.Schema.Type<typeof ActiveWorkspace> {}

/**
 * What a member may do: one of the levels that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const isAccessLevel = Schema.is(Workspace.AccessLevel)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const AccessLevel = Wire.oneOf("admin", "team-member", "guest", "viewer", "deactivated")

/**
 * What a member may do: one of the levels that are known, or one that is new.
 *
 * @since 0.1.0
 * @category models
 */
export type AccessLevel = typeof AccessLevel.Type

/**
 * A member of the workspace. Who left it is still listed, as `deactivated`.
 *
 * @example
 * ```ts
 * import type { Workspace } from "@effect-kaleidoscope/sdk"
 *
 * const isActive = (member: Workspace.Member) => member.access_level !== "deactivated"
 * ```
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

/**
 * A member of the workspace.
 *
 * @since 0.1.0
 * @category models
 */
export interface Member extends Schema.Schema.Type<typeof Member> {}

/**
 * How a member is named: by the id, by the member itself, by email or by full name.
 *
 * @since 0.1.0
 * @category models
 */
export type MemberReference = Catalog.Reference<Ids.UserId, "email" | "full_name">

/**
 * A group of members.
 *
 * @example
 * ```ts
 * import type { Workspace } from "@effect-kaleidoscope/sdk"
 *
 * const holds = (group: Workspace.Group, member: Workspace.Member) => group.user_ids.includes(member.id)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Group = Wire.model("Group", {
  id: Ids.GroupId,
  group_name: Wire.decisive(Wire.orNull(Schema.String)),
  user_ids: Wire.list(Ids.UserId),
  program_ids: Wire.list(Ids.ProgramId),
  email: Wire.decisive(Wire.orNull(Schema.String))
})

/**
 * A group of members.
 *
 * @since 0.1.0
 * @category models
 */
export interface Group extends Schema.Schema.Type<typeof Group> {}

/**
 * How a group is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type GroupReference = Catalog.Reference<Ids.GroupId, "group_name">

/**
 * Something that happened in the workspace.
 *
 * @example
 * ```ts
 * import type { Workspace } from "@effect-kaleidoscope/sdk"
 *
 * const line = (event: Workspace.WorkspaceEvent) => `${event.full_name ?? "somebody"}: ${event.event_type}`
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const WorkspaceEvent = Wire.model("WorkspaceEvent", {
  id: Ids.EventId,
  event_type: Wire.orNull(Schema.String),
  event_type_version: Wire.orNull(Schema.Union(Schema.Number, Schema.String)),
  /** What depends on the type of the event. */
  event_attrs: Wire.map(Schema.Unknown),
  event_user_id: Wire.orNull(Ids.UserId),
  /** Of the user. */
  full_name: Wire.orNull(Schema.String),
  /** Of the user. */
  preferred_name: Wire.orNull(Schema.String),
  is_bot: Wire.orNull(Schema.Boolean),
  created_at: Wire.orNull(Wire.timestamp),
  /** What it happened to: `resource_type` says which kind of id this is. */
  resource_id: Wire.orNull(Schema.String),
  resource_type: Wire.orNull(Schema.String),
  parent_bulk_event_id: Wire.orNull(Ids.EventId),
  is_bulk: Wire.orNull(Schema.Boolean)
})

/**
 * Something that happened in the workspace.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorkspaceEvent extends Schema.Schema.Type<typeof WorkspaceEvent> {}

/**
 * Which events to read. What is left out does not matter.
 *
 * @since 0.1.0
 * @category models
 */
export interface EventFilter {
  /** Events of any of these types. */
  readonly event_types?: ReadonlyArray<string>
  /** Events of things of this kind. */
  readonly resource_type?: string
  /** Events that any of these members caused. */
  readonly event_user_ids?: Iterable<MemberReference>
  /** A `DateTime`, a `Date`, or ISO 8601. */
  readonly after_date?: Wire.DateInput
  /** A `DateTime`, a `Date`, or ISO 8601. */
  readonly before_date?: Wire.DateInput
  /** How many events are in a page; the server's own number if left out. */
  readonly page_size?: number
}

/**
 * Which page of which events to read.
 *
 * @since 0.1.0
 * @category models
 */
export interface EventPage extends EventFilter {
  /** The first page if left out. */
  readonly page?: number
}

/**
 * What can be asked of a workspace.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The workspace that the credential belongs to. */
  readonly get: Effect.Effect<ActiveWorkspace, ReadError>
  /** Every member, those that are deactivated included, read from the server now. */
  readonly members: Effect.Effect<ReadonlyArray<Member>, ReadError>
  /** The member, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly findMember: (member: MemberReference) => Effect.Effect<Option.Option<Member>, ReadError | AmbiguousReference>
  /** The member; fails with `NotFound` if there is none. */
  readonly getMember: (member: MemberReference) => Effect.Effect<Member, ReadError | AmbiguousReference | NotFound>
  /** Those of the members that there are, in the order asked. */
  readonly findMembers: (
    members: Iterable<MemberReference>
  ) => Effect.Effect<ReadonlyArray<Member>, ReadError | AmbiguousReference>
  /** The members in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMembers: (
    members: Iterable<MemberReference>
  ) => Effect.Effect<ReadonlyArray<Member>, ReadError | AmbiguousReference | NotFound>
  /** Every group, read from the server now. */
  readonly groups: Effect.Effect<ReadonlyArray<Group>, ReadError>
  /** The group, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly findGroup: (group: GroupReference) => Effect.Effect<Option.Option<Group>, ReadError | AmbiguousReference>
  /** The group; fails with `NotFound` if there is none. */
  readonly getGroup: (group: GroupReference) => Effect.Effect<Group, ReadError | AmbiguousReference | NotFound>
  /** Those of the groups that there are, in the order asked. */
  readonly findGroups: (
    groups: Iterable<GroupReference>
  ) => Effect.Effect<ReadonlyArray<Group>, ReadError | AmbiguousReference>
  /** The groups in the order asked; fails with a `NotFound` that names the missing. */
  readonly getGroups: (
    groups: Iterable<GroupReference>
  ) => Effect.Effect<ReadonlyArray<Group>, ReadError | AmbiguousReference | NotFound>
  /**
   * One page of events. Fails with `InvalidRequest` if a date is no date, with `UnknownReference` or
   * `AmbiguousReference` if a member's name is that of nobody or of several.
   */
  readonly events: (
    page?: EventPage
  ) => Effect.Effect<ReadonlyArray<WorkspaceEvent>, ReadError | InvalidRequest | ReferenceError>
  /**
   * All events, page by page as they are used, in the order of the server, until a page is empty. What slides to the
   * next page, because there are new events before it, is given once (unless a whole page is new). Fails as `events`
   * does.
   */
  readonly streamEvents: (
    filter?: EventFilter
  ) => Stream.Stream<WorkspaceEvent, ReadError | InvalidRequest | ReferenceError>
}

/**
 * The workspace: who is in it, in which groups, and what happened.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const changesOfBruno = Effect.gen(function* () {
 *   const workspace = yield* Workspace.Workspace
 *   const bruno = yield* workspace.getMember({ email: "bruno@northlight.example" })
 *   return yield* workspace
 *     .streamEvents({ event_user_ids: [bruno], after_date: "2026-01-01" })
 *     .pipe(Stream.filter((event) => event.event_type === "activity_updated"), Stream.runCount)
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Workspace extends Context.Tag("@effect-kaleidoscope/sdk/Workspace")<Workspace, Service>() {}

/** @internal */
export const memberCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "member",
    call: Call.read("Workspace.members", "GET /workspaces/members", {
      success: Schema.Array(Member),
      errors: Refusal.common,
      known: "seen"
    }),
    methods: { find: "findMember", get: "getMember", findMany: "findMembers", getMany: "getMembers" },
    names: ["email", "full_name"]
  })

/** @internal */
export const groupCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "group",
    call: Call.read("Workspace.groups", "GET /workspaces/groups", {
      success: Schema.Array(Group),
      errors: Refusal.common,
      known: "seen"
    }),
    methods: { find: "findGroup", get: "getGroup", findMany: "findGroups", getMany: "getGroups" },
    names: ["group_name"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const name = Effect.flatMap(Workspace.make, (workspace) => workspace.get).pipe(
 *   Effect.map((active) => active.workspace_name)
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const members = memberCatalog(api)
  const groups = groupCatalog(api)

  const readPage = (filter: Omit<EventPage, "event_user_ids">, event_user_ids: ReadonlyArray<Ids.UserId> | undefined) =>
    api.read("Workspace.events", {
      path: "/workspaces/events",
      params: {},
      query: {
        ...filter,
        event_user_ids,
        after_date: Wire.date(filter.after_date),
        before_date: Wire.date(filter.before_date)
      },
      success: Schema.Array(WorkspaceEvent),
      refusals: Refusal.common
    })

  return {
    get: api.list("Workspace.get", "/workspaces/active", ActiveWorkspace),
    members: members.list,
    findMember: members.find,
    getMember: members.get,
    findMembers: members.findMany,
    getMembers: members.getMany,
    groups: groups.list,
    findGroup: groups.find,
    getGroup: groups.get,
    findGroups: groups.findMany,
    getGroups: groups.getMany,
    events: (page = {}) =>
      Effect.flatMap(members.resolveAll(page.event_user_ids), (users) => readPage(page, users)).pipe(
        Api.method("Workspace.events")
      ),
    streamEvents: (filter = {}) => {
      const method = Api.method("Workspace.streamEvents")
      // Whether pages count from 0 or from 1 is not known: asking for the first without a number, then from 1 on, reads
      // all of them either way, and at worst the first one twice.
      const pages = (users: ReadonlyArray<Ids.UserId> | undefined) =>
        Stream.paginateChunkEffect({ page: 0, seen: new Set<string>() }, ({ page, seen }) => {
          const { page: _, ...query }: EventPage = filter
          return Effect.map(method(readPage(page === 0 ? query : { ...query, page }, users)), (events) => {
            const unseen = Id.distinct(events).filter(({ id }) => !seen.has(Id.canonical(id)))
            // A server that took no notice of the number would give the same page for ever.
            const isLast = events.length === 0 || (page > 1 && unseen.length === 0)
            return [
              Chunk.fromIterable(unseen),
              isLast
                ? Option.none()
                : Option.some({ page: page + 1, seen: new Set(events.map(({ id }) => Id.canonical(id))) })
            ]
          })
        })
      return Stream.unwrap(Effect.map(method(members.resolveAll(filter.event_user_ids)), pages))
    }
  } satisfies Service
})

/**
 * The workspace, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Workspace } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const WorkspaceLive = Workspace.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Workspace, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Workspace, make)
)
