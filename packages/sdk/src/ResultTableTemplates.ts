/**
 * Result table templates: the record views that activities start with when they are made from a definition.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as Definition from "./internal/activityDefinitions/lookup.js"
import { placementOf } from "./internal/activityDefinitions/placements.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Programs from "./internal/programs/lookup.js"
import * as SearchQuery from "./internal/query.js"
import * as RecordView from "./internal/recordViews/lookup.js"
import * as RecordViews from "./internal/recordViews/model.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import type {
  AmbiguousReference,
  InvalidRequest,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "./KaleidoscopeError.js"
import type * as Records from "./Records.js"

/**
 * How a template is named: by its id, by itself, by the name of the template or by the name of the view that it makes.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.RecordViewId, "template_name" | "view_name">

/**
 * A filter that colors the records that pass it.
 *
 * @since 0.1.0
 * @category models
 */
export type ColorFilter = Records.ViewFieldFilter & { readonly color: string }

/**
 * What is in a template. For an update, a key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface Content {
  readonly template_name?: string | null
  readonly program_ids?: Iterable<Programs.Reference> | null
  /** Columns of another view to take over. */
  readonly view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null
  /** Data fields to make columns of. */
  readonly data_field_ids?: Iterable<EntityFields.Reference> | null
  readonly lookup_field_ids?: ReadonlyArray<string> | null
  readonly plot_field_ids?: ReadonlyArray<string> | null
  readonly filters?: ReadonlyArray<Records.ViewFieldFilter> | null
  readonly sorts?: ReadonlyArray<Records.ViewFieldSort> | null
  readonly color_filters?: ReadonlyArray<ColorFilter> | null
  readonly record_set_ids_filter?: ReadonlyArray<Ids.RecordSetId> | null
  readonly sort_order?: RecordViews.SortOrder | null
  readonly sort_descending?: boolean | null
  readonly view_mode?: string | null
  readonly group_by_mode?: string | null
  readonly group_by_field_id?: string | null
}

/**
 * A template to create.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewTemplate extends Content {
  readonly view_name: string
  readonly entity_slice_id: EntityTypes.Reference
}

/**
 * What changes of a template. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface Patch extends Content {
  readonly view_name?: string
  readonly save_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null
  readonly remove_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null
  /** The columns in their new order. */
  readonly reorder_view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | null
  readonly is_archived?: boolean | null
}

/**
 * What can be done with result table templates.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every template of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError>
  /** The template, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (
    template: Reference
  ) => Effect.Effect<Option.Option<RecordViews.RecordView>, ReadError | InvalidRequest | AmbiguousReference>
  /** The template; fails with `NotFound` if there is none. */
  readonly get: (
    template: Reference
  ) => Effect.Effect<RecordViews.RecordView, ReadError | InvalidRequest | AmbiguousReference | NotFound>
  /** Those of the templates that there are, in the order asked. */
  readonly findMany: (
    templates: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | AmbiguousReference>
  /** The templates in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    templates: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<RecordViews.RecordView>, ReadError | AmbiguousReference | NotFound>
  /** Adds a template. Not repeated unless it surely did not happen: it would be there twice. */
  readonly create: (template: NewTemplate) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError>
  /** Adds a template that is like a view, which stays as it is. Not repeated unless it surely did not happen. */
  readonly saveViewAsTemplate: (
    view: RecordViews.Reference,
    template: { readonly view_name: string; readonly template_name?: string | null }
  ) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError | NotFound>
  /** Changes a template, and gives it as it is then. If columns change, not repeated unless it surely did not happen. */
  readonly update: (
    template: Reference,
    patch: Patch
  ) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError | NotFound>
  /** Deletes a template: it is no longer listed, and the definitions that point to it lose the pointer. */
  readonly remove: (template: Reference) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
  /** Adds a copy of a template, and gives the copy. Not repeated unless it surely did not happen. */
  readonly duplicate: (
    template: Reference
  ) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError | NotFound>
  /**
   * Makes a template of a view and links it to an activity definition. The view is removed. Not repeated unless it surely
   * did not happen.
   */
  readonly promote: (
    view: RecordViews.Reference,
    template: {
      readonly operation_definition_id: Definition.Reference
      readonly view_name: string
      /** Where in the definition's layout; at its end if left out. */
      readonly position_index?: number | null
    }
  ) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError | NotFound>
  /**
   * Places a template in the layout of an activity definition, and gives the template as it is after that. Not repeated
   * unless it surely did not happen: it would be placed twice. If an error says that its `outcome` is `"unknown"`, read
   * the definition's `content_layout` before linking again; if it is `"done"`, only reading the template has failed.
   */
  readonly link: (
    template: Reference,
    definition: Definition.Reference,
    options?: {
      /** Where in the definition's layout; at its end if left out. */
      readonly position_index?: number | null
    }
  ) => Effect.Effect<RecordViews.RecordView, WriteError | ReferenceError | NotFound>
  /**
   * Takes a template out of the layout of an activity definition. Without a placement its only one is meant: fails with
   * `UnknownReference` if there is none, and with an `AmbiguousReference` that lists them if there are several. Not
   * repeated unless it surely did not happen.
   */
  readonly unlink: (
    template: Reference,
    definition: Definition.Reference,
    options?: { readonly content_layout_id?: Ids.ContentLayoutId | { readonly id: Ids.ContentLayoutId } }
  ) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
  /** Places a template in the layouts of several activity definitions. Not repeated unless it surely did not happen. */
  readonly bulkLink: (
    template: Reference,
    definitions: Iterable<Definition.Reference>
  ) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
  /**
   * Takes a template out of the layouts of several activity definitions. Not repeated unless it surely did not happen.
   */
  readonly bulkUnlink: (
    template: Reference,
    definitions: Iterable<Definition.Reference>
  ) => Effect.Effect<void, WriteError | ReferenceError | NotFound>
}

