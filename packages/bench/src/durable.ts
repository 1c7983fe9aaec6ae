/** An import of a file, plain and as a job on SQLite: the plain one is the floor of the other. */
import { writeFileSync } from "node:fs"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as DurableImport from "@effect-kaleidoscope/workflow/DurableImport"
import * as Engine from "@effect-kaleidoscope/workflow/Engine"
import * as TableSource from "@effect-kaleidoscope/workflow/TableSource"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Data from "./data.js"
import type { Contestant, Input } from "./jobs.js"
import { apiKey } from "./labels.js"

const columns = Object.keys(Data.row(0))

const makeFile = (path: string, size: number) => {
  const lines = Data.rows(size).map((row) => Object.values(row).join(","))
  writeFileSync(path, [columns.join(","), ...lines, ""].join("\n"))
}

const options = { key_field_names: [Data.key] }

/** How the task is prepared. The returned function is measured. */
export const prepare = (contestant: Contestant, { directory, size, url }: Input) => {
  const source = `${directory}/durable-${size}.csv`
  makeFile(source, size)
  const Services = Imports.layer.pipe(
    Layer.provide(Auth.layer({ ...apiKey, url })),
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.merge(NodeContext.layer)
  )
  const plain = Effect.gen(function* () {
    const imports = yield* Imports.Imports
    return yield* imports.importRows(yield* TableFile.readFile(source), options)
  }).pipe(Effect.scoped)
  const Durable = DurableImport.layer.pipe(
    Layer.provideMerge(Engine.layerSqlite({ filename: `${directory}/durable-${process.pid}.sqlite` })),
    Layer.provide(TableSource.layerFile())
  )
  const durable = DurableImport.run({ job: "import", source, ...options }).pipe(Effect.provide(Durable))
  const report: Effect.Effect<
    Pick<Imports.Report, "created">,
    unknown,
    Imports.Imports | NodeContext.NodeContext
  > = contestant === "floor" ? plain : durable
  const proof = Effect.map(report, ({ created }) => ({ count: created, last: "" }))
  return () => Effect.runPromise(Effect.provide(proof, Services))
}
