import * as Effect from "effect/Effect"
import { isolated } from "./isolated.js"
import * as Measure from "./measure.js"
import { floor, paths, sdk } from "./subjects.js"

/** What it costs to read many records, in time and in memory. */
export const decoding = (url: string) =>
  Effect.gen(function* () {
    const get = floor(url)
    yield* Measure.compare(
      { floor: Effect.promise(() => get(paths.allRecords)), "activities.records": sdk.allRecords },
      { title: "10,000 records of twelve fields in one answer", rounds: 5, per: 1 }
    )
    const read = (name: string) => isolated<{ readonly peak: number; readonly held: number }>("read.js", [name, url])
    const memory = yield* Measure.rounds({ floor: read("floor"), "activities.records": read("sdk") }, 5)
    yield* Measure.heading("The memory of that, each in a process of its own")
    for (const [of, name] of [
      ["peak", "peak of the process"],
      ["held", "the heap that the records hold"]
    ] as const) {
      yield* Measure.line(
        `floor, ${name}`,
        "MiB",
        memory.map(({ floor }) => floor[of])
      )
      yield* Measure.line(
        `activities.records, ${name}`,
        "× floor",
        memory.map((round) => (round["activities.records"]?.[of] ?? Number.NaN) / round.floor[of])
      )
    }
  })
