import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/** A program: what work is for. Its fields are those of real responses. @since 0.1.0 @category models */
export const Program = Wire.model("Program", {
  id: Ids.ProgramId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface Program extends Schema.Schema.Type<typeof Program> {}

/** A reference to a program: its id, the program itself, or its title. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.ProgramId, "title">
