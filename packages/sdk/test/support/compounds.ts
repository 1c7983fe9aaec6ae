import * as Effect from "effect/Effect"

/** A company's database of compounds: a key gets one number, however often it is asked for. */
export const makeDatabase = (prefix: string) => {
  const numbers = new Map<string, string>()
  const asked: Array<string> = []
  return {
    numbers,
    asked,
    register: (key: string) =>
      Effect.sync(() => {
        asked.push(key)
        const known = numbers.get(key) ?? `${prefix}-${numbers.size + 1}`
        numbers.set(key, known)
        return known
      })
  }
}
