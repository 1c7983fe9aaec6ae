/**
 * The required shape of the response of each call, so that the models of the official client accept it: of the releases 0.2.3 and
 * 0.7.0 the stricter one. Written from those models, and not from the schemas of the emulator.
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const text = Schema.String
const textOrNull = Schema.NullOr(text)
const texts = Schema.Array(text)
const whole = Schema.Int
const flag = Schema.Boolean
const object = Schema.Record({ key: text, value: Schema.Unknown })

/** Any JSON, and be it `null`: its key is there. */
const anything = Schema.Unknown.pipe(Schema.filter((input) => input !== undefined || "is missing"))

/** A date that Python can read: it knows no day, hour or year that is not there. */
const isDate = (input: string): boolean => {
  const [, date, hour = "0"] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(input) ?? []
  const millis = Date.parse(`${date}T00:00:00Z`)
  return (
    date !== undefined &&
    !date.startsWith("0000") &&
    Number(hour) < 24 &&
    !Number.isNaN(millis) &&
    new Date(millis).toISOString().slice(0, 10) === date
  )
}

const date = text.pipe(Schema.filter(isDate))
const dateOrNull = Schema.NullOr(date)

const activityType = Schema.Literal("task", "experiment", "project", "stage", "milestone", "cycle")

const program = Schema.Struct({ id: text, title: text })

const property = Schema.Struct({
  id: text,
  property_field_id: text,
  content: anything,
  created_at: date,
  last_updated_by: text,
  created_by: text,
  property_name: text,
  field_type: text
})

const activity = Schema.Struct({
  id: text,
  created_at: date,
  parent_id: textOrNull,
  child_ids: texts,
  definition_id: textOrNull,
  program_ids: texts,
  activity_type: activityType,
  title: text,
  description: anything,
  status: text,
  assigned_user_ids: texts,
  assigned_group_ids: texts,
  subscriber_ids: texts,
  due_date: dateOrNull,
  start_date: dateOrNull,
  duration: Schema.NullOr(whole),
  completed_at_date: dateOrNull,
  dependencies: texts,
  label_ids: texts,
  is_draft: flag,
  properties: Schema.Array(property),
  external_id: textOrNull,
  all_record_ids: texts,
  data_table_record_mapping: Schema.Record({ key: text, value: texts }),
  data_table_draft_record_ids: texts,
  registration_staging_record_view_id: textOrNull
})

const definition = Schema.Struct({
  id: text,
  program_ids: texts,
  title: text,
  activity_type: activityType,
  status: text,
  assigned_user_ids: texts,
  assigned_group_ids: texts,
  label_ids: texts,
  properties: Schema.Array(property),
  external_id: textOrNull,
  registration_property_field_id: textOrNull,
  registration_record_view_id: textOrNull,
  registration_content_layout_id: textOrNull,
  registration_status_field_id: textOrNull,
  registration_result_record_view_id: textOrNull,
  registration_result_content_layout_id: textOrNull,
  registration_staging_template_view_id: textOrNull,
  view_ids_to_add_to_when_record_attached: texts,
  queue_content_layout_ids: texts,
  content_layout: Schema.Array(
    Schema.Struct({
      id: text,
      component_type: text,
      position_index: whole,
      note_section_id: Schema.optional(textOrNull),
      sheet_id: Schema.optional(textOrNull),
      platemap_id: Schema.optional(textOrNull),
      record_view_id: Schema.optional(textOrNull),
      drc_config_id: Schema.optional(textOrNull)
    })
  )
})

const event = Schema.Struct({
  id: text,
  event_type: text,
  event_type_version: whole,
  event_attrs: object,
  event_user_id: textOrNull,
  created_at: date,
  resource_id: textOrNull,
  resource_type: textOrNull,
  parent_bulk_event_id: textOrNull,
  is_bulk: flag
})

const comment = Schema.Struct({
  id: text,
  workspace_id: text,
  created_by: textOrNull,
  content: anything,
  parent_comment_id: textOrNull,
  mentioned_user_ids: Schema.NullOr(texts),
  resource_type: text,
  resource_id: text,
  created_at: date,
  updated_at: date
})

const field = Schema.Struct({
  id: text,
  created_at: date,
  is_key: flag,
  field_name: text,
  field_description: text,
  field_examples: text,
  field_type: text,
  ref_slice_id: textOrNull,
  regex_format: textOrNull
})

const entityType = Schema.Struct({ id: text, key_field_ids: texts, slice_name: text })

const value = Schema.Struct({
  id: text,
  content: anything,
  created_at: Schema.optional(dateOrNull),
  record_id: Schema.optional(textOrNull),
  operation_id: Schema.optional(textOrNull),
  record_view_id: Schema.optional(textOrNull)
})

const record = Schema.Struct({
  id: text,
  created_at: date,
  entity_slice_id: text,
  identifier_ids: texts,
  record_identifier: text,
  record_values: Schema.Record({ key: text, value: Schema.Array(value) }),
  initial_operation_id: textOrNull,
  sub_record_ids: texts
})

