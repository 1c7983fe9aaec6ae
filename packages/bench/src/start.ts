import * as Effect from "effect/Effect"
import { isolated } from "./isolated.js"
import * as Measure from "./measure.js"

const load = (...modules: ReadonlyArray<string>) => isolated<number>("load.js", modules)

/** How long it takes to load the SDK, each time in a new process. */
export const start = Effect.gen(function* () {
  const node = "@effect/platform-node/NodeHttpClient"
  const times = yield* Measure.rounds(
    {
      floor: load("@effect/platform-node/Undici"),
      "without the SDK: effect/Effect, NodeHttpClient": load("effect/Effect", node),
      "sdk/Labels": load("@effect-kaleidoscope/sdk/Auth", "@effect-kaleidoscope/sdk/Labels", node),
      "sdk/Records": load("@effect-kaleidoscope/sdk/Auth", "@effect-kaleidoscope/sdk/Records", node),
      "sdk (everything)": load("@effect-kaleidoscope/sdk", node)
    },
    5
  )
  yield* Measure.heading("Start: loading modules (the floor: undici alone)")
  yield* Measure.line(
    "floor, wall",
    "ms",
    times.map(({ floor }) => floor)
  )
  for (const name of Object.keys(times[0] ?? {}).filter((name) => name !== "floor")) {
    yield* Measure.line(
      name,
      "ms",
      times.map((round) => round[name] ?? Number.NaN)
    )
    yield* Measure.line(
      name,
      "× floor",
      times.map((round) => (round[name] ?? Number.NaN) / round.floor)
    )
  }
})
