import { createServer, type IncomingHttpHeaders, request } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "../../../test/vitest.js"
import { call, send, stringAt } from "./support/client.js"
import { typeId } from "./support/sample.js"

interface WholeResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Sends a request with the headers of a browser, the host included, by Node's own client. */
const ask = (
  url: string,
  options: {
    readonly method?: string
    readonly path?: string
    readonly headers?: { readonly [name: string]: string }
    readonly body?: string
  }
) =>
  Effect.async<WholeResponse, Error>((resume) => {
    const { hostname, port } = new URL(url)
    const sent = request(
      {
        host: hostname.replace(/^\[|\]$/g, ""),
        port,
        method: options.method ?? "GET",
        path: options.path ?? "/programs",
        headers: { ...options.headers },
        agent: false
      },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () =>
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString()
            })
          )
        )
        response.on("error", (error) => resume(Effect.fail(error)))
      }
    )
    sent.on("error", (error) => resume(Effect.fail(error)))
    sent.end(options.body)
  })

/** The emulator on a socket, for `test`. */
const on = <A, E>(
  options: Emulator.Options & { readonly host?: string },
  test: (url: string) => Effect.Effect<A, E, never>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const context = yield* Emulator.layerServer(options).pipe(
        Layer.provide(
          NodeHttpServer.layerServer(() => createServer({ maxHeaderSize: 256 * 1024 }), {
            port: 0,
            host: options.host ?? "127.0.0.1"
          })
        ),
        Layer.build
      )
      return yield* test(Context.get(context, Emulator.Emulator).url)
    })
  )

const form = {
  method: "POST",
  path: "/auth/oauth/token",
  body: "grant_type=client_credentials&client_id=demo&client_secret=demo"
}

const tokenFor = (url: string, headers: { readonly [name: string]: string } = {}) =>
  Effect.map(
    ask(url, { ...form, headers: { ...headers, "content-type": "application/x-www-form-urlencoded" } }),
    ({ text }) => stringAt(JSON.parse(text), "access_token")
  )

const origin = "https://app.example"

const preflight = {
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization,content-type,x-kal-authorization"
  }
}

const listOf = (header: unknown): ReadonlyArray<string> =>
  String(header ?? "")
    .split(",")
    .map((name) => name.trim())

describe("other origins", () => {
  it.live("read nothing unless they are let", () =>
    on({}, (url) =>
      Effect.gen(function* () {
        expect((yield* ask(url, preflight)).status).toBe(401)
        const token = yield* tokenFor(url)
        const answer = yield* ask(url, { headers: { origin, "x-kal-authorization": `Bearer ${token}` } })
        expect(answer.status).toBe(200)
        for (const { headers } of [answer, yield* ask(url, preflight)]) {
          expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([])
        }
      })
    )
  )

  for (const [name, cors, allowed] of [
    ["any origin", "*", "*"],
    ["some origins", ["http://localhost:5173", origin], origin],
    ["an origin that is written another way", ["HTTPS://APP.example:443/"], origin]
  ] as const) {
    it.live(`may ask before, without a token, and read any answer: ${name}`, () =>
      on(
        {
          cors,
          bodyLimit: 10_000,
          faults: [
            Faults.on({ path: "/dashboards" }, Faults.status(500)),
            Faults.on({ path: "/imports" }, Faults.rateLimited("2 seconds")),
            Faults.on({ path: "/activities" }, Faults.slowBody({ bytes: 10_000, every: "1 millis" }))
          ]
        },
        (url) =>
          Effect.gen(function* () {
            for (const path of ["/programs", "/auth/oauth/token", "/records/1/values", "/nowhere", "/dashboards"]) {
              const answer = yield* ask(url, { ...preflight, path })
              expect([path, answer.status, answer.text]).toEqual([path, 204, ""])
              expect(answer.headers["access-control-allow-origin"]).toBe(allowed)
              expect(listOf(answer.headers["access-control-allow-methods"])).toEqual(
                expect.arrayContaining(["GET", "POST", "PUT", "DELETE"])
              )
              expect(listOf(answer.headers["access-control-allow-headers"])).toEqual(
                expect.arrayContaining(["authorization", "content-type", "x-kal-authorization"])
              )
              expect(listOf(answer.headers.vary)).toContain("origin")
            }
            const token = yield* tokenFor(url, { origin })
            const headers = { origin, "x-kal-authorization": `Bearer ${token}`, "content-type": "application/json" }
            const exported = `/records/export/csv?filename=a.csv&entity_slice_id=${typeId("Compound")}`
            for (const [status, options] of [
              [200, { headers }],
              [200, { headers, path: exported }],
              [200, { headers: { ...headers, "accept-encoding": "gzip" }, path: exported }],
              [200, { headers, path: "/activities" }],
              [401, { headers: { origin } }],
              [404, { headers, path: "/nowhere" }],
              [404, { headers, path: "/records/nobody" }],
              [400, { headers, method: "POST", body: "{" }],
              [413, { headers, method: "POST", body: "x".repeat(20_000) }],
              [500, { headers, path: "/dashboards" }],
              [429, { headers, path: "/imports" }],
              [200, { headers: { origin }, path: "/openapi.json" }]
            ] as const) {
              const answer = yield* ask(url, options)
              expect([options, answer.status]).toEqual([options, status])
              expect(answer.headers["access-control-allow-origin"]).toBe(allowed)
              expect(listOf(answer.headers["access-control-expose-headers"])).toEqual(
                expect.arrayContaining(["x-request-id", "retry-after", "content-disposition"])
              )
              expect(listOf(answer.headers.vary)).toContain("origin")
              expect(answer.text.length).toBeGreaterThan(status === 500 ? -1 : 0)
            }
            const compressed = yield* ask(url, {
              headers: { ...headers, "accept-encoding": "gzip" },
              path: exported
            })
            expect(listOf(compressed.headers.vary)).toEqual(["accept-encoding", "origin"])
          })
      )
    )
  }

  it.live("that are not in the list read nothing", () =>
    on({ cors: [origin] }, (url) =>
      Effect.gen(function* () {
        const token = yield* tokenFor(url)
        for (const other of [
          "https://evil.example",
          "http://app.example",
          "https://app.example:8443",
          "null",
          "https://app.example.evil.example"
        ]) {
          for (const options of [
            { ...preflight, headers: { ...preflight.headers, origin: other } },
            { headers: { origin: other, "x-kal-authorization": `Bearer ${token}` } }
          ]) {
            const { headers } = yield* ask(url, options)
            expect([other, headers["access-control-allow-origin"]]).toEqual([other, undefined])
            expect(listOf(headers.vary)).toContain("origin")
          }
        }
        expect((yield* ask(url, { method: "OPTIONS" })).status).toBe(401)
      })
    )
  )

  it.effect("are refused as an option if they are not origins", () =>
    Effect.gen(function* () {
      for (const wrong of ["app.example", "https://app.example/path", "https://*.example", "", "ftp://app.example"]) {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(Emulator.layer({ cors: [origin, wrong] }))))
        expect([wrong, Exit.isFailure(exit)]).toEqual([wrong, true])
      }
    })
  )

  it.effect("can be allowed in memory, too", () =>
    Effect.gen(function* () {
      const answer = yield* call("GET", "/programs", { headers: { origin } })
      expect(answer.headers["access-control-allow-origin"]).toBe(origin)
      expect((yield* send("GET", "/programs", { headers: { origin } })).headers["access-control-allow-origin"]).toBe(
        origin
      )
    }).pipe(Effect.provide(Emulator.layer({ cors: [origin] })))
  )
})

