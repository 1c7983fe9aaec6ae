/**
 * Activities: experiments, tasks, projects, stages, milestones and design cycles. The API also says operations.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import {
  Activity,
  type ActivityStatus,
  type ActivityType,
  catalog,
  type Priority,
  type Reference
} from "./internal/activity.js"
import * as Definition from "./internal/activityDefinitions/lookup.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Id from "./internal/id.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Programs from "./internal/programs/lookup.js"
import * as SearchQuery from "./internal/query.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import { shownBy } from "./internal/recordViews/values.js"
import * as Refusal from "./internal/refusal.js"
import * as RichText from "./internal/richText.js"
import * as Said from "./internal/said.js"
import * as Unread from "./internal/unread.js"
import * as Wire from "./internal/wire.js"
import * as Workspace from "./internal/workspace/lookup.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"
import * as Records from "./Records.js"

export {
  Activity,
  ActivityStatus,
  ActivityType,
  activityTypeLabels,
  Priority,
  type Reference
} from "./internal/activity.js"
export { Property } from "./internal/properties/model.js"
export type { RichText } from "./internal/richText.js"

/**
 * Something that was done to an activity.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Activities.ActivityEvent)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ActivityEvent = Wire.model("ActivityEvent", {
  id: Ids.EventId,
  event_type: Wire.orNull(Schema.String),
  event_type_version: Wire.orNull(Schema.Union(Schema.Number, Schema.String)),
  event_attrs: Wire.map(Schema.Unknown),
  event_user_id: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  resource_id: Wire.orNull(Schema.String),
  resource_type: Wire.orNull(Schema.String),
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  parent_bulk_event_id: Wire.orNull(Ids.EventId),
  is_bulk: Wire.orNull(Schema.Boolean),
  request_id: Wire.orNull(Schema.String),
  session_id: Wire.orNull(Schema.String),
  log: Wire.json
})

/**
 * Something that was done to an activity.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActivityEvent extends Schema.Schema.Type<typeof ActivityEvent> {}

/**
 * What somebody wrote below an activity.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Activities.Comment)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Comment = Wire.model("Comment", {
  id: Ids.CommentId,
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  created_by: Wire.orNull(Ids.UserId),
  /** Rich text: `{ type: "doc", content: […] }`. */
  content: Wire.json,
  parent_comment_id: Wire.orNull(Ids.CommentId),
  mentioned_user_ids: Wire.list(Ids.UserId),
  resource_type: Wire.orNull(Schema.String),
  resource_id: Wire.orNull(Schema.String),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

/**
 * What somebody wrote below an activity.
 *
 * @since 0.1.0
 * @category models
 */
export interface Comment extends Schema.Schema.Type<typeof Comment> {}

/**
 * What a search does with activities that are complete.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 *
 * const search: Activities.Search = { completed_behavior: "hide-all" }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const CompletedBehavior = Wire.oneOf("show-all", "hide-completed-trees", "hide-all")

/**
 * What a search does with activities that are complete.
 *
 * @since 0.1.0
 * @category models
 */
export type CompletedBehavior = typeof CompletedBehavior.Type

/**
 * A condition on something an activity can have several of. A list means any of its members; a list of lists means any
 * of the members of each.
 *
 * @since 0.1.0
 * @category models
 */
export type AnyOf<A> = ReadonlyArray<A> | ReadonlyArray<ReadonlyArray<A>>

/**
 * Which activities: what is given narrows them down, all of it has to hold.
 *
 * @since 0.1.0
 * @category models
 */
