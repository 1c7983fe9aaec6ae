import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import { ActivityStatus, ActivityType, Priority } from "../activities/model.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"
import { Property } from "../properties/model.js"
import type * as RecordViews from "../recordViews/model.js"

/** What a placement shows: one of the known components, or a new one. @since 0.1.0 @category models */
export const ComponentType = Wire.oneOf(
  "note_section",
  "sheet",
  "platemap",
  "result_table",
  "lookup_table",
  "drc_chart",
  "requests"
)

export type ComponentType = typeof ComponentType.Type

/**
 * A placement in the layout of an activity definition. Its id is the `content_layout_id` of other calls. One of the ids
 * `note_section_id` to `drc_config_id` says what is placed.
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

export interface ContentLayoutItem extends Schema.Schema.Type<typeof ContentLayoutItem> {}

/**
 * An activity definition: the template of activities. Its fields are those of real responses.
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
  /** The property that holds the file with the records to register. */
  registration_property_field_id: Wire.orNull(Ids.PropertyFieldId),
  registration_record_view_id: Wire.orNull(Ids.RecordViewId),
  registration_content_layout_id: Wire.orNull(Ids.ContentLayoutId),
  registration_status_field_id: Wire.orNull(Ids.EntityFieldId),
  registration_result_record_view_id: Wire.orNull(Ids.RecordViewId),
  registration_result_content_layout_id: Wire.orNull(Ids.ContentLayoutId),
  /** The template of the table where each new activity stages its drafts. */
  registration_staging_template_view_id: Wire.orNull(Ids.RecordViewId),
  /** A record that is attached to an activity is added to these views. */
  view_ids_to_add_to_when_record_attached: Wire.list(Ids.RecordViewId),
  /** The placements of these views that show such a record. */
  queue_content_layout_ids: Wire.list(Ids.ContentLayoutId),
  content_layout: Wire.list(ContentLayoutItem),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface ActivityDefinition extends Schema.Schema.Type<typeof ActivityDefinition> {}

/**
 * A reference to an activity definition: its id, the definition itself, its title, or its id in another system.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.ActivityDefinitionId, "title" | "external_id">

/**
 * A reference to a record view of a definition: its id, the view itself, its name, or the name of a template.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewReference = RecordViews.Reference | { readonly template_name: string }

/** A reference to a placement in a layout: its id, or the placement itself. @since 0.1.0 @category models */
export type PlacementReference = Ids.ContentLayoutId | { readonly id: Ids.ContentLayoutId }

/**
 * Where a record view is in a definition: a placement of it, or the view. The view must have exactly one placement then.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewOrPlacement = ViewReference | ContentLayoutItem | { readonly content_layout_id: PlacementReference }
