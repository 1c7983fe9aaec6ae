/** The list of a field that is missing, `null` or unreadable. It is always this object, which no list of a response is. */
export const noList: ReadonlyArray<never> = Object.freeze([])

/** The same of a field that holds an object. */
export const noMap: { readonly [key: string]: never } = Object.freeze({})

// Not in the model itself: equality, printing and encoding must not see it.
const fields = new WeakMap<object, Map<string, { readonly raw: unknown } | undefined>>()

// Nearly always there is no entry, and then no model is looked up.
let any = false

const add = (model: object, name: string, found: { readonly raw: unknown } | undefined): void => {
  any = true
  const existing = fields.get(model)
  if (existing === undefined) fields.set(model, new Map([[name, found]]))
  else existing.set(name, found)
}

/** Stores the raw value of a field that could not be read. */
export const addUnreadable = (model: object, name: string, raw: unknown): void => add(model, name, { raw })

/** Stores that a field was missing, and not `null`. */
export const addMissing = (model: object, name: string): void => add(model, name, undefined)

/** The raw value of a field that could not be read. */
export const unreadable = (model: object, name: string): { readonly raw: unknown } | undefined =>
  any ? fields.get(model)?.get(name) : undefined

/**
 * Whether the response had a readable field of a model; for a single value `null` counts, too. For single values the
 * result is exact only if the field is `decisive`.
 */
export const isPresent = (model: object, name: string): boolean => {
  const value: unknown = Reflect.get(model, name)
  return value !== noList && value !== noMap && !(any && fields.get(model)?.has(name) === true)
}
