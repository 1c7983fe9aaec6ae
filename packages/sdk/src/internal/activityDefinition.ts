import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import { AmbiguousReference, type DecodeError, UnknownReference } from "../KaleidoscopeError.js"
import { ActivityStatus, ActivityType, Priority } from "./activity.js"
import * as Api from "./api.js"
import * as Catalog from "./catalog.js"
import * as Id from "./id.js"
import { Property } from "./properties/model.js"
import * as Refusal from "./refusal.js"
import * as Call from "./request/call.js"
import * as Said from "./said.js"
import * as Unread from "./unread.js"
import * as Wire from "./wire.js"

/**
 * What is placed in the layout of an activity definition: one of the components that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const isComponentType = Schema.is(ActivityDefinitions.ComponentType)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ComponentType = Wire.oneOf(
  "note_section",
  "sheet",
  "platemap",
  "result_table",
  "lookup_table",
  "drc_chart",
  "requests"
)

/**
 * What is placed in the layout of an activity definition: one of the components that are known, or one that is new.
 *
 * @since 0.1.0
 * @category models
 */
export type ComponentType = typeof ComponentType.Type

/**
 * A placement in the layout of an activity definition. Its id is the `content_layout_id`.
 *
 * @example
 * ```ts
 * import type { ActivityDefinitions } from "@effect-kaleidoscope/sdk"
 *
 * const tables = (definition: ActivityDefinitions.ActivityDefinition) =>
 *   definition.content_layout.filter((placement) => placement.component_type === "result_table")
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ContentLayoutItem = Wire.model("ContentLayoutItem", {
  id: Ids.ContentLayoutId,
  component_type: Wire.orNull(ComponentType),
  position_index: Wire.orNull(Schema.Number),
  note_section_id: Wire.orNull(Schema.String),
  sheet_id: Wire.orNull(Schema.String),
  platemap_id: Wire.orNull(Schema.String),
  record_view_id: Wire.decisive(Wire.orNull(Ids.RecordViewId)),
  drc_config_id: Wire.orNull(Schema.String)
})

/**
 * A placement in the layout of an activity definition.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContentLayoutItem extends Schema.Schema.Type<typeof ContentLayoutItem> {}

/**
 * An activity definition: what activities are made from.
 *
 * @example
 * ```ts
 * import { ActivityDefinitions } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(ActivityDefinitions.ActivityDefinition)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ActivityDefinition = Wire.model("ActivityDefinition", {
  id: Ids.ActivityDefinitionId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  /** Rich text: `{ type: "doc", content: […] }`. */
  description: Wire.json,
  activity_type: Wire.orNull(ActivityType),
  status: Wire.orNull(ActivityStatus),
  priority: Wire.orNull(Priority),
  is_archived: Wire.orNull(Schema.Boolean),
  program_ids: Wire.list(Ids.ProgramId),
  assigned_user_ids: Wire.list(Ids.UserId),
  assigned_group_ids: Wire.list(Ids.GroupId),
  label_ids: Wire.list(Ids.LabelId),
  /** In days. */
  duration: Wire.orNull(Schema.Number),
  aggregate_scheduling: Wire.orNull(Schema.Boolean),
  properties: Wire.list(Property),
  external_id: Wire.decisive(Wire.orNull(Schema.String)),
  /** The property that holds the file of what is to be registered. */
  registration_property_field_id: Wire.orNull(Ids.PropertyFieldId),
  registration_record_view_id: Wire.orNull(Ids.RecordViewId),
  registration_content_layout_id: Wire.orNull(Ids.ContentLayoutId),
  registration_status_field_id: Wire.orNull(Ids.EntityFieldId),
  registration_result_record_view_id: Wire.orNull(Ids.RecordViewId),
  registration_result_content_layout_id: Wire.orNull(Ids.ContentLayoutId),
  /** The views that a record gets onto when it is attached to an activity. */
  view_ids_to_add_to_when_record_attached: Wire.list(Ids.RecordViewId),
  /** The placements of those views. */
  queue_content_layout_ids: Wire.list(Ids.ContentLayoutId),
  content_layout: Wire.list(ContentLayoutItem),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * An activity definition: what activities are made from.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActivityDefinition extends Schema.Schema.Type<typeof ActivityDefinition> {}

/**
 * How an activity definition is named: by its id, by itself, by its title or by its id in another system.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.ActivityDefinitionId, "title" | "external_id">

/** All activity definitions. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "activity definition",
    call: Call.read("ActivityDefinitions.list", "GET /activity_definitions", {
      success: Schema.Array(ActivityDefinition),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["title", "external_id"]
  })

const listed = (placements: ReadonlyArray<ContentLayoutItem>): string =>
  placements.length === 0
    ? "none"
    : placements
        .map(({ component_type, id, record_view_id }) => `${id} (${record_view_id ?? component_type ?? "unknown"})`)
        .join(", ")

const nowhere = (reference: string, definition: ActivityDefinition, placements: ReadonlyArray<ContentLayoutItem>) =>
  new UnknownReference({
    ...Api.localFacts(
      "ActivityDefinitions.get",
      `activity definition ${definition.id} has no ${reference}; its placements of record views are: ${listed(placements)}`
    ),
    reference
  })

/** A placement of a record view. */
export interface Placed {
  readonly record_view_id: Ids.RecordViewId
  readonly content_layout_id: Ids.ContentLayoutId
}

/** What is placed in a definition, where its answer says it. */
const placementsOf = (definition: ActivityDefinition) =>
  Effect.filterOrFail(
    Said.field("ActivityDefinitions.get", "activity definition", definition, "content_layout"),
    (placements) => placements.every((placement) => Unread.unreadable(placement, "record_view_id") === undefined),
    () =>
      Said.unsaid("ActivityDefinitions.get", `activity definition ${definition.id}`, "content_layout[].record_view_id")
  ).pipe(Effect.map((placements) => Id.distinct(placements).filter(({ record_view_id }) => record_view_id !== null)))

/** The one placement of a record view in a definition. */
export const placementOf = (
  definition: ActivityDefinition,
  view: Ids.RecordViewId
): Effect.Effect<Placed, UnknownReference | AmbiguousReference | DecodeError> =>
  Effect.flatMap(
    placementsOf(definition),
    (placements): Effect.Effect<Placed, UnknownReference | AmbiguousReference> => {
      const [first, ...others] = placements.filter(({ record_view_id }) => Id.same(record_view_id, view))
      const reference = `placement of record view ${view}`
      if (first === undefined) return Effect.fail(nowhere(reference, definition, placements))
      if (others.length === 0) return Effect.succeed({ record_view_id: view, content_layout_id: first.id })
      const ids = [first.id, ...others.map(({ id }) => id)]
      return Effect.fail(
        new AmbiguousReference({
          ...Api.localFacts(
            "ActivityDefinitions.get",
            `activity definition ${definition.id} has ${ids.length} placements of record view ${view}: ${ids.join(", ")}`
          ),
          reference,
          ids
        })
      )
    }
  )

/** What is placed under an id, which has to be a record view. */
export const placedAs = (
  definition: ActivityDefinition,
  content_layout_id: Ids.ContentLayoutId
): Effect.Effect<Placed, UnknownReference | DecodeError> =>
  Effect.flatMap(placementsOf(definition), (placements) => {
    const record_view_id = placements.find(({ id }) => Id.same(id, content_layout_id))?.record_view_id
    return record_view_id === undefined || record_view_id === null
      ? Effect.fail(nowhere(`placement ${content_layout_id} of a record view`, definition, placements))
      : Effect.succeed({ record_view_id, content_layout_id })
  })
