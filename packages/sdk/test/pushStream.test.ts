import { Auth, Imports, type KaleidoscopeError } from "@effect-kaleidoscope/sdk"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import { fields } from "./support/fields.js"
import { processorTime } from "./support/processorTime.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"
import { passing } from "./support/workspace.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

interface Row extends Imports.Row {
  readonly id: number
}

type Answer = (ids: ReadonlyArray<number>, nth: number) => Effect.Effect<Response, Scripted.Broken> | undefined

/** A server that takes pushes, or answers the nth of them otherwise, and whose imports are done as it is said. */
const server = (push: Answer = () => undefined, done: Answer = () => undefined) => {
  const pushes: Array<ReadonlyArray<number>> = []
  let posts = 0
  const script = onScript(
    Imports.layer,
    fields(
      ["id"],
      ["IC50"]
    )((sent) => {
      if (sent.method === "POST") {
        const ids: ReadonlyArray<number> = JSON.parse(sent.body).data.map((row: Row) => row.id)
        const answer = push(ids, ++posts)
        if (answer !== undefined) return answer
        return Scripted.json({ import_id: `import-${pushes.push(ids) - 1}` })
      }
      const nth = Number(sent.path.split("-")[1])
      return (
        done(pushes[nth] ?? [], nth + 1) ??
        Scripted.json({ id: `import-${nth}`, is_complete: true, import_result: { records_updated: 1 } })
      )
    })
  )
  return { ...script, pushes, posts: () => posts }
}

const options = { key_field_names: ["id"], rowsPerImport: 10 } as const

const rowsTo = (count: number): Stream.Stream<Row> => Stream.range(0, count - 1, 7).pipe(Stream.map((id) => ({ id })))

/** Pushes a stream of rows, and gives all it told, and how it ended. */
const run = <E>(
  on: Pick<ReturnType<typeof server>, "layer">,
  rows: Stream.Stream<Row, E>,
  more: Partial<Imports.StreamOptions> = {}
) => {
  const told: Array<Imports.Pushed<Row>> = []
  return Effect.flatMap(Imports.Imports, (imports) =>
    imports
      .pushStream<Row, E, never>(rows, { ...options, ...more })
      .pipe(Stream.runForEach((pushed) => Effect.sync(() => told.push(pushed))))
  ).pipe(
    Effect.provide(on.layer),
    Effect.exit,
    Effect.map((exit) => ({ exit, told, ids: told.flatMap(({ rows }) => rows.map(({ id }) => id)) }))
  )
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

const failureOf = <A, E>(exit: Exit.Exit<A, E>) =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

describe("the rows that a stream gave before it ended", () => {
  const boom = new Error("boom")
  for (const [what, end, check] of [
    ["fails", Stream.fail("unplugged"), (cause) => Cause.isFailure(cause)],
    ["dies", Stream.die(boom), (cause) => Option.getOrUndefined(Cause.dieOption(cause)) === boom],
    ["is interrupted", Stream.fromEffect(Effect.interrupt), (cause) => Cause.isInterrupted(cause)],
    [
      "fails after a while",
      Stream.fromEffect(Effect.zipRight(Effect.sleep("1 second"), Effect.fail("x"))),
      Cause.isFailure
    ],
    ["fails long after", Stream.fromEffect(Effect.zipRight(Effect.sleep("1 hour"), Effect.fail("x"))), Cause.isFailure]
  ] as ReadonlyArray<readonly [string, Stream.Stream<Row, string>, (cause: Cause.Cause<unknown>) => boolean]>) {
    for (const within of [undefined, "10 seconds", "1 millis", 0] as const) {
      for (const count of [0, 3, 10, 47]) {
        it.effect(`are sent and reported if it ${what} after ${count}, within ${within}`, () =>
          Effect.gen(function* () {
            const on = server()
            const { exit } = yield* passing(
              run(on, Stream.concat(rowsTo(count), end), within === undefined ? {} : { within })
            )
            assert(Exit.isSuccess(exit))
            const { exit: ended, ids, told } = exit.value
            expect(ids).toEqual(upTo(count))
            expect(on.pushes.flat().sort((a, b) => a - b)).toEqual(upTo(count))
            expect(told.every(({ result }) => Either.isRight(result))).toBe(true)
            assert(Exit.isFailure(ended))
            expect(check(ended.cause)).toBe(true)
          })
        )
      }
    }
  }

  it.effect("are reported if its first pull fails after some of them", () =>
    Effect.gen(function* () {
      const rows = Stream.fromIterable(upTo(5).map((id) => ({ id }))).pipe(
        Stream.mapEffect((row) => (row.id === 3 ? Effect.fail("unplugged") : Effect.succeed(row)))
      )
      const { exit, ids } = yield* run(server(), rows, { within: "1 minute" })
      expect([failureOf(exit), ids]).toEqual(["unplugged", [0, 1, 2]])
    })
  )

  it.effect("are reported with the reason if they cannot be encoded", () =>
    Effect.gen(function* () {
      const on = server()
      const Odd = Schema.transformOrFail(Schema.Number, Schema.Number, {
        strict: true,
        decode: (value) => ParseResult.succeed(value),
        encode: (value) => {
          if (value === 1) throw new Error("no one")
          return ParseResult.succeed(value)
        }
      })
      const schema = Schema.Struct({ id: Odd })
      const [pushed] = Chunk.toReadonlyArray(
        yield* Effect.flatMap(Imports.Imports, (imports) =>
          Stream.runCollect(imports.pushStream(rowsTo(3), { ...options, schema }))
        ).pipe(Effect.provide(on.layer))
      )
      expect(on.pushes).toEqual([[0, 2]])
      expect(pushed?.invalid).toMatchObject([{ index: 1, issues: [{ message: expect.stringContaining("no one") }] }])
    })
  )
})

describe("rows that come slowly", () => {
  it.effect("are sent when the first of them has waited long enough", () =>
    Effect.gen(function* () {
      const on = server()
      const rows = Stream.fromIterable(upTo(6).map((id) => ({ id }))).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sleep("4 seconds"))
      )
      const fiber = yield* Effect.fork(run(on, rows, { within: "10 seconds" }))
      yield* TestClock.adjust("13 seconds")
      expect(on.pushes).toEqual([])
      yield* TestClock.adjust("1 seconds")
      expect(on.pushes).toEqual([[0, 1, 2]])
      yield* TestClock.adjust("10 seconds")
      expect(on.pushes).toEqual([
        [0, 1, 2],
        [3, 4, 5]
      ])
      yield* Fiber.join(fiber)
    })
  )
})

