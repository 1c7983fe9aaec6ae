import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { created, get, post, putItem } from "../server/endpoints.js"
import { body } from "../server/schema.js"
import { Program } from "./model.js"

export const group = HttpApiGroup.make("programs")
  .add(get("listPrograms", "/programs", Schema.Array(Program)))
  .add(post("createProgram", "/programs", body({ title: Schema.NonEmptyString }), created(Program)))
  .add(putItem("updateProgram", "/programs/:id", body({ title: Schema.NonEmptyString }), Program))
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Programs that activities belong to")