describe("the host of a request", () => {
  const statusOf = (url: string, host: string, path = "/programs", method = "GET") =>
    Effect.map(ask(url, { headers: { host }, path, method }), ({ status }) => status)

  it.live("is this machine on a loopback address, or one that was allowed", () =>
    on({ hosts: ["kaleidoscope.test", "::2"], cors: "*" }, (url) =>
      Effect.gen(function* () {
        const { port } = new URL(url)
        for (const host of [
          "127.0.0.1",
          "localhost",
          "LocalHost",
          "localhost.",
          "[::1]",
          "app.localhost",
          "127.0.0.2",
          "kaleidoscope.test",
          "[::2]"
        ]) {
          for (const suffix of ["", `:${port}`, ":80"]) {
            expect([host, suffix, yield* statusOf(url, `${host}${suffix}`)]).toEqual([host, suffix, 401])
          }
        }
        for (const host of [
          "evil.example",
          `evil.example:${port}`,
          "localhost.evil.example",
          "127.0.0.1.evil.example",
          "evillocalhost",
          "192.168.1.5",
          "0.0.0.0",
          "[::3]",
          "127.0.0.1@evil.example",
          "localhost/",
          "kaleidoscope.test.evil.example"
        ]) {
          for (const [path, method] of [
            ["/programs", "GET"],
            ["/openapi.json", "GET"],
            ["/auth/oauth/token", "POST"],
            ["/programs", "OPTIONS"]
          ] as const) {
            expect([host, path, yield* statusOf(url, host, path, method)]).toEqual([host, path, 421])
          }
        }
        const refused = yield* ask(url, { headers: { host: "evil.example", origin } })
        expect(JSON.parse(refused.text)).toEqual({
          code: "MISDIRECTED_REQUEST",
          message: expect.stringContaining("evil.example")
        })
        expect(refused.headers["access-control-allow-origin"]).toBeUndefined()
      })
    )
  )

  it.live("is not checked on other addresses", () =>
    on({ host: "0.0.0.0" }, (url) =>
      Effect.gen(function* () {
        expect(yield* statusOf(url, "lab.example")).toBe(401)
      })
    )
  )
})

describe("long requests", () => {
  it.live("of 64 kB of URL, and of headers, are read", () =>
    on({}, (url) =>
      Effect.gen(function* () {
        const token = yield* tokenFor(url)
        const headers = { "x-kal-authorization": `Bearer ${token}` }
        const ids = Array.from({ length: 1700 }, () => crypto.randomUUID()).join(",")
        expect(ids.length).toBeGreaterThan(62_000)
        const answer = yield* ask(url, { headers, path: `/records?record_ids=${ids}` })
        expect([answer.status, answer.text]).toEqual([200, "[]"])
        const long = yield* ask(url, { headers: { ...headers, "x-custom": "a".repeat(64_000) } })
        expect(long.status).toBe(200)
        const both = { ...headers, "x-custom": "a".repeat(64_000) }
        expect((yield* ask(url, { headers: both, path: `/records?record_ids=${ids}` })).status).toBe(200)
        expect((yield* ask(url, { headers, path: `/records/${"a".repeat(64_000)}` })).status).toBe(404)
      })
    )
  )
})
