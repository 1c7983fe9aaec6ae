import * as Schema from "effect/Schema"
import { created, get, group, post, putItem } from "../server/endpoints.js"
import { body } from "../server/schema.js"
import { Program } from "./model.js"

export const routes = group(
  "programs",
  "Programs that activities belong to",
  get("listPrograms", "/programs", Schema.Array(Program)),
  post("createProgram", "/programs", body({ title: Schema.NonEmptyString }), created(Program)),
  putItem("updateProgram", "/programs/:id", body({ title: Schema.NonEmptyString }), Program)
)
