import { createServer } from "node:http"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Activities, Auth, Ids, Kaleidoscope, Records, Registrar, Registration } from "@effect-kaleidoscope/sdk"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import { Emulator, Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import { makeDatabase } from "./support/compounds.js"
import { serve } from "./support/loopback.js"
import { activityCalled, fieldId } from "./support/sample.js"
import { key } from "./support/workspace.js"

const secret = Redacted.make("correct horse")

const table = { title: "Registration of April" }

const keys = { key_field_names: ["Compound ID"] } as const

const often = { schedule: Schedule.spaced("20 millis") }

const socket = NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" })

/** An emulator on a socket, whose webhooks go to a registrar on another one, each of them three times at the same time. */
const make = Effect.fnUntraced(function* (faults: ReadonlyArray<Faults.Rule> = []) {
  const server = Context.get(yield* Layer.build(Layer.fresh(socket)), HttpServer.HttpServer)
  const port = server.address._tag === "TcpAddress" ? server.address.port : 0
  const deliveries: Array<Promise<number>> = []
  const repeater = yield* serve((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const copies = [1, 2, 3].map(() =>
        fetch(`http://127.0.0.1:${port}${request.url}`, { method: "POST", body: Buffer.concat(parts) }).then(
          ({ status }) => status,
          () => 503
        )
      )
      deliveries.push(...copies)
      void Promise.all(copies).then((statuses) => response.writeHead(Math.max(...statuses)).end())
    })
  })
  const emulator = yield* Layer.build(
    Emulator.layerServer({
      faults,
      webhook: { url: `${repeater}/hooks/${encodeURIComponent(Redacted.value(secret))}` }
    }).pipe(Layer.provide(Layer.fresh(socket)))
  )
  const { requests, state, url } = Context.get(emulator, Emulator.Emulator)
  const kaleidoscope = yield* Layer.build(
    Kaleidoscope.layer.pipe(Layer.provide(Auth.layer({ ...key, url })), Layer.provide(NodeHttpClient.layerUndici))
  )
  return {
    requests,
    state,
    kaleidoscope,
    statuses: Effect.promise(() => Promise.all(deliveries)),
    /** Starts a registrar with its endpoint, until the scope is closed. */
    start: <R>(options: Registrar.Options<R, R, R>) =>
      Effect.gen(function* () {
        const registrar = yield* Layer.build(Registrar.layer({ shutdownTimeout: 0, ...options })).pipe(
          Effect.provide(kaleidoscope)
        )
        const app = RegistrarEndpoint.app({ secret, secretIn: "path" })
        yield* server.serve(Effect.provide(app, registrar))
        return Context.get(registrar, Registrar.Registrar)
      })
  }
})

const structureOf = (record: Records.Record) =>
  Option.getOrElse(
    Option.flatMap(Records.latestContent(record, { field: fieldId("SMILES") }), Records.asText),
    () => ""
  )

const rowsOf = (structures: ReadonlyArray<string>) =>
  structures.map((SMILES, index) => ({ "Compound ID": `DRAFT-OF-ANNA-${index + 1}`, SMILES }))

const registeredIn = (state: Workspace.Workspace) =>
  state.records.map(({ record_identifier }) => record_identifier).filter((name) => name?.startsWith("REG-"))

