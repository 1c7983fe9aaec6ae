/** The list of a field that is missing, `null` or unreadable: one list for all of them, so that it can be told from a list that is empty. */
export const noList: ReadonlyArray<never> = Object.freeze([])

/** The same of a field that holds an object. */
export const noMap: { readonly [key: string]: never } = Object.freeze({})

// Not in the model itself: neither equality nor printing nor encoding shall see it.
const fields = new WeakMap<object, Map<string, { readonly raw: unknown } | undefined>>()

// Nearly always there are none: then nothing has to be looked up.
let any = false

const add = (model: object, name: string, found: { readonly raw: unknown } | undefined): void => {
  any = true
  const existing = fields.get(model)
  if (existing === undefined) fields.set(model, new Map([[name, found]]))
  else existing.set(name, found)
}

/** Remembers what a field held that could not be read. */
export const addUnreadable = (model: object, name: string, raw: unknown): void => add(model, name, { raw })

/** Remembers that a field was missing: that it was not `null`. */
export const addMissing = (model: object, name: string): void => add(model, name, undefined)

/** What a field held that could not be read. */
export const unreadable = (model: object, name: string): { readonly raw: unknown } | undefined =>
  any ? fields.get(model)?.get(name) : undefined

/**
 * Whether an answer said what a field of a model is, if only that it is `null`. Of fields that are one value it is
 * known for those that are `decisive`.
 */
export const isPresent = (model: object, name: string): boolean => {
  const value: unknown = Reflect.get(model, name)
  return value !== noList && value !== noMap && !(any && fields.get(model)?.has(name) === true)
}
