import { existsSync, readdirSync, readFileSync } from "node:fs"
import * as HttpApp from "@effect/platform/HttpApp"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import { Auth, Ids, Kaleidoscope, KaleidoscopeError, Registrar, type Registration } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { Engine, Jobs, Mirror, RegistrationWorker } from "@effect-kaleidoscope/workflow"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Processes from "./support/processes.js"
import { activityId, resultsSent, submit } from "./support/submissions.js"

const key = { clientId: "demo", clientSecret: Redacted.make("demo") }

/** Runs an effect while the clock goes on. */
const withTime = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(self)
    yield* Effect.repeat(TestClock.adjust("100 millis"), {
      until: () => Effect.map(Fiber.poll(fiber), Option.isSome)
    })
    return yield* Fiber.join(fiber)
  })

/** Lets the clock go on until the list of the jobs is so. */
const untilJobs = (isIt: (jobs: ReadonlyArray<Jobs.Job>) => boolean) =>
  Effect.flatMap(Jobs.Jobs, ({ list }) =>
    TestClock.adjust("10 seconds").pipe(
      Effect.zipRight(list),
      Effect.repeat({ until: (found: ReadonlyArray<Jobs.Job>) => isIt(found) })
    )
  )

/** A clock that moves on when somebody waits: it needs no time for days, where a `TestClock` needs a moment for each wait. */
const hurried = (): Clock.Clock => {
  let now = 0
  const nanos = () => BigInt(now) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.suspend(() => {
        now += Duration.toMillis(duration)
        return Effect.yieldNow()
      })
  }
}

const services = (
  register: Effect.Effect<Registrar.RegisteredValues, string>,
  faults: ReadonlyArray<Faults.Rule> = []
) =>
  RegistrationWorker.layer({ patience: "90 minutes" }).pipe(
    Layer.provideMerge(
      // The end of a test that fails would wait for the clock.
      Registrar.layer({ key_field_names: ["Compound ID"], register: () => register, shutdownTimeout: 0 })
    ),
    Layer.provideMerge(Engine.layerMemory),
    Layer.provideMerge(
      Kaleidoscope.layer.pipe(
        Layer.provide(Auth.layer({ ...key, url: "http://kaleidoscope.test" })),
        Layer.provideMerge(Emulator.layer({ faults }))
      )
    )
  )