describe("the wait for each import", () => {
  it.effect("begins the schedule anew, and an import that is not done when it ends is an error", () =>
    Effect.gen(function* () {
      const polls = [0, 0, 0]
      const on = server(undefined, (_, nth) => {
        const before = polls[nth - 1] ?? 0
        polls[nth - 1] = before + 1
        return nth === 3 || before < 2
          ? Scripted.json({ id: `import-${nth - 1}`, is_complete: false, import_status: "running" })
          : undefined
      })
      const schedule = Schedule.intersect(Schedule.spaced("3 seconds"), Schedule.recurs(2))
      const fiber = yield* Effect.fork(run(on, rowsTo(30), { schedule, concurrency: 3 }))
      yield* TestClock.adjust("2999 millis")
      expect(polls).toEqual([1, 1, 1])
      yield* TestClock.adjust("1 millis")
      expect(polls).toEqual([2, 2, 2])
      yield* TestClock.adjust("3 seconds")
      const { told } = yield* Fiber.join(fiber)
      expect(polls).toEqual([3, 3, 3])
      expect(told).toMatchObject([
        { result: { _tag: "Right" } },
        { result: { _tag: "Right" } },
        { result: { _tag: "Left", left: { _tag: "KaleidoscopeTimeoutError" satisfies Tag } } }
      ])
    })
  )
})

describe("the time at which an import is first read", () => {
  it.effect("is at once, and later after nine tenths of the shortest time that an import of the stream took", () =>
    Effect.gen(function* () {
      const pushedAt: Array<number> = []
      const readAfter: Array<Array<number>> = []
      const on = server(
        (ids) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            readAfter.push([])
            pushedAt.push(now)
            return Response.json({ import_id: `import-${on.pushes.push(ids) - 1}` })
          }),
        (_, nth) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const after = now - (pushedAt[nth - 1] ?? 0)
            readAfter[nth - 1]?.push(after)
            return Response.json({ id: `import-${nth - 1}`, is_complete: after >= 10_000, import_status: "complete" })
          })
      )
      const fiber = yield* Effect.fork(run(on, rowsTo(40), { concurrency: 1 }))
      yield* TestClock.adjust("1 minute")
      expect((yield* Fiber.join(fiber)).told.map(({ result }) => result._tag)).toEqual(upTo(4).map(() => "Right"))
      expect(readAfter.map((times) => times.map(Math.round))).toEqual([
        [0, 50, 150, 350, 750, 1550, 3150, 6350, 12_750],
        // No later than after 10 seconds.
        [10_000],
        [9000, 9050, 9150, 9350, 9750, 10_550],
        [9000, 9050, 9150, 9350, 9750, 10_550]
      ])
    })
  )
})

