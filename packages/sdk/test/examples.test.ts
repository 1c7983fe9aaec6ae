import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { afterAll, describe, expect, it } from "../../../test/vitest.js"

const root = fileURLToPath(new URL("../../../", import.meta.url))

const blocksIn = (prose: string) => Array.from(prose.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code]) => code ?? "")

const inComments = (source: string) =>
  (source.match(/\/\*\*\n[\s\S]*?\*\//g) ?? []).flatMap((comment) => blocksIn(comment.replaceAll(/^ *\* ?/gm, "")))

const modules = (folder: string) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`)

const read = (file: string) => readFileSync(`${root}${file}`, "utf8")

const examples = [
  ...[...modules("packages/sdk/src"), "packages/testing/src/Emulator.ts", "packages/testing/src/Workspace.ts"].map(
    (file) => ({ file, blocks: inComments(read(file)) })
  ),
  ...[
    "README.md",
    "docs/exporting.md",
    "docs/filtering.md",
    "docs/reliability.md",
    "docs/values-and-dates.md",
    "packages/sdk/README.md"
  ].map((file) => ({
    file,
    blocks: blocksIn(read(file))
  }))
]
  // What brings a client of its own would ask the real platform, or a server that is not there; nobody has notes.
  .map(({ blocks, file }) => ({
    file,
    blocks: blocks.filter((code) => !/FetchHttpClient|http:\/\/127\.0\.0\.1|\/notes"/.test(code))
  }))
  .filter(({ blocks }) => blocks.length > 0)

/** An example as a module that gives what it defines, and starts nothing by itself. */
const moduleOf = (code: string) => {
  const started = code.replaceAll(/^(?:NodeRuntime\.runMain|Effect\.run\w+)\(.*\)$/gm, "")
  const names = Array.from(started.matchAll(/^const (\w+)/gm), ([, name]) => name)
  return `${started}\nexport { ${names.join(", ")} }\n`
}

const workspace = Kaleidoscope.layer.pipe(
  Layer.provideMerge(
    Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })
  ),
  Layer.provideMerge(Emulator.layer()),
  Layer.provideMerge(NodeContext.layer)
)

const run = (value: unknown): Effect.Effect<unknown, unknown> => {
  type Needs = Layer.Layer.Success<typeof workspace>
  const needy = value as Effect.Effect<unknown, unknown, Needs> // `npm run check:examples` compiles what it needs
  return needy.pipe(
    Effect.flatMap((result) => (isStream(result) ? Stream.runDrain(Stream.take(result, 100)) : Effect.succeed(result))),
    Effect.scoped,
    Effect.provide(workspace),
    Effect.timeout("2 minutes")
  )
}

const isStream = (value: unknown): value is Stream.Stream<unknown, unknown, never> =>
  Predicate.hasProperty(value, Stream.StreamTypeId) && !Effect.isEffect(value)

const folder = `${root}packages/sdk/test/.examples`
mkdirSync(folder, { recursive: true })
const own = mkdtempSync(`${folder}/run-`)

// Some write files beside them.
const before = process.cwd()
process.chdir(own)
mkdirSync("downloads")
writeFileSync("results.csv", "Compound ID,IC50\nEK-0001,12.5\n")
afterAll(() => {
  process.chdir(before)
  rmSync(own, { recursive: true })
})

describe("the examples of the documentation run on the sample workspace", () => {
  for (const { blocks, file } of examples) {
    it.live(file, () =>
      Effect.gen(function* () {
        const failed: Array<unknown> = []
        for (const [index, code] of blocks.entries()) {
          const path = `${own}/${file.replaceAll(/\W/g, "_")}_${index}.ts`
          writeFileSync(path, moduleOf(code))
          const defined: Record<string, unknown> = yield* Effect.promise(() => import(path))
          for (const [name, value] of Object.entries(defined)) {
            if (value instanceof Error || !(Effect.isEffect(value) || isStream(value))) continue
            const exit = yield* Effect.exit(run(isStream(value) ? Stream.runDrain(value) : value))
            if (Exit.isFailure(exit)) failed.push([name, Cause.pretty(exit.cause).split("\n")[0]])
          }
        }
        expect(failed).toEqual([])
      })
    )
  }
})
