import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Api } from "../server/api.js"
import { edited } from "../server/changes.js"
import { type NotFound, notFound } from "../server/problem.js"
import { addEvent, find, findAll, type Moment, newId, type State, Store } from "../server/store.js"
import type { Dashboard, DashboardCategory } from "./model.js"

const dashboardWith = (state: State, id: string): Effect.Effect<Dashboard, NotFound> =>
  find(state.dashboards, "dashboard", id)

const write = (state: State, at: Moment, dashboard: Dashboard): void => {
  state.dashboards.set(dashboard.id, dashboard)
  addEvent(state, at, "dashboard_updated", "dashboard", dashboard.id)
}

type List = "record_ids" | "record_set_ids"

const add = (state: State, at: Moment, dashboardId: string, list: List, id: string) =>
  Effect.gen(function* () {
    const dashboard = yield* dashboardWith(state, dashboardId)
    yield* list === "record_ids"
      ? findAll(state.records, "record", [id])
      : findAll(state.record_sets, "record set", [id])
    write(state, at, { ...dashboard, [list]: edited(dashboard[list], [id], []) })
    return {}
  })

const remove = (state: State, at: Moment, dashboardId: string, list: List, id: string) =>
  Effect.gen(function* () {
    const dashboard = yield* dashboardWith(state, dashboardId)
    if (!dashboard[list].includes(id)) {
      return yield* Effect.fail(
        notFound(list === "record_ids" ? "record of the dashboard" : "record set of the dashboard", id)
      )
    }
    write(state, at, { ...dashboard, [list]: edited(dashboard[list], [], [id]) })
    return {}
  })

export const layer = HttpApiBuilder.group(Api, "dashboards", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listDashboards", () => Effect.sync(() => [...store.state.dashboards.values()]))
      .handle("listCategories", ({ path }) =>
        Effect.map(dashboardWith(store.state, path.id), ({ id }) =>
          [...store.state.dashboard_categories.values()].filter((category) => category.dashboard_id === id)
        )
      )
      .handle("addCategory", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          const dashboard = yield* dashboardWith(state, path.id)
          yield* findAll(state.activity_definitions, "activity definition", payload.operation_definition_ids)
          yield* findAll(state.activity_labels, "label", payload.label_ids?.flat())
          yield* findAll(state.entity_fields, "field", payload.field_ids)
          const category: DashboardCategory = {
            id: newId(),
            dashboard_id: dashboard.id,
            category_name: payload.category_name,
            operation_definition_ids: payload.operation_definition_ids ?? [],
            label_ids: payload.label_ids ?? [],
            field_ids: payload.field_ids ?? []
          }
          state.dashboard_categories.set(category.id, category)
          write(state, at, dashboard)
          return category
        })
      )
      .handle("removeCategory", ({ path }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const { state } = store
          const dashboard = yield* dashboardWith(state, path.id)
          const category = yield* find(state.dashboard_categories, "category", path.category_id)
          if (category.dashboard_id !== dashboard.id) {
            return yield* Effect.fail(notFound("category", path.category_id))
          }
          state.dashboard_categories.delete(category.id)
          write(state, at, dashboard)
          return {}
        })
      )
      .handle("addDashboardRecord", ({ path, payload }) =>
        store.change((state, at) => add(state, at, path.id, "record_ids", payload.record_id))
      )
      .handle("removeDashboardRecord", ({ path }) =>
        store.change((state, at) => remove(state, at, path.id, "record_ids", path.record_id))
      )
      .handle("addDashboardSet", ({ path, payload }) =>
        store.change((state, at) => add(state, at, path.id, "record_set_ids", payload.set_id))
      )
      .handle("removeDashboardSet", ({ path }) =>
        store.change((state, at) => remove(state, at, path.id, "record_set_ids", path.set_id))
      )
  )
)
