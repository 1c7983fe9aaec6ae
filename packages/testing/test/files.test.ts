import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, multipart, onSocket, stringAt, ways } from "./support/client.js"
import { activityId, fieldId, fileId, nobody, recordId } from "./support/sample.js"

for (const way of ways) {
  describe(`files, ${way.name}`, () => {
    it.effect("are returned as they are stored", () =>
      Effect.gen(function* () {
        for (const file of Workspace.demo.files) {
          const answer = yield* call("GET", `/files/${file.id}`)
          expect(answer.bytes).toEqual(file.bytes)
          expect(answer.headers["content-type"]).toBe(file.content_type)
          expect(answer.headers["content-length"]).toBe(String(file.bytes.length))
          expect(answer.headers["content-disposition"]).toContain(file.file_name)
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("belong to activities", () =>
      Effect.gen(function* () {
        const status = (activity: string, file: string) =>
          Effect.map(call("GET", `/activities/${activity}/file/${file}`), (answer) => answer.status)
        expect(yield* status(activityId("EGFR IC50, run 3"), fileId("plate map.csv"))).toBe(200)
        expect(yield* status(activityId("EGFR IC50, run 2"), fileId("plate map.csv"))).toBe(404)
        expect(yield* status(nobody, fileId("plate map.csv"))).toBe(404)
        expect(yield* status(activityId("EGFR IC50, run 3"), nobody)).toBe(404)
        expect((yield* call("GET", `/files/${nobody}`)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    const seed: Workspace.Workspace = {
      ...Workspace.empty,
      files: ["", "nonsense", "text/plain\r\nX-Injected: 1", "image/svg+xml", "text/plain; charset=latin1"].map(
        (content_type, index) => ({
          id: `file-${index}`,
          file_name: "a\r\nX-Injected: 1\ud800.txt",
          content_type,
          activity_id: null,
          bytes: new Uint8Array([0, 255])
        })
      )
    }

    it.effect("have valid headers for every file name and content type", () =>
      Effect.gen(function* () {
        const types: Array<unknown> = []
        for (const { id } of seed.files) {
          const answer = yield* call("GET", `/files/${id}`)
          expect([answer.status, [...answer.bytes], answer.headers["x-injected"]]).toEqual([200, [0, 255], undefined])
          types.push(answer.headers["content-type"])
        }
        const unknown = "application/octet-stream"
        expect(types).toEqual([unknown, unknown, unknown, "image/svg+xml", "text/plain; charset=latin1"])
      }).pipe(Effect.provide(way.make({ seed })))
    )
  })
}

it.live("large files arrive on a socket byte for byte, in a time that grows with their size alone", () =>
  Effect.gen(function* () {
    const bytes = Buffer.alloc(48 * 1024 * 1024, "\0\r\n--")
    const body = { name: "body", bytes: JSON.stringify({ field_id: fieldId("Certificate of analysis") }) }
    const upload = multipart([body, { name: "file", fileName: "large.bin", bytes }])
    const stored = yield* call("POST", `/records/${recordId("EK-0001")}/values/file`, upload)
    expect(stored.status).toBe(201)
    const answer = yield* call("GET", `/files/${stringAt(at(stored.json, "resource"), "content", 0)}`)
    expect(Buffer.compare(answer.bytes, bytes)).toBe(0)
  }).pipe(Effect.provide(onSocket.make()))
)
