import { Labels, type RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, jumping, passing, services } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)
const hour = 3_600_000

const errorOf = <A, E>(exit: Exit.Exit<A, E>): unknown =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : exit

const endless = () => new Response(new ReadableStream({ pull: () => new Promise<void>(() => undefined) }))

describe("a time of day that jumps", () => {
  for (const [way, by] of [
    ["back an hour", -hour],
    ["forth an hour", hour]
  ] as const) {
    const limits: ReadonlyArray<readonly [deadline: string, policy: Partial<RequestPolicy.Policy>, after: number]> = [
      ["answer", {}, 300_000],
      ["attempt", { attempt: "40 seconds" }, 40_000],
      ["overall", { overall: "50 seconds" }, 50_000]
    ]
    for (const [deadline, policy, after] of limits) {
      it.effect(`${way} moves no deadline: ${deadline}`, () =>
        Effect.gen(function* () {
          const { jump, on } = yield* jumping
          const server = Scripted.make(() =>
            Effect.sleep("30 seconds").pipe(Effect.zipRight(jump(by)), Effect.zipRight(Effect.never))
          )
          const { exit, took } = yield* passing(on(list)).pipe(
            Effect.provide(services(server.layer, AuthToken, { tries: 1, ...policy }))
          )
          expect(errorOf(exit)).toMatchObject({ deadline, elapsed: Duration.millis(after) })
          expect(took).toBe(after)
        })
      )
    }

    it.effect(`${way} moves no deadline: silence`, () =>
      Effect.gen(function* () {
        const { jump, on } = yield* jumping
        const server = Scripted.make(() =>
          Effect.zipRight(Effect.forkDaemon(Effect.delay(jump(by), "5 seconds")), Effect.sync(endless))
        )
        const { exit, took } = yield* passing(on(list)).pipe(
          Effect.provide(services(server.layer, AuthToken, { tries: 1 }))
        )
        expect(errorOf(exit)).toMatchObject({ deadline: "silence", elapsed: Duration.seconds(10) })
        expect(took).toBe(10_000)
      })
    )

    it.effect(`${way} changes neither the wait before a retry nor the reported wait`, () =>
      Effect.gen(function* () {
        const { jump, on } = yield* jumping
        const server = Scripted.make(() => Effect.zipRight(jump(by), Scripted.text(null, 503, { "retry-after": "30" })))
        const { exit, took } = yield* passing(on(list)).pipe(
          Effect.provide(services(server.layer, AuthToken, { overall: "70 seconds" }))
        )
        expect(errorOf(exit)).toMatchObject({ attempts: 3, elapsed: Duration.seconds(60) })
        expect(took).toBe(60_000)
      })
    )
  }
})
