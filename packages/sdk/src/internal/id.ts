const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is a UUID, as ids of the platform are. */
export const isUuid = (text: string): boolean => uuid.test(text)

/** The form in which ids are compared: UUIDs mean the same in capitals, and any other id is what is written. */
export const canonical = (id: string): string => (isUuid(id) ? id.toLowerCase() : id)

/** Whether two ids mean the same thing. */
export const same = (a: string | null | undefined, b: string | null | undefined): boolean =>
  a === b || (typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase() && isUuid(a))

/** Whether an id is in a list. */
export const isIn = (id: string, ids: Iterable<string>): boolean => {
  for (const one of ids) if (same(one, id)) return true
  return false
}

/** Each thing once, the first that has its id: what is listed twice is one thing. */
export const distinct = <A extends { readonly id: string }>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const seen = new Set<string>()
  return items.filter(({ id }) => {
    const before = seen.size
    return seen.add(canonical(id)).size > before
  })
}

/** As `distinct`, of ids. */
export const distinctIds = <Id extends string>(ids: Iterable<Id>): ReadonlyArray<Id> => {
  const firsts = new Map<string, Id>()
  for (const id of ids) {
    const key = canonical(id)
    if (!firsts.has(key)) firsts.set(key, id)
  }
  return [...firsts.values()]
}

/** What a map from ids has for an id. */
export const entryOf = <A>(map: { readonly [id: string]: A }, id: string): A | undefined => {
  if (Object.hasOwn(map, id)) return map[id]
  if (!isUuid(id)) return undefined
  const lowerCase = id.toLowerCase()
  for (const key of Object.keys(map)) {
    if (key.length === id.length && key.toLowerCase() === lowerCase) return map[key]
  }
  return undefined
}
