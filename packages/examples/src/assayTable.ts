/** The table of an assay as CSV: `npm run example -- assay-table "EGFR IC50, run 1" "EGFR IC50, run 2" --reduce mean`. */
import { AssayTable, TableFile } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { parse, Refused } from "./arguments.js"
import { Workspace } from "./workspace.js"

const help = `Print the table of an assay as CSV.

npm run example -- assay-table ACTIVITY... [options]

ACTIVITY is the title of an activity. Without credentials in the environment
(KALEIDOSCOPE_API_CLIENT_ID and KALEIDOSCOPE_API_CLIENT_SECRET) it is one of the
sample data, such as "EGFR IC50, run 1".

  --field NAME     a measured field, several times for several fields; default:
                   all fields that have values in the activities
  --record NAME    a field that describes a record, such as SMILES; several times
                   for several fields
  --reduce HOW     what becomes of replicates: latest (the default), all, count,
                   mean, geometric mean, standard deviation
  --across         reduce over all activities: one row for each record
  --long           one row for each value
  --help

What cannot be read or is not known is on stderr. Exit code: 0, or 2 if something
is on stderr, or 1 if there is no table.
`

const parsed = (args: ReadonlyArray<string>) =>
  parse({
    args: [...args],
    allowPositionals: true,
    options: {
      field: { type: "string", multiple: true },
      record: { type: "string", multiple: true },
      reduce: { type: "string", default: "latest" },
      across: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })

const reductions = ["latest", "all", "count", "mean", "geometric mean", "standard deviation"] as const

/** Runs the program, and gives its exit code. */
export const assayTable = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { positionals, values } = yield* parsed(args)
    if (values.help) return yield* Effect.as(Console.log(help), 0)
    if (positionals.length === 0) return yield* new Refused({ message: "give an activity. See --help" })
    const reduction = reductions.find((known) => known === values.reduce)
    if (reduction === undefined) {
      return yield* new Refused({ message: `--reduce ${values.reduce} is not one of ${reductions.join(", ")}` })
    }
    const measurements = yield* AssayTable.read({
      activities: positionals.map((title) => ({ title })),
      fields: values.field,
      recordFields: values.record
    })
    const options = { reduction, acrossActivities: values.across }
    const table = values.long ? AssayTable.long(measurements, options) : AssayTable.wide(measurements, options)
    const csv = yield* TableFile.write(Stream.fromIterable(table.rows), {
      columns: table.columns.map(({ name }) => name)
    }).pipe(Stream.decodeText(), Stream.mkString)
    yield* Console.log(csv.trimEnd())
    for (const { field, message, record } of table.issues) {
      yield* Console.error([record, field, message].filter((part) => part !== null).join(": "))
    }
    return table.issues.length > 0 ? 2 : 0
  }).pipe(
    Effect.provide(Workspace),
    Effect.catchAll((error) =>
      Effect.as(Console.error(`assay-table: ${"message" in error ? error.message : String(error)}`), 1)
    )
  )
