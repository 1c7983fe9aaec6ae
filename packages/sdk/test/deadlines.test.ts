import { Auth, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Permits from "../src/internal/auth/permits.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, alone, key, passing, program, programId, services, settle, url } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const errorOf = <A, E>(exit: Exit.Exit<A, E>): unknown =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : exit

/** Bytes with a pause before each, by the test's clock; then an end, or none. */
const dripping = (pieces: number, every: Duration.DurationInput, ends: boolean, headers = {}) =>
  Effect.map(Effect.runtime<never>(), (runtime) => {
    let sent = 0
    return new Response(
      new ReadableStream(
        {
          pull: async (controller) => {
            if (sent === pieces) return ends ? controller.close() : new Promise<void>(() => undefined)
            await new Promise<void>((resolve) => {
              Runtime.runFork(runtime)(Effect.sleep(every)).addObserver(() => resolve())
            })
            controller.enqueue(new TextEncoder().encode(sent === 0 ? "[" : sent === pieces - 1 ? "]" : " "))
            sent++
          }
        },
        { highWaterMark: 0 }
      ),
      { headers }
    )
  })

const once = { tries: 1 }

describe("a response", () => {
  it.effect("that has not begun after exactly 300 seconds ends the attempt", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.never)
      const { exit, took } = yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, once)))
      expect(errorOf(exit)).toMatchObject({
        _tag: "KaleidoscopeTimeoutError",
        deadline: "answer",
        attempts: 1,
        elapsed: Duration.seconds(300),
        message: "GET http://kaleidoscope.test/activity_labels: no response began within 5m (policy `answer`)"
      })
      expect(took).toBe(300_000)
      expect(Duration.toMillis(RequestPolicy.TIMEOUT_MAXIMUM)).toBe(300_000)
    })
  )

  for (const [after, succeeds] of [
    ["11 seconds", true],
    ["299 seconds", true],
    ["301 seconds", false]
  ] as const) {
    for (const size of [10, 100_000, 3_000_000]) {
      it.effect(`to a write of ${size} bytes that begins after ${after} ${succeeds ? "succeeds" : "is too late"}`, () =>
        Effect.gen(function* () {
          const server = Scripted.make(() => Effect.delay(Scripted.json(program), after))
          const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "x".repeat(size) }))
          const { exit } = yield* passing(create).pipe(Effect.provide(services(server.layer, AuthToken, once)))
          expect(succeeds ? exit : errorOf(exit)).toMatchObject(
            succeeds
              ? Exit.succeed({ id: programId })
              : { _tag: "KaleidoscopeTimeoutError", deadline: "answer", outcome: "unknown" }
          )
        })
      )
    }
  }

  it.effect("has its own limit, independent of the silence limit", () =>
    Effect.gen(function* () {
      for (const [policy, deadline, after] of [
        [{ answer: "2 seconds" }, "answer", 2000],
        [{ answer: "2 seconds", silence: "1 second" }, "answer", 2000],
        [{ answer: "20 seconds", silence: "1 hour", attempt: "15 seconds" }, "attempt", 15_000],
        [{ answer: "20 seconds", overall: "7 seconds" }, "overall", 7000]
      ] as const) {
        const server = Scripted.make(() => Effect.never)
        const { exit, took } = yield* passing(list).pipe(
          Effect.provide(services(server.layer, AuthToken, { ...once, ...policy }))
        )
        expect(errorOf(exit)).toMatchObject({ deadline })
        expect(took).toBe(after)
      }
    })
  )
})

