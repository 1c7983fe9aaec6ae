import * as Schema from "effect/Schema"
import { flag, object, present, text, withDefault } from "../server/schema.js"

export const PropertyField = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  created_by: text,
  property_name: Schema.String,
  property_description: Schema.String,
  field_type: Schema.String,
  is_required: flag,
  connection_id: text,
  attrs: withDefault(object, () => ({})),
  is_archived: flag,
  last_updated_by: text
}).annotations({ identifier: "PropertyField" })

export type PropertyField = typeof PropertyField.Type

export const Property = Schema.Struct({
  id: Schema.String,
  property_field_id: Schema.String,
  content: present,
  created_at: Schema.String,
  last_updated_by: Schema.String,
  created_by: Schema.String,
  property_name: Schema.String,
  field_type: Schema.String,
  resource_type: Schema.String,
  resource_id: Schema.String
}).annotations({ identifier: "Property" })

export type Property = typeof Property.Type
