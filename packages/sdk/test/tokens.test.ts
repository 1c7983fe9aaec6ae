import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { Auth, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { alone, key, program, programId, services, settle, url } from "./support/workspace.js"

const tokenPath = "/auth/oauth/token"

const pair = (n: number, expires_in: unknown = 3600): Effect.Effect<Response> =>
  Scripted.json({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in })

interface TokenRequest {
  readonly form: { readonly [name: string]: string }
  readonly nth: number
}

/** A server whose tokens are scripted. Its API answers every token, unless told otherwise. */
const tokenServer = (
  token: (request: TokenRequest) => Effect.Effect<Response, Scripted.Broken>,
  api: Scripted.Script = () => Scripted.json([])
) => {
  const forms: Array<{ readonly [name: string]: string }> = []
  const server = Scripted.make((sent, nth) => {
    if (sent.path !== tokenPath) return api(sent, nth)
    const form = Object.fromEntries(new URLSearchParams(sent.body))
    return token({ form, nth: forms.push(form) })
  })
  return {
    ...server,
    forms,
    grants: () => forms.map((form) => form["grant_type"]),
    used: () =>
      server.sent.filter(({ path }) => path !== tokenPath).map(({ headers }) => headers["x-kal-authorization"])
  }
}

const withServer = (
  server: { readonly layer: Layer.Layer<HttpClient.HttpClient> },
  options: Partial<Auth.Options> = {}
) => services(server.layer, Auth.layer({ ...key, ...options }))

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const onEmulator = (options: Emulator.Options = {}) =>
  Layer.merge(Labels.layer, Programs.layer).pipe(
    Layer.provide(Auth.layer(key)),
    Layer.provideMerge(Emulator.layer(options))
  )

describe("tokens", () => {
  it.effect("come from one request for all fibers with an expired token", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      yield* list
      yield* TestClock.adjust("2 hours")
      yield* Effect.all(
        Array.from({ length: 1000 }, () => alone(list)),
        { concurrency: "unbounded", discard: true }
      )
      expect(yield* emulator.tokenCounts).toEqual({
        clientCredentials: 1,
        refreshToken: 1,
        rejected: 0,
        reused: 0,
        revokedFamilies: 0
      })
    }).pipe(Effect.provide(onEmulator()))
  )

  it.effect("arrive at the last waiting fiber when 999 others are interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<void>()
      let interrupted = 0
      const server = tokenServer(({ nth }) =>
        Effect.zipRight(Deferred.succeed(asked, undefined), Deferred.await(answer)).pipe(
          Effect.zipRight(pair(nth)),
          Effect.onInterrupt(() => Effect.sync(() => interrupted++))
        )
      )
      yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(Array.from({ length: 1000 }), () => Effect.fork(alone(list)))
        yield* Deferred.await(asked)
        const [first, ...others] = fibers
        assert(first !== undefined)
        const last = others.pop()
        assert(last !== undefined)
        yield* Fiber.interruptAll([first, ...others])
        yield* Deferred.succeed(answer, undefined)
        expect(yield* Fiber.join(last)).toEqual([])
      }).pipe(Effect.provide(withServer(server, { concurrency: 1000 })))
      expect(server.forms.length).toBe(1)
      expect(interrupted).toBe(0)
      expect(server.used()).toEqual(["Bearer access-1"])
    })
  )

  it.effect("are no longer requested when every waiting fiber is interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      let interrupted = 0
      const server = tokenServer(() =>
        Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Effect.sync(() => interrupted++))
        )
      )
      yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.fork(alone(list)))
        yield* Deferred.await(asked)
        yield* Fiber.interruptAll(fibers)
      }).pipe(Effect.provide(withServer(server, { concurrency: 100 })))
      expect([server.forms.length, interrupted, server.used().length]).toEqual([1, 1, 0])
    })
  )

  it.effect("are renewed with the newest refresh token, each of them sent once", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      for (let round = 0; round < 10; round++) {
        yield* Effect.all(
          Array.from({ length: 50 }, () => alone(list)),
          { concurrency: "unbounded", discard: true }
        )
        yield* TestClock.adjust("1 hour")
      }
      expect(yield* emulator.tokenCounts).toMatchObject({
        clientCredentials: 1,
        refreshToken: 9,
        rejected: 0,
        reused: 0
      })
    }).pipe(Effect.provide(onEmulator()))
  )

  it.effect("are renewed with the API key if refresh tokens are off", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => pair(nth))
      yield* Effect.zipRight(list, Effect.zipRight(TestClock.adjust("1 hour"), list)).pipe(
        Effect.provide(withServer(server, { refreshTokens: false }))
      )
      expect(server.forms).toEqual([
        { grant_type: "client_credentials", client_id: "demo", client_secret: "demo" },
        { grant_type: "client_credentials", client_id: "demo", client_secret: "demo" }
      ])
    })
  )

  it.effect("are renewed with the API key if the response had no refresh token", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => Scripted.json({ access_token: `access-${nth}`, expires_in: 3600 }))
      yield* Effect.zipRight(list, Effect.zipRight(TestClock.adjust("1 hour"), list)).pipe(
        Effect.provide(withServer(server))
      )
      expect(server.grants()).toEqual(["client_credentials", "client_credentials"])
    })
  )

  for (const [what, breakdown] of [
    ["loses its connection", Scripted.broken("ECONNRESET")],
    ["is not reached", Scripted.broken("ECONNREFUSED")],
    ["gets no response", Effect.never],
    ["gets 503", Scripted.text("down", 503, { "retry-after": "1" })],
    ["gets 500", Scripted.text(null, 500)],
    ["gets 400", Scripted.json({ code: "invalid_grant", message: "the token is revoked" }, 400)],
    ["gets no token", Scripted.json({ ok: true })]
  ] as const) {
    it.effect(`a refresh that ${what} is not repeated, and the API key is used`, () =>
      Effect.gen(function* () {
        const server = tokenServer(({ form, nth }) => (form["grant_type"] === "refresh_token" ? breakdown : pair(nth)))
        yield* Effect.gen(function* () {
          yield* list
          yield* TestClock.adjust("1 hour")
          const fiber = yield* Effect.fork(list)
          yield* settle
          yield* TestClock.adjust("300 seconds")
          yield* Fiber.join(fiber)
          yield* TestClock.adjust("1 hour")
          const next = yield* Effect.fork(list)
          yield* settle
          yield* TestClock.adjust("300 seconds")
          yield* Fiber.join(next)
        }).pipe(Effect.provide(withServer(server)))
        expect(server.forms.map((form) => form["refresh_token"] ?? "the key")).toEqual([
          "the key",
          "refresh-1",
          "the key",
          "refresh-3",
          "the key"
        ])
      })
    )
  }

  it.effect("a refresh that is interrupted is not repeated, and the API key is used", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const server = tokenServer(({ form, nth }) =>
        form["grant_type"] === "refresh_token"
          ? Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never)
          : pair(nth)
      )
      yield* Effect.gen(function* () {
        yield* list
        yield* TestClock.adjust("1 hour")
        const fiber = yield* Effect.fork(list)
        yield* Deferred.await(asked)
        yield* Fiber.interrupt(fiber)
        yield* list
      }).pipe(Effect.provide(withServer(server)))
      expect(server.grants()).toEqual(["client_credentials", "refresh_token", "client_credentials"])
    })
  )

  it.effect("a refresh that ran without a response does not revoke the token family", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const inner = yield* HttpClient.HttpClient
      let breaks = true
      const breaking = Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) =>
          Effect.tap(inner.execute(request), () =>
            Effect.flatMap(emulator.tokenCounts, ({ refreshToken }) => {
              if (!breaks || refreshToken === 0) return Effect.void
              breaks = false
              return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport" }))
            })
          )
        )
      )
      yield* Effect.gen(function* () {
        yield* list
        yield* TestClock.adjust("1 hour")
        yield* list
      }).pipe(Effect.provide(services(breaking, Auth.layer(key))))
      expect(yield* emulator.tokenCounts).toMatchObject({ clientCredentials: 2, refreshToken: 1, reused: 0 })
    }).pipe(Effect.provide(Emulator.layer()))
  )

  for (const [expiresIn, calls, requests] of [
    [0, 100, 1],
    [1, 100, 1],
    [-5, 100, 1],
    [60, 100, 1],
    [600, 100, 1],
    ["600", 100, 1],
    [undefined, 100, 1],
    [null, 100, 1]
  ] as const) {
    it.effect(`${calls} calls in a row with a token of ${expiresIn} seconds cause no endless renewals`, () =>
      Effect.gen(function* () {
        const server = tokenServer(({ nth }) =>
          Scripted.json({ access_token: `access-${nth}`, refresh_token: `refresh-${nth}`, expires_in: expiresIn })
        )
        yield* Effect.replicateEffect(alone(list), calls).pipe(Effect.provide(withServer(server)))
        expect(server.forms.length).toBe(requests)
      })
    )
  }

  it.effect("of one second are used for that second, and then renewed", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => pair(nth, 1))
      yield* Effect.gen(function* () {
        for (let tenth = 0; tenth < 50; tenth++) {
          yield* list
          yield* TestClock.adjust("100 millis")
        }
      }).pipe(Effect.provide(withServer(server)))
      expect(server.forms.length).toBe(5)
    })
  )

  it.effect("that expire before they arrive are used for the waiting calls", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => Effect.delay(pair(nth, 1), "5 seconds"))
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.fork(Effect.replicateEffect(alone(list), 100))
        yield* settle
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(fiber)
      }).pipe(Effect.provide(withServer(server)))
      expect(server.forms.length).toBe(1)
    })
  )

  for (const [lifetime, renewedAfter] of [
    [3600, 3000],
    [36_000, 35_400],
    [1000, 800],
    [60, 48]
  ] as const) {
    it.effect(`of ${lifetime} seconds are renewed after ${renewedAfter}`, () =>
      Effect.gen(function* () {
        const server = tokenServer(({ nth }) => pair(nth, lifetime))
        yield* Effect.gen(function* () {
          yield* list
          yield* TestClock.adjust(renewedAfter * 1000 - 1)
          yield* list
          expect(server.forms.length).toBe(1)
          yield* TestClock.adjust(1)
          yield* list
          expect(server.grants()).toEqual(["client_credentials", "refresh_token"])
        }).pipe(Effect.provide(withServer(server)))
      })
    )
  }

  it.effect("are used until they expire if renewal fails", () =>
    Effect.gen(function* () {
      let failing = false
      const server = tokenServer(({ nth }) => (failing ? Scripted.text(null, 401) : pair(nth)))
      yield* Effect.gen(function* () {
        yield* list
        yield* TestClock.adjust("50 minutes")
        failing = true
        yield* list
        expect(server.grants().slice(1)).toEqual(["refresh_token", "client_credentials"])
        yield* TestClock.adjust("14999 millis")
        yield* list
        expect(server.forms.length).toBe(3)
        yield* TestClock.adjust(1)
        yield* list
        expect(server.grants().slice(3)).toEqual(["client_credentials"])
        expect(server.used()).toEqual(Array.from({ length: 4 }, () => "Bearer access-1"))
        yield* TestClock.adjust("10 minutes")
        expect(yield* Effect.flip(list)).toMatchObject({ _tag: "KaleidoscopeAuthError", status: 401 })
        failing = false
        yield* TestClock.adjust("1 second")
        yield* list
      }).pipe(Effect.provide(withServer(server)))
    })
  )

  it.effect("are used until they expire while the token endpoint is down", () =>
    Effect.gen(function* () {
      let failing = false
      const server = tokenServer(({ nth }) => (failing ? Scripted.broken("ECONNREFUSED") : pair(nth)))
      yield* Effect.gen(function* () {
        yield* list
        yield* TestClock.adjust("50 minutes")
        failing = true
        yield* list
        expect(server.used()).toEqual(["Bearer access-1", "Bearer access-1"])
        yield* TestClock.adjust("10 minutes")
        expect(yield* Effect.flip(list)).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "unavailable" })
      }).pipe(
        Effect.provide(services(server.layer, Layer.provide(Auth.layer(key), RequestPolicy.layer({ backoff: 0 }))))
      )
    })
  )

  for (const [what, answer, reason] of [
    ["are refused", Scripted.json({ code: "invalid_client", message: "wrong secret" }, 401), "rejected"],
    ["are refused by a proxy", Scripted.text("<html>Sign in</html>", 401), "identity"],
    ["get 500", Scripted.text(null, 500), "unavailable"],
    ["get 429 for an hour", Scripted.text(null, 429, { "retry-after": "3600" }), "unavailable"],
    ["get a web page", Scripted.text("<html>", 200, { "content-type": "text/html" }), "malformed"],
    ["get no token", Scripted.json({ access_token: "" }), "malformed"],
    ["get a token that is no header", Scripted.json({ access_token: "a\nb" }), "malformed"],
    ["are redirected", Scripted.text(null, 302, { location: "https://elsewhere.test/" }), "malformed"],
    ["find nothing there", Scripted.text("<html>", 404), "malformed"]
  ] as const) {
    it.effect(`calls whose requests for tokens ${what} fail with an AuthError: ${reason}`, () =>
      Effect.gen(function* () {
        const server = tokenServer(() => answer)
        const error = yield* Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" })).pipe(
          Effect.flip,
          Effect.provide(
            services(server.layer, Layer.provide(Auth.layer(key), RequestPolicy.layer({ backoff: 0, tries: 2 })))
          )
        )
        expect(error).toMatchObject({
          _tag: "KaleidoscopeAuthError",
          call: "Programs.create",
          reason,
          attempts: 0,
          outcome: "none"
        })
        expect(server.used()).toEqual([])
      })
    )
  }
})

