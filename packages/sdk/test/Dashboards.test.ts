import { Dashboards, Records } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assert, expect, it } from "../../../test/vitest.js"
import { onEmulator } from "./support/services.js"

const services = Layer.merge(Dashboards.layer, Records.layer)

it.effect("a record and a category that are added to a dashboard are there until they are removed", () =>
  Effect.gen(function* () {
    const dashboards = yield* Dashboards.Dashboards
    const [dashboard] = yield* dashboards.list
    assert(dashboard !== undefined && dashboard.dashboard_name !== null)
    const { dashboard_name, record_ids } = dashboard
    const byName = { dashboard_name }
    const [record] = (yield* Effect.flatMap(Records.Records, (records) => records.search({}))).filter(
      (id) => !record_ids.includes(id)
    )
    assert(record !== undefined)

    yield* dashboards.addRecord(byName, record)
    expect((yield* dashboards.get(byName)).record_ids).toEqual([...record_ids, record])
    yield* dashboards.removeRecord(dashboard, record)
    expect((yield* dashboards.get(dashboard.id)).record_ids).toEqual(record_ids)

    const before = yield* dashboards.categories(byName)
    const category = yield* dashboards.addCategory(byName, { category_name: "Potency" })
    expect(yield* dashboards.categories(byName)).toEqual([...before, category])
    yield* dashboards.removeCategory(byName, category)
    expect(yield* dashboards.categories(byName)).toEqual(before)
  }).pipe(Effect.provide(onEmulator(services)))
)

it.effect("a name that no dashboard has is an UnknownReference with that name", () =>
  Effect.gen(function* () {
    const dashboards = yield* Dashboards.Dashboards
    expect(yield* Effect.flip(dashboards.categories({ dashboard_name: "Nobody's" }))).toMatchObject({
      _tag: "KaleidoscopeUnknownReference",
      call: "Dashboards.categories",
      reference: 'dashboard {"dashboard_name":"Nobody\'s"}'
    })
  }).pipe(Effect.provide(onEmulator(services)))
)
