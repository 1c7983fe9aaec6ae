import { Ids, Properties, Upload } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import { expect } from "../../../../../test/vitest.js"
import type { Row } from "./row.js"

const cellLine = {
  id: Ids.PropertyId.make("7c770439-dcde-4260-bab0-6e4c81e969c4"),
  property_field_id: "5c0d2b0e-7a0e-4f0c-9a55-3f5c5b8d2c01",
  content: ["A431"],
  property_name: "Cell line",
  field_type: "text",
  created_at: null,
  created_by: null,
  last_updated_by: null,
  resource_type: "task"
}

export const rows: ReadonlyArray<Row<Properties.Properties>> = [
  {
    name: "Properties.update",
    repeatable: true,
    call: Effect.flatMap(Properties.Properties, (properties) => properties.update(cellLine.id, { content: ["A431"] })),
    request: { method: "PUT", path: `/properties/${cellLine.id}`, body: { content: ["A431"] } },
    answer: { status: 200, body: cellLine },
    result: cellLine
  },
  {
    name: "Properties.uploadFile",
    repeatable: false,
    call: Effect.flatMap(Properties.Properties, (properties) =>
      properties.uploadFile(cellLine.id, Upload.bytes("a,b\n", { name: 'rep é "1".csv' }))
    ),
    request: {
      method: "POST",
      path: `/properties/${cellLine.id}/file`,
      content: (body, contentType) => {
        const [, boundary] = /^multipart\/form-data; boundary=(\S+)$/.exec(contentType) ?? []
        expect(body).toBe(
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="rep é %221%22.csv"\r\n` +
            `Content-Type: text/csv\r\n\r\na,b\n\r\n--${boundary}--\r\n`
        )
      }
    },
    answer: { status: 201 },
    result: {}
  }
]
