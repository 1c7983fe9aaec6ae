import * as Effect from "effect/Effect"
import { type Conflict, conflict, type NotFound, notFound } from "../server/problem.js"
import { addEvent, find, type Moment, type State } from "../server/store.js"
import type { RecordView } from "./model.js"

/** All record views that are not deleted. */
export const viewsOf = (state: State): ReadonlyArray<RecordView> =>
  [...state.record_views.values()].filter((view) => view.is_deleted !== true)

/** The record view with this id. Fails with the platform's 404 if it does not exist or is deleted. */
export const findView = (state: State, id: string): Effect.Effect<RecordView, NotFound> =>
  Effect.filterOrFail(
    find(state.record_views, "record view", id),
    (view) => view.is_deleted !== true,
    () => notFound("record view", id)
  )

/** The result table template with this id. Fails with the platform's 404 if it does not exist or is deleted. */
export const findTemplate = (state: State, id: string): Effect.Effect<RecordView, NotFound> =>
  Effect.filterOrFail(
    Effect.mapError(findView(state, id), () => notFound("template", id)),
    (view) => view.is_template,
    () => notFound("template", id)
  )

/** Fails with the platform's 409 if drafts are staged on the view: they would lose it, or their keys. */
export const checkHasNoDrafts = (state: State, view: RecordView): Effect.Effect<void, Conflict> =>
  [...state.activities.values()].some((activity) => activity.registration_staging_record_view_id === view.id)
    ? conflict(
        "An activity stages its drafts on this view, so its key fields cannot change and it cannot be a template"
      )
    : Effect.void

/** Adds an event about a record view. */
export const log = (state: State, at: Moment, type: string, id: string): void =>
  addEvent(state, at, type, "record_view", id)
