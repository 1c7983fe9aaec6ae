/**
 * Activities: experiments, tasks, projects, stages, milestones and design cycles. The API also calls them operations.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Calls from "./internal/activities/calls.js"
import { catalog } from "./internal/activities/lookup.js"
import type { Activity, ActivityEvent, Comment, Reference } from "./internal/activities/model.js"
import type {
  AnyOf,
  MarkedComment,
  NewActivity,
  Patch,
  RecordData,
  RemoveRecordsOptions,
  Search
} from "./internal/activities/options.js"
import { latestValues } from "./internal/activities/values.js"
import * as Definitions from "./internal/activityDefinitions/lookup.js"
import * as Permits from "./internal/auth/permits.js"
import * as Catalog from "./internal/catalog/catalog.js"
import * as MissingField from "./internal/catalog/missingField.js"
import { readOf } from "./internal/catalog/readOf.js"
import * as Id from "./internal/id.js"
import * as Unread from "./internal/json/unread.js"
import * as Wire from "./internal/json/wire.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Programs from "./internal/programs/lookup.js"
import * as Records from "./internal/records/lookup.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import * as RichText from "./internal/richText/richText.js"
import { toSend } from "./internal/richText/sent.js"
import * as Workspace from "./internal/workspace/lookup.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"

export * from "./internal/activities/model.js"
export * from "./internal/activities/options.js"
export { ofType } from "./internal/activities/values.js"
export { Property } from "./internal/properties/model.js"
export type { RichText } from "./internal/richText/richText.js"

type LookupError = ReadError | InvalidRequest | ReferenceError | NotFound

type ChangeError = WriteError | ReferenceError | NotFound

type ListedError = ReadError | AmbiguousReference

/**
 * The methods of the service. `list` and the methods that find activities by name use `GET /activities`; the API has no
 * call that reads one activity.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Catalog.Lookups<Activity, Reference> {
  /**
   * The activities that match a search: `GET /activities/search`. If the platform does not know something that the search
   * names, it fails with a `NotFound` that lists all that the search names.
   */
  readonly search: (search: Search) => Effect.Effect<ReadonlyArray<Activity>, LookupError>
  /** The activities directly below an activity: `GET /activities/{id}/activities`. */
  readonly children: (activity: Reference) => Effect.Effect<ReadonlyArray<Activity>, LookupError>
  /** The activities that hold a record: `GET /records/{id}/operations`. */
  readonly withRecord: (record: Records.Reference) => Effect.Effect<ReadonlyArray<Activity>, LookupError>
  /**
   * Adds an activity: `POST /activities`. Titles are not unique, so a second call would add a second activity: it is
   * sent again only if the first request certainly did nothing.
   */
  readonly create: (activity: NewActivity) => Effect.Effect<Activity, WriteError | ReferenceError>
  /** Changes an activity, and gives it as it is after the change: `PUT /activities/{id}`. */
  readonly update: (activity: Reference, patch: Patch) => Effect.Effect<Activity, ChangeError>
  /** The records of an activity: `GET /operations/{id}/records`. */
  readonly records: (activity: Reference) => Effect.Effect<ReadonlyArray<Records.Record>, LookupError>
  /** The records on one record view of an activity, in their order on the view. It reads the activity, then the records. */
  readonly recordsOnView: (
    activity: Reference,
    view: RecordViews.Reference
  ) => Effect.Effect<ReadonlyArray<Records.Record>, LookupError>
  /** Whether an activity holds a record. It reads the activity, and, only if that has no ids of records, its records. */
  readonly hasRecord: (activity: Reference, record: Records.Reference) => Effect.Effect<boolean, LookupError>
  /** Adds records to an activity: `PUT /operations/{id}/records`. Records that it already holds stay. */
  readonly addRecords: (activity: Reference, records: Iterable<Records.Reference>) => Effect.Effect<void, ChangeError>
  /**
   * Takes records off an activity, or off one record view of it, and gives the activity as it is then:
   * `POST /operations/{id}/records/remove`. **It deletes the values** that the records have in this activity, on the views
   * concerned. `BadRequest` or `Conflict` if one of the records is not on the activity, or if nobody may change the
   * activity. It is sent again only if the first request certainly did nothing. Without records nothing is sent, since nobody
   * knows what an empty list means to the platform: it only reads the activity. Known from the official client, 0.7.0.
   */
  readonly removeRecords: (
    activity: Reference,
    records: Iterable<Records.Reference>,
    options?: RemoveRecordsOptions
  ) => Effect.Effect<Activity, ChangeError>
  /** For each record of an activity, for each field, the latest value in this activity: `GET /operations/{id}/records`. */
  readonly recordData: (activity: Reference) => Effect.Effect<ReadonlyArray<RecordData>, LookupError>
  /** The events of an activity, that is, what was done to it: `GET /activities/{id}/events`. */
  readonly events: (activity: Reference) => Effect.Effect<ReadonlyArray<ActivityEvent>, LookupError>
  /** The comments on an activity: `GET /activities/{id}/comments`. */
  readonly comments: (activity: Reference) => Effect.Effect<ReadonlyArray<Comment>, LookupError>
  /**
   * Adds a comment to an activity, unless it has one with this marker: `GET /activities/{id}/comments`, then
   * `PUT /activities/{id}`. Gives `true` if the comment was added by this call.
   *
   * If nobody knows whether the request was done (the connection broke, for example), the comments are read once more. If
   * the comment is not there, it fails with the error of the request: it may still come, so call again later, with the same
   * marker. Calls at the same time, with the same credentials and client, add one comment; two programs that look at the
   * same time can add one each. Somebody who removes the marker from the comment makes it unknown. `InvalidRequest` if the
   * marker is empty or has several lines, or if the text is empty.
   */
  readonly commentOnce: (activity: Reference, comment: MarkedComment) => Effect.Effect<boolean, ChangeError>
  /** The definition that an activity was made from, if it has one that still exists: `GET /activity_definitions`. */
  readonly definition: (activity: Activity) => Effect.Effect<Option.Option<Definitions.ActivityDefinition>, ListedError>
  /** The programs of an activity: `GET /programs`. */
  readonly programs: (activity: Activity) => Effect.Effect<ReadonlyArray<Programs.Program>, ListedError>
  /** The labels of an activity: `GET /activity_labels`. */
  readonly labels: (activity: Activity) => Effect.Effect<ReadonlyArray<Labels.Label>, ListedError>
  /** The members that an activity is assigned to: `GET /workspaces/members`. */
  readonly assignedUsers: (activity: Activity) => Effect.Effect<ReadonlyArray<Workspace.Member>, ListedError>
  /** The groups that an activity is assigned to: `GET /workspaces/groups`. */
  readonly assignedGroups: (activity: Activity) => Effect.Effect<ReadonlyArray<Workspace.Group>, ListedError>
  /** The record views that an activity shows: `GET /record_views`. Templates are not included. */
  readonly recordViews: (
    activity: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /**
   * Reports to the platform that an external job of an activity is done: `POST /operations/{id}/callback`. The content is
   * any JSON. It is sent again only if the first request certainly did nothing: the effect of a second callback is not
   * known. The official client does not send this call, so the call itself is not certain.
   */
  readonly callback: (activity: Reference, content: unknown) => Effect.Effect<void, ChangeError>
}

