import { gunzipSync, inflateSync } from "node:zlib"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Emulator, Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, onSocket, send, signIn, ways } from "./support/client.js"

const titlesOf = (workspace: Workspace.Workspace) => workspace.programs.map((program) => program.title)

const titles = Effect.flatMap(Emulator.Emulator, (emulator) => Effect.map(emulator.state, titlesOf))

const create = (title: string) => call("POST", "/programs", { json: { title } })

describe("latency", () => {
  it.effect("delays each response, by the Clock", () =>
    Effect.gen(function* () {
      const answer = yield* Effect.fork(send("GET", "/programs"))
      yield* TestClock.adjust("249 millis")
      expect(Option.isNone(yield* Fiber.poll(answer))).toBe(true)
      yield* TestClock.adjust("1 millis")
      expect((yield* Fiber.join(answer)).status).toBe(401)
    }).pipe(Effect.provide(Emulator.layer({ latency: "250 millis" })))
  )
})

for (const way of ways) {
  describe(`the limit of requests, ${way.name}`, () => {
    it.live("accepts a number of requests, and tells the others when to retry", () =>
      Effect.gen(function* () {
        const statuses = yield* Effect.forEach([1, 2, 3], () => send("GET", "/programs"))
        expect(statuses.map((answer) => answer.status)).toEqual([401, 401, 429])
        expect(statuses[2]?.json).toEqual({ code: "RATE_LIMITED", message: expect.any(String) })
        const wait = Number(statuses[2]?.headers["retry-after"])
        expect(wait).toBeGreaterThan(0)
        expect(wait).toBeLessThanOrEqual(60)
      }).pipe(Effect.provide(way.make({ rateLimit: { limit: 2, window: "1 minute" } })))
    )
  })
}

for (const way of ways) {
  it.live(`bodies over the limit are refused, ${way.name}`, () =>
    Effect.gen(function* () {
      const refusal = yield* create("x".repeat(1000))
      expect(refusal.status).toBe(413)
      expect(refusal.json).toEqual({ code: "PAYLOAD_TOO_LARGE", message: expect.stringContaining("500 bytes") })
      expect((yield* create("x".repeat(100_000))).status).toBe(413)
      expect((yield* create("x".repeat(400))).status).toBe(201)
      expect((yield* titles).map((title) => title.length)).toEqual([400])
    }).pipe(Effect.provide(way.make({ seed: "empty", bodyLimit: 500 })))
  )
}

it.live("bodies over the limit are refused on a socket, also without Content-Length", () =>
  Effect.gen(function* () {
    const { url } = yield* Emulator.Emulator
    const post = (size: number) =>
      HttpClient.post(`${url}/programs`, {
        body: HttpBody.stream(
          Stream.repeatValue(new Uint8Array(100)).pipe(Stream.rechunk(1), Stream.take(size / 100)),
          "application/json"
        )
      })
    expect((yield* post(500)).status).toBe(401)
    expect((yield* post(600)).status).toBe(413)
    expect((yield* post(1_000_000)).status).toBe(413)
  }).pipe(Effect.provide(NodeHttpClient.layerUndici), Effect.provide(onSocket.make({ bodyLimit: 500 })))
)

describe("the limit of requests", () => {
  it.effect("starts again when the window ends", () =>
    Effect.gen(function* () {
      const status = Effect.map(send("GET", "/programs"), (answer) => [answer.status, answer.headers["retry-after"]])
      expect(yield* status).toEqual([401, undefined])
      yield* TestClock.adjust("7500 millis")
      expect(yield* status).toEqual([429, "3"])
      yield* TestClock.adjust("2500 millis")
      expect(yield* status).toEqual([401, undefined])
    }).pipe(Effect.provide(Emulator.layer({ rateLimit: { limit: 1, window: "10 seconds" } })))
  )
})

describe("the state", () => {
  it.effect("is saved after changes, at most once per second, and at the end", () =>
    Effect.gen(function* () {
      const saved: Array<ReadonlyArray<string>> = []
      let isBroken = false
      const state: Emulator.KeptState = {
        initial: Option.some({ ...Workspace.empty, programs: Workspace.demo.programs.slice(0, 1) }),
        save: (workspace) =>
          Effect.suspend(() =>
            isBroken ? Effect.die("the disk is full") : Effect.sync(() => saved.push(titlesOf(workspace)))
          )
      }
      const first = titlesOf(Workspace.demo)[0]
      yield* Effect.gen(function* () {
        yield* TestClock.adjust("1 minute")
        expect(saved).toEqual([])
        yield* create("a")
        yield* create("b")
        yield* TestClock.adjust("999 millis")
        expect(saved).toEqual([])
        yield* TestClock.adjust("1 millis")
        expect(saved).toEqual([[first, "a", "b"]])
        isBroken = true
        yield* create("c")
        yield* TestClock.adjust("10 seconds")
        expect(saved.length).toBe(1)
        isBroken = false
        yield* TestClock.adjust("10 seconds")
        expect(saved.slice(1)).toEqual([[first, "a", "b", "c"]])
        yield* create("d")
      }).pipe(Effect.provide(Emulator.layer({ state })), Logger.withMinimumLogLevel(LogLevel.None))
      expect(saved.slice(2)).toEqual([[first, "a", "b", "c", "d"]])
    })
  )
})

