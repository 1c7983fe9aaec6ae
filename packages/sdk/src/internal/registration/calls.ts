import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { RegistrationFile } from "./model.js"

export const register = Call.write("Registration.register", "POST /operations/{id}/register/{file_id}", {
  success: RegistrationFile,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the registration would start twice",
  known: "sent"
})

export const list = Call.read("Registration.list", "GET /operations/{id}/registrations", {
  success: Schema.Array(RegistrationFile),
  errors: Errors.item,
  known: "sent"
})

export const pushStatus = Call.write(
  "Registration.pushStatus",
  "POST /operations/{id}/registration_files/{file_id}/status",
  {
    body: ["status", "message"],
    success: Call.nothing,
    empty: Call.noValue,
    errors: Errors.writeItem,
    repeat: "always",
    because: "the registration has the same state in the end",
    known: "sent"
  }
)

export const submitResults = Call.write(
  "Registration.submitResults",
  "POST /operations/{id}/register/{file_id}/results",
  {
    body: ["status", "message", "key_field_names", "records"],
    success: Call.nothing,
    empty: Call.noValue,
    errors: Errors.writeItem,
    repeat: "never",
    because: "records would be registered twice",
    known: "sent"
  }
)