describe("the number of rows in an import, if none is given,", () => {
  const text = "of a plate".repeat(30)

  it.effect("is as many as fit into a body of 768 KiB, and 2,000 at first", () =>
    Effect.gen(function* () {
      const on = server()
      const rows = Stream.map(rowsTo(20_000), (row) => ({ ...row, IC50: text }))
      const { exit, ids } = yield* run(on, rows, { rowsPerImport: undefined, concurrency: 1 })
      expect(exit).toEqual(Exit.void)
      expect(ids).toEqual(upTo(20_000))
      const bytes = on.sent.filter(({ method }) => method === "POST").map(({ body }) => body.length / 1024)
      expect(on.pushes[0]?.length).toBe(2000)
      for (const kibibytes of bytes.slice(1, -1)) {
        expect(kibibytes).toBeGreaterThan(740)
        expect(kibibytes).toBeLessThan(790)
      }
    })
  )

  it.effect("is less after the server refused a body as too large", () =>
    Effect.gen(function* () {
      let refused = 0
      const on = server((ids) => {
        if (ids.length <= 300) return undefined
        refused++
        return Scripted.json({ message: "too large" }, 413)
      })
      const { exit, ids } = yield* run(on, rowsTo(20_000), { rowsPerImport: undefined, concurrency: 1 })
      expect([exit, ids]).toEqual([Exit.void, upTo(20_000)])
      expect(on.pushes.flat()).toEqual(upTo(20_000))
      // 2,000, and its parts of 1,000 and 500: no later import is refused.
      expect(refused).toBe(7)
    })
  )

  it.effect("does not stay small after a single row that is too large", () =>
    Effect.gen(function* () {
      const on = server(() =>
        (on.sent.at(-1)?.body.length ?? 0) <= 1024 * 1024 ? undefined : Scripted.json({ message: "too large" }, 413)
      )
      const rows = Stream.map(rowsTo(20_000), (row) => ({ ...row, IC50: row.id === 2500 ? "x".repeat(2e6) : text }))
      const { ids, told } = yield* run(on, rows, { rowsPerImport: undefined, concurrency: 1 })
      expect(ids).toEqual(upTo(20_000))
      const refused = told.filter(({ result }) => Either.isLeft(result))
      expect(refused.map(({ rows }) => rows.map(({ id }) => id))).toEqual([[2500]])
      expect(on.pushes.slice(-4, -1).filter((pushed) => pushed.length < 2000)).toEqual([])
    })
  )

  it.effect("does not change if it is given", () =>
    Effect.gen(function* () {
      const on = server((ids) => (ids.length <= 300 ? undefined : Scripted.json({ message: "too large" }, 413)))
      const { ids } = yield* run(on, rowsTo(1600), { rowsPerImport: 400, concurrency: 1 })
      expect(ids).toEqual(upTo(1600))
      expect(on.posts()).toBe(3 * 4)
    })
  )
})

