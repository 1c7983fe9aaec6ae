import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import {
  Auth,
  IdentityToken,
  Ids,
  type KaleidoscopeError,
  Labels,
  Programs,
  RequestPolicy
} from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { withTime } from "../../../test/time.js"
import { describe, expect, it } from "../../../test/vitest.js"
import { clients, freePort, live, serve, serveRaw } from "./support/loopback.js"
import { key } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))

const layer = Layer.merge(Labels.layer, Programs.layer)

for (const [name, client] of Object.entries(clients)) {
  const over = (url: string, policy: Partial<RequestPolicy.Policy> = {}) =>
    layer.pipe(
      Layer.provide(live(url, client)),
      Layer.provide(RequestPolicy.layer({ backoff: 0, tries: 1, ...policy }))
    )

  describe(`on ${name}`, () => {
    it.live("calls the emulator with tokens from it", () =>
      Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        const services = layer.pipe(Layer.provide(Auth.layer({ ...key, url: emulator.url })), Layer.provide(client))
        yield* Effect.gen(function* () {
          const programs = yield* Programs.Programs
          const created = yield* programs.create({ title: "Käse & Brot / 100 %" })
          expect(yield* programs.get(created.id)).toEqual(created)
        }).pipe(Effect.provide(services))
      }).pipe(
        Effect.provide(
          Emulator.layerServer().pipe(
            Layer.provide(
              NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" })
            )
          )
        )
      )
    )

    for (const status of [301, 302, 303, 307, 308]) {
      it.live(`follows no redirect (${status}): no header of the SDK reaches the other host`, () =>
        Effect.gen(function* () {
          const arrived: Array<unknown> = []
          const other = yield* serve((request, response) => {
            arrived.push(request.headers)
            response.end("[]")
          })
          const url = yield* serve((request, response) => {
            request.resume()
            response.writeHead(status, { location: `${other}/steal?token=hunter2` }).end()
          })
          const auth = Layer.provide(
            Auth.layerIap({ ...key, url, iapClientId: "iap", additionalHeaders: { "X-Gate": Redacted.make("gate") } }),
            IdentityToken.layer(Redacted.make("identity"))
          )
          const calls: ReadonlyArray<
            Effect.Effect<unknown, KaleidoscopeError.WriteError, Labels.Labels | Programs.Programs>
          > = [list, create]
          for (const call of calls) {
            const error = yield* Effect.flip(call).pipe(Effect.provide(over(url)))
            expect(error).toMatchObject({ _tag: "KaleidoscopeUnexpectedStatus", status })
            expect(error.message).toContain(new URL(other).host)
            expect(error.message).not.toContain("hunter2")
          }
          const error = yield* Effect.flip(list).pipe(Effect.provide(Layer.provide(layer, Layer.merge(auth, client))))
          expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "malformed" })
          expect(arrived).toEqual([])
        })
      )
    }

    it.live("sends no trace headers within any span", () =>
      Effect.gen(function* () {
        const headers: Array<ReadonlyArray<string>> = []
        const url = yield* serve((request, response) => {
          headers.push(Object.keys(request.headers))
          response.end("[]")
        })
        yield* list.pipe(Effect.withSpan("outer"), Effect.provide(over(url)))
        expect(headers.length).toBe(1)
        expect(headers[0]?.filter((header) => /trace|b3|baggage/.test(header))).toEqual([])
      })
    )

    for (const [what, sent] of [
      ["before its first byte", ""],
      ["in its middle", '[{"id":"l"}']
    ] as const) {
      it.live(`detects a truncated response: it broke ${what}`, () =>
        Effect.gen(function* () {
          const url = yield* serveRaw((socket) => {
            socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n${sent}`)
            setTimeout(() => socket.destroy(), 20)
          })
          expect(yield* Effect.flip(list).pipe(Effect.provide(over(url)))).toMatchObject({
            _tag: "KaleidoscopeTransportError",
            attempts: 1
          })
        })
      )
    }

    it.live("detects a truncated response that is valid JSON", () =>
      Effect.gen(function* () {
        const url = yield* serveRaw((socket) => {
          socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n[]")
        })
        expect(yield* Effect.flip(list).pipe(Effect.provide(over(url)))).toMatchObject({
          _tag: "KaleidoscopeTransportError"
        })
      })
    )

    it.live("detects a truncated chunked response", () =>
      Effect.gen(function* () {
        const url = yield* serveRaw((socket) => {
          socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n")
        })
        expect(yield* Effect.flip(list).pipe(Effect.provide(over(url)))).toMatchObject({
          _tag: "KaleidoscopeTransportError"
        })
      })
    )

    it.live("reports that nothing listens, and repeats even a call that creates", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(create).pipe(
          Effect.provide(over(`http://127.0.0.1:${yield* freePort}`, { tries: 3 }))
        )
        expect(error).toMatchObject({
          _tag: "KaleidoscopeTransportError",
          reason: "ECONNREFUSED",
          attempts: 3,
          outcome: "none"
        })
      })
    )

    it.live("fails with the outcome unknown after a write with a broken connection", () =>
      Effect.gen(function* () {
        let count = 0
        const url = yield* serve((request) => {
          count++
          request.resume()
          request.on("end", () => request.socket.destroy())
        })
        const error = yield* Effect.flip(create).pipe(Effect.provide(over(url, { tries: 3 })))
        expect(error).toMatchObject({ _tag: "KaleidoscopeTransportError", attempts: 1, outcome: "unknown" })
        expect(count).toBe(1)
      })
    )

    it.live("closes the socket at once when the call is interrupted, before the headers and in the body", () =>
      Effect.gen(function* () {
        for (const begin of [false, true]) {
          const asked = yield* Deferred.make<void>()
          const closed = yield* Deferred.make<void>()
          const url = yield* serve((request, response) => {
            request.socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
            if (begin) response.writeHead(200).write("[")
            Deferred.unsafeDone(asked, Effect.void)
          })
          yield* Effect.gen(function* () {
            const fiber = yield* Effect.fork(list)
            yield* Deferred.await(asked)
            yield* Effect.sleep("20 millis")
            yield* Fiber.interrupt(fiber)
          }).pipe(Effect.provide(over(url)))
          yield* Effect.timeout(Deferred.await(closed), "1 minute")
        }
      })
    )

    for (const deadline of ["answer", "silence"] as const) {
      it.effect(`closes the socket when a deadline passes: ${deadline}`, () =>
        Effect.gen(function* () {
          const asked = yield* Deferred.make<void>()
          const closed = yield* Deferred.make<void>()
          const url = yield* serve((request, response) => {
            Deferred.unsafeDone(asked, Effect.void)
            if (deadline === "silence") response.writeHead(200).write("[")
            request.socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
          })
          const fiber = yield* Effect.flip(list).pipe(
            Effect.provide(over(url, { [deadline]: "50 millis" })),
            Effect.fork
          )
          yield* Deferred.await(asked)
          expect(yield* withTime(fiber, "10 millis")).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline })
          yield* Deferred.await(closed)
        })
      )
    }

    it.live("stops an endless response at the size limit", () =>
      Effect.gen(function* () {
        const url = yield* serve((_, response) => {
          const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(65_536, " "))) {}
          }
          response.on("drain", more)
          more()
        })
        expect(yield* Effect.flip(list).pipe(Effect.provide(over(url, { largestAnswer: 10_000_000 })))).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          expected: "at most 10000000 bytes"
        })
      })
    )

    it.live("fails on a flood of headers, and on a response that is not HTTP", () =>
      Effect.gen(function* () {
        const flood = yield* serveRaw((socket) => {
          const header = `x-flood: ${"x".repeat(1000)}\r\n`
          socket.end(`HTTP/1.1 200 OK\r\n${header.repeat(2000)}content-length: 2\r\n\r\n[]`)
        })
        const noise = yield* serveRaw((socket) => socket.end("220 mail.test ESMTP\r\n"))
        for (const url of [flood, noise]) {
          expect(yield* Effect.flip(list).pipe(Effect.provide(over(url)))).toMatchObject({
            _tag: "KaleidoscopeTransportError"
          })
        }
      })
    )

    it.live("sends an id with any characters to the right route", () =>
      Effect.gen(function* () {
        const paths: Array<string | undefined> = []
        const url = yield* serve((request, response) => {
          paths.push(request.url)
          request.resume()
          response.end('{"id":"p"}')
        })
        for (const id of ["a/b?c=d#e", "%2E%2E", "..%2f..", "a b", "é"]) {
          yield* Effect.flatMap(Programs.Programs, (programs) =>
            programs.update(Ids.ProgramId.make(id), { title: "t" })
          ).pipe(Effect.provide(over(`${url}/base/`)))
        }
        expect(paths).toEqual([
          "/base/programs/a%2Fb%3Fc%3Dd%23e",
          "/base/programs/%252E%252E",
          "/base/programs/..%252f..",
          "/base/programs/a%20b",
          "/base/programs/%C3%A9"
        ])
      })
    )

    it.live("reads responses without a body, and refuses an empty response to a list", () =>
      Effect.gen(function* () {
        for (const status of [200, 204]) {
          const url = yield* serve((_, response) => response.writeHead(status).end())
          expect(yield* Effect.flip(list).pipe(Effect.provide(over(url)))).toMatchObject({
            _tag: "KaleidoscopeDecodeError",
            status
          })
        }
      })
    )
  })
}
