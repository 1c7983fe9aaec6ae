import { createServer } from "node:http"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, requestToken, send, signIn, stringAt } from "./support/client.js"

type Script = ReadonlyArray<Faults.Rule>

/** Where a script can be played: before a client, in the emulator in memory, in the emulator on a socket. */
const places: ReadonlyArray<{
  readonly name: string
  readonly make: (script: Script) => Layer.Layer<Emulator.Emulator | HttpClient.HttpClient>
}> = [
  {
    name: "before a client",
    make: (script) => {
      const emulator = Emulator.layer()
      return Layer.merge(emulator, Faults.layer(script).pipe(Layer.provide(emulator)))
    }
  },
  { name: "in memory", make: (faults) => Emulator.layer({ faults }) },
  {
    name: "on a socket",
    make: (faults) =>
      Layer.merge(
        Emulator.layerServer({ faults }).pipe(
          Layer.provide(
            NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" })
          ),
          Layer.orDie
        ),
        NodeHttpClient.layerUndici
      )
  }
]

const programs = { path: "/programs" }

const create = (title: string) => call("POST", "/programs", { json: { title } })

const titles = Effect.flatMap(Emulator.Emulator, (emulator) =>
  Effect.map(emulator.state, (state) => state.programs.map((program) => program.title))
)

/** The response before its body is read. */
const open = (path: string) =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.Emulator
    const client = yield* HttpClient.HttpClient
    const token = yield* signIn
    return yield* client.execute(
      HttpClientRequest.get(`${emulator.url}${path}`, { headers: { "x-kal-authorization": `Bearer ${token}` } })
    )
  })

/** All the bytes that come, and how the body ends. */
const drain = (response: HttpClientResponse.HttpClientResponse) => {
  let size = 0
  return response.stream.pipe(
    Stream.runForEach((chunk) =>
      Effect.sync(() => {
        size += chunk.length
      })
    ),
    Effect.exit,
    Effect.map((exit) => ({ size, exit }))
  )
}

