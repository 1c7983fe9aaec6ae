/** Import a table file into a workspace: `npm run example -- import-table FILE --type Compound`. */
import type { PlatformError } from "@effect/platform/Error"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { TableFiles } from "@effect-kaleidoscope/node"
import { ColumnGuess, Imports, type TableFile } from "@effect-kaleidoscope/sdk"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { parse, Refused } from "./arguments.js"
import { Workspace } from "./workspace.js"

const help = `Import a table file into a workspace of Kaleidoscope.

npm run example -- import-table FILE --type TYPE [options]

FILE is CSV, TSV, SDF or XLSX. Its columns are the names of fields.
Without credentials in the environment (KALEIDOSCOPE_API_CLIENT_ID and
KALEIDOSCOPE_API_CLIENT_SECRET) an emulated workspace is started, which ends with
the program. It has the sample data, with the type Compound.

  --type TYPE         the entity type of the records; its key fields must be columns
  --key NAME          a column that identifies the record, several times for several
                      keys; default: the key fields of the type
  --activity TITLE    the activity that gets the values. Give it again when the same file
                      is imported again: values of an activity are its own
  --map COLUMN=FIELD  the field of a column with another name, several times for
                      several columns
  --skip COLUMN       a column that is left out, such as Structure of SDF
  --sheet NAME        the sheet of an XLSX file; default: the first one
  --dry-run           check everything, and write nothing
  --add-fields        add fields for unknown columns; default: they are refused
  --send-again        send values that the workspace has already
  --delimiter TEXT    the character between two cells; default: it is found out
  --encoding NAME     utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1; default:
                      it is found out
  --decimal-comma     numbers have a decimal comma
  --help

Progress goes to stderr. The last line on stdout is the report as JSON, with the
reason as "error" if the job failed. Exit code: 0 if all rows are in, 2 if some are
not (the report lists them), 1 if the job failed.
`

const parsed = (args: ReadonlyArray<string>) =>
  parse({
    args: [...args],
    allowPositionals: true,
    options: {
      type: { type: "string" },
      key: { type: "string", multiple: true },
      activity: { type: "string" },
      map: { type: "string", multiple: true, default: [] },
      skip: { type: "string", multiple: true, default: [] },
      sheet: { type: "string" },
      delimiter: { type: "string" },
      encoding: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "add-fields": { type: "boolean", default: false },
      "send-again": { type: "boolean", default: false },
      "decimal-comma": { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })

const oneOf = <A extends string>(option: string, known: ReadonlyArray<A>, given: string | undefined) => {
  const found = known.find((one) => one === given)
  return given === undefined || found !== undefined
    ? Effect.succeed(found)
    : Effect.fail(new Refused({ message: `${option} ${given} is not one of ${known.join(", ")}` }))
}

const unreadable = (file: string) => (error: PlatformError | TableFile.TableFileError) =>
  new Refused({
    message:
      error._tag === "SystemError"
        ? error.reason === "NotFound"
          ? `there is no file ${file}`
          : `${file} cannot be read: ${error.description ?? error.reason}`
        : error.message
  })

/** What the options say of columns: the field of each, or `null` for one that is left out. */
const renamesOf = (
  columns: ReadonlyArray<string>,
  { map, skip }: { readonly map: ReadonlyArray<string>; readonly skip: ReadonlyArray<string> }
) =>
  Effect.gen(function* () {
    const renames: { [column: string]: string | null } = {}
    for (const text of map) {
      // A name may have an equals sign.
      const column = columns.find((name) => text.startsWith(`${name}=`) && text.length > name.length + 1)
      if (column === undefined) {
        return yield* new Refused({ message: `--map ${text} is not COLUMN=FIELD with one of ${columns.join(", ")}` })
      }
      renames[column] = text.slice(column.length + 1)
    }
    for (const column of skip) {
      if (!columns.includes(column)) {
        return yield* new Refused({ message: `--skip ${column} is not one of ${columns.join(", ")}` })
      }
      renames[column] = null
    }
    return renames
  })

/** Tells a person to look at the letters that are not ASCII. */
const warnOfGuess = (table: TableFiles.AnyTable<unknown>, given: string | undefined) =>
  Effect.gen(function* () {
    if (given !== undefined || !("encoding" in table) || (yield* table.encoding) !== "windows-1252") return
    yield* Console.error("the file is not UTF-8, and was read as Windows-1252. If letters are wrong, give --encoding")
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

/** Runs the program, and gives its exit code. */
export const importTable = (args: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    let last: Imports.Report = { ...Imports.emptyReport, ended: "failed" }

    /** Prints the reason, and then the report of what was done before. */
    const failed = (message: string) =>
      Console.error(`import-table: ${message}`).pipe(
        Effect.zipRight(Console.log(JSON.stringify({ ...last, error: message }))),
        Effect.as(1)
      )

    return Effect.gen(function* () {
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
      const table = yield* Effect.mapError(
        TableFiles.readFile(file, {
          delimiter,
          encoding,
          sheet: values.sheet,
          decimalComma: values["decimal-comma"]
        }),
        unreadable(file)
      )
      const renames = yield* renamesOf(table.columns, values)
      const named = ColumnGuess.rename({ ...table, rows: Stream.mapError(table.rows, unreadable(file)) }, renames)
      const report = yield* imports.importRows(named, {
        entity_slice_id: values.type === undefined ? undefined : { slice_name: values.type },
        key_field_names: values.key,
        operation_id: values.activity === undefined ? undefined : { title: values.activity },
        unknown_fields: values["add-fields"] ? "add" : "refuse",
        existing: values["send-again"] ? "send" : "skip",
        dryRun: values["dry-run"],
        onProgress: yield* printing,
        onEnd: (report) => {
          last = report
          return report.ended === "interrupted" ? Console.log(JSON.stringify(report)) : Effect.void
        }
      })
      yield* warnOfGuess(table, encoding)
      yield* Console.log(JSON.stringify(report))
      return report.rejected_count + report.unknown_count > 0 ? 2 : 0
    }).pipe(
      Effect.catchTag("KaleidoscopeUnknownReference", ({ message }) =>
        Effect.fail(
          new Refused({
            message: message.replace(
              'correct the names, or set unknown_fields: "add" to create missing fields',
              "correct the names, or give --map, --skip or --add-fields"
            )
          })
        )
      ),
      Effect.catchAll(({ message }) => failed(message)),
      Effect.scoped,
      Effect.provide(Layer.merge(Workspace, NodeFileSystem.layer)),
      Effect.catchAll((error) => failed(String(error)))
    )
  })
