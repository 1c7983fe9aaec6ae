import { Ids, KaleidoscopeError, Registrar, Registration } from "@effect-kaleidoscope/sdk"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import { makeDatabase } from "./support/compounds.js"
import * as Platform from "./support/registrarPlatform.js"
import { passing, settle } from "./support/workspace.js"

const { activity, draft, draftsSubmitted, file, submission } = Platform

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const onPlatform = <A, E>(
  platform: ReturnType<typeof Platform.make>,
  options: Registrar.Options,
  use: (registrar: Registrar.Service) => Effect.Effect<A, E>
) =>
  Effect.flatMap(Registrar.Registrar, use).pipe(
    Effect.provide(Registrar.layer({ shutdownTimeout: 0, ...options })),
    Effect.provide(platform.layer)
  )

const keyOf = (id: string) => `${submission}/${id}`

describe("a registration", () => {
  it.effect("registers each draft, and a refusal stays with its draft", () =>
    Effect.gen(function* () {
      const platform = Platform.make({
        submissions: [{ submitted_record_ids: Platform.drafts(5) }],
        present: Platform.drafts(4)
      })
      const database = makeDatabase("EK")
      const outcome = yield* onPlatform(
        platform,
        {
          key_field_names: ["Compound ID"],
          validate: ({ record }) =>
            record.id === draft(2)
              ? new Refused({ message: "The structure has a carbon with five bonds." })
              : Effect.void,
          register: ({ idempotencyKey, record }) =>
            record.id === draft(3)
              ? Effect.fail("The compound is not ours.")
              : Effect.map(database.register(idempotencyKey), (number) => ({ "Compound ID": number }))
        },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(outcome).toEqual({ _tag: "Reported", accepted: 2, refused: 2 })
      expect(database.asked).toEqual([keyOf(draft(1)), keyOf(draft(4))])
      expect(platform.results).toEqual([
        {
          status: "success",
          message: "2 of 4 drafts were registered. 1 had left the activity before, as registered drafts do.",
          key_field_names: ["Compound ID"],
          records: [
            { record_id: draft(1), status: "success", data: { "Compound ID": "EK-1" } },
            { record_id: draft(2), status: "error", error_message: "The structure has a carbon with five bonds." },
            { record_id: draft(3), status: "error", error_message: "The compound is not ours." },
            { record_id: draft(4), status: "success", data: { "Compound ID": "EK-2" } }
          ]
        }
      ])
      expect(platform.submissions[0]?.status).toBe("completed")
    })
  )

  it.effect("fails if none of its drafts is registered, or if it has none", () =>
    Effect.gen(function* () {
      const refusing = Platform.make()
      yield* onPlatform(refusing, { register: () => Effect.fail("no") }, (registrar) =>
        registrar.handle(draftsSubmitted)
      )
      expect(refusing.results[0]?.status).toBe("error")
      const empty = Platform.make({ submissions: [{ submitted_record_ids: [] }] })
      yield* onPlatform(empty, { register: () => Effect.succeed({}) }, (registrar) => registrar.handle(draftsSubmitted))
      expect(empty.results).toEqual([{ status: "error", message: "The submission has no drafts.", records: [] }])
    })
  )

  it.effect("sends nothing of a defect, of an interruption, or of a value that cannot be sent", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(5) }] })
      const logged: Array<string> = []
      const logger = Logger.make(({ cause, message }) => {
        logged.push(`${String(message)} ${String(cause)}`)
      })
      yield* onPlatform(
        platform,
        {
          register: ({ record }) => {
            if (record.id === draft(1)) throw new Error("postgres://registrar:hunter2@database")
            if (record.id === draft(2)) return Effect.dieMessage("hunter2")
            if (record.id === draft(3)) return Effect.interrupt
            return Effect.succeed({ "Compound ID": record.id === draft(4) ? Number.NaN : "EK-1" })
          }
        },
        (registrar) => registrar.handle(draftsSubmitted)
      ).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      const failed = { status: "error", error_message: "The registrar failed. The reason is in its log." }
      expect(platform.results[0]?.records).toEqual([
        { record_id: draft(1), ...failed },
        { record_id: draft(2), ...failed },
        { record_id: draft(3), ...failed },
        { record_id: draft(4), ...failed },
        { record_id: draft(5), status: "success", data: { "Compound ID": "EK-1" } }
      ])
      expect(JSON.stringify([platform.results, platform.statuses])).not.toContain("hunter2")
      expect(logged.join("\n")).toContain("hunter2")
      expect(logged.join("\n")).toContain("cannot be sent: Compound ID: NaN")
    })
  )

  it.effect("keeps a message short, and gives a reason where there is none", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(3) }] })
      const problems = new Map<string, string | Refused>([
        [draft(1), "x".repeat(5000)],
        [draft(2), new Refused({ message: "" })],
        [draft(3), `${"x".repeat(999)}🧪`]
      ])
      yield* onPlatform(
        platform,
        { register: ({ record }) => Effect.fail(problems.get(record.id) ?? "") },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(platform.results[0]?.records?.map(({ error_message }) => error_message)).toEqual([
        "x".repeat(1000),
        "The registrar gave no reason.",
        "x".repeat(999)
      ])
    })
  )

  it.effect("reads its drafts in batches, runs a bounded number at the same time, and shows its progress", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(10) }] })
      let running = 0
      let most = 0
      yield* onPlatform(
        platform,
        {
          batchSize: 4,
          concurrency: 3,
          register: () =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                running++
                most = Math.max(most, running)
              }),
              () => Effect.as(settle, {}),
              () =>
                Effect.sync(() => {
                  running--
                })
            )
        },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(most).toBe(3)
      expect(platform.reads.filter((read) => read.endsWith("drafts"))).toEqual(["4 drafts", "4 drafts", "2 drafts"])
      expect(platform.statuses).toEqual(
        [0, 4, 8].map((done) => ({ status: "submitted", message: `${done} of 10 drafts are done.` }))
      )
    })
  )

  it.effect("lets the requests of its drafts go together", () =>
    Effect.gen(function* () {
      class GetNumber extends Request.TaggedClass("GetNumber")<string, never, { readonly key: string }> {}
      const batches: Array<number> = []
      const resolver = RequestResolver.makeBatched((requests: ReadonlyArray<GetNumber>) =>
        Effect.forEach(requests, (request) => Request.succeed(request, `number of ${request.key}`), {
          discard: true
        }).pipe(Effect.tap(() => Effect.sync(() => batches.push(requests.length))))
      )
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(20) }] })
      yield* onPlatform(
        platform,
        {
          batchSize: 10,
          register: ({ idempotencyKey }) =>
            Effect.map(Effect.request(new GetNumber({ key: idempotencyKey }), resolver), (number) => ({ number }))
        },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(batches).toEqual([10, 10])
    })
  )

  it.effect("takes all submitted drafts of the activity if the platform does not list those of the submission", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: null }], present: Platform.drafts(5) })
      const outcome = yield* onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
        registrar.handle(draftsSubmitted)
      )
      expect(outcome).toEqual({ _tag: "Reported", accepted: 2, refused: 0 })
    })
  )

  it.effect("sets the final state if its results do not", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ resultsFinish: false })
      yield* onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
        registrar.handle(draftsSubmitted)
      )
      expect(platform.results).toHaveLength(1)
      expect(platform.statuses.at(-1)).toEqual({ status: "completed", message: "3 of 3 drafts were registered." })
    })
  )
})

