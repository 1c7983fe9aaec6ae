/**
 * An import that outlives its process. A table is imported part by part, and the engine stores the report of each part. A process
 * that was killed goes on with the part that it did not complete: that part is looked up before its rows are sent again.
 *
 * @since 0.1.0
 */
import * as Activity from "@effect/workflow/Activity"
import * as Workflow from "@effect/workflow/Workflow"
import type * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Counted from "./internal/counted.js"
import { executionIds, workflowNames } from "./internal/executions.js"
import * as Parts from "./internal/parts.js"
import { longer, seldom } from "./internal/patience.js"
import * as Reports from "./internal/reports.js"
import { untilStored } from "./internal/storage.js"
import * as Jobs from "./Jobs.js"
import { SourceError, TableSource } from "./TableSource.js"

/**
 * What is imported, and how. It is stored by the engine as it is, so it holds references and no rows, and no secrets.
 *
 * @since 0.1.0
 * @category models
 */
export const Options = Schema.Struct({
  /**
   * The name of the job, at most 500 characters. A job is started once: the same name again gives the same job, also if it has
   * ended, and whatever the other options are, until it is forgotten. `run` fails if that job imported another `source`.
   */
  job: Jobs.JobName,
  /** The place of the table, for the `TableSource`: for `TableSource.layerFile` the path of a file. */
  source: Schema.NonEmptyString,
  key_field_names: Schema.optional(Schema.Array(Schema.String)),
  /** The entity type of the records. */
  entity_slice_id: Schema.optional(Schema.Union(Ids.EntityTypeId, Schema.Struct({ slice_name: Schema.String }))),
  /** The activity in which the values were measured. */
  operation_id: Schema.optional(Schema.Union(Ids.ActivityId, Schema.Struct({ title: Schema.String }))),
  set_name: Schema.optional(Schema.String),
  unknown_fields: Schema.optional(Schema.Literal("refuse", "add")),
  /** How many rows are a part. A part that was interrupted is looked up row by row. @default 20000 */
  rowsPerPart: Schema.optional(Schema.Int.pipe(Schema.positive())),
  /** As in `Imports.ImportOptions`. */
  rowsPerImport: Schema.optional(Schema.Int.pipe(Schema.positive())),
  /** As in `Imports.ImportOptions`. */
  concurrency: Schema.optional(Schema.Int.pipe(Schema.positive())),
  /** How long a part is tried again while the server cannot be reached or fails, in milliseconds. @default one day */
  patience: Schema.optional(Schema.NonNegative)
})

export interface Options extends Schema.Schema.Type<typeof Options> {}

/**
 * What became of the rows: the report of `Imports.importRows` over all parts. Records that were created by a part that
 * was then interrupted are counted in `skipped`, and not in `created`.
 *
 * @since 0.1.0
 * @category models
 */
export const Report = Reports.Report

export interface Report extends Schema.Schema.Type<typeof Report> {}

/** An option of a job is not valid. Nothing was started. @since 0.1.0 @category errors */
export class InvalidOptions extends Data.TaggedError("KaleidoscopeInvalidOptions")<{ readonly message: string }> {}

const validate = Schema.validate(Options)

/** The options, checked: the engine would die of wrong ones. */
const checked = (options: Options) =>
  Effect.mapError(
    validate(options),
    ({ message }) => new InvalidOptions({ message: `the options of the import are not valid: ${message}` })
  )

/** The errors of a durable import. @since 0.1.0 @category errors */
export const ImportError = Schema.Union(KaleidoscopeError.KaleidoscopeError, SourceError)

export type ImportError = typeof ImportError.Type

/** The workflow, for the tools of `@effect/workflow`. @since 0.1.0 @category workflows */
export const workflow = Workflow.make({
  name: workflowNames.DurableImport,
  payload: Options,
  idempotencyKey: ({ job }) => job,
  success: Report,
  error: ImportError
})

const dayInMillis = Duration.toMillis("1 day")

