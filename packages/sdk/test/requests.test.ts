import { Auth, Ids, Imports, KaleidoscopeError, Labels, Programs, type RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Api from "../src/internal/request/api.js"
import * as Call from "../src/internal/request/call.js"
import type * as Encode from "../src/internal/request/encode.js"
import * as Errors from "../src/internal/request/errors.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, program, services } from "./support/workspace.js"

const update = (id: string) =>
  Effect.flatMap(Programs.Programs, (programs) => programs.update(Ids.ProgramId.make(id), { title: "Apollo" }))

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)

const over = (answer: Effect.Effect<Response, Scripted.Broken>, policy: Partial<RequestPolicy.Policy> = {}) => {
  const server = Scripted.make(() => answer)
  return { server, layer: services(server.layer, AuthToken, { backoff: 0, ...policy }) }
}

/** A body or a query sent by a call of no service. */
const send = (server: ReturnType<typeof Scripted.make>, body: unknown, query: Encode.Query = {}) =>
  Effect.flatMap(Api.make, (api) =>
    Effect.zipRight(
      api.get(
        Call.read("Test.read", "GET /test", {
          query: Object.keys(query),
          success: Call.nothing,
          errors: Errors.common,
          known: "guessed"
        }),
        {},
        query
      ),
      api.send(
        Call.write("Test.write", "PUT /test", {
          body: ["*"],
          ...Call.noResult,
          errors: Errors.write,
          repeat: "always",
          because: "it is a test",
          known: "guessed"
        }),
        {},
        body
      )
    )
  ).pipe(Effect.provide(AuthToken), Effect.provide(server.layer))

describe("an id", () => {
  for (const [id, path] of [
    ["a/b?c=d#e", "/programs/a%2Fb%3Fc%3Dd%23e"],
    ["%2E%2E", "/programs/%252E%252E"],
    ["..%2f", "/programs/..%252f"],
    ["...", "/programs/..."],
    [" ", "/programs/%20"],
    ["\\..\\", "/programs/%5C..%5C"],
    ["é\u{1f600}\n", "/programs/%C3%A9%F0%9F%98%80%0A"]
  ] as const) {
    it.effect(`${JSON.stringify(id)} is sent as ${path}`, () =>
      Effect.gen(function* () {
        const { layer, server } = over(Scripted.json(program))
        yield* update(id).pipe(Effect.provide(layer))
        expect(server.sent.map(({ url }) => url.pathname + url.search + url.hash)).toEqual([path])
      })
    )
  }

  for (const id of ["", ".", "..", "\ud800", "a\udfffb"]) {
    it.effect(`${JSON.stringify(id)} is refused, and nothing is sent`, () =>
      Effect.gen(function* () {
        const { layer, server } = over(Scripted.json(program))
        const error = yield* Effect.flip(update(id)).pipe(Effect.provide(layer))
        expect(error).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          call: "Programs.update",
          method: "PUT",
          pathTemplate: "/programs/{id}",
          at: "id",
          attempts: 0,
          outcome: "none"
        })
        expect(server.sent).toEqual([])
      })
    )
  }
})

