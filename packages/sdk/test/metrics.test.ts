import * as HttpClient from "@effect/platform/HttpClient"
import { Auth, IdentityToken, Ids, Metrics, Programs, Records, type RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"
import { key, program, programId, services, settle, url } from "./support/workspace.js"

const token = Redacted.make("the-access-token")

const once = { tries: 1, backoff: 0 }

/** What a counter has counted under these tags while an effect ran: metrics are the process's, and other tests count, too. */
const counted = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  counter: Metric.Metric.Counter<number>,
  ...several: ReadonlyArray<{ readonly [tag: string]: string }>
) => {
  const counts = Effect.forEach(several, (tags) =>
    Effect.map(
      Metric.value(Object.entries(tags).reduce((metric, [tag, value]) => Metric.tagged(metric, tag, value), counter)),
      ({ count }) => count
    )
  )
  return Effect.gen(function* () {
    const before = yield* counts
    yield* Effect.exit(self)
    return (yield* counts).map((count, index) => count - (before[index] ?? 0))
  })
}

const update = Effect.flatMap(Programs.Programs, (programs) => programs.update(programId, { title: "Apollo" }))

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)

/** The services on a server that answers so, one after the other, and then with the last. */
const answering = (policy: Partial<RequestPolicy.Policy>, ...answers: ReadonlyArray<ReturnType<Scripted.Script>>) => {
  const server = Scripted.make((_, nth) => answers[Math.min(nth, answers.length) - 1] ?? Effect.never)
  return services(server.layer, undefined, policy)
}

describe("requests are counted", () => {
  it.effect("for each try, by method, path template and status", () =>
    Effect.gen(function* () {
      const put = (status: string) => ({ method: "PUT", route: "/programs/{id}", status })
      const layer = answering(
        { backoff: 0 },
        Scripted.text(null, 503),
        Scripted.broken("ECONNRESET"),
        Scripted.json(program)
      )
      expect(
        yield* counted(Effect.provide(update, layer), Metrics.requests, put("503"), put("none"), put("200"))
      ).toEqual([1, 1, 1])
    })
  )

  it.effect("also if a deadline passes or the call is interrupted", () =>
    Effect.gen(function* () {
      const none = { method: "GET", route: "/programs", status: "none" }
      const waiting = Effect.gen(function* () {
        const fiber = yield* Effect.fork(list)
        yield* settle
        yield* TestClock.adjust("300 seconds")
        yield* Fiber.await(fiber)
        const interrupted = yield* Effect.fork(list)
        yield* settle
        yield* Fiber.interrupt(interrupted)
      })
      expect(yield* counted(Effect.provide(waiting, answering(once)), Metrics.requests, none)).toEqual([2])
    })
  )
})

describe("retries are counted", () => {
  const tags = { method: "PUT", route: "/programs/{id}" }

  it.effect("once for each retry", () =>
    Effect.gen(function* () {
      const failing = answering({ tries: 4, backoff: 0 }, Scripted.text(null, 503))
      expect(yield* counted(Effect.provide(update, failing), Metrics.retries, tags)).toEqual([3])
      const answered = answering({ tries: 4, backoff: 0 }, Scripted.json(program))
      expect(yield* counted(Effect.provide(update, answered), Metrics.retries, tags)).toEqual([0])
    })
  )

  it.effect("together with the rest of the budget", () =>
    Effect.gen(function* () {
      const server = Scripted.make((_, nth) => (nth <= 8 ? Scripted.text(null, 503) : Scripted.json(program)))
      const left = Effect.map(Metric.value(Metrics.retryBudget), ({ value }) => value)
      const budget = Auth.layerToken({ token, url, retryBudget: 5 })
      yield* Effect.gen(function* () {
        yield* Effect.exit(update)
        expect(yield* left).toBe(2)
        // The second call has two retries, and not a third.
        yield* Effect.exit(update)
        expect([server.sent.length, yield* left]).toEqual([7, 0])
      }).pipe(Effect.provide(services(server.layer, budget, { tries: 4, backoff: 0 })))
    })
  )
})

it.effect("tokens are counted by grant type", () =>
  Effect.gen(function* () {
    let refused = false
    const server = Scripted.make(({ path }) =>
      path !== "/auth/oauth/token"
        ? Scripted.json([])
        : refused
          ? Scripted.json({ code: "invalid_client", message: "no" }, 401)
          : Scripted.json({ access_token: "access", refresh_token: "refresh", expires_in: 3600 })
    )
    const calls = Effect.gen(function* () {
      yield* list
      yield* TestClock.adjust("1 hour")
      yield* list
      refused = true
      yield* TestClock.adjust("1 hour")
      yield* list
    }).pipe(Effect.provide(services(server.layer, Auth.layer(key))))
    expect(
      yield* counted(calls, Metrics.tokens, { grant_type: "client_credentials" }, { grant_type: "refresh_token" })
    ).toEqual([1, 1])
  })
)

it.effect("batches are measured", () =>
  Effect.gen(function* () {
    const sizes = Metric.value(Metrics.batchSize)
    const { layer } = onScript(Records.layer, ({ path, url }) =>
      path === "/records"
        ? Scripted.json((url.searchParams.get("record_ids") ?? "").split(",").map((id) => ({ id })))
        : Scripted.json({ id: path.slice("/records/".length) })
    )
    const before = yield* sizes
    yield* Effect.gen(function* () {
      const records = yield* Records.Records
      const ids = Array.from({ length: 40 }, (_, index) =>
        Ids.RecordId.make(`00000000-0000-4000-8000-${String(index).padStart(12, "0")}`)
      )
      yield* Effect.forEach(ids, (id) => records.get(id), { concurrency: "unbounded" })
    }).pipe(Effect.provide(layer))
    const after = yield* sizes
    expect([after.count - before.count, after.sum - before.sum]).toEqual([1, 40])
  })
)