describe("a final state that cannot be set", () => {
  it.effect("is set in the next attempt, and the results are not submitted again", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ resultsFinish: false })
      let asked = 0
      const { exit } = yield* passing(
        onPlatform(
          platform,
          {
            register: () =>
              Effect.sync(() => {
                if (++asked === 3) platform.statusFaults.push(Platform.serverError())
                return {}
              })
          },
          (registrar) => registrar.handle(draftsSubmitted)
        )
      )
      expect(exit).toEqual(Exit.succeed({ _tag: "Reported", accepted: 3, refused: 0 }))
      expect(asked).toBe(3)
      expect(platform.statusFaults).toEqual([])
      expect(platform.results).toHaveLength(1)
      expect(platform.submissions[0]?.status).toBe("completed")
    })
  )
})

describe("a validation", () => {
  const validation = { submission_type: "validation", status: "pending" }

  it.effect("reports a verdict for each draft, and registers nothing", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [validation] })
      const outcome = yield* onPlatform(
        platform,
        {
          key_field_names: ["Compound ID"],
          validate: ({ record }) => (record.id === draft(2) ? Effect.fail("bad") : Effect.succeed("ignored")),
          register: () => Effect.dieMessage("nothing may be registered")
        },
        (registrar) => registrar.handle({ _tag: "ValidationRequested", activity, submission, body: {} })
      )
      expect(outcome).toEqual({ _tag: "Reported", accepted: 2, refused: 1 })
      expect(platform.results).toEqual([
        {
          status: "error",
          message: "2 of 3 drafts were valid.",
          records: [
            { record_id: draft(1), status: "success" },
            { record_id: draft(2), status: "error", error_message: "bad" },
            { record_id: draft(3), status: "success" }
          ]
        }
      ])
      expect(platform.submissions[0]?.status).toBe("validation_failed")
    })
  )

  it.effect("is a validation whatever the webhook says", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [validation] })
      yield* onPlatform(
        platform,
        { validate: () => Effect.void, register: () => Effect.dieMessage("nothing may be registered") },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(platform.submissions[0]?.status).toBe("validated")
    })
  )
})

