import * as HttpClient from "@effect/platform/HttpClient"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "../../../test/vitest.js"
import { ways } from "./support/client.js"

const deathOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(self), (exit) =>
    Exit.isFailure(exit) && Cause.isDie(exit.cause) ? Cause.pretty(exit.cause) : "it does not die"
  )

const wrong: ReadonlyArray<readonly [name: string, ...options: ReadonlyArray<Emulator.Options>]> = [
  ["accessTokenLifetime", { accessTokenLifetime: -1 }, { accessTokenLifetime: Number.NaN }],
  ["latency", { latency: -1 }, { latency: Number.NaN }, { latency: Duration.infinity }],
  ["bodyLimit", { bodyLimit: 0 }, { bodyLimit: -1 }, { bodyLimit: 1.5 }, { bodyLimit: Number.NaN }],
  [
    "rateLimit.limit",
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((limit) => ({ rateLimit: { limit, window: 1000 } }))
  ],
  [
    "rateLimit.window",
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY].map((window) => ({ rateLimit: { limit: 1, window } }))
  ],
  [
    "faults",
    ...[{ nth: 0 }, { nth: 1.5 }, { after: -1 }, { times: 0 }, { share: 2 }, { share: Number.NaN }].map((on) => ({
      faults: [Faults.on(on, Faults.stall)]
    })),
    ...[
      Faults.status(42),
      Faults.status(1000),
      Faults.resetBody({ after: -1 }),
      Faults.stallBody({ after: Number.NaN })
    ].map((fault) => ({ faults: [Faults.on({}, fault)] }))
  ]
]

for (const way of ways) {
  describe(`a setting that makes no sense, ${way.name}`, () => {
    for (const [name, ...several] of wrong) {
      it.live(`${name} is refused where the layer is built, by name`, () =>
        Effect.forEach(several, (options) =>
          Effect.map(deathOf(Effect.scoped(Layer.build(way.make(options)))), (death) =>
            expect([options, death]).toEqual([options, expect.stringContaining(`${name}: `)])
          )
        )
      )
    }
  })
}

describe("rules that make no sense", () => {
  const rules = [Faults.on({ nth: 0 }, Faults.stall)]

  it.effect("are refused by the emulator's own script", () =>
    Effect.gen(function* () {
      const { faults } = yield* Emulator.Emulator
      expect(yield* deathOf(faults.set(rules))).toContain("faults: 0.on.nth: ")
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("are refused by a client that plays them", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const layer = Layer.provide(Faults.layer(rules), Layer.succeed(HttpClient.HttpClient, client))
      expect(yield* deathOf(Effect.scoped(Layer.build(layer)))).toContain("faults: 0.on.nth: ")
      expect(yield* deathOf(Faults.wrap(rules)(client).get("http://kaleidoscope.test/"))).toContain(
        "faults: 0.on.nth: "
      )
    }).pipe(Effect.provide(Emulator.layer()))
  )
})

it.effect("settings that make sense are accepted", () =>
  Effect.forEach(
    [
      {},
      { accessTokenLifetime: 0, latency: 0, bodyLimit: 1, rateLimit: { limit: 1, window: "1 minute" } },
      { accessTokenLifetime: Duration.infinity, bodyLimit: Number.POSITIVE_INFINITY },
      {
        faults: [
          Faults.on(
            { method: undefined, path: undefined, nth: undefined, share: undefined, seed: undefined },
            Faults.stall
          ),
          Faults.on({ after: undefined, times: undefined }, Faults.resetBody({ after: undefined })),
          Faults.on({}, Faults.respond({ status: 500, headers: undefined, json: undefined, carriedOut: undefined }))
        ]
      }
    ] satisfies ReadonlyArray<Emulator.Options>,
    (options) => Effect.scoped(Layer.build(Emulator.layer(options)))
  )
)
