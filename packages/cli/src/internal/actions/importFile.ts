import process from "node:process"
import * as Prompt from "@effect/cli/Prompt"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as TableFiles from "@effect-kaleidoscope/node/TableFiles"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as ColumnGuess from "@effect-kaleidoscope/sdk/ColumnGuess"
import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as EntityTypes from "@effect-kaleidoscope/sdk/EntityTypes"
import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import { CommandFailed, failed, SomeRejected } from "../failure.js"
import * as Input from "../input.js"
import { suggestion } from "../nearest.js"
import * as Output from "../output/output.js"
import * as Progress from "../output/progress.js"
import * as Table from "../output/table.js"
import * as References from "../references.js"
import { spoken } from "../spoken.js"
import * as SystemFailure from "../systemFailure.js"

type Text = Option.Option<string>

interface Options {
  readonly file: string
  readonly type: string
  readonly activity: Text
  readonly program: Text
  readonly set: Text
  readonly map: ReadonlyArray<string>
  readonly skip: ReadonlyArray<string>
  readonly addFields: boolean
  readonly replicates: boolean
  readonly resend: boolean
  readonly decimalComma: boolean
  readonly sheet: Text
  readonly encoding: Option.Option<TableFile.Encoding>
  readonly rejected: Text
  readonly dryRun: boolean
  readonly yes: boolean
}

/** The last column of a file of rejected rows. It is left out when the file is imported. */
const problemColumn = "Import problem"

const unreadable = (file: string) => (error: TableFile.TableFileError | PlatformError) =>
  error._tag === "SystemError" || error._tag === "BadArgument"
    ? new CommandFailed({ message: `${file} cannot be read: ${SystemFailure.reason(error)}` })
    : new CommandFailed({ message: `${file} cannot be read as a table: ${error.message}` })

/** The fields that `--map` and `--skip` give. */
const decided = (columns: ReadonlyArray<string>, { map, skip }: Options) =>
  Effect.gen(function* () {
    const found: { [column: string]: string | null } = columns.includes(problemColumn) ? { [problemColumn]: null } : {}
    const check = (option: string, column: string) =>
      columns.includes(column)
        ? Effect.void
        : failed(
            `--${option}: the file has no column ${JSON.stringify(column)}${suggestion(column, columns)}`,
            `Its columns are ${columns.join(", ")}`
          )
    for (const text of map) {
      // A name may have a `=` in it: the longest column that the text begins with is meant.
      const column = columns.filter((name) => text.startsWith(`${name}=`)).sort((a, b) => b.length - a.length)[0]
      if (column === undefined) {
        yield* check("map", text.split("=")[0] ?? "")
        return yield* failed(`--map ${JSON.stringify(text)} has no field`, "Write it as 'IC50 nM=IC50'")
      }
      found[column] = text.slice(column.length + 1).trim()
    }
    for (const column of skip) {
      yield* check("skip", column)
      found[column] = null
    }
    return found
  })

/** The columns of which it is not clear what they are. */
const unclear = (guess: ColumnGuess.Guess, known: ColumnGuess.Renames, addFields: boolean) =>
  guess.columns.filter(
    ({ column, match }) => !(column in known) && (match === "nearest" || (match === "none" && !addFields))
  )

const ask = ({ column, field, others }: ColumnGuess.Column) => {
  const fields = [field, ...others].flatMap((each) => (each?.field_name == null ? [] : [each.field_name]))
  return Prompt.select<string | null>({
    message: `The column ${JSON.stringify(column)} is`,
    choices: [
      ...fields.map((name) => ({ title: `the field ${name}`, value: name })),
      { title: "left out", value: null }
    ]
  })
}

