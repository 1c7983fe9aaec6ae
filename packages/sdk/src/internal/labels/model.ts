import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** A label of activities. Its fields were seen in the official client's model. @since 0.1.0 @category models */
export const Label = Wire.model("Label", {
  id: Ids.LabelId,
  label_name: Wire.decisive(Wire.orNull(Schema.String))
})

export interface Label extends Schema.Schema.Type<typeof Label> {}

/** How an argument names a label: by its id, by the label itself, or by its name. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.LabelId, "label_name">
