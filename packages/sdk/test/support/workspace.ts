import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, Ids, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"

export const url = "http://kaleidoscope.test"

/** The API key that the emulator knows. */
export const key = { clientId: "demo", clientSecret: Redacted.make("demo"), url }

/** A credential that needs no request for a token. */
export const AuthToken = Auth.layerToken({ token: Redacted.make("the-access-token"), url })

/** Two services over a client, a credential and a policy. */
export const services = (
  client: Layer.Layer<HttpClient.HttpClient>,
  auth: Layer.Layer<Auth.Auth> = AuthToken,
  policy: Partial<RequestPolicy.Policy> = {}
) =>
  Layer.merge(Labels.layer, Programs.layer).pipe(
    Layer.provide(auth),
    Layer.provide(Layer.merge(client, RequestPolicy.layer(policy)))
  )

/** Makes each call go alone: calls under a policy of their own share no work. */
export const alone = RequestPolicy.withRetry({ tries: 3 })

export const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")

export const program = { id: programId, title: "Apollo" }

/** Lets the fibers run until all of them wait for something, real timers included. */
export const settle = Effect.repeatN(
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 0))),
  9
)

/** The test's clock with a time of day that jumps: what it measures goes on as before. */
export const jumping = Effect.map(Effect.clock, (clock) => {
  let offset = 0
  const wall: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    currentTimeMillis: Effect.sync(() => clock.unsafeCurrentTimeMillis() + offset),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: (duration) => clock.sleep(duration),
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + offset,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos()
  }
  return {
    jump: (by: number) =>
      Effect.sync(() => {
        offset += by
      }),
    on: Effect.withClock(wall)
  }
})

/** Runs an effect while the test's clock moves from one timer to the next; gives its exit, and how long it took by that clock. */
export const passing = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    let end: number | undefined
    const fiber = yield* Effect.fork(
      Effect.onExit(self, () =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          end = now
        })
      )
    )
    for (let step = 0; step < 500; step++) {
      yield* settle
      if (end !== undefined) break
      const now = yield* Clock.currentTimeMillis
      const next = Math.min(...[...(yield* TestClock.sleeps())].filter((time) => time > now))
      if (Number.isFinite(next)) yield* TestClock.setTime(next)
    }
    return { exit: yield* Fiber.await(fiber), took: (end ?? Number.NaN) - start }
  })
