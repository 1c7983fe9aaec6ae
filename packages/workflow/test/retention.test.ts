import { statSync, writeFileSync } from "node:fs"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as SqlClient from "@effect/sql/SqlClient"
import { Auth, Ids, Kaleidoscope, Registrar } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { DurableImport, Engine, Jobs, Mirror, RegistrationWorker, TableSource } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Sqlite from "../src/internal/sqlite.js"
import * as Events from "./support/events.js"
import * as Processes from "./support/processes.js"

const services = (filename: string, options: Emulator.Options = {}, retention?: "1 milli") =>
  Layer.merge(
    DurableImport.layer.pipe(Layer.provide(TableSource.layerFile().pipe(Layer.provide(NodeContext.layer)))),
    RegistrationWorker.layer().pipe(Layer.provide(Registrar.layer({ validate: () => Effect.void })))
  ).pipe(
    Layer.provideMerge(Engine.layerSqlite({ filename, retention })),
    Layer.provideMerge(Kaleidoscope.layer),
    Layer.provide(
      Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })
    ),
    Layer.provideMerge(Emulator.layer(options))
  )

const table = (folder: string) => {
  const source = `${folder}/table.csv`
  writeFileSync(source, "Compound ID,IC50\nW-1,1\nW-2,2\nW-3,3")
  return source
}

const options = (job: string, source: string) => ({ job, source, key_field_names: ["Compound ID"], rowsPerPart: 2 })

const inFile = <A, E>(filename: string, run: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(SqlClient.SqlClient, run).pipe(Effect.provide(Sqlite.layer(filename)))

/** How many messages and replies the engine has of each job: those of one job have one entity. */
const messages = (filename: string) =>
  inFile(filename, (sql) =>
    Effect.map(
      sql<{ messages: bigint; replies: bigint }>`SELECT count(*) AS messages,
        (SELECT count(*) FROM cluster_replies AS r JOIN cluster_messages AS n ON r.request_id = n.request_id
          WHERE n.entity_id = m.entity_id) AS replies
        FROM cluster_messages AS m GROUP BY entity_id ORDER BY replies`,
      (rows) => rows.map(({ messages, replies }) => [Number(messages), Number(replies)])
    )
  )

const count = (filename: string, name: string) =>
  inFile(filename, (sql) => Effect.map(sql`SELECT count(*) AS count FROM ${sql(name)}`, ([row]) => Number(row?.count)))

describe("jobs that ended", () => {
  it.live("are forgotten with all that the engine has of them; a cancelled job whose part still runs stays", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const filename = `${folder}/jobs.sqlite`
      const source = table(folder)
      yield* Effect.gen(function* () {
        const jobs = yield* Jobs.Jobs
        const emulator = yield* Emulator.Emulator
        yield* DurableImport.run(options("done", source))
        const registration = {
          _tag: "DraftsSubmitted" as const,
          activity: Ids.ActivityId.make("00000000-0000-4000-8000-000000000001"),
          submission: Ids.RegistrationSubmissionId.make("00000000-0000-4000-8000-000000000002"),
          body: {}
        }
        yield* RegistrationWorker.accept(registration)
        const ended = Option.exists<Jobs.Job>(({ state }) => state === "complete" || state === "failed")
        yield* Effect.repeat(Effect.delay(jobs.find(`DraftsSubmitted ${registration.submission}`), "20 millis"), {
          until: ended
        })
        yield* emulator.faults.set([Faults.on({ method: "POST", path: "/push/imports" }, Faults.stall)])
        writeFileSync(source, "Compound ID,IC50\nW-1,4\nW-2,5\nW-3,6")
        yield* Effect.forkScoped(DurableImport.run(options("open", source)))
        yield* Effect.repeat(Effect.delay(jobs.find("open"), "20 millis"), {
          until: Option.exists(({ parts_begun }) => parts_begun === 1)
        })
        yield* jobs.cancel("open")

        yield* jobs.forget("1 hour")
        expect(yield* jobs.list).toHaveLength(3)
        // The engine stores that work ended a moment after the list has it.
        yield* Effect.repeat(Effect.zipRight(Effect.delay(jobs.forget(0), "20 millis"), jobs.list), {
          until: ({ length }) => length === 1
        })
        expect(yield* jobs.list).toMatchObject([{ job: "open", state: "cancelled" }])
        // The workflow of the job, its begin and its first part.
        expect(yield* messages(filename)).toEqual([[3, 1]])
        expect(yield* count(filename, "cluster_replies")).toBe(1)
        expect(yield* DurableImport.result("done")).toEqual(Option.none())
        yield* emulator.faults.set([])
        // Its name is new, also in the same process.
        const again = yield* DurableImport.run(options("done", source))
        expect([again.rows_read, again.sent + again.skipped]).toEqual([3, 3])
      }).pipe(Effect.scoped, Effect.provide(services(filename)))
    })
  )

  it.live("are forgotten by the next process when they are older than its `retention`", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const filename = `${folder}/jobs.sqlite`
      const source = table(folder)
      const run = DurableImport.run(options("import", source))
      yield* Effect.provide(run, services(filename))
      yield* Effect.flatMap(Jobs.Jobs, ({ list }) => list).pipe(
        Effect.tap((jobs) => Effect.sync(() => expect(jobs).toHaveLength(1))),
        Effect.provide(services(filename))
      )
      yield* Effect.flatMap(Jobs.Jobs, ({ list }) =>
        Effect.repeat(Effect.delay(list, "20 millis"), { until: ({ length }) => length === 0 })
      ).pipe(Effect.provide(services(filename, {}, "1 milli")))
      expect([yield* count(filename, "cluster_messages"), yield* count(filename, "cluster_replies")]).toEqual([0, 0])
    })
  )

  it.live("leave nothing of a mirror but its cursor: a thousand rounds need no more space than the first ones", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const filename = `${folder}/jobs.sqlite`
      const size = inFile(filename, (sql) => Effect.map(sql`PRAGMA page_count`, ([row]) => Number(row?.page_count)))
      const rows = Effect.forEach(
        ["kaleidoscope_jobs", "kaleidoscope_cursors", "kaleidoscope_changes", "cluster_messages", "cluster_replies"],
        (name) => count(filename, name)
      )
      yield* Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        const rounds = Effect.map(emulator.requests, (all) => all.filter(({ path }) => path.includes("events")).length)
        const until = (wanted: number) =>
          Effect.repeat(Effect.delay(rounds, "10 millis"), { until: (count) => count >= wanted })
        const mirror = yield* Effect.fork(Mirror.run({ job: "mirror", every: "1 milli", handle: () => Effect.void }))
        yield* until(20)
        const before = yield* size
        yield* until(1020)
        expect(yield* size).toBe(before)
        expect(yield* rows).toEqual([1, 1, 0, 0, 0])
        // SQLite writes into the same 1,000 pages of this file again and again.
        expect(statSync(`${filename}-wal`).size).toBeLessThan(8_000_000)
        yield* Fiber.interrupt(mirror)
      }).pipe(Effect.provide(services(filename, { seed: Events.workspace(150) })))
    })
  )
})
