import * as Access from "../commands/access.js"
import * as Lists from "../commands/lists.js"
import { type Group, group } from "./define.js"

/** All commands. */
export const root: Group = group("kaleidoscope", {
  description: "Kaleidoscope at a shell: tables in and out, activities, records, registration",
  commands: [Access.login, Access.doctor, Lists.programs, Lists.types, Lists.fields, Lists.members, Lists.labels]
})
