import type { RequestListener, ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { serve } from "../../../test/loopback.js"
import { describe, expect, it } from "../../../test/vitest.js"
import * as NodeHttp from "../src/internal/client/nodeHttp.js"

const responseOf = (listener: RequestListener) => Effect.flatMap(serve(listener), (url) => HttpClient.get(url))

const text = "name\tid\n".repeat(10_000)

/** The two ways to read a body. */
const ways = {
  "as a whole": (listener: RequestListener) => Effect.flatMap(responseOf(listener), (response) => response.text),
  "as a stream": (listener: RequestListener) =>
    Stream.unwrapScoped(Effect.map(responseOf(listener), (response) => response.stream)).pipe(
      Stream.decodeText(),
      Stream.mkString
    )
}

for (const [way, read] of Object.entries(ways)) {
  describe(`the client of a command with few requests reads a body ${way}`, () => {
    it.live("which is plain, compressed or empty", () =>
      Effect.gen(function* () {
        expect(yield* read((_, response) => response.end(text))).toBe(text)
        const compressed = (content: string | Buffer) => (_: unknown, response: ServerResponse) => {
          response.writeHead(200, { "content-encoding": "gzip" })
          response.end(content)
        }
        expect(yield* read(compressed(gzipSync(text)))).toBe(text)
        expect(yield* read(compressed(""))).toBe("")
        expect(yield* read((_, response) => response.end())).toBe("")
      }).pipe(Effect.provide(NodeHttp.layer))
    )

    it.live("and fails if it ends too early, or cannot be decompressed", () =>
      Effect.gen(function* () {
        for (const encoding of ["identity", "gzip"]) {
          const failure = yield* Effect.flip(
            read((_, response) => {
              response.writeHead(200, { "content-length": 100_000, "content-encoding": encoding })
              const part =
                encoding === "gzip" ? gzipSync(text, { level: 0 }).subarray(0, 20_000) : text.slice(0, 20_000)
              response.write(part, () => response.destroy())
            })
          )
          expect(failure).toMatchObject({ _tag: "ResponseError", reason: "Decode" })
        }
        const damaged = yield* Effect.flip(
          read((_, response) => {
            response.writeHead(200, { "content-encoding": "gzip" })
            response.end("no gzip")
          })
        )
        expect(damaged).toMatchObject({ _tag: "ResponseError", reason: "Decode" })
      }).pipe(Effect.provide(NodeHttp.layer))
    )

    it.live("and can be interrupted while nothing arrives", () =>
      Effect.gen(function* () {
        const sent = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const reading = yield* Effect.fork(
          read((request, response) => {
            request.socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
            response.writeHead(200, { "content-length": 100_000 })
            response.write("some", () => Deferred.unsafeDone(sent, Effect.void))
          })
        )
        yield* Deferred.await(sent)
        yield* Fiber.interrupt(reading)
        yield* Deferred.await(closed)
      }).pipe(Effect.provide(NodeHttp.layer))
    )
  })
}
