import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** An entity type: a kind of records. Its fields are those of real responses. @since 0.1.0 @category models */
export const EntityType = Wire.model("EntityType", {
  id: Ids.EntityTypeId,
  slice_name: Wire.decisive(Wire.orNull(Schema.String)),
  /** The key fields, which make up the identity of its records, in the order in which people read them. */
  key_field_ids: Wire.list(Ids.EntityFieldId),
  is_primary: Wire.orNull(Schema.Boolean),
  is_archived: Wire.orNull(Schema.Boolean),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface EntityType extends Schema.Schema.Type<typeof EntityType> {}

/** A reference to an entity type: its id, the entity type itself, or its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.EntityTypeId, "slice_name">
