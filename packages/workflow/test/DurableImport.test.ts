import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { DurableImport, Engine, Jobs, Metrics, TableSource } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"

const auth = Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })

const compound = (row: number) => ({ "Compound ID": `W-${row}`, IC50: row % 10 === 0 ? "much" : String(row) })

/** A table in which every tenth row has an IC50 that is not a number; and how often it was opened. */
const makeTable = (count: number, keyOf = (row: number) => row) => {
  const place = { content: "first", opened: 0 }
  const layer = Layer.succeed(TableSource.TableSource, {
    fingerprint: () => Effect.sync(() => place.content),
    open: () =>
      Effect.sync(() => {
        place.opened++
        return {
          columns: ["Compound ID", "IC50"],
          rows: Stream.range(1, count).pipe(
            Stream.map((row) => ({
              row,
              line: row + 1,
              values: { ...compound(row), "Compound ID": `W-${keyOf(row)}` },
              issues: []
            }))
          )
        }
      })
  })
  return { layer, place }
}

const services = (table: ReturnType<typeof makeTable>, faults: ReadonlyArray<Faults.Rule> = []) =>
  DurableImport.layer.pipe(
    Layer.provideMerge(Engine.layerMemory),
    Layer.provide(table.layer),
    Layer.provideMerge(Kaleidoscope.layer.pipe(Layer.provide(auth), Layer.provideMerge(Emulator.layer({ faults }))))
  )

const options = { job: "first", source: "the table", key_field_names: ["Compound ID"], rowsPerPart: 20 }

/** Runs an effect while the clock goes on. */
const withTime = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(self)
    yield* Effect.repeat(TestClock.adjust("1 second"), {
      until: () => Effect.map(Fiber.poll(fiber), Option.isSome)
    })
    return yield* Fiber.join(fiber)
  })

const stored = Effect.gen(function* () {
  const emulator = yield* Emulator.Emulator
  const { records } = yield* emulator.state
  return records.filter(({ record_identifier }) => record_identifier?.startsWith("W-"))
})

/** What this process counted until now. Other tests count, too. */
const counted = Effect.all({
  complete: Metric.value(Metrics.jobs.pipe(Metric.tagged("kind", "DurableImport"), Metric.tagged("state", "complete"))),
  parts: Metric.value(Metrics.parts.pipe(Metric.tagged("kind", "DurableImport"))),
  sent: Metric.value(Metrics.rows.pipe(Metric.tagged("outcome", "sent"))),
  skipped: Metric.value(Metrics.rows.pipe(Metric.tagged("outcome", "skipped"))),
  rejected: Metric.value(Metrics.rows.pipe(Metric.tagged("outcome", "rejected")))
}).pipe(Effect.map(Record.map(({ count }) => count)))

