import * as Struct from "effect/Struct"

/** `list` and what it does not hold yet of `added`, in this order. */
export const union = (list: ReadonlyArray<string>, added: Iterable<string>): ReadonlyArray<string> => [
  ...new Set([...list, ...added])
]

/** What an update says about a field, or, where it says nothing, what is stored. */
export const kept = <Value>(value: Value | undefined, stored: Value): Value => (value === undefined ? stored : value)

/** A list of ids to which some are added and from which others are taken. */
export const edited = (
  list: ReadonlyArray<string>,
  added: ReadonlyArray<string> | null | undefined,
  removed: ReadonlyArray<string> | null | undefined
): ReadonlyArray<string> => union(list, added ?? []).filter((id) => removed?.includes(id) !== true)

/** What an update changed, as events tell it. */
export const changes = <Item extends object>(before: Item, after: Item): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Struct.entries(after)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]))
      .map(([key, value]) => [key, { from: before[key], to: value }])
  )
