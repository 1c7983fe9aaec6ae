import * as Schema from "effect/Schema"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Property } from "./model.js"

export const update = Call.write("Properties.update", "PUT /properties/{id}", {
  body: ["content"],
  success: Property,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the property has the same content in the end",
  known: "sent"
})

const Uploaded = Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

export const uploadFile = Call.write("Properties.uploadFile", "POST /properties/{id}/file", {
  success: Uploaded,
  empty: () => null,
  errors: Errors.writeItem,
  repeat: "never",
  because: "the file would be stored twice",
  known: "sent"
})
