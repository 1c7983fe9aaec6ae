import * as Schema from "effect/Schema"
import { get, group, post, putItem } from "../server/endpoints.js"
import { Conflict } from "../server/problem.js"
import { body, nullish, object, optional } from "../server/schema.js"
import { Aggregation, EntityField, EntityType, FieldType, FormatEnforcement, LookupScope } from "./model.js"

export const entityTypes = group(
  "entity_slices",
  "Entity types: the key fields that identify their records",
  get("listEntityTypes", "/entity_slices", Schema.Array(EntityType))
)

const fieldName = Schema.NonEmptyString

const examples = Schema.String.pipe(Schema.maxLength(500))

const KeyFieldUpdate = body({
  field_name: optional(fieldName),
  field_description: nullish(Schema.String),
  field_examples: nullish(examples),
  regex_format: nullish(Schema.String),
  serial_format_prefix: nullish(Schema.String),
  serial_format_padding: nullish(Schema.Int),
  format_enforcement: nullish(FormatEnforcement),
  show_format_warning: nullish(Schema.Boolean),
  initial_counter_value: nullish(Schema.Int),
  role: nullish(Schema.Literal("registered_entity"))
})

const DataFieldUpdate = body({
  field_name: optional(fieldName),
  field_description: nullish(Schema.String),
  field_examples: nullish(examples),
  is_archived: optional(Schema.Boolean),
  is_readonly: optional(Schema.Boolean),
  display_aggregation_type: nullish(Aggregation),
  display_includes_sub_records: nullish(Schema.Boolean),
  display_includes_operations: nullish(Schema.Boolean),
  lookup_display_aggregation_type: nullish(Aggregation),
  lookup_display_includes_sub_records: nullish(Schema.Boolean),
  lookup_display_operation_scope: nullish(LookupScope),
  attrs: nullish(object)
})

export const keyFields = group(
  "key_fields",
  "Fields that identify records",
  get("listKeyFields", "/key_fields", Schema.Array(EntityField)),
  post(
    "createKeyField",
    "/key_fields/",
    body({ field_name: fieldName }),
    EntityField,
    "The key field with this name. Creates it if it does not exist."
  ),
  putItem("updateKeyField", "/key_fields/:id", KeyFieldUpdate, Schema.Struct({ resource: EntityField })).addError(
    Conflict
  )
)

export const dataFields = group(
  "data_fields",
  "Fields that hold the data of records",
  get("listDataFields", "/data_fields", Schema.Array(EntityField)),
  post(
    "createDataField",
    "/data_fields/",
    body({ field_name: fieldName, field_type: FieldType, attrs: nullish(object) }),
    EntityField,
    "The data field with this name. Creates it if it does not exist."
  ).addError(Conflict),
  putItem(
    "updateDataField",
    "/data_fields/:id",
    DataFieldUpdate,
    Schema.Struct({
      resource: Schema.Struct({ field: EntityField, validation: Schema.NullOr(object) }),
      event: Schema.NullOr(object)
    })
  ).addError(Conflict)
)