describe("a submission", () => {
  it.effect("that three webhooks name is handled once, one after the other or at the same time", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const platform = Platform.make()
        const database = makeDatabase("EK")
        const outcomes = yield* onPlatform(
          platform,
          {
            register: ({ idempotencyKey }) =>
              Effect.zipRight(
                settle,
                Effect.map(database.register(idempotencyKey), (number) => ({ number }))
              )
          },
          (registrar) => Effect.forEach([1, 2, 3], () => registrar.handle(draftsSubmitted), { concurrency })
        )
        expect(database.asked).toHaveLength(3)
        expect(platform.results).toHaveLength(1)
        expect(outcomes.map(({ _tag }) => _tag)).toEqual(
          concurrency === 3 ? ["Reported", "Reported", "Reported"] : ["Reported", "AlreadyFinished", "AlreadyFinished"]
        )
      }
    })
  )

  it.effect("that is finished is left alone, whatever its state", () =>
    Effect.gen(function* () {
      for (const [submission_type, status] of [
        ["registration", "completed"],
        ["registration", "failed"],
        ["registration", "validation_failed"],
        ["registration", "cancelled"],
        ["validation", "validated"],
        ["validation", "validation_failed"]
      ] as const) {
        const platform = Platform.make({ submissions: [{ submission_type, status }] })
        const outcome = yield* onPlatform(
          platform,
          { validate: () => Effect.dieMessage("again"), register: () => Effect.dieMessage("again") },
          (registrar) => registrar.handle(draftsSubmitted)
        )
        expect(outcome).toEqual({ _tag: "AlreadyFinished", status })
        expect([platform.results, platform.statuses]).toEqual([[], []])
      }
    })
  )

  it.effect("in a state that is not known, or without a function for it, is left alone", () =>
    Effect.gen(function* () {
      for (const [one, options] of [
        [{ status: "on hold" }, { register: () => Effect.dieMessage("not this one") }],
        [{ status: null }, { register: () => Effect.dieMessage("not this one") }],
        [{}, { validate: () => Effect.dieMessage("not this one") }],
        [{ submission_type: "validation" }, { register: () => Effect.dieMessage("not this one") }]
      ] as const) {
        const platform = Platform.make({ submissions: [one] })
        const outcome = yield* onPlatform(platform, options, (registrar) => registrar.handle(draftsSubmitted))
        expect(outcome._tag).toBe("Ignored")
        expect([platform.results, platform.statuses]).toEqual([[], []])
      }
    })
  )

  it.effect("that another registrar finishes in the meantime stays finished", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(4) }] })
      const [one] = platform.submissions
      assert(one !== undefined)
      let asked = 0
      const outcome = yield* onPlatform(
        platform,
        {
          batchSize: 2,
          register: () =>
            Effect.sync(() => {
              asked++
              one.status = "completed"
              return {}
            })
        },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(outcome).toEqual({ _tag: "AlreadyFinished", status: "completed" })
      expect([asked, one.status, platform.results]).toEqual([2, "completed", []])
    })
  )

  it.effect("is handled without bounds if none are set", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(50) }] })
      let running = 0
      let most = 0
      yield* onPlatform(
        platform,
        {
          batchSize: Number.POSITIVE_INFINITY,
          concurrency: Number.POSITIVE_INFINITY,
          submissions: Number.POSITIVE_INFINITY,
          register: () =>
            Effect.zipRight(
              Effect.sync(() => {
                most = Math.max(most, ++running)
              }),
              Effect.as(settle, {})
            )
        },
        (registrar) => registrar.handle(draftsSubmitted)
      )
      expect(most).toBe(50)
      expect(platform.reads.filter((read) => read.endsWith("drafts"))).toEqual(["50 drafts"])
    })
  )

  it.effect("that the platform lists a moment after its webhook is handled", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      const [one] = platform.submissions.splice(0)
      assert(one !== undefined)
      const handled = yield* passing(
        onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
          Effect.zipRight(
            Effect.fork(
              Effect.delay(
                Effect.sync(() => platform.submissions.push(one)),
                "3 seconds"
              )
            ),
            registrar.handle(draftsSubmitted)
          )
        )
      )
      expect(handled).toEqual({ exit: Exit.succeed({ _tag: "Reported", accepted: 3, refused: 0 }), took: 4000 })
    })
  )

  it.effect("that does not exist is a NotFound", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [] })
      const { exit } = yield* passing(
        Effect.either(
          onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) => registrar.handle(draftsSubmitted))
        )
      )
      assert(Exit.isSuccess(exit) && Either.isLeft(exit.value))
      expect(exit.value.left).toMatchObject({ _tag: "KaleidoscopeNotFound", missing: [submission] })
    })
  )

  it.effect("is handled to its end although whoever waits is interrupted", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      yield* onPlatform(
        platform,
        { register: () => Effect.as(Effect.sleep("1 minute"), {}), shutdownTimeout: "1 hour" },
        (registrar) =>
          Effect.gen(function* () {
            const waiting = yield* Effect.fork(registrar.handle(draftsSubmitted))
            yield* settle
            yield* Fiber.interrupt(waiting)
            yield* TestClock.adjust("1 minute")
            yield* settle
            expect(platform.submissions[0]?.status).toBe("completed")
          })
      )
    })
  )
})

