import { Kaleidoscope, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, vi } from "vitest"
import { describe, expect, it } from "../../../test/vitest.js"
import { counted } from "./support/counted.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, program, programId, services } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const update = Effect.flatMap(Programs.Programs, (programs) => programs.update(programId, { title: "Apollo" }))

/** Gives the content with its length, as a server does. */
const server = Scripted.make(({ method }) => {
  const content = JSON.stringify(method === "GET" ? [{ id: "a", label_name: "urgent" }] : program)
  return Scripted.text(content, 200, {
    "content-type": "application/json",
    "content-length": String(content.length)
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

// About 60 of the steps are those of the client and of this test.
describe("a small request starts one fiber and one timer, which it cancels, and takes few steps:", () => {
  const calls: { readonly [name: string]: Effect.Effect<unknown, unknown, Labels.Labels | Programs.Programs> } = {
    "a list": list,
    "a list under a policy of the caller": RequestPolicy.withoutRetry(list),
    "a write": update
  }
  for (const [name, call] of Object.entries(calls)) {
    it.live(name, () =>
      Effect.gen(function* () {
        const { steps, value: _, ...rest } = yield* counted(call)
        expect(rest).toEqual({ fibers: 1, timers: 1, canceled: 1 })
        expect(steps).toBeLessThan(260)
      }).pipe(Effect.provide(services(server.layer, AuthToken)))
    )
  }

  it.live("callers of the same moment share them", () =>
    Effect.gen(function* () {
      const count = 50
      const before = server.sent.length
      const many = Effect.all(
        Array.from({ length: count }, () => list),
        { concurrency: "unbounded" }
      )
      const { fibers, timers } = yield* counted(many)
      // Effect starts a fiber for each of them; the shared request has a fiber, and its attempt another.
      expect(fibers).toBeLessThanOrEqual(count + 4)
      expect(timers).toBe(1)
      expect(server.sent.length - before).toBe(2)
    }).pipe(Effect.provide(services(server.layer, AuthToken)))
  )
})

describe("the layer of all services", () => {
  it.live("makes them in one fiber, in few steps", () =>
    Effect.gen(function* () {
      const { fibers, steps } = yield* counted(Effect.scoped(Layer.build(Kaleidoscope.layer)))
      expect(fibers).toBe(0)
      expect(steps).toBeLessThan(700)
    }).pipe(Effect.provide(Layer.merge(server.layer, AuthToken)))
  )
})