const column = { key_field_id: textOrNull, view_field_id: textOrNull, plot_field_config: Schema.NullOr(object) }

const filter = Schema.Struct({ ...column, filter_type: text, filter_prop: anything })

const recordView = Schema.Struct({
  id: text,
  view_name: text,
  entity_slice_id: text,
  program_ids: texts,
  operation_ids: Schema.NullOr(texts),
  operation_definition_ids: Schema.NullOr(texts),
  view_fields: Schema.Array(Schema.Struct({ data_field_id: textOrNull, lookup_field_id: textOrNull })),
  filters: Schema.Array(filter),
  sorts: Schema.Array(Schema.Struct({ ...column, descending: flag })),
  color_filters: Schema.Array(Schema.Struct({ ...filter.fields, color: text })),
  record_set_ids_filter: texts,
  record_ids_filter: texts,
  incrementing_field_ids: texts,
  sort_order: textOrNull,
  sort_descending: flag,
  view_mode: textOrNull,
  parent_record_view_id: textOrNull,
  is_archived: flag,
  is_template: flag,
  template_name: textOrNull,
  group_by_mode: textOrNull,
  group_by_field_id: textOrNull,
  workspace_id: text,
  created_by: textOrNull,
  last_updated_by: textOrNull,
  created_at: date,
  updated_at: date
})

const dashboard = Schema.Struct({
  id: text,
  dashboard_name: text,
  dashboard_description: text,
  dashboard_type: Schema.Literal("decision", "data", "chart", "field", "summary"),
  record_ids: texts,
  record_set_ids: texts
})

const category = Schema.Struct({
  id: text,
  dashboard_id: text,
  category_name: text,
  operation_definition_ids: texts,
  label_ids: Schema.Array(texts),
  field_ids: texts
})

const rowError = Schema.Struct({
  field_id: textOrNull,
  field_name: textOrNull,
  value: anything,
  conflict_type: textOrNull,
  incoming_record_identifier: textOrNull,
  conflicting_record_id: textOrNull,
  conflicting_record_identifier: textOrNull,
  conflicting_value: anything,
  constraint_fields: Schema.NullOr(Schema.Array(object))
})

const oneImport = Schema.Struct({
  id: text,
  import_status: text,
  is_complete: flag,
  created_at: date,
  completed_at: dateOrNull,
  started_at: dateOrNull,
  error_message: textOrNull,
  operation_id: textOrNull,
  entity_slice_id: textOrNull,
  source_id: textOrNull,
  import_result: Schema.NullOr(
    Schema.Struct({
      records_created: whole,
      records_skipped: whole,
      records_updated: whole,
      fields_added: whole,
      validation_result: Schema.Struct({
        total_processed: whole,
        successful: whole,
        failed: whole,
        errors: Schema.Array(rowError)
      })
    })
  )
})

const registration = Schema.Struct({
  id: text,
  workspace_id: text,
  operation_id: text,
  file_id: text,
  status: text,
  message: textOrNull,
  created_by: textOrNull,
  last_updated_by: textOrNull,
  created_at: date,
  updated_at: date,
  record_errors: Schema.Array(
    Schema.Struct({ source_record_id: textOrNull, status: textOrNull, error_message: textOrNull })
  )
})

const submission = Schema.Struct({
  id: text,
  workspace_id: text,
  operation_id: text,
  submission_type: Schema.Literal("registration", "validation"),
  file_ids: texts,
  submitted_record_ids: Schema.NullOr(texts),
  status: text,
  message: textOrNull,
  created_by: textOrNull,
  last_updated_by: textOrNull,
  created_at: date,
  updated_at: date
})

const resource = Schema.Struct({ resource: value })
const submitted = Schema.Struct({ import_id: text })

