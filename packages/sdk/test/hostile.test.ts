import { gzipSync } from "node:zlib"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Files, Ids, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")

const on = (url: string, client: Layer.Layer<HttpClient.HttpClient>, policy: Partial<RequestPolicy.Policy> = {}) =>
  Layer.merge(Files.layer, Programs.layer).pipe(
    Layer.provide(RequestPolicy.layer({ tries: 1, ...policy })),
    Layer.provide(Loopback.live(url, client))
  )

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)
const download = Effect.flatMap(Files.Files, (files) => Stream.runDrain(files.download(file)))

for (const [name, client] of Object.entries(Loopback.clients)) {
  describe(`on ${name}`, () => {
    it.live("an endless error page is read only at its beginning", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(502, { "content-type": "text/html" })
          const write = () => {
            while (response.write(`<title>Bad gateway</title>${" ".repeat(65_536)}`));
          }
          response.on("drain", write)
          response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
          write()
        })
        const error = yield* Effect.flip(list).pipe(Effect.provide(on(url, client)))
        expect(error).toMatchObject({ _tag: "KaleidoscopeServerError", status: 502 })
        expect(error.message).toContain("Bad gateway")
        yield* Deferred.await(closed)
      })
    )

    it.live("a stream has no size limit", () =>
      Effect.gen(function* () {
        const url = yield* Loopback.serve((_, response) => response.end(Buffer.alloc(3_000_000)))
        yield* download.pipe(Effect.provide(on(url, client, { largestAnswer: 1_000_000 })))
      })
    )

    it.live("a compressed response is never truncated to its compressed length", () =>
      Effect.gen(function* () {
        const asked: Array<unknown> = []
        const body = gzipSync(
          JSON.stringify(Array.from({ length: 500 }, (_, nth) => ({ id: `p${nth}`, title: "Apollo" })))
        )
        const url = yield* Loopback.serve((request, response) => {
          asked.push(request.headers["accept-encoding"])
          response.writeHead(200, {
            "content-type": "application/json",
            "content-encoding": "gzip",
            "content-length": body.length
          })
          response.end(body)
        })
        const result = yield* Effect.either(list).pipe(Effect.provide(on(url, client)))
        // No client is asked for it. `fetch` decodes it all the same: from the others such an answer is no JSON.
        expect(asked).toEqual([name === "fetch" ? "identity" : undefined])
        expect(Either.map(result, (programs) => programs.length)).toMatchObject(
          name === "fetch" ? Either.right(500) : { _tag: "Left", left: { _tag: "KaleidoscopeDecodeError" } }
        )
      })
    )
  })
}

for (const [what, length] of [
  ["shorter", 3],
  ["longer", 1]
] as const) {
  it.effect(`a response that is ${what} than its Content-Length is refused, as a list and as a file`, () =>
    Effect.gen(function* () {
      const { layer } = onScript(Layer.merge(Files.layer, Programs.layer), () =>
        Scripted.text("[]", 200, { "content-length": String(length) })
      )
      const calls = Effect.all([Effect.flip(list), Effect.flip(download)]).pipe(RequestPolicy.withoutRetry)
      const truncated = { _tag: "KaleidoscopeTransportError", reason: "TRUNCATED" }
      expect(yield* Effect.provide(calls, layer)).toMatchObject([truncated, truncated])
    })
  )
}

it.effect("integers beyond 2^53 are rounded as by JSON.parse", () =>
  Effect.gen(function* () {
    const text = '[{"id":"p","count":9007199254740993,"small":9007199254740991,"huge":1e400}]'
    const { layer } = onScript(Programs.layer, () => Scripted.text(text))
    const [program] = yield* Effect.provide(list, layer)
    expect(program).toMatchObject({ count: 9007199254740992, small: 9007199254740991, huge: Number.POSITIVE_INFINITY })
    expect(Schema.is(Schema.Number)(Reflect.get(program ?? {}, "count"))).toBe(true)
  })
)
