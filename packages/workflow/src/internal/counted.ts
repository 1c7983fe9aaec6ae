import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Jobs from "../Jobs.js"
import * as Metrics from "../Metrics.js"

/** The list of jobs, for jobs of one kind, which are counted. */
export const ofKind = (jobs: Jobs.Service, kind: "DurableImport" | "Mirror" | "Registration") => ({
  begin: (job: string) => jobs.begin(job, kind),
  beginPart: (job: string) =>
    Effect.zipLeft(jobs.beginPart(job), Metric.update(Metric.tagged(Metrics.parts, "kind", kind), 1)),
  end: (job: string, state: "complete" | "failed" | "cancelled") =>
    Effect.zipLeft(
      jobs.end(job, state),
      Metric.update(Metrics.jobs.pipe(Metric.tagged("kind", kind), Metric.tagged("state", state)), 1)
    )
})

/** Counts the rows of a part that is done. */
export const countRows = (report: {
  readonly sent: number
  readonly skipped: number
  readonly rejected_count: number
  readonly unknown_count: number
}): Effect.Effect<void> =>
  Effect.forEach(
    [
      ["sent", report.sent],
      ["skipped", report.skipped],
      ["rejected", report.rejected_count],
      ["unknown", report.unknown_count]
    ] as const,
    ([outcome, count]) => Metric.update(Metric.tagged(Metrics.rows, "outcome", outcome), count),
    { discard: true }
  )
