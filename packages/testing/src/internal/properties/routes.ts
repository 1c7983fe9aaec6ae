import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Authorization } from "../server/authorization.js"
import { NotFound } from "../server/problem.js"
import { body, present, upload, withId } from "../server/schema.js"
import { Property } from "./model.js"

export const group = HttpApiGroup.make("properties")
  .add(
    HttpApiEndpoint.put("updateProperty", "/properties/:id")
      .setPath(withId)
      .setPayload(body({ content: present }))
      .addSuccess(Property)
      .addError(NotFound)
  )
  .add(
    HttpApiEndpoint.post("uploadPropertyFile", "/properties/:id/file")
      .setPath(withId)
      .setPayload(upload({}))
      .addSuccess(Property)
      .addError(NotFound)
      .annotate(OpenApi.Description, "The content of the property becomes a list with the id of the stored file.")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Values of property fields of an activity or a definition")
