import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import { Issue } from "../../KaleidoscopeError.js"
import type * as EntityTypes from "../entityTypes/lookup.js"
import type { PushOptions, StreamOptions } from "./model.js"
import type { RowsByKey } from "./repeatedKeys.js"

const count = Schema.NonNegativeInt

/** A row that was not imported, and why. @since 0.1.0 @category models */
export const RejectedRow = Schema.Struct({
  /** The number of the row in the input: 1 is the first row. */
  row: count,
  /** The line of the file in which the row begins, if it comes from a file. */
  line: Schema.optional(count),
  /** The values of the row, as they were read. */
  values: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** What is wrong, each with its column: by the schema, by the fields of the workspace, or by the platform. */
  issues: Schema.Array(Issue)
})

export interface RejectedRow extends Schema.Schema.Type<typeof RejectedRow> {}

/**
 * Rows of which it is not known if they were imported, or that were not imported though nothing is wrong with them; and why.
 *
 * @since 0.1.0
 * @category models
 */
export const UnknownRows = Schema.Struct({
  /** How many rows. */
  count,
  /** The numbers of the rows. Empty if it is not known which rows of the import they are. */
  rows: Schema.Array(count),
  /** Their import, if the platform gave an id. */
  import_id: Schema.NullOr(Ids.ImportId),
  /** `none`: they were not imported, because the platform was busy or failed. The same import later can do it. */
  outcome: Schema.Literal("none", "unknown"),
  reason: Schema.String
})

export interface UnknownRows extends Schema.Schema.Type<typeof UnknownRows> {}

/** An import of a job. @since 0.1.0 @category models */
export const ImportMade = Schema.Struct({
  id: Ids.ImportId,
  /** `running`: it was not done when it was last read. */
  state: Schema.Literal("done", "failed", "running")
})

export interface ImportMade extends Schema.Schema.Type<typeof ImportMade> {}

/**
 * What became of the rows of an import job. Each row that was read is valid or rejected. Each valid row is skipped, or
 * sent, or was not sent because the job ended before. A sent row can also be rejected (by the platform) or unknown.
 *
 * It is plain JSON: `Schema.encode(Imports.Report)` writes it.
 *
 * @since 0.1.0
 * @category models
 */
export const Report = Schema.Struct({
  /** How the job ended. In a report from `importRows` itself it is `complete`; in that of `onEnd` it can be any of them. */
  ended: Schema.Literal("complete", "failed", "interrupted"),
  /** Whether nothing was sent, because it was a dry run. */
  dry_run: Schema.Boolean,
  /** How many rows were read. */
  rows_read: count,
  /** How many rows passed all checks that need no writing. */
  valid: count,
  /** How many rows the platform accepted for an import, or has now. */
  sent: count,
  /** How many records the imports created, as the platform counts. */
  created: count,
  /** How many records the imports updated, as the platform counts. */
  updated: count,
  /** How many rows were not sent, because the platform has all of their values. */
  skipped: count,
  /** The first rejected rows, in the order in which they were found, at most `rejectedLimit`. */
  rejected: Schema.Array(RejectedRow),
  /** How many rows were rejected. */
  rejected_count: count,
  imports: Schema.Array(ImportMade),
  /** Rows of which it is not known if they were imported, or that were not because the platform was busy or failed. */
  unknown: Schema.Array(UnknownRows),
  /** How many rows these are. */
  unknown_count: count
})

export interface Report extends Schema.Schema.Type<typeof Report> {}

/**
 * The report of a complete job without rows: what a program shows before there is another one, or the first one of a sum.
 *
 * @since 0.1.0
 * @category models
 */
export const emptyReport: Report = {
  ended: "complete",
  dry_run: false,
  rows_read: 0,
  valid: 0,
  sent: 0,
  created: 0,
  updated: 0,
  skipped: 0,
  rejected: [],
  rejected_count: 0,
  imports: [],
  unknown: [],
  unknown_count: 0
}

/** How far an import job is. @since 0.1.0 @category models */
export interface Progress {
  readonly rows_read: number
  /** How many rows the platform accepted for an import. */
  readonly sent: number
  /** How many rows are done: imported, skipped, rejected or unknown. */
  readonly done: number
  readonly skipped: number
  readonly rejected_count: number
  /** How many rows are done in a second, since the job began. */
  readonly rows_per_second: number
  readonly imports_in_flight: number
}

/** How to import rows. @since 0.1.0 @category models */
export interface ImportOptions<out E = never, out R = never>
  extends Omit<PushOptions, "key_field_names">,
    Pick<StreamOptions, "within" | "timeout"> {
  /**
   * The names of the fields that identify the record of a row.
   *
   * @default the key fields of `entity_slice_id`
   */
  readonly key_field_names?: ReadonlyArray<string> | undefined
  /** The entity type of the records. Its key fields have to be those of `key_field_names`. */
  readonly entity_slice_id?: EntityTypes.Reference | undefined
  /**
   * What happens to values that the platform has already. `"skip"`: each row is looked up before it is sent. A value that
   * is the latest one of its field, in the same activity, is not sent again; a row without other values is skipped. So the
   * same job can run again. `"send"`: all rows are sent, and each value is added once more.
   *
   * @default "skip"
   */
  readonly existing?: "skip" | "send" | undefined
  /**
   * What happens to a row with the keys of an earlier row. `"reject"`: it is rejected. `"send"`: it is another value of the
   * same record, such as a replicate. Then a row is skipped only if the record has all of its values, in any order.
   *
   * @default "reject"
   */
  readonly repeatedKeys?: "reject" | "send" | undefined
  /**
   * The keys of earlier calls for the same table, made by `makeRowsByKey`: a row with the keys of an earlier row of any of the
   * calls is rejected. The rows need their numbers in the whole table, as those of `TableFile` have them. A row that comes again
   * with its number is not a repeated one.
   */
  readonly rowsByKey?: RowsByKey | undefined
  /** Whether rejected rows are in the report, or the first one fails the job. @default "report" */
  readonly rejected?: "report" | "fail" | undefined
  /** Number of rejected rows that the report has. All of them go to `onRejected`. @default 1000 */
  readonly rejectedLimit?: number | undefined
  /** Does everything but sending: it reads the rows, checks them, and looks them up. @default false */
  readonly dryRun?: boolean | undefined
  /** Number of rows in one import, as `rowsPerImport` of `StreamOptions`. @default as many as fit into a body of about 768 KiB */
  readonly rowsPerImport?: number | undefined
  /** Number of imports at the same time. While they run, only few more rows are pulled. @default 12 */
  readonly concurrency?: number | undefined
  /** How long to wait for each import, as `timeout` of `AwaitOptions`. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Gets each rejected row, for example to write it into a file. An error of it fails the job. */
  readonly onRejected?: ((row: RejectedRow) => Effect.Effect<unknown, E, R>) | undefined
  /** Runs when rows were read, and when an import is done. An error of it fails the job. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<unknown, E, R>) | undefined
  /**
   * Runs once when the job ends, also if it fails or is interrupted, with the report so far: it says what was sent. Imports
   * that were accepted continue on the server.
   */
  readonly onEnd?: ((report: Report) => Effect.Effect<unknown, never, R>) | undefined
}