describe("a request for a token that fails", () => {
  const impatient = { tries: 1, longestRetryAfter: "1 second" } as const

  const failing = (server: ReturnType<typeof tokenServer>) =>
    services(server.layer, Layer.provide(Auth.layer(key), RequestPolicy.layer(impatient)))

  const fails = Effect.flip(alone(list))

  for (const [what, answer] of [
    ["is refused with 400", Scripted.json({ code: "invalid_client" }, 400)],
    ["is refused with 401", Scripted.json({ code: "invalid_client" }, 401)],
    ["is refused with 403", Scripted.text(null, 403)],
    ["gets 500", Scripted.text(null, 500)],
    ["gets 429", Scripted.text(null, 429)],
    ["gets 503 and a time that is over", Scripted.text(null, 503, { "retry-after": "0" })],
    ["gets no token", Scripted.json({})],
    ["is redirected", Scripted.text(null, 302)],
    ["loses its connection", Scripted.broken("ECONNRESET")],
    ["is not reached", Scripted.broken("ECONNREFUSED")]
  ] as const) {
    it.effect(`because it ${what} is not repeated for one second, then for two, at most for fifteen`, () =>
      Effect.gen(function* () {
        const server = tokenServer(() => answer)
        const many = Effect.zipRight(
          Effect.replicateEffect(fails, 10),
          Effect.all(
            Array.from({ length: 20 }, () => fails),
            { concurrency: "unbounded" }
          )
        )
        yield* Effect.gen(function* () {
          for (const [pause, requests] of [
            [1, 1],
            [2, 2],
            [4, 3],
            [8, 4],
            [15, 5],
            [15, 6]
          ] as const) {
            for (const error of yield* many) {
              expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", call: "Labels.list", attempts: 0 })
            }
            expect(server.forms.length).toBe(requests)
            yield* TestClock.adjust(pause * 1000 - 1)
            yield* many
            expect(server.forms.length).toBe(requests)
            yield* TestClock.adjust(1)
          }
        }).pipe(Effect.provide(failing(server)))
        expect(server.used()).toEqual([])
      })
    )
  }

  it.effect("is not repeated before its Retry-After ends, by any caller", () =>
    Effect.gen(function* () {
      let open = false
      const server = tokenServer(({ nth }) =>
        open ? pair(nth) : Scripted.json({ message: "later" }, 429, { "retry-after": "90" })
      )
      yield* Effect.gen(function* () {
        yield* Effect.all(
          Array.from({ length: 200 }, () => fails),
          { concurrency: "unbounded" }
        )
        open = true
        yield* TestClock.adjust("89 seconds")
        yield* Effect.replicateEffect(fails, 200)
        expect(server.forms.length).toBe(1)
        yield* TestClock.adjust("1 second")
        yield* list
        expect(server.forms.length).toBe(2)
      }).pipe(Effect.provide(failing(server)))
    })
  )

  it.effect("is repeated after an hour at the latest, whatever its Retry-After", () =>
    Effect.gen(function* () {
      const server = tokenServer(() => Scripted.text(null, 503, { "retry-after": "999999999" }))
      yield* Effect.gen(function* () {
        yield* fails
        yield* TestClock.adjust("59 minutes")
        yield* fails
        yield* TestClock.adjust("1 minute")
        yield* fails
      }).pipe(Effect.provide(failing(server)))
      expect(server.forms.length).toBe(2)
    })
  )

  it.effect("as a refresh with Retry-After is followed by the API key only after that time", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ form, nth }) =>
        form["grant_type"] === "refresh_token" ? Scripted.text(null, 429, { "retry-after": "7" }) : pair(nth)
      )
      yield* Effect.gen(function* () {
        yield* list
        yield* TestClock.adjust("50 minutes")
        yield* Effect.replicateEffect(alone(list), 100)
        expect(server.grants()).toEqual(["client_credentials", "refresh_token"])
        yield* TestClock.adjust("10 minutes")
        yield* list
        yield* TestClock.adjust("1 hour")
        const waiting = yield* Effect.fork(list)
        yield* settle
        yield* TestClock.adjust("6 seconds")
        expect(server.grants().slice(2)).toEqual(["client_credentials", "refresh_token"])
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(waiting)
        expect(server.grants().slice(4)).toEqual(["client_credentials"])
      }).pipe(Effect.provide(withServer(server)))
    })
  )

  it.effect("because its response is larger than 1 MB has that reason in the error", () =>
    Effect.gen(function* () {
      const server = tokenServer(() => Scripted.json({ access_token: "a".repeat(1_000_001) }))
      const error = yield* Effect.flip(list).pipe(Effect.provide(failing(server)))
      expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "malformed" })
      expect(error.message).toContain("larger than 1000000 bytes")
      expect(error.message).not.toContain("policy")
    })
  )
})