describe("a body", () => {
  const cycle: { self?: unknown } = {}
  cycle.self = [cycle]
  const deep = (depth: number): unknown => Array.from({ length: depth }).reduce((inside) => ({ inside }), 1)

  for (const [what, value, at] of [
    ["NaN", { data: [1, { IC50: Number.NaN }] }, "body.data[1].IC50"],
    ["Infinity", [Number.POSITIVE_INFINITY], "body[0]"],
    ["a BigInt", { n: 10n }, "body.n"],
    ["a cycle", { cycle }, "body.cycle.self[0]"],
    ["an invalid date", { due_date: new Date(Number.NaN) }, "body.due_date"],
    ["undefined in a list", [undefined], "body[0]"],
    ["a hole", new Array(1), "body[0]"],
    ["a function", { f: () => 1 }, "body.f"],
    ["a symbol", { s: Symbol.iterator }, "body.s"],
    ["a Map", { m: new Map([["a", 1]]) }, "body.m"],
    ["a Set", { s: new Set([1]) }, "body.s"],
    ["bytes", { bytes: new Uint8Array(3) }, "body.bytes"],
    ["a secret", { secret: Redacted.make("hunter2") }, "body.secret"],
    ["a promise", { p: Promise.resolve(1) }, "body.p"],
    ["an error", { e: new Error("hunter2") }, "body.e"],
    [
      "a getter that throws",
      {
        get x() {
          throw new Error("hunter2")
        }
      },
      "body"
    ],
    [
      "a toJSON that throws",
      {
        x: {
          toJSON: () => {
            throw new Error("hunter2")
          }
        }
      },
      "body.x.toJSON"
    ]
  ] as const) {
    it.effect(`with ${what} is refused with its path`, () =>
      Effect.gen(function* () {
        const server = Scripted.make(() => Scripted.json({}))
        const error = yield* Effect.flip(send(server, value))
        expect(error).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", at, attempts: 0 })
        expect(JSON.stringify(error)).not.toContain("hunter2")
        expect(server.sent.map(({ method }) => method)).toEqual(["GET"])
      })
    )
  }

  it.effect("that is nested too deeply is refused", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json({}))
      for (const depth of [1_001, 100_000]) {
        expect(yield* Effect.flip(send(server, deep(depth)))).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" })
      }
      yield* send(server, deep(1_000))
    })
  )

  it.effect("has dates in ISO with microseconds, null and text, and no undefined", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json({}))
      const micro = yield* Schema.decode(Schema.DateTimeUtc)("2025-10-17T18:12:53.852Z")
      yield* send(server, {
        date: new Date(0),
        micro: DateTime.mapEpochMillis(micro, (millis) => millis + 0.115),
        clear: null,
        stays: undefined,
        text: '"\u2028\ud800',
        __proto: 1,
        list: [0, -0, 1e21]
      })
      expect(server.sent[1]?.body).toBe(
        `{"date":"1970-01-01T00:00:00.000Z","micro":"2025-10-17T18:12:53.852115Z","clear":null,"text":"\\"\u2028\\ud800","__proto":1,"list":[0,0,1e+21]}`
      )
    })
  )

  it.effect("of 20 MB is sent completely", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json({}))
      const title = "é".repeat(10_000_000)
      yield* send(server, { title })
      expect(server.sent[1]?.body.length).toBe(title.length + 12)
    })
  )
})

describe("a query", () => {
  it.effect("has text and dates as they are, other values as JSON, and no absent parameters", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json({}))
      yield* send(
        server,
        {},
        {
          text: `a b&c=d "é" +%20`,
          empty: "",
          date: new Date(0),
          list: ["a", "b"],
          nested: [["a"]],
          number: 25,
          no: false,
          nothing: null,
          absent: undefined
        }
      )
      expect(server.sent[0]?.query).toEqual([
        ["text", `a b&c=d "é" +%20`],
        ["empty", ""],
        ["date", "1970-01-01T00:00:00.000Z"],
        ["list", '["a","b"]'],
        ["nested", '[["a"]]'],
        ["number", "25"],
        ["no", "false"]
      ])
    })
  )

  for (const [value, at] of [
    [Number.NaN, "q"],
    [[1, Number.NaN], "q[1]"],
    [new Date(Number.NaN), "q"],
    ["\ud800", "q"]
  ] as const) {
    it.effect(`with ${JSON.stringify(value)} is refused`, () =>
      Effect.gen(function* () {
        const server = Scripted.make(() => Scripted.json({}))
        expect(yield* Effect.flip(send(server, {}, { q: value }))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          at
        })
        expect(server.sent).toEqual([])
      })
    )
  }
})