export interface Search {
  readonly search_text?: string
  readonly activity_types?: ReadonlyArray<ActivityType>
  readonly definition_ids?: ReadonlyArray<Definition.Reference>
  readonly record_ids?: ReadonlyArray<Records.Reference>
  readonly statuses?: AnyOf<ActivityStatus>
  readonly label_ids?: AnyOf<Labels.Reference>
  readonly assigned_user_ids?: AnyOf<Workspace.MemberReference>
  readonly created_by?: Workspace.MemberReference
  /** The parent, or `null` for those that have none. */
  readonly parent_id?: Reference | null
  /** How many at most: 500 is the most that the platform takes. */
  readonly limit?: number
  readonly completed_behavior?: CompletedBehavior
}

/**
 * An activity to create.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewActivity {
  readonly title: string
  readonly activity_type: ActivityType
  /** What it is made from. */
  readonly definition_id?: Definition.Reference
  readonly program_ids?: ReadonlyArray<Programs.Reference>
  readonly assigned_user_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly subscriber_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly start_date?: Wire.DateInput
  /** In days. */
  readonly duration?: number
}

/**
 * What changes of an activity. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface Patch {
  readonly parent_id?: Reference | null
  readonly title?: string
  /** Rich text, `{ type: "doc", content: […] }`; a plain text becomes one, a paragraph for each of its lines. */
  readonly description?: unknown
  readonly status?: ActivityStatus
  readonly priority?: Priority | null
  readonly definition_id?: Definition.Reference | null
  readonly add_dependencies?: ReadonlyArray<Reference>
  readonly remove_dependencies?: ReadonlyArray<Reference>
  readonly due_date?: Wire.DateInput | null
  readonly start_date?: Wire.DateInput | null
  /** In days. */
  readonly duration?: number | null
  readonly aggregate_scheduling?: boolean
  readonly add_label_ids?: ReadonlyArray<Labels.Reference>
  readonly remove_label_ids?: ReadonlyArray<Labels.Reference>
  readonly add_program_ids?: ReadonlyArray<Programs.Reference>
  readonly remove_program_ids?: ReadonlyArray<Programs.Reference>
  readonly add_assigned_user_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly remove_assigned_user_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly add_assigned_group_ids?: ReadonlyArray<Workspace.GroupReference>
  readonly remove_assigned_group_ids?: ReadonlyArray<Workspace.GroupReference>
  readonly add_reviewer_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly remove_reviewer_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly add_subscriber_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly remove_subscriber_ids?: ReadonlyArray<Workspace.MemberReference>
  readonly external_id?: string | null
  /**
   * Written below the activity: rich text, or a plain text, which becomes one, a paragraph for each of its lines. A text
   * without any words is refused. An update that carries a comment is not repeated: the comment would be there twice.
   */
  readonly comment?: string | RichText.RichText
  /** What happens to the dates of what depends on it. */
  readonly shift_dependency_mode?: string
  readonly avoid_weekends?: boolean
  readonly extend_in_progress_items?: boolean
}

/**
 * What an activity holds of one record: for each field, the latest value in this activity.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordData {
  readonly record: Records.Record
  /** By field id. */
  readonly values: ReadonlyMap<Ids.EntityFieldId, unknown>
}