describe("a failure that would meet every later row", () => {
  const answers: ReadonlyArray<readonly [string, Effect.Effect<Response, Scripted.Broken>, Tag]> = [
    ["401", Scripted.json({ message: "no" }, 401), "KaleidoscopeUnauthorized"],
    ["403", Scripted.json({ message: "no" }, 403), "KaleidoscopeForbidden"],
    ["a 404 of the platform", Scripted.json({ message: "no such activity" }, 404), "KaleidoscopeNotFound"],
    ["a 404 of a proxy", Scripted.text("<html>", 404), "KaleidoscopeUnexpectedStatus"],
    ["a redirect", Scripted.text(null, 302, { location: "https://login.example" }), "KaleidoscopeUnexpectedStatus"],
    ["a page", Scripted.text("<html>", 200, { "content-type": "text/html" }), "KaleidoscopeDecodeError"],
    ["no connection", Scripted.broken("ECONNREFUSED"), "KaleidoscopeTransportError"],
    ["no response", Effect.never, "KaleidoscopeTimeoutError"]
  ]
  for (const [what, answer, tag] of answers) {
    for (const concurrency of [1, 3]) {
      it.effect(`ends the stream after all pulled rows: ${what}, ${concurrency} at a time`, () =>
        Effect.gen(function* () {
          const on = server((_, nth) => (nth >= 3 ? answer : undefined))
          let pulled = 0
          const rows = rowsTo(500).pipe(Stream.tap(() => Effect.sync(() => pulled++)))
          const { exit } = yield* passing(run(on, rows, { concurrency }))
          assert(Exit.isSuccess(exit))
          const { exit: ended, ids, told } = exit.value
          expect(failureOf(ended)).toMatchObject({ _tag: tag, call: "Imports.pushStream" })
          expect(ids).toEqual(upTo(pulled))
          expect(pulled).toBeLessThan(200)
          expect(told.slice(0, 2).every(({ result }) => Either.isRight(result))).toBe(true)
          expect(told[2]).toMatchObject({ first: 20, result: { _tag: "Left", left: { _tag: tag } } })
          expect(told.slice(3).every(({ result }) => Either.isLeft(result))).toBe(true)
          for (const pushed of told.slice(on.posts())) {
            expect(pushed).toMatchObject({ importId: Option.none(), result: { left: { _tag: tag, outcome: "none" } } })
          }
        })
      )
    }
  }

  it.effect("ends the stream at once although its source never ends", () =>
    Effect.gen(function* () {
      const on = server(() => Scripted.json({ message: "no" }, 403))
      const rows = Stream.concat(rowsTo(13), Stream.never)
      const { exit, ids } = yield* run(on, rows, { within: "1 second" }).pipe(Effect.timeout("1 second"))
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeForbidden" satisfies Tag })
      expect(ids).toEqual(upTo(13))
    })
  )

  it.effect("lets the imports in flight end first, and reports them", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const on = server(
        (_, nth) => (nth === 2 ? Scripted.json({ message: "no" }, 403) : undefined),
        () =>
          Effect.zipRight(Deferred.await(gate), Scripted.json({ id: "import-0", is_complete: true, import_result: {} }))
      )
      const fiber = yield* Effect.fork(run(on, rowsTo(20)))
      yield* TestClock.adjust("1 second")
      expect(fiber.unsafePoll()).toBe(null)
      yield* Deferred.succeed(gate, undefined)
      const { exit, told } = yield* Fiber.join(fiber)
      expect(told.map(({ result }) => result._tag)).toEqual(["Right", "Left"])
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeForbidden" satisfies Tag })
    })
  )

  it.effect("can also be a refusal of the poll of an import", () =>
    Effect.gen(function* () {
      const on = server(undefined, () => Scripted.json({ message: "no" }, 403))
      const { exit, ids, told } = yield* run(on, rowsTo(500))
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeForbidden" satisfies Tag })
      expect(told[0]).toMatchObject({ importId: Option.some("import-0"), result: { _tag: "Left" } })
      expect(ids.length).toBeLessThan(100)
    })
  )

  it.effect("can be a wrong secret, with one request for a token", () =>
    Effect.gen(function* () {
      for (const unknown_fields of ["refuse", "add"] as const) {
        const scripted = Scripted.make(({ path }) =>
          path === "/auth/oauth/token" || path.includes("token")
            ? Scripted.json({ error: "invalid_client" }, 401)
            : Scripted.json({ import_id: "i" })
        )
        const layer = Imports.layer.pipe(
          Layer.provide(
            Auth.layer({ clientId: "c", clientSecret: Redacted.make("wrong-secret"), url: "http://kaleidoscope.test" })
          ),
          Layer.provide(scripted.layer)
        )
        const { exit } = yield* run({ layer }, rowsTo(500), { unknown_fields })
        expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeAuthError" satisfies Tag, reason: "rejected" })
        expect(scripted.sent.length).toBe(1)
      }
    })
  )
})

describe("a failure that may pass", () => {
  for (const [what, answer, tag] of [
    ["500", Scripted.json({ message: "no" }, 500), "KaleidoscopeServerError"],
    ["429", Scripted.json({ message: "no" }, 429), "KaleidoscopeRateLimited"],
    ["a connection that breaks", Scripted.broken("ECONNRESET"), "KaleidoscopeTransportError"]
  ] as const) {
    it.effect(`of one push (${what}) is reported, and does not stop the others`, () =>
      Effect.gen(function* () {
        const on = server((ids) => (ids[0] === 10 || ids[0] === 30 ? answer : undefined))
        const { exit } = yield* passing(run(on, rowsTo(60), { concurrency: 1 }))
        assert(Exit.isSuccess(exit))
        expect(exit.value.exit).toEqual(Exit.void)
        expect(exit.value.told.map(({ result }) => result._tag)).toEqual([
          "Right",
          "Left",
          "Right",
          "Left",
          "Right",
          "Right"
        ])
      })
    )

    it.effect(`of three pushes in a row (${what}) ends the stream`, () =>
      Effect.gen(function* () {
        const on = server((ids) => ((ids[0] ?? 0) >= 20 ? answer : undefined))
        const { exit } = yield* passing(run(on, rowsTo(500), { concurrency: 1 }))
        assert(Exit.isSuccess(exit))
        expect(failureOf(exit.value.exit)).toMatchObject({ _tag: tag })
        expect(exit.value.told.slice(0, 5).map(({ result }) => result._tag)).toEqual([
          "Right",
          "Right",
          "Left",
          "Left",
          "Left"
        ])
        expect(exit.value.ids.length).toBeLessThan(100)
      })
    )
  }
})

