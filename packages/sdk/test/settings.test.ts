import { Auth, IdentityToken, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, key, programId, services, url } from "./support/workspace.js"

const counts = [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, "3", null] as const

const times = [-1, Number.NaN, Number.NEGATIVE_INFINITY, -5n, "soon", "-2 seconds", "", null, true] as const

/** Values that make no sense, by setting. The types forbid some of them; a program in JavaScript has no types. */
const wrongPolicies: ReadonlyArray<readonly [name: keyof RequestPolicy.Policy, values: ReadonlyArray<unknown>]> = [
  ["connect", [...times, 0]],
  ["answer", [...times, 0]],
  ["silence", [...times, 0, Duration.zero, "0 seconds"]],
  ["attempt", [...times, 0]],
  ["overall", times],
  ["tries", [...counts, 0]],
  ["backoff", [...times, Number.POSITIVE_INFINITY]],
  ["longestBackoff", [...times, Duration.infinity]],
  ["rateLimitBackoff", [...times, Number.POSITIVE_INFINITY]],
  ["longestRetryAfter", times],
  ["largestAnswer", [...counts, 0]],
  ["strict", ["yes", 1, null]]
]

const rightPolicies: ReadonlyArray<Partial<RequestPolicy.Policy>> = [
  {},
  RequestPolicy.defaults,
  { tries: 1, backoff: 0, longestBackoff: 0, rateLimitBackoff: 0, longestRetryAfter: 0, largestAnswer: 1 },
  { silence: Number.POSITIVE_INFINITY, attempt: Duration.infinity, largestAnswer: Number.POSITIVE_INFINITY },
  { overall: "1 minute", connect: 1.5, answer: 100n, silence: [1, 500], longestRetryAfter: Number.POSITIVE_INFINITY }
]

const wrongSettings: ReadonlyArray<readonly [name: string, values: ReadonlyArray<unknown>]> = [
  ["concurrency", [...counts, 0]],
  ["retryBudget", counts],
  ["catalogTimeToLive", times],
  ["application", ["", " ", "a\nb", "Käse", 1, null]]
]

/** How a layer dies when it is built. */
const deathOf = <A>(layer: Layer.Layer<A>) =>
  Effect.map(Effect.exit(Effect.scoped(Layer.build(layer))), (exit) =>
    Exit.isFailure(exit) && Cause.isDie(exit.cause) ? Cause.pretty(exit.cause) : "it is built"
  )

const server = Scripted.make(() => Scripted.json([]))

