import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as Ids from "../../Ids.js"
import type { DecodeError } from "../../KaleidoscopeError.js"
import * as Catalog from "../catalog/catalog.js"
import * as MissingField from "../catalog/missingField.js"
import * as Id from "../id.js"
import type { RecordView } from "./model.js"

interface Shown<Thing extends string> {
  (thing: Thing | { readonly id: Thing }): (views: Iterable<RecordView>) => Array<RecordView>
  (views: Iterable<RecordView>, thing: Thing | { readonly id: Thing }): Array<RecordView>
}

const shown = <Thing extends string>(by: (view: RecordView) => ReadonlyArray<Thing> | null): Shown<Thing> =>
  dual(2, (views: Iterable<RecordView>, thing: Thing | { readonly id: Thing }): Array<RecordView> => {
    const id = Catalog.idOf(thing)
    return Array.from(views).filter((view) => Id.isIn(id, by(view) ?? []))
  })

/**
 * Filters record views, or templates, for those that an activity shows.
 *
 * @example
 * ```ts
 * import { type Ids, RecordViews } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const viewsOf = (activity: Ids.ActivityId) =>
 *   Effect.gen(function* () {
 *     const views = yield* RecordViews.RecordViews
 *     return RecordViews.ofActivity(yield* views.list, activity)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const ofActivity: Shown<Ids.ActivityId> = shown((view) => view.operation_ids)

/** Filters record views, or templates, for those that an activity definition shows. @since 0.1.0 @category getters */
export const ofDefinition: Shown<Ids.ActivityDefinitionId> = shown((view) => view.operation_definition_ids)

/**
 * Filters record views for those that an activity, or a definition, shows, for the method `call`: it fails if the answer
 * does not hold that field for one of the views.
 */
export const shownBy =
  (call: string, name: "operation_ids" | "operation_definition_ids", id: string) =>
  (views: ReadonlyArray<RecordView>): Effect.Effect<Array<RecordView>, DecodeError> =>
    Effect.filter(views, (view) =>
      Effect.map(MissingField.required(call, "record view", view, name), (ids) => Id.isIn(id, ids ?? []))
    )
