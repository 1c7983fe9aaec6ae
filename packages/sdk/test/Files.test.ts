import type { RequestListener } from "node:http"
import type { Socket } from "node:net"
import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Files, Ids, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { withTime } from "../../../test/time.js"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"

const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
const activity = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")

/** The services against a server, each call tried once. */
const on = (url: string, client: Layer.Layer<HttpClient.HttpClient>) =>
  Layer.merge(Files.layer, Programs.layer).pipe(
    Layer.provide(RequestPolicy.layer({ tries: 1 })),
    Layer.provideMerge(Loopback.live(url, client)),
    Layer.provideMerge(NodeContext.layer)
  )

const download = Stream.unwrap(Effect.map(Files.Files, (files) => files.download(file)))

const joined = (chunks: Chunk.Chunk<Uint8Array>) => Buffer.concat(Chunk.toReadonlyArray(chunks)).toString("latin1")

const content = "0123456789"

const forms = {
  "of known length": { head: `Content-Length: ${content.length}`, body: content },
  "in chunks": { head: "Transfer-Encoding: chunked", body: `4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n` }
} as const

const sized: RequestListener = (_, response) => {
  response.writeHead(200, { "content-length": content.length })
  response.end(content)
}

for (const [name, client] of Object.entries(Loopback.clients)) {
  describe(`on ${name}`, () => {
    it.live("downloads a complete file", () =>
      Effect.gen(function* () {
        const requests: Array<string | undefined> = []
        const large = Buffer.alloc(3_000_001, "kaleidoscope")
        const url = yield* Loopback.serve((request, response) => {
          requests.push(request.url)
          response.writeHead(200, { "content-type": "chemical/x-mdl-sdfile" })
          response.end(large)
        })
        const [bytes, onActivity] = yield* Effect.gen(function* () {
          const files = yield* Files.Files
          return [
            yield* Stream.runCollect(files.download(file)),
            yield* Stream.runCollect(files.download(file, { activity }))
          ] as const
        }).pipe(Effect.provide(on(url, client)))
        expect(requests).toEqual([`/files/${file}`, `/activities/${activity}/file/${file}`])
        expect(joined(bytes) === large.toString("latin1")).toBe(true)
        expect(joined(onActivity) === large.toString("latin1")).toBe(true)
      })
    )

    for (const [form, { body, head }] of Object.entries(forms)) {
      for (const [way, break_] of [
        ["ends", (socket: Socket) => socket.end()],
        ["is reset", (socket: Socket) => socket.resetAndDestroy()]
      ] as const) {
        for (const pause of ["at once", "later"]) {
          it.live(`fails if the connection of a body ${form} ${way} ${pause}, at any byte`, () =>
            Effect.gen(function* () {
              let cut = 0
              const url = yield* Loopback.serveRaw((socket) => {
                const answer = `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body.slice(0, cut)}`
                socket.write(answer, () => {
                  if (pause === "at once") break_(socket)
                  else setTimeout(() => break_(socket), 5)
                })
              })
              yield* Effect.gen(function* () {
                for (cut = 0; cut < body.length; cut++) {
                  const outcome = yield* Effect.either(Stream.runCollect(download))
                  expect([cut, outcome]).toMatchObject([
                    cut,
                    {
                      _tag: "Left",
                      left: {
                        _tag: "KaleidoscopeTransportError",
                        call: "Files.download",
                        pathTemplate: "/files/{file_id}",
                        path: `/files/${file}`,
                        attempts: 1,
                        outcome: "none"
                      }
                    }
                  ])
                }
                expect(joined(yield* Stream.runCollect(download))).toBe(content)
              }).pipe(Effect.provide(on(url, client)))
            })
          )
        }
      }
    }

    it.live("fails if the connection breaks while the reader is busy", () =>
      Effect.gen(function* () {
        const broken = yield* Deferred.make<void>()
        const url = yield* Loopback.serveRaw((socket) => {
          socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n")
          socket.on("close", () => Deferred.unsafeDone(broken, Effect.void))
          setTimeout(() => socket.resetAndDestroy(), 10)
        })
        const failure = yield* download.pipe(
          Stream.tap(() => Effect.zipRight(Deferred.await(broken), Effect.sleep(30))),
          Stream.runDrain,
          Effect.flip,
          Effect.provide(on(url, client))
        )
        expect(failure).toMatchObject({ _tag: "KaleidoscopeTransportError" })
      })
    )

    it.live("releases the permit after the headers, and closes the connection with the stream", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const url = yield* Loopback.serve((request, response) => {
          if (request.url === "/programs") {
            response.writeHead(200, { "content-type": "application/json" })
            response.end("[]")
            return
          }
          response.writeHead(200)
          response.write("some")
          response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
        })
        const first = yield* Effect.gen(function* () {
          const programs = yield* Programs.Programs
          return yield* download.pipe(
            Stream.tap(() => programs.list),
            Stream.runHead
          )
        }).pipe(Effect.provide(on(url, client)))
        assert(first._tag === "Some")
        yield* Deferred.await(closed)
      })
    )

    it.effect("fails if the server is silent for too long, but not if the reader is slow", () =>
      Effect.gen(function* () {
        const read = yield* Deferred.make<void>()
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(200)
          response.write("some")
        })
        let seen = 0
        const fiber = yield* download.pipe(
          Stream.tap(() =>
            Effect.sync(() => {
              seen++
            }).pipe(Effect.zipRight(TestClock.adjust("2 minutes")), Effect.zipRight(Deferred.succeed(read, undefined)))
          ),
          Stream.runDrain,
          RequestPolicy.withPolicy({ silence: "1 minute" }),
          Effect.flip,
          Effect.provide(on(url, client)),
          Effect.fork
        )
        yield* Deferred.await(read)
        const failure = yield* withTime(fiber, "10 seconds")
        expect(seen).toBe(1)
        expect(failure).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "silence", call: "Files.download" })
      })
    )

    it.live("writes a file", () =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const directory = yield* fileSystem.makeTempDirectoryScoped()
        const large = Buffer.alloc(3_000_001, "kaleidoscope")
        const url = yield* Loopback.serve((_, response) => response.end(large))
        const path = yield* Effect.flatMap(Files.Files, (files) =>
          files.toFile(file, { directory, name: "../../plate 7.csv" })
        ).pipe(Effect.provide(on(url, client)))
        expect(path).toBe(`${directory}/plate 7.csv`)
        expect(large.equals(yield* fileSystem.readFile(path))).toBe(true)
        expect(yield* fileSystem.readDirectory(directory)).toEqual(["plate 7.csv"])
      }).pipe(Effect.provide(NodeContext.layer))
    )

    it.live("keeps the old file, and leaves no other, if the connection breaks", () =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const directory = yield* fileSystem.makeTempDirectoryScoped()
        yield* fileSystem.writeFileString(`${directory}/a.csv`, "old")
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(200, { "content-length": 5_000_000 })
          response.write(Buffer.alloc(3_000_000), () => response.destroy())
        })
        const failure = yield* Effect.flatMap(Files.Files, (files) =>
          files.toFile(file, { directory, name: "a.csv" })
        ).pipe(Effect.flip, Effect.provide(on(url, client)))
        expect(failure).toMatchObject({ _tag: "KaleidoscopeTransportError", call: "Files.toFile" })
        expect(yield* fileSystem.readDirectory(directory)).toEqual(["a.csv"])
        expect(yield* fileSystem.readFileString(`${directory}/a.csv`)).toBe("old")
      }).pipe(Effect.provide(NodeContext.layer))
    )

    it.live("keeps the old file, and leaves no other, if the download is interrupted", () =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const directory = yield* fileSystem.makeTempDirectoryScoped()
        yield* fileSystem.writeFileString(`${directory}/a.csv`, "old")
        const closed = yield* Deferred.make<void>()
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(200)
          response.write(Buffer.alloc(3_000_000))
          response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
        })
        const fiber = yield* Effect.flatMap(Files.Files, (files) =>
          files.toFile(file, { directory, name: "a.csv" })
        ).pipe(Effect.provide(on(url, client)), Effect.fork)
        yield* Effect.repeat(fileSystem.readDirectory(directory), {
          until: (names) => names.length > 1
        })
        yield* Effect.sleep(50)
        const exit = yield* Fiber.interrupt(fiber)
        expect(Exit.isInterrupted(exit)).toBe(true)
        yield* Deferred.await(closed)
        expect(yield* fileSystem.readDirectory(directory)).toEqual(["a.csv"])
        expect(yield* fileSystem.readFileString(`${directory}/a.csv`)).toBe("old")
      }).pipe(Effect.provide(NodeContext.layer))
    )
  })
}

