import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { InvalidRequest } from "../../KaleidoscopeError.js"
import * as EntityFields from "../entityFields/lookup.js"
import { fieldNamed } from "../entityFields/named.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as FilterForm from "./filterForm.js"
import type { FieldReference, Filter, Order } from "./where.js"

const nameOf = (field: FieldReference): string =>
  typeof field === "string" ? field : "id" in field ? field.id : field.field_name

/** What a filter sends as its `filter_prop`. */
const propOf = (
  call: string,
  { filter_prop, filter_type }: Filter,
  index: number,
  field: FilterForm.Shown
): Effect.Effect<unknown, InvalidRequest> =>
  Either.match(FilterForm.read(filter_type, filter_prop, field), {
    onLeft: ({ message, part }) => Method.invalid(call, `where[${index}].${part}`, message),
    onRight: Effect.succeed
  })

/** Refuses filters whose form fits no field. This needs no request. */
export const checkForms = (call: string, filters: ReadonlyArray<Filter>): Effect.Effect<void, InvalidRequest> =>
  Effect.forEach(
    filters,
    (filter, index) => propOf(call, filter, index, { name: nameOf(filter.field), field_type: null }),
    { discard: true }
  )

/** Makes the function that looks up the fields of filters and orders, and gives them the platform's form. */
export const encodeFilters = (api: Api.Api) => {
  const { dataFields, keyFields } = EntityFields.fieldCatalogs(api)
  const both = { concurrency: "unbounded" } as const
  const held = Effect.all([keyFields.recent(() => true), dataFields.recent(() => true)], both)
  const now = Effect.all([keyFields.list, dataFields.list], both)

  return (call: string, filters: ReadonlyArray<Filter>, orders: ReadonlyArray<Order>) =>
    Effect.gen(function* () {
      if (filters.length + orders.length === 0) return { filters: [], sorts: [] }
      const find = (field: FieldReference, fields: ReadonlyArray<EntityFields.EntityField>) =>
        fieldNamed(call, field, fields)
      // A name that the held lists do not have may be that of a new field.
      const recent = (yield* held).flat()
      const isKnown = yield* Effect.isSuccess(
        Effect.forEach([...filters, ...orders], ({ field }) => find(field, recent))
      )
      const fields = isKnown ? recent : (yield* now).flat()
      return {
        filters: yield* Effect.forEach(filters, (filter, index) =>
          Effect.gen(function* () {
            const { field_name, field_type, id } = yield* find(filter.field, fields)
            const shown = { name: field_name ?? id, field_type }
            const filter_prop = yield* propOf(call, filter, index, shown)
            return { field_id: id, filter_type: filter.filter_type, filter_prop }
          })
        ),
        sorts: yield* Effect.forEach(orders, ({ direction, field }) =>
          Effect.map(find(field, fields), ({ id }) => ({ field_id: id, descending: direction === "descending" }))
        )
      }
    })
}
