import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Runner } from "@effect-kaleidoscope/workflow"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"

const get = HttpClient.get("http://kaleidoscope.test/")

/** A client with these limits cannot be made, and says why. */
const refused = (limits: Runner.ClientOptions, why: string) =>
  Effect.gen(function* () {
    const cause = yield* Effect.flip(Effect.sandbox(Layer.build(Runner.layerClient(limits))))
    expect(String(cause)).toContain(why)
  }).pipe(
    Effect.provide(Runner.layerAlone),
    Effect.provideService(
      HttpClient.HttpClient,
      HttpClient.make(() => Effect.never)
    )
  )

describe("the client of a runner that is alone", () => {
  it.effect("has no more requests in flight than `concurrency`, also with another client of the same name", () => {
    const counts: Array<number> = []
    let inFlight = 0
    const platform = HttpClient.make((request) =>
      Effect.sync(() => counts.push(++inFlight)).pipe(
        Effect.zipRight(Effect.sleep("1 second")),
        Effect.ensuring(Effect.sync(() => inFlight--)),
        Effect.as(HttpClientResponse.fromWeb(request, new Response()))
      )
    )
    const client = Layer.fresh(Runner.layerClient({ concurrency: 2 }))
    return Effect.gen(function* () {
      const requests = Effect.provide(
        Effect.replicateEffect(get, 3, { concurrency: "unbounded", discard: true }),
        client
      )
      const fiber = yield* Effect.fork(Effect.all([requests, requests], { concurrency: "unbounded" }))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      expect([counts.length, Math.max(...counts)]).toEqual([6, 2])
    }).pipe(Effect.provide(Runner.layerAlone), Effect.provideService(HttpClient.HttpClient, platform))
  })

  for (const rate of [
    { limit: 0, window: "1 minute" },
    { limit: Number.NaN, window: "1 minute" },
    { limit: 1, window: 0 }
  ] as const) {
    it.effect(`cannot be made with ${rate.limit} requests in ${rate.window}`, () =>
      refused({ rate }, "must be above 0")
    )
  }

  for (const concurrency of [0, -1, 1.5, Number.NaN]) {
    it.effect(`cannot be made with the concurrency ${concurrency}`, () =>
      refused({ concurrency }, "concurrency must be a whole number, at least 1")
    )
  }
})
