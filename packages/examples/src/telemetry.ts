/**
 * The SDK's spans and metrics through OpenTelemetry, printed here. A real program uses the exporter of its collector.
 * Runs on an emulated workspace in memory.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Labels, Programs } from "@effect-kaleidoscope/sdk"
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import { Emulated } from "./emulated.js"

const Telemetry = NodeSdk.layer(() => ({
  resource: { serviceName: "kaleidoscope-examples" },
  spanProcessor: new SimpleSpanProcessor(new ConsoleSpanExporter()),
  metricReader: new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })
}))

// One span for each method, and one child for each try: `Kaleidoscope.Programs.create` and `Kaleidoscope.attempt`.
const program = Effect.gen(function* () {
  const labels = yield* Labels.Labels
  const programs = yield* Programs.Programs
  yield* labels.list
  yield* programs.create({ title: "Observed" })
}).pipe(Effect.withSpan("a job of the application"))

NodeRuntime.runMain(program.pipe(Effect.provide(Emulated), Effect.provide(Telemetry)))
