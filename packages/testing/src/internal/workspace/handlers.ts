import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Api } from "../server/api.js"
import { microsOf, newestFirst } from "../server/dates.js"
import { findAll, Store } from "../server/store.js"
import type { Event, WorkspaceEvent } from "./model.js"

const defaultPageSize = 100

export const labels = HttpApiBuilder.group(Api, "activity_labels", (handlers) =>
  Effect.map(Store, (store) =>
    handlers.handle("listLabels", () => Effect.sync(() => [...store.state.activity_labels.values()]))
  )
)

export const propertyFields = HttpApiBuilder.group(Api, "property_fields", (handlers) =>
  Effect.map(Store, (store) =>
    handlers.handle("listPropertyFields", () => Effect.sync(() => [...store.state.property_fields.values()]))
  )
)

/** One page of a list. The first page is 1, and also 0. */
export const page = <Item>(
  items: ReadonlyArray<Item>,
  query: { readonly page?: number | undefined; readonly page_size?: number | undefined }
): ReadonlyArray<Item> => {
  const size = query.page_size ?? defaultPageSize
  const start = (Math.max(1, query.page ?? 1) - 1) * size
  return items.slice(start, start + size)
}

export const workspaces = HttpApiBuilder.group(Api, "workspaces", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("getWorkspace", () => Effect.sync(() => store.state.workspace))
      .handle("listMembers", () => Effect.sync(() => [...store.state.members.values()]))
      .handle("listGroups", () => Effect.sync(() => [...store.state.groups.values()]))
      .handle("listEvents", ({ urlParams }) =>
        Effect.gen(function* () {
          yield* findAll(store.state.members, "member", urlParams.event_user_ids)
          const after = urlParams.after_date === undefined ? undefined : microsOf(urlParams.after_date)
          const before = urlParams.before_date === undefined ? undefined : microsOf(urlParams.before_date)
          const passes = (event: Event): boolean =>
            (urlParams.event_types === undefined ||
              urlParams.event_types.length === 0 ||
              urlParams.event_types.includes(event.event_type)) &&
            (urlParams.resource_type === undefined || urlParams.resource_type === event.resource_type) &&
            (urlParams.event_user_ids === undefined ||
              urlParams.event_user_ids.length === 0 ||
              (event.event_user_id !== null && urlParams.event_user_ids.includes(event.event_user_id))) &&
            (after === undefined || microsOf(event.created_at) > after) &&
            (before === undefined || microsOf(event.created_at) < before)
          const events = newestFirst([...store.state.events.values()].filter(passes))
          return page(events, urlParams).map((event): WorkspaceEvent => {
            const user = event.event_user_id === null ? undefined : store.state.members.get(event.event_user_id)
            return {
              ...event,
              full_name: user?.full_name ?? null,
              preferred_name: user?.preferred_name ?? null,
              is_bot: event.event_user_id === store.state.api_user_id
            }
          })
        })
      )
  )
)
