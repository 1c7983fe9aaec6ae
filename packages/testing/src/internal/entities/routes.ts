import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { Conflict, NotFound } from "../server/problem.js"
import { body, nullish, object, optional, withId } from "../server/schema.js"
import { Aggregation, EntityField, EntityType, FieldType, FormatEnforcement, LookupScope } from "./model.js"

export const entityTypes = HttpApiGroup.make("entity_slices")
  .add(HttpApiEndpoint.get("listEntityTypes", "/entity_slices").addSuccess(Schema.Array(EntityType)))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Entity types: the key fields that identify their records")

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

export const keyFields = HttpApiGroup.make("key_fields")
  .add(HttpApiEndpoint.get("listKeyFields", "/key_fields").addSuccess(Schema.Array(EntityField)))
  .add(
    HttpApiEndpoint.post("createKeyField", "/key_fields/")
      .setPayload(body({ field_name: fieldName }))
      .addSuccess(EntityField)
      .annotate(OpenApi.Description, "The key field with this name. Creates it if it does not exist.")
  )
  .add(
    HttpApiEndpoint.put("updateKeyField", "/key_fields/:id")
      .setPath(withId)
      .setPayload(KeyFieldUpdate)
      .addSuccess(Schema.Struct({ resource: EntityField }))
      .addError(NotFound)
      .addError(Conflict)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Fields that identify records")

export const dataFields = HttpApiGroup.make("data_fields")
  .add(HttpApiEndpoint.get("listDataFields", "/data_fields").addSuccess(Schema.Array(EntityField)))
  .add(
    HttpApiEndpoint.post("createDataField", "/data_fields/")
      .setPayload(body({ field_name: fieldName, field_type: FieldType, attrs: nullish(object) }))
      .addSuccess(EntityField)
      .addError(Conflict)
      .annotate(OpenApi.Description, "The data field with this name. Creates it if it does not exist.")
  )
  .add(
    HttpApiEndpoint.put("updateDataField", "/data_fields/:id")
      .setPath(withId)
      .setPayload(DataFieldUpdate)
      .addSuccess(
        Schema.Struct({
          resource: Schema.Struct({ field: EntityField, validation: Schema.NullOr(object) }),
          event: Schema.NullOr(object)
        })
      )
      .addError(NotFound)
      .addError(Conflict)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Fields that hold the data of records")
