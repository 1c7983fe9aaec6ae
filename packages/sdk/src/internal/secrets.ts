import * as Predicate from "effect/Predicate"

/** What may be shown of nothing that a server says: servers and proxies like to quote what they were sent. */
export interface Secrets {
  readonly add: (secret: string) => void
  /** A text without the secrets. */
  readonly hide: (text: string) => string
  /** An error without the secrets. */
  readonly hideIn: <E>(error: E) => E
}

// What is shorter is found in any text, and is no secret.
const shortest = 8

const hidden = "<redacted>"

export const make = (known: Iterable<string> = []): Secrets => {
  const secrets = new Set<string>()
  const add = (secret: string) => {
    if (secret.length < shortest) return
    secrets.add(secret)
    secrets.add(new URLSearchParams([["", secret]]).toString().slice(1))
  }
  for (const secret of known) add(secret)

  const hide = (text: string): string => {
    let result = text
    for (const secret of secrets) result = result.replaceAll(secret, hidden)
    return result
  }

  const hideDeep = (value: unknown): unknown => {
    if (typeof value === "string") return hide(value)
    if (Array.isArray(value)) return value.map(hideDeep)
    return Predicate.isRecord(value) && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideDeep(item)]))
      : value
  }

  return {
    add,
    hide,
    hideIn: <E>(error: E): E => {
      if (!(error instanceof Error)) return error
      // The message is not enumerable, so a spread leaves it behind.
      const fields = { ...error, message: error.message }
      const without = hideDeep(fields)
      return JSON.stringify(fields) === JSON.stringify(without)
        ? error
        : Reflect.construct(error.constructor, [without])
    }
  }
}
