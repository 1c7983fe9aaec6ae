import { newId } from "../server/store.js"
import type { RecordView } from "./model.js"

/** Copies the columns of a view with new ids, and the filters and sorts that refer to them. */
export const withOwnColumns = (
  view: RecordView
): Pick<RecordView, "view_fields" | "filters" | "sorts" | "color_filters"> => {
  const ids = new Map(view.view_fields.map((field) => [field.id, newId()]))
  const moved = <Reference extends { readonly view_field_id: string | null }>(
    references: ReadonlyArray<Reference>
  ): ReadonlyArray<Reference> =>
    references.map((reference) =>
      reference.view_field_id === null
        ? reference
        : { ...reference, view_field_id: ids.get(reference.view_field_id) ?? reference.view_field_id }
    )
  return {
    view_fields: view.view_fields.map((field) => ({ ...field, id: ids.get(field.id) ?? field.id })),
    filters: moved(view.filters),
    sorts: moved(view.sorts),
    color_filters: moved(view.color_filters)
  }
}
