/**
 * What the SDK counts, as Effect's own metrics: whatever reads those, as `@effect/opentelemetry`, sees them. Their tags
 * are low in cardinality, and hold neither ids nor secrets.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/**
 * Requests that were sent, each try of a call. Tags: `method`, `route` (the path with names for ids), `status` (the
 * code, or `none` where there was no answer, as when the connection broke or a deadline passed).
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const listed = Metric.value(
 *   Metrics.requests.pipe(
 *     Metric.tagged("method", "GET"),
 *     Metric.tagged("route", "/programs"),
 *     Metric.tagged("status", "200")
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const requests = Metric.counter("kaleidoscope_requests_total", {
  description: "Requests sent to Kaleidoscope",
  incremental: true
})

/**
 * Calls that were tried again. Tags: `method`, `route`.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const retries = Metric.value(Metrics.retries.pipe(Metric.tagged("method", "GET"), Metric.tagged("route", "/programs")))
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const retries = Metric.counter("kaleidoscope_retries_total", {
  description: "Calls to Kaleidoscope that were tried again",
  incremental: true
})

/**
 * What was left of a client's retry budget when a call was last tried again, or would have been.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const left = Metric.value(Metrics.retryBudget)
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const retryBudget = Metric.gauge("kaleidoscope_retry_budget", {
  description: "Retries that are left to a client before there are no more"
})

/**
 * Access tokens that were given. Tag: `grant_type`. Those that were refused are among the {@link requests}.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const refreshed = Metric.value(Metrics.tokens.pipe(Metric.tagged("grant_type", "refresh_token")))
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const tokens = Metric.counter("kaleidoscope_tokens_total", {
  description: "Access tokens given",
  incremental: true
})

/**
 * How many records were asked for together.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const sizes = Metric.value(Metrics.batchSize)
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const batchSize = Metric.histogram(
  "kaleidoscope_batch_size",
  MetricBoundaries.fromIterable([1, 2, 5, 10, 25, 50, 100, 250]),
  "Records asked for together"
)

/**
 * Names that were turned into ids. Tags: `catalog` (as `Programs`), `result` (`hit`, or `miss` where it had to be read).
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const hits = Metric.value(
 *   Metrics.lookups.pipe(Metric.tagged("catalog", "Programs"), Metric.tagged("result", "hit"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const lookups = Metric.counter("kaleidoscope_lookups_total", {
  description: "Names turned into ids",
  incremental: true
})

/**
 * Fields that an answer had in a form that could not be read, and that count as missing: once for each answer and field.
 * Tags: `call` (as `Records.get`), `field` (as `[].field_examples`). More than none means that the platform has changed.
 *
 * @example
 * ```ts
 * import { Metrics } from "@effect-kaleidoscope/sdk"
 * import * as Metric from "effect/Metric"
 *
 * const unreadable = Metric.value(
 *   Metrics.unreadable.pipe(
 *     Metric.tagged("call", "EntityFields.listDataFields"),
 *     Metric.tagged("field", "[].field_examples")
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const unreadable = Metric.counter("kaleidoscope_unreadable_fields_total", {
  description: "Fields of answers that could not be read and count as missing",
  incremental: true
})
