/** The object's own property with this name. For a name such as `constructor`, plain indexing would find an inherited one. */
export const ownProperty = <Value>(object: { readonly [key: string]: Value }, key: string): Value | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined
