import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Inspectable from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Timestamp from "./timestamp.js"

/** A place in a JSON value: the keys and indices that lead to it. */
export type Path = ReadonlyArray<string | number>

/** Why a value cannot be sent as JSON, and where. */
export interface Unsendable {
  readonly path: Path
  readonly reason: string
}

const prototypeKey = "__proto__"

/** Whether a text may have the key in any spelling that JSON allows: its letters may be written as \u escapes. */
const mayHoldPrototypeKey = (text: string): boolean =>
  // A search for a fixed text is ten times as fast as a regular expression.
  text.includes(prototypeKey) || (text.includes("\\u00") && /\\u00(?:5f|70|72|6f|74)/i.test(text))

const dropPrototypeKey = (key: string, value: unknown): unknown => (key === prototypeKey ? undefined : value)

/**
 * Parses JSON. The key `__proto__` is dropped at every depth: code that copies keys, as that of `Schema`, would replace a
 * prototype with it.
 */
export const parse = (text: string): Either.Either<unknown, string> =>
  Either.try({
    try: (): unknown => JSON.parse(text, mayHoldPrototypeKey(text) ? dropPrototypeKey : undefined),
    // The engine's message quotes the text. The caller decides how much of the text an error shows.
    catch: () => "the text is not JSON"
  })

const deepest = 1000

const opaque = /^(Map|Set|WeakMap|WeakSet|RegExp|Promise|ArrayBuffer|.+Array|Error)$/
const plainTags = new Set(["Object", "Array", "Arguments", "Number", "String", "Boolean"])

const hasToJson = (value: object): value is { readonly toJSON: () => unknown } =>
  Predicate.hasProperty(value, "toJSON") && typeof value.toJSON === "function"

/** The name of a data type of Effect. Its `toJSON` is a description for people, which no server can read. */
const effectType = (value: object): string | undefined => {
  if (!Predicate.hasProperty(value, Inspectable.NodeInspectSymbol) || !hasToJson(value)) return undefined
  const described = value.toJSON()
  return Predicate.hasProperty(described, "_id") && typeof described._id === "string" ? described._id : undefined
}

/**
 * Why a value has no form in JSON though `JSON.stringify` writes one: `{}`, an object of numbers, or words for people.
 * Data would be lost.
 */
const lossOf = (value: object): string | undefined => {
  if (Redacted.isRedacted(value)) return "a Redacted has no form in JSON"
  const type = effectType(value)
  if (type !== undefined) return `${named(type)} of Effect has no form in JSON: send what is in it`
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1)
  if (value instanceof Number) return Number.isFinite(value.valueOf()) ? undefined : `${value} has no form in JSON`
  if (plainTags.has(tag)) return undefined
  // A class may have its own tag and still have fields that can be written.
  const isWritten = !opaque.test(tag) && (hasToJson(value) || Object.keys(value).length > 0)
  return isWritten ? undefined : `${named(tag)} has no form in JSON`
}

const named = (type: string): string => `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`

// The path is built on the way back, so a value that can be sent costs no path.
const unsendable = (value: unknown, above: Set<object>): Unsendable | undefined => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : { path: [], reason: `${value} has no form in JSON` }
    case "bigint":
    case "function":
    case "symbol":
      return { path: [], reason: `a ${typeof value} has no form in JSON` }
    case "object":
      break
    default:
      return undefined
  }
  if (value === null || DateTime.isDateTime(value)) return undefined
  if (Predicate.isDate(value)) {
    return Number.isNaN(value.getTime()) ? { path: [], reason: "the date is invalid" } : undefined
  }
  const loss = lossOf(value)
  if (loss !== undefined) return { path: [], reason: loss }
  if (above.has(value)) return { path: [], reason: "the value contains itself" }
  if (above.size === deepest) return { path: [], reason: `the value is nested more than ${deepest} deep` }
  above.add(value)
  const inside = Array.isArray(value) ? unsendableItem(value, above) : unsendableEntry(value, above)
  above.delete(value)
  return inside
}

const unsendableItem = (items: ReadonlyArray<unknown>, above: Set<object>): Unsendable | undefined => {
  for (const [index, item] of items.entries()) {
    const found =
      item === undefined ? { path: [], reason: "undefined in a list has no form in JSON" } : unsendable(item, above)
    if (found !== undefined) return { path: [index, ...found.path], reason: found.reason }
  }
  return undefined
}

const unsendableEntry = (value: object, above: Set<object>): Unsendable | undefined => {
  for (const [key, item] of Object.entries(value)) {
    const found = unsendable(item, above)
    if (found !== undefined) return { path: [key, ...found.path], reason: found.reason }
  }
  return undefined
}

function replace(this: unknown, key: string, value: unknown): unknown {
  // `value` is what `toJSON` made of it, and that loses a timestamp's microseconds.
  const raw = Predicate.isRecord(this) ? this[key] : undefined
  return DateTime.isDateTime(raw) ? Timestamp.format(raw) : value
}

/**
 * Writes JSON: dates as ISO 8601, keys that are `undefined` left out. A value that JSON cannot express is rejected with its
 * path (`NaN`, which `JSON.stringify` turns into `null`, an invalid date, a cycle).
 */
export const stringify = (value: unknown): Either.Either<string, Unsendable> => {
  const written = Either.try({
    try: () => {
      const found =
        value === undefined ? { path: [], reason: "undefined has no form in JSON" } : unsendable(value, new Set())
      return found === undefined ? Either.right(JSON.stringify(value, replace)) : Either.left(found)
    },
    catch: (): Unsendable => ({ path: [], reason: "one of its getters or its toJSON throws" })
  })
  return Either.flatMap(written, (result) => result)
}

/** `["data", 0, "IC50"]` as `data[0].IC50`. */
export const formatPath = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    ""
  )

/** A value after it is written as JSON and parsed again. A value that cannot be written is returned unchanged. */
export const plain = (value: unknown): unknown => Either.getOrElse(Either.flatMap(stringify(value), parse), () => value)

/** Whether two values are the same JSON. The order of keys does not matter. */
export const same = (a: unknown, b: unknown): boolean => isDeepEqual(plain(a), plain(b))

const isDeepEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isDeepEqual(item, b[index]))
  }
  if (!Predicate.isRecord(a) || !Predicate.isRecord(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepEqual(a[key], b[key]))
  )
}