describe("a failure of the disk", () => {
  const client = Loopback.clients.undici

  it.live("is a PlatformError, and a missing directory sends no request", () =>
    Effect.gen(function* () {
      let asked = 0
      const url = yield* Loopback.serve((request, response) => {
        asked++
        sized(request, response)
      })
      const failure = yield* Effect.flatMap(Files.Files, (files) =>
        files.toFile(file, { directory: "/there/is/no/such/directory", name: "a.csv" })
      ).pipe(Effect.flip, Effect.provide(on(url, client)))
      expect(failure).toMatchObject({ _tag: "SystemError", reason: "NotFound" })
      expect(asked).toBe(0)
    })
  )

  it.live("by a power cut leaves no partial file: bytes are synced before the rename", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const url = yield* Loopback.serve(sized)
      const steps: Array<string> = []
      const noting = Layer.succeed(FileSystem.FileSystem, {
        ...fileSystem,
        rename: (from, to) =>
          Effect.zipRight(
            Effect.sync(() => steps.push("rename")),
            fileSystem.rename(from, to)
          ),
        open: (path, options) =>
          Effect.map(fileSystem.open(path, options), (opened) => {
            const note = <A, E>(step: string, self: Effect.Effect<A, E>) =>
              Effect.zipLeft(
                self,
                Effect.sync(() => steps.push(step))
              )
            const writeAll: FileSystem.File["writeAll"] = (bytes) => note("write", opened.writeAll(bytes))
            const sync = note("sync", opened.sync)
            return new Proxy(opened, {
              get: (file, key) => (key === "writeAll" ? writeAll : key === "sync" ? sync : Reflect.get(file, key, file))
            })
          })
      })
      yield* Effect.flatMap(Files.Files, (files) => files.toFile(file, { directory, name: "a.csv" })).pipe(
        Effect.provide(noting),
        Effect.provide(on(url, client))
      )
      expect(steps).toEqual(["write", "sync", "rename"])
      expect(yield* fileSystem.readFileString(`${directory}/a.csv`)).toBe(content)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  /** Downloads 70 MB into a file with this `sync`. Gives the exit of the download, and the files of the directory. */
  const downloadWith = (sync: (opened: FileSystem.File) => FileSystem.File["sync"]) =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const url = yield* Loopback.serve((_, response) => response.end(Buffer.alloc(70_000_000)))
      const changed = Layer.succeed(FileSystem.FileSystem, {
        ...fileSystem,
        open: (path, options) =>
          Effect.map(fileSystem.open(path, options), (opened) => {
            const changed = sync(opened)
            return new Proxy(opened, {
              get: (file, key) => (key === "sync" ? changed : Reflect.get(file, key, file))
            })
          })
      })
      const exit = yield* Effect.flatMap(Files.Files, (files) => files.toFile(file, { directory, name: "a.bin" })).pipe(
        Effect.provide(changed),
        Effect.provide(on(url, client)),
        Effect.exit
      )
      return { exit, files: yield* fileSystem.readDirectory(directory) }
    }).pipe(Effect.provide(NodeContext.layer))

  it.live("is found early in a large file: it is synced while it still arrives", () =>
    Effect.gen(function* () {
      let syncs = 0
      const { exit, files } = yield* downloadWith((opened) =>
        Effect.zipRight(
          Effect.sync(() => syncs++),
          opened.sync
        )
      )
      expect(exit._tag).toBe("Success")
      expect(files).toEqual(["a.bin"])
      expect(syncs).toBeGreaterThan(1)
    })
  )

  it.live("that fails while a large file still arrives fails the download, and leaves no file", () =>
    Effect.gen(function* () {
      let isFirst = true
      const { exit, files } = yield* downloadWith((opened) =>
        Effect.suspend(() => {
          const failure = new SystemError({ module: "FileSystem", method: "sync", reason: "Unknown" })
          const fails = isFirst
          isFirst = false
          return fails ? Effect.fail(failure) : opened.sync
        })
      )
      expect(exit).toMatchObject({ _tag: "Failure", cause: { error: { _tag: "SystemError", method: "sync" } } })
      expect(files).toEqual([])
    })
  )

  it.live("that is full fails the download, and leaves no file", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const url = yield* Loopback.serve((_, response) => response.end(Buffer.alloc(3_000_000)))
      const full = Layer.succeed(FileSystem.FileSystem, {
        ...fileSystem,
        open: (path, options) =>
          Effect.map(fileSystem.open(path, options), (opened) => {
            let room = 2
            const writeAll: FileSystem.File["writeAll"] = (bytes) =>
              room-- > 0
                ? opened.writeAll(bytes)
                : Effect.fail(new SystemError({ module: "FileSystem", method: "writeAll", reason: "Unknown" }))
            return new Proxy(opened, {
              get: (file, key) => (key === "writeAll" ? writeAll : Reflect.get(file, key, file))
            })
          })
      })
      const failure = yield* Effect.flatMap(Files.Files, (files) =>
        files.toFile(file, { directory, name: "a.csv" })
      ).pipe(Effect.flip, Effect.provide(full), Effect.provide(on(url, client)))
      expect(failure).toMatchObject({ _tag: "SystemError", method: "writeAll" })
      expect(yield* fileSystem.readDirectory(directory)).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("safeName", () => {
  for (const [given, safe] of [
    ["../../etc/passwd", "passwd"],
    ["C:\\x", "x"],
    ["C:", "C_"],
    [".", "file"],
    ["..", "file"],
    ["", "file"],
    ["/", "file"],
    ["a/..", "a"],
    [" ", "file"],
    [".bashrc", "bashrc"],
    ["a\0b.csv", "a_b.csv"],
    ["a\r\nb.csv", "a__b.csv"],
    ["file.csv. . ", "file.csv"],
    ["\u202Efdp.exe", "_fdp.exe"],
    ["\uD800.csv", "_.csv"],
    ["NUL", "_NUL"],
    ["nul.txt", "_nul.txt"],
    ["com1.tar.gz", "_com1.tar.gz"],
    ["COM¹", "_COM¹"],
    ["console.txt", "console.txt"],
    ["a:b.csv", "a_b.csv"],
    ["rep é.pdf", "rep é.pdf"],
    ["plate 7 (final).xlsx", "plate 7 (final).xlsx"],
    [`${"a".repeat(300)}.csv`, `${"a".repeat(251)}.csv`],
    [`${"é".repeat(300)}.csv`, `${"é".repeat(125)}.csv`],
    [`${"🧪".repeat(100)}`, "🧪".repeat(63)],
    [`a.${"b".repeat(300)}`, `a.${"b".repeat(253)}`]
  ] as const) {
    it(`changes ${JSON.stringify(given.slice(0, 30))} to ${JSON.stringify(safe.slice(0, 30))}`, () => {
      expect(Files.safeName(given)).toBe(safe)
    })
  }

  it.prop(
    "never leaves the directory, and keeps safe names",
    [
      FastCheck.oneof(
        FastCheck.string({ unit: "binary", maxLength: 400, size: "max" }),
        FastCheck.string({
          unit: FastCheck.constantFrom(".", "/", "\\", " ", "a", ":", "\0", "é", "\uD83E"),
          maxLength: 20
        }),
        FastCheck.constantFrom("con", "prn", "aux", "nul", "com3", "lpt9").chain((name) =>
          FastCheck.string({ maxLength: 3 }).map((rest) => name + rest)
        )
      )
    ],
    ([name]) => {
      const safe = Files.safeName(name)
      expect(safe).not.toMatch(/[/\\\p{Cc}<>:"|?*]|^[. ]|[. ]$|^$/u)
      expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
      expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(255)
      expect(new TextDecoder().decode(new TextEncoder().encode(safe))).toBe(safe)
      expect(Files.safeName(safe)).toBe(safe)
    },
    { fastCheck: { numRuns: 1000 } }
  )
})
