import { writeFileSync } from "node:fs"
import * as HttpApp from "@effect/platform/HttpApp"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import { Auth, Kaleidoscope, Registrar } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { DurableImport, Jobs, Mirror, RegistrationWorker, Runner, TableSource } from "@effect-kaleidoscope/workflow"
import * as PostgresEngine from "@effect-kaleidoscope/workflow/Postgres"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { describe, expect, it, vi } from "../../../test/vitest.js"
import * as Postgres from "./support/postgres.js"
import * as Processes from "./support/processes.js"
import { activityId, resultsSent, submit } from "./support/submissions.js"

// Each test starts a Postgres and processes.
vi.setConfig({ testTimeout: 600_000 })

const rows = 60

const table = (job: string) =>
  ["Compound ID,IC50", ...Array.makeBy(rows, (index) => `${job}-${index + 1},${index + 1}`)].join("\n")

const decode = Schema.decode(Schema.Array(Schema.parseJson(DurableImport.Report)))

const jobNames = (count: number) => Array.makeBy(count, (index) => `J${index + 1}`)

/** A Postgres with an empty database, tables for these jobs, and how to start processes that do them. */
const scene = (jobs: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const server = yield* Postgres.server
    const database = yield* server.database
    const folder = yield* Processes.folder
    const path = yield* Processes.bundle("runner")
    const emulator = yield* Emulator.Emulator
    for (const job of jobs) writeFileSync(`${folder}/${job}.csv`, table(job))
    const pushes = Effect.map(emulator.requests, (requests) =>
      requests.filter(({ method, path }) => method === "POST" && path.startsWith("/push/imports"))
    )
    return {
      server,
      database,
      folder,
      pushes,
      start: (name: string, settings: { readonly [name: string]: string } = {}) =>
        Processes.start(path, {
          NAME: name,
          ...settings,
          DATABASE: database,
          JOBS: jobs.join(","),
          SOURCE: `${folder}/JOB.csv`,
          ROWS_PER_PART: "20",
          KALEIDOSCOPE_API_URL: emulator.url,
          KALEIDOSCOPE_API_CLIENT_ID: "demo",
          KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
        }),
      /** Waits until there were so many pushes. */
      untilPushes: (wanted: number) =>
        Effect.repeat(Effect.delay(pushes, "5 millis"), { until: ({ length }) => length >= wanted }),
      jobs: Effect.flatMap(Jobs.Jobs, (jobs) => jobs.list).pipe(
        Effect.provide(PostgresEngine.layerJobs({ url: Redacted.make(database) }))
      ),
      /** Each row is there, and no value is there twice. */
      expectAll: Effect.gen(function* () {
        const { records } = yield* emulator.state
        for (const job of jobs) {
          const imported = records.filter(({ record_identifier }) => record_identifier?.startsWith(`${job}-`))
          expect([job, imported.length]).toEqual([job, rows])
          const values = imported.flatMap(({ record_values }) => Object.values(record_values))
          expect(values.every((values) => values.length === 1)).toBe(true)
        }
      }),
      /** The process ended by itself, with the report of each job. The engine writes its log between the reports. */
      expectReports: ({ code, signal, stderr, stdout }: Processes.Ended) =>
        Effect.gen(function* () {
          expect({ code, signal, output: code === 0 ? "" : `${stderr}${stdout}` }).toEqual({
            code: 0,
            signal: null,
            output: ""
          })
          const reports = yield* decode(stdout.split("\n").filter((line) => line.startsWith("{")))
          expect(reports).toHaveLength(jobs.length)
          for (const report of reports) {
            expect(report).toMatchObject({ ended: "complete", parts: 3, rows_read: rows, rejected_count: 0 })
            expect(report.created + report.skipped).toBe(rows)
          }
        })
    }
  })

/** Waits until so many processes have a share of the jobs. The table is not there at first. */
const untilOwners = (database: string, wanted: number) => {
  const owners = Postgres.query(database, "SELECT count(DISTINCT address)::int AS owners FROM cluster_locks")
  return Effect.repeat(Effect.delay(Effect.option(Effect.sandbox(owners)), "200 millis"), {
    until: Option.exists(([row]) => row?.owners === wanted)
  })
}

/** The time of the database, in milliseconds. */
const clock = "SELECT EXTRACT(EPOCH FROM clock_timestamp())::float8 * 1000 AS now"

const emulator = Processes.server({ latency: "20 millis" })

const name = Postgres.missing === undefined ? "jobs in Postgres" : `jobs in Postgres: not tested, ${Postgres.missing}`

