import * as Schema from "effect/Schema"
import { text } from "../server/schema.js"

export const RegistrationStatus = Schema.Literal(
  "pending",
  "validated",
  "validation_failed",
  "submitted",
  "completed",
  "failed"
).annotations({ identifier: "RegistrationStatus" })

export type RegistrationStatus = typeof RegistrationStatus.Type

export const RegistrationFile = Schema.Struct({
  id: Schema.String,
  workspace_id: Schema.String,
  operation_id: Schema.String,
  file_id: Schema.String,
  status: RegistrationStatus,
  message: text,
  created_by: text,
  last_updated_by: text,
  created_at: Schema.String,
  updated_at: Schema.String,
  record_errors: Schema.Array(
    Schema.Struct({ source_record_id: Schema.String, status: Schema.String, error_message: text })
  )
}).annotations({ identifier: "RegistrationFile" })

export type RegistrationFile = typeof RegistrationFile.Type
