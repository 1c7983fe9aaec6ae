import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as Ids from "../../Ids.js"
import { AmbiguousReference, type DecodeError, UnknownReference } from "../../KaleidoscopeError.js"
import * as Catalog from "../catalog/catalog.js"
import * as MissingField from "../catalog/missingField.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"
import type { ActivityDefinition, ContentLayoutItem } from "./model.js"

/** The placements of a record view in the layout of a definition. @since 0.1.0 @category getters */
export const placementsOf: {
  (
    view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }
  ): (definition: ActivityDefinition) => Array<ContentLayoutItem>
  (definition: ActivityDefinition, view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }): Array<ContentLayoutItem>
} = dual(
  2,
  (
    definition: ActivityDefinition,
    view: Ids.RecordViewId | { readonly id: Ids.RecordViewId }
  ): Array<ContentLayoutItem> => {
    const id = Catalog.idOf(view)
    return Id.distinct(definition.content_layout).filter((placement) => Id.same(placement.record_view_id, id))
  }
)

/** A placement of a record view. */
export interface Placed {
  readonly record_view_id: Ids.RecordViewId
  readonly content_layout_id: Ids.ContentLayoutId
}

/** All placements of record views in a definition. It fails if the response does not have them in a readable form. */
const placed = (definition: ActivityDefinition): Effect.Effect<ReadonlyArray<Placed>, DecodeError> =>
  Effect.filterOrFail(
    MissingField.required(Calls.list.name, "activity definition", definition, "content_layout"),
    (layout) => layout.every((item) => Unread.unreadable(item, "record_view_id") === undefined),
    () => MissingField.error(Calls.list.name, `activity definition ${definition.id}`, "content_layout[].record_view_id")
  ).pipe(
    Effect.map((layout) =>
      Id.distinct(layout).flatMap(({ id, record_view_id }) =>
        record_view_id === null ? [] : [{ record_view_id, content_layout_id: id }]
      )
    )
  )

const unknown = (reference: string, definition: ActivityDefinition, placements: ReadonlyArray<Placed>) => {
  const listed = placements.map(({ content_layout_id, record_view_id }) => `${content_layout_id} (${record_view_id})`)
  return new UnknownReference({
    ...Method.localFacts(
      Calls.list.name,
      `activity definition ${definition.id} has no ${reference}; ${
        listed.length === 0
          ? "it has no placement of any record view"
          : `its placements of record views are: ${listed.join(", ")}`
      }`
    ),
    reference
  })
}

/** The one placement of a record view in a definition. */
export const placementOf = (
  definition: ActivityDefinition,
  view: Ids.RecordViewId
): Effect.Effect<Placed, UnknownReference | AmbiguousReference | DecodeError> =>
  Effect.flatMap(placed(definition), (placements): Effect.Effect<Placed, UnknownReference | AmbiguousReference> => {
    const [first, ...others] = placements.filter(({ record_view_id }) => Id.same(record_view_id, view))
    const reference = `placement of record view ${view}`
    if (first === undefined) return Effect.fail(unknown(reference, definition, placements))
    if (others.length === 0) return Effect.succeed({ ...first, record_view_id: view })
    const ids = [first, ...others].map(({ content_layout_id }) => content_layout_id)
    return Effect.fail(
      new AmbiguousReference({
        ...Method.localFacts(
          Calls.list.name,
          `activity definition ${definition.id} has ${ids.length} placements of record view ${view}; ` +
            `give the content_layout_id of one of them: ${ids.join(", ")}`
        ),
        reference,
        ids
      })
    )
  })

/** The placement with an id. It must be a placement of a record view. */
export const placedAs = (
  definition: ActivityDefinition,
  id: Ids.ContentLayoutId
): Effect.Effect<Placed, UnknownReference | DecodeError> =>
  Effect.flatMap(placed(definition), (placements) => {
    const found = placements.find(({ content_layout_id }) => Id.same(content_layout_id, id))
    return found === undefined
      ? Effect.fail(unknown(`placement ${id} of a record view`, definition, placements))
      : Effect.succeed({ ...found, content_layout_id: id })
  })
