import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import * as Schema from "effect/Schema"

const { ended: _, ...counts } = Imports.Report.fields

/** The report of one part, as the engine stores it. */
export const PartReport = Schema.Struct({
  ...counts,
  ended: Schema.Literal("complete", "cancelled"),
  is_last: Schema.Boolean
})

export type PartReport = typeof PartReport.Type

/** The report of the parts that are done. */
export const Total = Schema.Struct({
  ...counts,
  /** `cancelled`: somebody ended the job by `Jobs.cancel`. The rows of later parts were not read. */
  ended: Schema.Literal("complete", "cancelled"),
  /** How many parts were completed. */
  parts: Schema.NonNegativeInt
})

export type Total = typeof Total.Type

export const Report = Schema.Struct({
  /** The place of the table: another one than that of the options, if an earlier job had the same name. */
  source: Schema.String,
  ...Total.fields
})

export const empty: Total = { ...Imports.emptyReport, ended: "complete", parts: 0 }

/** The report of a part that was not begun, because the job was cancelled. */
export const cancelled: PartReport = { ...Imports.emptyReport, ended: "cancelled", is_last: true }

/** A report has so many rejected rows at most. */
const rejectedLimit = 1000

/** The report of a job with the report of its next part. */
export const add = (total: Total, part: PartReport): Total => ({
  ended: part.ended,
  dry_run: false,
  rows_read: total.rows_read + part.rows_read,
  valid: total.valid + part.valid,
  sent: total.sent + part.sent,
  created: total.created + part.created,
  updated: total.updated + part.updated,
  skipped: total.skipped + part.skipped,
  rejected: [...total.rejected, ...part.rejected].slice(0, rejectedLimit),
  rejected_count: total.rejected_count + part.rejected_count,
  imports: [...total.imports, ...part.imports],
  unknown: [...total.unknown, ...part.unknown],
  unknown_count: total.unknown_count + part.unknown_count,
  parts: total.parts + (part.ended === "complete" ? 1 : 0)
})

/**
 * The report of a part that was tried again, since it was not known if all rows were imported: what is known in the end,
 * with what the earlier try did.
 */
export const repeated = (earlier: Imports.Report, later: Imports.Report): Imports.Report => {
  // Rows without an import are not among those that were sent.
  const unknown = earlier.unknown.reduce((sum, { count, import_id }) => sum + (import_id === null ? 0 : count), 0)
  const known = earlier.sent - unknown
  return {
    ...later,
    sent: known + later.sent,
    created: earlier.created + later.created,
    updated: earlier.updated + later.updated,
    skipped: Math.max(later.skipped - Math.max(known, 0), earlier.skipped),
    imports: [...earlier.imports, ...later.imports]
  }
}
