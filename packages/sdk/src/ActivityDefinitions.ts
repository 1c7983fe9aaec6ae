/**
 * Activity definitions: the templates of activities, with their layout, their registration and their queuing.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import type { ActivityStatus, Priority } from "./internal/activities/model.js"
import * as Calls from "./internal/activityDefinitions/calls.js"
import { catalog } from "./internal/activityDefinitions/lookup.js"
import type {
  ActivityDefinition,
  PlacementReference,
  Reference,
  ViewOrPlacement,
  ViewReference
} from "./internal/activityDefinitions/model.js"
import * as Placements from "./internal/activityDefinitions/placements.js"
import * as Catalog from "./internal/catalog/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Id from "./internal/id.js"
import * as Labels from "./internal/labels/lookup.js"
import * as Programs from "./internal/programs/lookup.js"
import * as PropertyFields from "./internal/propertyFields/lookup.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Api from "./internal/request/api.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import * as ResultTableTemplates from "./internal/resultTableTemplates/lookup.js"
import { toSend } from "./internal/richText/sent.js"
import * as Workspace from "./internal/workspace/lookup.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/activityDefinitions/model.js"
export { placementsOf } from "./internal/activityDefinitions/placements.js"

/**
 * How records are registered from activities of a definition. A field that is left out stays as it is, `null` clears it.
 *
 * @since 0.1.0
 * @category models
 */
export interface RegistrationSettings {
  /** The property that holds the file with the records to register. */
  readonly registration_property_field_id?: PropertyFields.Reference | null | undefined
  readonly registration_record_view_id?: ViewReference | null | undefined
  readonly registration_content_layout_id?: PlacementReference | null | undefined
  /** A data field. */
  readonly registration_status_field_id?: EntityFields.Reference | null | undefined
  readonly registration_result_record_view_id?: ViewReference | null | undefined
  readonly registration_result_content_layout_id?: PlacementReference | null | undefined
  /**
   * The record view, or the template, from which each new activity gets a table for drafts: this turns on registration by
   * table. Activities that exist already get none.
   */
  readonly registration_staging_template_view_id?: ViewReference | null | undefined
}

/** As {@link RegistrationSettings}, without the placements: the SDK looks them up. @since 0.1.0 @category models */
export interface Registration {
  /** The property that holds the file with the records to register. */
  readonly property_field?: PropertyFields.Reference | null | undefined
  /** The table with the records that are registered. */
  readonly record_view?: ViewOrPlacement | null | undefined
  /** The data field that holds the state of the registration of a record. */
  readonly status_field?: EntityFields.Reference | null | undefined
  /** The table with the results of the registration. */
  readonly result_record_view?: ViewOrPlacement | null | undefined
  /**
   * The record view, or the template, from which each new activity gets a table for drafts: this turns on registration by
   * table. Activities that exist already get none.
   */
  readonly staging_template?: ViewReference | null | undefined
}

/**
 * The views to which a record is added when it is attached to an activity of a definition. A field that is left out
 * stays as it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Queuing {
  readonly add_view_ids_to_add_to_when_record_attached?: Iterable<ViewReference> | undefined
  readonly remove_view_ids_to_add_to_when_record_attached?: Iterable<ViewReference> | undefined
  /** For each view, all the placements that show its records. They replace the present ones of this view. */
  readonly set_queue_content_layout_ids?:
    | Iterable<{
        readonly view_id: ViewReference
        readonly content_layout_ids: Iterable<PlacementReference>
      }>
    | undefined
}

/** The changes of a definition. A field that is left out stays, `null` clears it. @since 0.1.0 @category models */
export interface Patch extends RegistrationSettings, Queuing {
  readonly title?: string | undefined
  /** Rich text, `{ type: "doc", content: […] }`. A string becomes rich text with a paragraph for each of its lines. */
  readonly description?: unknown
  readonly status?: ActivityStatus | undefined
  readonly priority?: Priority | null | undefined
  readonly is_archived?: boolean | undefined
  readonly external_id?: string | null | undefined
  /** In days. */
  readonly duration?: number | null | undefined
  readonly aggregate_scheduling?: boolean | undefined
  /** Replaces all present ones. */
  readonly assigned_user_ids?: Iterable<Workspace.MemberReference> | null | undefined
  readonly add_assigned_user_ids?: Iterable<Workspace.MemberReference> | undefined
  readonly remove_assigned_user_ids?: Iterable<Workspace.MemberReference> | undefined
  readonly add_assigned_group_ids?: Iterable<Workspace.GroupReference> | undefined
  readonly remove_assigned_group_ids?: Iterable<Workspace.GroupReference> | undefined
  readonly add_label_ids?: Iterable<Labels.Reference> | undefined
  readonly remove_label_ids?: Iterable<Labels.Reference> | undefined
  readonly add_program_ids?: Iterable<Programs.Reference> | undefined
  readonly remove_program_ids?: Iterable<Programs.Reference> | undefined
  /** Whether the activities that were made from the definition are changed, too. */
  readonly propagate_to_instances?: boolean | undefined
}

type ChangeError = WriteError | ReferenceError | NotFound

/**
 * The methods of the service. Those that only read use `GET /activity_definitions`, except where they name another call.
 * Those that change something send `PUT /activity_definitions/{id}`, and give the definition with the changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Catalog.Lookups<ActivityDefinition, Reference> {
  /** Changes a definition. */
  readonly update: (definition: Reference, patch: Patch) => Effect.Effect<ActivityDefinition, ChangeError>
  /**
   * The activities that were made from a definition: `GET /activities/search`. Fails with `NotFound` if the platform says
   * that there is no such definition.
   */
  readonly activities: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<Activities.Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The record views that a definition shows: `GET /record_views`. Templates are not included. */
  readonly recordViews: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /** The result table templates that are linked to a definition: `GET /record_view_templates`. */
  readonly templates: (
    definition: Reference
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | ReferenceError>
  /** Sets how records are registered, each id by itself. `configureRegistration` looks up the placements. */
  readonly setRegistration: (
    definition: Reference,
    settings: RegistrationSettings
  ) => Effect.Effect<ActivityDefinition, ChangeError>
  /**
   * Sets how records are registered, and looks up the placements of the views in the definition. Fails with
   * `UnknownReference` if a view has no placement: it lists those of other views. Fails with `AmbiguousReference` if a view
   * has several: it lists them, and you name one of them instead of the view.
   */
  readonly configureRegistration: (
    definition: Reference,
    registration: Registration
  ) => Effect.Effect<ActivityDefinition, ChangeError>
  /** Sets the `Queuing` of a definition, each id by itself. `queueToViews` looks up the placements. */
  readonly setQueuing: (definition: Reference, queuing: Queuing) => Effect.Effect<ActivityDefinition, ChangeError>
  /**
   * Adds views to those to which a record is added when it is attached to an activity. The placements that are given
   * replace those of the same view. The placement of a view is looked up as in `configureRegistration`.
   */
  readonly queueToViews: (
    definition: Reference,
    views: Iterable<ViewOrPlacement>
  ) => Effect.Effect<ActivityDefinition, ChangeError>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const definitions = catalog(api)
  const activities = Activities.catalog(api)
  const labels = Labels.catalog(api)
  const programs = Programs.catalog(api)
  const members = Workspace.members(api)
  const groups = Workspace.groups(api)
  const propertyFields = PropertyFields.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const views = RecordViews.catalog(api)
  const templates = ResultTableTemplates.catalog(api)

  const resolveView = (view: ViewReference): Effect.Effect<Ids.RecordViewId, ReadError | ReferenceError> => {
    const id = Catalog.idIn<Ids.RecordViewId>(view)
    if (id !== undefined) return Effect.succeed(id)
    return isTemplateName(view) ? templates.resolve(view) : views.resolve(view)
  }

  const resolveViews = (references: Iterable<ViewReference>) => Effect.forEach(references, resolveView)

  const place = (definition: ActivityDefinition, view: ViewOrPlacement) =>
    typeof view === "object" && "content_layout_id" in view
      ? Placements.placedAs(definition, Catalog.idOf(view.content_layout_id))
      : typeof view === "object" && "component_type" in view
        ? Placements.placedAs(definition, view.id)
        : Effect.flatMap(resolveView(view), (id) => Placements.placementOf(definition, id))

  /** As `place`: without a view both ids stay as they are, and `null` clears both. */
  const placeOptional = (definition: ActivityDefinition, view: ViewOrPlacement | null | undefined) =>
    view === null || view === undefined
      ? Effect.succeed({ record_view_id: view, content_layout_id: view })
      : place(definition, view)

  const encode = (patch: Patch) =>
    Effect.gen(function* () {
      return {
        ...patch,
        description: toSend(patch.description),
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
        registration_staging_template_view_id: yield* Catalog.optional(
          patch.registration_staging_template_view_id,
          resolveView
        ),
        add_view_ids_to_add_to_when_record_attached: yield* Catalog.optional(
          patch.add_view_ids_to_add_to_when_record_attached,
          resolveViews
        ),
        remove_view_ids_to_add_to_when_record_attached: yield* Catalog.optional(
          patch.remove_view_ids_to_add_to_when_record_attached,
          resolveViews
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

  const change = (call: typeof Calls.update, definition: Reference, patch: Patch) =>
    Effect.gen(function* () {
      const id = yield* definitions.resolve(definition)
      return yield* api.send(call, { id }, yield* encode(patch), {
        otherwise: { look: "ActivityDefinitions.get", find: definitions.find(id) }
      })
    }).pipe(
      Effect.ensuring(
        patch.propagate_to_instances === true
          ? Effect.all([definitions.drop, activities.drop, views.drop])
          : definitions.drop
      ),
      Method.withSpan(call)
    )

  const shown = (name: string, { list }: typeof views | typeof templates) =>
    RecordViews.shownBy(name, "operation_definition_ids", definitions.resolve, list)

  return {
    ...Catalog.lookups(definitions),
    update: (definition, patch) => change(Calls.update, definition, patch),
    activities: (definition) =>
      Effect.flatMap(definitions.resolve(definition), (id) =>
        api.get(
          Calls.activities,
          {},
          { definition_ids: [id] },
          Errors.naming(SearchQuery.asked({ definition_ids: [definition] }))
        )
      ).pipe(Method.withSpan(Calls.activities)),
    recordViews: shown("ActivityDefinitions.recordViews", views),
    templates: shown("ActivityDefinitions.templates", templates),
    setRegistration: (definition, settings) => change(Calls.setRegistration, definition, settings),
    configureRegistration: (
      reference,
      { property_field, record_view, result_record_view, staging_template, status_field }
    ) =>
      Effect.gen(function* () {
        const definition = yield* definitions.get(reference)
        const records = yield* placeOptional(definition, record_view)
        const results = yield* placeOptional(definition, result_record_view)
        return yield* change(Calls.configureRegistration, definition, {
          registration_property_field_id: property_field,
          registration_record_view_id: records.record_view_id,
          registration_content_layout_id: records.content_layout_id,
          registration_status_field_id: status_field,
          registration_result_record_view_id: results.record_view_id,
          registration_result_content_layout_id: results.content_layout_id,
          registration_staging_template_view_id: staging_template
        })
      }).pipe(Method.withSpan(Calls.configureRegistration)),
    setQueuing: (definition, queuing) => change(Calls.setQueuing, definition, queuing),
    queueToViews: (reference, views) =>
      Effect.gen(function* () {
        const definition = yield* definitions.get(reference)
        const placed = yield* Effect.forEach(views, (view) => place(definition, view))
        const viewIds = Id.distinctIds(placed.map(({ record_view_id }) => record_view_id))
        return yield* change(Calls.queueToViews, definition, {
          add_view_ids_to_add_to_when_record_attached: viewIds,
          set_queue_content_layout_ids: viewIds.map((view_id) => ({
            view_id,
            content_layout_ids: Id.distinctIds(
              placed.flatMap((one) => (Id.same(one.record_view_id, view_id) ? [one.content_layout_id] : []))
            )
          }))
        })
      }).pipe(Method.withSpan(Calls.queueToViews))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(ActivityDefinitions, make))
