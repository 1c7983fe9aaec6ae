import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** The purpose of a dashboard: one of the kinds that are known, or one that is new. @since 0.1.0 @category models */
export const DashboardType = Wire.oneOf("decision", "data", "chart", "field", "summary")

export type DashboardType = typeof DashboardType.Type

/**
 * A dashboard: records side by side, for a decision or a summary. Its fields are those of the official client.
 *
 * @since 0.1.0
 * @category models
 */
export const Dashboard = Wire.model("Dashboard", {
  id: Ids.DashboardId,
  dashboard_name: Wire.decisive(Wire.orNull(Schema.String)),
  dashboard_description: Wire.orNull(Schema.String),
  dashboard_type: Wire.orNull(DashboardType),
  record_ids: Wire.list(Ids.RecordId),
  record_set_ids: Wire.list(Ids.RecordSetId)
})

export interface Dashboard extends Schema.Schema.Type<typeof Dashboard> {}

/**
 * A category of a dashboard: it shows the values of some fields, from some activities. Its fields are those of the
 * official client.
 *
 * @since 0.1.0
 * @category models
 */
export const DashboardCategory = Wire.model("DashboardCategory", {
  id: Ids.DashboardCategoryId,
  dashboard_id: Wire.orNull(Ids.DashboardId),
  category_name: Wire.orNull(Schema.String),
  operation_definition_ids: Wire.list(Ids.ActivityDefinitionId),
  /** An activity must have a label of each of these lists. */
  label_ids: Wire.list(Schema.Array(Ids.LabelId)),
  field_ids: Wire.list(Ids.EntityFieldId)
})

export interface DashboardCategory extends Schema.Schema.Type<typeof DashboardCategory> {}

/** A reference to a dashboard: its id, the dashboard itself, or its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.DashboardId, "dashboard_name">