describe.skipIf(Postgres.missing !== undefined)(name, () => {
  it.live("are done by one process; others see them", () =>
    Effect.gen(function* () {
      const { database, expectAll, expectReports, folder, jobs, start } = yield* scene(["J1", "J2"])
      yield* expectReports(yield* (yield* start("first")).ended)
      yield* expectAll
      expect((yield* jobs).map(({ job, rows_read, state }) => [job, rows_read, state]).sort()).toEqual([
        ["J1", rows, "complete"],
        ["J2", rows, "complete"]
      ])
      // A process that runs no jobs gets the reports, too.
      const report = yield* DurableImport.run({ job: "J1", source: `${folder}/J1.csv` }).pipe(
        Effect.provide(PostgresEngine.layerStarter({ url: Redacted.make(database) }))
      )
      expect(report.rows_read).toBe(rows)
      // Forgotten jobs leave nothing in the tables of the engine.
      yield* Effect.flatMap(Jobs.Jobs, ({ forget }) => forget(0)).pipe(
        Effect.provide(PostgresEngine.layerJobs({ url: Redacted.make(database) }))
      )
      const count = (table: string) => `(SELECT count(*)::int FROM ${table}) AS ${table}`
      const tables = ["kaleidoscope_jobs", "cluster_messages", "cluster_replies", "cluster_runners"]
      expect(yield* Postgres.query(database, `SELECT ${tables.map(count).join(", ")}`)).toEqual([
        { kaleidoscope_jobs: 0, cluster_messages: 0, cluster_replies: 0, cluster_runners: 0 }
      ])
    }).pipe(Effect.provide(emulator))
  )

  it.live("are shared out among four processes, which keep one rate together, and wait when the platform says so", () =>
    Effect.gen(function* () {
      // Shards are given to runners by chance: of so many jobs, each runner has some.
      const { database, expectAll, expectReports, pushes, start } = yield* scene(jobNames(48))
      const emulator = yield* Emulator.Emulator
      const [before] = yield* Postgres.query(database, clock)
      yield* emulator.faults.set([Faults.on({ method: "POST", path: "/push/imports" }, Faults.status(503))])
      const runners = yield* Effect.forEach(["a", "b", "c", "d"], (name) =>
        start(name, { TAKEOVER: "1 minute", RATE: "50", LONGEST: "4 minutes" })
      )
      // No part is done before all four have their share.
      yield* untilOwners(database, 4)
      const refused = yield* pushes
      yield* emulator.faults.set([])
      for (const { ended } of runners) yield* expectReports(yield* ended)
      yield* expectAll
      const done = (yield* pushes).slice(refused.length)
      expect([...new Set(done.map(({ headers }) => headers["x-runner"]))].toSorted()).toEqual(["a", "b", "c", "d"])
      // Each request had a turn of its own, also one that was sent again: 20 milliseconds of the common time.
      const { length } = yield* emulator.requests
      const [after] = yield* Postgres.query(database, "SELECT next_at FROM kaleidoscope_turns")
      expect(Number(after?.next_at) - Number(before?.now)).toBeGreaterThanOrEqual(length * 20)
    }).pipe(Effect.provide(Processes.server({ rateLimit: { limit: 40, window: "1 second" } })))
  )

  it.live("are done by the others if one of three processes is killed", () =>
    Effect.gen(function* () {
      const { expectAll, expectReports, start, untilPushes } = yield* scene(jobNames(6))
      const [killed, ...others] = yield* Effect.forEach(["a", "b", "c"], (name) => start(name))
      yield* untilPushes(5)
      killed?.child.kill("SIGKILL")
      for (const { ended } of others) yield* expectReports(yield* ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live(
    "are done by the others if one of three processes stands still, which sends no row twice when it goes on",
    () =>
      Effect.gen(function* () {
        const { expectAll, expectReports, start, untilPushes } = yield* scene(jobNames(6))
        const [stopped, ...others] = yield* Effect.forEach(["a", "b", "c"], (name) => start(name))
        yield* untilPushes(5)
        stopped?.child.kill("SIGSTOP")
        for (const { ended } of others) yield* expectReports(yield* ended)
        stopped?.child.kill("SIGCONT")
        if (stopped !== undefined) yield* expectReports(yield* stopped.ended)
        yield* expectAll
      }).pipe(Effect.provide(emulator))
  )

  it.live("go on if a process stands still in the middle of a transaction", () =>
    Effect.gen(function* () {
      const { database, expectAll, expectReports, start, untilPushes } = yield* scene(jobNames(6))
      const { ended } = yield* start("first", { TAKEOVER: "3 seconds" })
      yield* untilPushes(2)
      // What the connection of such a process looks like to the others.
      yield* Effect.forkScoped(
        Effect.flatMap(PgClient.PgClient, (sql) =>
          sql.withTransaction(Effect.zipRight(sql`LOCK TABLE cluster_messages, kaleidoscope_jobs`, Effect.never))
        ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database), applicationName: "effect-kaleidoscope" })))
      )
      yield* expectReports(yield* ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live("go on in the next process if one is told to end", () =>
    Effect.gen(function* () {
      const { expectAll, expectReports, start, untilPushes } = yield* scene(jobNames(6))
      const first = yield* start("first")
      yield* untilPushes(5)
      first.child.kill("SIGTERM")
      expect((yield* first.ended).signal).toBeNull()
      yield* expectReports(yield* (yield* start("second")).ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live("share a rate: each request has a turn of its own, by the clock of the database", () =>
    Effect.gen(function* () {
      const server = yield* Postgres.server
      const url = yield* server.database
      const rate = { limit: 100, window: "1 second" } as const
      const [before] = yield* Postgres.query(url, clock)
      const turns = Effect.flatMap(Runner.Runner, (runner) =>
        Effect.replicateEffect(runner.turn("screen", rate), 20, { concurrency: "unbounded", discard: true })
      ).pipe(Effect.provide(PostgresEngine.layer({ url: Redacted.make(url) })))
      yield* Effect.all([turns, turns], { concurrency: "unbounded" })
      const [after] = yield* Postgres.query(url, "SELECT next_at FROM kaleidoscope_turns WHERE name = 'screen'")
      expect(Number(after?.next_at) - Number(before?.now)).toBeGreaterThanOrEqual(400)
    })
  )

  it.live(
    "keep one number of requests in flight together, and get back the permits of a process that is killed",
    () => {
      const counts: Array<number> = []
      return Effect.gen(function* () {
        const { database, expectAll, expectReports, pushes, start, untilPushes } = yield* scene(jobNames(6))
        const emulator = yield* Emulator.Emulator
        yield* emulator.faults.set([Faults.on({ method: "POST", path: "/push/imports" }, Faults.stall)])
        const settings = { CONCURRENCY: "2", LONGEST: "4 minutes" }
        const runners = yield* Effect.forEach(["a", "b", "c"], (name) =>
          Effect.map(start(name, settings), (process) => ({ name, ...process }))
        )
        yield* untilPushes(2)
        // Both permits belong to one or two of the three processes.
        const holders = new Set((yield* pushes).map(({ headers }) => headers["x-runner"]))
        expect(yield* Postgres.query(database, "SELECT count(*)::int AS held FROM kaleidoscope_permits")).toEqual([
          { held: 2 }
        ])
        const [killed, others] = Array.partition(runners, ({ name }) => !holders.has(name))
        for (const { child } of killed) child.kill("SIGKILL")
        yield* emulator.faults.set([])
        for (const { ended } of others) yield* expectReports(yield* ended)
        yield* expectAll
        expect([killed.length > 0, Math.max(...counts)]).toEqual([true, 2])
      }).pipe(Effect.provide(Processes.server({ latency: "20 millis" }, (inFlight) => counts.push(inFlight))))
    }
  )

  for (const { event, begin, end } of [
    { event: "was away", begin: "crash", end: "start" },
    { event: "stood still", begin: "stop", end: "continue" }
  ] as const) {
    it.live(`go on in the same process after the database ${event} for three seconds`, () =>
      Effect.gen(function* () {
        const { expectAll, expectReports, server, start, untilPushes } = yield* scene(jobNames(6))
        const { ended } = yield* start("first")
        yield* untilPushes(5)
        yield* server[begin]
        yield* Effect.sleep("3 seconds")
        yield* server[end]
        yield* expectReports(yield* ended)
        yield* expectAll
      }).pipe(Effect.provide(emulator))
    )
  }

  it.live("end with a sentence if the database does not come back, and go on in the next process", () =>
    Effect.gen(function* () {
      const { expectAll, expectReports, server, start, untilPushes } = yield* scene(jobNames(6))
      const { faults } = yield* Emulator.Emulator
      const { ended } = yield* start("first", { LONGEST: "20 seconds" })
      yield* untilPushes(5)
      // The jobs are not done before the server has ended.
      yield* faults.set([Faults.on({ method: "POST", path: "/push/imports" }, Faults.status(503))])
      yield* server.crash
      const { code, stdout } = yield* ended
      expect([code, stdout]).toEqual([1, expect.stringContaining("the database of the jobs could not be read for 20s")])
      yield* server.start
      yield* faults.set([])
      yield* expectReports(yield* (yield* start("second")).ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live(
    "do not run in a process without their layer: the watch over the jobs ends it, and the next one does the work",
    () =>
      Effect.gen(function* () {
        const { database, expectAll, expectReports, folder, start } = yield* scene(["J1"])
        const error = yield* Effect.raceFirst(
          DurableImport.run({
            job: "J1",
            source: `${folder}/J1.csv`,
            key_field_names: ["Compound ID"],
            rowsPerPart: 20
          }),
          Effect.flip(Jobs.watch({ longest: "10 seconds" }))
        ).pipe(Effect.provide(PostgresEngine.layer({ url: Redacted.make(database) })))
        expect(error).toMatchObject({ message: expect.stringContaining('the job "J1" made no progress for 10s') })
        yield* expectReports(yield* (yield* start("second")).ended)
        yield* expectAll
      }).pipe(Effect.provide(emulator))
  )

  it.live("go on when a message was given to a process that did not take it", () =>
    Effect.gen(function* () {
      const { database, expectAll, expectReports, start } = yield* scene(["J1"])
      // The tables of the engine.
      yield* Effect.provide(Effect.void, PostgresEngine.layer({ url: Redacted.make(database) }))
      yield* Postgres.query(
        database,
        `CREATE FUNCTION given() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN NEW.last_read = now(); RETURN NEW; END $$`
      )
      yield* Postgres.query(
        database,
        "CREATE TRIGGER given BEFORE INSERT ON cluster_messages FOR EACH ROW EXECUTE FUNCTION given()"
      )
      yield* expectReports(yield* (yield* start("first", { TAKEOVER: "3 seconds" })).ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live("go on in the same process when the server ends its connections", () =>
    Effect.gen(function* () {
      const { database, expectAll, expectReports, server, start, untilPushes } = yield* scene(jobNames(6))
      const { ended } = yield* start("first")
      for (const pushes of [2, 5, 8, 11]) {
        yield* untilPushes(pushes)
        // The process may just connect again; one that has ended does not.
        yield* Effect.raceFirst(
          Effect.repeat(Effect.delay(server.disconnect(database), "10 millis"), { until: (count) => count > 0 }),
          ended
        )
      }
      yield* expectReports(yield* ended)
      yield* expectAll
    }).pipe(Effect.provide(emulator))
  )

  it.live("do a registration once that is delivered to two processes three times", () =>
    Effect.gen(function* () {
      const server = yield* Postgres.server
      const database = yield* server.database
      const keys: Array<string> = []
      const RegistrarLive = Registrar.layer({
        key_field_names: ["Compound ID"],
        register: ({ idempotencyKey, record }) =>
          Effect.sync(() => {
            keys.push(idempotencyKey)
            return { "Compound ID": `REG-${record.record_identifier}` }
          })
      })
      /** A worker with an engine of its own: it has another address than the others. */
      const process = Layer.suspend(() =>
        RegistrationWorker.layer().pipe(
          Layer.provide(RegistrarLive),
          Layer.provideMerge(PostgresEngine.layer({ url: Redacted.make(database) }))
        )
      )
      const { id } = yield* submit
      const webhook = { _tag: "DraftsSubmitted", activity: yield* activityId, submission: id, body: {} } as const
      const one = yield* Layer.build(Layer.fresh(process))
      const other = yield* Layer.build(Layer.fresh(process))
      yield* untilOwners(database, 2)
      const deliverAll = Effect.forEach(
        [one, other, one],
        (process) => Effect.provide(RegistrationWorker.accept(webhook), process),
        { concurrency: "unbounded", discard: true }
      )
      yield* deliverAll
      const jobs = Effect.provide(Effect.orDie(Effect.flatMap(Jobs.Jobs, ({ list }) => list)), one)
      yield* Effect.repeat(Effect.delay(jobs, "20 millis"), { until: ([first]) => first?.state === "complete" })
      yield* deliverAll
      expect((yield* jobs).map(({ job, state }) => [job, state])).toEqual([[`DraftsSubmitted ${id}`, "complete"]])
      // A process that hands its jobs over is interrupted, and the other one asks with the same key.
      expect([new Set(keys).size, yield* resultsSent]).toEqual([1, 1])
    }).pipe(
      Effect.provide(
        Kaleidoscope.layer.pipe(
          Layer.provide(
            Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })
          ),
          Layer.provideMerge(Emulator.layer())
        )
      )
    )
  )

  it.live(
    "hold no secret of a credential or a webhook in any table, also if an import, a mirror and a registration fail",
    () =>
      Effect.gen(function* () {
        const server = yield* Postgres.server
        const database = yield* server.database
        const folder = yield* Processes.folder
        writeFileSync(`${folder}/J1.csv`, table("J1"))
        const secret = "canary-3b8e6a90"
        const url = `https://store.test/file?X-Amz-Signature=${secret}`
        const problem = Faults.problem(400, { code: "BAD", message: `no ${secret}, see ${url}` })
        const services = Layer.merge(
          DurableImport.layer.pipe(Layer.provide(TableSource.layerFile().pipe(Layer.provide(NodeContext.layer)))),
          RegistrationWorker.layer().pipe(
            Layer.provide(
              Registrar.layer({ key_field_names: ["Compound ID"], register: () => Effect.die(new Error(url)) })
            )
          )
        ).pipe(
          Layer.provideMerge(PostgresEngine.layer({ url: Redacted.make(database) })),
          Layer.provideMerge(Kaleidoscope.layer),
          Layer.provide(
            Auth.layer({ clientId: "demo", clientSecret: Redacted.make(secret), url: "http://kaleidoscope.test" })
          ),
          Layer.provideMerge(
            Emulator.layer({
              clientSecret: Redacted.make(secret),
              faults: [
                Faults.on({ method: "POST", path: "/push/imports" }, problem),
                Faults.on({ method: "POST", path: "/operations/:id/registration_submissions/:id/results" }, problem)
              ]
            })
          )
        )
        yield* Effect.gen(function* () {
          const jobs = yield* Jobs.Jobs
          const { id } = yield* submit
          const registration = `DraftsSubmitted ${id}`
          const webhook = JSON.stringify({
            event_type: "registration_drafts_submitted",
            operation_id: yield* activityId,
            submission_id: id,
            secret,
            url
          })
          const runtime = yield* Effect.runtime<WorkflowEngine.WorkflowEngine>()
          const endpoint = RegistrationWorker.app({ secret: Redacted.make(secret), secretIn: { header: "x-secret" } })
          const request = new Request("http://registrar.test", {
            method: "POST",
            body: webhook,
            headers: { "x-secret": secret }
          })
          const { status } = yield* Effect.promise(() => HttpApp.toWebHandlerRuntime(runtime)(endpoint)(request))
          expect(status).toBe(202)
          yield* Effect.repeat(Effect.delay(jobs.find(registration), "20 millis"), {
            until: Option.exists(({ state }) => state === "failed" || state === "complete")
          })
          const report = yield* DurableImport.run({
            job: "import",
            source: `${folder}/J1.csv`,
            key_field_names: ["Compound ID"]
          })
          expect(report.rejected_count).toBe(rows)
          const failing = { job: "mirror", handle: () => Effect.fail(new Error(url)) }
          expect(Exit.isFailure(yield* Effect.exit(Mirror.run(failing)))).toBe(true)
          const dying = { job: "another mirror", handle: () => Effect.die(new Error(url)) }
          expect(Exit.isFailure(yield* Effect.exit(Mirror.run(dying)))).toBe(true)
          expect((yield* jobs.list).map(({ job, state }) => [job, state])).toEqual(
            expect.arrayContaining([
              [registration, "failed"],
              ["import", "complete"],
              ["mirror", "failed"]
            ])
          )
        }).pipe(Effect.provide(services))
        const tables = yield* Postgres.query(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        const content = yield* Effect.forEach(tables, ({ tablename }) =>
          Postgres.query(database, `SELECT row_to_json(found)::text AS row FROM "${tablename}" AS found`)
        ).pipe(Effect.map((rows) => JSON.stringify(rows)))
        // The jobs are there, and so is the platform's answer, without the secret.
        const expected = ["import", "DraftsSubmitted", "mirror", "returned 400: no <redacted>"]
        expect(expected.filter((text) => !content.includes(text))).toEqual([])
        // Bytes are shown as hexadecimal digits.
        const secrets = [secret, `X-Amz-Signature=${secret}`].flatMap((text) => [
          text,
          Buffer.from(text).toString("hex")
        ])
        expect(secrets.filter((text) => content.includes(text))).toEqual([])
      })
  )
})
