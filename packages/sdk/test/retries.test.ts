import { Auth, Ids, KaleidoscopeError, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Api from "../src/internal/request/api.js"
import * as Call from "../src/internal/request/call.js"
import * as Errors from "../src/internal/request/errors.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, key, passing, program, programId, services, settle, url } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)
const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))
const update = Effect.flatMap(Programs.Programs, (programs) => programs.update(programId, { title: "Apollo" }))

/** A call of no service that deletes. */
const remove = Effect.flatMap(Api.make, (api) =>
  api.send(
    Call.write("Test.remove", "DELETE /things/{id}", {
      ...Call.noResult,
      errors: Errors.writeItem,
      repeat: "always",
      because: "it is gone in the end",
      known: "guessed"
    }),
    { id: "thing" },
    {}
  )
)

/** A server that answers one after the other, and then goes on with the last. Keeps when it was asked. */
const inTurn = (...answers: ReadonlyArray<Effect.Effect<Response, Scripted.Broken>>) => {
  const times: Array<number> = []
  const server = Scripted.make((_, nth) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      times.push(now)
      return answers[Math.min(nth, answers.length) - 1] ?? Effect.never
    })
  )
  return { ...server, times }
}

const at =
  (value: number) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.withRandom(self, { ...Random.make("fixed"), next: Effect.succeed(value) })

const failure = <A, E>(exit: Exit.Exit<A, E>) => {
  const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
  expect(KaleidoscopeError.isKaleidoscopeError(error)).toBe(true)
  return error
}

const status = (code: number, headers?: { readonly [name: string]: string }) => Scripted.text(null, code, headers)

describe("a call that may be repeated", () => {
  for (const code of [408, 425, 429, 500, 502, 503, 504]) {
    it.effect(`is tried three times on ${code}, and the error has that number`, () =>
      Effect.gen(function* () {
        const server = inTurn(status(code))
        const { exit, took } = yield* passing(update).pipe(Effect.provide(services(server.layer)))
        expect(server.sent.length).toBe(3)
        expect(failure(exit)).toMatchObject({ status: code, attempts: 3, elapsed: Duration.millis(took) })
        expect(took).toBeGreaterThan(0)
      })
    )
  }

  for (const code of [302, 400, 403, 404, 405, 409, 410, 418, 422, 501, 505]) {
    it.effect(`is not repeated on ${code}`, () =>
      Effect.gen(function* () {
        const server = inTurn(status(code))
        const { exit } = yield* passing(update).pipe(Effect.provide(services(server.layer)))
        expect(failure(exit)).toMatchObject({ status: code, attempts: 1 })
        expect(server.sent.length).toBe(1)
      })
    )
  }

  for (const code of ["ECONNRESET", "ECONNREFUSED", "UND_ERR_SOCKET", "ENOTFOUND"]) {
    it.effect(`is repeated when the connection breaks with ${code}`, () =>
      Effect.gen(function* () {
        const server = inTurn(Scripted.broken(code), Scripted.broken(code), Scripted.json(program))
        const { exit } = yield* passing(update).pipe(Effect.provide(services(server.layer)))
        expect(Exit.isSuccess(exit)).toBe(true)
        expect(server.sent.length).toBe(3)
      })
    )
  }

  it.effect("is repeated after the silence limit", () =>
    Effect.gen(function* () {
      const server = inTurn(Effect.never, Scripted.json(program))
      const { exit } = yield* passing(update).pipe(at(0.5), Effect.provide(services(server.layer)))
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(server.times).toEqual([0, 300_050])
    })
  )

  it.effect("is tried once if the policy has one try", () =>
    Effect.gen(function* () {
      const once = inTurn(status(503))
      yield* Effect.flip(list).pipe(Effect.provide(services(once.layer, AuthToken, { tries: 1 })))
      expect(once.sent.length).toBe(1)
      const server = inTurn(status(503))
      yield* Effect.flip(RequestPolicy.withoutRetry(list)).pipe(Effect.provide(services(server.layer)))
      expect(server.sent.length).toBe(1)
    })
  )

  it.effect("has the outcome unknown after an attempt that may have written", () =>
    Effect.gen(function* () {
      const server = inTurn(status(500), status(403))
      const { exit } = yield* passing(update).pipe(Effect.provide(services(server.layer)))
      expect(failure(exit)).toMatchObject({ _tag: "KaleidoscopeForbidden", attempts: 2, outcome: "unknown" })
      const reads = inTurn(status(500))
      expect(failure((yield* passing(list).pipe(Effect.provide(services(reads.layer)))).exit)).toMatchObject({
        outcome: "none"
      })
    })
  )
})

