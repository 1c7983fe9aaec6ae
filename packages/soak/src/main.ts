/** `npm run soak`: 10,000 calls, two minutes at most. */
import { argv, memoryUsage } from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { soak } from "./soak.js"

const [calls = "10000", seed = "1"] = argv.slice(2)

/** The growth of the heap that is allowed without a leak, in MB. */
const mostGrowth = 15

const heap = Effect.sync(() => {
  globalThis.gc?.()
  return Math.round(memoryUsage().heapUsed / 1e6)
})

NodeRuntime.runMain(
  Effect.gen(function* () {
    // Loads and compiles everything once, so that it does not count as a leak.
    yield* soak({ calls: 500, concurrency: 16, seed: Number(seed) })
    const before = yield* heap
    const [duration, report] = yield* Effect.timed(
      soak({ calls: Number(calls), concurrency: 16, seed: Number(seed) })
    ).pipe(Effect.timeout("2 minutes"))
    const after = yield* heap
    yield* Console.log(
      report,
      `in ${Math.round(Duration.toSeconds(duration))} s`,
      `heap ${before} MB before, ${after} MB after`
    )
    const isLeaking = after > before + mostGrowth
    if (isLeaking || report.wrong.length + report.duplicates.length + report.connections > 0) {
      return yield* Effect.dieMessage("The soak found something")
    }
  })
)
