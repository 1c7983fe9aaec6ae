import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Wire from "../json/wire.js"

/**
 * The value of a property field, on an activity or on an activity definition. Its fields are those of real responses.
 *
 * @since 0.1.0
 * @category models
 */
export const Property = Wire.model("Property", {
  id: Ids.PropertyId,
  property_field_id: Wire.orNull(Ids.PropertyFieldId),
  /** Any JSON. `field_type` decides its form. */
  content: Wire.json,
  property_name: Wire.orNull(Schema.String),
  field_type: Wire.orNull(Schema.String),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId)
})

export interface Property extends Schema.Schema.Type<typeof Property> {}

/** A reference to a property: its id, or the property itself. @since 0.1.0 @category models */
export type Reference = Ids.PropertyId | { readonly id: Ids.PropertyId }
