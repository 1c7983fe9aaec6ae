/** Runs an example by its name: `npm run example -- import-table --help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

type Example = (args: ReadonlyArray<string>) => Effect.Effect<number>

// Only the one that runs is loaded: some of them need a driver of a database.
const examples: { readonly [name: string]: () => Promise<Example> } = {
  "assay-table": () => import("./assayTable.js").then(({ assayTable }) => assayTable),
  "durable-import": () => import("./durableImport.js").then(({ durableImport }) => durableImport),
  "export-table": () => import("./exportTable.js").then(({ exportTable }) => exportTable),
  "import-table": () => import("./importTable.js").then(({ importTable }) => importTable),
  "mirror-activities": () => import("./mirrorActivities.js").then(({ mirrorActivities }) => mirrorActivities)
}

const [name = "", ...args] = process.argv.slice(2)

const unknown = Console.error(`Usage: npm run example -- NAME. The names: ${Object.keys(examples).join(", ")}`)

const load = Object.hasOwn(examples, name) ? examples[name] : undefined

const run =
  load === undefined ? Effect.as(unknown, 1) : Effect.flatMap(Effect.promise(load), (example) => example(args))

NodeRuntime.runMain(
  Effect.map(run, (code) => {
    // Not `process.exit`: what was printed would be cut off.
    process.exitCode = code
  })
)
