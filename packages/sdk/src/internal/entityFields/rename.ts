import { dual } from "effect/Function"
import * as Id from "../id.js"
import type { EntityField } from "./model.js"

/** A row, by the names of its columns. */
interface Row<A> {
  readonly [column: string]: A
}

/**
 * Renames the columns of exported rows: from the ids of fields to their names. Where two of the fields have the same
 * name, or a row has a column of that name already, the id stays in all rows: otherwise a column would be lost.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const readable = (rows: ReadonlyArray<{ readonly [column: string]: string }>) =>
 *   Effect.gen(function* () {
 *     const fields = yield* EntityFields.EntityFields
 *     const all = [...(yield* fields.listKeyFields), ...(yield* fields.listDataFields)]
 *     return EntityFields.renameFields(rows, all)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const renameFields: {
  (fields: Iterable<EntityField>): <A>(rows: Iterable<Row<A>>) => Array<Row<A>>
  <A>(rows: Iterable<Row<A>>, fields: Iterable<EntityField>): Array<Row<A>>
} = dual(2, <A>(rows: Iterable<Row<A>>, fields: Iterable<EntityField>): Array<Row<A>> => {
  const all = Array.from(rows)
  const columns = new Set(all.flatMap((row) => Object.keys(row)))
  const idsOf = new Map<string, Set<string>>()
  for (const { field_name, id } of fields) {
    if (field_name !== null && field_name !== "" && !columns.has(field_name)) {
      idsOf.set(field_name, (idsOf.get(field_name) ?? new Set()).add(Id.canonical(id)))
    }
  }
  const spellings = new Map<string, number>()
  for (const column of columns) spellings.set(Id.canonical(column), (spellings.get(Id.canonical(column)) ?? 0) + 1)
  const nameOf = new Map<string, string>()
  for (const [name, ids] of idsOf) {
    // Two columns with the same id, one in capitals and one not, would become one column.
    if (ids.size === 1) for (const id of ids) if (spellings.get(id) === 1) nameOf.set(id, name)
  }
  return all.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [nameOf.get(Id.canonical(column)) ?? column, value])
    )
  )
})