describe("a response with a success status", () => {
  const html = "<!doctype html><html><head><title>Sign in</title></head></html>"
  const bytes = (...values: ReadonlyArray<number>) => new Uint8Array(values)
  const withCharset = (charset: string) => ({ "content-type": `application/json; charset=${charset}` })
  const latin = bytes(...[...'[{"id":"p","title":"\xe9"}]'].map((char) => char.charCodeAt(0)))

  for (const [what, answer, fields] of [
    [
      "a web page",
      Scripted.text(html, 200, { "content-type": "text/html" }),
      { at: "", expected: "JSON", excerpt: html }
    ],
    ["nothing", Scripted.text(null, 200), { at: "", expected: "JSON", excerpt: "" }],
    ["204", Scripted.text(null, 204), { at: "", expected: "JSON", excerpt: "" }],
    ["half of it", Scripted.text('[{"id":"p"', 200), { at: "", expected: "JSON" }],
    ["another shape", Scripted.json({ programs: [] }), { at: "", excerpt: '{"programs":[]}' }],
    ["an item without an id", Scripted.json([{ id: "p" }, { title: "t" }]), { at: "[1].id", excerpt: "nothing" }],
    ["an id of another type", Scripted.json([{ id: 5, title: "t" }]), { at: "[0].id", excerpt: "5" }],
    ["an item that is no object", Scripted.json([{ id: "p" }, "0"]), { at: "[1]", excerpt: '"0"' }],
    [
      "a charset nobody knows",
      Scripted.text("[]", 200, withCharset("klingon")),
      { at: "", expected: "text in klingon" }
    ],
    ["bytes that are no UTF-8", Scripted.text(latin, 200), { at: "", expected: "text in utf-8" }],
    ["10,000 nested lists", Scripted.text("[".repeat(10_000) + "]".repeat(10_000), 200), { at: "[0]" }],
    ["a million nested lists", Scripted.text("[".repeat(1_000_000) + "]".repeat(1_000_000), 200), { at: "[0]" }],
    [
      "a million nested objects with a prototype",
      Scripted.text(`${'{"__proto__":'.repeat(1_000_000)}1${"}".repeat(1_000_000)}`, 200),
      { at: "", expected: "JSON" }
    ]
  ] as const) {
    it.effect(`that is ${what} is a DecodeError with the path, and is not requested again`, () =>
      Effect.gen(function* () {
        const { layer, server } = over(answer)
        const error = yield* Effect.flip(list).pipe(Effect.provide(layer))
        expect(error).toMatchObject({ _tag: "KaleidoscopeDecodeError", call: "Programs.list", attempts: 1, ...fields })
        expect(error.message).toContain("GET /programs")
        expect(error.message.length).toBeLessThan(700)
        expect(server.sent.length).toBe(1)
      })
    )
  }

  for (const [what, answer, title] of [
    ["has a byte order mark", Scripted.text('\ufeff[{"id":"p","title":"é"}]', 200), "é"],
    ["is in Latin 1 and says so", Scripted.text(latin, 200, withCharset('"ISO-8859-1"')), "é"],
    [
      "is in UTF-16 and says so",
      Scripted.text(
        new Uint8Array(new Uint16Array([...'[{"id":"p","title":"é"}]'].map((char) => char.charCodeAt(0))).buffer),
        200,
        withCharset("utf-16le")
      ),
      "é"
    ],
    ["has duplicate keys", Scripted.text('[{"id":"p","title":"first","title":"last"}]', 200), "last"],
    ["lacks a field", Scripted.text('[{"id":"p"}]', 200), null],
    ["says null", Scripted.text('[{"id":"p","title":null,"created_at":null}]', 200), null],
    [
      "is of another content type",
      Scripted.text('[{"id":"p","title":"t"}]', 200, { "content-type": "text/plain" }),
      "t"
    ],
    ["is 206", Scripted.json([{ id: "p", title: "t" }], 206), "t"]
  ] as const) {
    it.effect(`that ${what} is decoded`, () =>
      Effect.gen(function* () {
        const { layer } = over(answer)
        expect(yield* list.pipe(Effect.provide(layer))).toMatchObject([{ id: "p", title }])
      })
    )
  }

  it.effect("keeps unknown fields, and changes no prototype", () =>
    Effect.gen(function* () {
      const text = `[{"id":"p","__proto__":{"polluted":1},"new":{"__pr\\u006fto__":{"polluted":1},"a":[{"__proto__":null,"b":1}]}}]`
      const { layer } = over(Scripted.text(text, 200))
      const [first] = yield* list.pipe(Effect.provide(layer))
      assert(first !== undefined)
      expect(JSON.parse(JSON.stringify(first))).toEqual({
        id: "p",
        title: null,
        created_at: null,
        created_by: null,
        workspace_id: null,
        new: { a: [{ b: 1 }] }
      })
      expect(Object.getPrototypeOf(first)).toBe(Object.prototype)
      expect(Reflect.get(first, "polluted")).toBeUndefined()
      expect(Reflect.get({}, "polluted")).toBeUndefined()
    })
  )

  it.effect("that never ends is a DecodeError at the size limit of the policy", () =>
    Effect.gen(function* () {
      let cancelled = false
      const endless = Effect.sync(
        () =>
          new Response(
            new ReadableStream({
              pull: (controller) => controller.enqueue(new Uint8Array(1024)),
              cancel: () => {
                cancelled = true
              }
            })
          )
      )
      const { layer } = over(endless, { largestAnswer: 1_000_000 })
      const error = yield* Effect.flip(list).pipe(Effect.provide(layer))
      expect(error).toMatchObject({ _tag: "KaleidoscopeDecodeError", expected: "at most 1000000 bytes", status: 200 })
      expect(cancelled).toBe(true)
    })
  )

  it.effect("of exactly the size limit is decoded", () =>
    Effect.gen(function* () {
      const text = '[{"id":"p"}]'
      yield* list.pipe(Effect.provide(over(Scripted.text(text, 200), { largestAnswer: text.length }).layer))
      const error = yield* Effect.flip(list).pipe(
        Effect.provide(over(Scripted.text(text, 200), { largestAnswer: text.length - 1 }).layer)
      )
      expect(error._tag).toBe("KaleidoscopeDecodeError")
    })
  )

  it.effect("of 20 MB is decoded", () =>
    Effect.gen(function* () {
      const title = "x".repeat(20_000_000)
      const { layer } = over(Scripted.json([{ id: "p", title }]))
      expect((yield* list.pipe(Effect.provide(layer)))[0]?.title?.length).toBe(20_000_000)
    })
  )
})