/**
 * What can be done with activities.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every activity of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<Activity>, ReadError>
  /**
   * The activities that a search finds. Fails with a `NotFound` that names what was asked for if the platform says that
   * something of it is not there.
   */
  readonly search: (
    search: Search
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The activity, if there is one. Fails with `AmbiguousReference` if the title is that of several. */
  readonly find: (activity: Reference) => Effect.Effect<Option.Option<Activity>, ReadError | AmbiguousReference>
  /** The activity, as it is now; fails with `NotFound` if there is none. */
  readonly get: (activity: Reference) => Effect.Effect<Activity, ReadError | AmbiguousReference | NotFound>
  /** Those of the activities that there are, in the order asked. */
  readonly findMany: (
    activities: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | AmbiguousReference>
  /** The activities in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    activities: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | AmbiguousReference | NotFound>
  /** The activities right below an activity. */
  readonly children: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The activities that hold a record. */
  readonly withRecord: (
    record: Records.Reference
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** Adds an activity. Not repeated unless it surely did not happen: it would be there twice. */
  readonly create: (activity: NewActivity) => Effect.Effect<Activity, WriteError | ReferenceError>
  /** Changes an activity, and gives it as it is then. */
  readonly update: (
    activity: Reference,
    patch: Patch
  ) => Effect.Effect<Activity, WriteError | ReferenceError | NotFound>
  /** The records of an activity. */
  readonly records: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<Records.Record>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The records on one record view of an activity, in their order there. */
  readonly recordsOnView: (
    activity: Reference,
    view: RecordViews.Reference
  ) => Effect.Effect<ReadonlyArray<Records.Record>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** Whether an activity holds a record. */
  readonly hasRecord: (
    activity: Reference,
    record: Records.Reference
  ) => Effect.Effect<boolean, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** Puts records on an activity. Those that are there stay. */
  readonly addRecords: (
    activity: Reference,
    records: Iterable<Records.Reference>
  ) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
  /** For each record of an activity, for each field, the latest value in this activity. */
  readonly recordData: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<RecordData>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** What was done to an activity. */
  readonly events: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<ActivityEvent>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** What people wrote below an activity. */
  readonly comments: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<Comment>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** What an activity was made from, if it was made from something that is still there. */
  readonly definition: (
    activity: Activity
  ) => Effect.Effect<Option.Option<Definition.ActivityDefinition>, ReadError | AmbiguousReference>
  /** The programs of an activity. */
  readonly programs: (
    activity: Activity
  ) => Effect.Effect<ReadonlyArray<Programs.Program>, ReadError | AmbiguousReference>
  /** The labels of an activity. */
  readonly labels: (activity: Activity) => Effect.Effect<ReadonlyArray<Labels.Label>, ReadError | AmbiguousReference>
  /** The members that an activity is assigned to. */
  readonly assignedUsers: (
    activity: Activity
  ) => Effect.Effect<ReadonlyArray<Workspace.Member>, ReadError | AmbiguousReference>
  /** The groups that an activity is assigned to. */
  readonly assignedGroups: (
    activity: Activity
  ) => Effect.Effect<ReadonlyArray<Workspace.Group>, ReadError | AmbiguousReference>
  /** The record views that an activity shows. Templates are none. */
  readonly recordViews: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /**
   * Tells the platform that an external, asynchronous job of an activity is done. What it does with the content is not
   * known, so the call is not repeated unless it surely did not happen.
   */
  readonly callback: (
    activity: Reference,
    content: unknown
  ) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
}

/**
 * Activities: experiments, tasks, projects, stages, milestones and design cycles.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const titles = Effect.gen(function* () {
 *   const activities = yield* Activities.Activities
 *   const open = yield* activities.search({ statuses: ["to do", "in progress"], limit: 50 })
 *   return open.map((activity) => activity.title)
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Activities extends Context.Tag("@effect-kaleidoscope/sdk/Activities")<Activities, Service>() {}

const isNested = <A>(condition: AnyOf<A>): condition is ReadonlyArray<ReadonlyArray<A>> =>
  condition.every((member) => Array.isArray(member))

/** A condition as the API has it: all of the lists, any of their members. */
const nested = <A, B, E>(
  condition: AnyOf<A> | undefined,
  member: (member: A) => Effect.Effect<B, E>
): Effect.Effect<ReadonlyArray<ReadonlyArray<B>> | undefined, E> =>
  condition === undefined
    ? Effect.succeed(undefined)
    : Effect.forEach(isNested(condition) ? condition : [condition], (any) => Effect.forEach(any, member))

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const blocked = Effect.flatMap(Activities.make, (activities) => activities.search({ statuses: ["blocked"] }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const activities = catalog(api)
  const labels = Labels.catalog(api)
  const programs = Programs.catalog(api)
  const definitions = Definition.catalog(api)
  const members = Workspace.members(api)
  const groups = Workspace.groups(api)
  const recordViews = RecordViews.catalog(api)
  const records = Records.lookup(api)
  const { find, findMany, get, getMany, list } = activities

  /** A call that reads something of one activity. */
  const readOf =
    <A, I>(
      method: string,
      path:
        | "/activities/{id}/activities"
        | "/activities/{id}/events"
        | "/activities/{id}/comments"
        | "/operations/{id}/records",
      success: Schema.Schema<A, I>
    ) =>
    (activity: Reference) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.read(`Activities.${method}`, { path, params: { id }, success, refusals: Refusal.item })
      ).pipe(Api.method(`Activities.${method}`))

  const resolveRecords = (references: Iterable<Records.Reference>) =>
    Effect.forEach(references, (record) => records.resolve(record), { concurrency: "unbounded" })

  const said = <Name extends keyof Activity & string>(method: string, activity: Activity, name: Name) =>
    Said.field(`Activities.${method}`, "activity", activity, name)

  const readRecords = readOf("records", "/operations/{id}/records", Schema.Array(Records.Record))
  const recordsOf = (activity: Reference) => Effect.map(readRecords(activity), Id.distinct)

  return {
    list,
    find,
    get,
    findMany,
    getMany,
    search: (search) =>
      Effect.gen(function* () {
        const { assigned_user_ids, created_by, definition_ids, label_ids, parent_id, record_ids, statuses, ...others } =
          search
        return yield* api.read("Activities.search", {
          path: "/activities/search",
          params: {},
          query: {
            ...others,
            definition_ids: yield* definitions.resolveAll(definition_ids),
            record_ids: record_ids === undefined ? undefined : yield* resolveRecords(record_ids),
            statuses: yield* nested(statuses, Effect.succeed),
            label_ids: yield* nested(label_ids, labels.resolve),
            assigned_user_ids: yield* nested(assigned_user_ids, members.resolve),
            created_by: yield* Catalog.optional(created_by, members.resolve),
            // The word, not JSON: those that have no parent.
            parent_id: parent_id === null ? "null" : yield* Catalog.optional(parent_id, activities.resolve)
          },
          success: Schema.Array(Activity),
          refusals: Refusal.naming(SearchQuery.asked(search))
        })
      }).pipe(Api.method("Activities.search")),
    children: readOf("children", "/activities/{id}/activities", Schema.Array(Activity)),
    withRecord: (record) =>
      Effect.flatMap(records.resolve(record), (id) =>
        api.read("Activities.withRecord", {
          path: "/records/{id}/operations",
          params: { id },
          success: Schema.Array(Activity),
          refusals: Refusal.item
        })
      ).pipe(Api.method("Activities.withRecord")),
    create: (activity) =>
      Effect.gen(function* () {
        const { assigned_user_ids, definition_id, program_ids, start_date, subscriber_ids, ...others } = activity
        const [created] = yield* api.write("Activities.create", {
          method: "POST",
          path: "/activities",
          params: {},
          body: {
            ...others,
            definition_id: yield* Catalog.optional(definition_id, definitions.resolve),
            program_ids: yield* programs.resolveAll(program_ids ?? []),
            assigned_user_ids: yield* members.resolveAll(assigned_user_ids ?? []),
            subscriber_ids: yield* members.resolveAll(subscriber_ids ?? []),
            start_date: Wire.date(start_date)
          },
          success: Schema.NonEmptyArray(Activity),
          otherwise: {
            look: "Activities.list",
            find: Effect.map(list, (all) =>
              Option.map(
                Api.onlyOne(
                  all,
                  ({ activity_type, title }) => title === activity.title && activity_type === activity.activity_type
                ),
                (created) => [created] as const
              )
            )
          },
          refusals: Refusal.write,
          repeatable: false
        })
        return created
      }).pipe(
        // An activity of a definition gets the definition's record views.
        Effect.ensuring(Effect.all([activities.drop, recordViews.drop])),
        Api.method("Activities.create")
      ),
    update: (activity, patch) =>
      Effect.gen(function* () {
        const { comment, definition_id, due_date, parent_id, start_date, ...others } = patch
        if (typeof comment === "string" && comment.trim() === "") {
          return yield* Api.invalid("Activities.update", "comment", "it has no words in it; leave it out to write none")
        }
        const id = yield* activities.resolve(activity)
        const body = {
          ...others,
          comment: RichText.of(comment),
          description: RichText.of(patch.description),
          parent_id: yield* Catalog.optional(parent_id, activities.resolve),
          definition_id: yield* Catalog.optional(definition_id, definitions.resolve),
          due_date: Wire.date(due_date),
          start_date: Wire.date(start_date),
          add_dependencies: yield* activities.resolveAll(patch.add_dependencies),
          remove_dependencies: yield* activities.resolveAll(patch.remove_dependencies),
          add_label_ids: yield* labels.resolveAll(patch.add_label_ids),
          remove_label_ids: yield* labels.resolveAll(patch.remove_label_ids),
          add_program_ids: yield* programs.resolveAll(patch.add_program_ids),
          remove_program_ids: yield* programs.resolveAll(patch.remove_program_ids),
          add_assigned_user_ids: yield* members.resolveAll(patch.add_assigned_user_ids),
          remove_assigned_user_ids: yield* members.resolveAll(patch.remove_assigned_user_ids),
          add_assigned_group_ids: yield* groups.resolveAll(patch.add_assigned_group_ids),
          remove_assigned_group_ids: yield* groups.resolveAll(patch.remove_assigned_group_ids),
          add_reviewer_ids: yield* members.resolveAll(patch.add_reviewer_ids),
          remove_reviewer_ids: yield* members.resolveAll(patch.remove_reviewer_ids),
          add_subscriber_ids: yield* members.resolveAll(patch.add_subscriber_ids),
          remove_subscriber_ids: yield* members.resolveAll(patch.remove_subscriber_ids)
        }
        return yield* api.write("Activities.update", {
          method: "PUT",
          path: "/activities/{id}",
          params: { id },
          body,
          success: Activity,
          otherwise: { look: "Activities.get", find: find(id) },
          refusals: Refusal.writeItem,
          // A comment would be there twice.
          repeatable: patch.comment === undefined
        })
      }).pipe(
        Effect.ensuring(
          patch.definition_id === undefined ? activities.drop : Effect.all([activities.drop, recordViews.drop])
        ),
        Api.method("Activities.update")
      ),
    records: recordsOf,
    recordsOnView: (reference, view) =>
      Effect.gen(function* () {
        const activity = yield* get(reference)
        const id = yield* recordViews.resolve(view)
        const onViews = yield* said("recordsOnView", activity, "data_table_record_mapping")
        return yield* records.findMany(Id.distinctIds(Id.entryOf(onViews, id) ?? []))
      }).pipe(Api.method("Activities.recordsOnView")),
    hasRecord: (reference, record) =>
      Effect.gen(function* () {
        const id = yield* records.resolve(record)
        const activity = yield* get(reference)
        // What may be missing from the list of activities cannot say that it is not there.
        const ids = Unread.isSaid(activity, "all_record_ids")
          ? activity.all_record_ids
          : (yield* recordsOf(activity)).map((record) => record.id)
        return Id.isIn(id, ids)
      }).pipe(Api.method("Activities.hasRecord")),
    addRecords: (activity, references) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const record_ids = yield* resolveRecords(references)
        yield* api.write("Activities.addRecords", {
          method: "PUT",
          path: "/operations/{id}/records",
          params: { id },
          body: { record_ids },
          success: Api.nothing,
          empty: Api.noValue,
          refusals: Refusal.writeItem,
          repeatable: true
        })
      }).pipe(Effect.ensuring(activities.drop), Api.method("Activities.addRecords")),
    recordData: (reference) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(reference)
        return yield* Effect.forEach(yield* recordsOf(id), (record) =>
          Effect.map(valuesIn(record, id), (values) => ({ record, values }))
        )
      }).pipe(Api.method("Activities.recordData")),
    events: readOf("events", "/activities/{id}/events", Schema.Array(ActivityEvent)),
    comments: readOf("comments", "/activities/{id}/comments", Schema.Array(Comment)),
    definition: (activity) =>
      Effect.flatMap(said("definition", activity, "definition_id"), (id) =>
        id === null ? Effect.succeedNone : definitions.find(id)
      ).pipe(Api.method("Activities.definition")),
    programs: (activity) =>
      Effect.flatMap(said("programs", activity, "program_ids"), (ids) => programs.findMany(Id.distinctIds(ids))).pipe(
        Api.method("Activities.programs")
      ),
    labels: (activity) =>
      Effect.flatMap(said("labels", activity, "label_ids"), (ids) => labels.findMany(Id.distinctIds(ids))).pipe(
        Api.method("Activities.labels")
      ),
    assignedUsers: (activity) =>
      Effect.flatMap(said("assignedUsers", activity, "assigned_user_ids"), (ids) =>
        members.findMany(Id.distinctIds(ids))
      ).pipe(Api.method("Activities.assignedUsers")),
    assignedGroups: (activity) =>
      Effect.flatMap(said("assignedGroups", activity, "assigned_group_ids"), (ids) =>
        groups.findMany(Id.distinctIds(ids))
      ).pipe(Api.method("Activities.assignedGroups")),
    recordViews: (activity) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        Effect.flatMap(recordViews.list, shownBy("Activities.recordViews", "operation_ids", id))
      ).pipe(Api.method("Activities.recordViews")),
    callback: (activity, content) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.write("Activities.callback", {
          method: "POST",
          path: "/operations/{id}/callback",
          params: { id },
          body: content,
          success: Api.nothing,
          empty: Api.noValue,
          refusals: Refusal.writeItem,
          repeatable: false
        })
      ).pipe(
        // What the platform does then is not known.
        Effect.ensuring(Effect.all([activities.drop, recordViews.drop])),
        Api.method("Activities.callback")
      )
  } satisfies Service
})

