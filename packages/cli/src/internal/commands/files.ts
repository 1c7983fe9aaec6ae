import { group, leaf } from "../commandLine/define.js"
import { argument, one, text } from "./parameters.js"

const get = leaf("get", {
  description: "Downloads a file",
  examples: [
    { command: "kaleidoscope files get 3418a41b-08bc-5c2d-ad05-446ca823426b --out plate.csv", does: "into a file" },
    { command: "kaleidoscope files get 3418a41b-08bc-5c2d-ad05-446ca823426b --out - | head", does: "into a pipe" }
  ],
  config: () => ({
    file: argument("file", "The id of the file"),
    out: one("out", "path", "Where it is saved, or - for the output. Default: a file with the id as its name"),
    activity: one("activity", "activity", "The activity that the file belongs to")
  }),
  load: () => import("../actions/files.js").then(({ get }) => get)
})

const put = leaf("put", {
  description: "Adds a file to a field of a record",
  examples: [
    { command: "kaleidoscope files put gel.png --record EK-0001 --field Gel", does: "the newest file of the field" }
  ],
  config: () => ({
    file: argument("file", "The path of the file"),
    record: text("record", "record", "The record: its name, its id, or its keys"),
    field: text("field", "name", "The field"),
    activity: one("activity", "activity", "The activity in which it was made"),
    name: one("name", "name", "The name that the file gets. Default: the name of the file here"),
    contentType: one("content-type", "type", "The media type. Default: by the ending of the name")
  }),
  load: () => import("../actions/files.js").then(({ put }) => put)
})

export const files = group("files", { description: "Files of activities and records", commands: [get, put] })
