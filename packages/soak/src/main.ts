/** `npm run soak`: 10,000 calls, two minutes at most. */
import { argv, memoryUsage } from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { soak } from "./soak.js"

const [calls = "10000", seed = "1"] = argv.slice(2)

const heap = Effect.sync(() => {
  globalThis.gc?.()
  return Math.round(memoryUsage().heapUsed / 1e6)
})

NodeRuntime.runMain(
  Effect.gen(function* () {
    // What is loaded and compiled once is no leak.
    yield* soak({ calls: 500, concurrency: 16, seed: Number(seed) })
    const before = yield* heap
    const [duration, report] = yield* Effect.timed(
      soak({ calls: Number(calls), concurrency: 16, seed: Number(seed) })
    ).pipe(Effect.timeout("2 minutes"))
    yield* Console.log(report, `in ${duration}`, `heap ${before} MB before, ${yield* heap} MB after`)
    if (report.wrong.length + report.duplicates.length + report.connections > 0) {
      return yield* Effect.dieMessage("The soak found something")
    }
  })
)