describe("a time of day that jumps", () => {
  for (const jump of [-3_600_000, 3_600_000, Number.NaN]) {
    it.effect(`by ${jump} ms does not change when tokens are renewed`, () =>
      Effect.gen(function* () {
        const server = tokenServer(({ nth }) => pair(nth))
        const clock = yield* Effect.clock
        let offset = 0
        const jumping: Clock.Clock = {
          ...clock,
          [Clock.ClockTypeId]: Clock.ClockTypeId,
          unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + offset,
          unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + offset),
          currentTimeNanos: clock.currentTimeNanos,
          sleep: (duration) => clock.sleep(duration)
        }
        const call = Effect.withClock(alone(list), jumping)
        yield* Effect.gen(function* () {
          yield* call
          offset = jump
          yield* TestClock.adjust("49 minutes")
          yield* call
          expect(server.forms.length).toBe(1)
          yield* TestClock.adjust("1 minute")
          yield* call
          expect(server.forms.length).toBe(2)
        }).pipe(Effect.provide(withServer(server)))
      })
    )
  }
})

describe("401", () => {
  const refusing =
    (tokens: ReadonlySet<string>): Scripted.Script =>
    ({ headers, method }) =>
      tokens.has(headers["x-kal-authorization"] ?? "")
        ? Scripted.json({ code: "UNAUTHORIZED", message: "revoked" }, 401)
        : Scripted.json(method === "GET" ? [] : program)

  it.effect("to a thousand concurrent calls causes one renewal, and each call is tried once more", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      yield* list
      yield* emulator.revokeTokens
      yield* Effect.all(
        Array.from({ length: 1000 }, () => alone(list)),
        { concurrency: "unbounded", discard: true }
      )
      const counts = yield* emulator.tokenCounts
      expect(counts).toMatchObject({ clientCredentials: 2, refreshToken: 0, rejected: 1, reused: 0 })
    }).pipe(Effect.provide(onEmulator()))
  )

  it.effect("before the first renewal causes one renewal", () =>
    Effect.gen(function* () {
      const all = yield* Deferred.make<void>()
      let waiting = 0
      const server = tokenServer(
        ({ nth }) => pair(nth),
        ({ headers }) =>
          headers["x-kal-authorization"] !== "Bearer access-1"
            ? Scripted.json([])
            : Effect.suspend(() => (++waiting === 1000 ? Deferred.succeed(all, undefined) : Effect.void)).pipe(
                Effect.zipRight(Deferred.await(all)),
                Effect.zipRight(Scripted.text(null, 401))
              )
      )
      yield* Effect.all(
        Array.from({ length: 1000 }, () => alone(list)),
        { concurrency: "unbounded", discard: true }
      ).pipe(Effect.provide(withServer(server, { concurrency: 1000 })))
      expect(server.grants()).toEqual(["client_credentials", "refresh_token"])
    })
  )

  it.effect("for an old token causes no renewal", () =>
    Effect.gen(function* () {
      const late = yield* Deferred.make<void>()
      const server = tokenServer(
        ({ nth }) => pair(nth),
        ({ headers, method }) =>
          headers["x-kal-authorization"] !== "Bearer access-1"
            ? Scripted.json(method === "PUT" ? program : [])
            : method === "PUT"
              ? Effect.zipRight(Deferred.await(late), Scripted.text(null, 401))
              : Scripted.text(null, 401)
      )
      yield* Effect.gen(function* () {
        const programs = yield* Programs.Programs
        const slow = yield* Effect.fork(programs.update(programId, { title: "Apollo" }))
        yield* settle
        yield* list
        expect(server.forms.length).toBe(2)
        yield* Deferred.succeed(late, undefined)
        yield* Fiber.join(slow)
      }).pipe(Effect.provide(withServer(server)))
      expect(server.forms.length).toBe(2)
      expect(server.used().at(-1)).toBe("Bearer access-2")
    })
  )

  it.effect("to every call with any token causes no endless renewals", () =>
    Effect.gen(function* () {
      const server = tokenServer(
        ({ nth }) => pair(nth),
        () => Scripted.text(null, 401)
      )
      const fails = Effect.flip(alone(list))
      yield* Effect.gen(function* () {
        for (const requests of [2, 3]) {
          for (const error of yield* Effect.replicateEffect(fails, 250)) {
            expect(error).toMatchObject({ _tag: "KaleidoscopeUnauthorized", status: 401 })
          }
          yield* Effect.all(
            Array.from({ length: 250 }, () => fails),
            { concurrency: "unbounded", discard: true }
          )
          expect(server.forms.length).toBe(requests)
          yield* TestClock.adjust("1 second")
        }
        // The longer it lasts, the rarer they become.
        for (let second = 0; second < 120; second++) {
          yield* TestClock.adjust("1 second")
          yield* fails
        }
        expect(server.forms.length).toBeLessThan(15)
      }).pipe(Effect.provide(withServer(server)))
    })
  )

  it.effect("to one kind of call causes no endless renewals, and other calls go on", () =>
    Effect.gen(function* () {
      const server = tokenServer(
        ({ nth }) => pair(nth),
        ({ method }) => (method === "GET" ? Scripted.json([]) : Scripted.json({ message: "not you" }, 401))
      )
      yield* Effect.gen(function* () {
        const programs = yield* Programs.Programs
        for (let time = 0; time < 100; time++) {
          yield* Effect.flip(programs.update(programId, { title: "Apollo" }))
          yield* alone(list)
        }
      }).pipe(Effect.provide(withServer(server)))
      expect(server.forms.length).toBe(2)
    })
  )

  it.effect("soon after another 401 is followed by one more try with the present token", () =>
    Effect.gen(function* () {
      let calls = 0
      const server = tokenServer(
        ({ nth }) => pair(nth),
        () => (++calls % 3 === 0 ? Scripted.text(null, 401) : Scripted.json([]))
      )
      yield* Effect.replicateEffect(alone(list), 100).pipe(Effect.provide(withServer(server)))
      expect(server.forms.length).toBe(2)
    })
  )

  it.effect("twice in a row is Unauthorized after one renewal", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => pair(nth), refusing(new Set(["Bearer access-1", "Bearer access-2"])))
      const error = yield* Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" })).pipe(
        Effect.flip,
        Effect.provide(withServer(server))
      )
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnauthorized", attempts: 2, outcome: "none", status: 401 })
      expect(server.used()).toEqual(["Bearer access-1", "Bearer access-2"])
    })
  )

  it.effect("causes one more try also of a write that may not be repeated", () =>
    Effect.gen(function* () {
      const server = tokenServer(({ nth }) => pair(nth), refusing(new Set(["Bearer access-1"])))
      const created = yield* Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" })).pipe(
        Effect.provide(withServer(server))
      )
      expect(created.id).toBe(programId)
      expect(server.used()).toEqual(["Bearer access-1", "Bearer access-2"])
    })
  )

  it.effect("causes a renewal that does not count as silence of the server", () =>
    Effect.gen(function* () {
      const server = tokenServer(
        ({ nth }) => (nth === 1 ? pair(nth) : nth === 2 ? Effect.never : Effect.delay(pair(nth), "5 seconds")),
        (sent, nth) => Effect.delay(refusing(new Set(["Bearer access-1"]))(sent, nth), "8 seconds")
      )
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.fork(
          Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))
        )
        for (let step = 0; step < 70; step++) {
          yield* settle
          yield* TestClock.adjust("5 seconds")
        }
        const exit = yield* Fiber.await(fiber)
        expect(Exit.isSuccess(exit)).toBe(true)
      }).pipe(Effect.provide(withServer(server)))
    })
  )
})