describe("silence", () => {
  it.effect("in the body is measured from the last byte", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.delay(dripping(5, "9 seconds", false), "250 seconds"))
      const { exit, took } = yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, once)))
      expect(errorOf(exit)).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "silence" })
      expect(took).toBe(250_000 + 5 * 9000 + 10_000)
    })
  )

  it.effect("shorter than the limit never fails, however often it happens", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => dripping(20, "9999 millis", true))
      const { exit, took } = yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, once)))
      expect(exit).toEqual(Exit.succeed([]))
      expect(took).toBe(20 * 9999)
    })
  )

  it.effect("is measured from the headers for a small body with a declared length, which is read in one piece", () =>
    Effect.gen(function* () {
      for (const [every, succeeds] of [
        ["1 second", true],
        ["3 seconds", false]
      ] as const) {
        const server = Scripted.make(() => dripping(4, every, true, { "content-length": "4" }))
        const { exit, took } = yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, once)))
        expect(succeeds ? exit : errorOf(exit)).toMatchObject(
          succeeds ? Exit.succeed([]) : { _tag: "KaleidoscopeTimeoutError", deadline: "silence" }
        )
        expect(took).toBe(succeeds ? 4000 : 10_000)
      }
    })
  )

  it.effect("in the body of an error response ends the attempt", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() =>
        Effect.sync(
          () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 500 })
        )
      )
      const { took } = yield* passing(list).pipe(Effect.provide(services(server.layer, AuthToken, once)))
      expect(took).toBe(10_000)
    })
  )

  it.effect("does not include the wait for a permit", () =>
    Effect.gen(function* () {
      const server = Scripted.make(({ path }) =>
        path === "/programs" ? dripping(3, "9 seconds", true) : Effect.delay(Scripted.json([]), "9 seconds")
      )
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, concurrency: 1 })
      const both = Effect.all([Effect.flatMap(Programs.Programs, (programs) => programs.list), list], {
        concurrency: 2
      })
      const { exit, took } = yield* passing(both).pipe(Effect.provide(services(server.layer, auth, once)))
      expect(exit).toEqual(Exit.succeed([[], []]))
      expect(took).toBe(36_000)
    })
  )

  it.effect("does not include the wait for a token", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.delay(Scripted.json([]), "9 seconds"))
      const token = Effect.delay(Effect.succeed(Redacted.make("t")), "2 minutes")
      const { exit, took } = yield* passing(list).pipe(
        Effect.provide(services(server.layer, Auth.layerToken({ token, url }), once))
      )
      expect([Exit.isSuccess(exit), took]).toEqual([true, 129_000])
    })
  )
})

describe("an attempt", () => {
  it.effect("ends after ten minutes although its body still arrives", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => dripping(1000, "9 seconds", true))
      const { exit, took } = yield* passing(list).pipe(
        Effect.provide(services(server.layer, AuthToken, { ...once, overall: "1 hour" }))
      )
      expect(errorOf(exit)).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "attempt" })
      expect(took).toBe(600_000)
    })
  )
})

describe("the whole call", () => {
  const overall = (error: unknown, took: number, limit: number) => {
    expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "overall" })
    expect(took).toBe(limit)
  }

  it.effect("ends at the overall deadline, during an attempt", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.never)
      const { exit, took } = yield* passing(list).pipe(
        Effect.provide(
          services(server.layer, AuthToken, { answer: "10 seconds", overall: "25 seconds", backoff: 0, tries: 9 })
        )
      )
      overall(errorOf(exit), took, 25_000)
      expect(errorOf(exit)).toMatchObject({ attempts: 3, elapsed: Duration.seconds(25) })
    })
  )

  it.effect("ends at the overall deadline while it waits for a permit, and is not sent", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.never)
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, concurrency: 1 })
      yield* Effect.gen(function* () {
        const holder = yield* Effect.fork(RequestPolicy.withPolicy({ tries: 1 })(list))
        yield* settle
        const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))
        const { exit, took } = yield* passing(RequestPolicy.withTimeout("7 seconds")(create))
        overall(errorOf(exit), took, 7000)
        expect(errorOf(exit)).toMatchObject({ attempts: 0, outcome: "none" })
        yield* Fiber.interrupt(holder)
      }).pipe(Effect.provide(services(server.layer, auth)))
      expect(server.sent.length).toBe(1)
    })
  )

  it.effect("ends at the overall deadline while it waits for a token", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.never)
      const { exit, took } = yield* passing(RequestPolicy.withTimeout("7 seconds")(list)).pipe(
        Effect.provide(services(server.layer, Auth.layer(key)))
      )
      overall(errorOf(exit), took, 7000)
      expect(errorOf(exit)).toMatchObject({ attempts: 0 })
    })
  )

  it.effect("fails at once if the next try would start after the deadline", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.text(null, 503, { "retry-after": "30" }))
      const { exit, took } = yield* passing(list).pipe(
        Effect.provide(services(server.layer, AuthToken, { overall: "70 seconds", tries: 9 }))
      )
      expect(errorOf(exit)).toMatchObject({ _tag: "KaleidoscopeServerError", attempts: 3 })
      expect(took).toBe(60_000)
    })
  )

  it.effect("obeys the innermost deadline", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.never)
      const { took } = yield* passing(
        list.pipe(RequestPolicy.withTimeout("2 seconds"), RequestPolicy.withTimeout("1 seconds"))
      ).pipe(Effect.provide(services(server.layer, AuthToken, { overall: "3 seconds" })))
      expect(took).toBe(2000)
    })
  )

  it.effect("has no deadline if the policy has none", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Effect.delay(Scripted.json([]), "100 days"))
      const { exit } = yield* passing(list).pipe(
        Effect.provide(
          services(server.layer, AuthToken, {
            overall: Duration.infinity,
            attempt: Duration.infinity,
            answer: Duration.infinity,
            silence: Duration.infinity
          })
        )
      )
      expect(exit).toEqual(Exit.succeed([]))
    })
  )
})

