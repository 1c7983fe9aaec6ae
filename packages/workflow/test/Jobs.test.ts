import { SqlError } from "@effect/sql/SqlError"
import { Jobs } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"

const watched = Effect.fork(Effect.flip(Jobs.watch({ longest: "10 minutes" })))

describe("the watch over the jobs", () => {
  it.effect("ends with a sentence when a running job makes no progress, and counts each try as progress", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      yield* jobs.begin("screen", "DurableImport")
      const fiber = yield* watched
      yield* TestClock.adjust("9 minutes")
      yield* jobs.touch("screen")
      yield* TestClock.adjust("9 minutes")
      expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
      yield* TestClock.adjust("1 minute")
      expect(yield* Fiber.join(fiber)).toMatchObject({
        _tag: "KaleidoscopeNoProgress",
        job: Option.some("screen"),
        message: 'the job "screen" made no progress for 10m. Start this process again, with the layer of DurableImport.'
      })
    }).pipe(Effect.provide(Jobs.layerMemory))
  )

  it.effect("says so if the database cannot be written", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      yield* jobs.begin("screen", "DurableImport")
      const full = new SqlError({ cause: Object.assign(new Error("full"), { code: "SQLITE_FULL" }), message: "no" })
      const fiber = yield* watched.pipe(Effect.provideService(Jobs.Jobs, { ...jobs, touch: () => Effect.fail(full) }))
      yield* TestClock.adjust("10 minutes")
      expect(yield* Fiber.join(fiber)).toMatchObject({
        message:
          'the job "screen" made no progress for 10m. The database of the jobs cannot be written: the disk is full. Make space.'
      })
    }).pipe(Effect.provide(Jobs.layerMemory))
  )

  it.effect("does not end for a job that is paused or has ended, nor for the time before it began", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs.Jobs
      yield* jobs.begin("paused", "DurableImport")
      yield* jobs.pause("paused")
      yield* jobs.begin("ended", "DurableImport")
      yield* jobs.end("ended", "complete")
      yield* jobs.begin("before", "DurableImport")
      yield* TestClock.adjust("2 hours")
      const fiber = yield* watched
      yield* TestClock.adjust("9 minutes")
      yield* jobs.end("before", "complete")
      yield* TestClock.adjust("2 hours")
      expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(Jobs.layerMemory))
  )

  it.effect(
    "ends with a sentence when the database fails or does not answer for that time, not when it comes back",
    () =>
      Effect.gen(function* () {
        const jobs = yield* Jobs.Jobs
        const database = { list: jobs.list }
        const fiber = yield* watched.pipe(
          Effect.provideService(Jobs.Jobs, { ...jobs, list: Effect.suspend(() => database.list) })
        )
        const broken = new SqlError({ cause: "gone", message: "the database is gone" })
        database.list = Effect.fail(broken)
        yield* TestClock.adjust("9 minutes")
        database.list = jobs.list
        yield* TestClock.adjust("1 minute")
        database.list = Effect.never
        yield* TestClock.adjust("5 minutes")
        expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
        yield* TestClock.adjust("15 minutes")
        expect(yield* Fiber.join(fiber)).toMatchObject({
          job: Option.none(),
          message: "the database of the jobs could not be read for 10m. Look after it, and start this process again."
        })
      }).pipe(Effect.provide(Jobs.layerMemory))
  )
})
