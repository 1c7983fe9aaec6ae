import * as Access from "../commands/access.js"
import { activities } from "../commands/activities.js"
import { files } from "../commands/files.js"
import * as Lists from "../commands/lists.js"
import * as Platform from "../commands/platform.js"
import { records } from "../commands/records.js"
import { registration } from "../commands/registration.js"
import * as Tables from "../commands/tables.js"
import { type Group, group } from "./define.js"

/** All commands. */
export const root: Group = group("kaleidoscope", {
  description: "Kaleidoscope at a shell: tables in and out, activities, records, registration",
  commands: [
    Access.login,
    Access.doctor,
    Lists.programs,
    Lists.types,
    Lists.fields,
    Lists.members,
    Lists.labels,
    activities,
    records,
    files,
    Tables.importFile,
    Tables.exportFile,
    registration,
    Platform.events,
    Platform.api,
    Platform.emulator,
    Platform.completions
  ]
})