describe("a registration worker", () => {
  it.effect("does a submission once that is delivered three times, at the same time and later", () => {
    let registered = 0
    const register = Effect.sync(() => ({ "Compound ID": `REG-${++registered}` }))
    return Effect.gen(function* () {
      const { id } = yield* withTime(submit)
      const webhook = { _tag: "DraftsSubmitted" as const, activity: yield* activityId, submission: id, body: {} }
      yield* Effect.all([RegistrationWorker.accept(webhook), RegistrationWorker.accept(webhook)], {
        concurrency: "unbounded"
      })
      const jobs = yield* Jobs.Jobs
      yield* untilJobs(([job]) => job?.state === "complete")
      yield* RegistrationWorker.accept(webhook)
      yield* TestClock.adjust("1 minute")
      expect(registered).toBe(1)
      expect(yield* resultsSent).toBe(1)
      expect(yield* jobs.list).toMatchObject([
        { job: `DraftsSubmitted ${id}`, kind: "Registration", state: "complete", parts_begun: 1 }
      ])
    }).pipe(Effect.provide(services(register)))
  })

  it.effect(
    "tries again as long as it has patience, and a delivery after the end of its patience begins new work",
    () => {
      const path = "/operations/:id/registration_submissions"
      const register = Effect.succeed({ "Compound ID": "REG-1" })
      return Effect.gen(function* () {
        const { id } = yield* withTime(submit)
        const emulator = yield* Emulator.Emulator
        const jobs = yield* Jobs.Jobs
        const down = (active: boolean) => (active ? [Faults.on({ method: "GET", path }, Faults.status(503))] : [])
        const webhook = { _tag: "DraftsSubmitted" as const, activity: yield* activityId, submission: id, body: {} }
        yield* emulator.faults.set(down(true))
        yield* RegistrationWorker.accept(webhook)
        yield* TestClock.adjust("80 minutes")
        expect(yield* jobs.list).toMatchObject([{ state: "running" }])
        yield* untilJobs(([job]) => job?.state !== "running")
        expect(yield* jobs.list).toMatchObject([{ state: "failed" }])
        yield* emulator.faults.set(down(false))
        yield* RegistrationWorker.accept(webhook)
        yield* untilJobs((found) => found.length === 2 && found.every(({ state }) => state !== "running"))
        expect((yield* jobs.list).map(({ job, state }) => [job, state])).toEqual([
          [`DraftsSubmitted ${id} (2)`, "complete"],
          [`DraftsSubmitted ${id}`, "failed"]
        ])
        expect(yield* resultsSent).toBe(1)
      }).pipe(Effect.provide(services(register)))
    }
  )

  it.effect(
    "tries for three days until a file can be downloaded, and the list of the jobs shows that it is at work",
    () => {
      const day = 24 * 60 * 60_000
      const tries: Array<number> = []
      const seen: Array<Jobs.Job> = []
      const file = {
        _tag: "FileSubmitted" as const,
        file: Ids.FileId.make("00000000-0000-4000-8000-000000000001"),
        activity: Option.some(Ids.ActivityId.make("00000000-0000-4000-8000-000000000002")),
        record_ids: [],
        body: {}
      }
      const away = new KaleidoscopeError.TransportError({
        message: "GET /files/1: the connection was refused",
        call: "Files.download",
        method: "GET",
        pathTemplate: "/files/{id}",
        path: "/files/1",
        status: null,
        requestId: null,
        outcome: "none",
        attempts: 1,
        elapsed: Duration.zero,
        reason: "ECONNREFUSED"
      })
      const Down = Layer.effect(
        Registrar.Registrar,
        Effect.map(Jobs.Jobs, (jobs) => ({
          accept: () => Effect.void,
          poll: () => Effect.void,
          handle: (_: Registration.Webhook, { onTry = Effect.void }: Registrar.HandleOptions = {}) =>
            Effect.gen(function* () {
              yield* onTry
              const now = yield* Clock.currentTimeMillis
              tries.push(now)
              seen.push(...(yield* Effect.orDie(jobs.list)))
              if (now < 3 * day) return yield* away
              return { _tag: "Reported" as const, accepted: 1, refused: 0 }
            })
        }))
      )
      return Effect.gen(function* () {
        const jobs = yield* Jobs.Jobs
        yield* RegistrationWorker.accept(file)
        yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), jobs.list), {
          until: ([found]) => found !== undefined && found.state !== "running"
        })
        expect(yield* jobs.list).toMatchObject([{ state: "complete", kind: "Registration", parts_begun: 1 }])
        // About once in a minute.
        expect(tries.length).toBeGreaterThan(2 * 24 * 60)
        expect(tries.length).toBeLessThan(5 * 24 * 60)
        // Each try shows in the list that the work is done now.
        expect(seen.map(({ updated_at }) => updated_at)).toEqual(tries)
        expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(["running"]))
      }).pipe(
        Effect.provide(
          RegistrationWorker.layer({ patience: "5 days" }).pipe(
            Layer.provide(Down),
            // It says so at each of four thousand tries.
            Layer.provide(Logger.minimumLogLevel(LogLevel.None)),
            Layer.provideMerge(Engine.layerMemory)
          )
        ),
        Effect.withClock(hurried())
      )
    }
  )

  it.effect("is at work for the watch over the jobs while it tries again, and while it waits for its turn", () => {
    const path = "/operations/:id/registration_submissions"
    const register = Effect.succeed({ "Compound ID": "REG-1" })
    return Effect.gen(function* () {
      const { id } = yield* withTime(submit)
      const emulator = yield* Emulator.Emulator
      const jobs = yield* Jobs.Jobs
      const activity = yield* activityId
      const deliver = (submission: Ids.RegistrationSubmissionId) =>
        RegistrationWorker.accept({ _tag: "DraftsSubmitted", activity, submission, body: {} })
      yield* emulator.faults.set([Faults.on({ method: "GET", path }, Faults.status(503))])
      const watch = yield* Effect.fork(Jobs.watch({ longest: "10 minutes" }))
      yield* deliver(id)
      // The registrar handles the submissions of an activity one after another.
      yield* deliver(Ids.RegistrationSubmissionId.make("00000000-0000-4000-8000-000000000001"))
      // In steps: a clock that moves on while the work is between two waits shows the watch a job that stands still.
      yield* Effect.repeatN(TestClock.adjust("10 seconds"), 240)
      expect(yield* Fiber.poll(watch)).toEqual(Option.none())
      expect((yield* jobs.list).map(({ state }) => state)).toEqual(["running", "running"])
      yield* emulator.faults.set([])
      yield* untilJobs((found) => found.some(({ state }) => state === "complete"))
      expect(yield* jobs.find(`DraftsSubmitted ${id}`)).toMatchObject(Option.some({ state: "complete" }))
      expect(yield* Fiber.poll(watch)).toEqual(Option.none())
    }).pipe(Effect.provide(services(register)))
  })

  it.effect("takes no webhook about a file without its activity, and leaves other events alone", () =>
    Effect.gen(function* () {
      const file = {
        _tag: "FileSubmitted" as const,
        file: Ids.FileId.make("file"),
        activity: Option.none(),
        record_ids: [],
        body: {}
      }
      expect(yield* Effect.flip(RegistrationWorker.accept(file))).toMatchObject({ reason: "ids" })
      yield* RegistrationWorker.accept({ _tag: "UnknownEvent", event: "activity_updated", body: {} })
      const jobs = yield* Jobs.Jobs
      expect(yield* jobs.list).toEqual([])
    }).pipe(Effect.provide(services(Effect.succeed({}))))
  )

  it.live("stores no secret, and a mirror beside it neither", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const secret = "canary-9c0f4e21"
      const registered = { count: 0 }
      const register = Effect.suspend(() => {
        registered.count++
        return Effect.die(new Error(`the store refused https://store.test/file?X-Amz-Signature=${secret}`))
      })
      const server = Emulator.layer({
        clientSecret: Redacted.make(secret),
        faults: [
          Faults.on(
            { method: "POST", path: "/operations/:id/registration_submissions/:id/results" },
            Faults.problem(400, { code: "BAD", message: `no ${secret}` })
          )
        ]
      })
      const live = Layer.mergeAll(
        RegistrationWorker.layer().pipe(
          Layer.provide(Registrar.layer({ key_field_names: ["Compound ID"], register: () => register }))
        )
      ).pipe(
        Layer.provideMerge(Engine.layerSqlite({ filename: `${folder}/jobs.sqlite` })),
        Layer.provideMerge(Kaleidoscope.layer),
        Layer.provide(
          Auth.layer({ clientId: "demo", clientSecret: Redacted.make(secret), url: "http://kaleidoscope.test" })
        ),
        Layer.provideMerge(server)
      )
      yield* Effect.gen(function* () {
        const { id } = yield* submit
        const body = { secret, url: `https://store.test/file?X-Amz-Signature=${secret}` }
        const webhook = { _tag: "DraftsSubmitted" as const, activity: yield* activityId, submission: id, body }
        yield* RegistrationWorker.accept(webhook)
        const jobs = yield* Jobs.Jobs
        yield* Effect.repeat(Effect.delay(jobs.find(`DraftsSubmitted ${id}`), "20 millis"), {
          until: Option.exists(({ state }) => state === "failed" || state === "complete")
        })
        yield* Effect.exit(Mirror.run({ job: "mirror", handle: () => Effect.fail(new Error(secret)) }))
        yield* Effect.exit(Mirror.run({ job: "another", handle: () => Effect.die(new Error(secret)) }))
      }).pipe(Effect.provide(live))
      expect(registered.count).toBeGreaterThan(0)
      const files = readdirSync(folder).filter((name) => name.startsWith("jobs.sqlite"))
      const bytes = Buffer.concat(files.map((name) => readFileSync(`${folder}/${name}`)))
      expect([bytes.includes("DraftsSubmitted"), bytes.includes("Mirror")]).toEqual([true, true])
      expect([bytes.includes(secret), bytes.includes("X-Amz-Signature")]).toEqual([false, false])
    })
  )

  for (const { when, answers } of [
    { when: "after the webhook was answered", answers: true },
    { when: "between the storing of the webhook and the answer", answers: false }
  ]) {
    it.live(`does a submission once although its process is killed ${when}, and it is delivered again`, () =>
      Effect.gen(function* () {
        const folder = yield* Processes.folder
        const path = yield* Processes.bundle("registrarChild")
        const emulator = yield* Emulator.Emulator
        const output = `${folder}/registered`
        const environment = {
          DATABASE: `${folder}/jobs.sqlite`,
          OUTPUT: output,
          WEBHOOK_SECRET: "correct horse",
          KALEIDOSCOPE_API_URL: emulator.url,
          KALEIDOSCOPE_API_CLIENT_ID: "demo",
          KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
        }
        const kaleidoscope = Kaleidoscope.layer.pipe(
          Layer.provide(Auth.layer({ ...key, url: emulator.url })),
          Layer.provide(NodeHttpClient.layerUndici)
        )
        const { id } = yield* Effect.provide(submit, kaleidoscope)
        const body = JSON.stringify({
          event_type: "registration_drafts_submitted",
          operation_id: yield* activityId,
          submission_id: id
        })
        /** The status of the answer; none if the connection ends without one. */
        const deliver = (port: string, secret = "correct horse") =>
          Effect.tryPromise(() =>
            fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers: { "x-secret": secret } })
          ).pipe(Effect.match({ onFailure: () => "no answer" as const, onSuccess: ({ status }) => status }))
        const until = <A>(self: Effect.Effect<A>, isIt: (value: A) => boolean) =>
          Effect.repeat(Effect.delay(self, "20 millis"), { until: isIt })
        const lines = Effect.sync(() => (existsSync(output) ? readFileSync(output, "utf8").trim().split("\n") : []))

        const first = yield* Processes.start(path, { ...environment, HANGS: "true", ANSWERS: String(answers) })
        const firstPort = yield* Processes.lineLike(first.child, /^\d+$/)
        const delivery = yield* Effect.fork(deliver(firstPort))
        if (answers) {
          expect(yield* Fiber.join(delivery)).toBe(202)
          expect(yield* deliver(firstPort, "wrong")).toBe(401)
        }
        // The work has begun, so the webhook is stored.
        yield* until(lines, ({ length }) => length === 1)
        first.child.kill("SIGKILL")
        yield* first.ended
        if (!answers) expect(yield* Fiber.join(delivery)).toBe("no answer")

        const second = yield* Processes.start(path, { ...environment, HANGS: "false", ANSWERS: "true" })
        const secondPort = yield* Processes.lineLike(second.child, /^\d+$/)
        // At once, while the second process may be at the work that it found.
        if (!answers) expect(yield* deliver(secondPort)).toBe(202)
        // The second process needs no delivery to go on.
        yield* until(Effect.provideService(resultsSent, Emulator.Emulator, emulator), (count) => count === 1)
        expect(yield* deliver(secondPort)).toBe(202)
        expect(yield* deliver(secondPort)).toBe(202)
        second.child.kill("SIGTERM")
        expect(yield* second.ended).toMatchObject({ signal: null })
        expect(yield* resultsSent).toBe(1)
        // Once in each process, with the same key.
        const keys = yield* lines
        expect([keys.length, new Set(keys).size]).toEqual([2, 1])
        const { records } = yield* emulator.state
        expect(records.filter(({ record_identifier }) => record_identifier?.startsWith("REG-"))).toHaveLength(1)
      }).pipe(Effect.provide(Processes.server()))
    )
  }

  it.live("answers 500 to a webhook that is not stored in time, and the next delivery is stored", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const secret = Redacted.make("correct horse")
      const body = JSON.stringify({
        event_type: "registration_drafts_submitted",
        operation_id: "00000000-0000-4000-8000-000000000001",
        submission_id: "00000000-0000-4000-8000-000000000002"
      })
      const deliver = (storeTimeout?: Duration.DurationInput) =>
        Effect.flatMap(Effect.runtime<WorkflowEngine.WorkflowEngine>(), (runtime) => {
          const endpoint = RegistrationWorker.app({ secret, secretIn: { header: "x-secret" }, storeTimeout })
          const request = new Request("http://registrar.test", {
            method: "POST",
            body,
            headers: { "x-secret": Redacted.value(secret) }
          })
          return Effect.promise(() => HttpApp.toWebHandlerRuntime(runtime)(endpoint)(request))
        }).pipe(Effect.map(({ status }) => status))
      const EngineLive = Engine.layerSqlite({ filename: `${folder}/jobs.sqlite` })
      const told: Array<string> = []
      const Told = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => told.push(String(message)))
      )
      // Without the layer of the worker the engine stores nothing, and waits.
      expect(yield* Effect.provide(deliver("1 second"), Layer.merge(EngineLive, Told))).toBe(500)
      expect(told).toContainEqual(expect.stringContaining("a webhook was not stored in 1s."))
      yield* Effect.gen(function* () {
        expect(yield* deliver()).toBe(202)
        const jobs = yield* Jobs.Jobs
        yield* Effect.repeat(Effect.delay(jobs.list, "20 millis"), {
          until: ([first]) => first?.state === "complete"
        })
      }).pipe(
        Effect.provide(
          RegistrationWorker.layer().pipe(
            Layer.provide(
              Layer.mock(Registrar.Registrar, {
                handle: () => Effect.succeed({ _tag: "Reported", accepted: 1, refused: 0 })
              })
            ),
            Layer.provideMerge(EngineLive)
          )
        )
      )
    })
  )
})