describe("a stream without an imported row fails", () => {
  it.effect("if no row can be encoded, with the first issue", () =>
    Effect.gen(function* () {
      const on = server()
      const { exit, told } = yield* run(
        on,
        Stream.map(rowsTo(25), ({ id }) => ({ id, "IC50 ": 1 }))
      )
      expect(failureOf(exit)).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
        call: "Imports.pushStream",
        at: "rows[0].IC50 ",
        message: expect.stringContaining('did you mean "IC50"?')
      })
      expect(told.flatMap(({ invalid }) => invalid).length).toBe(25)
      expect(on.posts()).toBe(0)
    })
  )

  it.effect("if each push is refused, with the last error", () =>
    Effect.gen(function* () {
      const { exit, told } = yield* run(
        server(() => Scripted.json({ message: "no" }, 400)),
        rowsTo(45)
      )
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeBadRequest" satisfies Tag })
      expect(told.length).toBe(5)
    })
  )

  it.effect("if each import fails", () =>
    Effect.gen(function* () {
      const on = server(undefined, (_, nth) =>
        Scripted.json({ id: `import-${nth - 1}`, import_status: "failed", error_message: "no" })
      )
      const { exit, told } = yield* run(on, rowsTo(45))
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeImportFailed" satisfies Tag, reason: "no" })
      expect(told.length).toBe(5)
    })
  )

  it.effect("if the imports skip each row", () =>
    Effect.gen(function* () {
      for (const counted of [
        (count: number) => ({ successful: 0, failed: count, errors: [] }),
        (count: number) => ({ total_processed: count, failed: count })
      ]) {
        const on = server(undefined, (ids, nth) =>
          Scripted.json({
            id: `import-${nth - 1}`,
            is_complete: true,
            import_result: { validation_result: counted(ids.length) }
          })
        )
        const { exit, told } = yield* run(on, rowsTo(45))
        expect(failureOf(exit)).toMatchObject({
          _tag: "KaleidoscopeImportFailed" satisfies Tag,
          message: expect.stringContaining("no row was imported")
        })
        expect(told.map(({ rowErrors }) => rowErrors.length)).toEqual(told.map(() => 1))
      }
    })
  )

  for (const [what, rows] of [
    ["it has no rows", Stream.empty],
    ["one row was imported", rowsTo(1)]
  ] as const) {
    it.effect(`but succeeds if ${what}`, () =>
      Effect.gen(function* () {
        expect((yield* run(server(), rows)).exit).toEqual(Exit.void)
      })
    )
  }

  it.effect("but succeeds if only some rows failed", () =>
    Effect.gen(function* () {
      const on = server((_, nth) => (nth > 1 ? Scripted.json({ message: "no" }, 400) : undefined))
      const { exit, told } = yield* run(on, rowsTo(45))
      expect([exit, told.filter(({ result }) => Either.isLeft(result)).length]).toEqual([Exit.void, 4])
    })
  )
})

describe("an option that makes no sense is refused by name", () => {
  for (const option of ["concurrency", "rowsPerImport"] as const) {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      it.effect(`${option}: ${value}`, () =>
        Effect.gen(function* () {
          const { exit } = yield* run(server(), rowsTo(5), { [option]: value })
          expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: option })
        })
      )
    }
  }
})

describe("a large stream", () => {
  it.effect("in imports of one row takes linear time", () =>
    Effect.gen(function* () {
      const time = processorTime()
      const rows = Stream.fromIterable(upTo(200_000).map((id) => ({ id }))).pipe(Stream.rechunk(200_000))
      const { ids } = yield* run(server(), rows, { rowsPerImport: 20_000 })
      expect(ids.length).toBe(200_000)
      expect(time()).toBeLessThan(30_000)
    })
  )
})
