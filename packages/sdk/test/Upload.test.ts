import { createHash } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { Upload } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { afterEach } from "vitest"
import { selfSigned, serveTls } from "../../../test/tls.js"
import { assert, describe, expect, it, vi } from "../../../test/vitest.js"
import * as Multipart from "../src/internal/files/multipart.js"
import * as Api from "../src/internal/request/api.js"
import * as Call from "../src/internal/request/call.js"
import * as Errors from "../src/internal/request/errors.js"
import * as Method from "../src/internal/request/method.js"
import * as Loopback from "./support/loopback.js"

interface Got {
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
  readonly complete: boolean
}

const answer = (response: ServerResponse, status: number) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end("{}")
}

/** A server that keeps what it gets, and answers these statuses, the last one again and again. */
const recorder = (...statuses: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const got: Array<Got> = []
    const begun = yield* Deferred.make<void>()
    const ended = yield* Deferred.make<void>()
    const url = yield* Loopback.serve((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        Deferred.unsafeDone(begun, Effect.void)
      })
      request.on("error", () => undefined)
      request.on("close", () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks), complete: request.complete })
        Deferred.unsafeDone(ended, Effect.void)
      })
      request.on("end", () => answer(response, statuses[got.length] ?? statuses.at(-1) ?? 200))
    })
    return { url, got, begun: Deferred.await(begun), ended: Deferred.await(ended) }
  })

/** An upload as a service makes it. */
const send = <E, R>(
  url: string,
  client: Layer.Layer<HttpClient.HttpClient>,
  upload: Upload.Upload<E, R>,
  body?: unknown,
  repeatable = true
) =>
  Effect.flatMap(Api.make, (api) =>
    Multipart.send(upload, body, (form) =>
      api.send(
        Call.write("Test.upload", "POST /file", {
          ...Call.noResult,
          errors: Errors.write,
          repeat: repeatable ? "always" : "never",
          because: "it is a test",
          known: "guessed"
        }),
        {},
        form
      )
    ).pipe(Method.withSpan("Test.upload"))
  ).pipe(Effect.provide(Loopback.live(url, client)))

/** The parts of a form, as undici reads them. */
const parts = ({ body, headers }: Got) =>
  Effect.promise(() =>
    new Response(new Uint8Array(body), { headers: { "content-type": headers["content-type"] ?? "" } }).formData()
  )

const fileOf = (form: FormData) => {
  const file = form.get("file")
  assert(file instanceof File)
  return file
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

afterEach(() => {
  vi.restoreAllMocks()
})

/** The bytes of the file in a form, as they arrived. */
const fileIn = ({ body }: Got, length: number) => {
  const before = "application/octet-stream\r\n\r\n"
  const start = body.indexOf(before) + before.length
  return body.subarray(start, start + length)
}

const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 2654435761) >>> 13)

for (const [name, client] of Object.entries(Loopback.clients)) {
  describe(`on ${name}`, () => {
    const large = noise(1_000_003)

    const sources: ReadonlyArray<
      readonly [string, (file: string) => Upload.Upload<unknown, FileSystem.FileSystem>, known: boolean]
    > = [
      ["bytes", () => Upload.bytes(large, { name: "a.sdf" }), true],
      ["a path", (file) => Upload.path(file, { name: "a.sdf" }), true],
      ["a stream", () => Upload.stream(Stream.make(large.subarray(0, 3), large.subarray(3)), { name: "a.sdf" }), false],
      [
        "a stream of known size",
        () =>
          Upload.stream(Stream.make(large.subarray(0, 3), large.subarray(3)), { name: "a.sdf", size: large.length }),
        true
      ],
      ["a blob", () => Upload.blob(new Blob([large]), { name: "a.sdf" }), true],
      ["a web file", () => Upload.blob(new File([large], "a.sdf")), true]
    ]

    for (const [source, make, known] of sources) {
      it.live(`sends ${source}, and repeats it from the start`, () =>
        Effect.gen(function* () {
          const fileSystem = yield* FileSystem.FileSystem
          const file = yield* fileSystem.makeTempFileScoped()
          yield* fileSystem.writeFile(file, large)
          const { got, url } = yield* recorder(500, 200)

          yield* send(url, client, make(file), { field_id: "f", note: "größer\r\n--" })

          expect(got.map(({ complete }) => complete)).toEqual([true, true])
          for (const one of got) {
            expect(one.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=[\w-]+$/)
            // fetch writes its own headers, and no length for a stream.
            if (name !== "fetch" && known) expect(one.headers["content-length"]).toBe(String(one.body.length))
            else expect(one.headers["transfer-encoding"]).toBe("chunked")
            const form = yield* parts(one)
            expect([...form.keys()]).toEqual(["body", "file"])
            expect(form.get("body")).toBe(JSON.stringify({ field_id: "f", note: "größer\r\n--" }))
            const sent = fileOf(form)
            expect([sent.name, sent.type]).toEqual(["a.sdf", "chemical/x-mdl-sdfile"])
            expect(digest(new Uint8Array(yield* Effect.promise(() => sent.arrayBuffer())))).toBe(digest(large))
          }
        }).pipe(Effect.provide(NodeFileSystem.layer))
      )
    }

    it.live("sends an empty file", () =>
      Effect.gen(function* () {
        const { got, url } = yield* recorder(200)
        yield* send(url, client, Upload.bytes("", { name: "empty.csv" }))
        const [one] = got
        assert(one !== undefined)
        const form = yield* parts(one)
        expect([...form.keys()]).toEqual(["file"])
        expect(fileOf(form)).toMatchObject({ name: "empty.csv", type: "text/csv", size: 0 })
      })
    )

    it.live("fails at once with the error of the stream, and the server gets no complete form", () =>
      Effect.gen(function* () {
        const { begun, ended, got, url } = yield* recorder(200)
        const failing = Stream.concat(
          Stream.succeed(noise(300_000)),
          Stream.fromEffect(Effect.zipRight(begun, Effect.fail("the instrument is off" as const)))
        )
        const failure = yield* Effect.flip(send(url, client, Upload.stream(failing, { name: "a.raw" })))
        expect(failure).toBe("the instrument is off")
        yield* ended
        expect(got.map(({ complete }) => complete)).toEqual([false])
      })
    )

    for (const [change, size] of [
      ["shrinks", 300_001],
      ["grows", 299_999]
    ] as const) {
      it.live(`fails for a file that ${change} after its size was read`, () =>
        Effect.gen(function* () {
          const { begun, ended, got, url } = yield* recorder(200)
          const content = Stream.make(noise(100_000), noise(200_000)).pipe(
            Stream.rechunk(1),
            Stream.tap((bytes) => (bytes.length === 200_000 ? begun : Effect.void))
          )
          const upload = Upload.stream(content, { name: "a.raw", size })
          const failure = yield* Effect.flip(send(url, client, upload))
          expect(failure).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest",
            call: "Test.upload",
            at: "file",
            message: `file is not valid: the SDK read 300000 bytes, but the size was given as ${size}: the file changed during the upload, or the size is wrong`
          })
          yield* ended
          expect(got.map(({ complete }) => complete)).toEqual([false])
        })
      )
    }
  })
}

