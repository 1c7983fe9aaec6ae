/**
 * Compares complete jobs with their floor and the official Python client, and prints Markdown. No time is a failure, but
 * a contestant with a wrong result ends the program: `main.js [--quick] [--rounds n] [job…]`.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { parseArgs } from "node:util"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { build } from "esbuild"
import { beside, bundleIn } from "./beside.js"
import * as Data from "./data.js"
import { jobs } from "./jobs.js"
import { measure } from "./measure.js"
import { server } from "./processes.js"
import { python } from "./python.js"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string" } }
})

/** Makes one file of the program of `start`, on `fetch`: undici would be more than half of it. */
const bundle = (directory: string) =>
  Effect.promise(() =>
    build({
      entryPoints: [beside("startFetch.js")],
      outfile: bundleIn(directory),
      bundle: true,
      format: "esm",
      minify: true,
      platform: "node",
      logLevel: "error"
    })
  )

/** Makes a sparse file of this many megabytes. */
const makeFile = (path: string, megabytes: number) =>
  Effect.sync(() => {
    const file = openSync(path, "w")
    ftruncateSync(file, megabytes * 1e6 - Data.endOfFile.length)
    writeSync(file, Data.endOfFile, megabytes * 1e6 - Data.endOfFile.length)
    closeSync(file)
  })

const program = Effect.gen(function* () {
  const unknown = positionals.find((name) => jobs[name] === undefined)
  if (unknown !== undefined) {
    return yield* Effect.dieMessage(`There is no job ${unknown}. The jobs are: ${Object.keys(jobs).join(", ")}`)
  }
  const asked = Object.entries(jobs).filter(([name]) => positionals.length === 0 || positionals.includes(name))
  const isQuick = values.quick
  const rounds = Number(values.rounds ?? (isQuick ? 2 : 5))
  const found = asked.some(([, { others }]) => others.includes("Python"))
    ? yield* Effect.either(python)
    : Either.left("no job needs it")
  yield* Console.log(
    [
      `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ` +
        `${Math.round(totalmem() / 2 ** 30)} GiB; medians of ${rounds} rounds.`,
      Either.match(found, {
        onLeft: (reason) => `The official Python client takes no part: ${reason}`,
        onRight: ({ version }) => `The official client: ${version}.`
      })
    ].join("\n")
  )
  const directory = yield* Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.makeTempDirectoryScoped())
  if (asked.some(([, { others }]) => others.includes("SDK, bundled"))) yield* bundle(directory)
  const url = yield* server((isQuick ? jobs["activities"]?.quick[0] : jobs["activities"]?.sizes[0]) ?? 0)
  for (const [name, job] of asked) {
    if (job.task === "upload") {
      yield* Effect.forEach(isQuick ? job.quick : job.sizes, (size) =>
        makeFile(`${directory}/upload-${size}.bin`, size)
      )
    }
    yield* measure(name, job, {
      url,
      directory,
      rounds,
      isQuick,
      python: Either.isRight(found) ? found.right.file : undefined
    })
  }
})

NodeRuntime.runMain(program.pipe(Effect.scoped, Effect.provide(NodeContext.layer)))