describe("a durable import", () => {
  it.effect("counts its parts, its rows by what became of them, and its end", () =>
    Effect.gen(function* () {
      const before = yield* counted
      yield* withTime(DurableImport.run(options))
      yield* withTime(DurableImport.run({ ...options, job: "again" }))
      const after = yield* counted
      expect(Record.map(after, (count, name) => count - before[name])).toEqual({
        complete: 2,
        parts: 6,
        sent: 41,
        skipped: 41,
        rejected: 8
      })
    }).pipe(Effect.provide(services(makeTable(45))))
  )

  it.effect("imports a table part by part, and gives one report of all rows", () => {
    const table = makeTable(45)
    return Effect.gen(function* () {
      const report = yield* withTime(DurableImport.run(options))
      expect(report).toMatchObject({
        ended: "complete",
        parts: 3,
        rows_read: 45,
        valid: 41,
        created: 41,
        updated: 0,
        skipped: 0,
        rejected_count: 4,
        unknown_count: 0
      })
      expect(report.rejected.map(({ row }) => row)).toEqual([10, 20, 30, 40])
      expect(table.place.opened).toBe(1)
      expect(yield* stored).toHaveLength(41)
      const jobs = yield* Jobs.Jobs
      expect(yield* jobs.list).toMatchObject([
        { job: "first", kind: "DurableImport", state: "complete", rows_read: 45, rejected_count: 4, parts_begun: 3 }
      ])
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("is started once: the same name gives the same report, and sends nothing", () => {
    const table = makeTable(5)
    return Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const first = yield* withTime(DurableImport.run(options))
      const { length } = yield* emulator.requests
      expect(yield* withTime(DurableImport.run(options))).toEqual(first)
      expect(yield* emulator.requests).toHaveLength(length)
      const error = yield* Effect.flip(withTime(DurableImport.run({ ...options, source: "another table" })))
      expect(error).toMatchObject({ _tag: "KaleidoscopeSourceError", source: "another table" })
      expect(error.message).toContain('nothing was imported: the job "first" imported the table. Use another name.')
      const result = yield* DurableImport.result("first")
      expect(result).toEqual(Option.some(Exit.succeed(first)))
      expect(yield* DurableImport.result("another")).toEqual(Option.none())
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("rejects a row with the key of a row in another part, also if that part is tried again", () => {
    const table = makeTable(45, (row) => (row === 25 || row === 42 ? 3 : row === 44 ? 21 : row === 45 ? 20 : row))
    const faults = [Faults.on({ method: "POST", path: "/push/imports", nth: 2 }, Faults.resetAfter)]
    return Effect.gen(function* () {
      const report = yield* withTime(DurableImport.run(options))
      expect(report).toMatchObject({ rows_read: 45, valid: 38, rejected_count: 7 })
      const repeated = report.rejected.flatMap(({ issues: [issue], row }) =>
        issue?.path === "Compound ID" ? [`${row} ${issue.message}`] : []
      )
      expect(repeated).toEqual([
        '25 row 3 has the same key, "W-3"',
        '42 row 3 has the same key, "W-3"',
        '44 row 21 has the same key, "W-21"'
      ])
      expect(yield* stored).toHaveLength(38)
    }).pipe(Effect.provide(services(table, faults)))
  })

  it.effect("changes nothing if the platform has the rows already", () => {
    const table = makeTable(9)
    return Effect.gen(function* () {
      yield* withTime(DurableImport.run(options))
      const again = yield* withTime(DurableImport.run({ ...options, job: "second" }))
      expect(again).toMatchObject({ rows_read: 9, sent: 0, created: 0, updated: 0, skipped: 9 })
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("tries a part again if the server fails, or breaks the connection after it got the rows", () => {
    const table = makeTable(45)
    const push = (nth: number) => ({ method: "POST" as const, path: "/push/imports", nth })
    const faults = [
      Faults.on(push(1), Faults.status(503)),
      Faults.on(push(2), Faults.resetAfter),
      Faults.on(push(4), Faults.resetBefore)
    ]
    return Effect.gen(function* () {
      const report = yield* withTime(DurableImport.run(options))
      expect(report).toMatchObject({ rows_read: 45, valid: 41, rejected_count: 4, unknown_count: 0 })
      const records = yield* stored
      expect(records).toHaveLength(41)
      expect(
        records.flatMap(({ record_values }) => Object.values(record_values)).every(({ length }) => length === 1)
      ).toBe(true)
    }).pipe(Effect.provide(services(table, faults)))
  })

  it.effect("sends the rows of a part later that the platform was too busy to take", () =>
    Effect.gen(function* () {
      const report = yield* withTime(DurableImport.run(options))
      expect(report).toMatchObject({ rows_read: 45, valid: 41, sent: 41, rejected_count: 4, unknown_count: 0 })
      expect(yield* stored).toHaveLength(41)
    }).pipe(
      Effect.provide(
        services(makeTable(45), [
          Faults.on({ method: "POST", path: "/push/imports", after: 1, times: 30 }, Faults.rateLimited())
        ])
      )
    )
  )

  it.effect("goes on when the platform comes back after ten minutes, and counts as a job at work until then", () => {
    const table = makeTable(45)
    return Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const jobs = yield* Jobs.Jobs
      yield* emulator.faults.set([Faults.on({}, Faults.status(503))])
      const watched = Effect.raceFirst(DurableImport.run(options), Jobs.watch({ longest: "5 minutes" }))
      const fiber = yield* Effect.fork(watched)
      // In steps: a clock that moves on while the work is between two waits shows the watch a job that stands still.
      yield* Effect.repeatN(TestClock.adjust("5 seconds"), 120)
      expect(yield* jobs.find("first")).toMatchObject(Option.some({ state: "running", rows_read: 0, parts_begun: 1 }))
      yield* emulator.faults.set([])
      const report = yield* withTime(Fiber.join(fiber))
      expect(report).toMatchObject({ rows_read: 45, created: 41, rejected_count: 4, unknown_count: 0 })
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("fails if the credentials are refused in the middle; a job with another name skips what is there", () => {
    const table = makeTable(45)
    return Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const jobs = yield* Jobs.Jobs
      const fiber = yield* Effect.fork(Effect.flip(DurableImport.run(options)))
      yield* Effect.repeat(Effect.zipRight(TestClock.adjust("100 millis"), jobs.find("first")), {
        until: Option.exists(({ parts_begun }) => parts_begun === 2)
      })
      yield* emulator.faults.set([Faults.on({}, Faults.status(401))])
      expect(yield* withTime(Fiber.join(fiber))).toMatchObject({ _tag: expect.stringMatching(/Auth|Unauthorized/) })
      expect(yield* jobs.find("first")).toMatchObject(Option.some({ state: "failed" }))
      yield* emulator.faults.set([])
      yield* TestClock.adjust("5 minutes")
      const report = yield* withTime(DurableImport.run({ ...options, job: "second" }))
      expect(report.skipped).toBeGreaterThanOrEqual(18)
      expect(report.skipped + report.sent).toBe(41)
      expect(yield* stored).toHaveLength(41)
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("sends nothing if it is cancelled before its first part", () => {
    const table = makeTable(45)
    return Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      yield* jobs.begin("first", "DurableImport")
      yield* jobs.pause("first")
      const fiber = yield* Effect.fork(DurableImport.run(options))
      yield* TestClock.adjust("1 minute")
      expect(table.place.opened).toBe(0)
      yield* jobs.cancel("first")
      const report = yield* withTime(Fiber.join(fiber))
      expect(report).toMatchObject({ ended: "cancelled", parts: 0, rows_read: 0, sent: 0 })
      expect([table.place.opened, yield* stored]).toEqual([0, []])
    }).pipe(Effect.provide(services(table)))
  })

  it.effect("fails with the error of the platform, which is kept as the result", () => {
    const table = makeTable(5)
    return Effect.gen(function* () {
      const wrong = { ...options, key_field_names: ["Compound Id"] }
      const error = yield* Effect.flip(withTime(DurableImport.run(wrong)))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnknownReference" })
      expect(error.message).toContain("Compound ID")
      const jobs = yield* Jobs.Jobs
      expect(yield* jobs.list).toMatchObject([{ job: "first", state: "failed" }])
      expect(yield* Effect.flip(withTime(DurableImport.run(wrong)))).toEqual(error)
    }).pipe(Effect.provide(services(table)))
  })

  it.effect(
    "waits while it is paused, goes on when it is resumed, and ends before its next part when it is cancelled",
    () => {
      const table = makeTable(45)
      return Effect.gen(function* () {
        const jobs = yield* Jobs.Jobs
        const fiber = yield* Effect.fork(DurableImport.run(options))
        const until = (rows: number) =>
          Effect.repeat(Effect.zipRight(TestClock.adjust("100 millis"), jobs.find("first")), {
            until: (found) => Option.exists(found, ({ rows_read }) => rows_read >= rows)
          })
        yield* until(1)
        yield* jobs.pause("first")
        yield* TestClock.adjust("1 minute")
        expect(yield* jobs.find("first")).toMatchObject(Option.some({ state: "paused", rows_read: 20 }))
        yield* jobs.resume("first")
        yield* until(21)
        yield* jobs.cancel("first")
        const report = yield* withTime(Fiber.join(fiber))
        expect(report).toMatchObject({ ended: "cancelled", parts: 2, rows_read: 40, created: 36 })
        expect(yield* jobs.find("first")).toMatchObject(Option.some({ state: "cancelled" }))
        yield* jobs.resume("first")
        expect(yield* jobs.find("first")).toMatchObject(Option.some({ state: "cancelled" }))
        yield* TestClock.adjust("2 days")
        yield* jobs.forget("1 day")
        expect(yield* jobs.list).toEqual([])
      }).pipe(Effect.provide(services(table)))
    }
  )

  it.effect("refuses options that are not valid, and stores nothing", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      for (const [wrong, words] of [
        [{ job: "" }, "NonEmptyString"],
        [{ job: "x".repeat(501) }, "maxLength(500)"],
        [{ job: "a\0b" }, "no character 0"],
        [{ job: "\ud83d" }, "no half of a character"],
        [{ source: "" }, "NonEmptyString"],
        [{ rowsPerPart: 0 }, "rowsPerPart"],
        [{ concurrency: 1.5 }, "concurrency"],
        [{ patience: Number.NaN }, "patience"]
      ] as const) {
        const error = yield* Effect.flip(DurableImport.run({ ...options, ...wrong }))
        expect(error).toMatchObject({ _tag: "KaleidoscopeInvalidOptions" })
        expect(error.message).toContain(words)
        expect(yield* Effect.flip(DurableImport.start({ ...options, ...wrong }))).toEqual(error)
      }
      expect(yield* jobs.list).toEqual([])
    }).pipe(Effect.provide(services(makeTable(5))))
  )

  it.effect("takes any other name", () =>
    Effect.gen(function* () {
      const names = [
        "a/b?c#d%20e",
        "'; DROP TABLE kaleidoscope_jobs; --",
        "__proto__",
        "ß 化 👩🏽‍🔬\n\t",
        "x".repeat(500)
      ]
      for (const job of names) {
        expect(yield* withTime(DurableImport.run({ ...options, job }))).toMatchObject({ rows_read: 5 })
      }
      const jobs = yield* Jobs.Jobs
      expect((yield* jobs.list).map(({ job }) => job).toSorted()).toEqual(names.toSorted())
    }).pipe(Effect.provide(services(makeTable(5))))
  )

  it.effect("gives a report of a table without rows, and of one whose rows are all rejected", () =>
    Effect.gen(function* () {
      const empty = yield* withTime(DurableImport.run(options))
      expect(empty).toMatchObject({ ended: "complete", parts: 1, rows_read: 0, sent: 0, rejected_count: 0 })
    }).pipe(
      Effect.provide(services(makeTable(0))),
      Effect.zipRight(
        Effect.gen(function* () {
          const report = yield* withTime(DurableImport.run({ ...options, rowsPerPart: 2 }))
          // The first row is right, and all others have its key.
          expect(report).toMatchObject({ ended: "complete", parts: 3, rows_read: 6, sent: 1, rejected_count: 5 })
        }).pipe(Effect.provide(services(makeTable(6, () => 1))))
      )
    )
  )

  it.effect("can be resumed twice, and ends if it is cancelled while it is paused", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      for (const job of ["first", "second"]) {
        yield* jobs.begin(job, "DurableImport")
        yield* jobs.pause(job)
        yield* jobs.pause(job)
      }
      const first = yield* Effect.fork(DurableImport.run(options))
      const second = yield* Effect.fork(DurableImport.run({ ...options, job: "second" }))
      yield* TestClock.adjust("1 minute")
      expect((yield* jobs.list).map(({ parts_begun, state }) => [parts_begun, state])).toEqual([
        [0, "paused"],
        [0, "paused"]
      ])
      yield* jobs.resume("first")
      yield* jobs.resume("first")
      yield* jobs.cancel("second")
      expect(yield* withTime(Fiber.join(first))).toMatchObject({ ended: "complete", rows_read: 5 })
      expect(yield* withTime(Fiber.join(second))).toMatchObject({ ended: "cancelled", rows_read: 0 })
      yield* jobs.resume("second")
      expect(yield* jobs.find("second")).toMatchObject(Option.some({ state: "cancelled" }))
    }).pipe(Effect.provide(services(makeTable(5))))
  )

  it.effect("controls only jobs that exist", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      expect(yield* Effect.flip(jobs.pause("first"))).toMatchObject({ message: 'there is no job "first"' })
    }).pipe(Effect.provide(Jobs.layerMemory))
  )
})
