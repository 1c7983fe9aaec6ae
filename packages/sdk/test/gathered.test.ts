import type { ServerResponse } from "node:http"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Auth, Exports, Ids } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"

const entity_slice_id = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")

const mebibyte = 1024 * 1024

/** Bytes that are different at each place, so that one at a wrong place is seen. */
const content = Buffer.from(
  Uint32Array.from({ length: (9 * mebibyte) / 4 + 1234 }, (_, index) => index * 2654435761).buffer
)

const sizes: { readonly [kind: string]: ReadonlyArray<number> } = {
  "a byte, and more than is gathered at a time": [1, 3 * mebibyte, 7, 2 * mebibyte - 1, 65_536],
  "exactly what is gathered": [mebibyte],
  "a little more than what is gathered": [mebibyte + 1],
  "the parts of a network": [65_536],
  "parts that do not fit": [100_003, 3, 700_001]
}

/** Writes the parts, each when the one before is on its way. */
const writeParts = (response: ServerResponse, sizes: ReadonlyArray<number>): void => {
  response.writeHead(200, { "content-type": "text/csv", "content-length": content.length })
  const next = (at: number, turn: number): void => {
    const end = at + (sizes[turn % sizes.length] ?? 1)
    if (end >= content.length) response.end(content.subarray(at))
    else response.write(content.subarray(at, end), () => next(end, turn + 1))
  }
  next(0, 0)
}

for (const [name, client] of Object.entries(Loopback.clients)) {
  describe(`on ${name}, a file gets the bytes of its response`, () => {
    for (const [kind, parts] of Object.entries(sizes)) {
      it.live(`that come as ${kind}`, () =>
        Effect.gen(function* () {
          const url = yield* Loopback.serve((_, response) => writeParts(response, parts))
          const services = Exports.layer.pipe(
            Layer.provide(Auth.layerToken({ token: Redacted.make("the-access-token"), url })),
            Layer.provide(client)
          )
          const fileSystem = yield* FileSystem.FileSystem
          const path = `${yield* fileSystem.makeTempDirectoryScoped()}/table.csv`
          yield* Effect.flatMap(Exports.Exports, (exports) => exports.toFile({ entity_slice_id }, path)).pipe(
            Effect.provide(services)
          )
          expect(content.equals(yield* fileSystem.readFile(path))).toBe(true)
        }).pipe(Effect.provide(NodeContext.layer))
      )
    }
  })
}