describe("a call that creates", () => {
  for (const [what, answer, outcome] of [
    ["a reset connection", Scripted.broken("ECONNRESET"), "unknown"],
    ["a failure nobody knows", Scripted.broken("EWHAT"), "unknown"],
    ["silence", Effect.never, "unknown"],
    ["500", status(500), "unknown"],
    ["502", status(502), "unknown"],
    ["503", status(503), "unknown"],
    ["504", status(504), "unknown"],
    ["408", status(408), "unknown"],
    ["a redirect", status(303, { location: "/" }), "unknown"],
    ["a response that cannot be read", Scripted.text("<html>", 200), "unknown"],
    ["400", status(400), "none"],
    ["409", status(409), "none"],
    ["404", status(404), "none"]
  ] as const) {
    it.effect(`is not repeated after ${what}, and its outcome is ${outcome}`, () =>
      Effect.gen(function* () {
        const server = inTurn(answer)
        const { exit } = yield* passing(create).pipe(Effect.provide(services(server.layer)))
        expect(failure(exit)).toMatchObject({ attempts: 1, outcome })
        expect(server.sent.length).toBe(1)
      })
    )
  }

  for (const [what, answer] of [
    ["a refused connection", Scripted.broken("ECONNREFUSED")],
    ["a name that does not resolve", Scripted.broken("ENOTFOUND")],
    ["a TLS handshake that fails", Scripted.broken("CERT_HAS_EXPIRED")],
    ["429", status(429)],
    ["425", status(425)],
    ["503 with Retry-After", status(503, { "retry-after": "1" })]
  ] as const) {
    it.effect(`is repeated after ${what}, because the request did not run`, () =>
      Effect.gen(function* () {
        const server = inTurn(answer, Scripted.json(program, 201))
        const { exit } = yield* passing(create).pipe(Effect.provide(services(server.layer)))
        expect(Exit.isSuccess(exit)).toBe(true)
        expect(server.sent.length).toBe(2)

        const failing = inTurn(answer)
        const last = yield* passing(create).pipe(Effect.provide(services(failing.layer)))
        expect(failure(last.exit)).toMatchObject({ attempts: 3, outcome: "none" })
      })
    )
  }

  it.effect("writes once on a server that runs the request and then breaks", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const count = Effect.map(emulator.state, ({ programs }) => programs.length)
      const before = yield* count
      const { exit } = yield* passing(create)
      expect(failure(exit)).toMatchObject({ _tag: "KaleidoscopeTransportError", outcome: "unknown", attempts: 1 })
      expect(yield* count).toBe(before + 1)
    }).pipe(
      Effect.provide(
        Programs.layer.pipe(
          Layer.provide(Auth.layer(key)),
          Layer.provide(Faults.layer([Faults.on({ method: "POST", path: "/programs" }, Faults.resetAfter)])),
          Layer.provideMerge(Emulator.layer())
        )
      )
    )
  )
})

