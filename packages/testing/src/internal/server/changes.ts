import * as Struct from "effect/Struct"

/** `list`, followed by the items of `added` that it does not have yet. */
export const union = (list: ReadonlyArray<string>, added: Iterable<string>): ReadonlyArray<string> => [
  ...new Set([...list, ...added])
]

/** `null` where a field can be `null`. A list becomes empty, a flag becomes `false`. */
const cleared = (stored: unknown): unknown => (Array.isArray(stored) ? [] : typeof stored === "boolean" ? false : null)

/** Some fields of an item after an update. A field that the update leaves out does not change, and `null` clears it. */
export const patched = <Item, const Name extends keyof Item>(
  item: Item,
  update: { readonly [Key in Name]?: Item[Key] | null | undefined },
  names: ReadonlyArray<Name>
): Pick<Item, Name> =>
  Object.fromEntries(
    names.map((name) => [name, update[name] === undefined ? item[name] : (update[name] ?? cleared(item[name]))])
  ) as Pick<Item, Name> // `Object.fromEntries` loses the names

/** Adds ids to a list and removes others. */
export const edited = (
  list: ReadonlyArray<string>,
  added: ReadonlyArray<string> | null | undefined,
  removed: ReadonlyArray<string> | null | undefined
): ReadonlyArray<string> => union(list, added ?? []).filter((id) => removed?.includes(id) !== true)

type Lists<Name extends string> = { readonly [Key in Name]: ReadonlyArray<string> }

/** The ids that an update adds to lists of an item, and those that it removes. */
type Edits<Name extends string> = {
  readonly [Key in `add_${Name}` | `remove_${Name}`]?: ReadonlyArray<string> | null | undefined
}

/** Some lists of an item after an update with `add_…` and `remove_…`. */
export const editedLists = <const Name extends string>(
  item: Lists<Name>,
  update: Edits<Name>,
  names: ReadonlyArray<Name>
): Lists<Name> =>
  Object.fromEntries(
    names.map((name) => [name, edited(item[name], update[`add_${name}`], update[`remove_${name}`])])
  ) as Lists<Name> // `Object.fromEntries` loses the names

/** The fields that an update changed, in the form that events have. */
export const changes = <Item extends object>(before: Item, after: Item): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Struct.entries(after)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]))
      .map(([key, value]) => [key, { from: before[key], to: value }])
  )
