import { dual } from "effect/Function"
import type * as Ids from "../../Ids.js"
import * as Catalog from "../catalog/catalog.js"
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

/** Filters record views, or templates, for those that an activity shows. @since 0.1.0 @category getters */
export const ofActivity: Shown<Ids.ActivityId> = shown((view) => view.operation_ids)

/** Filters record views, or templates, for those that an activity definition shows. @since 0.1.0 @category getters */
export const ofDefinition: Shown<Ids.ActivityDefinitionId> = shown((view) => view.operation_definition_ids)
