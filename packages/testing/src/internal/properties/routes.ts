import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Authorization } from "../server/authorization.js"
import { postItem, putItem } from "../server/endpoints.js"
import { body, present, upload } from "../server/schema.js"
import { Property } from "./model.js"

export const group = HttpApiGroup.make("properties")
  .add(putItem("updateProperty", "/properties/:id", body({ content: present }), Property))
  .add(
    postItem(
      "uploadPropertyFile",
      "/properties/:id/file",
      upload({}),
      Property,
      "The content of the property becomes a list with the id of the stored file."
    )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Values of property fields of an activity or a definition")
