import * as Effect from "effect/Effect"
import * as Measure from "./measure.js"
import { floor, paths, sdk } from "./subjects.js"

const times = 200

/** What a small request costs, alone and among many. */
export const requests = (url: string) =>
  Effect.gen(function* () {
    const get = floor(url)
    yield* Measure.compare(
      {
        floor: Effect.promise(async () => {
          for (let nth = 0; nth < times; nth++) await get(paths.labels)
        }),
        "labels.list": Effect.repeatN(sdk.labels, times - 1)
      },
      { title: `One small request (of ${times}, one after the other)`, rounds: 9, per: times }
    )
    yield* Measure.compare(
      {
        floor: Effect.promise(async () => {
          for (let nth = 0; nth < times; nth++) await get(paths.record(nth))
        }),
        "records.get": Effect.forEach(
          Array.from({ length: times }, (_, nth) => nth),
          sdk.record,
          { discard: true }
        )
      },
      { title: `One record (of ${times}, one after the other)`, rounds: 9, per: times }
    )
    const batches = [0, 250, 500, 750].map((from) => paths.records(from, 250))
    yield* Measure.compare(
      {
        floor: Effect.promise(() => Promise.all(batches.map(get))),
        "records.get": Effect.forEach(
          Array.from({ length: 1000 }, (_, nth) => nth),
          sdk.record,
          { concurrency: "unbounded" }
        ),
        "a bare request for each": Effect.promise(() =>
          Promise.all(Array.from({ length: 1000 }, (_, nth) => get(paths.record(nth))))
        )
      },
      { title: "1,000 records at once (the floor: four bare requests for 250 each)", rounds: 9, per: 1 }
    )
  })
