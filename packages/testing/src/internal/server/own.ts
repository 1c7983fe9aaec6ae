/** What an object holds under a name that came from outside: `constructor` is nothing that it holds. */
export const own = <Value>(object: { readonly [key: string]: Value }, key: string): Value | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined
