/**
 * Result table templates: an activity that is made from a definition starts with the record views of its templates.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Ids from "./Ids.js"
import * as ActivityDefinitions from "./internal/activityDefinitions/lookup.js"
import type { PlacementReference } from "./internal/activityDefinitions/model.js"
import { placementOf } from "./internal/activityDefinitions/placements.js"
import * as Catalog from "./internal/catalog/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Programs from "./internal/programs/lookup.js"
import type * as Records from "./internal/records/lookup.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import type { RecordView, SortOrder } from "./internal/recordViews/model.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Call from "./internal/request/call.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import * as Calls from "./internal/resultTableTemplates/calls.js"
import { catalog } from "./internal/resultTableTemplates/lookup.js"
import type { Reference } from "./internal/resultTableTemplates/model.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"

export * from "./internal/resultTableTemplates/model.js"

/** A filter that gives its color to the records that pass it. @since 0.1.0 @category models */
export type ColorFilter = Records.ViewFieldFilter & { readonly color: string }

/** The content of a template. In an update, `null` clears a field. @since 0.1.0 @category models */
export interface Content {
  readonly template_name?: string | null | undefined
  readonly program_ids?: Iterable<Programs.Reference> | null | undefined
  /** Columns of other views to add as columns of the template. */
  readonly view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null | undefined
  /** Data fields to add as columns. */
  readonly data_field_ids?: Iterable<EntityFields.Reference> | null | undefined
  readonly lookup_field_ids?: ReadonlyArray<string> | null | undefined
  readonly plot_field_ids?: ReadonlyArray<string> | null | undefined
  /**
   * Filters of the columns, which have ids and no names: a column of a data field gets its id when the template is made. Filters by
   * name (`Records.where`) are for searches and exports, also for the export of a record view.
   */
  readonly filters?: ReadonlyArray<Records.ViewFieldFilter> | null | undefined
  readonly sorts?: ReadonlyArray<Records.ViewFieldSort> | null | undefined
  readonly color_filters?: ReadonlyArray<ColorFilter> | null | undefined
  readonly record_set_ids_filter?: ReadonlyArray<Ids.RecordSetId> | null | undefined
  readonly sort_order?: SortOrder | null | undefined
  readonly sort_descending?: boolean | null | undefined
  readonly view_mode?: string | null | undefined
  readonly group_by_mode?: string | null | undefined
  readonly group_by_field_id?: string | null | undefined
}

/** A template to create. @since 0.1.0 @category models */
export interface NewTemplate extends Content {
  /** The name of the views that are made from the template. */
  readonly view_name: string
  /** The entity type of the records. */
  readonly entity_slice_id: EntityTypes.Reference
}

/** The changes of a template. A field that is left out stays, `null` clears it. @since 0.1.0 @category models */
export interface Patch extends Content {
  readonly view_name?: string | undefined
  readonly save_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null | undefined
  readonly remove_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null | undefined
  /** The columns in their new order. */
  readonly reorder_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null | undefined
  readonly is_archived?: boolean | null | undefined
}

type FindError = ReadError | InvalidRequest | AmbiguousReference

type ChangeError = WriteError | ReferenceError | NotFound

