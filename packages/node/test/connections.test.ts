import { createServer, type Socket } from "node:net"
import { UndiciHttpClient } from "@effect-kaleidoscope/node"
import { Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { listen } from "../../../test/loopback.js"
import { withTime } from "../../../test/time.js"
import { selfSigned, serveTls } from "../../../test/tls.js"
import { describe, expect, it } from "../../../test/vitest.js"
import { clients, services } from "./support/clients.js"

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)
const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))

const anything: ReadonlyArray<Effect.Effect<unknown, unknown, Programs.Programs>> = [list, create, list]

/** A server that takes connections, and never answers: a TLS handshake with it has no end. */
const mute = Effect.gen(function* () {
  const sockets = new Set<Socket>()
  const connected = yield* Deferred.make<void>()
  const closed = yield* Deferred.make<void>()
  let count = 0
  const port = yield* listen(
    () =>
      createServer((socket) => {
        count++
        sockets.add(socket)
        socket.resume()
        socket.on("error", () => undefined)
        socket.on("close", () => {
          sockets.delete(socket)
          if (sockets.size === 0) Deferred.unsafeDone(closed, Effect.void)
        })
        Deferred.unsafeDone(connected, Effect.void)
      }),
    () => {
      for (const socket of sockets) socket.destroy()
    }
  )
  return { url: `https://127.0.0.1:${port}`, connected, closed, count: () => count }
})

describe("a connection that is not established", () => {
  for (const [what, call] of [
    ["a read", list],
    ["a write", create]
  ] as const) {
    it.live(`fails at the policy's connect limit, and ${what} is repeated because nothing was sent`, () =>
      Effect.gen(function* () {
        const server = yield* mute
        const error = yield* Effect.flip(Effect.asVoid<unknown, unknown, Programs.Programs>(call)).pipe(
          Effect.provide(services(server.url, clients.own, { connect: "100 millis", tries: 3 })),
          Effect.timeout("1 minute")
        )
        expect(error).toMatchObject({
          _tag: "KaleidoscopeTimeoutError",
          deadline: "connect",
          attempts: 3,
          outcome: "none",
          message: expect.stringContaining("no connection was made within 100ms")
        })
        // A connection that the client has given up can still come.
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => server.count() >= 3 })
        expect(server.count()).toBe(3)
        yield* Effect.timeout(Deferred.await(server.closed), "1 minute")
      })
    )
  }

  it.live("has the limit of its call's policy, or no limit if that policy has none", () =>
    Effect.gen(function* () {
      const server = yield* mute
      yield* Effect.gen(function* () {
        const patient = yield* Effect.fork(RequestPolicy.withPolicy({ connect: Duration.infinity })(list))
        const error = yield* Effect.flip(RequestPolicy.withPolicy({ connect: "50 millis", tries: 1 })(list))
        expect(error).toMatchObject({
          deadline: "connect",
          message: expect.stringContaining("no connection was made within 50ms")
        })
        yield* Effect.sleep("100 millis")
        expect(patient.unsafePoll()).toBe(null)
        yield* Fiber.interrupt(patient)
      }).pipe(Effect.provide(services(server.url, clients.own)))
      yield* Effect.timeout(Deferred.await(server.closed), "1 minute")
    })
  )

  for (const name of ["own", "node"] as const) {
    it.live(`is closed at once when the call is interrupted during the TLS handshake: ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* mute
        yield* Effect.gen(function* () {
          const fibers = yield* Effect.forEach(anything, (call) => Effect.fork(call))
          yield* Deferred.await(server.connected)
          yield* Effect.sleep("50 millis")
          yield* Fiber.interruptAll(fibers)
          yield* Effect.timeout(Deferred.await(server.closed), "1 minute")
        }).pipe(Effect.provide(services(server.url, clients[name])))
      })
    )
  }

  it.effect("is closed when a deadline of the call passes", () =>
    Effect.gen(function* () {
      const server = yield* mute
      const fiber = yield* Effect.flip(list).pipe(
        Effect.provide(services(server.url, clients.own, { overall: "100 millis" })),
        Effect.fork
      )
      yield* Deferred.await(server.connected)
      const error = yield* withTime(fiber, "10 millis")
      expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "overall" })
      yield* Deferred.await(server.closed)
    })
  )

  it.live("is closed when the client's layer is released", () =>
    Effect.gen(function* () {
      const server = yield* mute
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(UndiciHttpClient.make(), scope)
      const fiber = yield* Effect.fork(client.get(server.url))
      yield* Deferred.await(server.connected)
      yield* Scope.close(scope, Exit.void)
      yield* Effect.timeout(Deferred.await(server.closed), "1 minute")
      expect(Exit.isFailure(yield* Fiber.await(fiber))).toBe(true)
    })
  )
})

it.live("a call that is interrupted while it connects does not disturb other calls", () =>
  Effect.gen(function* () {
    const certificate = yield* selfSigned("localhost")
    const port = yield* serveTls(certificate, (request, response) => {
      request.resume()
      response.end("[]")
    })
    const client = UndiciHttpClient.layer({ certificateAuthority: certificate.cert })
    yield* Effect.gen(function* () {
      for (let round = 0; round < 3; round++) {
        const calls = Array.from({ length: 10 }, (_, index) =>
          Effect.fork(RequestPolicy.withPolicy({ connect: `${10 + index} seconds` })(list))
        )
        const fibers = yield* Effect.all(calls)
        yield* Effect.sleep(round)
        const [kept, left] = [
          fibers.filter((_, index) => index % 2 === 0),
          fibers.filter((_, index) => index % 2 === 1)
        ]
        yield* Fiber.interruptAll(left)
        for (const fiber of kept) expect(yield* Fiber.join(fiber)).toEqual([])
      }
    }).pipe(Effect.provide(services(`https://127.0.0.1:${port}`, client)))
  })
)
