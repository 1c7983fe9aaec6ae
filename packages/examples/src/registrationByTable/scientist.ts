/**
 * The scientist: stages 1,000 rows in an activity, reads the registrar's verdicts by row, and registers the good ones.
 * The last line of its output is the report, as JSON. Environment: the variables of `Auth.layerConfig`.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope, Registration } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { rows } from "./rows.js"

const activity = { title: "Registration of April" }

const program = Effect.gen(function* () {
  const registration = yield* Registration.Registration
  const result = yield* registration.registerTable(activity, rows, { key_field_names: ["Compound ID"] })
  if (result._tag === "Registered") {
    return { rows: rows.length, accepted: result.registered.length, rejected: [] }
  }
  for (const { index, reason } of result.rejected) yield* Console.log(`row ${index + 1}: ${reason}`)

  // Until now nothing is registered. The rows that the registrar accepts are submitted without the others.
  const submission = yield* registration.submit(activity, { drafts: result.drafts })
  const done = yield* registration.awaitSubmission(activity, submission)
  yield* Console.log(`The verdict on the other ${result.drafts.length} rows: ${done.status}`)
  return {
    rows: rows.length,
    accepted: result.drafts.length - done.record_errors.length,
    rejected: result.rejected.map(({ index, reason }) => ({ row: index + 1, reason }))
  }
})

NodeRuntime.runMain(
  program.pipe(
    Effect.flatMap((report) => Console.log(JSON.stringify(report))),
    Effect.provide(
      Kaleidoscope.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(NodeHttpClient.layerUndici))
    )
  )
)
