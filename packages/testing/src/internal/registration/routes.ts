import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import { body, noBody, nullish, object, strings, withId } from "../server/schema.js"
import { RegistrationFile, RegistrationStatus } from "./model.js"

const withFile = Schema.Struct({ id: Schema.String, file_id: Schema.String })

const Results = body({
  status: Schema.Literal("success", "error"),
  message: nullish(Schema.String),
  key_field_names: nullish(strings),
  records: nullish(
    Schema.Array(
      Schema.Struct({
        record_id: Schema.String,
        status: Schema.String,
        data: nullish(object),
        error_message: nullish(Schema.String)
      })
    )
  )
})

export type Results = typeof Results.Type

export const group = HttpApiGroup.make("registration")
  .add(
    HttpApiEndpoint.post("registerFile", "/operations/:id/register/:file_id")
      .setPath(withFile)
      .setPayload(noBody)
      .addSuccess(RegistrationFile, { status: 201 })
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.get("listRegistrations", "/operations/:id/registrations")
      .setPath(withId)
      .addSuccess(Schema.Array(RegistrationFile))
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("pushRegistrationStatus", "/operations/:id/registration_files/:file_id/status")
      .setPath(withFile)
      .setPayload(body({ status: RegistrationStatus, message: nullish(Schema.String) }))
      .addSuccess(HttpApiSchema.NoContent)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("submitRegistrationResults", "/operations/:id/register/:file_id/results")
      .setPath(withFile)
      .setPayload(Results)
      .addSuccess(HttpApiSchema.NoContent)
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Registration: an external system checks and registers the compounds of an uploaded file"
  )