describe("a response with an error status", () => {
  const deep = (key: string) => `${`{"${key}":`.repeat(100_000)}1${"}".repeat(100_000)}`

  for (const [what, answer, expected] of [
    [
      "400 with issues",
      Scripted.json(
        { code: "FST_ERR_VALIDATION", message: "bad", issues: [{ path: ["data", 0, "title"], message: "too long" }] },
        400
      ),
      {
        _tag: "KaleidoscopeBadRequest",
        code: "FST_ERR_VALIDATION",
        issues: [{ path: "data.0.title", message: "too long" }]
      }
    ],
    [
      "422 with a list of issues",
      Scripted.json([{ path: "/title", message: "required" }, { nothing: 1 }], 422),
      {
        _tag: "KaleidoscopeBadRequest",
        issues: [{ path: "title", message: "required" }],
        message: expect.stringContaining("title: required")
      }
    ],
    [
      "403",
      Scripted.json({ code: "NO", message: "not yours" }, 403),
      { _tag: "KaleidoscopeForbidden", message: expect.stringContaining("not yours") }
    ],
    [
      "the platform's 404",
      Scripted.json({ code: "NOT_FOUND", message: "gone" }, 404),
      { _tag: "KaleidoscopeNotFound", missing: ["p"] }
    ],
    [
      "a proxy's 404",
      Scripted.text("<html><title>404 Not Found</title></html>", 404),
      { _tag: "KaleidoscopeUnexpectedStatus", status: 404, message: expect.stringContaining("404 Not Found") }
    ],
    ["a 404 with nothing", Scripted.text(null, 404), { _tag: "KaleidoscopeUnexpectedStatus", status: 404 }],
    ["a 404 with a text in quotes", Scripted.text('"not here"', 404), { _tag: "KaleidoscopeUnexpectedStatus" }],
    ["409", Scripted.json({ message: "taken" }, 409), { _tag: "KaleidoscopeConflict" }],
    [
      "418",
      Scripted.text("tea", 418),
      { _tag: "KaleidoscopeUnexpectedStatus", message: expect.stringContaining("tea") }
    ],
    [
      "500 with nothing",
      Scripted.text(null, 500),
      { _tag: "KaleidoscopeServerError", status: 500, message: expect.stringContaining("the response is empty") }
    ],
    ["501", Scripted.text(null, 501), { _tag: "KaleidoscopeServerError", attempts: 1 }],
    ["500 with an id", Scripted.text(null, 500, { "x-request-id": "req-7" }), { requestId: "req-7" }],
    ["500 with a message nested deep", Scripted.text(deep("message"), 500), { _tag: "KaleidoscopeServerError" }],
    ["500 with errors nested deep", Scripted.text(deep("errors"), 500), { _tag: "KaleidoscopeServerError" }],
    [
      "400 with an endless page",
      Scripted.text("é".repeat(600_000), 400),
      { _tag: "KaleidoscopeBadRequest", message: expect.stringContaining("éé") }
    ],
    [
      "500 in a charset nobody knows",
      Scripted.text("oh", 500, { "content-type": "text/plain; charset=klingon" }),
      { message: expect.stringContaining("oh") }
    ],
    [
      "a redirect to another host",
      Scripted.text(null, 302, { location: "https://user:hunter2@elsewhere.test:8443/path?token=hunter2#x" }),
      { _tag: "KaleidoscopeUnexpectedStatus", status: 302, message: expect.stringContaining("elsewhere.test:8443") }
    ],
    ["a redirect to nowhere", Scripted.text(null, 307), { _tag: "KaleidoscopeUnexpectedStatus", outcome: "unknown" }],
    ["304", Scripted.text(null, 304), { _tag: "KaleidoscopeUnexpectedStatus", status: 304 }]
  ] as const) {
    it.effect(`of ${what} gives its own error`, () =>
      Effect.gen(function* () {
        const { layer } = over(answer, { tries: 1 })
        const error = yield* Effect.flip(update("p")).pipe(Effect.provide(layer))
        expect(error).toMatchObject({
          call: "Programs.update",
          path: "/programs/p",
          pathTemplate: "/programs/{id}",
          ...expected
        })
        expect(error.message.length).toBeLessThan(1200)
        expect(JSON.stringify(error)).not.toContain("hunter2")
        expect(Schema.is(Schema.String)(JSON.parse(JSON.stringify(error)).message)).toBe(true)
      })
    )
  }

  it.effect("for an item that is missing in a list is NotFound with its id from get", () =>
    Effect.gen(function* () {
      const { layer } = over(Scripted.json([{ id: "l", label_name: "urgent" }]))
      yield* Effect.gen(function* () {
        const labels = yield* Labels.Labels
        expect((yield* labels.find({ label_name: "calm" }))._tag).toBe("None")
        expect(yield* Effect.flip(labels.get({ label_name: "calm" }))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Labels.get",
          missing: ['{"label_name":"calm"}']
        })
        expect(
          yield* Effect.flip(labels.getMany([Ids.LabelId.make("x"), Ids.LabelId.make("l"), { label_name: "calm" }]))
        ).toMatchObject({ missing: ["x", '{"label_name":"calm"}'] })
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("of no single request has no method, no path and no status", () =>
    Effect.gen(function* () {
      const label = (id: string) => ({ id, label_name: "urgent" })
      const { layer, server } = over(Scripted.json([label("l"), label("m")]))
      const errors = yield* Effect.gen(function* () {
        const labels = yield* Labels.Labels
        const programs = yield* Programs.Programs
        const imports = yield* Effect.provide(Imports.make, [server.layer, AuthToken])
        const push = { key_field_names: ["ID"], data: [{}], unknown_fields: "add" } as const
        return yield* Effect.all([
          Effect.flip(labels.get({ label_name: "calm" })),
          Effect.flip(labels.find({ label_name: "urgent" })),
          Effect.flip(programs.find({ title: "Apollo" })),
          Effect.flip(imports.push({ ...push, key_field_names: [] })),
          Effect.flip(imports.push({ ...push, program_id: { title: "Apollo" } }))
        ])
      }).pipe(Effect.provide(layer))
      expect(errors.map(({ _tag }) => _tag)).toEqual([
        "KaleidoscopeNotFound",
        "KaleidoscopeAmbiguousReference",
        "KaleidoscopeDecodeError",
        "KaleidoscopeInvalidRequest",
        "KaleidoscopeDecodeError"
      ])
      for (const error of errors) {
        expect(error).toMatchObject({ method: null, pathTemplate: null, path: null, status: null, attempts: 0 })
        const encoded = Schema.encodeSync(KaleidoscopeError.KaleidoscopeError)(error)
        expect(Schema.decodeSync(KaleidoscopeError.KaleidoscopeError)(encoded)).toMatchObject({ ...error })
      }
    })
  )

  it.effect("reports a response that cannot be decompressed as such, not as a broken connection", () =>
    Effect.gen(function* () {
      for (const [code, words] of [
        ["Z_DATA_ERROR", "the response cannot be decompressed (Z_DATA_ERROR)"],
        ["ERR__ERROR_FORMAT_PADDING_1", "the response cannot be decompressed (ERR__ERROR_FORMAT_PADDING_1)"],
        ["UNKNOWN_CONTENT_ENCODING", "the response cannot be decompressed (UNKNOWN_CONTENT_ENCODING)"],
        ["HPE_INVALID_CONSTANT", "the response is not valid HTTP (HPE_INVALID_CONSTANT)"],
        ["Z_BUF_ERROR", "the connection broke (Z_BUF_ERROR)"],
        ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "the connection broke (ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE)"]
      ] as const) {
        const error = yield* Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
          Effect.flip,
          Effect.provide(over(Scripted.broken(code)).layer)
        )
        expect(error.message).toContain(`GET http://kaleidoscope.test/activity_labels: ${words}`)
      }
    })
  )

  it.effect("without a response names the server with its port, and says what to do", () =>
    Effect.gen(function* () {
      const url = "https://kaleidoscope.example:8443"
      const auth = Auth.layerToken({ token: Redacted.make("the-access-token"), url })
      for (const [code, advice] of [
        ["ECONNREFUSED", /could not be reached \(ECONNREFUSED\); nothing listens there/],
        ["ENOTFOUND", /\(ENOTFOUND\); the name is not known in this network: check its spelling/],
        ["EAI_AGAIN", /the name cannot be looked up now/],
        ["ENETUNREACH", /whether a proxy or a VPN is needed/],
        ["CERT_HAS_EXPIRED", /its certificate has expired/],
        ["CERT_NOT_YET_VALID", /check the clock/],
        ["SELF_SIGNED_CERT_IN_CHAIN", /KALEIDOSCOPE_CA_FILE/],
        ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /KALEIDOSCOPE_CA_FILE/],
        ["ERR_TLS_CERT_ALTNAME_INVALID", /its certificate is for another name/],
        ["UND_ERR_CONNECT_TIMEOUT", /no connection was made in time; a firewall may drop the packets/]
      ] as const) {
        const error = yield* Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "x" })).pipe(
          Effect.flip,
          Effect.provide(services(Scripted.make(() => Scripted.broken(code)).layer, auth, { tries: 1 }))
        )
        expect(error.message).toMatch(advice)
        expect(error.message).toContain(`POST ${url}/programs: `)
        expect(error).toMatchObject({ path: "/programs", outcome: "none" })
      }
    })
  )

  it.effect("has the name of the called method", () =>
    Effect.gen(function* () {
      const { layer } = over(Scripted.broken("ECONNRESET"))
      const error = yield* Effect.flatMap(Labels.Labels, (labels) => labels.find({ label_name: "x" })).pipe(
        Effect.flip,
        Effect.provide(layer)
      )
      expect(error).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        call: "Labels.find",
        message:
          "GET http://kaleidoscope.test/activity_labels: the connection broke (ECONNRESET); if the server uses TLS on this " +
          "port, `url` has to begin with https:// (attempt 3, after 0)",
        reason: "ECONNRESET",
        attempts: 3
      })
    })
  )
})