describe("drafts that have left the activity", () => {
  const registering = (database: ReturnType<typeof makeDatabase>): Registrar.Options => ({
    register: ({ idempotencyKey }) =>
      Effect.zipRight(
        settle,
        Effect.map(database.register(idempotencyKey), (number) => ({ number }))
      )
  })
  const second = "a9b4f7c6-2f5e-4a55-9d0e-3f8f0a1d7c01"

  it.effect("since another submission at the same time registered them are not registered again", () =>
    Effect.gen(function* () {
      const platform = Platform.make({
        submissions: [
          { submitted_record_ids: Platform.drafts(2) },
          { id: second, submitted_record_ids: Platform.drafts(3) }
        ]
      })
      const database = makeDatabase("EK")
      const webhooks = [submission, Ids.RegistrationSubmissionId.make(second)].map(
        (submission): Registration.Webhook => ({ _tag: "DraftsSubmitted", activity, submission, body: {} })
      )
      const outcomes = yield* onPlatform(platform, registering(database), (registrar) =>
        Effect.forEach(webhooks, (webhook) => registrar.handle(webhook), { concurrency: "unbounded" })
      )
      expect(database.asked).toEqual([keyOf(draft(1)), keyOf(draft(2)), `${second}/${draft(3)}`])
      expect(outcomes).toEqual([
        { _tag: "Reported", accepted: 2, refused: 0 },
        { _tag: "Reported", accepted: 1, refused: 0 }
      ])
      expect(platform.submissions.map(({ status }) => status)).toEqual(["completed", "completed"])
    })
  )

  it.effect("do not let the submissions of another activity wait", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [{}, { id: second, submitted_record_ids: [draft(4)] }] })
      const other: Registration.Webhook = {
        _tag: "DraftsSubmitted",
        activity: Ids.ActivityId.make("another"),
        submission: Ids.RegistrationSubmissionId.make(second),
        body: {}
      }
      yield* onPlatform(
        platform,
        { register: ({ record }) => (record.id === draft(4) ? Effect.succeed({}) : Effect.never) },
        (registrar) => Effect.zipRight(registrar.accept(draftsSubmitted), registrar.handle(other))
      )
      expect(platform.submissions.map(({ status }) => status)).toEqual(["submitted", "completed"])
    })
  )

  it.effect("show that the platform has the results, although the response is lost and the submission stays open", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ resultsFinish: false })
      platform.faults.push({ error: Platform.serverError("unknown"), stored: true })
      const outcome = yield* onPlatform(platform, registering(makeDatabase("EK")), (registrar) =>
        registrar.handle(draftsSubmitted)
      )
      expect(outcome).toEqual({ _tag: "Reported", accepted: 3, refused: 0 })
      expect(platform.results).toHaveLength(1)
      expect(platform.submissions[0]?.status).toBe("completed")
    })
  )

  it.effect("are not asked for by the next registrar, which completes their submission", () =>
    Effect.gen(function* () {
      for (const [present, asked, results] of [
        [[], [], 0],
        [[draft(2)], [keyOf(draft(2))], 1]
      ] as const) {
        const platform = Platform.make({ present })
        const database = makeDatabase("EK")
        yield* onPlatform(platform, registering(database), (registrar) => registrar.handle(draftsSubmitted))
        expect([database.asked, platform.results.length]).toEqual([asked, results])
        expect(platform.submissions[0]?.status).toBe("completed")
      }
    })
  )

  it.effect("are looked for before each attempt", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      const database = makeDatabase("EK")
      platform.faults.push({ error: Platform.serverError(), stored: false })
      const { exit } = yield* passing(
        onPlatform(platform, registering(database), (registrar) =>
          Effect.zipRight(
            Effect.fork(
              Effect.delay(
                Effect.sync(() => platform.present.delete(draft(1))),
                "0.5 seconds"
              )
            ),
            registrar.handle(draftsSubmitted)
          )
        )
      )
      expect(exit).toEqual(Exit.succeed({ _tag: "Reported", accepted: 2, refused: 0 }))
      expect(platform.results[0]?.records?.map(({ record_id }) => record_id)).toEqual([draft(2), draft(3)])
    })
  )
})

