/**
 * What the jobs of this process count, as Effect's metrics, beside those of the SDK. Their tags are of low cardinality, and have
 * no names of jobs.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"

/**
 * Jobs that ended. Tags: `kind` (such as `DurableImport`), `state` (`complete`, `cancelled` or `failed`). A job whose process is
 * killed just when it ends is counted by the next process, too.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/workflow"
 * import * as Metric from "effect/Metric"
 *
 * const failed = Metric.value(
 *   Metrics.jobs.pipe(Metric.tagged("kind", "DurableImport"), Metric.tagged("state", "failed"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const jobs = Metric.counter("kaleidoscope_jobs_total", { description: "Jobs that ended", incremental: true })

/**
 * Parts of jobs that began: those of an import, and each try of a process to register a submission. More than a table has mean
 * that processes were killed. Tag: `kind`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const parts = Metric.counter("kaleidoscope_job_parts_total", {
  description: "Parts of jobs that began",
  incremental: true
})

/**
 * Rows of the parts of imports that are done. Tag: `outcome` (`sent`; `skipped`: they were there already; `rejected`; `unknown`:
 * nobody knows whether they are there, or the platform was too busy to take them).
 *
 * @since 0.1.0
 * @category metrics
 */
export const rows = Metric.counter("kaleidoscope_job_rows_total", {
  description: "Rows of durable imports",
  incremental: true
})

/** Changes that the handlers of mirrors have handled. @since 0.1.0 @category metrics */
export const changes = Metric.counter("kaleidoscope_job_changes_total", {
  description: "Changes that mirrors handled",
  incremental: true
})