/**
 * Activities, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Activities, Auth } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const ActivitiesLive = Activities.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Activities, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Activities, make)
)

/** The latest content of each field, in one activity. */
const valuesIn = (record: Records.Record, activity: Ids.ActivityId) =>
  Effect.map(
    Effect.flatMap(Said.field("Activities.recordData", "record", record, "record_values"), (ofFields) =>
      Effect.forEach(Object.keys(ofFields), (fieldId) => {
        const field = Ids.EntityFieldId.make(fieldId)
        return Either.match(Records.pickLatest(record, { field, activity }), {
          onLeft: (at) => Effect.fail(Said.unsaid("Activities.recordData", `record ${record.id}`, at)),
          onRight: (latest) => Effect.succeed(Option.map(latest, ({ content }) => [field, content] as const))
        })
      })
    ),
    (contents): ReadonlyMap<Ids.EntityFieldId, unknown> => new Map(contents.flatMap(Option.toArray))
  )

/**
 * Those of some activities that are of a type.
 *
 * @example
 * ```ts
 * import { Activities } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const experiments = Effect.gen(function* () {
 *   const activities = yield* Activities.Activities
 *   return Activities.ofType(yield* activities.list, "experiment")
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const ofType: {
  (type: ActivityType): (activities: Iterable<Activity>) => Array<Activity>
  (activities: Iterable<Activity>, type: ActivityType): Array<Activity>
} = dual(
  2,
  (activities: Iterable<Activity>, type: ActivityType): Array<Activity> =>
    Array.from(activities).filter((activity) => activity.activity_type === type)
)
