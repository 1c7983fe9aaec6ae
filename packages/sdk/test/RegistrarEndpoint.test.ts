import { readdirSync, readFileSync } from "node:fs"
import { type ClientRequest, type IncomingMessage, request } from "node:http"
import { fileURLToPath } from "node:url"
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { type Ids, Registrar, Registration } from "@effect-kaleidoscope/sdk"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { isSecret } from "../src/internal/registrar/secret.js"
import * as Platform from "./support/registrarPlatform.js"
import { settle } from "./support/workspace.js"

const secret = Redacted.make("correct horse")
const inHeader = { secret, secretIn: { header: "X-Webhook-Secret" } } as const
const right = { "x-webhook-secret": "correct horse" }

const body = JSON.stringify({
  event_type: "registration_drafts_submitted",
  operation_id: Platform.activity,
  submission_id: Platform.submission
})

/** An endpoint of a registrar that only remembers what it accepts. */
const make = (options: RegistrarEndpoint.Options) => {
  const accepted: Array<Registration.Webhook> = []
  const registrar = Layer.mock(Registrar.Registrar, {
    accept: (webhook) =>
      Effect.suspend(() => {
        accepted.push(webhook)
        return webhook._tag === "FileSubmitted"
          ? Effect.fail(new Registration.InvalidWebhook({ reason: "ids", message: "no activity" }))
          : Effect.void
      })
  })
  const app = RegistrarEndpoint.app(options).pipe(Effect.provide(registrar))
  const handler = HttpApp.toWebHandler(app)
  const send = (url: string, init: RequestInit = {}) =>
    Effect.promise(async () => {
      const response = await handler(new Request(`http://registrar.test${url}`, { method: "POST", body, ...init }))
      return [response.status, await response.text()] as const
    })
  return { accepted, app, handler, send }
}

describe("the secret", () => {
  it.effect("in a header is that of the endpoint, or the response is 401 without a hint", () =>
    Effect.gen(function* () {
      const { accepted, send } = make(inHeader)
      for (const headers of [
        {},
        { "x-webhook-secret": "" },
        { "x-webhook-secret": "correct horsf" },
        { other: "correct horse" }
      ]) {
        expect(yield* send("/", { headers })).toEqual([401, ""])
      }
      expect(accepted).toEqual([])
      expect(yield* send("/", { headers: right })).toEqual([202, ""])
      expect(accepted).toHaveLength(1)
    })
  )

  it.effect("in the URL is that of the endpoint, or the response is 404 without a hint", () =>
    Effect.gen(function* () {
      const path = make({ secret, secretIn: "path" })
      for (const url of [
        "/",
        "/correct",
        "/correct%20horse/",
        "/correct%20horse/x",
        "/x?correct%20horse",
        "/%E0%A4%A"
      ]) {
        expect(yield* path.send(url)).toEqual([404, ""])
      }
      expect(yield* path.send("/hooks/correct%20horse?x=1")).toEqual([202, ""])
      const query = make({ secret, secretIn: { query: "key" } })
      for (const url of [
        "/",
        "/key",
        "/?key=",
        "/?key=correct",
        "/?other=correct+horse",
        "/?key=wrong&key=correct+horse"
      ]) {
        expect(yield* query.send(url)).toEqual([404, ""])
      }
      expect(yield* query.send("/hooks?x=1&key=correct+horse")).toEqual([202, ""])
      expect(yield* query.send("/hooks?key=correct%20horse")).toEqual([202, ""])
      expect([path.accepted.length, query.accepted.length]).toEqual([1, 2])
    })
  )

  it.effect("may be one of several", () =>
    Effect.gen(function* () {
      const { send } = make({ ...inHeader, secret: [secret, Redacted.make("the next one")] })
      for (const [given, status] of [
        ["correct horse", 202],
        ["the next one", 202],
        ["the next", 401]
      ] as const) {
        expect((yield* send("/", { headers: { "x-webhook-secret": given } }))[0]).toBe(status)
      }
    })
  )

  it.effect("and the other settings make sense: no request is accepted else", () =>
    Effect.gen(function* () {
      for (const settings of [{ largestBody: 0 }, { bodyTimeout: 0 }, { bodyTimeout: Number.NaN }]) {
        const { accepted, send } = make({ ...inHeader, ...settings })
        expect((yield* send("/", { headers: right }))[0]).toBe(500)
        expect(accepted).toEqual([])
      }
    })
  )

  it.effect("is never empty: no request is accepted then", () =>
    Effect.gen(function* () {
      for (const secret of [Redacted.make(""), [], [Redacted.make("a"), Redacted.make("")]]) {
        const { accepted, send } = make({ ...inHeader, secret })
        expect((yield* send("/", { headers: { "x-webhook-secret": "" } }))[0]).toBe(500)
        expect((yield* send("/", { headers: { "x-webhook-secret": "a" } }))[0]).toBe(500)
        expect(accepted).toEqual([])
      }
    })
  )

  it("is the same text, byte for byte", () => {
    const text = FastCheck.oneof(
      FastCheck.string({ unit: "grapheme", maxLength: 6 }),
      FastCheck.string({ unit: FastCheck.constantFrom("a", "b", "\u0000"), maxLength: 4 })
    )
    FastCheck.assert(
      FastCheck.property(text, text, (given, secret) => {
        const same = given === secret && secret !== ""
        return (
          isSecret(given, Redacted.make(secret)) === same && isSecret(secret, Redacted.make(secret)) === (secret !== "")
        )
      }),
      { numRuns: 500 }
    )
  })
})

