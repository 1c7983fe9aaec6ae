import { createServer } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo, Server } from "node:net"
import { Auth, Exports, Ids, type KaleidoscopeError, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import { clients, live } from "./support/loopback.js"
import * as Scripted from "./support/scripted.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const services = Layer.mergeAll(Labels.layer, Programs.layer, Exports.layer)

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const rename = Effect.flatMap(Programs.Programs, (programs) =>
  programs.update(Ids.ProgramId.make("p"), { title: "Apollo" })
)

const csv = Effect.flatMap(Exports.Exports, (exports) =>
  Stream.runDrain(exports.csv({ entity_slice_id: Ids.EntityTypeId.make("t") }))
)

const once = RequestPolicy.layer({ tries: 1, silence: "5 seconds" })

/** The services at this address, of a server that answers from a script. */
const at = (url: string, script: Scripted.Script) =>
  services.pipe(
    Layer.provide(Auth.layerToken({ token: Redacted.make("the-access-token"), url })),
    Layer.provide(Layer.merge(Scripted.make(script).layer, once))
  )

const page = Scripted.text("<!doctype html><html><title>Kaleidoscope</title></html>", 200, {
  "content-type": "text/html; charset=utf-8"
})

const noRoute = Scripted.json({ message: "Route GET:/api/x not found", error: "Not Found", statusCode: 404 }, 404)

const proxy404 = Scripted.text("<html><title>404 Not Found</title></html>", 404, { "content-type": "text/html" })

const below = "check `url`: it has the path /api. The API normally has no path: remove it, unless a proxy adds it"
const address = "check that `url` is the address of the API"

describe("a URL that is not that of the API", () => {
  for (const [what, answer, tag] of [
    ["a page", page, "KaleidoscopeDecodeError"],
    ["a page without a content type", Scripted.text("\n<HTML><body>"), "KaleidoscopeDecodeError"],
    ["a 404 of the platform's router", noRoute, "KaleidoscopeUnexpectedStatus"],
    ["a 404 of a proxy", proxy404, "KaleidoscopeUnexpectedStatus"],
    ["a 404 with nothing", Scripted.text(null, 404), "KaleidoscopeUnexpectedStatus"]
  ] as const) {
    it.effect(`gives an error with what to check: ${what}`, () =>
      Effect.gen(function* () {
        for (const [url, words] of [
          ["https://kaleidoscope.test", address],
          ["https://kaleidoscope.test/", address],
          ["https://kaleidoscope.test/api/", below]
        ] as const) {
          for (const call of [list, rename]) {
            const failing = Effect.asVoid<unknown, unknown, Labels.Labels | Programs.Programs>(call)
            expect(yield* Effect.flip(failing).pipe(Effect.provide(at(url, () => answer)))).toMatchObject({
              _tag: tag satisfies Tag,
              message: expect.stringContaining(words)
            })
          }
        }
      })
    )
  }

  it.effect("gives an error with what to check: a page instead of a table", () =>
    Effect.gen(function* () {
      expect(
        yield* Effect.flip(csv).pipe(Effect.provide(at("https://kaleidoscope.test/api", () => page)))
      ).toMatchObject({
        _tag: "KaleidoscopeUnexpectedContentType" satisfies Tag,
        message: expect.stringContaining(below)
      })
    })
  )

  it.effect("gives the same error for the request for a token", () =>
    Effect.gen(function* () {
      for (const answer of [page, noRoute, proxy404]) {
        const layer = services.pipe(
          Layer.provide(
            Auth.layer({ clientId: "a", clientSecret: Redacted.make("b"), url: "https://kaleidoscope.test/api" })
          ),
          Layer.provide(Layer.merge(Scripted.make(() => answer).layer, once))
        )
        expect(yield* Effect.flip(list).pipe(Effect.provide(layer))).toMatchObject({
          _tag: "KaleidoscopeAuthError" satisfies Tag,
          reason: "malformed",
          message: expect.stringContaining(below)
        })
      }
    })
  )

  it.effect("is not mentioned by the platform's own 404", () =>
    Effect.gen(function* () {
      const gone = Scripted.json({ code: "NOT_FOUND", message: "There is no program p" }, 404)
      const error = yield* Effect.flip(rename).pipe(Effect.provide(at("https://kaleidoscope.test/api", () => gone)))
      expect(error).toMatchObject({ _tag: "KaleidoscopeNotFound" satisfies Tag })
      expect(error.message).not.toContain("url")
    })
  )
})

describe("a URL with the wrong scheme", () => {
  for (const [what, answer] of [
    [
      "nginx",
      Scripted.text("<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>", 400, {
        "content-type": "text/html"
      })
    ],
    ["Go", Scripted.text("Client sent an HTTP request to an HTTPS server.\n", 400)],
    ["a redirect", Scripted.text(null, 308, { location: "https://kaleidoscope.test/activity_labels" })]
  ] as const) {
    it.effect(`gives an error with what to do: ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(list).pipe(Effect.provide(at("http://kaleidoscope.test", () => answer)))
        expect(error.message).toContain("`url` has to begin with https://")
      })
    )
  }

  const listening = <A extends Server>(server: A) =>
    Effect.acquireRelease(
      Effect.async<number>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port))) // a server on a port has an address of this form
      }),
      () => Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
    )

  for (const [name, client] of Object.entries(clients)) {
    const over = (url: string) => services.pipe(Layer.provide(live(url, client)), Layer.provide(once))

    it.live(`gives an error that the port does not use TLS, on ${name}`, () =>
      Effect.gen(function* () {
        const port = yield* listening(createServer((_, response) => response.end("[]")))
        expect(yield* Effect.flip(list).pipe(Effect.provide(over(`https://127.0.0.1:${port}`)))).toMatchObject({
          _tag: "KaleidoscopeTransportError" satisfies Tag,
          message: expect.stringContaining("does not use TLS on this port: if it uses plain HTTP, `url` has to begin")
        })
      })
    )

    it.live(`gives an error that the port may need TLS, on ${name}`, () =>
      Effect.gen(function* () {
        const port = yield* listening(createTlsServer((_, response) => response.end("[]")))
        expect(yield* Effect.flip(list).pipe(Effect.provide(over(`http://127.0.0.1:${port}`)))).toMatchObject({
          _tag: "KaleidoscopeTransportError" satisfies Tag,
          message: expect.stringContaining("if the server uses TLS on this port, `url` has to begin with https://")
        })
      })
    )
  }
})