const rows = (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}`

const line = (total: number, { done, rejected_count, rows_per_second }: Imports.Progress): string => {
  const left = rows_per_second > 0 ? `, ${Progress.time((total - done) / rows_per_second)} left` : ""
  const rejected = rejected_count > 0 ? `, ${rejected_count} rejected` : ""
  const share = total === 0 ? 1 : done / total
  return `${Progress.bar(share)} ${done.toLocaleString("en")} of ${rows(total)}, ${Math.round(rows_per_second)} rows/s${left}${rejected}`
}

const problemsOf = (issues: Imports.RejectedRow["issues"]): string =>
  issues.map(({ message, path }) => spoken(path === "" ? message : `${path}: ${message}`)).join("; ")

const cell = (value: unknown): unknown => (typeof value === "object" && value !== null ? JSON.stringify(value) : value)

/** Writes rejected rows into a file, from the first one on. What was rejected before an interruption is in the file, too. */
const rejectedFile = (path: string, columns: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const folder = (yield* Path.Path).dirname(path)
    // It is found out before anything is sent.
    yield* Effect.mapError(
      fileSystem.access(folder, { writable: true }),
      (error) =>
        new CommandFailed({
          message: `The rejected rows cannot be written to ${path}: ${SystemFailure.reason(error)}`,
          wayOut: "Name another file with --rejected"
        })
    )
    const mailbox = yield* Mailbox.make<TableFile.Values>(256)
    let writer: Fiber.Fiber<void, TableFile.TableFileError | PlatformError> | undefined
    const start = Effect.map(
      Effect.forkDaemon(
        TableFile.writeFile(Mailbox.toStream(mailbox), path, { format: "csv", columns: [...columns, problemColumn] })
      ),
      (fiber) => {
        writer = fiber
      }
    )
    return {
      add: ({ issues, values }: Imports.RejectedRow) =>
        Effect.gen(function* () {
          if (writer === undefined) yield* start
          const offered = mailbox.offer({
            ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cell(value)])),
            [problemColumn]: problemsOf(issues)
          })
          // A writer that failed takes no more rows. `end` tells why.
          yield* writer === undefined ? offered : Effect.raceFirst(offered, Fiber.await(writer))
        }),
      /** Completes the file. */
      end: Effect.suspend(() =>
        Effect.zipRight(mailbox.end, writer === undefined ? Effect.void : Fiber.join(writer))
      ).pipe(
        Effect.uninterruptible,
        Effect.mapError(
          (error) =>
            new CommandFailed({
              message: `The rejected rows cannot be written to ${path}: ${error._tag === "SystemError" ? SystemFailure.reason(error) : error.message}`
            })
        )
      )
    }
  })

const shownRejected = 20

const summary = (report: Imports.Report): string => {
  const unknown = report.unknown_count > 0 ? [`${report.unknown_count} unknown`] : []
  const parts = report.dry_run
    ? [`${report.valid} valid`, `${report.skipped} there already`, `${report.rejected_count} rejected`]
    : [
        `${report.created} records created`,
        `${report.updated} updated`,
        `${report.skipped} rows skipped`,
        `${report.rejected_count} rejected`,
        ...unknown
      ]
  return `${rows(report.rows_read)} read: ${parts.join(", ")}`
}

const encodeReport = Schema.encode(Schema.parseJson(Imports.Report, { space: 2 }))

const printReport = (report: Imports.Report, path: string) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    if (output.json) yield* output.line(yield* Effect.orDie(encodeReport(report)))
    else {
      if (report.rejected_count > 0) {
        const shown = report.rejected.slice(0, shownRejected)
        yield* Output.table(
          ["row", "line", "problem"],
          shown.map(({ issues, line, row }) => [
            String(row),
            line === undefined ? "" : String(line),
            problemsOf(issues)
          ]),
          ""
        )
        if (report.rejected_count > shown.length)
          yield* output.note(`… and ${report.rejected_count - shown.length} more`)
      }
      yield* output.note(summary(report))
    }
    for (const { count, outcome, reason } of report.unknown) {
      yield* output.note(
        outcome === "none"
          ? `${rows(count)} are missing: ${reason}. Import the same file again later`
          : `Of ${rows(count)} it is not known whether they were imported: ${reason}`
      )
    }
    if (report.rejected_count > 0) {
      yield* output.note(`The rejected rows are in ${path}. Mend them there, and import that file`)
    }
  })

export const importFile = (options: Options) => {
  let isSending = false
  return Effect.gen(function* () {
    const output = yield* Output.Output
    const imports = yield* Imports.Imports
    const file = options.file === "-" ? "The input" : options.file
    const asks = process.stdin.isTTY === true && process.stdout.isTTY === true && !options.yes && !options.dryRun
    if (!asks && !options.yes && !options.dryRun) {
      if (options.file !== "-") yield* Input.check(options.file)
      return yield* failed("There is no terminal to ask what each column is", "Add --yes, or --dry-run to try it first")
    }

    const path = yield* Input.file(options.file)
    const table = yield* Effect.mapError(
      TableFiles.readFile(path, {
        sheet: Option.getOrUndefined(options.sheet),
        decimalComma: options.decimalComma,
        encoding: Option.getOrUndefined(options.encoding)
      }),
      unreadable(file)
    )
    const fileRows = Stream.mapError(table.rows, unreadable(file))
    const known = { ...table, rows: fileRows }
    const guess = yield* ColumnGuess.ofTable(known, { entityType: References.entityType(options.type) })
    const given = yield* decided(table.columns, options)
    if (guess.columns.every(({ column, match }) => match === "none" && given[column] === undefined)) {
      return yield* failed(
        `No column of ${file} is a field of the workspace: it has ${table.columns.slice(0, 10).map(Table.printable).join(", ")}`,
        "The first row must have the names of fields. `kaleidoscope fields` shows them, and --map names one"
      )
    }
    yield* output.note(ColumnGuess.describe(guess))

    const answers: { [column: string]: string | null } = { ...given }
    const open = unclear(guess, answers, options.addFields)
    if (asks) {
      for (const column of open) answers[column.column] = yield* ask(column)
    } else if (open.length > 0) {
      const names = open.map(({ column }) => JSON.stringify(column)).join(", ")
      return yield* failed(
        `It is not clear which field ${open.length === 1 ? "this column is" : "these columns are"}: ${names}`,
        "Name the field with --map 'COLUMN=FIELD', or leave the column out with --skip COLUMN"
      )
    }
    const renames = ColumnGuess.renames(guess, answers)
    const taken = new Set(Object.values(renames))
    const missing = guess.missingKeys.flatMap(({ field_name }) => (field_name === null ? [] : [field_name]))
    const lacking = missing.filter((name) => !taken.has(name))
    if (lacking.length > 0) {
      return yield* failed(
        `No column is the key field ${lacking.join(", ")}`,
        `Name the column with --map 'COLUMN=${lacking[0]}'`
      )
    }

    let read = 0
    // The whole file is read before anything is sent: a file that is broken at its end is not imported by half.
    yield* Stream.runForEachChunk(fileRows, (chunk) =>
      Effect.sync(() => {
        read += chunk.length
      })
    ).pipe(Progress.during(() => `Reading ${file}: ${rows(read)}`))
    if (read === 0) return yield* failed(`${file} has no rows`)
    if (asks) {
      const isSure = yield* Prompt.confirm({ message: `Import ${rows(read)}?` })
      if (!isSure) return yield* output.note("Nothing was done")
    }

    const activity = Option.isNone(options.activity) ? undefined : yield* References.activity(options.activity.value)
    const rejectedPath = Option.getOrElse(options.rejected, () =>
      path === options.file ? `${path.replace(/\.[^./\\]+$/, "")}.rejected.csv` : "rejected.csv"
    )
    const named = ColumnGuess.rename(known, renames)
    const rejected = yield* rejectedFile(rejectedPath, named.columns)
    let progress: Imports.Progress | undefined
    isSending = true
    const report = yield* imports
      .importRows(named, {
        entity_slice_id: References.entityType(options.type),
        key_field_names: ColumnGuess.keyNames(guess, renames),
        operation_id: activity,
        program_id: Option.getOrUndefined(Option.map(options.program, References.program)),
        set_name: Option.getOrUndefined(options.set),
        unknown_fields: options.addFields ? "add" : "refuse",
        repeatedKeys: options.replicates ? "send" : "reject",
        existing: options.resend ? "send" : "skip",
        dryRun: options.dryRun,
        onRejected: rejected.add,
        onProgress: (now) =>
          Effect.sync(() => {
            progress = now
          }),
        onEnd: (report) =>
          report.ended === "complete"
            ? Effect.void
            : output.note(
                `${report.ended === "interrupted" ? "Interrupted" : "Stopped"}. ${summary(report)}.\n` +
                  "The same command again goes on: it sends only what is not there"
              )
      })
      .pipe(
        Progress.during(() => (progress === undefined ? `Preparing ${rows(read)}` : line(read, progress))),
        Effect.ensuring(Effect.catchAll(rejected.end, ({ message }) => output.note(message)))
      )
    yield* printReport(report, rejectedPath)
    if (report.rejected_count > 0 || report.unknown_count > 0) return yield* new SomeRejected()
  }).pipe(
    Effect.scoped,
    Effect.onInterrupt(() =>
      // From then on the report tells what was done.
      isSending ? Effect.void : Effect.flatMap(Output.Output, ({ note }) => note("Interrupted: nothing was sent"))
    ),
    Services.provide(Layer.mergeAll(Activities.layer, EntityFields.layer, EntityTypes.layer, Imports.layer), "many"),
    Effect.provide(NodeTerminal.layer)
  )
}
