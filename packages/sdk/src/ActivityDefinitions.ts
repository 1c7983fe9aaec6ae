/**
 * Activity definitions: what activities are made from, with their layout, their registration and their queuing.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as ActivityModel from "./internal/activity.js"
import { Activity, type ActivityStatus, type Priority } from "./internal/activity.js"
import * as Definition from "./internal/activityDefinition.js"
import { ActivityDefinition, type ContentLayoutItem, type Reference } from "./internal/activityDefinition.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Id from "./internal/id.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Programs from "./internal/programs/lookup.js"
import * as PropertyFields from "./internal/propertyFields/lookup.js"
import * as SearchQuery from "./internal/query.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import { shownBy } from "./internal/recordViews/values.js"
import * as Refusal from "./internal/refusal.js"
import * as RichText from "./internal/richText.js"
import * as Workspace from "./internal/workspace/lookup.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"
import * as ResultTableTemplates from "./ResultTableTemplates.js"

export {
  ActivityDefinition,
  ComponentType,
  ContentLayoutItem,
  type Reference
} from "./internal/activityDefinition.js"

/**
 * How a record view in a definition is named: by its id, by itself, by the name of a view or by that of a template.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewReference = RecordViews.Reference | { readonly template_name: string }

/**
 * How a placement in a definition's layout is named: by its id, or by itself.
 *
 * @since 0.1.0
 * @category models
 */
export type PlacementReference = Ids.ContentLayoutId | { readonly id: Ids.ContentLayoutId }

/**
 * Where a record view is in a definition: a placement of it, or the view, which then has to have exactly one placement.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewOrPlacement =
  | ViewReference
  | ContentLayoutItem
  | { readonly content_layout_id: Ids.ContentLayoutId | { readonly id: Ids.ContentLayoutId } }

/**
 * How records are registered from activities of a definition. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface RegistrationSettings {
  /** The property that holds the file with what is to be registered. */
  readonly registration_property_field_id?: PropertyFields.Reference | null
  readonly registration_record_view_id?: ViewReference | null
  readonly registration_content_layout_id?: PlacementReference | null
  /** A data field. */
  readonly registration_status_field_id?: EntityFields.Reference | null
  readonly registration_result_record_view_id?: ViewReference | null
  readonly registration_result_content_layout_id?: PlacementReference | null
}

/**
 * How records are registered from activities of a definition, with the placements looked up. A key left out stays, `null`
 * clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  /** The property that holds the file with what is to be registered. */
  readonly property_field?: PropertyFields.Reference | null
  /** The table with the records that are registered. */
  readonly record_view?: ViewOrPlacement | null
  /** The data field that says how far the registration of a record is. */
  readonly status_field?: EntityFields.Reference | null
  /** The table with what came of it. */
  readonly result_record_view?: ViewOrPlacement | null
}

/**
 * Onto which views records get when they are attached to an activity of a definition.
 *
 * @since 0.1.0
 * @category models
 */
export interface Queuing {
  readonly add_view_ids_to_add_to_when_record_attached?: Iterable<ViewReference>
  readonly remove_view_ids_to_add_to_when_record_attached?: Iterable<ViewReference>
  /** For each view, all the placements that its records get into. */
  readonly set_queue_content_layout_ids?: Iterable<{
    readonly view_id: ViewReference
    readonly content_layout_ids: Iterable<PlacementReference>
  }>
}

/**
 * What changes of an activity definition. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface Patch extends RegistrationSettings, Queuing {
  readonly title?: string
  /** Rich text, `{ type: "doc", content: […] }`; a plain text becomes one, a paragraph for each of its lines. */
  readonly description?: unknown
  readonly status?: ActivityStatus
  readonly priority?: Priority | null
  readonly is_archived?: boolean
  readonly external_id?: string | null
  /** In days. */
  readonly duration?: number | null
  readonly aggregate_scheduling?: boolean
  /** All of them: replaces those that there are. */
  readonly assigned_user_ids?: Iterable<Workspace.MemberReference> | null
  readonly add_assigned_user_ids?: Iterable<Workspace.MemberReference>
  readonly remove_assigned_user_ids?: Iterable<Workspace.MemberReference>
  readonly add_assigned_group_ids?: Iterable<Workspace.GroupReference>
  readonly remove_assigned_group_ids?: Iterable<Workspace.GroupReference>
  readonly add_label_ids?: Iterable<Labels.Reference>
  readonly remove_label_ids?: Iterable<Labels.Reference>
  readonly add_program_ids?: Iterable<Programs.Reference>
  readonly remove_program_ids?: Iterable<Programs.Reference>
  /** Changes the activities that were made from the definition, too. */
  readonly propagate_to_instances?: boolean
}

