import * as Struct from "effect/Struct"

/** `list`, followed by the items of `added` that it does not have yet. */
export const union = (list: ReadonlyArray<string>, added: Iterable<string>): ReadonlyArray<string> => [
  ...new Set([...list, ...added])
]

/** The value of an update, or the stored one if the update leaves the field out. */
export const patched = <Value>(value: Value | undefined, stored: Value): Value => (value === undefined ? stored : value)

/** Adds ids to a list and removes others. */
export const edited = (
  list: ReadonlyArray<string>,
  added: ReadonlyArray<string> | null | undefined,
  removed: ReadonlyArray<string> | null | undefined
): ReadonlyArray<string> => union(list, added ?? []).filter((id) => removed?.includes(id) !== true)

/** The fields that an update changed, in the form that events have. */
export const changes = <Item extends object>(before: Item, after: Item): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Struct.entries(after)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]))
      .map(([key, value]) => [key, { from: before[key], to: value }])
  )
