import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"
import { created, getItem, group, postItem } from "../server/endpoints.js"
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

export const routes = group(
  "registration",
  "Registration: an external system checks and registers the compounds of an uploaded file",
  postItem("registerFile", "/operations/:id/register/:file_id", noBody, created(RegistrationFile)).setPath(withFile),
  getItem("listRegistrations", "/operations/:id/registrations", Schema.Array(RegistrationFile)),
  postItem(
    "pushRegistrationStatus",
    "/operations/:id/registration_files/:file_id/status",
    body({ status: RegistrationStatus, message: nullish(Schema.String) }),
    HttpApiSchema.NoContent
  ).setPath(withFile),
  postItem(
    "submitRegistrationResults",
    "/operations/:id/register/:file_id/results",
    Results,
    HttpApiSchema.NoContent
  ).setPath(withFile)
)
