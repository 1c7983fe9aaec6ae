import { Activities, Auth, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"

const AuthTest = Auth.layerToken({ token: Redacted.make("a-token"), url: "http://kaleidoscope.test" })

const activity = {
  id: "8bc96c35-22f2-4fbc-9941-3d15ff619f89",
  child_ids: [],
  program_ids: [],
  assigned_user_ids: [],
  assigned_group_ids: [],
  subscriber_ids: [],
  reviewer_ids: [],
  dependencies: [],
  label_ids: [],
  properties: [],
  all_record_ids: [],
  data_table_record_mapping: {},
  data_table_draft_record_ids: []
}

/** The ids of those that are listed differ: what has the same id twice is one thing. */
const listed = (activities: ReadonlyArray<unknown>) => {
  const ids = [activity.id, "5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11"]
  const server = Scripted.make(() =>
    Scripted.json(activities.map((one, index) => ({ ...Object(one), id: ids[index] })))
  )
  const live = Activities.layer.pipe(Layer.provide(AuthTest), Layer.provide(server.layer))
  const list = Effect.flatMap(Activities.Activities, (activities) => activities.list)
  return {
    lenient: Effect.provide(list, live),
    strict: list.pipe(RequestPolicy.strict, Effect.provide(live))
  }
}

describe("drift", () => {
  const drifts: ReadonlyArray<readonly [name: string, activity: unknown, at: string]> = [
    ["a new field", { ...activity, mood: "sunny" }, "[1].mood"],
    ["a new member of an enumeration", { ...activity, status: "dreaming" }, "[1].status"],
    ["a missing list", { ...activity, label_ids: undefined }, "[1].label_ids"],
    ["null where a list was", { ...activity, label_ids: null }, "[1].label_ids"],
    ["null where a map was", { ...activity, data_table_record_mapping: null }, "[1].data_table_record_mapping"],
    [
      "a new field deep inside",
      { ...activity, properties: [{ id: "0c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10", smell: 1 }] },
      "[1].properties[0].smell"
    ]
  ]
  for (const [name, drifted, at] of drifts) {
    it.effect(`${name} fails no call, and a strict call with the path`, () =>
      Effect.gen(function* () {
        const { lenient, strict } = listed([activity, drifted])
        expect(yield* lenient).toHaveLength(2)
        expect(yield* Effect.flip(strict)).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          at,
          message: expect.stringContaining(at)
        })
      })
    )
  }

  it.effect("null and a missing field decode to the same value", () =>
    Effect.gen(function* () {
      const { strict } = listed([activity, { ...activity, title: null, status: null, due_date: null }])
      expect(yield* strict).toHaveLength(2)
    })
  )
})
