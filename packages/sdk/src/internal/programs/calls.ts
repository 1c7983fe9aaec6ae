import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Program } from "./model.js"

export const list = Call.list("Programs.list", "GET /programs", Program, "seen")

export const create = Call.write("Programs.create", "POST /programs", {
  body: ["title"],
  success: Program,
  errors: Errors.write,
  repeat: "never",
  because: "there would be two programs",
  known: "sent"
})

export const update = Call.write("Programs.update", "PUT /programs/{id}", {
  body: ["title"],
  success: Program,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the program has the same title in the end",
  known: "sent"
})