describe("a registrar and a scientist on the emulator", () => {
  it.live("register the rows of a table, although each webhook comes three times", () =>
    Effect.gen(function* () {
      const { kaleidoscope, start, state, statuses } = yield* make()
      const database = makeDatabase("REG")
      yield* start({
        key_field_names: ["Compound ID"],
        validate: ({ record }) =>
          structureOf(record).startsWith("C") ? Effect.void : Effect.fail(`${structureOf(record)} has no carbon.`),
        register: ({ idempotencyKey }) =>
          Effect.map(database.register(idempotencyKey), (number) => ({ "Compound ID": number }))
      })
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        const options = { ...keys, ...often }
        const bad = yield* registration.registerTable(table, rowsOf(["CCO", "OO", "CN"]), options)
        assert(bad._tag === "Rejected")
        expect(bad.during).toBe("validation")
        expect(bad.rejected.map(({ index, reason }) => [index, reason])).toEqual([[1, "OO has no carbon."]])
        expect(database.asked).toEqual([])

        const good = yield* registration.registerTable(table, rowsOf(["CCC", "CCN"]), options)
        assert(good._tag === "Registered", JSON.stringify(good))
        expect(
          good.registered.map(({ record }) => Option.map(record, ({ record_identifier }) => record_identifier))
        ).toEqual([Option.some("REG-1"), Option.some("REG-2")])
      }).pipe(Effect.provide(kaleidoscope))
      expect(database.asked).toHaveLength(2)
      expect(registeredIn(yield* state)).toEqual(["REG-1", "REG-2"])
      expect(yield* statuses).toEqual(Array.from({ length: 9 }, () => 202))
    })
  )

  it.live("register the good rows of a submission, and the others have their reason", () =>
    Effect.gen(function* () {
      const { kaleidoscope, start, state } = yield* make()
      yield* start({
        key_field_names: ["Compound ID"],
        register: ({ record }) => {
          const structure = structureOf(record)
          return structure === "OO"
            ? Effect.fail("Water is not a compound of ours.")
            : structure === "NN"
              ? Effect.dieMessage("hunter2")
              : Effect.succeed({ "Compound ID": `REG-${structure}`, Supplier: "Acme" })
        }
      })
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        const staged = yield* registration.stage(table, rowsOf(["CCO", "OO", "NN"]), { ...keys, ...often })
        const submission = yield* registration.submit(table, { drafts: staged.drafts })
        const done = yield* registration.awaitSubmission(table, submission, often)
        expect(done).toMatchObject({ status: "completed", message: "1 of 3 drafts were registered." })
        const reasons = new Map(
          (yield* registration.draftStatuses(table)).map(({ message, record_id }) => [record_id, message])
        )
        expect(staged.drafts.map(({ id }) => reasons.get(id))).toEqual([
          null,
          "Water is not a compound of ours.",
          "The registrar failed. The reason is in its log."
        ])
        const activities = yield* Activities.Activities
        expect((yield* activities.get(table)).data_table_draft_record_ids).toHaveLength(2)
      }).pipe(Effect.provide(kaleidoscope))
      expect(registeredIn(yield* state)).toEqual(["REG-CCO"])
      expect(JSON.stringify(yield* state)).not.toContain("hunter2")
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )

  it.live(
    "register each compound once, although the registrar crashes in the middle: polling finds the submission",
    () =>
      Effect.gen(function* () {
        const { kaleidoscope, start, state } = yield* make()
        const database = makeDatabase("REG")
        const reached = yield* Deferred.make<void>()
        const crashed = yield* Scope.make()
        const options = (after: (structure: string) => Effect.Effect<void>) => ({
          key_field_names: ["Compound ID"],
          batchSize: 3,
          concurrency: 1,
          register: ({ idempotencyKey, record }: Registrar.Draft) =>
            Effect.flatMap(database.register(idempotencyKey), (number) =>
              Effect.as(after(structureOf(record)), { "Compound ID": number })
            )
        })
        const structures = ["C", "CC", "CCC", "CCCC", "CCCCC", "CCCCCC", "CCCCCCC"]
        yield* start(
          options((structure) =>
            structure === "CCCCC" ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never) : Effect.void
          )
        ).pipe(Scope.extend(crashed))
        yield* Effect.gen(function* () {
          const registration = yield* Registration.Registration
          const staged = yield* registration.stage(table, rowsOf(structures), { ...keys, ...often })
          const submission = yield* registration.submit(table, { drafts: staged.drafts })
          yield* Deferred.await(reached)
          yield* Scope.close(crashed, Exit.void)
          expect(database.numbers.size).toBe(5)
          expect(registeredIn(yield* state)).toEqual([])

          const registrar = yield* start(options(() => Effect.void))
          yield* Effect.forkScoped(registrar.poll(often))
          const done = yield* registration.awaitSubmission(table, submission, often)
          expect(done.message).toBe("7 of 7 drafts were registered.")
        }).pipe(Effect.provide(kaleidoscope))
        expect(database.numbers.size).toBe(7)
        expect(database.asked.length).toBe(12)
        expect(registeredIn(yield* state)).toEqual(structures.map((_, index) => `REG-${index + 1}`))
      })
  )

  it.live("register each compound once, although a response is lost and the server fails", () =>
    Effect.gen(function* () {
      const { kaleidoscope, requests, start, state } = yield* make([
        Faults.on({ method: "GET", path: "/operations/:id/registration_submissions", nth: 1 }, Faults.status(503)),
        Faults.on({ method: "POST", path: "/operations/:id/registration_submissions/:id/status" }, Faults.status(500)),
        Faults.on({ method: "POST", path: "/operations/:id/registration_submissions/:id/results" }, Faults.resetAfter)
      ])
      const database = makeDatabase("REG")
      const registrar = yield* start({
        ...keys,
        register: ({ idempotencyKey }) =>
          Effect.map(database.register(idempotencyKey), (number) => ({ "Compound ID": number }))
      })
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        const staged = yield* registration.stage(table, rowsOf(["CCO", "CCN"]), { ...keys, ...often })
        const submission = yield* registration.submit(table, { drafts: staged.drafts })
        const done = yield* registration.awaitSubmission(table, submission, often)
        expect(done.message).toBe("2 of 2 drafts were registered.")
        const activity = activityCalled(table.title).id
        // It waits until the work is done.
        yield* registrar.handle({ _tag: "DraftsSubmitted", activity, submission: submission.id, body: {} })
      }).pipe(Effect.provide(kaleidoscope))
      expect(database.asked).toHaveLength(2)
      expect(registeredIn(yield* state)).toEqual(["REG-1", "REG-2"])
      expect((yield* requests).filter(({ path }) => path.endsWith("/results"))).toHaveLength(1)
    })
  )

  it.live("register a draft of two submissions once, and refuse only the draft whose values do not fit", () =>
    Effect.gen(function* () {
      const { kaleidoscope, start, state, statuses } = yield* make()
      const database = makeDatabase("REG")
      yield* start({
        key_field_names: ["Compound ID"],
        register: ({ idempotencyKey, record }) =>
          Effect.map(database.register(idempotencyKey), (number) => ({
            "Compound ID": number,
            SMILES: structureOf(record) === "CN" ? { not: "text" } : structureOf(record)
          }))
      })
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        const { drafts } = yield* registration.stage(table, rowsOf(["CCO", "CN", "CCC"]), { ...keys, ...often })
        const submissions = [
          yield* registration.submit(table, { drafts }),
          yield* registration.submit(table, { drafts: drafts.slice(0, 1) })
        ]
        const ended = yield* Effect.forEach(submissions, (submission) =>
          registration.awaitSubmission(table, submission, often)
        )
        expect(ended.map(({ status }) => status)).toEqual(["completed", "completed"])
        const found = (yield* registration.draftStatuses(table)).find(({ record_id }) => record_id === drafts[1]?.id)
        expect(found?.message).toMatch(/^The platform does not take the values of the registered compound: /)
      }).pipe(Effect.provide(kaleidoscope))
      expect(database.asked).toHaveLength(3)
      expect(registeredIn(yield* state)).toEqual(["REG-1", "REG-3"])
      expect(yield* statuses).toEqual(Array.from({ length: 6 }, () => 202))
    })
  )

  it.live("register a file, although its webhook comes three times", () =>
    Effect.gen(function* () {
      const { kaleidoscope, start, statuses } = yield* make()
      const activity = activityCalled("Registration of March")
      const [stored] = Workspace.demo.registration_files.filter(({ operation_id }) => operation_id === activity.id)
      assert(stored !== undefined)
      const seen: Array<readonly [records: ReadonlyArray<Ids.RecordId>, text: string]> = []
      const done = yield* Deferred.make<void>()
      yield* start({
        registerFile: ({ bytes, pushStatus, record_ids }) =>
          Effect.gen(function* () {
            seen.push([record_ids, yield* Stream.mkString(Stream.decodeText(bytes))])
            yield* pushStatus({ status: "validated", message: "All structures are valid." })
            yield* Effect.addFinalizer(() => Deferred.succeed(done, undefined))
            return {
              status: "success",
              message: "All compounds are registered.",
              records: record_ids.map((record_id) => ({ record_id, status: "success" }))
            } satisfies Registration.Results
          }).pipe(Effect.scoped)
      })
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        yield* registration.register(activity.id, Ids.FileId.make(stored.file_id))
        yield* Deferred.await(done)
        const finished = Effect.flatMap(registration.list(activity.id), (all) =>
          all.some(({ message, status }) => status === "completed" && message === "All compounds are registered.")
            ? Effect.void
            : Effect.fail("not yet")
        )
        yield* Effect.retry(finished, often)
      }).pipe(Effect.provide(kaleidoscope))
      expect(yield* statuses).toEqual([202, 202, 202])
      expect(seen).toHaveLength(1)
      expect(seen[0]?.[1]).toContain("M  END")
    })
  )
})
