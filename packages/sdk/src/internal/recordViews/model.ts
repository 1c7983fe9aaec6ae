import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"
import { FilterType } from "../records/filterType.js"

/** A column of a record view: of a data field, of a lookup or of a plot. @since 0.1.0 @category models */
export const ViewField = Wire.model("ViewField", {
  id: Ids.ViewFieldId,
  data_field_id: Wire.orNull(Ids.EntityFieldId),
  lookup_field_id: Wire.orNull(Schema.String),
  plot_field_id: Wire.orNull(Schema.String)
})

export interface ViewField extends Schema.Schema.Type<typeof ViewField> {}

const column = {
  key_field_id: Wire.orNull(Ids.EntityFieldId),
  view_field_id: Wire.orNull(Ids.ViewFieldId),
  /** The settings of a plot: an object, or `null`. */
  plot_field_config: Wire.json
}

const filter = { ...column, filter_type: Wire.orNull(FilterType), filter_prop: Wire.json }

/** The order of a record view without `sorts`: a known one, or a new one. @since 0.1.0 @category models */
export const SortOrder = Wire.oneOf("alphabetical", "created_date", "manual")

export type SortOrder = typeof SortOrder.Type

/**
 * A record view: a table of records of one entity type. A result table template is a record view with `is_template`.
 * Its fields are those of the official client.
 *
 * @since 0.1.0
 * @category models
 */
export const RecordView = Wire.model("RecordView", {
  id: Ids.RecordViewId,
  view_name: Wire.decisive(Wire.orNull(Schema.String)),
  /** The entity type of the records. */
  entity_slice_id: Wire.orNull(Ids.EntityTypeId),
  program_ids: Wire.list(Ids.ProgramId),
  /** The activities that show it. */
  operation_ids: Wire.decisive(Wire.orNull(Schema.Array(Ids.ActivityId))),
  /** The activity definitions that show it. */
  operation_definition_ids: Wire.decisive(Wire.orNull(Schema.Array(Ids.ActivityDefinitionId))),
  /** The columns, in their order. */
  view_fields: Wire.list(ViewField),
  filters: Wire.list(Schema.Struct(filter)),
  sorts: Wire.list(Schema.Struct({ ...column, descending: Wire.orNull(Schema.Boolean) })),
  color_filters: Wire.list(Schema.Struct({ ...filter, color: Wire.orNull(Schema.String) })),
  record_set_ids_filter: Wire.list(Ids.RecordSetId),
  record_ids_filter: Wire.list(Ids.RecordId),
  incrementing_field_ids: Wire.list(Ids.EntityFieldId),
  sort_order: Wire.orNull(SortOrder),
  sort_descending: Wire.orNull(Schema.Boolean),
  view_mode: Wire.orNull(Schema.String),
  parent_record_view_id: Wire.orNull(Ids.RecordViewId),
  is_archived: Wire.orNull(Schema.Boolean),
  is_template: Wire.orNull(Schema.Boolean),
  template_name: Wire.decisive(Wire.orNull(Schema.String)),
  group_by_mode: Wire.orNull(Schema.String),
  group_by_field_id: Wire.orNull(Schema.String),
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

export interface RecordView extends Schema.Schema.Type<typeof RecordView> {}

/** A reference to a record view: its id, the view itself, or its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.RecordViewId, "view_name">