describe("a call that deletes", () => {
  const notThere = Scripted.json({ code: "NOT_FOUND", message: "no such thing" }, 404)
  const run = (server: ReturnType<typeof inTurn>) =>
    passing(remove).pipe(Effect.provide(AuthToken), Effect.provide(server.layer))

  for (const first of [Scripted.broken("ECONNRESET"), Effect.never, status(500)]) {
    it.effect("succeeds if the item is missing after an attempt of unknown outcome", () =>
      Effect.gen(function* () {
        const { exit } = yield* run(inTurn(first, notThere))
        expect(exit).toEqual(Exit.void)
      })
    )
  }

  it.effect("fails if the item was missing at the first attempt", () =>
    Effect.gen(function* () {
      expect(failure((yield* run(inTurn(notThere))).exit)).toMatchObject({ _tag: "KaleidoscopeNotFound" })
    })
  )

  it.effect("fails if the earlier attempts did not run", () =>
    Effect.gen(function* () {
      for (const first of [Scripted.broken("ECONNREFUSED"), status(429)]) {
        expect(failure((yield* run(inTurn(first, notThere))).exit)).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          outcome: "none"
        })
      }
    })
  )

  it.effect("fails if the 404 comes from a proxy", () =>
    Effect.gen(function* () {
      const { exit } = yield* run(inTurn(status(500), Scripted.text("<html>", 404)))
      expect(failure(exit)).toMatchObject({ _tag: "KaleidoscopeUnexpectedStatus", outcome: "unknown" })
    })
  )
})

describe("the wait before the next try", () => {
  const waits = (random: number, policy: Partial<RequestPolicy.Policy>, answer = status(500)) =>
    Effect.gen(function* () {
      const server = inTurn(answer)
      yield* passing(list).pipe(at(random), Effect.provide(services(server.layer, AuthToken, policy)))
      return server.times.slice(1).map((time, index) => time - (server.times[index] ?? 0))
    })

  it.effect("is random, with a maximum that doubles each time up to a limit", () =>
    Effect.gen(function* () {
      const policy = { tries: 12 }
      const most = Array.from({ length: 11 }, (_, index) => Math.min(20_000, 100 * 2 ** index))
      expect(yield* waits(1, policy)).toEqual(most)
      expect(yield* waits(0.5, policy)).toEqual(most.map((wait) => wait / 2))
      expect(yield* waits(0, policy)).toEqual(most.map(() => 0))
    })
  )

  it.effect("differs from call to call", () =>
    Effect.gen(function* () {
      const seen = new Set<number>()
      for (let round = 0; round < 20; round++) {
        const server = inTurn(status(500))
        yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, { tries: 2 })))
        const wait = (server.times[1] ?? 0) - (server.times[0] ?? 0)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(101)
        seen.add(wait)
      }
      expect(seen.size).toBeGreaterThan(5)
    })
  )

  it.effect("is at least half a second after 429", () =>
    Effect.gen(function* () {
      expect(yield* waits(0, { tries: 3 }, status(429))).toEqual([500, 500])
      expect(yield* waits(1, { tries: 6 }, status(429))).toEqual([500, 500, 500, 800, 1600])
    })
  )

  it.effect("obeys Retry-After in seconds, and the minimum after 429", () =>
    Effect.gen(function* () {
      const after = (seconds: string, code = 429) => waits(0, { tries: 2 }, status(code, { "retry-after": seconds }))
      expect(yield* after("7")).toEqual([7000])
      expect(yield* after(" 1.5 ")).toEqual([1500])
      expect(yield* after("0")).toEqual([500])
      expect(yield* after("60")).toEqual([60_000])
      expect(yield* after("7", 503)).toEqual([7000])
      expect(yield* after("7", 500)).toEqual([7000])
      expect(yield* after("soon")).toEqual([500])
      expect(yield* after("in 5 minutes")).toEqual([500])
    })
  )

  it.effect("obeys the date of Retry-After", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-03-01T12:00:00Z") - 30_000)
      const server = inTurn(status(429, { "retry-after": "Sun, 01 Mar 2026 12:00:00 GMT" }), Scripted.json([]))
      const { took } = yield* passing(list).pipe(Effect.provide(services(server.layer)))
      expect(took).toBe(30_000)

      const past = inTurn(status(429, { "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }), Scripted.json([]))
      expect((yield* passing(list).pipe(at(0), Effect.provide(services(past.layer)))).took).toBe(500)
    })
  )

  it.effect("fails the call at once, with the wait, if it is longer than the policy allows", () =>
    Effect.gen(function* () {
      for (const [after, policy] of [
        ["61", {}],
        ["50", { overall: "40 seconds" }],
        ["40", { overall: "40 seconds" }],
        ["11", { longestRetryAfter: "10 seconds" }]
      ] as const) {
        const server = inTurn(status(429, { "retry-after": after }))
        const { exit, took } = yield* passing(create).pipe(Effect.provide(services(server.layer, AuthToken, policy)))
        expect(failure(exit)).toMatchObject({
          _tag: "KaleidoscopeRateLimited",
          retryAfter: Duration.seconds(Number(after)),
          attempts: 1,
          outcome: "none"
        })
        expect(took).toBe(0)
      }
      const date = inTurn(status(429, { "retry-after": "Thu, 01 Jan 1970 01:00:00 GMT" }))
      expect(failure((yield* passing(list).pipe(Effect.provide(services(date.layer)))).exit)).toMatchObject({
        retryAfter: Duration.hours(1)
      })
    })
  )

  it.effect("holds no permit", () =>
    Effect.gen(function* () {
      const server = Scripted.make(({ method }) => (method === "GET" ? status(429) : Scripted.json(program)))
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, concurrency: 1 })
      yield* Effect.gen(function* () {
        const slow = yield* Effect.fork(list)
        yield* settle
        yield* create
        expect(server.sent.map(({ method }) => method)).toEqual(["GET", "POST"])
        yield* Fiber.interrupt(slow)
      }).pipe(Effect.provide(services(server.layer, auth)))
    })
  )
})

