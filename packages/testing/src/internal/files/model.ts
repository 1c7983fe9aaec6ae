import * as Schema from "effect/Schema"
import { text } from "../server/schema.js"

/** A stored file. */
export const StoredFile = Schema.Struct({
  id: Schema.String,
  file_name: Schema.String,
  content_type: Schema.String,
  activity_id: text,
  bytes: Schema.Uint8ArrayFromBase64
}).annotations({ identifier: "StoredFile" })

export type StoredFile = typeof StoredFile.Type