describe("a setting that makes no sense", () => {
  it.effect("of the policy is refused by name when its layer is built", () =>
    Effect.forEach(wrongPolicies, ([name, values]) =>
      Effect.forEach(values, (value) =>
        Effect.map(deathOf(RequestPolicy.layer({ [name]: value })), (death) => {
          expect([name, value, death]).toEqual([name, value, expect.stringContaining(`RequestPolicy: ${name}: `)])
          expect(death).toContain("is not ")
        })
      )
    )
  )

  it.effect("of a policy without a layer is refused when a service is built", () =>
    Effect.forEach(wrongPolicies, ([name, [value]]) => {
      const policy = Layer.succeed(RequestPolicy.RequestPolicy, { ...RequestPolicy.defaults, [name]: value })
      return Effect.map(
        deathOf(Layer.provide(Labels.layer, Layer.mergeAll(AuthToken, server.layer, policy))),
        (death) => expect(death).toContain(`RequestPolicy: ${name}: `)
      )
    })
  )

  it.effect("of a policy for some calls fails each of them by name, and no request is sent", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.json([]))
      const labels = yield* Labels.Labels
      const programs = yield* Programs.Programs
      for (const [name, values] of wrongPolicies) {
        for (const value of values) {
          for (const call of [
            labels.list,
            programs.update(programId, { title: "Apollo" }),
            Stream.runDrain(Stream.fromEffect(labels.list))
          ]) {
            const error = yield* Effect.flip(Effect.asVoid(call).pipe(RequestPolicy.withPolicy({ [name]: value })))
            expect([name, value, error._tag]).toEqual([name, value, "KaleidoscopeAuthError"])
            expect(error).toMatchObject({ reason: "configuration", attempts: 0, outcome: "none" })
            expect(error.message).toContain(`RequestPolicy: ${name}: `)
          }
        }
      }
      const error = yield* Effect.flip(labels.list.pipe(RequestPolicy.withTimeout(Number.NaN)))
      expect(error.message).toContain("overall: NaN is not a time")
      expect((yield* Effect.flip(labels.list.pipe(RequestPolicy.withRetry({ tries: 0 })))).message).toContain(
        "tries: 0"
      )
      expect(server.sent).toEqual([])
    }).pipe(Effect.provide(services(server.layer)))
  )

  it.effect("of a credential is refused by name when its layer is built", () =>
    Effect.forEach(wrongSettings, ([name, values]) =>
      Effect.forEach(values, (value) =>
        Effect.gen(function* () {
          const identity = IdentityToken.layer(Redacted.make("identity"))
          for (const layer of [
            Auth.layer({ ...key, [name]: value }),
            Auth.layerToken({ token: Redacted.make("token"), url, [name]: value }),
            Layer.provide(Auth.layerIap({ ...key, iapClientId: "audience", [name]: value }), identity)
          ]) {
            expect([name, value, yield* deathOf(layer)]).toEqual([
              name,
              value,
              expect.stringContaining(`Auth: ${name}: `)
            ])
          }
          for (const layer of [
            Auth.layerConfig({ ...key, [name]: value }),
            Layer.provide(Auth.layerIapConfig({ ...key, iapClientId: "audience", [name]: value }), identity)
          ]) {
            const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
            expect([name, value, String(error)]).toEqual([name, value, expect.stringContaining(name)])
          }
        })
      )
    )
  )

  it.effect("of a user's own Auth is refused when a service is built", () =>
    Effect.forEach(wrongSettings, ([name, [value]]) => {
      const auth = Layer.succeed(Auth.Auth, {
        url,
        authorize: (request) => Effect.succeed({ request, token: Redacted.make("token") }),
        invalidate: () => Effect.void,
        settings: { [name]: value }
      })
      return Effect.map(deathOf(Layer.provide(Labels.layer, Layer.merge(auth, server.layer))), (death) =>
        expect(death).toContain(`Auth: ${name}: `)
      )
    })
  )
})

it.effect("valid settings are accepted", () =>
  Effect.gen(function* () {
    for (const policy of rightPolicies) {
      yield* Effect.scoped(Layer.build(RequestPolicy.layer(policy)))
    }
    for (const settings of [
      {},
      { concurrency: 1, retryBudget: 0, catalogTimeToLive: 0 },
      {
        concurrency: Number.POSITIVE_INFINITY,
        retryBudget: Number.POSITIVE_INFINITY,
        catalogTimeToLive: Duration.infinity
      }
    ]) {
      yield* Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
        Effect.provide(services(server.layer, Auth.layerToken({ token: Redacted.make("token"), url, ...settings })))
      )
    }
  })
)

it.effect("a setting that is undefined is the same as one that is left out", () =>
  Effect.gen(function* () {
    const policy = RequestPolicy.layer({ tries: undefined, overall: undefined, strict: undefined, silence: "1 minute" })
    expect(yield* Effect.provide(RequestPolicy.RequestPolicy, policy)).toEqual({
      ...RequestPolicy.defaults,
      silence: "1 minute"
    })
    const nothing = { concurrency: undefined, retryBudget: undefined, catalogTimeToLive: undefined, url: undefined }
    for (const auth of [
      Auth.layerToken({ token: Redacted.make("token"), additionalHeaders: undefined, ...nothing }),
      Auth.layer({ ...key, refreshTokens: undefined, ...nothing, url }),
      Layer.orDie(Auth.layerConfig({ ...key, ...nothing, url }))
    ]) {
      yield* Layer.build(services(server.layer, auth)).pipe(Effect.scoped)
    }
    const failing = Scripted.make(() => Scripted.json({}, 500))
    const changed = { tries: undefined, backoff: undefined } as const
    yield* Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
      RequestPolicy.withRetry(changed),
      RequestPolicy.withPolicy({ ...changed, overall: undefined }),
      Effect.flip,
      Effect.provide(services(failing.layer, AuthToken, { tries: 2, backoff: 0 }))
    )
    expect(failing.sent.length).toBe(2)
  })
)