it.effect("lookups of names are counted, as cache hits or misses", () =>
  Effect.gen(function* () {
    const named = Effect.flatMap(Records.Records, (records) =>
      records.search({ entity_slice_id: { slice_name: "Compound" } })
    )
    const three = Effect.zipRight(named, named).pipe(
      Effect.zipRight(TestClock.adjust("1 minute")),
      Effect.zipRight(named),
      Effect.provide(onEmulator(Records.layer))
    )
    const lookup = (result: string) => ({ catalog: "EntityTypes", result })
    expect(yield* counted(three, Metrics.lookups, lookup("hit"), lookup("miss"))).toEqual([1, 2])
  })
)

it.effect("no tag holds an id, a query or a secret", () =>
  Effect.gen(function* () {
    const layer = answering({ backoff: 0 }, Scripted.text(null, 503), Scripted.json(program))
    yield* Effect.provide(update, layer)
    const tags = (yield* Metric.snapshot).flatMap(({ metricKey }) =>
      metricKey.name.startsWith("kaleidoscope_") ? metricKey.tags.map(({ key, value }) => `${key}=${value}`) : []
    )
    expect(tags).toContain("route=/programs/{id}")
    expect(tags.filter((tag) => /[0-9a-f]{8}-|\?|Bearer|the-access-token/.test(tag))).toEqual([])
  })
)

describe("the log", () => {
  /** What is logged at any level, with its annotations, by each of Effect's own loggers. */
  const logged = <A, E>(self: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const lines: Array<{ readonly level: string; readonly text: string }> = []
      const keep = (logger: Logger.Logger<unknown, string>) =>
        Logger.make<unknown, void>((options) => {
          lines.push({ level: options.logLevel.label, text: logger.log(options) })
        })
      const all = [Logger.stringLogger, Logger.logfmtLogger, Logger.jsonLogger].map((logger) =>
        Logger.add(keep(logger))
      )
      const exit = yield* Effect.exit(
        self.pipe(
          Logger.withMinimumLogLevel(LogLevel.All),
          Effect.provide(Layer.mergeAll(Logger.remove(Logger.defaultLogger), ...all))
        )
      )
      return { lines, exit }
    })

  it.effect("has each retry at debug with call, reason and wait, without id, query, header or body", () =>
    Effect.gen(function* () {
      const layer = answering({ backoff: 0 }, Scripted.json({ message: "restarting" }, 503), Scripted.json(program))
      const { exit, lines } = yield* logged(Effect.provide(update, layer))
      expect(exit._tag).toBe("Success")
      expect(lines.map(({ level }) => level)).toEqual(["DEBUG", "DEBUG", "DEBUG"])
      for (const { text } of lines) {
        expect(text).toContain("Programs.update: restarting; trying again in 0 ms")
        expect(text).toMatch(/http\.route.*\/programs\/\{id\}/)
        expect(text).not.toMatch(/the-access-token|Bearer|Apollo|8bc96c35/)
      }
    })
  )

  it.effect("of a client that logs its requests has no credentials", () =>
    Effect.gen(function* () {
      const server = Scripted.make(({ path }) =>
        path === "/auth/oauth/token" ? Scripted.json({ access_token: "the-access-token" }) : Scripted.json([])
      )
      const showing = Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.transform(server.client, (response, request) => Effect.zipRight(Effect.logInfo(request), response))
      )
      const iap = Auth.layerIap({
        ...key,
        iapClientId: "iap",
        additionalHeaders: { "x-gate": Redacted.make("the-gate") }
      }).pipe(Layer.provide(IdentityToken.layer(Redacted.make("the-identity"))))
      const { lines } = yield* logged(Effect.provide(list, services(showing, iap)))
      // Two requests, three loggers.
      expect(lines.length).toBe(6)
      for (const { text } of lines) {
        expect(text).toContain("x-gate")
        expect(text).not.toMatch(/the-access-token|the-identity|the-gate/)
      }
      expect(server.sent.map(({ headers }) => headers["x-gate"])).toEqual(["the-gate", "the-gate"])
    })
  )

  it.effect("is empty if nothing fails", () =>
    Effect.gen(function* () {
      const { lines } = yield* logged(Effect.provide(update, answering({}, Scripted.json(program))))
      expect(lines).toEqual([])
    })
  )
})

it.effect("the error of a failed call has the number of tries and the elapsed time", () =>
  Effect.gen(function* () {
    const layer = answering({ tries: 3 }, Scripted.text(null, 503, { "retry-after": "2" }))
    const fiber = yield* Effect.fork(Effect.flip(Effect.provide(update, layer)))
    yield* settle
    yield* TestClock.adjust("2 seconds")
    yield* settle
    yield* TestClock.adjust("2 seconds")
    const error = yield* Fiber.join(fiber)
    expect(error).toMatchObject({ _tag: "KaleidoscopeServerError", attempts: 3, elapsed: Duration.seconds(4) })
    expect(error.message).toMatch(/\(attempt 3, after 4s\)$/)
  })
)
