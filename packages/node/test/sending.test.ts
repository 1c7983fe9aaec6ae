import { createHash } from "node:crypto"
import { createServer, type Socket } from "node:net"
import { Auth, Ids, Programs, Properties, Upload } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { listen, serve } from "../../../test/loopback.js"
import { withTime } from "../../../test/time.js"
import { describe, expect, it, vi } from "../../../test/vitest.js"
import { clients, services } from "./support/clients.js"

const create = (size: number) =>
  Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "x".repeat(size) }))

/**
 * A server that never answers. It reads so many bytes and more, or none. Gives its URL, and tells when it has a connection, with
 * these bytes, and when that is closed.
 */
const mute = (bytes: number) =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const begun = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<void>()
    const port = yield* listen(
      () =>
        createServer((socket) => {
          sockets.add(socket)
          socket.on("error", () => undefined)
          socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
          if (bytes === 0) {
            socket.pause()
            Deferred.unsafeDone(begun, Effect.void)
            return
          }
          let read = 0
          socket.on("data", (data) => {
            read += data.length
            if (read >= bytes) Deferred.unsafeDone(begun, Effect.void)
          })
        }),
      () => {
        for (const socket of sockets) socket.destroy()
      }
    )
    return { url: `http://127.0.0.1:${port}`, begun, closed }
  })

const sizes = [10, 100_000, 2_000_000, 30_000_000]

for (const [name, client] of Object.entries(clients)) {
  describe(`on ${name}`, () => {
    for (const size of sizes) {
      it.effect(`${size} bytes that a server reads without a response end at the response deadline`, () =>
        Effect.gen(function* () {
          const server = yield* mute(size)
          const fiber = yield* Effect.timed(Effect.flip(create(size))).pipe(
            Effect.provide(services(server.url, client, { answer: "1 second", silence: "30 seconds" })),
            Effect.fork
          )
          yield* Deferred.await(server.begun)
          const [took, error] = yield* withTime(fiber, "100 millis")
          expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "answer", outcome: "unknown" })
          expect(Duration.toMillis(took)).toBeLessThan(8000)
          yield* Deferred.await(server.closed)
        })
      )

      it.effect(`${size} bytes that a server does not read end at the same deadline`, () =>
        Effect.gen(function* () {
          const server = yield* mute(0)
          const fiber = yield* Effect.timed(Effect.flip(create(size))).pipe(
            Effect.provide(services(server.url, client, { answer: "1 second", silence: "1 second" })),
            Effect.fork
          )
          yield* Deferred.await(server.begun)
          const [took, error] = yield* withTime(fiber, "100 millis")
          expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", outcome: "unknown" })
          expect(Duration.toMillis(took)).toBeLessThan(8000)
        })
      )
    }

    it.live("a body larger than the socket buffers that a server does not read ends at the silence limit", () =>
      Effect.gen(function* () {
        const server = yield* mute(0)
        const upload = Effect.flatMap(Properties.Properties, (properties) =>
          properties.uploadFile(
            Ids.PropertyId.make("9b2f0f0e-0c3e-4f7e-9d55-0b5d9a3f5c11"),
            Upload.bytes(new Uint8Array(30_000_000), { name: "spectrum.bin" })
          )
        )
        const policy = { answer: "1 minute", silence: "1 second" } as const
        const calls: ReadonlyArray<Effect.Effect<unknown, unknown, Programs.Programs | Properties.Properties>> = [
          create(30_000_000),
          upload
        ]
        for (const call of calls) {
          const error = yield* Effect.flip(call).pipe(
            Effect.timeout("2 minutes"),
            Effect.provide(services(server.url, client, policy))
          )
          expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "silence", outcome: "unknown" })
        }
      })
    )

    it.effect("a server that reads slowly gets the complete body", () =>
      Effect.gen(function* () {
        const runtime = yield* Effect.runtime<never>()
        // Five pauses are longer than the silence limit, one is not.
        const pause = Effect.provide(TestClock.adjust("20 seconds"), runtime)
        const seen: Array<readonly [length: string | undefined, bytes: number, hash: string]> = []
        const url = yield* serve((request, response) => {
          const hash = createHash("sha256")
          let bytes = 0
          let paused = 0
          request.on("data", (data: Buffer) => {
            bytes += data.length
            hash.update(data)
            if (bytes > (paused + 1) * 5_000_000) {
              paused++
              request.pause()
              Effect.runFork(pause).addObserver(() => request.resume())
            }
          })
          request.on("end", () => {
            seen.push([request.headers["content-length"], bytes, hash.digest("hex")])
            response.end('{"id":"p"}')
          })
        })
        const size = 30_000_000
        yield* create(size).pipe(Effect.provide(services(url, client, { silence: "1 minute", answer: "10 minutes" })))
        const body = JSON.stringify({ title: "x".repeat(size) })
        const declared = name === "fetch" ? undefined : String(body.length)
        expect(seen).toEqual([[declared, body.length, createHash("sha256").update(body).digest("hex")]])
      })
    )

    it.live("a large body is sent again after a 401 and after a failure", () =>
      Effect.gen(function* () {
        const statuses = [401, 503, 200]
        const lengths: Array<number> = []
        const url = yield* serve((request, response) => {
          if (request.url === "/auth/oauth/token") {
            request.resume()
            response.end(JSON.stringify({ access_token: `t${lengths.length}`, token_type: "Bearer", expires_in: 3600 }))
            return
          }
          let bytes = 0
          request.on("data", (data: Buffer) => {
            bytes += data.length
          })
          request.on("end", () => {
            lengths.push(bytes)
            response.writeHead(statuses[lengths.length - 1] ?? 200, { "retry-after": "0" })
            response.end('{"id":"p"}')
          })
        })
        const layer = Programs.layer.pipe(
          Layer.provide(
            Layer.merge(Auth.layer({ clientId: "a", clientSecret: Redacted.make("b-secret"), url }), client)
          )
        )
        yield* Effect.provide(create(300_000), layer)
        expect(lengths).toEqual([300_012, 300_012, 300_012])
      })
    )
  })
}

it.live("a browser without streamed requests sends a large body in one piece", () =>
  Effect.gen(function* () {
    vi.stubGlobal("document", {})
    yield* Effect.addFinalizer(() => Effect.sync(() => vi.unstubAllGlobals()))
    const lengths: Array<string | undefined> = []
    const url = yield* serve((request, response) => {
      lengths.push(request.headers["content-length"])
      request.resume()
      request.on("end", () => response.end('{"id":"p"}'))
    })
    yield* Effect.provide(create(300_000), services(url, clients.fetch))
    expect(lengths).toEqual(["300012"])
  })
)