describe("the budget", () => {
  const storm = (server: ReturnType<typeof inTurn>, retryBudget: number) =>
    services(server.layer, Auth.layerToken({ token: Redacted.make("t"), url, retryBudget }), { backoff: 0 })

  it.effect("stops the retries of all calls together when a server is down", () =>
    Effect.gen(function* () {
      const server = inTurn(status(503))
      const layer = storm(server, 10)
      yield* Effect.gen(function* () {
        const errors = yield* Effect.replicateEffect(Effect.flip(update), 20)
        expect(errors.map(({ attempts }) => attempts)).toEqual([3, 3, 3, 3, 3, ...Array.from({ length: 15 }, () => 1)])
        expect(server.sent.length).toBe(30)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("fills again with calls that succeed", () =>
    Effect.gen(function* () {
      let down = true
      const server = Scripted.make(() => (down ? status(503) : Scripted.json(program)))
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, retryBudget: 2 })
      yield* Effect.gen(function* () {
        const attempts = Effect.map(Effect.flip(update), ({ attempts }) => attempts)
        expect(yield* attempts).toBe(3)
        expect(yield* attempts).toBe(1)
        down = false
        yield* Effect.replicateEffect(update, 11)
        down = true
        expect(yield* attempts).toBe(2)
        expect(yield* attempts).toBe(1)
      }).pipe(Effect.provide(services(server.layer, auth, { backoff: 0 })))
    })
  )

  it.effect("gets back the tokens of a call that succeeded in the end", () =>
    Effect.gen(function* () {
      const server = Scripted.make((_, nth) => (nth % 2 === 1 ? status(503) : Scripted.json(program)))
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, retryBudget: 1 })
      yield* Effect.replicateEffect(update, 50).pipe(Effect.provide(services(server.layer, auth, { backoff: 0 })))
      expect(server.sent.length).toBe(100)
    })
  )
})

describe("a policy for one call", () => {
  const attempts = <E extends { readonly attempts: number }>(self: Effect.Effect<unknown, E, Labels.Labels>) =>
    Effect.gen(function* () {
      const server = inTurn(status(503))
      const error = yield* Effect.flip(self).pipe(
        Effect.provide(services(server.layer, AuthToken, { backoff: 0, tries: 4 }))
      )
      expect(server.sent.length).toBe(error.attempts)
      return error.attempts
    })

  it.effect("overrides that of the application, and the inner one the outer", () =>
    Effect.gen(function* () {
      expect(yield* attempts(list)).toBe(4)
      expect(yield* attempts(RequestPolicy.withoutRetry(list))).toBe(1)
      expect(yield* attempts(list.pipe(RequestPolicy.withRetry({ tries: 2 }), RequestPolicy.withoutRetry))).toBe(2)
      expect(yield* attempts(list.pipe(RequestPolicy.withoutRetry, RequestPolicy.withRetry({ tries: 2 })))).toBe(1)
      expect(yield* attempts(list.pipe(RequestPolicy.withPolicy({ tries: 6 })))).toBe(6)
    })
  )

  it.effect("keeps the fields that it does not set", () =>
    Effect.gen(function* () {
      expect(
        yield* attempts(list.pipe(RequestPolicy.withTimeout("1 minute"), RequestPolicy.withRetry({ tries: 2 })))
      ).toBe(2)
      expect(yield* attempts(list.pipe(RequestPolicy.withTimeout("1 minute")))).toBe(4)
    })
  )

  it.effect("reaches forked fibers and streams", () =>
    Effect.gen(function* () {
      expect(yield* attempts(Effect.flatMap(Effect.fork(list), Fiber.join).pipe(RequestPolicy.withoutRetry))).toBe(1)
      expect(
        yield* attempts(Effect.flatMap(Effect.forkDaemon(list), Fiber.join).pipe(RequestPolicy.withoutRetry))
      ).toBe(1)
      expect(
        yield* attempts(
          Stream.make(1, 2).pipe(
            Stream.mapEffect(() => list, { concurrency: 1 }),
            RequestPolicy.withoutRetry,
            Stream.runDrain
          )
        )
      ).toBe(1)
      expect(
        yield* attempts(Stream.runDrain(Stream.fromEffect(list)).pipe(RequestPolicy.withRetry({ tries: 2 })))
      ).toBe(2)
    })
  )

  it.effect("does not apply after the call", () =>
    Effect.gen(function* () {
      expect(yield* attempts(Effect.zipRight(Effect.ignore(RequestPolicy.withoutRetry(Effect.void)), list))).toBe(4)
    })
  )

  it.effect("does not apply to shared work", () =>
    Effect.gen(function* () {
      const server = inTurn(status(503))
      yield* Effect.gen(function* () {
        const programs = yield* Programs.Programs
        const [alone, shared] = yield* Effect.all(
          [Effect.flip(RequestPolicy.withoutRetry(programs.list)), Effect.flip(programs.list)],
          { concurrency: 2 }
        )
        expect([alone.attempts, shared.attempts]).toEqual([1, 4])
      }).pipe(Effect.provide(services(server.layer, AuthToken, { backoff: 0, tries: 4 })))
    })
  )

  it.effect("does not make a call that creates repeatable", () =>
    Effect.gen(function* () {
      const server = inTurn(status(500))
      yield* Effect.flip(create.pipe(RequestPolicy.withRetry({ tries: 9, backoff: 0 }))).pipe(
        Effect.provide(services(server.layer))
      )
      expect(server.sent.length).toBe(1)
    })
  )
})

describe("isRetryable", () => {
  it.effect("is true for failures that may pass, and false for others", () =>
    Effect.gen(function* () {
      for (const [answer, expected] of [
        [Scripted.broken("ECONNRESET"), true],
        [status(500), true],
        [status(429, { "retry-after": "99" }), true],
        [status(408), true],
        [status(400), false],
        [status(403), false],
        [status(404), false],
        [Scripted.text("<html>", 200), false]
      ] as const) {
        const error = yield* Effect.flip(
          Effect.flatMap(Programs.Programs, (programs) => programs.update(Ids.ProgramId.make("p"), { title: "t" }))
        ).pipe(Effect.provide(services(inTurn(answer).layer, AuthToken, { tries: 1 })))
        expect([error._tag, KaleidoscopeError.isRetryable(error)]).toEqual([error._tag, expected])
      }
    })
  )
})