/**
 * What can be done with activity definitions.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every activity definition of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<ActivityDefinition>, ReadError>
  /** The definition, if there is one. Fails with `AmbiguousReference` if the title is that of several. */
  readonly find: (
    definition: Reference
  ) => Effect.Effect<Option.Option<ActivityDefinition>, ReadError | AmbiguousReference>
  /** The definition; fails with `NotFound` if there is none. */
  readonly get: (definition: Reference) => Effect.Effect<ActivityDefinition, ReadError | AmbiguousReference | NotFound>
  /** Those of the definitions that there are, in the order asked. */
  readonly findMany: (
    definitions: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<ActivityDefinition>, ReadError | AmbiguousReference>
  /** The definitions in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    definitions: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<ActivityDefinition>, ReadError | AmbiguousReference | NotFound>
  /** Changes a definition, and gives it as it is then. */
  readonly update: (
    definition: Reference,
    patch: Patch
  ) => Effect.Effect<ActivityDefinition, WriteError | ReferenceError | NotFound>
  /**
   * The activities that were made from a definition, as the platform's search finds them. Fails with `NotFound` if the
   * platform says that there is no such definition.
   */
  readonly activities: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The record views that a definition shows. Templates are none. */
  readonly recordViews: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /** The result table templates that are linked to a definition. */
  readonly templates: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /** Sets how records are registered, id by id. `configureRegistration` looks the placements up. */
  readonly setRegistration: (
    definition: Reference,
    settings: RegistrationSettings
  ) => Effect.Effect<ActivityDefinition, WriteError | ReferenceError | NotFound>
  /**
   * Sets how records are registered, with the placements of the views. A view that is placed nowhere in the definition
   * is an `UnknownReference` that says what is, one that is placed more than once an `AmbiguousReference` that lists the
   * placements: name one of these instead.
   */
  readonly configureRegistration: (
    definition: Reference,
    registration: Registration
  ) => Effect.Effect<ActivityDefinition, WriteError | ReferenceError | NotFound>
  /** Sets onto which views records get when they are attached, id by id. `queueToViews` looks the placements up. */
  readonly setQueuing: (
    definition: Reference,
    queuing: Queuing
  ) => Effect.Effect<ActivityDefinition, WriteError | ReferenceError | NotFound>
  /**
   * Lets records get onto these views, too, when they are attached to an activity of the definition: into the placements
   * that are given, and no longer into other ones of the same view. For a view that is given itself, not a placement of
   * it, the rule of `configureRegistration` holds.
   */
  readonly queueToViews: (
    definition: Reference,
    views: Iterable<ViewOrPlacement>
  ) => Effect.Effect<ActivityDefinition, WriteError | ReferenceError | NotFound>
}