for (const place of places) {
  describe(`faults, ${place.name}`, () => {
    it.live("break the connection before the request is read: nothing happens", () =>
      Effect.gen(function* () {
        for (const title of ["one", "two"]) {
          const failure = yield* Effect.flip(create(title))
          expect(failure).toMatchObject({ _tag: "RequestError", reason: "Transport" })
        }
        expect((yield* create("three")).status).toBe(201)
        const all = yield* titles
        expect([all.includes("one"), all.includes("two"), all.includes("three")]).toEqual([false, false, true])
      }).pipe(
        Effect.provide(
          place.make([
            Faults.on({ method: "POST", path: "/programs", nth: 1 }, Faults.resetBefore),
            Faults.on({ method: "POST", path: "/programs", nth: 2 }, Faults.connectionRefused)
          ])
        )
      )
    )

    it.live("break the connection after the request was carried out: it happened", () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(create("one"))
        expect(failure).toMatchObject({ _tag: "RequestError", reason: "Transport" })
        expect(yield* titles).toContain("one")
      }).pipe(Effect.provide(place.make([Faults.on(programs, Faults.resetAfter)])))
    )

    it.live("stall, before or after the request is carried out", () =>
      Effect.gen(function* () {
        const before = yield* Effect.fork(create("before"))
        yield* Effect.sleep("100 millis")
        const after = yield* Effect.fork(create("after"))
        yield* Effect.repeat(Effect.delay(titles, "10 millis"), { until: (all) => all.includes("after") })
        yield* Effect.sleep("200 millis")
        expect([yield* Fiber.poll(before), yield* Fiber.poll(after)]).toEqual([Option.none(), Option.none()])
        expect(yield* titles).not.toContain("before")
        yield* Fiber.interruptAll([before, after])
      }).pipe(
        Effect.provide(
          place.make([
            Faults.on({ ...programs, nth: 1 }, Faults.stall),
            Faults.on({ ...programs, nth: 2 }, Faults.stallAfter)
          ])
        )
      )
    )

    it.live("stop within the body", () =>
      Effect.gen(function* () {
        const response = yield* open("/programs")
        expect(response.status).toBe(200)
        const first = yield* Stream.runHead(response.stream)
        expect(Option.map(first, (chunk) => new TextDecoder().decode(chunk))).toEqual(Option.some('[{"id'))
        const again = yield* open("/programs")
        expect(Option.isNone(yield* Effect.timeoutOption(again.text, "200 millis"))).toBe(true)
      }).pipe(Effect.provide(place.make([Faults.on(programs, Faults.stallBody({ after: 5 }))])))
    )

    it.live("break the connection within the body", () =>
      Effect.gen(function* () {
        const response = yield* open("/programs")
        const { exit, size } = yield* drain(response)
        expect(Exit.isFailure(exit)).toBe(true)
        expect(size).toBeLessThan(Number(response.headers["content-length"]))
      }).pipe(Effect.provide(place.make([Faults.on(programs, Faults.resetBody())])))
    )

    it.live("cut the body off", () =>
      Effect.gen(function* () {
        const whole = yield* open("/workspaces/members")
        const { size: wholeSize } = yield* drain(whole)
        const response = yield* open("/workspaces/members")
        expect(Number(response.headers["content-length"])).toBe(wholeSize)
        const { size } = yield* drain(response)
        expect(size).toBe(Math.ceil(wholeSize / 2))
      }).pipe(Effect.provide(place.make([Faults.on({ path: "/workspaces/members", nth: 2 }, Faults.truncateBody())])))
    )

    it.live("send the body slowly", () =>
      Effect.gen(function* () {
        const started = Date.now()
        const response = yield* open("/activity_labels")
        const { exit, size } = yield* drain(response)
        expect(Exit.isSuccess(exit)).toBe(true)
        expect(size).toBe(Number(response.headers["content-length"]))
        expect(Date.now() - started).toBeGreaterThanOrEqual(20 * Math.floor(size / 200))
      }).pipe(
        Effect.provide(
          place.make([Faults.on({ path: "/activity_labels" }, Faults.slowBody({ bytes: 200, every: "20 millis" }))])
        )
      )
    )

    it.effect("damage the response", () =>
      Effect.gen(function* () {
        const gzip = yield* open("/programs")
        expect(gzip.headers["content-encoding"]).toBe("gzip")
        expect([...new Uint8Array(yield* gzip.arrayBuffer)].slice(0, 2)).toEqual([0x1f, 0x8b])
        const json = yield* call("GET", "/programs")
        expect([json.status, json.json, json.headers["content-type"]]).toEqual([200, undefined, "application/json"])
        expect(json.text.startsWith("[{")).toBe(true)
        const type = yield* call("GET", "/programs")
        expect([type.headers["content-type"], Array.isArray(type.json)]).toEqual(["text/csv", true])
      }).pipe(
        Effect.provide(
          place.make([
            Faults.on({ ...programs, nth: 1 }, Faults.badGzip),
            Faults.on({ ...programs, nth: 2 }, Faults.invalidJson),
            Faults.on({ ...programs, nth: 3 }, Faults.wrongContentType("text/csv"))
          ])
        )
      )
    )

    it.live("respond instead of the server", () =>
      Effect.gen(function* () {
        const answers = yield* Effect.forEach(Array.from({ length: 8 }), (_, index) => create(`program ${index}`))
        expect(answers.map((answer) => answer.status)).toEqual([200, 404, 503, 500, 401, 302, 204, 418])
        const [html, proxy, status, problem, unauthorized, redirect, empty, own] = answers
        for (const page of [html, proxy]) {
          expect(page?.headers["content-type"]).toContain("text/html")
          expect(page?.text).toContain("<html>")
        }
        expect(status?.text).toBe("")
        expect(problem?.json).toEqual({ code: "INTERNAL_ERROR", message: expect.any(String) })
        expect(unauthorized?.json).toEqual({ code: "UNAUTHORIZED", message: expect.any(String) })
        expect(redirect?.headers["location"]).toBe("https://elsewhere.test/")
        expect(empty?.text).toBe("")
        expect([own?.text, own?.headers["x-own"]]).toEqual(["short and stout", "yes"])
        const created = (yield* titles).filter((title) => title.startsWith("program "))
        expect(created).toEqual(["program 7"])
      }).pipe(
        Effect.provide(
          place.make(
            [
              Faults.html,
              Faults.proxyNotFound,
              Faults.status(503),
              Faults.problem(500),
              Faults.unauthorized,
              Faults.redirect("https://elsewhere.test/"),
              Faults.respond({ status: 204, text: "a body that cannot be" }),
              Faults.respond({ status: 418, text: "short and stout", headers: { "x-own": "yes" }, carriedOut: true })
            ].map((fault) => Faults.on({ ...programs, times: 1 }, fault))
          )
        )
      )
    )

    it.live("tell when to retry", () =>
      Effect.gen(function* () {
        const now = Date.now()
        const [seconds, date, never] = yield* Effect.forEach(Array.from({ length: 3 }), () => call("GET", "/programs"))
        expect([seconds?.status, date?.status, never?.status]).toEqual([429, 429, 429])
        expect(seconds?.headers["retry-after"]).toBe("2")
        const moment = Date.parse(String(date?.headers["retry-after"]))
        expect(moment).toBeGreaterThanOrEqual(now + 90_000)
        expect(moment).toBeLessThanOrEqual(Date.now() + 91_000)
        expect(never?.headers["retry-after"]).toBeUndefined()
        expect(at(never?.json, "code")).toBe("RATE_LIMITED")
      }).pipe(
        Effect.provide(
          place.make([
            Faults.on({ ...programs, nth: 1 }, Faults.rateLimited("1500 millis")),
            Faults.on({ ...programs, nth: 2 }, Faults.rateLimited("90 seconds", "date")),
            Faults.on({ ...programs, nth: 3 }, Faults.rateLimited())
          ])
        )
      )
    )
  })
}

