import * as Schema from "effect/Schema"
import { flag, list, object, orNull, present, text, texts, withDefault } from "../server/schema.js"

const anything = withDefault(present, () => null)

/** Why a row of an import was skipped. */
export const RowError = Schema.Struct({
  field_id: text,
  field_name: text,
  value: anything,
  conflict_type: Schema.String,
  incoming_record_identifier: text,
  conflicting_record_id: text,
  conflicting_record_identifier: text,
  conflicting_value: anything,
  constraint_fields: list(object)
}).annotations({ identifier: "ImportRowError" })

export type RowError = typeof RowError.Type

export const ImportResult = Schema.Struct({
  records_created: Schema.Number,
  records_skipped: Schema.Number,
  records_updated: Schema.Number,
  fields_added: Schema.Number,
  validation_result: Schema.Struct({
    total_processed: Schema.Number,
    successful: Schema.Number,
    failed: Schema.Number,
    errors: Schema.Array(RowError)
  })
}).annotations({ identifier: "ImportResult" })

export type ImportResult = typeof ImportResult.Type

export const Import = Schema.Struct({
  id: Schema.String,
  import_status: Schema.Literal("pending", "running", "complete", "failed"),
  is_complete: flag,
  created_at: Schema.String,
  started_at: text,
  completed_at: text,
  error_message: text,
  operation_id: text,
  entity_slice_id: text,
  source_id: text,
  import_result: orNull(ImportResult)
}).annotations({ identifier: "Import" })

export type Import = typeof Import.Type

/** The data of an import that is not complete yet. */
export const PendingImport = Schema.Struct({
  import_id: Schema.String,
  submitted_at: Schema.Number,
  keys_are: Schema.Literal("names", "ids"),
  key_fields: texts,
  data: Schema.Array(object),
  program_id: text,
  operation_id: text,
  record_view_ids: texts,
  add_fields_to_record_view_ids: texts,
  set_name: text
})

export type PendingImport = typeof PendingImport.Type

/** Ids of fields by the names of columns. */
const fieldIds = Schema.Record({ key: Schema.String, value: Schema.String })

/** The rows of an import of drafts that is not complete yet. It starts with its configuration. */
export const DraftImport = Schema.Struct({
  import_id: Schema.String,
  operation_id: Schema.String,
  data: Schema.Array(object),
  run: orNull(
    Schema.Struct({
      submitted_at: Schema.Number,
      record_view_id: Schema.String,
      key_fields: fieldIds,
      data_fields: fieldIds,
      replace_draft_record_ids: texts
    })
  )
})

export type DraftImport = typeof DraftImport.Type