describe("a request", () => {
  it.effect("that is not POST is refused with 405, if its secret is right", () =>
    Effect.gen(function* () {
      const { send } = make(inHeader)
      expect(yield* send("/", { method: "GET", headers: right, body: null })).toEqual([405, ""])
      expect(yield* send("/", { method: "PUT", headers: right })).toEqual([405, ""])
      expect(yield* send("/", { method: "GET", body: null })).toEqual([401, ""])
    })
  )

  it.effect("that is not POST is told the method that is allowed", () =>
    Effect.gen(function* () {
      const { handler } = make(inHeader)
      const response = yield* Effect.promise(() => handler(new Request("http://registrar.test/", { headers: right })))
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"])
    })
  )

  it.effect("with another body is refused with 400 and a message", () =>
    Effect.gen(function* () {
      const { accepted, send } = make(inHeader)
      for (const [text, message] of [
        ["<html>", "it is not JSON"],
        ["[]", "it is not a JSON object"],
        ["{}", "it has no event_type"],
        [JSON.stringify({ event_type: "registration_drafts_submitted" }), "it has no operation_id"]
      ] as const) {
        const [status, sent] = yield* send("/", { headers: right, body: text })
        expect(status).toBe(400)
        expect(sent).toContain(`the body is not a webhook of Kaleidoscope: ${message}`)
      }
      expect((yield* send("/", { headers: right, body: null }))[0]).toBe(400)
      expect(accepted).toEqual([])
      expect(yield* send("/", { headers: right, body: JSON.stringify({ file_url: "/files/1" }) })).toEqual([
        400,
        "no activity"
      ])
    })
  )

  it.effect("about another event gets 204, and the event is logged", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const { accepted, app } = make(inHeader)
      const logger = Logger.make(({ message }) => {
        logged.push(String(message))
      })
      const handler = HttpApp.toWebHandler(app.pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger))))
      const response = yield* Effect.promise(() =>
        handler(
          new Request("http://registrar.test/", {
            method: "POST",
            headers: right,
            body: JSON.stringify({ event_type: "activity\nupdated" })
          })
        )
      )
      expect(response.status).toBe(204)
      expect(accepted).toEqual([])
      expect(logged).toContain('Registrar: a webhook about "activity\\nupdated" was ignored')
    })
  )
})

/** A request whose body is a stream has to say so; its type does not know it. */
const halfDuplex: object = { duplex: "half" }

it.effect("a body has 30 seconds, or as long as is set, to come to its end", () =>
  Effect.gen(function* () {
    for (const [settings, seconds] of [
      [{}, 30],
      [{ bodyTimeout: "5 seconds" }, 5]
    ] as const) {
      const { accepted, app } = make({ ...inHeader, ...settings })
      const endless = Stream.toReadableStream(
        Stream.encodeText(Stream.concat(Stream.make(body.slice(0, 10)), Stream.never))
      )
      const request = HttpServerRequest.fromWeb(
        new Request("http://registrar.test/", { method: "POST", headers: right, body: endless, ...halfDuplex })
      )
      const fiber = yield* Effect.fork(Effect.provideService(app, HttpServerRequest.HttpServerRequest, request))
      yield* settle
      yield* TestClock.adjust(`${seconds - 1} seconds`)
      yield* settle
      expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
      yield* TestClock.adjust("1 second")
      expect((yield* Fiber.join(fiber)).status).toBe(408)
      expect(accepted).toEqual([])
    }
  })
)

