import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Exports, Ids, Imports, Records, Upload } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { afterEach, vi } from "vitest"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Counted from "./support/counted.js"
import * as Loopback from "./support/loopback.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const entity_slice_id = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")

const record = Ids.RecordId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")

const field = Ids.EntityFieldId.make("8c7d2a54-5c0e-4d0a-9b7b-3f0d8a1f6c22")

const piece = new Uint8Array(64 * 1024)

const [few, many] = [20, 200]

/** A table of so many pieces. */
const table = (pieces: number): ReadableStream<Uint8Array> => {
  let left = pieces
  return new ReadableStream({
    pull: (controller) => {
      if (left-- > 0) controller.enqueue(piece)
      else controller.close()
    }
  })
}

/** Reads an export of so many pieces, and gives its length. */
const download = (pieces: number) =>
  Effect.flatMap(Exports.Exports, (exports) =>
    Stream.runFold(
      exports.csv({ entity_slice_id, filename: String(pieces) }),
      0,
      (length, bytes) => length + bytes.length
    )
  )

/** Writes an export of so many pieces to a file, and gives its length. */
const save = (pieces: number) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const path = `${yield* fileSystem.makeTempDirectoryScoped()}/a.csv`
    const exports = yield* Exports.Exports
    yield* exports.toFile({ entity_slice_id, filename: String(pieces) }, path)
    return Number((yield* fileSystem.stat(path)).size)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const upload = (pieces: number) =>
  Effect.flatMap(Records.Records, (records) =>
    records.addFile(
      record,
      { field },
      Upload.stream(Stream.range(1, pieces).pipe(Stream.rechunk(1), Stream.as(piece)), {
        name: "table.csv",
        size: pieces * piece.length
      })
    )
  )

/** Pushes rows of so many pieces. */
const push = (pieces: number) =>
  Effect.flatMap(Imports.Imports, (imports) =>
    imports.push({
      key_field_names: ["id"],
      data: [{ id: "x".repeat(pieces * piece.length) }],
      unknown_fields: "add"
    })
  )

const Services = Layer.mergeAll(Exports.layer, Imports.layer, Records.layer)

const scripted = onScript(Services, ({ method, query }) =>
  method === "POST"
    ? Scripted.json({ resource: { id: "a-value" } })
    : Scripted.text(table(Number(new Map(query).get("filename"))), 200, { "content-type": "text/csv" })
)

afterEach(() => {
  vi.restoreAllMocks()
})

describe("a transfer of many pieces starts no more fibers and timers than one of few:", () => {
  const transfers: {
    readonly [name: string]: (pieces: number) => Effect.Effect<unknown, unknown, Exports.Exports | Records.Records>
  } = { "a download": download, "an upload": upload }
  for (const [name, transfer] of Object.entries(transfers)) {
    it.live(name, () =>
      Effect.gen(function* () {
        const short = yield* Counted.counted(transfer(few))
        const long = yield* Counted.counted(transfer(many))
        expect({ fibers: long.fibers, timers: long.timers }).toEqual({ fibers: short.fibers, timers: short.timers })
      }).pipe(Effect.provide(scripted.layer))
    )
  }

  for (const [client, most] of [
    ["undici", 12],
    ["node", 7]
  ] as const) {
    it.live(`a push over a connection of ${client}, each piece of which takes few steps`, () =>
      Effect.gen(function* () {
        const url = yield* Loopback.serve((request, response) => {
          let bytes = 0
          request.on("data", (chunk: Uint8Array) => {
            bytes += chunk.length
          })
          request.on("end", () => {
            response.writeHead(200, { "content-type": "application/json" })
            response.end(JSON.stringify({ import_id: String(bytes) }))
          })
        })
        const [short, long] = yield* Effect.all([Counted.counted(push(few)), Counted.counted(push(many))]).pipe(
          Effect.provide(Services),
          Effect.provide(Loopback.live(url, Loopback.clients[client]))
        )
        expect(Number(long.value)).toBeGreaterThan(many * piece.length)
        expect([long.fibers, long.timers]).toEqual([short.fibers, short.timers])
        expect((long.steps - short.steps) / (many - few)).toBeLessThan(most)
      })
    )
  }

  const overConnection = [
    { client: "undici", what: "a download", run: download, most: 45 }, // as a stream of Effect, a piece takes about 60
    { client: "node", what: "a download", run: download, most: 45 },
    { client: "undici", what: "a download to a file", run: save, most: 10 },
    { client: "node", what: "a download to a file", run: save, most: 10 }
  ] as const
  for (const { client, most, run, what } of overConnection) {
    it.live(`${what} over a connection of ${client}, each piece of which takes few steps`, () =>
      Effect.gen(function* () {
        const url = yield* Loopback.serve((request, response) => {
          const pieces = Number(new URL(request.url ?? "", "http://localhost").searchParams.get("filename"))
          response.writeHead(200, { "content-type": "text/csv", "content-length": pieces * piece.length })
          response.end(new Uint8Array(pieces * piece.length))
        })
        const [short, long] = yield* Effect.all([Counted.counted(run(few)), Counted.counted(run(many))]).pipe(
          Effect.provide(Services),
          Effect.provide(Loopback.live(url, Loopback.clients[client]))
        )
        expect(long.value).toBe(many * piece.length)
        expect(long.fibers).toBe(short.fibers)
        expect((long.steps - short.steps) / (many - few)).toBeLessThan(most)
      })
    )
  }
})
