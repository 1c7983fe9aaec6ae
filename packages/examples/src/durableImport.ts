/** An import that outlives its process: `npm run example -- durable-import FILE`. Kill it, and start it again. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { DurableImport, Engine, Jobs, TableSource } from "@effect-kaleidoscope/workflow"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { parse, Refused } from "./arguments.js"
import { Workspace } from "./workspace.js"

const help = `Import a large table, and go on after a kill.

npm run example -- durable-import FILE [options]
npm run example -- durable-import --rows NUMBER [options]
npm run example -- durable-import --jobs [options]

FILE is CSV, TSV or SDF. Its columns are the names of fields, and one of them is the
key of the records. Start the program again after any end: it goes on where it was.
Without credentials in the environment (KALEIDOSCOPE_API_CLIENT_ID and
KALEIDOSCOPE_API_CLIENT_SECRET) an emulated workspace is started, which ends with the
program. To see an import go on, use a workspace that stays: "npm run emulator".

  --rows NUMBER       import a table of so many rows that is made while it is read
  --key NAME          the column that identifies the record; default: Compound ID
  --database FILE     the SQLite file of the jobs; default: jobs.sqlite
  --part NUMBER       the number of rows in a part; default: 20000
  --jobs              show the jobs of the database, also while another process works
  --help

Progress goes to stderr. The last line on stdout is the report as JSON. Exit code: 0 if
all rows are in, 2 if some are not (the report lists them), 1 if the job failed.
`

const parsed = (args: ReadonlyArray<string>) =>
  parse({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: "string" },
      key: { type: "string", default: "Compound ID" },
      database: { type: "string", default: "jobs.sqlite" },
      part: { type: "string" },
      jobs: { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })

const numberOf = (option: string, text: string) => {
  const number = Number(text)
  return Number.isSafeInteger(number) && number > 0
    ? Effect.succeed(number)
    : Effect.fail(new Refused({ message: `${option} ${text} is not a whole number above zero` }))
}

/** The name of a table that is made while it is read. */
const made = /^(\d+) rows$/

const madeTable = (count: number, key: string) => ({
  columns: [key, "IC50", "Notes"],
  rows: Stream.range(1, count, 1000).pipe(
    Stream.map((row) => ({
      row,
      line: row,
      values: { [key]: `DI-${row}`, IC50: String((row % 10_000) / 10), Notes: `row ${row} of ${count}` },
      issues: []
    }))
  )
})

/** A file, or a table that is made: a source of one's own can be any place that can be read again. */
const Source = (key: string) =>
  Layer.effect(
    TableSource.TableSource,
    Effect.map(TableSource.TableSource, (files): TableSource.Service => {
      const countOf = (source: string) => Option.map(Option.fromNullable(made.exec(source)?.[1]), Number)
      return {
        fingerprint: (source) =>
          Option.isSome(countOf(source)) ? Effect.succeed(`${source} by ${key}`) : files.fingerprint(source),
        open: (source) =>
          Option.match(countOf(source), {
            onNone: () => files.open(source),
            onSome: (count) => Effect.succeed(madeTable(count, key))
          })
      }
    })
  ).pipe(Layer.provide(TableSource.layerFile()), Layer.provide(NodeContext.layer))

const printJob = ({ job, rejected_count, rows_read, sent, skipped, state }: Jobs.Job) =>
  `${job}: ${state}; ${rows_read} rows read, ${sent} sent, ${skipped} there already, ${rejected_count} rejected`

const printProgress = (job: string) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs.Jobs
    const found = yield* jobs.find(job)
    if (Option.isSome(found)) yield* Console.error(printJob(found.value))
  }).pipe(Effect.ignore, Effect.delay("1 second"), Effect.forever)

/** Runs the program, and gives its exit code. */
export const durableImport = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { positionals, values } = yield* parsed(args)
    if (values.help) return yield* Effect.as(Console.log(help), 0)
    const { database, key } = values
    if (values.jobs) {
      const all = yield* Effect.flatMap(Jobs.Jobs, ({ list }) => list).pipe(Effect.provide(Engine.layerJobs(database)))
      return yield* Effect.as(
        Effect.forEach(all, (job) => Console.log(printJob(job))),
        0
      )
    }
    const tables = [...positionals, ...(values.rows === undefined ? [] : [values.rows])]
    const [table] = tables
    if (table === undefined || tables.length > 1) {
      return yield* new Refused({ message: "give one file, or --rows. See --help" })
    }
    const source = values.rows === undefined ? table : `${yield* numberOf("--rows", table)} rows`
    const rowsPerPart = values.part === undefined ? undefined : yield* numberOf("--part", values.part)
    const Live = DurableImport.layer.pipe(
      Layer.provideMerge(Engine.layerSqlite({ filename: database })),
      Layer.provide(Source(key)),
      Layer.provide(Workspace)
    )
    const work = DurableImport.run({ job: source, source, key_field_names: [key], rowsPerPart })
    const report = yield* work.pipe(
      // The watch ends a program that would live and do nothing.
      Effect.raceFirst(Jobs.watch({ longest: "10 minutes" })),
      Effect.raceFirst(printProgress(source)),
      Effect.provide(Live)
    )
    yield* Console.log(JSON.stringify(report))
    return report.rejected_count + report.unknown_count > 0 ? 2 : 0
  }).pipe(
    Effect.catchAll((error) =>
      Effect.as(Console.error(`durable-import: ${"message" in error ? error.message : String(error)}`), 1)
    )
  )