/**
 * The tag of the {@link Service}.
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

/** Whether a text has this line. */
const hasLine = (text: string, line: string): boolean => text.split(/\r\n|\r|\n/).some((one) => one.trim() === line)

/** A condition in the form of the API: a list of lists. */
const nested = <A, B, E>(
  condition: AnyOf<A> | undefined,
  member: (member: A) => Effect.Effect<B, E>
): Effect.Effect<ReadonlyArray<ReadonlyArray<B>> | undefined, E> =>
  condition === undefined
    ? Effect.succeed(undefined)
    : Effect.forEach(isNested(condition) ? condition : [condition], (any) => Effect.forEach(any, member))

/** Looks up the ids that a field of an activity lists, for the method `call`. */
const listed =
  <Name extends "program_ids" | "label_ids" | "assigned_user_ids" | "assigned_group_ids", A, E>(
    call: string,
    name: Name,
    findMany: (ids: Iterable<Activity[Name][number]>) => Effect.Effect<ReadonlyArray<A>, E>
  ) =>
  (activity: Activity) =>
    Effect.flatMap(MissingField.required(call, "activity", activity, name), (ids) =>
      findMany(Id.distinctIds<Activity[Name][number]>(ids))
    ).pipe(Method.withSpan(call))

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const activities = catalog(api)
  const labels = Labels.catalog(api)
  const programs = Programs.catalog(api)
  const definitions = Definitions.catalog(api)
  const members = Workspace.members(api)
  const groups = Workspace.groups(api)
  const recordViews = RecordViews.catalog(api)
  const records = Records.lookup(api)

  const ofActivity = readOf(api, activities.resolve)

  const resolveRecords = (references: Iterable<Records.Reference>) =>
    Effect.forEach(references, (record) => records.resolve(record), { concurrency: "unbounded" })

  // Two calls at the same time would both look, find nothing, and comment.
  const oneByOne = api.state.shared("Activities.commentOnce", () => Permits.make(1))

  const recordsOf = flow(ofActivity(Calls.records), Effect.map(Id.distinct))

  return {
    ...Catalog.lookups(activities),
    search: (search) =>
      Effect.gen(function* () {
        const { assigned_user_ids, created_by, definition_ids, label_ids, parent_id, record_ids, statuses, ...others } =
          search
        const query = {
          ...others,
          definition_ids: yield* definitions.resolveAll(definition_ids),
          record_ids: record_ids === undefined ? undefined : yield* resolveRecords(record_ids),
          statuses: yield* nested(statuses, Effect.succeed),
          label_ids: yield* nested(label_ids, labels.resolve),
          assigned_user_ids: yield* nested(assigned_user_ids, members.resolve),
          created_by: yield* Catalog.optional(created_by, members.resolve),
          // The word "null" and not JSON: activities without a parent.
          parent_id: parent_id === null ? "null" : yield* Catalog.optional(parent_id, activities.resolve)
        }
        return yield* api.get(Calls.search, {}, query, Errors.naming(SearchQuery.asked(search)))
      }).pipe(Method.withSpan(Calls.search)),
    children: ofActivity(Calls.children),
    withRecord: readOf(api, records.resolve)(Calls.withRecord),
    create: (activity) =>
      Effect.gen(function* () {
        const { assigned_user_ids, definition_id, program_ids, start_date, subscriber_ids, ...others } = activity
        const body = {
          ...others,
          definition_id: yield* Catalog.optional(definition_id, definitions.resolve),
          program_ids: yield* programs.resolveAll(program_ids ?? []),
          assigned_user_ids: yield* members.resolveAll(assigned_user_ids ?? []),
          subscriber_ids: yield* members.resolveAll(subscriber_ids ?? []),
          start_date: Wire.date(start_date)
        }
        const find = Effect.map(activities.list, (all) =>
          Option.map(
            AfterWrite.onlyOne(
              all,
              ({ activity_type, title }) => title === activity.title && activity_type === activity.activity_type
            ),
            (created) => [created] as const
          )
        )
        const [created] = yield* api.send(Calls.create, {}, body, { otherwise: { look: "Activities.list", find } })
        return created
      }).pipe(
        // The templates of a definition become record views of the new activity.
        Effect.ensuring(Effect.all([activities.drop, recordViews.drop])),
        Method.withSpan(Calls.create)
      ),
    update: (activity, patch) =>
      Effect.gen(function* () {
        const { comment, definition_id, due_date, parent_id, start_date, ...others } = patch
        if (typeof comment === "string" && comment.trim() === "") {
          return yield* Method.invalid(Calls.update.name, "comment", "it has no text; leave it out to write no comment")
        }
        const id = yield* activities.resolve(activity)
        const body = {
          ...others,
          comment: toSend(comment),
          description: toSend(patch.description),
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
        // A comment would be there twice.
        const call = { ...Calls.update, repeat: comment === undefined ? Calls.update.repeat : "never" } as const
        return yield* api.send(call, { id }, body, { otherwise: { look: "Activities.get", find: activities.find(id) } })
      }).pipe(
        Effect.ensuring(
          patch.definition_id === undefined ? activities.drop : Effect.all([activities.drop, recordViews.drop])
        ),
        Method.withSpan(Calls.update)
      ),
    records: recordsOf,
    recordsOnView: Method.named(
      "Activities.recordsOnView",
      (name) => (reference, view) =>
        Effect.gen(function* () {
          const activity = yield* activities.get(reference)
          const id = yield* recordViews.resolve(view)
          const onViews = yield* MissingField.required(name, "activity", activity, "data_table_record_mapping")
          return yield* records.findMany(Id.distinctIds(Id.entryOf(onViews, id) ?? []))
        })
    ),
    hasRecord: (reference, record) =>
      Effect.gen(function* () {
        const id = yield* records.resolve(record)
        const activity = yield* activities.get(reference)
        // An activity without this field does not say that the record is missing.
        const ids = Unread.isPresent(activity, "all_record_ids")
          ? activity.all_record_ids
          : (yield* recordsOf(activity)).map((record) => record.id)
        return Id.isIn(id, ids)
      }).pipe(Method.withSpan("Activities.hasRecord")),
    addRecords: (activity, references) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const record_ids = yield* resolveRecords(references)
        yield* api.send(Calls.addRecords, { id }, { record_ids })
      }).pipe(Effect.ensuring(activities.drop), Method.withSpan(Calls.addRecords)),
    removeRecords: (activity, references, { record_view_id } = {}) =>
      Effect.gen(function* () {
        const record_ids = yield* resolveRecords(references)
        if (record_ids.length === 0) return yield* activities.get(activity)
        const id = yield* activities.resolve(activity)
        const body = {
          record_ids,
          record_view_id: yield* Catalog.optional(record_view_id, recordViews.resolve)
        }
        return yield* api.send(Calls.removeRecords, { id }, body, {
          otherwise: { look: "Activities.get", find: activities.find(id) }
        })
      }).pipe(Effect.ensuring(activities.drop), Method.withSpan(Calls.removeRecords)),
    recordData: Method.named(
      "Activities.recordData",
      (name) => (reference) =>
        Effect.gen(function* () {
          const id = yield* activities.resolve(reference)
          return yield* Effect.forEach(yield* recordsOf(id), (record) =>
            Effect.map(latestValues(name, record, id), (values) => ({ record, values }))
          )
        })
    ),
    events: ofActivity(Calls.events),
    comments: ofActivity(Calls.comments),
    commentOnce: Method.named(
      "Activities.commentOnce",
      (name) =>
        (activity, { marker, text }) =>
          Effect.gen(function* () {
            const line = marker.trim()
            if (line === "" || /[\r\n]/.test(line))
              return yield* Method.invalid(name, "marker", "it must be one line of text")
            if (text.trim() === "") return yield* Method.invalid(name, "text", "it has no text")
            const id = yield* activities.resolve(activity)
            const isThere = Effect.flatMap(api.get(Calls.comments, { id }), (comments) =>
              comments.length > 0 && comments.every(({ content }) => content === null)
                ? Effect.fail(MissingField.error(name, "each comment", "content"))
                : Effect.succeed(comments.some(({ content }) => hasLine(RichText.toPlainText(content), line)))
            )
            const comment = RichText.fromPlainText(hasLine(text, line) ? text : `${text}\n${line}`)
            const add = api.send({ ...Calls.update, repeat: "never" }, { id }, { comment })
            const added = Effect.catchAll(Effect.as(add, true), (error) =>
              error.outcome === "none"
                ? Effect.fail(error)
                : // If the comments cannot be read, the error of the request says more.
                  Effect.filterOrFail(
                    Effect.orElseSucceed(isThere, () => false),
                    (isThere) => isThere,
                    () => error
                  )
            )
            return yield* Effect.if(isThere, { onTrue: () => Effect.succeed(false), onFalse: () => added })
          }).pipe(oneByOne.withPermit, Effect.ensuring(activities.drop))
    ),
    definition: Method.named(
      "Activities.definition",
      (name) => (activity) =>
        Effect.flatMap(MissingField.required(name, "activity", activity, "definition_id"), (id) =>
          id === null ? Effect.succeedNone : definitions.find(id)
        )
    ),
    programs: listed("Activities.programs", "program_ids", programs.findMany),
    labels: listed("Activities.labels", "label_ids", labels.findMany),
    assignedUsers: listed("Activities.assignedUsers", "assigned_user_ids", members.findMany),
    assignedGroups: listed("Activities.assignedGroups", "assigned_group_ids", groups.findMany),
    recordViews: RecordViews.shownBy("Activities.recordViews", "operation_ids", activities.resolve, recordViews.list),
    callback: (activity, content) =>
      Effect.flatMap(activities.resolve(activity), (id) => api.send(Calls.callback, { id }, content)).pipe(
        // It is not known what the platform changes then.
        Effect.ensuring(Effect.all([activities.drop, recordViews.drop])),
        Method.withSpan(Calls.callback)
      )
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Activities, make))
