import { randomBytes } from "node:crypto"
import type { RequestListener } from "node:http"
import { pipeline } from "node:stream"
import { brotliCompressSync, constants, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { UndiciHttpClient } from "@effect-kaleidoscope/node"
import { Activities, Auth, Ids, Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { serve, serveRaw } from "../../../test/loopback.js"
import { describe, expect, it } from "../../../test/vitest.js"

const text = JSON.stringify(Array.from({ length: 5000 }, (_, index) => ({ id: index, name: "é" })))

const forms: ReadonlyArray<readonly [name: string, encoding: string, bytes: Buffer]> = [
  ["gzip", "gzip", gzipSync(text)],
  ["gzip, in two members", "GZIP", Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))])],
  ["deflate", "deflate", deflateSync(text)],
  ["deflate, bare", "deflate", deflateRawSync(text)],
  ["br", "br", brotliCompressSync(text)],
  ["identity", "identity", Buffer.from(text)]
]

const client = UndiciHttpClient.make()

const open = (url: string, options: UndiciHttpClient.Options = {}) =>
  Effect.flatMap(UndiciHttpClient.make(options), (client) => client.get(`${url}/`))

const bytes = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat([...chunks]))

const codeOf = (error: HttpClientError.HttpClientError): unknown =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause ? error.cause.code : undefined

const answering =
  (encoding: string, body: Uint8Array, chunked = false): RequestListener =>
  (_, response) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-encoding": encoding,
      ...(chunked ? {} : { "content-length": body.length })
    })
    response.end(body)
  }

