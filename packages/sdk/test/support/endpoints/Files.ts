import { Files, Ids } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "./row.js"

const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
const activity = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")

const text = (options?: Files.DownloadOptions) =>
  Effect.flatMap(Files.Files, (files) =>
    files.download(file, options).pipe(Stream.decodeText(), Stream.runCollect, Effect.map(Chunk.join("")))
  )

export const rows: ReadonlyArray<Row<Files.Files>> = [
  {
    name: "Files.download",
    repeatable: true,
    call: text(),
    request: { method: "GET", path: `/files/${file}`, headers: { accept: "*/*" } },
    answer: { status: 200, body: "bytes" },
    result: '"bytes"'
  },
  {
    name: "Files.download",
    repeatable: true,
    call: text({ activity }),
    request: { method: "GET", path: `/activities/${activity}/file/${file}`, headers: { accept: "*/*" } },
    answer: { status: 200, body: "bytes" },
    result: '"bytes"'
  },
  {
    name: "Files.download",
    repeatable: true,
    call: text({ activity: { title: "PK study" } }),
    request: { method: "GET", path: `/activities/${activity}/file/${file}` },
    answer: { status: 200, body: "bytes" },
    others: { "GET /activities": { status: 200, body: [{ id: activity, title: "PK study" }] } },
    result: '"bytes"'
  }
]