const isPassing = (error: ImportError): boolean =>
  KaleidoscopeError.isKaleidoscopeError(error) && KaleidoscopeError.isRetryable(error)

const kind = "DurableImport"

/** How often a part is looked up again if it is not known what became of all rows. */
const lookups = 3

/**
 * Runs durable imports in this process. It goes on with those that an earlier process did not complete.
 *
 * A part is tried again, for as long as `patience` says, while the platform cannot be reached, fails or is busy, and up to three times
 * if it is not known what became of all rows: rows that the platform has are then skipped. What is still not known is in
 * the report.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = Layer.unwrapScoped(
  Effect.map(Parts.make, (parts) =>
    workflow.toLayer((options, executionId) =>
      Effect.gen(function* () {
        const imports = yield* Imports.Imports
        const jobs = yield* Jobs.Jobs
        const counted = Counted.ofKind(jobs, kind)
        const tables = yield* TableSource
        const { job, patience = dayInMillis, rowsPerPart = 20_000, source, ...others } = options
        // A failure of the database may not be stored as one of the job.
        const end = (state: "complete" | "failed" | "cancelled") => untilStored(counted.end(job, state))

        const tell = (progress: Jobs.Progress, total: Reports.Total) =>
          untilStored(
            jobs.progress(job, {
              rows_read: total.rows_read + progress.rows_read,
              sent: total.sent + progress.sent,
              skipped: total.skipped + progress.skipped,
              rejected_count: total.rejected_count + progress.rejected_count
            })
          )

        const tellAgain = (reason: string) =>
          Effect.logWarning(`DurableImport ${JSON.stringify(job)}: a part is tried again: ${reason}`)

        const patiently = <A, R>(work: Effect.Effect<A, ImportError, R>) =>
          work.pipe(
            // A job that tries again is not one that does nothing.
            Effect.tapError((error) =>
              Effect.zipRight(untilStored(jobs.touch(job)), isPassing(error) ? tellAgain(error.message) : Effect.void)
            ),
            Effect.retry({ schedule: Schedule.upTo(longer, patience), while: isPassing })
          )

        /** Checks the rows of earlier parts again: those that passed the checks have their keys. */
        const recall: Parts.Recall<ImportError, never> = (table, rowsByKey) =>
          imports.importRows(table, {
            ...others,
            rowsByKey,
            dryRun: true,
            existing: "send",
            onProgress: seldom(() => untilStored(jobs.touch(job)))
          })

        const importPart = ({ rowsByKey, table }: Parts.Part, total: Reports.Total) =>
          patiently(
            Effect.suspend(() =>
              imports.importRows(table, {
                ...others,
                rowsByKey,
                existing: "skip",
                onProgress: seldom((progress: Jobs.Progress) => tell(progress, total))
              })
            )
          )

        const importUntilKnown = (part: Parts.Part, total: Reports.Total) =>
          Effect.flatMap(importPart(part, total), (first) =>
            Effect.iterate(
              { report: first, left: lookups, pause: 1000, waited: 0 },
              {
                while: ({ left, report, waited }) => report.unknown_count > 0 && left > 0 && waited < patience,
                body: ({ left, pause, report, waited }) => {
                  const refused = report.unknown.find(({ outcome }) => outcome === "none")
                  return (refused === undefined ? Effect.void : tellAgain(refused.reason)).pipe(
                    Effect.zipRight(Effect.delay(importPart(part, total), pause)),
                    Effect.map((later) => ({
                      report: Reports.repeated(report, later),
                      ...(refused === undefined
                        ? { left: left - 1, pause, waited }
                        : { left, pause: Math.min(2 * pause, 60_000), waited: waited + pause })
                    }))
                  )
                }
              }
            )
          ).pipe(Effect.map(({ report }) => report))

        const begin = Activity.make({
          name: "begin",
          success: Schema.String,
          error: SourceError,
          execute: Effect.zipRight(untilStored(counted.begin(job)), tables.fingerprint(source))
        })

        const rowsFrom = (first: number, fingerprint: string, total: Reports.Total) =>
          Activity.make({
            name: `rows from ${first}`,
            success: Reports.PartReport,
            error: ImportError,
            execute: Effect.gen(function* () {
              const isPaused = Option.exists(yield* untilStored(jobs.find(job)), ({ state }) => state === "paused")
              // The table may be another one after the pause: it is opened and compared again.
              if (isPaused) yield* parts.close(executionId)
              if (!(yield* untilStored(Jobs.gate(jobs, job)))) return Reports.cancelled
              yield* untilStored(counted.beginPart(job))
              const place = { source, fingerprint, first, size: rowsPerPart }
              const part = yield* patiently(parts.take(executionId, tables, place, recall))
              const report = yield* importUntilKnown(part, total)
              yield* tell(report, total)
              yield* Counted.countRows(report)
              return { ...report, ended: "complete" as const, is_last: part.isLast }
            })
          })

        return yield* begin.pipe(
          Effect.flatMap((fingerprint) =>
            Effect.iterate(
              { first: 1, total: Reports.empty, isLast: false },
              {
                while: ({ isLast }) => !isLast,
                body: ({ first, total }) =>
                  Effect.map(rowsFrom(first, fingerprint, total), (part) => ({
                    first: first + rowsPerPart,
                    total: Reports.add(total, part),
                    isLast: part.is_last
                  }))
              }
            )
          ),
          Effect.map(({ total }): Report => ({ source, ...total })),
          Effect.tap(({ ended }) => Effect.zipRight(parts.close(executionId), end(ended))),
          Effect.tapError(() => Effect.zipRight(parts.close(executionId), end("failed")))
        )
      })
    )
  )
)