describe("a compressed response", () => {
  for (const [name, encoding, body] of forms) {
    it.effect(`is decompressed to the original bytes: ${name}`, () =>
      Effect.gen(function* () {
        for (const chunked of [false, true]) {
          const url = yield* serve(answering(encoding, body, chunked))
          const response = yield* open(url)
          expect((yield* bytes(response.stream)).toString()).toBe(text)
          expect(yield* (yield* open(url)).text).toBe(text)
          expect(yield* (yield* open(url)).json).toHaveLength(5000)
          expect((yield* (yield* open(url)).arrayBuffer).byteLength).toBe(Buffer.byteLength(text))
          expect(response.headers["content-type"]).toBe("application/json")
          if (encoding === "identity") continue
          expect(response.headers["content-encoding"]).toBeUndefined()
          expect(response.headers["content-length"]).toBeUndefined()
        }
      })
    )
  }

  it.effect("is requested by Accept-Encoding, unless the request has its own or compression is off", () =>
    Effect.gen(function* () {
      const asked: Array<string | undefined> = []
      const url = yield* serve((request, response) => {
        asked.push(request.headers["accept-encoding"])
        response.end()
      })
      yield* open(url)
      const own = HttpClientRequest.get(url, { headers: { "Accept-Encoding": "identity" } })
      yield* (yield* client).execute(own)
      yield* open(url, { compression: false })
      expect(asked).toEqual(["gzip, deflate, br", "identity", undefined])
    })
  )

  it.effect("without a body stays as it is", () =>
    Effect.gen(function* () {
      const url = yield* serve((request, response) => {
        response.writeHead(request.url === "/204" ? 204 : 200, { "content-encoding": "gzip", "content-length": 0 })
        response.end()
      })
      const http = yield* client
      for (const request of [
        HttpClientRequest.head(`${url}/`),
        HttpClientRequest.get(`${url}/204`),
        HttpClientRequest.get(`${url}/200`)
      ]) {
        expect(yield* (yield* http.execute(request)).text).toBe("")
      }
    })
  )

  it.effect("fails if its encoding was not requested", () =>
    Effect.gen(function* () {
      for (const encoding of ["zstd", "gzip, br", "constructor"]) {
        const url = yield* serve(answering(encoding, Buffer.from("whatever")))
        const error = yield* Effect.flip(bytes((yield* open(url)).stream))
        expect(error).toMatchObject({ _tag: "ResponseError", reason: "Decode" })
        expect(codeOf(error)).toBe("UNKNOWN_CONTENT_ENCODING")
      }
    })
  )

  it.effect("fails if its bytes do not fit its encoding", () =>
    Effect.gen(function* () {
      for (const encoding of ["gzip", "deflate", "br"]) {
        const url = yield* serve(answering(encoding, Buffer.from("\u00ff this is no such thing")))
        const response = yield* open(url)
        expect(yield* Effect.flip(bytes(response.stream))).toMatchObject({ _tag: "ResponseError", reason: "Decode" })
        expect((yield* Effect.flip((yield* open(url)).json))._tag).toBe("ResponseError")
      }
    })
  )

  const framings: ReadonlyArray<
    readonly [name: string, head: (whole: Buffer) => string, frame: (part: Buffer) => ReadonlyArray<Buffer>]
  > = [
    ["a declared length", (whole) => `content-length: ${whole.length}\r\n`, (part) => [part]],
    ["the end of the connection", () => "connection: close\r\n", (part) => [part]],
    [
      "chunks",
      () => "transfer-encoding: chunked\r\n",
      (part) => (part.length === 0 ? [] : [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")])
    ]
  ]
  const short = "id,name\n1,a\n2,b\n"
  const cuts: ReadonlyArray<readonly [encoding: string, body: Buffer]> = [
    ["gzip", gzipSync(short)],
    ["deflate", deflateSync(short)],
    ["br", brotliCompressSync(short)]
  ]
  for (const [framing, head, frame] of framings) {
    for (const [encoding, body] of cuts) {
      it.effect(`fails if it is truncated at any byte: ${encoding}, ${framing}`, () =>
        Effect.gen(function* () {
          let length = 0
          const url = yield* serveRaw((socket) => {
            socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\n${head(body)}\r\n`)
            socket.end(Buffer.concat(frame(body.subarray(0, length))))
          })
          const http = yield* client
          for (length = 0; length < body.length; length++) {
            const response = yield* http.get(`${url}/`)
            // At once, and after the connection broke.
            if (length % 2 === 1) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            const error = yield* Effect.flip(bytes(response.stream))
            expect([length, error._tag, error.reason]).toEqual([length, "ResponseError", "Decode"])
            // What is wrong with the connection says more than what the decoder makes of it.
            if (framing !== "the end of the connection") expect(codeOf(error)).toMatch(/^UND_ERR_|^HPE_/)
          }
        })
      )
    }
  }
})

/** The bodies of each encoding, to be damaged. */
const bodies: ReadonlyArray<readonly [name: string, encoding: string, body: Buffer]> = [
  ["gzip", "gzip", gzipSync(text)],
  ["gzip, in two members", "gzip", Buffer.concat([gzipSync("a"), gzipSync("b")])],
  ["deflate", "deflate", deflateSync(text)],
  ["deflate, bare", "deflate", deflateRawSync(text)],
  ["br", "br", brotliCompressSync(text)]
]

/** Sends parts of a body in chunks, and ends it as HTTP does. */
const inChunks = (encoding: string, parts: ReadonlyArray<Buffer>): RequestListener => {
  const sent = parts.filter((part) => part.length > 0)
  return (request, response) => {
    request.resume()
    response.writeHead(200, { "content-encoding": encoding })
    if (sent.length === 0) response.flushHeaders()
    const next = (index: number): void => {
      const part = sent[index]
      if (part === undefined) response.end()
      else response.write(part, () => setImmediate(() => next(index + 1)))
    }
    next(0)
  }
}

describe("a truncated body with a correct end in HTTP", () => {
  for (const [name, encoding, body] of bodies) {
    it.effect(`fails wherever it is truncated: ${name}`, () =>
      Effect.gen(function* () {
        let length = 0
        const url = yield* serve((request, response) =>
          inChunks(encoding, [body.subarray(0, length)])(request, response)
        )
        const http = yield* client
        const boundary = name === "gzip, in two members" ? gzipSync("a").length : undefined
        const every = body.length > 2000 ? 97 : 1
        for (length = 0; length < body.length; length += length < 40 || body.length - length < 140 ? 1 : every) {
          const exit = yield* Effect.exit(bytes((yield* http.get(`${url}/`)).stream))
          // Between two members of gzip nothing is missing.
          expect([length, exit._tag]).toEqual([length, length === boundary ? "Success" : "Failure"])
        }
      })
    )
  }
})

describe("a body with bytes after the end of the compressed data", () => {
  for (const [name, encoding, body] of bodies) {
    it.effect(`fails instead of dropping the rest: ${name}`, () =>
      Effect.gen(function* () {
        for (const rest of ["\0", "X", "more than one byte", "\0\0\0\0"]) {
          for (const parts of [[Buffer.concat([body, Buffer.from(rest)])], [body, Buffer.from(rest)]]) {
            const url = yield* serve(inChunks(encoding, parts))
            const exit = yield* Effect.exit(bytes((yield* open(url)).stream))
            expect([rest, parts.length, exit._tag]).toEqual([rest, parts.length, "Failure"])
          }
        }
      })
    )
  }

  it.effect("is complete if the rest is another gzip member", () =>
    Effect.gen(function* () {
      const [one, two] = [gzipSync("one, "), gzipSync("two")]
      for (const cut of [0, 1, 5, 11]) {
        const url = yield* serve(inChunks("gzip", [one, two.subarray(0, cut), two.subarray(cut)]))
        expect((yield* bytes((yield* open(url)).stream)).toString()).toBe("one, two")
      }
    })
  )
})

describe("an empty body with a content encoding", () => {
  const activity = Ids.ActivityId.make("9b2f0f0e-0c3e-4f7e-9d55-0b5d9a3f5c11")
  const framings: ReadonlyArray<readonly [name: string, head: string, body: string]> = [
    ["204", "HTTP/1.1 204 No Content\r\n", ""],
    ["205", "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n", ""],
    ["a length of 0", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n", ""],
    ["a length of 00", "HTTP/1.1 200 OK\r\ncontent-length: 00\r\n", ""],
    ["no chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"]
  ]
  for (const encoding of ["gzip", "deflate", "br", "x-gzip", "GZIP"]) {
    it.effect(`is read as empty, and the write succeeds: ${encoding}`, () =>
      Effect.gen(function* () {
        for (const [name, head, body] of framings) {
          const url = yield* serveRaw((socket) => socket.write(`${head}content-encoding: ${encoding}\r\n\r\n${body}`))
          const http = yield* client
          const response = yield* http.post(`${url}/`)
          expect([name, (yield* bytes(response.stream)).length]).toEqual([name, 0])
          yield* Effect.flatMap(Activities.Activities, (activities) => activities.callback(activity, {})).pipe(
            Effect.provide(Activities.layer),
            Effect.provide(Auth.layerToken({ token: Redacted.make("a-token"), url })),
            Effect.provide(UndiciHttpClient.layer())
          )
        }
      })
    )
  }

  it.effect("fails if the connection breaks or closes early", () =>
    Effect.gen(function* () {
      for (const head of ["content-length: 20\r\n", "transfer-encoding: chunked\r\n", "connection: close\r\n"]) {
        const url = yield* serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n${head}\r\n`))
        const response = yield* Effect.flatMap(client, (http) => http.post(`${url}/`))
        expect((yield* Effect.flip(bytes(response.stream)))._tag).toBe("ResponseError")
      }
    })
  )
})

describe("a body of two gzip members", () => {
  it.effect("fails if it is truncated between them", () =>
    Effect.gen(function* () {
      const [first, second] = [gzipSync("one"), gzipSync("two")]
      const chunk = Buffer.concat([Buffer.from(`${first.length.toString(16)}\r\n`), first, Buffer.from("\r\n")])
      const cuts: ReadonlyArray<readonly [head: string, body: Buffer]> = [
        [`content-length: ${first.length + second.length}`, first],
        ["transfer-encoding: chunked", chunk]
      ]
      for (const [head, body] of cuts) {
        const url = yield* serveRaw((socket) => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n${head}\r\n\r\n`)
          socket.end(body)
        })
        expect((yield* Effect.flip(bytes((yield* open(url)).stream)))._tag).toBe("ResponseError")
      }
    })
  )
})

describe("a body that breaks before it is read", () => {
  it.effect("fails when it is read, compressed or not", () =>
    Effect.gen(function* () {
      for (const encoding of ["gzip", "identity"]) {
        const broken: Array<Promise<void>> = []
        const url = yield* serveRaw((socket) => {
          broken.push(new Promise((resolve) => socket.on("close", () => resolve())))
          socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ntransfer-encoding: chunked\r\n\r\n`)
          setImmediate(() => socket.destroy())
        })
        const response = yield* open(url)
        yield* Effect.promise(() => Promise.all(broken))
        // The client's side of the socket hears of it a little later.
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
        expect((yield* Effect.flip(bytes(response.stream)))._tag).toBe("ResponseError")
        const text = yield* Effect.exit((yield* open(url)).text)
        expect(text._tag).toBe("Failure")
      }
    })
  )
})

describe("a body that is not read to its end", () => {
  it.effect("closes its connection", () =>
    Effect.gen(function* () {
      const closed: Array<Promise<number>> = []
      const url = yield* serve((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" })
        const gzip = createGzip()
        // It never ends, and as it does not compress it fills what is between here and there.
        const block = randomBytes(65_536)
        let written = 0
        const write = () => {
          while (gzip.write(block)) written += block.length
        }
        gzip.on("drain", write)
        pipeline(gzip, response, () => undefined)
        closed.push(new Promise((resolve) => response.on("close", () => resolve(written))))
        write()
      })
      const response = yield* open(url)
      const first = yield* Stream.runHead(response.stream)
      expect(first._tag).toBe("Some")
      const [written] = yield* Effect.promise(() => Promise.all(closed))
      expect(written).toBeLessThan(32 * 1024 * 1024)
    })
  )
})

describe("a compression bomb", () => {
  const mebibyte = 1024 * 1024
  const zeros = (encoding: "gzip" | "br") => {
    const content = Buffer.alloc(32 * mebibyte)
    return encoding === "gzip"
      ? gzipSync(content)
      : brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
  }

  const count = (stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError>) => {
    let received = 0
    return Stream.runForEach(stream, (chunk) =>
      Effect.sync(() => {
        received += chunk.length
      })
    ).pipe(Effect.exit, (exit) => Effect.map(exit, (exit) => ({ exit, received })))
  }

  for (const encoding of ["gzip", "br"] as const) {
    it.effect(`fails early, also as a stream: ${encoding}`, () =>
      Effect.gen(function* () {
        const body = zeros(encoding)
        expect(body.length).toBeLessThan(mebibyte / 8)
        const url = yield* serve(answering(encoding, body))
        const { received } = yield* count((yield* open(url)).stream)
        expect(received).toBeLessThan(17 * mebibyte)
        expect(codeOf(yield* Effect.flip(bytes((yield* open(url)).stream)))).toBe("RATIO_TOO_LARGE")
        // By those who want it, it can be had.
        expect((yield* count((yield* open(url, { largestRatio: Number.POSITIVE_INFINITY })).stream)).received).toBe(
          32 * mebibyte
        )
      })
    )
  }

  it.effect("fails above the configured size, and succeeds at exactly that size", () =>
    Effect.gen(function* () {
      const content = Buffer.alloc(100_000, "no bomb")
      const url = yield* serve(answering("gzip", gzipSync(content)))
      expect(yield* bytes((yield* open(url, { largestBody: 100_000 })).stream)).toHaveLength(100_000)
      const error = yield* Effect.flip(bytes((yield* open(url, { largestBody: 99_999 })).stream))
      expect(codeOf(error)).toBe("BODY_TOO_LARGE")
    })
  )

  it.effect("does not include a large body with a usual ratio", () =>
    Effect.gen(function* () {
      const rows = Array.from(
        { length: 400_000 },
        (_, index) => `${Math.sin(index)},compound-${index},active,2024-05-01`
      )
      const content = Buffer.from(rows.join("\n"))
      expect(content.length).toBeGreaterThan(17 * mebibyte)
      const url = yield* serve(answering("gzip", gzipSync(content)))
      expect((yield* bytes((yield* open(url)).stream)).equals(content)).toBe(true)
    })
  )
})

describe("the SDK with a compressed response", () => {
  const live = (url: string) =>
    Labels.layer.pipe(
      Layer.provide(Auth.layerToken({ token: Redacted.make("a-token"), url })),
      Layer.provide(UndiciHttpClient.layer())
    )
  const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)
  const labels = gzipSync(JSON.stringify([{ id: "9b2f0f0e-0c3e-4f7e-9d55-0b5d9a3f5c11", label_name: "Urgent" }]))

  it.effect("decodes it", () =>
    Effect.gen(function* () {
      const url = yield* serve(answering("gzip", labels))
      expect(yield* Effect.provide(list, live(url))).toMatchObject([{ label_name: "Urgent" }])
    })
  )

  it.live("repeats the read after a truncated response", () =>
    Effect.gen(function* () {
      let requests = 0
      const url = yield* serve((request, response) => {
        requests++
        answering("gzip", labels.subarray(0, 20))(request, response)
      })
      const error = yield* Effect.flip(Effect.provide(list, live(url)))
      expect(error).toMatchObject({ _tag: "KaleidoscopeTransportError", attempts: 3 })
      expect(requests).toBe(3)
    })
  )

  it.live("fails with DecodeError after a compression bomb, and does not repeat", () =>
    Effect.gen(function* () {
      let requests = 0
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "))
      const url = yield* serve((request, response) => {
        requests++
        answering("gzip", bomb)(request, response)
      })
      const error = yield* Effect.flip(Effect.provide(list, live(url)))
      expect(error).toMatchObject({
        _tag: "KaleidoscopeDecodeError",
        status: 200,
        expected: "at most the limit of the HTTP client",
        message:
          "GET /activity_labels returned 200: the decompressed response is larger than the limit of the HTTP client"
      })
      expect(requests).toBe(1)
    })
  )

  it.live("holds no more decompressed bytes than the policy allows", () =>
    Effect.gen(function* () {
      const url = yield* serve(answering("gzip", gzipSync(Buffer.alloc(8 * 1024 * 1024, " "))))
      const error = yield* list.pipe(
        RequestPolicy.withPolicy({ largestAnswer: 1_000_000 }),
        Effect.flip,
        Effect.provide(live(url))
      )
      expect(error).toMatchObject({ _tag: "KaleidoscopeDecodeError", expected: "at most 1000000 bytes" })
    })
  )
})