/**
 * The methods of the service. Those that only read use `GET /record_view_templates`, except where they name another call.
 *
 * Those that change something are sent again only if the first request certainly did nothing, except `remove` and some
 * `update`: a second call would add a second template, column or placement, or fail because of the first.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Omit<Catalog.Lookups<RecordView, Reference>, "find" | "get"> {
  /**
   * Gives the template that is named, if there is one: by its id with `GET /record_view_templates/{id}`, by a name in the
   * list. Fails with `AmbiguousReference` if several have the name.
   */
  readonly find: (template: Reference) => Effect.Effect<Option.Option<RecordView>, FindError>
  /** As `find`, but fails with `NotFound` if there is none. */
  readonly get: (template: Reference) => Effect.Effect<RecordView, FindError | NotFound>
  /** Adds a template: `POST /record_view_templates`. */
  readonly create: (template: NewTemplate) => Effect.Effect<RecordView, WriteError | ReferenceError>
  /** Adds a template that is like a view: `POST /record_view_templates`. The view stays as it is. */
  readonly saveViewAsTemplate: (
    view: RecordViews.Reference,
    template: { readonly view_name: string; readonly template_name?: string | null | undefined }
  ) => Effect.Effect<RecordView, ChangeError>
  /**
   * Changes a template, and gives it with the changes: `PUT /record_view_templates/{id}`. It may be sent again if no
   * column changes.
   */
  readonly update: (template: Reference, patch: Patch) => Effect.Effect<RecordView, ChangeError>
  /**
   * Deletes a template: `DELETE /record_view_templates/{id}`. It is no longer listed, and definitions that point to it
   * lose the pointer. It may be sent again.
   */
  readonly remove: (template: Reference) => Effect.Effect<void, ChangeError>
  /** Adds a copy of a template, and gives the copy: `POST /record_view_templates/{id}/duplicate`. */
  readonly duplicate: (template: Reference) => Effect.Effect<RecordView, ChangeError>
  /**
   * Makes a template of a view and links it to an activity definition: `POST /record_view_templates/promote`. The view is
   * removed.
   */
  readonly promote: (
    view: RecordViews.Reference,
    template: {
      readonly operation_definition_id: ActivityDefinitions.Reference
      readonly view_name: string
      /** The position in the layout of the definition. Without it, the end. */
      readonly position_index?: number | null | undefined
    }
  ) => Effect.Effect<RecordView, ChangeError>
  /**
   * Places a template in the layout of an activity definition: `POST /record_view_templates/link`. Then it reads and gives
   * the template: `GET /record_view_templates/{id}`. If an error has the `outcome` `"unknown"`, look at the
   * `content_layout` of the definition before you link again; with `"done"`, only reading the template has failed.
   */
  readonly link: (
    template: Reference,
    definition: ActivityDefinitions.Reference,
    options?: {
      /** The position in the layout of the definition. Without it, the end. */
      readonly position_index?: number | null | undefined
    }
  ) => Effect.Effect<RecordView, ChangeError>
  /**
   * Takes a template out of the layout of an activity definition: `POST /record_view_templates/{id}/unlink`. Without
   * `content_layout_id` it takes out the only placement. Fails with `UnknownReference` if there is no placement, and with
   * `AmbiguousReference`, which has their ids, if there are several.
   */
  readonly unlink: (
    template: Reference,
    definition: ActivityDefinitions.Reference,
    options?: { readonly content_layout_id?: PlacementReference | undefined }
  ) => Effect.Effect<void, ChangeError>
  /** Places a template in the layouts of several activity definitions: `POST /record_view_templates/bulk/link`. */
  readonly bulkLink: (
    template: Reference,
    definitions: Iterable<ActivityDefinitions.Reference>
  ) => Effect.Effect<void, ChangeError>
  /** Takes a template out of the layouts of several activity definitions: `POST /record_view_templates/bulk/unlink`. */
  readonly bulkUnlink: (
    template: Reference,
    definitions: Iterable<ActivityDefinitions.Reference>
  ) => Effect.Effect<void, ChangeError>
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { ResultTableTemplates } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const linked = Effect.gen(function* () {
 *   const templates = yield* ResultTableTemplates.ResultTableTemplates
 *   const template = yield* templates.create({
 *     view_name: "Solubility results",
 *     entity_slice_id: { slice_name: "Compound" },
 *     data_field_ids: [{ field_name: "Solubility" }]
 *   })
 *   return yield* templates.link(template, { title: "Solubility assay" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class ResultTableTemplates extends Context.Tag("@effect-kaleidoscope/sdk/ResultTableTemplates")<
  ResultTableTemplates,
  Service
>() {}

/** A call that names things in its body: a 404 says that one of these ids does not exist. */
const naming = (...ids: ReadonlyArray<string>): { readonly errors: typeof Errors.writeItem } => ({
  errors: (refused, facts) => Errors.writeItem({ ...refused, ids }, facts)
})

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const templates = catalog(api)
  const views = RecordViews.catalog(api)
  const definitions = ActivityDefinitions.catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const programs = Programs.catalog(api)

  // A link is a part of both.
  const linked = Effect.all([templates.drop, definitions.drop])

  /** How to find the template that a call has added. It is found if no other template has the same names. */
  const added = (known: {
    readonly view_name: string
    readonly template_name?: string | null | undefined
    readonly operation_definition_id?: Ids.ActivityDefinitionId | undefined
  }) => ({
    look: Calls.list.name,
    find: Effect.map(templates.list, (all) =>
      AfterWrite.onlyOne(
        all,
        (template) =>
          template.view_name === known.view_name &&
          (known.template_name === undefined || template.template_name === known.template_name) &&
          (known.operation_definition_id === undefined ||
            Id.isIn(known.operation_definition_id, template.operation_definition_ids ?? []))
      )
    )
  })

  const encode = ({ data_field_ids, program_ids, ...others }: Content) =>
    Effect.gen(function* () {
      const call = Calls.create.name
      return {
        ...others,
        filters: yield* SearchQuery.viewFilters(call, "filters", others.filters),
        sorts: yield* SearchQuery.viewSorts(call, "sorts", others.sorts),
        color_filters: yield* SearchQuery.viewFilters(call, "color_filters", others.color_filters),
        program_ids: program_ids === null ? null : yield* programs.resolveAll(program_ids),
        data_field_ids: data_field_ids === null ? null : yield* dataFields.resolveAll(data_field_ids)
      }
    })

  const bulk =
    (call: typeof Calls.bulkLink | typeof Calls.bulkUnlink): Service["bulkLink"] =>
    (template, references) =>
      Effect.gen(function* () {
        const template_view_id = yield* templates.resolve(template)
        const operation_definition_ids = yield* Effect.forEach(references, definitions.resolve)
        yield* api.send(
          call,
          {},
          { template_view_id, operation_definition_ids },
          naming(template_view_id, ...operation_definition_ids)
        )
      }).pipe(Effect.ensuring(linked), Method.withSpan(call))

  return {
    ...Catalog.lookups(templates),
    find: (template) => {
      const id = Catalog.idIn<Ids.RecordViewId>(template)
      return id === undefined
        ? templates.find(template)
        : api.get(Calls.find, { id }).pipe(
            Effect.map(Option.some),
            Effect.catchTag("KaleidoscopeNotFound", () => Effect.succeedNone)
          )
    },
    get: (template) => {
      const id = Catalog.idIn<Ids.RecordViewId>(template)
      return id === undefined ? templates.get(template) : api.get(Calls.get, { id })
    },
    create: ({ entity_slice_id, view_name, ...content }) =>
      Effect.gen(function* () {
        return yield* api.send(
          Calls.create,
          {},
          { view_name, entity_slice_id: yield* entityTypes.resolve(entity_slice_id), ...(yield* encode(content)) },
          { otherwise: added({ view_name, template_name: content.template_name }) }
        )
      }).pipe(Effect.ensuring(templates.drop), Method.withSpan(Calls.create)),
    saveViewAsTemplate: (view, { template_name, view_name }) =>
      Effect.flatMap(views.resolve(view), (source_view_id) =>
        api.send(
          Calls.saveViewAsTemplate,
          {},
          { source_view_id, view_name, template_name },
          { otherwise: added({ view_name, template_name }), ...naming(source_view_id) }
        )
      ).pipe(Effect.ensuring(templates.drop), Method.withSpan(Calls.saveViewAsTemplate)),
    update: (template, patch) =>
      Effect.gen(function* () {
        const id = yield* templates.resolve(template)
        const call = Calls.columns.some((column) => patch[column] !== undefined) ? Calls.updateColumns : Calls.update
        return yield* api.send(call, { id }, yield* encode(patch), {
          otherwise: {
            look: Calls.get.name,
            find: Effect.asSome(api.get(Call.partOf(Calls.get, call), { id }))
          }
        })
      }).pipe(Effect.ensuring(templates.drop), Method.withSpan(Calls.update)),
    remove: (template) =>
      Effect.flatMap(templates.resolve(template), (id) => api.send(Calls.remove, { id }, {})).pipe(
        Effect.ensuring(linked),
        Method.withSpan(Calls.remove)
      ),
    duplicate: (template) =>
      Effect.flatMap(templates.resolve(template), (id) =>
        api.send(Calls.duplicate, { id }, {}, { otherwise: { look: Calls.list.name } })
      ).pipe(Effect.ensuring(templates.drop), Method.withSpan(Calls.duplicate)),
    promote: (view, { operation_definition_id: definition, position_index, view_name }) =>
      Effect.gen(function* () {
        const source_view_id = yield* views.resolve(view)
        const operation_definition_id = yield* definitions.resolve(definition)
        return yield* api.send(
          Calls.promote,
          {},
          { source_view_id, operation_definition_id, view_name, position_index },
          {
            otherwise: added({ view_name, operation_definition_id }),
            ...naming(source_view_id, operation_definition_id)
          }
        )
      }).pipe(Effect.ensuring(Effect.all([linked, views.drop])), Method.withSpan(Calls.promote)),
    link: (template, definition, { position_index } = {}) =>
      Effect.gen(function* () {
        const id = yield* templates.resolve(template)
        const operation_definition_id = yield* definitions.resolve(definition)
        yield* api.send(
          Calls.link,
          {},
          { template_view_id: id, operation_definition_id, position_index },
          naming(id, operation_definition_id)
        )
        return yield* Effect.mapError(api.get(Call.partOf(Calls.get, Calls.link), { id }), Method.asDone)
      }).pipe(Effect.ensuring(linked), Method.withSpan(Calls.link)),
    unlink: (template, reference, { content_layout_id: placement } = {}) =>
      Effect.gen(function* () {
        const id = yield* templates.resolve(template)
        const body =
          placement === undefined
            ? yield* Effect.flatMap(definitions.get(reference), (definition) =>
                Effect.map(placementOf(definition, id), ({ content_layout_id }) => ({
                  operation_definition_id: definition.id,
                  content_layout_id
                }))
              )
            : {
                operation_definition_id: yield* definitions.resolve(reference),
                content_layout_id: Catalog.idOf(placement)
              }
        yield* api.send(Calls.unlink, { id }, body, naming(id, body.operation_definition_id, body.content_layout_id))
      }).pipe(Effect.ensuring(linked), Method.withSpan(Calls.unlink)),
    bulkLink: bulk(Calls.bulkLink),
    bulkUnlink: bulk(Calls.bulkUnlink)
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(ResultTableTemplates, make))
