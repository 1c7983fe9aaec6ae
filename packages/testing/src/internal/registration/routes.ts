import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { created, getItem, postItem } from "../server/endpoints.js"
import { body, noBody, nullish, object, strings } from "../server/schema.js"
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
    postItem("registerFile", "/operations/:id/register/:file_id", noBody, created(RegistrationFile)).setPath(withFile)
  )
  .add(getItem("listRegistrations", "/operations/:id/registrations", Schema.Array(RegistrationFile)))
  .add(
    postItem(
      "pushRegistrationStatus",
      "/operations/:id/registration_files/:file_id/status",
      body({ status: RegistrationStatus, message: nullish(Schema.String) }),
      HttpApiSchema.NoContent
    ).setPath(withFile)
  )
  .add(
    postItem(
      "submitRegistrationResults",
      "/operations/:id/register/:file_id/results",
      Results,
      HttpApiSchema.NoContent
    ).setPath(withFile)
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Registration: an external system checks and registers the compounds of an uploaded file"
  )