describe("a result that the platform refuses", () => {
  const refusing = (path: string) =>
    new KaleidoscopeError.BadRequest({
      ...Platform.badRequest,
      message: Platform.badRequest.message,
      issues: [{ path, message: "is not a number" }]
    })

  it.effect("is refused alone, and the others are submitted again", () =>
    Effect.gen(function* () {
      for (const path of ["records.1.data.IC50", "/records/1/data/IC50", "body.records[1].data", "records.1"]) {
        const platform = Platform.make()
        const database = makeDatabase("EK")
        platform.faults.push({ error: refusing(path), stored: false })
        const outcome = yield* onPlatform(
          platform,
          { register: ({ idempotencyKey }) => Effect.map(database.register(idempotencyKey), (number) => ({ number })) },
          (registrar) => registrar.handle(draftsSubmitted)
        )
        expect(outcome).toEqual({ _tag: "Reported", accepted: 2, refused: 1 })
        expect(platform.results).toEqual([
          {
            status: "success",
            message: "2 of 3 drafts were registered.",
            key_field_names: undefined,
            records: [
              { record_id: draft(1), status: "success", data: { number: "EK-1" } },
              {
                record_id: draft(2),
                status: "error",
                error_message: "The platform does not take the values of the registered compound: is not a number"
              },
              { record_id: draft(3), status: "success", data: { number: "EK-3" } }
            ]
          }
        ])
        expect(database.asked).toHaveLength(3)
      }
    })
  )

  it.effect("fails the work if the platform does not say which one it is", () =>
    Effect.gen(function* () {
      for (const path of ["", "key_field_names.1", "records", "records.7.data", "other_records.1"]) {
        const platform = Platform.make()
        platform.faults.push({ error: refusing(path), stored: false })
        const failed = yield* Effect.flip(
          onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) => registrar.handle(draftsSubmitted))
        )
        expect(failed).toMatchObject({ _tag: "KaleidoscopeBadRequest" })
        expect([platform.results, platform.submissions[0]?.status]).toEqual([[], "submitted"])
      }
    })
  )
})

