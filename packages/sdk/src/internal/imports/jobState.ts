import type * as Ids from "../../Ids.js"
import type { Prepared } from "./prepare.js"
import type { ImportMade, Progress, RejectedRow, Report, UnknownRows } from "./report.js"

/** Rows that are pushed, and the id of their import as soon as there is one. */
export interface InFlight {
  id: Ids.ImportId | null
}

/** What is known of a job so far. */
export const make = (rejectedLimit: number, dryRun: boolean, start: number) => {
  const counts = {
    rows_read: 0,
    valid: 0,
    sent: 0,
    created: 0,
    updated: 0,
    skipped: 0,
    rejected: 0,
    unknown: 0,
    done: 0
  }
  const rejected: Array<RejectedRow> = []
  const imports: Array<ImportMade> = []
  const unknown: Array<UnknownRows> = []
  const inFlight = new Map<ReadonlyArray<Prepared>, InFlight>()

  const addUnknown = (rows: UnknownRows) => {
    if (rows.count === 0) return
    counts.unknown += rows.count
    unknown.push(rows)
  }

  /** The report as if the job ended now. */
  const report = (ended: Report["ended"]): Report => {
    const open = Array.from(inFlight, ([rows, { id }]) => ({
      count: rows.length,
      rows: rows.map(({ row }) => row),
      import_id: id,
      outcome: "unknown" as const,
      reason:
        id === null
          ? "the job ended before the platform had answered the push"
          : "the job ended before the import was done: the import continues on the server"
    }))
    const accepted = open.filter(({ import_id }) => import_id !== null)
    return {
      ended,
      dry_run: dryRun,
      rows_read: counts.rows_read,
      valid: counts.valid,
      sent: counts.sent + accepted.reduce((sum, { count }) => sum + count, 0),
      created: counts.created,
      updated: counts.updated,
      skipped: counts.skipped,
      rejected: [...rejected],
      rejected_count: counts.rejected,
      imports: [
        ...imports,
        ...accepted.flatMap(({ import_id }) =>
          import_id === null ? [] : [{ id: import_id, state: "running" as const }]
        )
      ],
      unknown: [...unknown, ...open],
      unknown_count: counts.unknown + open.reduce((sum, { count }) => sum + count, 0)
    }
  }

  const progress = (now: number): Progress => ({
    rows_read: counts.rows_read,
    sent: counts.sent + Array.from(inFlight).reduce((sum, [rows, { id }]) => sum + (id === null ? 0 : rows.length), 0),
    done: counts.done,
    skipped: counts.skipped,
    rejected_count: counts.rejected,
    rows_per_second: now > start ? Math.round((counts.done * 1000) / (now - start)) : 0,
    imports_in_flight: inFlight.size
  })

  const addRejected = (row: RejectedRow) => {
    counts.rejected++
    if (rejected.length < rejectedLimit) rejected.push(row)
  }

  return { counts, imports, inFlight, addUnknown, addRejected, progress, report }
}

export type JobState = ReturnType<typeof make>
