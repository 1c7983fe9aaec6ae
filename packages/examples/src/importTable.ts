/** Import a table file into a workspace: `npm run example -- import-table FILE --type Compound`. */
import { parseArgs } from "node:util"
import type { PlatformError } from "@effect/platform/Error"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { TableFiles } from "@effect-kaleidoscope/node"
import { Imports } from "@effect-kaleidoscope/sdk"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Workspace } from "./workspace.js"

const help = `Import a table file into a workspace of Kaleidoscope.

npm run example -- import-table FILE --type TYPE [options]

FILE is CSV, TSV, SDF or XLSX, by its name. Its columns are the names of fields.
Without credentials in the environment (KALEIDOSCOPE_API_CLIENT_ID and
KALEIDOSCOPE_API_CLIENT_SECRET) an emulated workspace is started, which ends with
the program. It has the sample data, with the type Compound.

  --type TYPE         the entity type of the records; its key fields must be columns
  --key NAME          a column that identifies the record, several times for several
                      keys; default: the key fields of the type
  --activity TITLE    the activity that gets the values
  --dry-run           check everything, and write nothing
  --add-fields        add fields for unknown columns; default: they are refused
  --send-again        send values that the workspace has already
  --delimiter TEXT    the character between two cells; default: it is found out
  --encoding NAME     utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1; default:
                      it is found out
  --decimal-comma     numbers have a decimal comma
  --help

Progress goes to stderr. The last line on stdout is the report as JSON; without a
file that can be read there is none, and stdout is empty. Exit code: 0 if all rows
are in, 2 if some are not (the report lists them), 1 if the job failed.
`

/** Why the program ends without an import. */
class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {}

const parsed = (args: ReadonlyArray<string>) =>
  Effect.try({
    try: () =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          type: { type: "string" },
          key: { type: "string", multiple: true },
          activity: { type: "string" },
          delimiter: { type: "string" },
          encoding: { type: "string" },
          "dry-run": { type: "boolean", default: false },
          "add-fields": { type: "boolean", default: false },
          "send-again": { type: "boolean", default: false },
          "decimal-comma": { type: "boolean", default: false },
          help: { type: "boolean", default: false }
        }
      }),
    catch: (error) => new Refused({ message: `${error instanceof Error ? error.message : error}. See --help` })
  })

const oneOf = <A extends string>(option: string, known: ReadonlyArray<A>, given: string | undefined) => {
  const found = known.find((one) => one === given)
  return given === undefined || found !== undefined
    ? Effect.succeed(found)
    : Effect.fail(new Refused({ message: `${option} ${given} is not one of ${known.join(", ")}` }))
}

const unreadable = (file: string) => (error: PlatformError) =>
  new Refused({
    message:
      error._tag === "SystemError" && error.reason === "NotFound"
        ? `there is no file ${file}`
        : `${file} cannot be read: ${error.message}`
  })

/** Prints how far the import is, at most once in a second. */
const printing = Effect.sync(() => {
  let printed = Number.NEGATIVE_INFINITY
  return (progress: Imports.Progress) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now - printed < 1000) return Effect.void
      printed = now
      const { done, imports_in_flight, rejected_count, rows_per_second, rows_read, sent } = progress
      return Console.error(
        `${rows_read} rows read, ${sent} sent, ${done} done, ${rejected_count} rejected; ` +
          `${rows_per_second} rows per second, ${imports_in_flight} imports in flight`
      )
    })
})

const printReport = (report: Imports.Report) => Console.log(JSON.stringify(report))

/** Runs the program, and gives its exit code. */
export const importTable = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { positionals, values } = yield* parsed(args)
    if (values.help) return yield* Effect.as(Console.log(help), 0)
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) return yield* new Refused({ message: "give one file. See --help" })
    if (values.type === undefined && values.key === undefined) {
      return yield* new Refused({ message: "give --type or --key. See --help" })
    }
    const encoding = yield* oneOf(
      "--encoding",
      ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"] as const,
      values.encoding?.toLowerCase()
    )
    const delimiter = yield* oneOf("--delimiter", [",", ";", "\t", "|"] as const, values.delimiter)

    const imports = yield* Imports.Imports
    const table = yield* TableFiles.readFile(file, {
      delimiter,
      encoding,
      decimalComma: values["decimal-comma"]
    })
    const report = yield* imports.importRows(table, {
      entity_slice_id: values.type === undefined ? undefined : { slice_name: values.type },
      key_field_names: values.key,
      operation_id: values.activity === undefined ? undefined : { title: values.activity },
      unknown_fields: values["add-fields"] ? "add" : "refuse",
      existing: values["send-again"] ? "send" : "skip",
      dryRun: values["dry-run"],
      onProgress: yield* printing,
      // What was sent before the job failed or was interrupted.
      onEnd: (report) => (report.ended === "complete" ? Effect.void : printReport(report))
    })
    yield* printReport(report)
    return report.rejected_count + report.unknown_count > 0 ? 2 : 0
  }).pipe(
    Effect.catchTags({
      KaleidoscopeUnknownReference: ({ message }) =>
        Effect.fail(new Refused({ message: message.replace('set unknown_fields: "add"', "give --add-fields") })),
      SystemError: (error) => Effect.fail(unreadable(args[0] ?? "")(error)),
      BadArgument: (error) => Effect.fail(unreadable(args[0] ?? "")(error))
    }),
    Effect.catchAll((error) => Effect.as(Console.error(`import-table: ${error.message}`), 1)),
    Effect.scoped,
    Effect.provide(Layer.merge(Workspace, NodeFileSystem.layer)),
    Effect.catchAll((error) => Effect.as(Console.error(`import-table: ${String(error)}`), 1))
  )