describe("a crash", () => {
  it.effect(
    "in the middle loses nothing: the next registrar asks with the same keys, and each compound is registered once",
    () =>
      Effect.gen(function* () {
        const platform = Platform.make({ submissions: [{ submitted_record_ids: Platform.drafts(6) }] })
        const database = makeDatabase("EK")
        const reached = yield* Deferred.make<void>()
        const crashed = yield* Scope.make()
        const registrarOf = (afterRegister: (key: string) => Effect.Effect<void>) =>
          Registrar.layer({
            batchSize: 2,
            concurrency: 1,
            shutdownTimeout: 0,
            register: ({ idempotencyKey }) =>
              Effect.flatMap(database.register(idempotencyKey), (number) =>
                Effect.as(afterRegister(idempotencyKey), { "Compound ID": number })
              )
          }).pipe(Layer.provide(platform.layer))
        const first = yield* Layer.buildWithScope(
          registrarOf((key) =>
            key === keyOf(draft(4)) ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never) : Effect.void
          ),
          crashed
        )
        yield* Context.get(first, Registrar.Registrar).accept(draftsSubmitted)
        yield* Deferred.await(reached)
        yield* Scope.close(crashed, Exit.void)
        expect(platform.results).toEqual([])
        expect(database.numbers.size).toBe(4)

        yield* Effect.flatMap(Registrar.Registrar, (registrar) => registrar.handle(draftsSubmitted)).pipe(
          Effect.provide(registrarOf(() => Effect.void))
        )
        expect(database.numbers.size).toBe(6)
        expect(database.asked.filter((key) => key === keyOf(draft(4)))).toHaveLength(2)
        expect(platform.results).toHaveLength(1)
        expect(platform.results[0]?.records?.map(({ data }) => data?.["Compound ID"])).toEqual(
          [1, 2, 3, 4, 5, 6].map((nth) => `EK-${nth}`)
        )
      })
  )

  it.effect("does not come from the end of the layer: it waits for the work that runs, for as long as is set", () =>
    Effect.gen(function* () {
      for (const [takes, isDone] of [
        ["5 seconds", true],
        ["1 hour", false]
      ] as const) {
        const platform = Platform.make({ submissions: [{ submitted_record_ids: [draft(1)] }] })
        const { exit } = yield* passing(
          Effect.zipRight(
            Effect.flatMap(Registrar.Registrar, (registrar) => registrar.accept(draftsSubmitted)),
            settle
          ).pipe(
            Effect.provide(Registrar.layer({ register: () => Effect.as(Effect.sleep(takes), {}) })),
            Effect.provide(platform.layer)
          )
        )
        expect(exit).toEqual(Exit.void)
        expect(platform.results).toHaveLength(isDone ? 1 : 0)
      }
    })
  )
})

describe("a call that fails", () => {
  it.effect("for a reason that may pass is tried again, and drafts that are done are not asked for again", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      const database = makeDatabase("EK")
      platform.readFaults.push(Platform.serverError())
      platform.faults.push(
        { error: Platform.serverError(), stored: false },
        { error: Platform.serverError(), stored: false }
      )
      const { exit, took } = yield* passing(
        onPlatform(
          platform,
          { register: ({ idempotencyKey }) => Effect.map(database.register(idempotencyKey), (number) => ({ number })) },
          (registrar) => registrar.handle(draftsSubmitted)
        )
      )
      expect(exit).toEqual(Exit.succeed({ _tag: "Reported", accepted: 3, refused: 0 }))
      expect(took).toBe(7000)
      expect(database.asked).toHaveLength(3)
      expect(platform.results).toHaveLength(1)
    })
  )

  it.effect("is told to the caller that began the work, as each try begins", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      platform.faults.push(
        { error: Platform.serverError(), stored: false },
        { error: Platform.serverError(), stored: false }
      )
      const tries = { first: 0, second: 0 }
      const { exit } = yield* passing(
        onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
          Effect.all(
            [
              registrar.handle(draftsSubmitted, { onTry: Effect.sync(() => void tries.first++) }),
              registrar.handle(draftsSubmitted, { onTry: Effect.sync(() => void tries.second++) })
            ],
            { concurrency: "unbounded" }
          )
        )
      )
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(tries).toEqual({ first: 3, second: 0 })
    })
  )

  it.effect("although the platform has the results is a success, and they are not sent again", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      platform.faults.push({ error: Platform.serverError("unknown"), stored: true })
      const outcome = yield* onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
        registrar.handle(draftsSubmitted)
      )
      expect(outcome._tag).toBe("Reported")
      expect(platform.results).toHaveLength(1)
    })
  )

  it.effect("for a reason that does not pass fails the work at once", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      platform.faults.push({ error: Platform.badRequest, stored: false })
      const failed = yield* Effect.flip(
        onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) => registrar.handle(draftsSubmitted))
      )
      expect(failed).toMatchObject({ _tag: "KaleidoscopeBadRequest" })
      expect(platform.submissions[0]?.status).toBe("submitted")
    })
  )
})