describe("the state file", () => {
  /** An emulator that keeps its state there. */
  const run = <A, E>(path: string, effect: Effect.Effect<A, E, Emulator.Emulator | HttpClient.HttpClient>) =>
    Effect.scoped(
      Effect.flatMap(Emulator.stateFile(path), (state) =>
        Effect.provide(effect, Emulator.layer({ seed: "empty", state }))
      )
    )

  const inDirectory = Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.makeTempDirectoryScoped())

  it.effect("keeps what was written for the next run, and a reset forgets it", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      const path = `${directory}/state.json`
      yield* run(path, create("first"))
      yield* run(path, create("second"))
      expect(yield* run(path, titles)).toEqual(["first", "second"])
      yield* run(
        path,
        Effect.flatMap(Emulator.Emulator, (emulator) => emulator.reset)
      )
      expect(yield* run(path, titles)).toEqual([])
      const fileSystem = yield* FileSystem.FileSystem
      expect(yield* fileSystem.readDirectory(directory)).toEqual(["state.json"])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("keeps the whole sample", () =>
    Effect.gen(function* () {
      const path = `${yield* inDirectory}/state.json`
      yield* Effect.scoped(
        Effect.gen(function* () {
          const state = yield* Emulator.stateFile(path)
          expect(state.initial).toEqual(Option.none())
          yield* state.save(Workspace.demo)
        })
      )
      const again = yield* Emulator.stateFile(path)
      expect(Option.getOrThrow(again.initial)).toEqual(Workspace.demo)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("refuses a file without a workspace, and does not change it", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = `${yield* inDirectory}/state.json`
      for (const [text, place] of [
        ["{", "JSON"],
        [JSON.stringify({ ...Workspace.empty, programs: [{ id: 1 }] }), "programs.0"]
      ] as const) {
        yield* fileSystem.writeFileString(path, text)
        const failure = yield* Effect.flip(run(path, create("first")))
        expect(failure).toBeInstanceOf(Emulator.InvalidWorkspace)
        expect(failure.message).toContain(path)
        expect(failure.message).toContain(place)
        expect(yield* fileSystem.readFileString(path)).toBe(text)
      }
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("fails at the start if the file cannot be written", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(run(`${yield* inDirectory}/nowhere/state.json`, create("first")))
      expect(failure).toMatchObject({ _tag: "SystemError", reason: "NotFound" })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("compression", () => {
  /** The bytes as they came. */
  const get = (path: string, acceptEncoding: string | undefined) =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const client = yield* HttpClient.HttpClient
      const token = yield* signIn
      const response = yield* client.get(`${emulator.url}${path}`, {
        headers: {
          "x-kal-authorization": `Bearer ${token}`,
          ...(acceptEncoding === undefined ? {} : { "accept-encoding": acceptEncoding })
        }
      })
      return { headers: response.headers, bytes: new Uint8Array(yield* response.arrayBuffer) }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici)) // it neither asks for gzip nor decodes it

  const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

  it.live("is for clients that ask for it", () =>
    Effect.gen(function* () {
      const plain = yield* get("/workspaces/events", undefined)
      expect(plain.headers["content-encoding"]).toBeUndefined()
      expect(plain.headers["vary"]).toBe("accept-encoding")
      const expected = parse(plain.bytes)
      expect(listAt(expected).length).toBeGreaterThan(1)
      for (const [accepted, encoding, decode] of [
        ["gzip, deflate, br", "gzip", gunzipSync],
        ["deflate", "deflate", inflateSync],
        ["gzip;q=0.2, deflate;q=0.8", "deflate", inflateSync],
        ["*", "gzip", gunzipSync]
      ] as const) {
        const answer = yield* get("/workspaces/events", accepted)
        expect([accepted, answer.headers["content-encoding"]]).toEqual([accepted, encoding])
        expect(Number(answer.headers["content-length"])).toBe(answer.bytes.length)
        expect(answer.bytes.length).toBeLessThan(plain.bytes.length / 2)
        expect(parse(decode(answer.bytes))).toEqual(expected)
      }
      for (const accepted of ["identity", "gzip;q=0", "br", ""]) {
        const answer = yield* get("/workspaces/events", accepted)
        expect(answer.headers["content-encoding"]).toBeUndefined()
        expect(parse(answer.bytes)).toEqual(expected)
      }
    }).pipe(Effect.provide(onSocket.make()))
  )

  it.live("does not compress small responses", () =>
    Effect.gen(function* () {
      const answer = yield* get("/workspaces/active", "gzip")
      expect(answer.headers["content-encoding"]).toBeUndefined()
    }).pipe(Effect.provide(onSocket.make()))
  )

  it.live("is decoded by clients that support it", () =>
    Effect.gen(function* () {
      const answer = yield* call("GET", "/workspaces/events")
      expect(answer.headers["content-encoding"]).toBe("gzip")
      expect(at(answer.json, 0, "id")).toEqual(expect.any(String))
    }).pipe(Effect.provide(onSocket.make()))
  )

  it.live("happens before a response is damaged", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const token = yield* signIn
      const client = yield* HttpClient.HttpClient
      const response = yield* client.get(`${emulator.url}/workspaces/events`, {
        headers: { "x-kal-authorization": `Bearer ${token}`, "accept-encoding": "gzip" }
      })
      const chunks: Array<Uint8Array> = []
      const end = yield* Effect.exit(
        Stream.runForEach(response.stream, (chunk) => Effect.sync(() => chunks.push(chunk)))
      )
      expect(Exit.isFailure(end)).toBe(true)
      expect(response.headers["content-encoding"]).toBe("gzip")
      expect(Buffer.concat(chunks).length).toBe(100)
      expect(() => gunzipSync(Buffer.concat(chunks))).toThrow("unexpected end of file")
    }).pipe(
      Effect.provide(NodeHttpClient.layerUndici),
      Effect.provide(
        onSocket.make({ faults: [Faults.on({ path: "/workspaces/events" }, Faults.truncateBody({ after: 100 }))] })
      )
    )
  )
})
