/** The workspace: who is in it, in which groups, and what happened. @since 0.1.0 */
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Ids from "./Ids.js"
import * as Id from "./internal/id.js"
import * as Wire from "./internal/json/wire.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import * as Calls from "./internal/workspace/calls.js"
import { changes } from "./internal/workspace/changes.js"
import type { Change, ChangesOptions } from "./internal/workspace/cursor.js"
import * as Lookup from "./internal/workspace/lookup.js"
import type {
  ActiveWorkspace,
  EventFilter,
  EventPage,
  Group,
  GroupReference,
  Member,
  MemberReference,
  WorkspaceEvent
} from "./internal/workspace/model.js"
import type { AmbiguousReference, InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

export * from "./internal/workspace/cursor.js"
export * from "./internal/workspace/model.js"

type FindError = ReadError | AmbiguousReference

type EventError = ReadError | InvalidRequest | ReferenceError

/**
 * The methods of the service. The methods of members use `GET /workspaces/members`, those of groups
 * `GET /workspaces/groups`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The workspace that the credentials belong to: `GET /workspaces/active`. */
  readonly get: Effect.Effect<ActiveWorkspace, ReadError>
  /** Reads all members from the server now, with those that are deactivated. */
  readonly members: Effect.Effect<ReadonlyArray<Member>, ReadError>
  /** Reads the members, and gives the one that is named, if there is one. Fails with `AmbiguousReference` if several match. */
  readonly findMember: (member: MemberReference) => Effect.Effect<Option.Option<Member>, FindError>
  /** As `findMember`, but fails with `NotFound` if there is no such member. */
  readonly getMember: (member: MemberReference) => Effect.Effect<Member, FindError | NotFound>
  /** Reads the members, and gives those that are named and exist, in the order of the arguments. */
  readonly findMembers: (members: Iterable<MemberReference>) => Effect.Effect<ReadonlyArray<Member>, FindError>
  /** As `findMembers`, but fails with a `NotFound` that names all that do not exist. */
  readonly getMembers: (
    members: Iterable<MemberReference>
  ) => Effect.Effect<ReadonlyArray<Member>, FindError | NotFound>
  /** Reads all groups from the server now. */
  readonly groups: Effect.Effect<ReadonlyArray<Group>, ReadError>
  /** Reads the groups, and gives the one that is named, if there is one. Fails with `AmbiguousReference` if several match. */
  readonly findGroup: (group: GroupReference) => Effect.Effect<Option.Option<Group>, FindError>
  /** As `findGroup`, but fails with `NotFound` if there is no such group. */
  readonly getGroup: (group: GroupReference) => Effect.Effect<Group, FindError | NotFound>
  /** Reads the groups, and gives those that are named and exist, in the order of the arguments. */
  readonly findGroups: (groups: Iterable<GroupReference>) => Effect.Effect<ReadonlyArray<Group>, FindError>
  /** As `findGroups`, but fails with a `NotFound` that names all that do not exist. */
  readonly getGroups: (groups: Iterable<GroupReference>) => Effect.Effect<ReadonlyArray<Group>, FindError | NotFound>
  /**
   * One page of events: `GET /workspaces/events`. Fails with `InvalidRequest` if a date is not a valid date, with
   * `UnknownReference` if no member has the name that was given, and with `AmbiguousReference` if several have it.
   */
  readonly events: (page?: EventPage) => Effect.Effect<ReadonlyArray<WorkspaceEvent>, EventError>
  /**
   * All events, in the order of the server. A page is read when it is pulled, until a page is empty. New events can move an
   * event to the next page meanwhile: it is given once, unless a whole page of events is new. Fails as `events` does.
   */
  readonly streamEvents: (filter?: EventFilter) => Stream.Stream<WorkspaceEvent, EventError>
  /**
   * What happened since a cursor: the events that no change had yet, the oldest first, each with the cursor to store when it
   * is handled. It reads `GET /workspaces/events` as `streamEvents` does; with `every` it never ends, and looks again and
   * again.
   *
   * **At least once.** A program that stores the cursor of each change when it has handled it, and goes on from there after a
   * crash or an error, misses no event; only the events that it handled and did not store come again. In one run, no event
   * comes twice. An event that appears late, up to `overlap` behind the newest one, is given when it appears, after younger
   * ones; one that is later still is missed. That the platform takes `after_date` as a point in time is a guess; if it does
   * not use it, events that are handled are left out here.
   *
   * Events are the only changes that the API shows: no activity and no record has a time of its last change that is known.
   * `resource_id` is the id of what changed; the second example of the tag reads the activities as they are now. The
   * texts of `resource_type` are not known, so do not filter by a guess.
   *
   * It holds the events of one read in memory: the first read those of the whole workspace, unless `since` is given (see
   * `cursorAt`). Follow with the same filter from one run to the next: a cursor does not know the filter. Fails as `events`
   * does.
   */
  readonly changes: (options?: ChangesOptions) => Stream.Stream<Change, EventError>
}

/**
 * The tag of the {@link Service}.
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
 * @example
 * ```ts
 * import { Activities, Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * // Each activity to which something happened, as it is now, once for up to 500 events. Store the cursor when they are handled.
 * const changedActivities = (since?: Workspace.ChangesCursor) =>
 *   Stream.unwrap(
 *     Effect.map(Effect.all([Workspace.Workspace, Activities.Activities]), ([workspace, activities]) =>
 *       workspace.changes({ since }).pipe(
 *         Stream.grouped(500),
 *         Stream.mapEffect((changes) => {
 *           const ids = new Set(Array.from(changes, ({ event }): string | null => event.resource_id))
 *           const cursor = Array.from(changes).at(-1)?.cursor
 *           return Effect.map(activities.list, (all) => ({ cursor, activities: all.filter(({ id }) => ids.has(id)) }))
 *         })
 *       )
 *     )
 *   )
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Workspace extends Context.Tag("@effect-kaleidoscope/sdk/Workspace")<Workspace, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const members = Lookup.members(api)
  const groups = Lookup.groups(api)

  const readPage = (filter: Omit<EventPage, "event_user_ids">, event_user_ids: ReadonlyArray<Ids.UserId> | undefined) =>
    api.get(
      Calls.events,
      {},
      {
        ...filter,
        event_user_ids,
        after_date: Wire.date(filter.after_date),
        before_date: Wire.date(filter.before_date)
      }
    )

  const streamEvents = (name: string, filter: EventFilter): Stream.Stream<WorkspaceEvent, EventError> => {
    const method = Method.withSpan(name)
    // It is not known whether pages are counted from 0 or from 1. The first request has no page number, the next one
    // has 1: this reads all pages in both cases, and at worst the first page twice.
    const pages = (users: ReadonlyArray<Ids.UserId> | undefined) =>
      Stream.paginateChunkEffect({ page: 0, seen: new Set<string>() }, ({ page, seen }) => {
        const { page: _, ...query }: EventPage = filter
        return Effect.map(method(readPage(page === 0 ? query : { ...query, page }, users)), (events) => {
          const unseen = Id.distinct(events).filter(({ id }) => !seen.has(Id.canonical(id)))
          // A server that ignores the page number gives the same page again and again.
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

  return {
    get: api.get(Calls.get),
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
        Method.withSpan(Calls.events)
      ),
    streamEvents: (filter = {}) => streamEvents("Workspace.streamEvents", filter),
    changes: (options = {}) => changes((filter) => streamEvents("Workspace.changes", filter), options)
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Workspace, make))