describe("a file", () => {
  const webhook: Registration.Webhook = {
    _tag: "FileSubmitted",
    file,
    activity: Option.some(activity),
    record_ids: [draft(1)],
    body: {}
  }

  it.effect("is registered once, with its bytes, its records and its key", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      const seen: Array<unknown> = []
      const outcomes = yield* onPlatform(
        platform,
        {
          registerFile: ({ bytes, idempotencyKey, pushStatus, record_ids }) =>
            Effect.gen(function* () {
              const text = yield* Stream.mkString(Stream.decodeText(bytes))
              yield* pushStatus({ status: "validated" })
              seen.push([text, idempotencyKey])
              return {
                status: "success",
                records: record_ids.map((record_id) => ({ record_id, status: "success" }))
              } satisfies Registration.Results
            })
        },
        (registrar) => Effect.forEach([1, 2, 3], () => registrar.handle(webhook))
      )
      expect(outcomes).toEqual([
        { _tag: "Reported", accepted: 1, refused: 0 },
        { _tag: "AlreadyFinished", status: "completed" },
        { _tag: "AlreadyFinished", status: "completed" }
      ])
      expect(seen).toEqual([["CCO", "registration-of-the-file"]])
      expect(platform.results).toHaveLength(1)
      expect(platform.statuses).toEqual([{ status: "validated" }])
    })
  )

  it.effect("that fails is a failed registration with the message", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      yield* onPlatform(platform, { registerFile: () => Effect.fail("The file is empty.") }, (registrar) =>
        registrar.handle(webhook)
      )
      expect(platform.results).toEqual([{ status: "error", message: "The file is empty." }])
      expect(platform.registration.status).toBe("failed")
    })
  )

  it.effect("without its activity is an InvalidWebhook, and without a function is left alone", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      yield* onPlatform(platform, { register: () => Effect.succeed({}) }, (registrar) =>
        Effect.gen(function* () {
          const invalid = yield* Effect.flip(registrar.handle({ ...webhook, activity: Option.none() }))
          expect(invalid).toBeInstanceOf(Registration.InvalidWebhook)
          expect((yield* registrar.handle(webhook))._tag).toBe("Ignored")
        })
      )
    })
  )
})

