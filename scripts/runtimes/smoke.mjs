/**
 * Calls the public API against the emulator. It uses nothing of a runtime, so it runs in all of them; `run.mjs` gives it a
 * client.
 */
import { Auth, Exports, Ids, Kaleidoscope, Programs, Records } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** @type {(name: string, condition: boolean) => Effect.Effect<void>} */
const check = (name, condition) => (condition ? Effect.void : Effect.dieMessage(`${name} is wrong`))

const program = Effect.gen(function* () {
  const programs = yield* Programs.Programs
  const created = yield* programs.create({ title: "Käse – β" })
  yield* check("Programs.get", (yield* programs.get(created.id)).title === "Käse – β")

  const records = yield* Records.Records
  const found = yield* Stream.runCollect(records.stream({ entity_slice_id: { slice_name: "Compound" }, limit: 5 }))
  yield* check("Records.stream", found.length === 5)

  const missing = yield* Effect.flip(records.get(Ids.RecordId.make("00000000-0000-4000-8000-000000000000")))
  yield* check("NotFound", missing._tag === "KaleidoscopeNotFound")

  const exports = yield* Exports.Exports
  const rows = yield* Stream.runCollect(exports.rows({ entity_slice_id: { slice_name: "Compound" } }))
  yield* check("Exports.rows", rows.length > 0)

  const answer = yield* Kaleidoscope.request({ method: "GET", path: "/programs", schema: Schema.Array(Schema.Unknown) })
  yield* check("Kaleidoscope.request", answer.length > 1)
})

/**
 * @param {string} url
 * @param {import("effect/Layer").Layer<import("@effect/platform/HttpClient").HttpClient, unknown>} client
 */
export const smoke = (url, client) => {
  const auth = Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url, application: "smoke/1.0" })
  return Effect.runPromise(
    program.pipe(
      Effect.provide(Kaleidoscope.layer.pipe(Layer.provide(auth), Layer.provide(client))),
      Effect.timeout("1 minute")
    )
  )
}
