import * as Effect from "effect/Effect"
import type { InvalidRequest } from "../../KaleidoscopeError.js"
import * as Catalog from "../catalog/catalog.js"
import * as Json from "../json/json.js"
import * as Method from "../request/method.js"

/** The ids of a parameter that takes one text with commas, and not JSON. */
export const joined = (
  call: string,
  at: string,
  ids: ReadonlyArray<string> | null | undefined
): Effect.Effect<string | undefined, InvalidRequest> => {
  if (ids === undefined || ids === null) return Effect.succeed(undefined)
  if (ids.length === 0) {
    return Method.invalid(call, at, "a query cannot have an empty list of ids; leave it out to search without it")
  }
  const index = ids.findIndex((id: unknown) => typeof id !== "string" || id === "" || id.includes(","))
  return index < 0
    ? Effect.succeed(ids.join(","))
    : Method.invalid(call, Json.formatPath([at, index]), "an id must be a string that is not empty and has no comma")
}

/** The column to which a filter or an order of a record view belongs. */
interface Column {
  readonly key_field_id?: string | null | undefined
  readonly view_field_id?: string | null | undefined
}

/** Completes filters or sorts of a record view: the platform expects every key, also those that are `null`. */
const complete =
  <Defaults extends object>(defaults: Defaults) =>
  <A extends Column, None extends null | undefined>(
    call: string,
    at: string,
    columns: ReadonlyArray<A> | None
  ): Effect.Effect<ReadonlyArray<unknown> | None, InvalidRequest> =>
    columns === undefined || columns === null
      ? Effect.succeed(columns)
      : Effect.forEach(columns, ({ key_field_id = null, view_field_id = null, ...others }, index) =>
          (key_field_id === null) === (view_field_id === null)
            ? Method.invalid(
                call,
                Json.formatPath([at, index]),
                "it must have either a key field (key_field_id) or a column (view_field_id)"
              )
            : Effect.succeed({ key_field_id, view_field_id, ...defaults, ...defined(others) })
        )

const defined = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The filters of a record view, in the platform's form. */
export const viewFilters = complete({ filter_prop: null })

/** The sorts of a record view, in the platform's form. */
export const viewSorts = complete({ descending: false })

const described = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return value.flatMap(described)
  return typeof value === "object" && value !== null
    ? [Catalog.idIn<string>({ ...value }) ?? JSON.stringify(value)]
    : []
}

const fieldsOf = (columns: unknown): ReadonlyArray<string> =>
  Array.isArray(columns)
    ? columns.flatMap(({ field, field_id, key_field_id, view_field_id }: { readonly [key: string]: unknown }) =>
        described([field, field_id, key_field_id, view_field_id])
      )
    : []

/** The things in a parameter that may not exist. Parameters with other values have none. */
const namesOf = (name: string, value: unknown): ReadonlyArray<string> => {
  if (/^where$|^order_by$|_(?:filters|sorts)$/.test(name)) return fieldsOf(value)
  return name === "created_by" || /_ids?$/.test(name) ? described(value) : []
}

/** The things that a search or an export asks for, by parameter, as its arguments name them. */
export const asked = (
  query: object
): ReadonlyArray<{ readonly name: string; readonly things: ReadonlyArray<string> }> =>
  Object.entries(query).flatMap(([name, value]) => {
    const things = [...new Set(namesOf(name, value))]
    return things.length === 0 ? [] : [{ name, things }]
  })
