import * as Schema from "effect/Schema"
import { text } from "../server/schema.js"

export const Program = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  created_at: Schema.String,
  created_by: text,
  workspace_id: Schema.String
}).annotations({ identifier: "Program" })

export type Program = typeof Program.Type
