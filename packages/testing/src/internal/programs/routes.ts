import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import { body, withId } from "../server/schema.js"
import { Program } from "./model.js"

export const group = HttpApiGroup.make("programs")
  .add(HttpApiEndpoint.get("listPrograms", "/programs").addSuccess(Schema.Array(Program)))
  .add(
    HttpApiEndpoint.post("createProgram", "/programs")
      .setPayload(body({ title: Schema.NonEmptyString }))
      .addSuccess(Program, { status: 201 })
  )
  .add(
    HttpApiEndpoint.put("updateProgram", "/programs/:id")
      .setPath(withId)
      .setPayload(body({ title: Schema.NonEmptyString }))
      .addSuccess(Program)
      .addError(NotFound)
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Programs that activities belong to")
