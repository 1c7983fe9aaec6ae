import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
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
  // V8 searches a text of less than seven characters four times as fast as a longer one.
  (text.includes("__pro") && text.includes(prototypeKey)) ||
  (text.includes("\\u00") && /\\u00(?:5f|70|72|6f|74)/i.test(text))

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

/** What a search for what cannot be sent has met. */
interface Search {
  /** The objects around the current value. They are few, and a `Set` of them takes longer. */
  readonly above: Array<object>
  /** Whether a value has a `toJSON` that is not that of `Date`, as that of a `DateTime`, which loses digits. */
  hasToJson: boolean
}

/** Whether a value is one of those that are not written as they are. A loop over the names would look each of them up anew. */
const isMarked = (value: object): boolean =>
  "toJSON" in value ||
  Inspectable.NodeInspectSymbol in value ||
  Symbol.toStringTag in value ||
  Redacted.RedactedTypeId in value ||
  DateTime.TypeId in value

/** Whether a value is a list or an object that is written as it is. Most are, so that nothing else is asked of them. */
const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null || (prototype === Array.prototype && Array.isArray(value))) &&
    !isMarked(value)
  )
}

// The path is built on the way back, so a value that can be sent costs no path.
const unsendable = (value: unknown, search: Search): Unsendable | undefined => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : { path: [], reason: `${value} has no form in JSON` }
    case "bigint":
    case "function":
    case "symbol":
      return { path: [], reason: `a ${typeof value} has no form in JSON` }
    case "object":
      return value === null ? undefined : unsendableObject(value, search)
    default:
      return undefined
  }
}

/**
 * Whether a plain object holds only text, booleans, `null` and numbers that can be sent, as nearly all rows do. A loop without
 * calls takes a third of the time while the code is new.
 */
const isFlat = (value: object): boolean => {
  if (!Predicate.isRecord(value)) return false
  for (const key in value) {
    const item = value[key]
    if (typeof item === "string" || typeof item === "boolean" || item === null || item === undefined) continue
    if (typeof item !== "number" || !Number.isFinite(item)) return false
  }
  return true
}

const unsendableObject = (value: object, search: Search): Unsendable | undefined => {
  if (isPlain(value)) {
    if (search.above.length < deepest && isFlat(value)) return undefined
  } else {
    search.hasToJson ||= hasToJson(value) && value.toJSON !== Date.prototype.toJSON
    if (DateTime.isDateTime(value)) return undefined
    if (Predicate.isDate(value)) {
      return Number.isNaN(value.getTime()) ? { path: [], reason: "the date is invalid" } : undefined
    }
    const loss = lossOf(value)
    if (loss !== undefined) return { path: [], reason: loss }
  }
  const { above } = search
  if (above.includes(value)) return { path: [], reason: "the value contains itself" }
  if (above.length === deepest) return { path: [], reason: `the value is nested more than ${deepest} deep` }
  above.push(value)
  const inside = Array.isArray(value)
    ? unsendableItem(value, search)
    : Predicate.isRecord(value)
      ? unsendableEntry(value, search)
      : undefined
  above.pop()
  return inside
}

const unsendableItem = (items: ReadonlyArray<unknown>, search: Search): Unsendable | undefined => {
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const found =
      item === undefined ? { path: [], reason: "undefined in a list has no form in JSON" } : unsendable(item, search)
    if (found !== undefined) return { path: [index, ...found.path], reason: found.reason }
  }
  return undefined
}

const unsendableEntry = (value: { readonly [key: string]: unknown }, search: Search): Unsendable | undefined => {
  // `Object.keys` would make a list for each of the rows of a large push.
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    const found = unsendable(value[key], search)
    if (found !== undefined) return { path: [key, ...found.path], reason: found.reason }
  }
  return undefined
}

function replace(this: unknown, key: string, value: unknown): unknown {
  // `value` is what `toJSON` made of it, and that loses a timestamp's microseconds.
  const raw = Predicate.hasProperty(this, key) ? this[key] : undefined
  return DateTime.isDateTime(raw) ? Timestamp.format(raw) : value
}

/** Runs the code of the caller that writing a value runs: its getters and its `toJSON`. */
const guarded = <A>(run: () => Either.Either<A, Unsendable>): Either.Either<A, Unsendable> =>
  Either.flatMap(
    Either.try({
      try: run,
      catch: (): Unsendable => ({ path: [], reason: "one of its getters or its toJSON throws" })
    }),
    identity
  )

/** Gives the function that writes a value, or why the value cannot be sent. */
const writerOf = (value: unknown): Either.Either<typeof replace | undefined, Unsendable> => {
  if (value === undefined) return Either.left({ path: [], reason: "undefined has no form in JSON" })
  const search: Search = { above: [], hasToJson: false }
  const found = unsendable(value, search)
  // Without a replacer, writing takes a third of the time.
  return found === undefined ? Either.right(search.hasToJson ? replace : undefined) : Either.left(found)
}

/**
 * Writes JSON: dates as ISO 8601, keys that are `undefined` left out. A value that JSON cannot express is rejected with its
 * path (`NaN`, which `JSON.stringify` turns into `null`, an invalid date, a cycle).
 */
export const stringify = (value: unknown): Either.Either<string, Unsendable> =>
  guarded(() => Either.map(writerOf(value), (replacer) => JSON.stringify(value, replacer)))

/** Whether {@link stringify} writes a value. It is written only if it has a `toJSON`, which may throw. */
export const check = (value: unknown): Either.Either<void, Unsendable> =>
  guarded(() =>
    Either.map(writerOf(value), (replacer) => {
      if (replacer !== undefined) JSON.stringify(value, replacer)
    })
  )

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