describe("a token from elsewhere", () => {
  const over = (server: { readonly layer: Layer.Layer<HttpClient.HttpClient> }, token: Auth.TokenOptions["token"]) =>
    services(server.layer, Auth.layerToken({ token, url }))

  it.effect("is sent as it is, without a request for a token", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json([]))
      yield* list.pipe(Effect.provide(over(server, Redacted.make("mine"))))
      expect(server.sent.map(({ headers, path }) => [path, headers["x-kal-authorization"]])).toEqual([
        ["/activity_labels", "Bearer mine"]
      ])
    })
  )

  it.effect("is not sent twice if the server refuses it", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.text(null, 401))
      const error = yield* Effect.flip(list).pipe(Effect.provide(over(server, Redacted.make("mine"))))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnauthorized", attempts: 1 })
      expect(server.sent.length).toBe(1)
    })
  )

  it.effect("is read again for each attempt, and after a 401", () =>
    Effect.gen(function* () {
      let count = 0
      const server = Scripted.make(({ headers }) =>
        headers["x-kal-authorization"] === "Bearer mine-1" ? Scripted.text(null, 401) : Scripted.json([])
      )
      yield* list.pipe(
        Effect.provide(
          over(
            server,
            Effect.sync(() => Redacted.make(`mine-${++count}`))
          )
        )
      )
      expect(server.sent.map(({ headers }) => headers["x-kal-authorization"])).toEqual([
        "Bearer mine-1",
        "Bearer mine-2"
      ])
    })
  )

  it.effect("that cannot be read is an AuthError without the cause", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json([]))
      const error = yield* Effect.flip(list).pipe(
        Effect.provide(over(server, Effect.fail(new Error("the vault said: hunter2"))))
      )
      expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "unavailable", call: "Labels.list" })
      expect(JSON.stringify(error)).not.toContain("hunter2")
      expect(server.sent).toEqual([])
    })
  )

  it.effect("that is not a valid header is an AuthError, and is not sent", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json([]))
      for (const token of ["mine\n", "mine\r\nX-Other: 1", "mine\u{1f600}", ""]) {
        const error = yield* Effect.flip(list).pipe(Effect.provide(over(server, Redacted.make(token))))
        expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "malformed" })
      }
      expect(server.sent).toEqual([])
    })
  )
})