/** Every call of the platform that is known. `null`: the response is a file, has no body, or has no model. */
const shapes: { readonly [call: string]: Schema.Schema.AnyNoContext | null } = {
  "POST /auth/oauth/token": Schema.Struct({ access_token: text, refresh_token: text, expires_in: whole }),
  "GET /programs": Schema.Array(program),
  "POST /programs": program,
  "PUT /programs/{id}": program,
  "GET /activity_labels": Schema.Array(Schema.Struct({ id: text, label_name: text })),
  "GET /property_fields": Schema.Array(
    Schema.Struct({ id: text, property_name: text, property_description: text, field_type: text })
  ),
  "PUT /properties/{id}": property,
  "POST /properties/{id}/file": property,
  "GET /workspaces/active": Schema.Struct({ id: text, workspace_name: text }),
  "GET /workspaces/members": Schema.Array(
    Schema.Struct({ id: text, full_name: textOrNull, preferred_name: textOrNull, access_level: text, email: text })
  ),
  "GET /workspaces/groups": Schema.Array(
    Schema.Struct({ id: text, group_name: text, user_ids: texts, program_ids: texts, email: text })
  ),
  "GET /workspaces/events": Schema.Array(
    Schema.Struct({ ...event.fields, full_name: textOrNull, preferred_name: textOrNull, is_bot: flag })
  ),
  "GET /entity_slices": Schema.Array(entityType),
  "GET /key_fields": Schema.Array(field),
  "GET /data_fields": Schema.Array(field),
  "POST /key_fields/": field,
  "POST /data_fields/": field,
  "PUT /key_fields/{id}": Schema.Struct({ resource: field }),
  "PUT /data_fields/{id}": Schema.Struct({ resource: Schema.Struct({ field }) }),
  "GET /records/{id}": record,
  "GET /records": Schema.Array(record),
  "GET /records/identifiers": Schema.Array(Schema.Struct({ record })),
  "POST /records": record,
  "GET /records/search": texts,
  "GET /records/{id}/values": Schema.Array(value),
  "POST /records/{id}/values": resource,
  "POST /records/{id}/values/file": resource,
  "GET /records/{id}/operations": Schema.Array(activity),
  "GET /record_views": Schema.Array(recordView),
  "PUT /record_views/{id}/add_key_field": recordView,
  "PUT /record_views/{id}/replace_key_fields": recordView,
  "GET /record_view_templates": Schema.Array(recordView),
  "GET /record_view_templates/{id}": recordView,
  "POST /record_view_templates": recordView,
  "PUT /record_view_templates/{id}": recordView,
  "POST /record_view_templates/{id}/duplicate": recordView,
  "POST /record_view_templates/promote": recordView,
  "POST /record_view_templates/link": recordView,
  "GET /activities": Schema.Array(activity),
  "GET /activities/search": Schema.Array(activity),
  "POST /activities": Schema.Array(activity),
  "PUT /activities/{id}": activity,
  "GET /activities/{id}/activities": Schema.Array(activity),
  "GET /activities/{id}/events": Schema.Array(
    Schema.Struct({
      ...event.fields,
      workspace_id: text,
      request_id: textOrNull,
      session_id: textOrNull,
      log: textOrNull
    })
  ),
  "GET /activities/{id}/comments": Schema.Array(comment),
  "GET /operations/{id}/records": Schema.Array(record),
  "POST /operations/{id}/records/remove": activity,
  "GET /activity_definitions": Schema.Array(definition),
  "PUT /activity_definitions/{id}": definition,
  "GET /dashboards": Schema.Array(dashboard),
  "GET /dashboards/{id}/categories": Schema.Array(category),
  "POST /dashboards/{id}/categories": category,
  "POST /push/imports": submitted,
  "POST /push/imports/{source_id}": submitted,
  "POST /push/imports/by-field-id": submitted,
  "GET /imports": Schema.Array(oneImport),
  "GET /imports/{id}": oneImport,
  "POST /imports": oneImport,
  "POST /operations/{id}/register/{file_id}": registration,
  "GET /operations/{id}/registrations": Schema.Array(registration),
  "POST /operations/{id}/validate_drafts": submission,
  "POST /operations/{id}/submit_drafts_for_registration": submission,
  "GET /operations/{id}/registration_draft_statuses": Schema.Array(
    Schema.Struct({ record_id: text, status: text, message: textOrNull })
  ),
  "GET /operations/{id}/registration_submissions": Schema.Array(
    Schema.Struct({ ...submission.fields, record_errors: registration.fields.record_errors })
  ),
  "GET /records/export/csv": null,
  "GET /files/{id}": null,
  "GET /activities/{id}/file/{file_id}": null,
  "DELETE /record_view_templates/{id}": null,
  "POST /record_view_templates/{id}/unlink": null,
  "POST /record_view_templates/bulk/link": null,
  "POST /record_view_templates/bulk/unlink": null,
  "PUT /operations/{id}/records": null,
  "POST /operations/{id}/callback": null,
  "DELETE /dashboards/{id}/categories/{category_id}": null,
  "POST /dashboards/{id}/records": null,
  "DELETE /dashboards/{id}/records/{record_id}": null,
  "POST /dashboards/{id}/sets": null,
  "DELETE /dashboards/{id}/sets/{set_id}": null,
  "POST /operations/{id}/registration_files/{file_id}/status": null,
  "POST /operations/{id}/register/{file_id}/results": null,
  "POST /imports/{id}/run": null,
  "POST /operations/{id}/clear_draft_records": null,
  "POST /operations/{id}/registration_submissions/{submission_id}/status": null,
  "POST /operations/{id}/registration_submissions/{submission_id}/results": null
}

/** Every call of the platform that is known: `GET /programs`. */
export const calls: ReadonlyArray<string> = Object.keys(shapes)

/** The calls with a shape for their response. */
export const callsWithShape: ReadonlyArray<string> = calls.filter((call) => shapes[call] !== null)

/** The errors in the response of a call. */
export const misfits = (call: string, json: unknown): ReadonlyArray<string> => {
  const shape = shapes[call]
  return shape == null
    ? []
    : Either.match(Schema.decodeUnknownEither(shape, { errors: "all" })(json), {
        onLeft: (error) =>
          ParseResult.ArrayFormatter.formatErrorSync(error).map(
            ({ message, path }) => `${call} ${path.join(".")}: ${message}`
          ),
        onRight: () => []
      })
}