describe("a file that is sent from several buffers", () => {
  // No two parts of it are the same.
  const content = new Uint8Array(Uint32Array.from({ length: 1_500_000 }, (_, index) => index).buffer)
  const buffers = Math.ceil(content.length / Multipart.chunkSize)

  const written = Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const file = yield* fileSystem.makeTempFileScoped()
    yield* fileSystem.writeFile(file, content)
    return file
  })

  /** A server that takes a part only when it has done something else after the one before. */
  const slow = (got: Array<Got>) => (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      request.pause()
      setImmediate(() => request.resume())
    })
    request.on("error", () => undefined)
    request.on("end", () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks), complete: request.complete })
      answer(response, 200)
    })
  }

  for (const [name, client] of Object.entries(Loopback.clients)) {
    it.live(`arrives as it is on ${name}, also when it is repeated`, () =>
      Effect.gen(function* () {
        const { got, url } = yield* recorder(500, 200)
        yield* send(url, client, Upload.path(yield* written, { name: "a" }))
        expect(got.map((one) => digest(fileIn(one, content.length)))).toEqual([digest(content), digest(content)])
      }).pipe(Effect.provide(NodeFileSystem.layer))
    )

    it.live(`arrives as it is on ${name} at a server that reads slowly`, () =>
      Effect.gen(function* () {
        const got: Array<Got> = []
        const url = yield* Loopback.serve(slow(got))
        const file = yield* written
        yield* Effect.all(
          [1, 2, 3].map((nth) => send(url, client, Upload.path(file, { name: `${nth}` }))),
          {
            concurrency: "unbounded"
          }
        )
        expect(got.map((one) => digest(fileIn(one, content.length)))).toEqual(Array(3).fill(digest(content)))
      }).pipe(Effect.provide(NodeFileSystem.layer))
    )
  }

  it.live("arrives as it is over TLS", () =>
    Effect.gen(function* () {
      const got: Array<Got> = []
      const port = yield* serveTls(yield* selfSigned("localhost"), slow(got))
      const trusting = NodeHttpClient.layerUndiciWithoutDispatcher.pipe(
        Layer.provide(
          Layer.scoped(
            NodeHttpClient.Dispatcher,
            Effect.acquireRelease(
              Effect.sync(() => new Undici.Agent({ connect: { rejectUnauthorized: false } })),
              (agent) => Effect.promise(() => agent.destroy())
            )
          )
        )
      )
      yield* send(`https://127.0.0.1:${port}`, trusting, Upload.path(yield* written, { name: "a" }))
      expect(got.map((one) => digest(fileIn(one, content.length)))).toEqual([digest(content)])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("needs only three of them on undici", () =>
    Effect.gen(function* () {
      const { url } = yield* recorder(200)
      const upload = Upload.path(yield* written, { name: "a" })
      const used = vi.spyOn(globalThis, "structuredClone")
      yield* send(url, Loopback.clients.undici, upload)
      expect(used.mock.calls.length).toBeGreaterThanOrEqual(buffers - 3)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("gives a program that reads the content parts that stay", () =>
    Effect.gen(function* () {
      const { got, url } = yield* recorder(200)
      const upload = Upload.path(yield* written, { name: "a" })
      const kept: Array<Uint8Array> = []
      const keeping = Stream.tap(upload.content, (part) => Effect.sync(() => kept.push(part)))
      yield* send(url, Loopback.clients.undici, { ...upload, content: keeping })
      expect(got.map((one) => digest(fileIn(one, content.length)))).toEqual([digest(content)])
      expect(digest(Buffer.concat(kept))).toBe(digest(content))
      expect(digest(Buffer.concat(Chunk.toReadonlyArray(yield* Stream.runCollect(upload.content))))).toBe(
        digest(content)
      )
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("a form", () => {
  const client = Loopback.clients.undici

  /** What is sent, byte for byte. */
  const form = (upload: Upload.Upload<unknown>) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { got, url } = yield* recorder(200)
        yield* send(url, client, upload)
        const [one] = got
        assert(one !== undefined)
        return one
      })
    )

  for (const [name, written] of [
    ["plate 7.csv", "plate 7.csv"],
    ["rep é.pdf", "rep é.pdf"],
    ["化合物.sdf", "化合物.sdf"],
    ['a"b.csv', "a%22b.csv"],
    ["a\r\nContent-Type: text/html\r\n\r\nb", "a%0D%0AContent-Type: text/html%0D%0A%0D%0Ab"],
    ["a\\b.csv", "a\\b.csv"],
    ["", ""]
  ] as const) {
    it.live(`writes the name ${JSON.stringify(name)}`, () =>
      Effect.gen(function* () {
        const { body } = yield* form(Upload.bytes("x", { name, contentType: "text/csv" }))
        expect(body.toString("utf8")).toMatch(/^--/)
        expect(body.toString("utf8").split("\r\n").slice(1, 5)).toEqual([
          `Content-Disposition: form-data; name="file"; filename="${written}"`,
          "Content-Type: text/csv",
          "",
          "x"
        ])
      })
    )
  }

  it.effect.prop(
    "keeps any file name and any bytes",
    {
      name: FastCheck.string({ unit: "binary", minLength: 1 }).filter((name) => !/[\0\r\n"]|%(0a|0d|22)/i.test(name)),
      content: FastCheck.uint8Array({ maxLength: 2000 })
    },
    ({ content, name }) =>
      Effect.gen(function* () {
        const sent = yield* Effect.flatMap(form(Upload.bytes(content, { name })), parts)
        expect(fileOf(sent).name).toBe(name)
        expect(new Uint8Array(yield* Effect.promise(() => fileOf(sent).arrayBuffer()))).toEqual(content)
      }),
    { fastCheck: { numRuns: 50 } }
  )

  it.live("takes the name and the type of a path, a blob and a file", () =>
    Effect.sync(() => {
      const seen = (upload: Upload.Upload<unknown, unknown>) => [upload.name, upload.contentType]
      expect(seen(Upload.path("/data/plate 7.XLSX"))).toEqual([
        "plate 7.XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
      ])
      expect(seen(Upload.path("C:\\data\\a.csv"))).toEqual(["a.csv", "text/csv"])
      expect(seen(Upload.path("a.csv", { contentType: "text/plain" }))).toEqual(["a.csv", "text/plain"])
      expect(seen(Upload.blob(new Blob(["x"], { type: "image/png" })))).toEqual(["file", "image/png"])
      expect(seen(Upload.blob(new File(["x"], "a.tsv")))).toEqual(["a.tsv", "text/tab-separated-values"])
      expect(seen(Upload.bytes("", { name: "a.constructor" }))).toEqual(["a.constructor", "application/octet-stream"])
    })
  )
})

describe("is refused before a request is sent:", () => {
  const client = Loopback.clients.undici

  const refused = <R>(upload: Upload.Upload<unknown, R>, body?: unknown) =>
    Effect.gen(function* () {
      const { got, url } = yield* recorder(200)
      const failure = yield* Effect.flip(send(url, client, upload, body))
      expect(got).toEqual([])
      expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", call: "Test.upload", outcome: "none" })
      return failure
    })

  it.live("a file that is not there", () =>
    Effect.gen(function* () {
      const failure = yield* refused(Upload.path("/there/is/no/such/file.csv"))
      expect(failure).toMatchObject({
        at: "file",
        message: "file is not valid: NotFound: /there/is/no/such/file.csv"
      })
      expect(failure).not.toHaveProperty("cause")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("a folder", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const folder = yield* fileSystem.makeTempDirectoryScoped()
      expect(yield* refused(Upload.path(folder))).toMatchObject({ at: "file" })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("a content type that breaks the form", () =>
    Effect.map(refused(Upload.bytes("x", { name: "a", contentType: "text/csv\r\nX: y" })), (failure) =>
      expect(failure).toMatchObject({ at: "file" })
    )
  )

  it.live("a body that JSON cannot express", () =>
    Effect.map(refused(Upload.bytes("x", { name: "a" }), { values: [Number.NaN] }), (failure) =>
      expect(failure).toMatchObject({ at: "body.values[0]" })
    )
  )
})
