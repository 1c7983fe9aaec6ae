import type { Socket } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { Programs } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { serveRaw } from "../../../test/loopback.js"
import { withTime } from "../../../test/time.js"
import { describe, expect, it } from "../../../test/vitest.js"
import * as LateFailure from "../src/internal/lateFailure.js"
import { clients, services } from "./support/clients.js"

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)
const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))

const info = (status: number, headers = "link: </style.css>; rel=preload\r\n") =>
  `HTTP/1.1 ${status} Wait\r\n${headers}\r\n`

const answer = (body: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** Answers to whatever arrives. A request with a body ends with a brace. */
const serving = (write: (socket: Socket, body: string) => void) =>
  serveRaw((socket, request) => write(socket, request.startsWith("POST") ? '{"id":"p"}' : "[]"))

const pause = () => new Promise((resolve) => setTimeout(resolve, 5))

const ways: ReadonlyArray<readonly [name: string, statuses: ReadonlyArray<number>]> = [
  ["a 100", [100]],
  ["a 102", [102]],
  ["a 103", [103]],
  ["a 199", [199]],
  ["several", [103, 100, 102, 103, 103]]
]

// undici's parser, which `fetch` has too, closes the connection on a 100 that nobody asked for.
const takes = (name: string, statuses: ReadonlyArray<number>) =>
  name === "own" || name === "node" || !statuses.includes(100)

for (const [name, client] of Object.entries(clients)) {
  describe(`on ${name}`, () => {
    for (const [what, statuses] of ways) {
      if (!takes(name, statuses)) continue
      for (const [how, send] of [
        [
          "at once with it",
          (socket: Socket, body: string) => socket.write(statuses.map((status) => info(status)).join("") + answer(body))
        ],
        [
          "long before it",
          async (socket: Socket, body: string) => {
            for (const status of statuses) {
              socket.write(info(status))
              await pause()
            }
            socket.write(answer(body))
          }
        ],
        [
          "byte by byte",
          async (socket: Socket, body: string) => {
            socket.setNoDelay()
            for (const byte of statuses.map((status) => info(status, "")).join("")) {
              socket.write(byte)
              await new Promise((resolve) => setImmediate(resolve))
            }
            socket.write(answer(body))
          }
        ]
      ] as const) {
        it.live(`${what} before a response, ${how}, does not change the call`, () =>
          Effect.gen(function* () {
            const url = yield* serving(send)
            yield* Effect.gen(function* () {
              // The second and the third go over a connection that is kept.
              for (let time = 0; time < 3; time++) {
                expect(yield* list).toEqual([])
                expect(yield* create).toMatchObject({ id: "p" })
              }
            }).pipe(Effect.provide(services(url, client, { answer: "1 minute" })))
          })
        )
      }
    }

    it.live("a 101 response fails the call at once, and closes the connection", () =>
      Effect.gen(function* () {
        for (const rest of ["", answer("[]")]) {
          const closed = yield* Deferred.make<void>()
          const url = yield* serving((socket) => {
            socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
            socket.write(info(101, "connection: upgrade\r\nupgrade: websocket\r\n") + rest)
          })
          const exit = yield* Effect.exit(create).pipe(
            Effect.provide(services(url, client, { tries: 3 })),
            Effect.timeout("1 minute")
          )
          expect(Exit.isFailure(exit) && exit.cause).toMatchObject({
            error: { _tag: "KaleidoscopeTransportError", attempts: 1, outcome: "unknown" }
          })
          yield* Effect.timeout(Deferred.await(closed), "1 minute")
        }
      })
    )
  })
}

describe("on own", () => {
  it.live("an informational response with LF line ends does not damage the final response", () =>
    Effect.gen(function* () {
      const url = yield* serving((socket, body) => socket.write(`HTTP/1.1 103 Wait\nlink: </x>\n\n${answer(body)}`))
      expect(yield* Effect.provide(list, services(url, clients.own))).toEqual([])
    })
  )

  it.live("the reader of late failures takes one final response, after any informational ones", () =>
    Effect.gen(function* () {
      const url = yield* serving((socket, body) => socket.write(info(103) + info(102) + answer(body)))
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Undici.Agent()),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const client = NodeHttpClient.makeUndici(agent.compose(LateFailure.interceptor))
      const response = yield* client.get(`${url}/`)
      expect([response.status, yield* response.text]).toEqual([200, "[]"])
    })
  )

  it.live("a body that looks like an informational response stays as it is", () =>
    Effect.gen(function* () {
      const text = `["${info(100, "").replaceAll("\r\n", " ")}"]`
      const url = yield* serving(async (socket) => {
        socket.write(answer(text).slice(0, -text.length))
        await pause()
        socket.write(text)
      })
      const read = Effect.flatMap(Programs.Programs, (programs) => Effect.exit(programs.list))
      for (let time = 0; time < 2; time++) {
        const exit = yield* Effect.provide(read, services(url, clients.own))
        expect(Exit.isFailure(exit) && exit.cause).toMatchObject({ error: { _tag: "KaleidoscopeDecodeError" } })
      }
    })
  )

  it.effect("endless informational responses fail the call at the response deadline", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const url = yield* serving((socket) => {
        Deferred.unsafeDone(begun, Effect.void)
        const timer = setInterval(() => socket.write(info(102)), 5)
        socket.on("close", () => {
          clearInterval(timer)
          Deferred.unsafeDone(closed, Effect.void)
        })
      })
      const fiber = yield* Effect.flip(list).pipe(
        Effect.provide(services(url, clients.own, { answer: "200 millis" })),
        Effect.fork
      )
      yield* Deferred.await(begun)
      expect(yield* withTime(fiber, "20 millis")).toMatchObject({
        _tag: "KaleidoscopeTimeoutError",
        deadline: "answer"
      })
      yield* Deferred.await(closed)
    })
  )
})
