/**
 * What the SDK counts, as Effect's metrics: `@effect/opentelemetry` and others can export them. Their tags are of low
 * cardinality, and have no ids and no secrets.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/**
 * Requests that were sent: each attempt of a call. Tags: `method`, `route` (the path with names in place of ids), `status`
 * (the code, or `none` if there was no response: the connection broke, or a time limit passed).
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

/** Retries: attempts of a call after the first one. Tags: `method`, `route`. @since 0.1.0 @category metrics */
export const retries = Metric.counter("kaleidoscope_retries_total", {
  description: "Calls to Kaleidoscope that were tried again",
  incremental: true
})

/**
 * The retry budget that a client had left at its last retry, or when a retry was refused.
 *
 * @since 0.1.0
 * @category metrics
 */
export const retryBudget = Metric.gauge("kaleidoscope_retry_budget", {
  description: "Retries that are left to a client before there are no more"
})

/**
 * Access tokens that the server gave. Tag: `grant_type`. Requests for tokens that it refused are among the {@link requests}.
 *
 * @since 0.1.0
 * @category metrics
 */
export const tokens = Metric.counter("kaleidoscope_tokens_total", {
  description: "Access tokens given",
  incremental: true
})

/** How many records one request asked for. @since 0.1.0 @category metrics */
export const batchSize = Metric.histogram(
  "kaleidoscope_batch_size",
  MetricBoundaries.fromIterable([1, 2, 5, 10, 25, 50, 100, 250]),
  "Records asked for together"
)

/**
 * Lookups of names. Tags: `catalog` (such as `Programs`), `result` (`hit` if the list was cached, `miss` if it was read).
 *
 * @since 0.1.0
 * @category metrics
 */
export const lookups = Metric.counter("kaleidoscope_lookups_total", {
  description: "Names turned into ids",
  incremental: true
})

/**
 * Fields of responses that had an unknown form, and therefore count as missing: once for each response and field. Tags:
 * `call` (such as `Records.get`), `field` (such as `[].field_examples`). If there are any, the platform has changed.
 *
 * @since 0.1.0
 * @category metrics
 */
export const unreadable = Metric.counter("kaleidoscope_unreadable_fields_total", {
  description: "Fields of responses that could not be read and count as missing",
  incremental: true
})
