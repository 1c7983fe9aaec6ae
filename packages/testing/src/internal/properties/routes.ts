import { group, postItem, putItem } from "../server/endpoints.js"
import { body, present, upload } from "../server/schema.js"
import { Property } from "./model.js"

export const routes = group(
  "properties",
  "Values of property fields of an activity or a definition",
  putItem("updateProperty", "/properties/:id", body({ content: present }), Property),
  postItem(
    "uploadPropertyFile",
    "/properties/:id/file",
    upload({}),
    Property,
    "The content of the property becomes a list with the id of the stored file."
  )
)
