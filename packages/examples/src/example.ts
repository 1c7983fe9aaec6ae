/** Runs an example by its name: `npm run example -- import-table --help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { assayTable } from "./assayTable.js"
import { durableImport } from "./durableImport.js"
import { exportTable } from "./exportTable.js"
import { importTable } from "./importTable.js"
import { mirrorActivities } from "./mirrorActivities.js"

const examples: { readonly [name: string]: (args: ReadonlyArray<string>) => Effect.Effect<number> } = {
  "assay-table": assayTable,
  "durable-import": durableImport,
  "export-table": exportTable,
  "import-table": importTable,
  "mirror-activities": mirrorActivities
}

const [name = "", ...args] = process.argv.slice(2)

const unknown = Console.error(`Usage: npm run example -- NAME. The names: ${Object.keys(examples).join(", ")}`)

const run = Object.hasOwn(examples, name) ? examples[name]?.(args) : undefined

NodeRuntime.runMain(
  Effect.map(run ?? Effect.as(unknown, 1), (code) => {
    // Not `process.exit`: what was printed would be cut off.
    process.exitCode = code
  })
)
