import type { ServerResponse } from "node:http"
import type * as HttpClient from "@effect/platform/HttpClient"
import {
  Auth,
  Exports,
  Ids,
  Imports,
  type KaleidoscopeError,
  Programs,
  Records,
  RequestPolicy,
  Workspace
} from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"

const compound = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")
const importId = Ids.ImportId.make("6f1c4b43-0f0c-4e0d-8f6e-51a0b7b6a1d2")
const recordId = (nth: number) => Ids.RecordId.make(`00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`)

const on = (url: string, client: Layer.Layer<HttpClient.HttpClient>, settings: Auth.Settings = {}) =>
  Layer.mergeAll(Exports.layer, Imports.layer, Programs.layer, Records.layer, Workspace.layer).pipe(
    Layer.provide(RequestPolicy.layer({ tries: 1 })),
    Layer.provide(Auth.layerToken({ token: Redacted.make("the-access-token"), url, ...settings })),
    Layer.provide(client)
  )

const json = (response: ServerResponse, body: unknown) => {
  response.writeHead(200, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

/** What can be interrupted, each with a request of its own kind. */
const calls: ReadonlyArray<
  readonly [
    what: string,
    call: Effect.Effect<
      unknown,
      KaleidoscopeError.KaleidoscopeError,
      Imports.Imports | Programs.Programs | Records.Records | Workspace.Workspace
    >
  ]
> = [
  [
    "a call under a policy of its own",
    Effect.flatMap(Programs.Programs, (programs) => programs.list).pipe(RequestPolicy.withPolicy({ silence: "1 hour" }))
  ],
  ["a record asked for in a batch", Effect.flatMap(Records.Records, (records) => records.get(recordId(1)))],
  ["a poller", Effect.flatMap(Imports.Imports, (imports) => imports.await(importId))],
  ["a stream", Effect.flatMap(Workspace.Workspace, (workspace) => Stream.runDrain(workspace.streamEvents()))]
]

for (const [name, client] of Object.entries(Loopback.clients)) {
  describe(`on ${name}`, () => {
    it.live("exports up to the concurrency limit can be read with a call for each row", () =>
      Effect.gen(function* () {
        const exports: Array<ServerResponse> = []
        const url = yield* Loopback.serve((request, response) => {
          const path = new URL(request.url ?? "", "http://here").pathname
          if (path !== "/records/export/csv") {
            json(response, { id: path.slice("/records/".length) })
            return
          }
          response.writeHead(200, { "content-type": "text/csv" })
          exports.push(response)
          // No row before both are open, nor an end before both have been read: they hold what they hold at the same time.
          if (exports.length === 2) {
            for (const one of exports) one.write(`id\n${[1, 2, 3].map(recordId).join("\n")}\n`)
            setTimeout(() => {
              for (const one of exports) one.end(`${recordId(4)}\n`)
            }, 50)
          }
        })
        const counts = yield* Effect.gen(function* () {
          const { rows } = yield* Exports.Exports
          const records = yield* Records.Records
          const read = rows({ entity_slice_id: compound }).pipe(
            Stream.mapEffect((row) => records.get(Ids.RecordId.make(row["id"] ?? ""))),
            Stream.runCount
          )
          return yield* Effect.all([read, read], { concurrency: 2 })
        }).pipe(Effect.timeout("2 minutes"), Effect.provide(on(url, client, { concurrency: 2 })))
        expect(counts).toEqual([4, 4])
      })
    )

    for (const [where, begin] of [
      ["before a response", () => undefined],
      [
        "within a body",
        (response: ServerResponse) => {
          response.writeHead(200, { "content-type": "application/json" })
          response.write("[")
        }
      ]
    ] as const) {
      for (const [what, call] of calls) {
        it.live(`${what} that is interrupted ${where} closes its connection at once, and sends no more requests`, () =>
          Effect.gen(function* () {
            const began = yield* Deferred.make<void>()
            const closed = yield* Deferred.make<void>()
            let requests = 0
            const url = yield* Loopback.serve((_, response) => {
              requests++
              begin(response)
              response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
              setTimeout(() => Deferred.unsafeDone(began, Effect.void), 20)
            })
            yield* Effect.gen(function* () {
              const fiber = yield* Effect.fork(call)
              yield* Deferred.await(began)
              expect(yield* Deferred.isDone(closed)).toBe(false)
              expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
              yield* Effect.timeout(Deferred.await(closed), "1 minute")
              yield* Effect.sleep(50)
              expect(requests).toBe(1)
            }).pipe(Effect.provide(on(url, client)))
          })
        )
      }
    }

    it.live("a stream that is not read to its end closes its connection at once", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(200, { "content-type": "text/csv" })
          response.write("id\nC-1\nC-2\n")
          response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
        })
        yield* Effect.gen(function* () {
          const exports = yield* Exports.Exports
          const first = yield* Stream.runHead(exports.rows({ entity_slice_id: compound }))
          assert(first._tag === "Some")
          expect(first.value).toEqual({ id: "C-1" })
          yield* Effect.timeout(Deferred.await(closed), "1 minute")
        }).pipe(Effect.provide(on(url, client)))
      })
    )
  })
}