describe("polling", () => {
  it.effect("begins the work on what waits, every minute, in all activities with a record view for drafts", () =>
    Effect.gen(function* () {
      const platform = Platform.make({
        submissions: [
          { id: "c", status: "completed" },
          { id: "b", submission_type: "validation", status: "pending", submitted_record_ids: [draft(4)] },
          { id: "a" }
        ]
      })
      const handled: Array<string> = []
      const options: Registrar.Options = {
        validate: ({ submission }) => Effect.sync(() => handled.push(`validate ${submission.id}`)),
        register: ({ submission }) =>
          Effect.as(
            Effect.sync(() => handled.push(`register ${submission.id}`)),
            {}
          ),
        concurrency: 1,
        submissions: 1
      }
      yield* onPlatform(platform, options, (registrar) =>
        Effect.gen(function* () {
          const polling = yield* Effect.fork(registrar.poll())
          yield* settle
          expect([...new Set(handled)]).toEqual(["validate a", "register a", "validate b"])
          expect(platform.submissions.map(({ status }) => status)).toEqual(["completed", "validated", "completed"])
          platform.submissions.push({
            id: "d",
            submission_type: "registration",
            status: "submitted",
            submitted_record_ids: [draft(5)]
          })
          yield* TestClock.adjust("59 seconds")
          yield* settle
          expect(platform.submissions[3]?.status).toBe("submitted")
          yield* TestClock.adjust("1 second")
          yield* settle
          expect(platform.submissions[3]?.status).toBe("completed")
          expect(platform.reads.filter((read) => read === "activities")).toHaveLength(2)
          yield* Fiber.interrupt(polling)
        })
      )
    })
  )

  it.effect("goes on after a failure, and leaves alone what failed for good", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      platform.readFaults.push(Platform.serverError())
      platform.faults.push({ error: Platform.badRequest, stored: false })
      let asked = 0
      yield* onPlatform(
        platform,
        {
          register: () =>
            Effect.sync(() => {
              asked++
              return {}
            })
        },
        (registrar) =>
          Effect.gen(function* () {
            yield* Effect.fork(registrar.poll({ activities: [activity], schedule: Schedule.spaced("10 seconds") }))
            yield* settle
            expect(asked).toBe(0)
            yield* TestClock.adjust("10 seconds")
            yield* settle
            expect(asked).toBe(3)
            yield* TestClock.adjust("1 minute")
            yield* settle
            expect(asked).toBe(3)
            expect(platform.results).toEqual([])
            expect((yield* registrar.handle(draftsSubmitted))._tag).toBe("Reported")
          })
      )
    })
  )

  it.effect("tries again what failed for good, once a webhook asked for it and failed for a reason that may pass", () =>
    Effect.gen(function* () {
      const platform = Platform.make()
      platform.faults.push({ error: Platform.badRequest, stored: false })
      yield* onPlatform(platform, { register: () => Effect.succeed({}), retry: Schedule.stop }, (registrar) =>
        Effect.gen(function* () {
          yield* Effect.fork(registrar.poll({ activities: [activity], schedule: Schedule.spaced("10 seconds") }))
          yield* settle
          platform.faults.push({ error: Platform.serverError(), stored: false })
          expect((yield* Effect.flip(registrar.handle(draftsSubmitted)))._tag).toBe("KaleidoscopeServerError")
          expect(platform.results).toEqual([])
          yield* TestClock.adjust("10 seconds")
          yield* settle
          expect(platform.results.length).toBe(1)
        })
      )
    })
  )

  it.effect("finds files in the activities that are given, and ends with its schedule", () =>
    Effect.gen(function* () {
      const platform = Platform.make({ submissions: [] })
      const records: Array<ReadonlyArray<Ids.RecordId>> = []
      yield* onPlatform(
        platform,
        {
          registerFile: ({ record_ids }) =>
            Effect.sync((): Registration.Results => {
              records.push(record_ids)
              return { status: "success" }
            })
        },
        (registrar) =>
          Effect.gen(function* () {
            yield* registrar.poll({ schedule: Schedule.stop })
            yield* settle
            expect(records).toEqual([])
            yield* registrar.poll({ activities: [{ id: activity }], schedule: Schedule.stop })
            yield* settle
            expect(records).toEqual([[]])
            expect(platform.registration.status).toBe("completed")
          })
      )
    })
  )
})

it.effect("a setting that makes no sense is a defect that names it", () =>
  Effect.gen(function* () {
    for (const options of [
      { concurrency: 0 },
      { batchSize: 0.5 },
      { submissions: -1 },
      { shutdownTimeout: Number.NaN }
    ]) {
      const exit = yield* Effect.exit(
        onPlatform(Platform.make(), options, (registrar) => registrar.handle(draftsSubmitted))
      )
      expect(String(exit)).toContain(`Registrar: ${Object.keys(options)[0]}`)
    }
  })
)

it.effect("an event that is not about registration is left alone", () =>
  onPlatform(Platform.make(), {}, (registrar) =>
    Effect.map(registrar.handle({ _tag: "UnknownEvent", event: "activity_updated", body: {} }), (outcome) =>
      expect(outcome._tag).toBe("Ignored")
    )
  )
)