/** Sends a request over a socket, in chunks if there is no length. */
const overSocket = (
  url: string,
  headers: { readonly [name: string]: string },
  write: (request: ClientRequest) => void
) =>
  Effect.async<number>((resume) => {
    const options = { agent: false, method: "POST", headers: { ...right, ...headers } }
    const sent = request(url, options, (response: IncomingMessage) => {
      resume(Effect.succeed(response.statusCode ?? 0))
      sent.destroy()
    })
    sent.on("error", () => resume(Effect.succeed(-1)))
    write(sent)
  })

describe("on a socket", () => {
  const serve = (options: RegistrarEndpoint.Options) => {
    const { accepted, app } = make(options)
    const Live = HttpRouter.empty.pipe(
      HttpRouter.mountApp("/hooks", app),
      HttpServer.serve(),
      Layer.provideMerge(NodeHttpServer.layerTest)
    )
    return Effect.gen(function* () {
      const context = yield* Layer.build(Live)
      const { address } = yield* HttpServer.HttpServer.pipe(Effect.provide(context))
      const port = address._tag === "TcpAddress" ? address.port : 0
      return { accepted, url: `http://127.0.0.1:${port}/hooks/x` }
    })
  }

  it.effect("a body is read up to its bound, with and without a length; a larger one gets 413", () =>
    Effect.gen(function* () {
      const { accepted, url } = yield* serve({ ...inHeader, largestBody: body.length })
      expect(yield* overSocket(url, { "content-length": String(body.length) }, (sent) => sent.end(body))).toBe(202)
      expect(
        yield* overSocket(url, {}, (sent) => {
          sent.write(body.slice(0, 10))
          setImmediate(() => sent.end(body.slice(10)))
        })
      ).toBe(202)
      expect(accepted).toHaveLength(2)
      expect(
        yield* overSocket(url, { "content-length": String(body.length + 1) }, (sent) => sent.end(`${body} `))
      ).toBe(413)
      expect(
        yield* overSocket(url, {}, (sent) => {
          sent.write(body)
          setImmediate(() => sent.end(" ".repeat(100_000)))
        })
      ).toBe(413)
      // Only the length is sent: the body is not waited for.
      expect(yield* overSocket(url, { "content-length": "2000000" }, (sent) => sent.flushHeaders())).toBe(413)
      // A body without an end is not read to it.
      expect(
        yield* overSocket(url, {}, (sent) => {
          sent.write(" ".repeat(100_000))
        })
      ).toBe(413)
      expect(accepted).toHaveLength(2)
    })
  )

  it.live("a body that does not come to its end gets 408", () =>
    Effect.gen(function* () {
      const { accepted, url } = yield* serve({ ...inHeader, bodyTimeout: "10 millis" })
      expect(yield* overSocket(url, {}, (sent) => sent.write(body.slice(0, 10)))).toBe(408)
      expect(accepted).toEqual([])
    })
  )

  it.effect("a wrong secret is refused before the body is read", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(inHeader)
      expect(
        yield* overSocket(url, { "x-webhook-secret": "wrong", "content-length": "2000000" }, (sent) =>
          sent.flushHeaders()
        )
      ).toBe(401)
    })
  )
})

it("only the endpoint loads the HTTP server, and no other module loads the endpoint", () => {
  const source = fileURLToPath(new URL("../src/", import.meta.url))
  const loading = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /^(?:import|export) (?!type ).*(?:platform\/Http(?:App|Router|Server)|\/RegistrarEndpoint)/m.test(
        readFileSync(`${source}${file}`, "utf8")
      )
    )
  expect(loading).toEqual(["RegistrarEndpoint.ts"])
})

it.effect("three webhooks at the same time are accepted at once, and the submission is handled once", () =>
  Effect.gen(function* () {
    const platform = Platform.make()
    const asked: Array<Ids.RecordId> = []
    const RegistrarLive = Registrar.layer({
      register: ({ record }) =>
        Effect.as(
          Effect.zipRight(
            settle,
            Effect.sync(() => asked.push(record.id))
          ),
          {}
        )
    }).pipe(Layer.provide(platform.layer))
    const context = yield* Layer.build(RegistrarLive)
    const handler = HttpApp.toWebHandler(RegistrarEndpoint.app(inHeader).pipe(Effect.provide(context)))
    const statuses = yield* Effect.forEach(
      [1, 2, 3],
      () =>
        Effect.promise(() => handler(new Request("http://registrar.test/", { method: "POST", headers: right, body }))),
      { concurrency: "unbounded" }
    )
    expect(statuses.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(platform.results).toEqual([])
    yield* settle
    yield* settle
    yield* settle
    expect(platform.results).toHaveLength(1)
    expect(asked).toEqual([1, 2, 3].map(Platform.draft))
  })
)
