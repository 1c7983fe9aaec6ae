import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** A property field. Its fields are those of real responses. @since 0.1.0 @category models */
export const PropertyField = Wire.model("PropertyField", {
  id: Ids.PropertyFieldId,
  property_name: Wire.decisive(Wire.orNull(Schema.String)),
  property_description: Wire.orNull(Schema.String),
  /** The type of the content of its properties, such as `text` or `URL`. */
  field_type: Wire.orNull(Schema.String),
  is_required: Wire.orNull(Schema.Boolean),
  attrs: Wire.map(Schema.Unknown),
  is_archived: Wire.orNull(Schema.Boolean),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface PropertyField extends Schema.Schema.Type<typeof PropertyField> {}

/** A reference to a property field: its id, the property field itself, or its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.PropertyFieldId, "property_name">
