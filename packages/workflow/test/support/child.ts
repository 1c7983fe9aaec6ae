/** A process that runs one durable import on a SQLite file, and prints its report. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { DurableImport, Engine, TableSource } from "@effect-kaleidoscope/workflow"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const program = Effect.gen(function* () {
  const filename = yield* Config.string("DATABASE")
  const rowsPerPart = yield* Config.integer("ROWS_PER_PART")
  const source = yield* Config.string("SOURCE")
  const live = DurableImport.layer.pipe(
    Layer.provideMerge(Engine.layerSqlite({ filename })),
    Layer.provide(TableSource.layerFile().pipe(Layer.provide(NodeContext.layer))),
    Layer.provide(Kaleidoscope.layer),
    Layer.provide(Auth.layerConfig()),
    Layer.provide(NodeHttpClient.layerUndici)
  )
  const report = yield* DurableImport.run({
    job: "import",
    source,
    key_field_names: ["Compound ID"],
    rowsPerPart
  }).pipe(Effect.provide(live))
  yield* Console.log(yield* Schema.encode(Schema.parseJson(DurableImport.Report))(report))
})

NodeRuntime.runMain(program)
