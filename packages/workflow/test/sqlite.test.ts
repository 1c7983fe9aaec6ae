import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as SqlClient from "@effect/sql/SqlClient"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import { DurableImport, Engine, Jobs, TableSource } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Sqlite from "../src/internal/sqlite.js"
import * as Processes from "./support/processes.js"

const secret = "canary-5f1d7c0e"

const services = (folder: string, faults: ReadonlyArray<Faults.Rule> = []) =>
  DurableImport.layer.pipe(
    Layer.provideMerge(Engine.layerSqlite({ filename: `${folder}/jobs.sqlite` })),
    Layer.provide(TableSource.layerFile().pipe(Layer.provide(NodeContext.layer))),
    Layer.provide(Kaleidoscope.layer),
    Layer.provide(
      Auth.layer({ clientId: "demo", clientSecret: Redacted.make(secret), url: "http://kaleidoscope.test" })
    ),
    Layer.provideMerge(Emulator.layer({ clientSecret: Redacted.make(secret), faults }))
  )

const table = (folder: string, rows: ReadonlyArray<string>) => {
  const source = `${folder}/table.csv`
  writeFileSync(source, ["Compound ID,IC50", ...rows].join("\n"))
  return source
}

const content = (...rows: ReadonlyArray<number>) =>
  ["Compound ID,IC50", ...rows.map((row) => `W-${row},${row}`)].join("\n")

const changedWords = "has changed since the job began"

/** The file of a descriptor that is open, as long as it is. */
const linkOf = Option.liftThrowable((descriptor: string) => readlinkSync(`/proc/self/fd/${descriptor}`))

const options = { job: "import", key_field_names: ["Compound ID"], rowsPerPart: 2 }

/** The process of a job that ended while its second part waited for a response. */
const stoppedInSecondPart = (folder: string, source: string) => {
  const isBegun = Effect.flatMap(Jobs.Jobs, (jobs) => jobs.find("import")).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: Option.exists(({ parts_begun }) => parts_begun === 2) })
  )
  const faults = [Faults.on({ method: "POST", path: "/push/imports", nth: 2 }, Faults.stall)]
  return Effect.raceFirst(DurableImport.run({ ...options, source }), isBegun).pipe(
    Effect.provide(services(folder, faults))
  )
}