/**
 * Result table templates: the record views that activities start with.
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

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "template",
    call: Call.read("ResultTableTemplates.list", "GET /record_view_templates", {
      success: Schema.Array(RecordViews.RecordView),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["template_name", "view_name"]
  })

/** For calls that name things in their body: a 404 says that one of these is not there. */
const about =
  (...ids: ReadonlyArray<string>): typeof Refusal.writeItem =>
  (refused, facts) =>
    Refusal.writeItem({ ...refused, ids }, facts)

const columnKeys = [
  "view_field_ids",
  "data_field_ids",
  "lookup_field_ids",
  "plot_field_ids",
  "save_view_field_ids",
  "remove_view_field_ids",
  "reorder_view_field_ids"
] as const satisfies ReadonlyArray<keyof Patch>

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { ResultTableTemplates } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(ResultTableTemplates.make, (templates) => templates.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const templates = catalog(api)
  const views = RecordView.catalog(api)
  const definitions = Definition.catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const programs = Programs.catalog(api)
  const { findMany, getMany, list } = templates

  // A link is part of both.
  const linked = Effect.all([templates.drop, definitions.drop])

  const read = (name: string, id: Ids.RecordViewId) =>
    api.read(name, {
      path: "/record_view_templates/{id}",
      params: { id },
      success: RecordViews.RecordView,
      refusals: Refusal.item
    })

  /** The template that a call has added, if it can be told from all others. */
  const added = (known: {
    readonly view_name: string
    readonly template_name?: string | null | undefined
    readonly operation_definition_id?: Ids.ActivityDefinitionId
  }): Api.Otherwise<RecordViews.RecordView> => ({
    look: "ResultTableTemplates.list",
    find: Effect.map(list, (all) =>
      Api.onlyOne(
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
      const call = "ResultTableTemplates.create"
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
    (
      method: "bulkLink" | "bulkUnlink",
      path: "/record_view_templates/bulk/link" | "/record_view_templates/bulk/unlink"
    ): Service["bulkLink"] =>
    (template, references) =>
      Effect.gen(function* () {
        const template_view_id = yield* templates.resolve(template)
        const operation_definition_ids = yield* Effect.forEach(references, definitions.resolve)
        yield* api.write(`ResultTableTemplates.${method}`, {
          method: "POST",
          path,
          params: {},
          body: { template_view_id, operation_definition_ids },
          success: Api.nothing,
          empty: Api.noValue,
          refusals: about(template_view_id, ...operation_definition_ids),
          // It may be placed twice, or what is not placed refused.
          repeatable: false
        })
      }).pipe(Effect.ensuring(linked), Api.method(`ResultTableTemplates.${method}`))

  return {
    list,
    find: (template) => {
      const id = Catalog.idIn<Ids.RecordViewId>(template)
      return id === undefined
        ? templates.find(template)
        : read("ResultTableTemplates.find", id).pipe(
            Effect.map(Option.some),
            Effect.catchTag("KaleidoscopeNotFound", () => Effect.succeedNone)
          )
    },
    get: (template) => {
      const id = Catalog.idIn<Ids.RecordViewId>(template)
      return id === undefined ? templates.get(template) : read("ResultTableTemplates.get", id)
    },
    findMany,
    getMany,
    create: ({ entity_slice_id, view_name, ...content }) =>
      Effect.gen(function* () {
        return yield* api.write("ResultTableTemplates.create", {
          method: "POST",
          path: "/record_view_templates",
          params: {},
          body: {
            view_name,
            entity_slice_id: yield* entityTypes.resolve(entity_slice_id),
            ...(yield* encode(content))
          },
          success: RecordViews.RecordView,
          otherwise: added({ view_name, template_name: content.template_name }),
          refusals: Refusal.write,
          repeatable: false
        })
      }).pipe(Effect.ensuring(templates.drop), Api.method("ResultTableTemplates.create")),
    saveViewAsTemplate: (view, { template_name, view_name }) =>
      Effect.flatMap(views.resolve(view), (source_view_id) =>
        api.write("ResultTableTemplates.saveViewAsTemplate", {
          method: "POST",
          path: "/record_view_templates",
          params: {},
          body: { source_view_id, view_name, template_name },
          success: RecordViews.RecordView,
          otherwise: added({ view_name, template_name }),
          refusals: about(source_view_id),
          repeatable: false
        })
      ).pipe(Effect.ensuring(templates.drop), Api.method("ResultTableTemplates.saveViewAsTemplate")),
    update: (template, patch) =>
      Effect.gen(function* () {
        const id = yield* templates.resolve(template)
        return yield* api.write("ResultTableTemplates.update", {
          method: "PUT",
          path: "/record_view_templates/{id}",
          params: { id },
          body: yield* encode(patch),
          success: RecordViews.RecordView,
          otherwise: {
            look: "ResultTableTemplates.get",
            find: Effect.asSome(read("ResultTableTemplates.update", id))
          },
          refusals: Refusal.writeItem,
          // Columns could be added twice, and those that are removed are not there a second time.
          repeatable: !columnKeys.some((key) => patch[key] !== undefined)
        })
      }).pipe(Effect.ensuring(templates.drop), Api.method("ResultTableTemplates.update")),
    remove: (template) =>
      Effect.flatMap(templates.resolve(template), (id) =>
        api.write("ResultTableTemplates.remove", {
          method: "DELETE",
          path: "/record_view_templates/{id}",
          params: { id },
          body: {},
          success: Api.nothing,
          empty: Api.noValue,
          refusals: Refusal.writeItem,
          repeatable: true
        })
      ).pipe(Effect.ensuring(linked), Api.method("ResultTableTemplates.remove")),
    duplicate: (template) =>
      Effect.flatMap(templates.resolve(template), (id) =>
        api.write("ResultTableTemplates.duplicate", {
          method: "POST",
          path: "/record_view_templates/{id}/duplicate",
          params: { id },
          body: {},
          success: RecordViews.RecordView,
          otherwise: { look: "ResultTableTemplates.list" },
          refusals: Refusal.writeItem,
          repeatable: false
        })
      ).pipe(Effect.ensuring(templates.drop), Api.method("ResultTableTemplates.duplicate")),
    promote: (view, { operation_definition_id: definition, position_index, view_name }) =>
      Effect.gen(function* () {
        const source_view_id = yield* views.resolve(view)
        const operation_definition_id = yield* definitions.resolve(definition)
        return yield* api.write("ResultTableTemplates.promote", {
          method: "POST",
          path: "/record_view_templates/promote",
          params: {},
          body: { source_view_id, operation_definition_id, view_name, position_index },
          success: RecordViews.RecordView,
          otherwise: added({ view_name, operation_definition_id }),
          refusals: about(source_view_id, operation_definition_id),
          // The view is gone after the first time.
          repeatable: false
        })
      }).pipe(Effect.ensuring(Effect.all([linked, views.drop])), Api.method("ResultTableTemplates.promote")),
    link: (template, definition, { position_index } = {}) =>
      Effect.gen(function* () {
        const template_view_id = yield* templates.resolve(template)
        const operation_definition_id = yield* definitions.resolve(definition)
        yield* api.write("ResultTableTemplates.link", {
          method: "POST",
          path: "/record_view_templates/link",
          params: {},
          body: { template_view_id, operation_definition_id, position_index },
          // It answers the template as it was before.
          success: Api.nothing,
          empty: Api.noValue,
          refusals: about(template_view_id, operation_definition_id),
          repeatable: false
        })
        return yield* Effect.mapError(read("ResultTableTemplates.link", template_view_id), Api.afterWriting)
      }).pipe(Effect.ensuring(linked), Api.method("ResultTableTemplates.link")),
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
        yield* api.write("ResultTableTemplates.unlink", {
          method: "POST",
          path: "/record_view_templates/{id}/unlink",
          params: { id },
          body,
          success: Api.nothing,
          empty: Api.noValue,
          refusals: about(id, body.operation_definition_id, body.content_layout_id),
          // The placement is gone after the first time.
          repeatable: false
        })
      }).pipe(Effect.ensuring(linked), Api.method("ResultTableTemplates.unlink")),
    bulkLink: bulk("bulkLink", "/record_view_templates/bulk/link"),
    bulkUnlink: bulk("bulkUnlink", "/record_view_templates/bulk/unlink")
  } satisfies Service
})

/**
 * Result table templates, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, ResultTableTemplates } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const TemplatesLive = ResultTableTemplates.layer.pipe(
 *   Layer.provide(Auth.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ResultTableTemplates, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(ResultTableTemplates, make)
)
