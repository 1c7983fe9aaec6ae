import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"
import * as Wire from "../json/wire.js"

/**
 * A program: what the work in a workspace is for. Its fields were seen in real responses.
 *
 * @since 0.1.0
 * @category models
 */
export const Program = Wire.model("Program", {
  id: Ids.ProgramId,
  title: Wire.decisive(Wire.orNull(Schema.String)),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface Program extends Schema.Schema.Type<typeof Program> {}

/** How an argument names a program: by its id, by the program itself, or by its title. @since 0.1.0 @category models */
export type Reference = Catalog.Reference<Ids.ProgramId, "title">
