import type { RequestListener } from "node:http"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Exports, Files, Ids, Programs } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { serve, serveRaw } from "../../../test/loopback.js"
import { afterEach, describe, expect, it, vi } from "../../../test/vitest.js"
import { clients, services } from "./support/clients.js"

const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
const entityType = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")

const content = `id,name\n${Array.from({ length: 60 }, (_, index) => `${index},Compound ${index}`).join("\n")}\n`

const compressed: ReadonlyArray<readonly [name: string, encoding: string, body: Buffer]> = [
  ["gzip", "gzip", gzipSync(content)],
  ["deflate", "deflate", deflateSync(content)],
  ["bare deflate", "deflate", deflateRawSync(content)],
  ["br", "br", brotliCompressSync(content)]
]

const asks = (accepted: string | undefined, encoding: string) =>
  (accepted ?? "").split(",").some((one) => one.trim() === encoding)

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)

/** Downloads over an old file, and says what stands there then. */
const toFile = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const files = yield* Files.Files
  const directory = yield* fileSystem.makeTempDirectoryScoped()
  yield* fileSystem.writeFileString(`${directory}/table.csv`, "the old one")
  const exit = yield* Effect.exit(files.toFile(file, { directory, name: "table.csv" }))
  return {
    exit,
    stands: yield* fileSystem.readFileString(`${directory}/table.csv`),
    left: yield* fileSystem.readDirectory(directory)
  }
}).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const failure = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : exit

afterEach(() => {
  vi.unstubAllGlobals()
})

for (const [name, client] of Object.entries(clients)) {
  const on = (url: string) => services(url, client)

  describe(`on ${name}`, () => {
    for (const [form, encoding, body] of compressed) {
      for (const obeys of [true, false]) {
        it.live(
          `a truncated file with a correct end in HTTP never replaces the old file: ${form}, ${obeys ? "if requested" : "requested or not"}`,
          () =>
            Effect.gen(function* () {
              let length = 0
              const url = yield* serve((request, response) => {
                const may = !obeys || asks(request.headers["accept-encoding"], encoding)
                const [headers, bytes] = may ? [{ "content-encoding": encoding }, body] : [{}, Buffer.from(content)]
                response.writeHead(200, { "content-type": "text/csv", ...headers })
                // What is not compressed is cut by nobody here: nobody could tell.
                response.end(may ? bytes.subarray(0, length) : bytes)
              })
              const layer = on(url)
              for (length = 0; length < body.length; length += 11) {
                const { exit, left, stands } = yield* Effect.provide(toFile, layer)
                expect([length, left]).toEqual([length, ["table.csv"]])
                if (Exit.isFailure(exit)) expect(stands).toBe("the old one")
                else expect([length, stands]).toEqual([length, content])
                if (!obeys) expect([length, exit._tag]).toEqual([length, "Failure"])
              }
              length = body.length
              const { exit, stands } = yield* Effect.provide(toFile, layer)
              // Only the client that can tell takes what was not asked for.
              if (obeys || name === "own") expect(stands).toBe(content)
              else {
                expect(failure(exit)).toMatchObject({ _tag: "KaleidoscopeDecodeError", at: "content-encoding" })
                expect(stands).toBe("the old one")
              }
            })
        )
      }
    }

    for (const [status, headers] of [
      [204, {}],
      [205, { "content-length": "0" }],
      [206, { "content-range": "bytes 0-6/100" }],
      [206, { "content-range": "bytes 5-10/11" }],
      [206, { "content-range": "bytes 0-10/*" }],
      [206, {}]
    ] as const) {
      it.live(
        `status ${status} is refused for a file, an export and a list (${Object.values(headers).join() || "no header"})`,
        () =>
          Effect.gen(function* () {
            const listener: RequestListener = (request, response) => {
              request.resume()
              response.writeHead(status, { "content-type": "text/csv", ...headers })
              response.end(status === 206 ? "id\n1\n" : undefined)
            }
            const url = yield* serve(listener)
            const { exit, left, stands } = yield* Effect.provide(toFile, on(url))
            const expected = { _tag: "KaleidoscopeUnexpectedStatus", status }
            expect(failure(exit)).toMatchObject(expected)
            expect([stands, left]).toEqual(["the old one", ["table.csv"]])
            yield* Effect.gen(function* () {
              const exports = yield* Exports.Exports
              const query = { entity_slice_id: entityType }
              expect(yield* Effect.flip(Stream.runDrain(exports.rows(query)))).toMatchObject(expected)
              expect(yield* Effect.flip(Stream.runDrain(exports.csv(query)))).toMatchObject(expected)
            }).pipe(Effect.provide(on(url)))
            // JSON tells itself whether it is whole, unless the server says that it is not.
            if (!("content-range" in headers)) return
            expect(yield* Effect.flip(Effect.provide(list, on(url)))).toMatchObject({
              ...expected,
              message: expect.stringContaining("only a part of what the request asked for")
            })
          })
      )
    }

    it.live("compressed JSON that was not requested is complete or an error", () =>
      Effect.gen(function* () {
        const body = gzipSync(JSON.stringify([{ id: "p", title: "Apollo" }]))
        let length = 0
        const url = yield* serve((_, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
          response.end(body.subarray(0, length))
        })
        for (length = 0; length < body.length; length++) {
          const exit = yield* Effect.exit(Effect.provide(list, on(url)))
          if (Exit.isSuccess(exit)) expect([length, exit.value]).toMatchObject([length, [{ title: "Apollo" }]])
        }
      })
    )
  })
}

describe("a compressed response", () => {
  const accepted = (client: (typeof clients)[keyof typeof clients]) =>
    Effect.gen(function* () {
      const seen: Array<string | undefined> = []
      const url = yield* serveRaw((socket, request) => {
        seen.push(/\r\naccept-encoding: (.*)\r\n/i.exec(request)?.[1])
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
      })
      yield* Effect.provide(list, services(url, client))
      return seen
    })

  it.live("is requested only by the client that can detect a truncated one", () =>
    Effect.gen(function* () {
      expect(yield* accepted(clients.own)).toEqual(["gzip, deflate, br"])
      expect(yield* accepted(clients.undici)).toEqual([undefined])
      expect(yield* accepted(clients.node)).toEqual([undefined])
      expect(yield* accepted(clients.fetch)).toEqual(["identity"])
    })
  )
})

it.live("a browser, which requests compression itself, gets complete files", () =>
  Effect.gen(function* () {
    vi.stubGlobal("document", {})
    const url = yield* serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" })
      response.end(gzipSync(content))
    })
    const { stands } = yield* Effect.provide(toFile, services(url, clients.fetch))
    expect(stands).toBe(content)
  })
)