/** A job is in the list before it is started: `Jobs.watch` ends a process that does not do its work. */
const inList = ({ job }: Options) => Effect.flatMap(Jobs.Jobs, (jobs) => untilStored(jobs.begin(job, kind)))

/**
 * Starts a durable import, unless there is one of this name, and does not wait for it. This process has to have `layer`:
 * without it this waits, until `Jobs.watch` ends the process. Fails with `InvalidOptions` if an option is not valid.
 *
 * @since 0.1.0
 * @category running
 */
export const start = (
  options: Options
): Effect.Effect<void, InvalidOptions, Jobs.Jobs | WorkflowEngine.WorkflowEngine> =>
  Effect.flatMap(checked(options), (options) =>
    Effect.asVoid(Effect.zipRight(inList(options), workflow.execute(options, { discard: true })))
  )

/**
 * Starts a durable import, unless there is one of this name, and waits for its report. If this is interrupted, the import
 * goes on.
 *
 * - `InvalidOptions`: an option is not valid.
 * - `SourceError`: the source cannot be read, or has changed; or the job of this name imported another source, and its report
 *   says nothing of this one.
 * - `KaleidoscopeError`: the platform refused the import, or could not be reached for as long as `patience` says.
 *
 * @since 0.1.0
 * @category running
 */
export const run = (
  options: Options
): Effect.Effect<Report, ImportError | InvalidOptions, Jobs.Jobs | WorkflowEngine.WorkflowEngine> =>
  Effect.flatMap(checked(options), (options) => Effect.zipRight(inList(options), workflow.execute(options))).pipe(
    Effect.filterOrFail(
      (report) => report.source === options.source,
      (report) =>
        new SourceError({
          message: `${options.source}: nothing was imported: the job ${JSON.stringify(options.job)} imported ${report.source}. Use another name.`,
          source: options.source
        })
    )
  )

/**
 * The report of a durable import, or its error; none while it runs, and if there is no job of this name. `Jobs.find` shows the
 * difference.
 *
 * @since 0.1.0
 * @category running
 */
export const result = (
  job: string
): Effect.Effect<Option.Option<Exit.Exit<Report, ImportError>>, never, WorkflowEngine.WorkflowEngine> =>
  executionIds.DurableImport(job).pipe(
    Effect.flatMap(workflow.poll),
    Effect.map((found) => (found?._tag === "Complete" ? Option.some(found.exit) : Option.none()))
  )
