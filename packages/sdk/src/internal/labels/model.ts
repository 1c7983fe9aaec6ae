import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** A label of activities. Its fields are those of the official client. @since 0.1.0 @category models */
export const Label = Wire.model("Label", {
  id: Ids.LabelId,
  label_name: Wire.decisive(Wire.orNull(Schema.String))
})

export interface Label extends Schema.Schema.Type<typeof Label> {}

/** A reference to a label: its id, the label itself, or its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.LabelId, "label_name">
