/** Pull records into an analysis as typed rows: the columns of your own schema are field names. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Records } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Emulated } from "./emulated.js"

const Potency = Schema.Struct({
  "Compound ID": Schema.String,
  SMILES: Schema.String,
  // Numbers often come as text.
  IC50: Schema.Union(Schema.Number, Schema.NumberFromString)
})

const program = Effect.gen(function* () {
  const records = yield* Records.Records
  const read = yield* records.rowReader(Potency)
  const rows = yield* records.stream({ entity_slice_id: { slice_name: "Compound" } }).pipe(
    Stream.map(read),
    Stream.runCollect,
    Effect.map((rows) => Array.from(rows))
  )
  const potent = rows.flatMap((row) => (Either.isRight(row) && row.right.IC50 < 50 ? [row.right] : []))
  yield* Console.table(potent.sort((a, b) => a.IC50 - b.IC50).slice(0, 5))
  yield* Console.log(`${rows.filter(Either.isLeft).length} compounds have no such row yet`)
})

NodeRuntime.runMain(program.pipe(Effect.provide(Emulated)))
