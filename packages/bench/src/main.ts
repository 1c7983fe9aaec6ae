/**
 * Speed and memory against the floor: bare undici requests and `JSON.parse`, measured beside the SDK in the same rounds,
 * so that a slow or busy machine slows both. Nothing here passes or fails. `main.js requests start` runs these alone.
 */
import { cpus } from "node:os"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { decoding } from "./decoding.js"
import { server } from "./isolated.js"
import { requests } from "./requests.js"
import { start } from "./start.js"
import { live } from "./subjects.js"

const sections = {
  requests: (url: string) => Effect.provide(requests(url), live(url)),
  decoding: (url: string) => Effect.provide(decoding(url), live(url)),
  start: () => start
}

const asked = process.argv.slice(2)

const program = Effect.gen(function* () {
  yield* Console.log(
    `Node ${process.version}, ${process.platform}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`
  )
  const url = yield* server
  for (const [name, section] of Object.entries(sections)) {
    if (asked.length === 0 || asked.includes(name)) yield* section(url)
  }
})

NodeRuntime.runMain(Effect.scoped(program))