describe("permits", () => {
  it.effect("are limited, and given in the order of the requests", () =>
    Effect.gen(function* () {
      const permits = Permits.make(3)
      let running = 0
      let most = 0
      const order: Array<number> = []
      yield* Effect.forEach(
        Array.from({ length: 10_000 }, (_, index) => index),
        (index) =>
          permits.withPermit(
            Effect.gen(function* () {
              order.push(index)
              most = Math.max(most, ++running)
              yield* Effect.yieldNow()
              running--
            })
          ),
        { concurrency: "unbounded", discard: true }
      )
      expect(most).toBe(3)
      expect(order).toEqual([...order].sort((a, b) => a - b))
    })
  )

  it.effect("are not lost if a caller is interrupted while it waits, starts or runs", () =>
    Effect.gen(function* () {
      const permits = Permits.make(4)
      for (let round = 0; round < 50; round++) {
        const fibers = yield* Effect.forEach(Array.from({ length: 200 }), () =>
          Effect.fork(permits.withPermit(Effect.yieldNow()))
        )
        for (let turn = 0; turn < round % 7; turn++) yield* Effect.yieldNow()
        yield* Effect.forEach(
          fibers,
          (fiber, index) => (index % 3 === round % 3 ? Fiber.interruptFork(fiber) : Effect.void),
          { discard: true }
        )
        yield* Effect.forEach(fibers, Fiber.await, { discard: true })
      }
      // All four are there: four can hold one at once, and a fifth waits.
      const gate = yield* Deferred.make<void>()
      let inside = 0
      const holders = yield* Effect.forEach(Array.from({ length: 5 }), () =>
        Effect.fork(
          permits.withPermit(
            Effect.zipRight(
              Effect.sync(() => inside++),
              Deferred.await(gate)
            )
          )
        )
      )
      yield* settle
      expect(inside).toBe(4)
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.forEach(holders, Fiber.join)
      expect(inside).toBe(5)
    })
  )

  it.effect("are released if the request fails or dies", () =>
    Effect.gen(function* () {
      const permits = Permits.make(1)
      yield* Effect.exit(permits.withPermit(Effect.fail("no")))
      yield* Effect.exit(permits.withPermit(Effect.die("no")))
      yield* Effect.exit(permits.withPermit(Effect.interrupt))
      expect(yield* permits.withPermit(Effect.succeed(1))).toBe(1)
    })
  )

  it.effect("limit the requests in flight of one credential on one client: 16, or the configured number", () =>
    Effect.gen(function* () {
      for (const [concurrency, limit] of [
        [undefined, 16],
        [3, 3]
      ] as const) {
        let inFlight = 0
        let most = 0
        const server = Scripted.make(() =>
          Effect.suspend(() => {
            most = Math.max(most, ++inFlight)
            return Effect.delay(Scripted.json([]), "1 second").pipe(Effect.tap(() => Effect.sync(() => inFlight--)))
          })
        )
        const settings = concurrency === undefined ? {} : { concurrency }
        const fibers = Effect.all(
          Array.from({ length: 40 }, () => alone(list)),
          { concurrency: "unbounded" }
        )
        yield* passing(fibers).pipe(
          Effect.provide(services(server.layer, Auth.layerToken({ token: Redacted.make("t"), url, ...settings })))
        )
        expect([most, server.sent.length]).toEqual([limit, 40])
      }
    })
  )
})

describe("interruption", () => {
  it.effect("stops the request, and the wait between two tries", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const server = Scripted.make(({ method }) =>
        method === "GET"
          ? Scripted.text(null, 503)
          : Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      )
      yield* Effect.gen(function* () {
        const programs = yield* Programs.Programs
        const sending = yield* Effect.fork(programs.create({ title: "Apollo" }))
        const waiting = yield* Effect.fork(list)
        yield* settle
        yield* Fiber.interrupt(sending)
        yield* Fiber.interrupt(waiting)
        yield* TestClock.adjust("1 hour")
        yield* settle
      }).pipe(Effect.provide(services(server.layer)))
      expect([interrupted, server.sent.length]).toEqual([1, 2])
    })
  )
})