/** A client that gets 200 without a body for every request. */
const anything = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, new Response("{}"))))
)

const play = (script: Script, requests: ReadonlyArray<HttpClientRequest.HttpClientRequest>) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    return yield* Effect.forEach(requests, (request) =>
      Effect.match(client.execute(request), {
        onFailure: () => 0,
        onSuccess: (response) => response.status
      })
    )
  }).pipe(Effect.provide(Faults.layer(script)), Effect.provide(anything))

const get = (path: string) => HttpClientRequest.get(`https://api.test${path}`)
const times = <A>(count: number, item: A): ReadonlyArray<A> => Array.from({ length: count }, () => item)

describe("scripts", () => {
  it.effect("choose by method and path", () =>
    Effect.gen(function* () {
      const requests = [
        get("/records/a/values"),
        HttpClientRequest.post("https://api.test/records/a/values/"),
        HttpClientRequest.post("https://api.test/records/a%2Fb/values?q=/values"),
        HttpClientRequest.post("https://api.test/records/a/b/values"),
        HttpClientRequest.post("https://api.test/records/a/values/file"),
        HttpClientRequest.post("https://api.test/records//values")
      ]
      const script = [Faults.on({ method: "POST", path: "/records/:id/values" }, Faults.status(503))]
      expect(yield* play(script, requests)).toEqual([200, 503, 503, 200, 200, 200])
      const beneath = [Faults.on({ path: "/records/*" }, Faults.status(503))]
      expect(yield* play(beneath, [get("/records/a/values"), get("/records"), get("/recordsX/a")])).toEqual([
        503, 200, 200
      ])
      const literal = [Faults.on({ path: "/a.b(c)" }, Faults.status(503))]
      expect(yield* play(literal, [get("/a.b(c)"), get("/axb(c)")])).toEqual([503, 200])
    })
  )

  it.effect("count every request that matches, also if an earlier rule plays", () =>
    Effect.gen(function* () {
      const script = [
        Faults.on({ nth: 2 }, Faults.status(500)),
        Faults.on({ nth: 3 }, Faults.status(501)),
        Faults.on({ after: 4, times: 2 }, Faults.status(502)),
        Faults.on({ path: "/other" }, Faults.status(503))
      ]
      const requests = [...times(7, get("/")), get("/other")]
      expect(yield* play(script, requests)).toEqual([200, 500, 501, 200, 502, 502, 200, 503])
    })
  )

  it.effect("choose a share that depends only on the seed", () =>
    Effect.gen(function* () {
      const requests = times(2000, get("/"))
      const share = (seed: number) => [Faults.on({ share: 0.2, seed }, Faults.resetBefore)]
      const first = yield* play(share(1), requests)
      expect(yield* play(share(1), requests)).toEqual(first)
      expect(yield* play(share(2), requests)).not.toEqual(first)
      const played = first.filter((status) => status === 0).length
      expect(played).toBeGreaterThan(330)
      expect(played).toBeLessThan(470)
    })
  )

  it.effect("choose shares that are independent of each other", () =>
    Effect.gen(function* () {
      const half = { share: 0.5, seed: 1 }
      const statuses = yield* play(
        [Faults.on(half, Faults.status(500)), Faults.on(half, Faults.status(501))],
        times(1000, get("/"))
      )
      const count = (status: number) => statuses.filter((other) => other === status).length
      for (const [status, expected] of [
        [500, 500],
        [501, 250],
        [200, 250]
      ] as const) {
        expect(Math.abs(count(status) - expected)).toBeLessThan(70)
      }
    })
  )

  it.effect("pass time by the Clock", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const late = yield* Effect.fork(client.get("https://api.test/late"))
      yield* TestClock.adjust("59 seconds")
      expect(Option.isNone(yield* Fiber.poll(late))).toBe(true)
      yield* TestClock.adjust("1 second")
      expect((yield* Fiber.join(late)).status).toBe(200)
      const date = yield* client.get("https://api.test/date")
      expect(date.headers["retry-after"]).toBe("Thu, 01 Jan 1970 00:01:03 GMT")
      const slow = yield* client.get("https://api.test/slow")
      const body = yield* Effect.fork(slow.text)
      yield* TestClock.adjust("9 seconds")
      expect(Option.isNone(yield* Fiber.poll(body))).toBe(true)
      yield* TestClock.adjust("9 seconds")
      expect(yield* Fiber.join(body)).toBe("{}")
    }).pipe(
      Effect.provide(
        Faults.layer([
          Faults.on({ path: "/late" }, Faults.delay("1 minute")),
          Faults.on({ path: "/date" }, Faults.rateLimited("2500 millis", "date")),
          Faults.on({ path: "/slow" }, Faults.slowBody({ bytes: 1, every: "9 seconds" }))
        ])
      ),
      Effect.provide(anything)
    )
  )

  it.effect("do not change responses without a body", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response(undefined, { status: 204 })))
      )
      for (const fault of [
        Faults.badGzip,
        Faults.invalidJson,
        Faults.wrongContentType(),
        Faults.truncateBody(),
        Faults.stallBody(),
        Faults.resetBody(),
        Faults.slowBody({ bytes: 1, every: "1 second" })
      ]) {
        const response = yield* Faults.wrap([Faults.on({}, fault)])(client).get("https://api.test/")
        expect([response.status, yield* response.text]).toEqual([204, ""])
      }
    })
  )

  it.effect("can be replaced, and list the played faults", () =>
    Effect.gen(function* () {
      const faults = yield* Faults.Faults
      const client = yield* HttpClient.HttpClient
      const statusOf = (path: string) => Effect.map(client.get(`https://api.test${path}`), ({ status }) => status)
      expect(yield* statusOf("/a?b=c")).toBe(503)
      expect(yield* faults.played).toEqual([{ method: "GET", path: "/a", fault: Faults.status(503) }])
      expect(yield* statusOf("/a")).toBe(200)
      yield* faults.restart
      expect(yield* statusOf("/a")).toBe(503)
      yield* faults.set([Faults.on({}, Faults.status(500))])
      expect(yield* faults.played).toEqual([])
      expect(yield* statusOf("/a")).toBe(500)
      yield* faults.set([])
      expect(yield* statusOf("/a")).toBe(200)
    }).pipe(Effect.provide(Faults.layer([Faults.on({ nth: 1 }, Faults.status(503))])), Effect.provide(anything))
  )

  it.effect("start again when the emulator is reset", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const token = { grant_type: "client_credentials", client_id: "demo", client_secret: "demo" }
      expect((yield* requestToken(token)).status).toBe(503)
      expect((yield* requestToken(token)).status).toBe(200)
      yield* emulator.reset
      expect(yield* emulator.faults.played).toEqual([])
      expect((yield* requestToken(token)).status).toBe(503)
      expect((yield* emulator.requests).map((request) => request.status)).toEqual([Option.some(503)])
      yield* emulator.faults.set([Faults.on({}, Faults.html)])
      expect((yield* send("GET", "/programs")).status).toBe(200)
    }).pipe(Effect.provide(Emulator.layer({ faults: [Faults.on({ path: "/auth/*", nth: 1 }, Faults.status(503))] })))
  )

  it("can be written as JSON", () => {
    const decode = Schema.decodeUnknownEither(Faults.Script)
    expect(
      decode([
        { on: { path: "/programs", method: "GET" }, fault: { type: "delay", wait: "2 seconds" } },
        { on: {}, fault: { type: "rateLimited", retryAfter: 1500 } },
        { on: { share: 0.2, seed: 7 }, fault: { type: "respond", status: 503, json: { code: "BUSY" } } }
      ])
    ).toEqual(
      Either.right([
        Faults.on({ path: "/programs", method: "GET" }, Faults.delay("2 seconds")),
        Faults.on({}, Faults.rateLimited(Duration.millis(1500))),
        Faults.on({ share: 0.2, seed: 7 }, Faults.respond({ status: 503, json: { code: "BUSY" } }))
      ])
    )
    for (const wrong of [
      {},
      [{ on: {}, fault: { type: "explode" } }],
      [{ on: {}, fault: { type: "delay", wait: "soon" } }],
      [{ on: { share: 2 }, fault: { type: "stall" } }],
      [{ on: { paths: "/" }, fault: { type: "stall" } }],
      [{ on: { nth: 0 }, fault: { type: "stall" } }],
      [{ on: {}, fault: { type: "respond", status: 100 } }]
    ]) {
      expect(Either.isLeft(decode(wrong))).toBe(true)
    }
  })

  it("are encoded as they were written", () => {
    const script = [{ on: { nth: 1 }, fault: { type: "slowBody", bytes: 3, every: 250 } }]
    const decoded = Schema.decodeUnknownSync(Faults.Script)(script)
    expect(Schema.encodeSync(Faults.Script)(decoded)).toEqual(script)
  })

  it.live("end with the server: a waiting client does not keep it open", () =>
    Effect.gen(function* () {
      const clients = yield* Layer.build(NodeHttpClient.layerUndici)
      const waiting = yield* Effect.scoped(
        Effect.gen(function* () {
          const server = yield* Layer.build(
            Emulator.layerServer({ faults: [Faults.on(programs, Faults.stall)] }).pipe(
              Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
            )
          )
          const fiber = yield* Effect.fork(
            Effect.either(send("GET", "/programs")).pipe(Effect.provide(server), Effect.provide(clients))
          )
          yield* Effect.sleep("100 millis")
          return fiber
        })
      )
      const outcome = yield* Fiber.join(waiting)
      expect(Either.isLeft(outcome)).toBe(true)
    }).pipe(Effect.scoped)
  )
})

it.effect("a token that is refused once is fetched again", () =>
  Effect.gen(function* () {
    const token = yield* signIn
    const list = send("GET", "/programs", { headers: { "x-kal-authorization": `Bearer ${token}` } })
    const answers = yield* Effect.all([list, list, list])
    expect(answers.map((answer) => answer.status)).toEqual([200, 401, 200])
    expect(stringAt(answers[1].json, "code")).toBe("UNAUTHORIZED")
  }).pipe(Effect.provide(Emulator.layer({ faults: [Faults.on({ ...programs, nth: 2 }, Faults.unauthorized)] })))
)