/**
 * Activity definitions: what activities are made from.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const configured = Effect.gen(function* () {
 *   const definitions = yield* ActivityDefinitions.ActivityDefinitions
 *   return yield* definitions.configureRegistration(
 *     { title: "Compound registration" },
 *     { property_field: { property_name: "Uploaded file" }, record_view: { view_name: "To register" } }
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class ActivityDefinitions extends Context.Tag("@effect-kaleidoscope/sdk/ActivityDefinitions")<
  ActivityDefinitions,
  Service
>() {}

const isTemplateName = (view: ViewReference): view is { readonly template_name: string } =>
  typeof view === "object" && "template_name" in view

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(ActivityDefinitions.make, (definitions) => definitions.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const definitions = Definition.catalog(api)
  const activities = ActivityModel.catalog(api)
  const labels = Labels.catalog(api)
  const programs = Programs.catalog(api)
  const members = Workspace.members(api)
  const groups = Workspace.groups(api)
  const propertyFields = PropertyFields.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const views = RecordViews.catalog(api)
  const templates = ResultTableTemplates.catalog(api)
  const { find, findMany, get, getMany, list } = definitions

  const resolveView = (view: ViewReference): Effect.Effect<Ids.RecordViewId, ReadError | ReferenceError> => {
    const id = Catalog.idIn<Ids.RecordViewId>(view)
    if (id !== undefined) return Effect.succeed(id)
    return isTemplateName(view) ? templates.resolve(view) : views.resolve(view)
  }

  const place = (definition: ActivityDefinition, view: ViewOrPlacement) =>
    typeof view === "object" && "content_layout_id" in view
      ? Definition.placedAs(definition, Catalog.idOf(view.content_layout_id))
      : typeof view === "object" && "component_type" in view
        ? Definition.placedAs(definition, view.id)
        : Effect.flatMap(resolveView(view), (id) => Definition.placementOf(definition, id))

  const encode = (patch: Patch) =>
    Effect.gen(function* () {
      return {
        ...patch,
        description: RichText.of(patch.description),
        assigned_user_ids: patch.assigned_user_ids === null ? null : yield* members.resolveAll(patch.assigned_user_ids),
        add_assigned_user_ids: yield* members.resolveAll(patch.add_assigned_user_ids),
        remove_assigned_user_ids: yield* members.resolveAll(patch.remove_assigned_user_ids),
        add_assigned_group_ids: yield* groups.resolveAll(patch.add_assigned_group_ids),
        remove_assigned_group_ids: yield* groups.resolveAll(patch.remove_assigned_group_ids),
        add_label_ids: yield* labels.resolveAll(patch.add_label_ids),
        remove_label_ids: yield* labels.resolveAll(patch.remove_label_ids),
        add_program_ids: yield* programs.resolveAll(patch.add_program_ids),
        remove_program_ids: yield* programs.resolveAll(patch.remove_program_ids),
        registration_property_field_id: yield* Catalog.optional(
          patch.registration_property_field_id,
          propertyFields.resolve
        ),
        registration_record_view_id: yield* Catalog.optional(patch.registration_record_view_id, resolveView),
        registration_content_layout_id: Catalog.idOrNone(patch.registration_content_layout_id),
        registration_status_field_id: yield* Catalog.optional(patch.registration_status_field_id, dataFields.resolve),
        registration_result_record_view_id: yield* Catalog.optional(
          patch.registration_result_record_view_id,
          resolveView
        ),
        registration_result_content_layout_id: Catalog.idOrNone(patch.registration_result_content_layout_id),
        add_view_ids_to_add_to_when_record_attached: yield* Catalog.optional(
          patch.add_view_ids_to_add_to_when_record_attached,
          (views) => Effect.forEach(views, resolveView)
        ),
        remove_view_ids_to_add_to_when_record_attached: yield* Catalog.optional(
          patch.remove_view_ids_to_add_to_when_record_attached,
          (views) => Effect.forEach(views, resolveView)
        ),
        set_queue_content_layout_ids: yield* Catalog.optional(patch.set_queue_content_layout_ids, (placements) =>
          Effect.forEach(placements, ({ content_layout_ids, view_id }) =>
            Effect.map(resolveView(view_id), (view_id) => ({
              view_id,
              content_layout_ids: Array.from(content_layout_ids, Catalog.idOf)
            }))
          )
        )
      }
    })

  const write = (method: string, definition: Reference, patch: Patch) =>
    Effect.gen(function* () {
      const id = yield* definitions.resolve(definition)
      return yield* api.write(method, {
        method: "PUT",
        path: "/activity_definitions/{id}",
        params: { id },
        body: yield* encode(patch),
        success: ActivityDefinition,
        otherwise: { look: "ActivityDefinitions.get", find: find(id) },
        refusals: Refusal.writeItem,
        repeatable: true
      })
    }).pipe(
      Effect.ensuring(
        patch.propagate_to_instances === true
          ? Effect.all([definitions.drop, activities.drop, views.drop])
          : definitions.drop
      ),
      Api.method(method)
    )

  return {
    list,
    find,
    get,
    findMany,
    getMany,
    update: (definition, patch) => write("ActivityDefinitions.update", definition, patch),
    activities: (definition) =>
      Effect.flatMap(definitions.resolve(definition), (id) =>
        api.read("ActivityDefinitions.activities", {
          path: "/activities/search",
          params: {},
          query: { definition_ids: [id] },
          success: Schema.Array(Activity),
          refusals: Refusal.naming(SearchQuery.asked({ definition_ids: [definition] }))
        })
      ).pipe(Api.method("ActivityDefinitions.activities")),
    recordViews: (definition) =>
      Effect.flatMap(definitions.resolve(definition), (id) =>
        Effect.flatMap(views.list, shownBy("ActivityDefinitions.recordViews", "operation_definition_ids", id))
      ).pipe(Api.method("ActivityDefinitions.recordViews")),
    templates: (definition) =>
      Effect.flatMap(definitions.resolve(definition), (id) =>
        Effect.flatMap(templates.list, shownBy("ActivityDefinitions.templates", "operation_definition_ids", id))
      ).pipe(Api.method("ActivityDefinitions.templates")),
    setRegistration: (definition, settings) => write("ActivityDefinitions.setRegistration", definition, settings),
    configureRegistration: (reference, { property_field, record_view, result_record_view, status_field }) =>
      Effect.gen(function* () {
        const definition = yield* get(reference)
        const records = yield* Catalog.optional(record_view, (view) => place(definition, view))
        const results = yield* Catalog.optional(result_record_view, (view) => place(definition, view))
        return yield* write("ActivityDefinitions.configureRegistration", definition, {
          ...(property_field === undefined ? {} : { registration_property_field_id: property_field }),
          ...(records === undefined
            ? {}
            : {
                registration_record_view_id: records === null ? null : records.record_view_id,
                registration_content_layout_id: records === null ? null : records.content_layout_id
              }),
          ...(status_field === undefined ? {} : { registration_status_field_id: status_field }),
          ...(results === undefined
            ? {}
            : {
                registration_result_record_view_id: results === null ? null : results.record_view_id,
                registration_result_content_layout_id: results === null ? null : results.content_layout_id
              })
        })
      }).pipe(Api.method("ActivityDefinitions.configureRegistration")),
    setQueuing: (definition, queuing) => write("ActivityDefinitions.setQueuing", definition, queuing),
    queueToViews: (reference, views) =>
      Effect.gen(function* () {
        const definition = yield* get(reference)
        const placed = yield* Effect.forEach(views, (view) => place(definition, view))
        const viewIds = Id.distinctIds(placed.map(({ record_view_id }) => record_view_id))
        return yield* write("ActivityDefinitions.queueToViews", definition, {
          add_view_ids_to_add_to_when_record_attached: viewIds,
          set_queue_content_layout_ids: viewIds.map((view_id) => ({
            view_id,
            content_layout_ids: Id.distinctIds(
              placed.flatMap((one) => (Id.same(one.record_view_id, view_id) ? [one.content_layout_id] : []))
            )
          }))
        })
      }).pipe(Api.method("ActivityDefinitions.queueToViews"))
  } satisfies Service
})

/**
 * Activity definitions, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions, Auth } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const DefinitionsLive = ActivityDefinitions.layer.pipe(
 *   Layer.provide(Auth.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ActivityDefinitions, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(ActivityDefinitions, make)
)

/**
 * The placements of a record view in the layout of a definition.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions, RecordViews } from "@effect-kaleidoscope/sdk"
 *
 * const isPlaced = (definition: ActivityDefinitions.ActivityDefinition, view: RecordViews.RecordView) =>
 *   ActivityDefinitions.placementsOf(definition, view).length > 0
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const placementsOf: {
  (
    view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }
  ): (definition: ActivityDefinition) => Array<ContentLayoutItem>
  (definition: ActivityDefinition, view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }): Array<ContentLayoutItem>
} = dual(
  2,
  (
    definition: ActivityDefinition,
    view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }
  ): Array<ContentLayoutItem> => {
    const id = Catalog.idOf(view)
    return Id.distinct(definition.content_layout).filter((placement) => Id.same(placement.record_view_id, id))
  }
)
