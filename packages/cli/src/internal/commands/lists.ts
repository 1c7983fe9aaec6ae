import * as Options from "@effect/cli/Options"
import { leaf } from "../commandLine/define.js"

export const programs = leaf("programs", {
  description: "Lists the programs of the workspace",
  examples: [
    { command: "kaleidoscope programs", does: "a table of all programs" },
    { command: "kaleidoscope programs --json", does: "the same for a program" }
  ],
  config: () => ({}),
  load: () => import("../actions/lists/programs.js").then(({ programs }) => programs)
})

export const types = leaf("types", {
  description: "Lists the entity types of the workspace: the kinds of records",
  examples: [{ command: "kaleidoscope types", does: "a table of all types, with their key fields" }],
  config: () => ({}),
  load: () => import("../actions/lists/types.js").then(({ types }) => types)
})

export const fields = leaf("fields", {
  description: "Lists the fields of records",
  examples: [
    { command: "kaleidoscope fields", does: "key fields and data fields, without those that are archived" },
    { command: "kaleidoscope fields --key", does: "only key fields" }
  ],
  config: () => ({
    key: Options.boolean("key").pipe(Options.withDescription("Only key fields")),
    data: Options.boolean("data").pipe(Options.withDescription("Only data fields")),
    archived: Options.boolean("archived").pipe(Options.withDescription("Also fields that are archived"))
  }),
  load: () => import("../actions/lists/fields.js").then(({ fields }) => fields)
})

export const members = leaf("members", {
  description: "Lists the members of the workspace",
  examples: [
    { command: "kaleidoscope members", does: "all members who are active" },
    { command: "kaleidoscope members --deactivated", does: "also those who left" }
  ],
  config: () => ({
    deactivated: Options.boolean("deactivated").pipe(Options.withDescription("Also members who are deactivated"))
  }),
  load: () => import("../actions/lists/members.js").then(({ members }) => members)
})

export const labels = leaf("labels", {
  description: "Lists the labels of activities",
  examples: [{ command: "kaleidoscope labels", does: "a table of all labels" }],
  config: () => ({}),
  load: () => import("../actions/lists/labels.js").then(({ labels }) => labels)
})
