import { getActiveResourcesInfo } from "node:process"
import * as Effect from "effect/Effect"
import { expect, it } from "../../../test/vitest.js"
import { soak } from "../src/soak.js"

// The clock is the real one: sockets know no other. It is the short form of `npm run soak`.
it.live("gets every response right from a server that fails a fifth of the time", () =>
  Effect.gen(function* () {
    const unhandled: Array<unknown> = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on("unhandledRejection", note)
    const timers = () => getActiveResourcesInfo().filter((name) => name === "Timeout").length
    const before = timers()
    const report = yield* soak({ calls: 700, concurrency: 16, seed: 3 }).pipe(
      Effect.ensuring(Effect.sync(() => process.off("unhandledRejection", note)))
    )
    expect(report).toMatchObject({ wrong: [], duplicates: [], connections: 0 })
    expect(report.faults).toBeGreaterThan(report.requests / 10)
    expect(unhandled).toEqual([])
    // A fiber that waits for ever has one.
    expect(timers() - before).toBeLessThan(5)
  })
)
