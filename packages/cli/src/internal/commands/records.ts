import * as Args from "@effect/cli/Args"
import { group, leaf } from "../commandLine/define.js"
import { argument, count, flag, one, query, record, several } from "./parameters.js"

const search = leaf("search", {
  description: "Finds records",
  examples: [
    {
      command: "kaleidoscope records search --type Compound --where 'IC50 < 50' --where 'Series = A'",
      does: "potent compounds of a series"
    },
    {
      command: "kaleidoscope records search --type Compound --field SMILES --field IC50 --sort 'IC50 descending'",
      does: "with values of two fields, the largest first"
    },
    { command: "kaleidoscope records search --search EK-00 --json", does: "whole records, for a program" }
  ],
  config: () => ({
    ...query,
    field: several("field", "name", "A field that is shown, with its latest value. Repeat it for several"),
    limit: count("limit", "At most this many")
  }),
  load: () => import("../actions/records.js").then(({ search }) => search)
})

const show = leaf("show", {
  description: "Shows a record with the latest value of each field",
  examples: [
    { command: "kaleidoscope records show EK-0001", does: "by the name that people read" },
    { command: "kaleidoscope records show 'Compound ID=EK-0001'", does: "by its keys" },
    { command: "kaleidoscope records show EK-0001 --activity 'PK study 7'", does: "the values of one activity" }
  ],
  config: () => ({
    record,
    activity: one("activity", "activity", "Only values of this activity, and keys")
  }),
  load: () => import("../actions/records.js").then(({ show }) => show)
})

const set = leaf("set", {
  description: "Gives fields of a record new values, where they are different",
  examples: [
    { command: "kaleidoscope records set EK-0001 IC50=12.5 'Series=A'", does: "two fields" },
    { command: 'kaleidoscope records set EK-0001 Tags=\'["hit","soluble"]\'', does: "a list, as JSON" },
    { command: "kaleidoscope records set EK-0001 Notes=", does: "an empty value" }
  ],
  config: () => ({
    record,
    values: argument("FIELD=VALUE", "A field and its value").pipe(Args.atLeast(1)),
    activity: one("activity", "activity", "The activity in which the values were measured"),
    text: flag("text", "Sends each value as text, also if it is JSON")
  }),
  load: () => import("../actions/records.js").then(({ set }) => set)
})

export const records = group("records", {
  description: "Records: compounds, samples, animals",
  commands: [search, show, set]
})