describe("workflows in a SQLite file", () => {
  it.live("belong to one process; others see and control the jobs", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const filename = `${folder}/jobs.sqlite`
      const source = table(folder, ["W-1,1", "W-2,2", "W-3,3"])
      yield* Effect.gen(function* () {
        expect(yield* Effect.flip(Effect.scoped(Layer.build(Engine.layerSqlite({ filename }))))).toMatchObject({
          _tag: "KaleidoscopeDatabaseInUse",
          message: `${filename}: another process runs the jobs of this file. Stop it, or use another file.`
        })
        yield* DurableImport.run({ ...options, source })
        const jobs = yield* Effect.flatMap(Jobs.Jobs, (jobs) => jobs.find("import")).pipe(
          Effect.provide(Engine.layerJobs(filename))
        )
        expect(jobs).toMatchObject(Option.some({ state: "complete", rows_read: 3, parts_begun: 2 }))
      }).pipe(Effect.provide(services(folder)))
      // The first owner has ended.
      const found = yield* DurableImport.result("import").pipe(Effect.provide(Engine.layerSqlite({ filename })))
      expect(Option.isSome(found)).toBe(true)
    })
  )

  it.live("are not disturbed by another process that reads and controls the jobs again and again", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const path = yield* Processes.bundle("controlChild")
      const source = table(
        folder,
        Array.from({ length: 12 }, (_, row) => `W-${row},${row}`)
      )
      yield* Effect.gen(function* () {
        const { child, ended } = yield* Processes.start(path, { DATABASE: `${folder}/jobs.sqlite` })
        expect(yield* Processes.lineLike(child, /^begun$/)).toBe("begun")
        const report = yield* DurableImport.run({ ...options, source })
        expect(report).toMatchObject({ ended: "complete", parts: 6, rows_read: 12, created: 12 })
        expect(yield* ended).toMatchObject({ code: 0, stderr: "" })
      }).pipe(Effect.provide(services(folder)))
    })
  )

  it.live("end with a sentence if the file cannot be used", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      writeFileSync(`${folder}/empty.sqlite`, "")
      yield* Effect.scoped(Layer.build(Engine.layerSqlite({ filename: `${folder}/empty.sqlite` })))
      writeFileSync(`${folder}/truncated.sqlite`, readFileSync(`${folder}/empty.sqlite`))
      truncateSync(`${folder}/truncated.sqlite`, 5000)
      writeFileSync(`${folder}/text.sqlite`, "Compound ID,IC50\n".repeat(100))
      mkdirSync(`${folder}/folder.sqlite`)
      symlinkSync(`${folder}/nowhere/jobs.sqlite`, `${folder}/link.sqlite`)
      for (const [name, reason] of [
        ["text.sqlite", "it is not a SQLite database. Use another file."],
        ["truncated.sqlite", "it is damaged. Restore it, or use another file."],
        ["folder.sqlite", "Unable to open"],
        ["link.sqlite", "Unable to open"],
        ["nowhere/jobs.sqlite", `there is no folder ${folder}/nowhere. Create it.`]
      ] as const) {
        const filename = `${folder}/${name}`
        const error = yield* Effect.flip(Effect.scoped(Layer.build(Engine.layerSqlite({ filename }))))
        expect(error).toMatchObject({ _tag: "KaleidoscopeDatabaseUnusable", filename })
        expect(error.message).toContain(reason)
      }
      expect(yield* Effect.flip(Effect.scoped(Layer.build(Engine.layerJobs(`${folder}/none.sqlite`))))).toMatchObject({
        _tag: "KaleidoscopeDatabaseUnusable",
        message: `${folder}/none.sqlite: the database of the jobs cannot be used: there is no such file. The process that runs the jobs makes it.`
      })
      expect(readdirSync(folder)).not.toContain("none.sqlite")
    })
  )

  it.live("have one owner, also if the file has two names, or a name with signs of a URL", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const filename = `${folder}/a?b%20c#d.sqlite`
      yield* Effect.gen(function* () {
        yield* Layer.build(Engine.layerSqlite({ filename }))
        expect(readdirSync(folder)).toContain("a?b%20c#d.sqlite")
        symlinkSync(filename, `${folder}/link.sqlite`)
        const error = yield* Effect.flip(Layer.build(Engine.layerSqlite({ filename: `${folder}/link.sqlite` })))
        expect(error).toMatchObject({ _tag: "KaleidoscopeDatabaseInUse" })
      }).pipe(Effect.scoped)
      // The file alone has everything after the end.
      expect(
        readdirSync(folder).filter((name) => name.endsWith("-wal") && readFileSync(`${folder}/${name}`).length > 0)
      ).toEqual([])
    })
  )

  it.live.skipIf(process.platform !== "linux")(
    "use the same connections again for each transaction (seen in /proc, so only on Linux)",
    () =>
      Effect.gen(function* () {
        const folder = yield* Processes.folder
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const write = (row: number) => sql`INSERT INTO rows VALUES (${row})`
          const open = Effect.sync(() => {
            const names = readdirSync("/proc/self/fd").map((name) => Option.getOrElse(linkOf(name), () => ""))
            return names.filter((name) => name.startsWith(folder)).length
          })
          yield* sql`CREATE TABLE rows (row INTEGER)`
          yield* sql.withTransaction(write(0))
          const before = yield* open
          yield* Effect.forEach(
            Array.from({ length: 50 }, (_, row) => row + 1),
            (row) => sql.withTransaction(write(row))
          )
          yield* Effect.flip(sql.withTransaction(Effect.zipRight(write(-1), Effect.fail("undone"))))
          yield* sql.withTransaction(write(51))
          expect(before).toBeGreaterThan(0)
          expect(yield* open).toBe(before)
          expect(yield* sql`SELECT count(*) AS count, min(row) AS least FROM rows`).toEqual([{ count: 52n, least: 0n }])
        }).pipe(Effect.provide(Sqlite.layer(`${folder}/jobs.sqlite`)))
      })
  )

  it.live("hold no secret, also if the server repeats it in an error", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const source = table(folder, ["W-1,1"])
      const faults = [
        Faults.on(
          { method: "POST", path: "/push/imports" },
          Faults.problem(400, { code: "BAD", message: `no ${secret}` })
        )
      ]
      yield* Effect.exit(DurableImport.run({ ...options, source })).pipe(Effect.provide(services(folder, faults)))
      const files = readdirSync(folder).filter((name) => name.startsWith("jobs.sqlite"))
      const bytes = Buffer.concat(files.map((name) => readFileSync(`${folder}/${name}`)))
      expect(bytes.includes("table.csv")).toBe(true)
      expect(bytes.includes(secret)).toBe(false)
    })
  )

  it.live(
    "do not run in a process without their layer: the watch over the jobs ends it, and the next one does the work",
    () =>
      Effect.gen(function* () {
        const folder = yield* Processes.folder
        const source = table(folder, ["W-1,1"])
        const error = yield* Effect.raceFirst(
          Effect.zipRight(DurableImport.start({ ...options, source }), Effect.never),
          Effect.flip(Jobs.watch({ longest: "1 second" }))
        ).pipe(Effect.provide(Engine.layerSqlite({ filename: `${folder}/jobs.sqlite` })))
        expect(error.message).toContain('the job "import" made no progress for 1s. Start this process again')
        const report = yield* DurableImport.run({ ...options, source }).pipe(Effect.provide(services(folder)))
        expect(report).toMatchObject({ rows_read: 1, rejected_count: 0 })
      })
  )

  it.live("go on in the next process, which still knows the keys of all rows before", () =>
    Effect.gen(function* () {
      const folder = yield* Processes.folder
      const source = table(folder, ["W-1,1", "W-2,much", "W-3,3", "W-1,4", "W-2,5", "W-3,6"])
      const run = DurableImport.run({ ...options, source })
      yield* stoppedInSecondPart(folder, source)
      const { rejected } = yield* run.pipe(Effect.provide(services(folder)))
      // The first row with the key W-2 was rejected, so the second one is not a repeated one.
      expect(rejected.map(({ issues: [issue], row }) => [row, issue?.message])).toEqual([
        [2, expect.stringContaining("much")],
        [4, 'row 1 has the same key, "W-1"'],
        [6, 'row 3 has the same key, "W-3"']
      ])
    })
  )

  for (const { what, change, words } of [
    { what: "changed", change: (path: string) => writeFileSync(path, content(2, 1, 3, 4)), words: changedWords },
    { what: "longer", change: (path: string) => writeFileSync(path, content(1, 2, 3, 4, 5)), words: changedWords },
    { what: "shorter", change: (path: string) => writeFileSync(path, content(1, 2, 3)), words: changedWords },
    { what: "removed", change: (path: string) => rmSync(path), words: "no such file or directory" }
  ]) {
    const expectEnd = (folder: string, source: string) => (error: unknown) =>
      Effect.gen(function* () {
        expect(error).toMatchObject({
          _tag: "KaleidoscopeSourceError",
          source,
          message: expect.stringContaining(words)
        })
        // What was imported is known, and another job does the rest.
        writeFileSync(source, content(1, 2, 3, 4))
        const report = yield* DurableImport.run({ ...options, job: "another", source })
        expect([report.rows_read, report.sent + report.skipped, report.rejected_count]).toEqual([4, 4, 0])
      }).pipe(Effect.provide(services(folder)))

    it.live(`end with a sentence if the file of a job is ${what} in the next process`, () =>
      Effect.gen(function* () {
        const folder = yield* Processes.folder
        const source = table(folder, ["W-1,1", "W-2,2", "W-3,3", "W-4,4"])
        yield* stoppedInSecondPart(folder, source)
        change(source)
        const error = yield* Effect.flip(DurableImport.run({ ...options, source })).pipe(
          Effect.provide(services(folder))
        )
        yield* expectEnd(folder, source)(error)
      })
    )

    it.live(`end with a sentence if the file of a job is ${what} while it is paused`, () =>
      Effect.gen(function* () {
        const folder = yield* Processes.folder
        const source = table(folder, ["W-1,1", "W-2,2", "W-3,3", "W-4,4"])
        const error = yield* Effect.gen(function* () {
          const jobs = yield* Jobs.Jobs
          const emulator = yield* Emulator.Emulator
          // The first part is tried again and again until the job was told to pause.
          yield* emulator.faults.set([Faults.on({ method: "POST", path: "/push/imports" }, Faults.status(503))])
          const run = yield* Effect.fork(Effect.flip(DurableImport.run({ ...options, source })))
          const until = (isIt: (job: Jobs.Job) => boolean) =>
            Effect.repeat(Effect.delay(jobs.find("import"), "10 millis"), { until: Option.exists(isIt) })
          yield* until(({ parts_begun }) => parts_begun === 1)
          yield* jobs.pause("import")
          yield* emulator.faults.set([])
          yield* until(({ rows_read }) => rows_read === 2)
          change(source)
          yield* jobs.resume("import")
          return yield* Fiber.join(run)
        }).pipe(Effect.provide(services(folder)))
        yield* expectEnd(folder, source)(error)
      })
    )
  }
})
