/** A process that reads and writes the list of the jobs of a SQLite file again and again, until the import is complete. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Engine, Jobs } from "@effect-kaleidoscope/workflow"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const program = Effect.gen(function* () {
  const filename = yield* Config.string("DATABASE")
  const isComplete = Effect.gen(function* () {
    const jobs = yield* Jobs.Jobs
    yield* jobs.list
    yield* jobs.forget("1000 days")
    return Option.exists(yield* jobs.find("import"), ({ state }) => state === "complete")
  })
  yield* Effect.zipRight(
    Effect.zipRight(isComplete, Console.log("begun")),
    Effect.repeat(Effect.delay(isComplete, "5 millis"), { until: (isIt) => isIt })
  ).pipe(Effect.provide(Engine.layerJobs(filename)))
})

NodeRuntime.runMain(program)
