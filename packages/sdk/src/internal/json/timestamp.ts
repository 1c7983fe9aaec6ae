import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

const iso =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,12})?)?(?:Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/

// The original text of a timestamp. Another copy of this module finds it, too.
const text = Symbol.for("@effect-kaleidoscope/sdk/timestamp")

/** Stands for a text in the form of the platform: with microseconds and `+00:00`. */
const micros = Symbol()

/**
 * A `DateTime.Utc` with its original text. `DateTime.make` defines a property that is not enumerable, which takes ten times
 * as long as the private fields here. Equality and printing do not see the private fields, and each operation on the
 * timestamp makes a new one without them.
 */
class Parsed {
  readonly epochMillis: number
  // A text for each timestamp would take half of the memory.
  readonly #original: string | typeof micros | undefined
  #parts: unknown = undefined

  constructor(epochMillis: number, original: string | typeof micros | undefined) {
    this.epochMillis = epochMillis
    this.#original = original
  }

  get partsUtc(): unknown {
    return this.#parts
  }

  set partsUtc(parts: unknown) {
    this.#parts = parts
  }

  get [text](): string | undefined {
    return this.#original === micros ? `${formatMicros(this.epochMillis)}+00:00` : this.#original
  }
}

// It has no constructor of its own: comparisons of tests look at the constructor.
Object.setPrototypeOf(Parsed.prototype, Object.getPrototypeOf(DateTime.unsafeMake(0)))
Reflect.deleteProperty(Parsed.prototype, "constructor")

const make = (epochMillis: number, original: string | typeof micros | undefined) =>
  new Parsed(epochMillis, original) as unknown as DateTime.Utc // it has the fields and the prototype of one

const digits = (input: string, from: number, to: number): number => {
  let value = 0
  for (let index = from; index < to; index++) value = value * 10 + input.charCodeAt(index) - 48
  return value
}

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const daysOf = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : (daysOfMonths[month - 1] ?? 0)

// The calendar repeats after 400 years, and `Date.UTC` reads the years 0 to 99 as 1900 to 1999.
const cycle = 146_097 * 86_400_000

const offsetMinutes = (zone: string): number => {
  if (zone === "" || zone === "Z" || zone === "z") return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0)
  return zone.startsWith("-") ? -minutes : minutes
}

/** Parses any form, slowly. */
export const parseAnyForm = (input: string): Option.Option<DateTime.Utc> => {
  if (!iso.test(input)) return Option.none()
  // After the test the digits have fixed positions. This runs for every value of every record.
  const year = digits(input, 0, 4)
  const month = digits(input, 5, 7)
  const day = digits(input, 8, 10)
  const hour = digits(input, 11, Math.min(13, input.length))
  const minute = digits(input, 14, Math.min(16, input.length))
  const withSeconds = input[16] === ":"
  const second = withSeconds ? digits(input, 17, 19) : 0
  if (day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return Option.none()
  let end = withSeconds ? 19 : 16
  let fraction = 0
  if (input[end] === "." || input[end] === ",") {
    const begin = end + 1
    for (end = begin; end < input.length && input.charCodeAt(end) >= 48 && input.charCodeAt(end) <= 57; ) end++
    fraction = (digits(input, begin, end) / 10 ** (end - begin)) * 1000
  }
  const whole = Date.UTC(year + 400, month - 1, day, hour, minute, second) - cycle
  const millis = whole - offsetMinutes(input.slice(end)) * 60_000 + fraction
  return Option.some(make(millis, input.endsWith("Z") && formatUtc(millis) === input ? undefined : input))
}

const notDigits = 1_000_000

/** The number of the two digits at this place, or `notDigits`. */
const two = (input: string, at: number): number => {
  const tens = input.charCodeAt(at) - 48
  const ones = input.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : notDigits
}

/** `Date.UTC` takes as long as all other steps together. */
const daysSince1970 = (year: number, month: number, day: number): number => {
  // In a year that begins in March, the leap day is the last day.
  const from = month > 2 ? year : year - 1
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400)
  return from * 365 + leapDays + Math.floor((((month + 9) % 12) * 153 + 2) / 5) + day - 719_469
}

const dash = 45
const colon = 58

// Beyond 2 ** 42 milliseconds from 1970, a number cannot hold all microseconds, so the text must be kept.
const firstYear = 1900
const lastYear = 2100

/** Parses the form `2026-03-01T09:30:00.123456+00:00` only. */
const parseMicros = (input: string): DateTime.Utc | undefined => {
  if (input.length !== 32 || !input.endsWith("+00:00")) return undefined
  const year = two(input, 0) * 100 + two(input, 2)
  const month = two(input, 5)
  const day = two(input, 8)
  const hour = two(input, 11)
  const minute = two(input, 14)
  const second = two(input, 17)
  const fraction = two(input, 20) * 10_000 + two(input, 22) * 100 + two(input, 24)
  const fits =
    input.charCodeAt(4) === dash &&
    input.charCodeAt(7) === dash &&
    input.charCodeAt(10) === 84 &&
    input.charCodeAt(13) === colon &&
    input.charCodeAt(16) === colon &&
    input.charCodeAt(19) === 46 &&
    year >= firstYear &&
    year <= lastYear &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    fraction <= 999_999
  if (!fits) return undefined
  const seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
  return make(seconds * 1000 + (fraction / 10 ** 6) * 1000, micros)
}

/**
 * Parses ISO 8601 and keeps microseconds: `DateTime` holds fractions of a millisecond, but `DateTime.make` does not read
 * them. A text without an offset is UTC, and a date without a time is midnight. Any other text is `None`, while `Date`
 * would read `"0"` as the year 2000.
 */
export const parse = (input: string): Option.Option<DateTime.Utc> => {
  const usual = parseMicros(input)
  return usual === undefined ? parseAnyForm(input) : Option.some(usual)
}

/** The same as `parse`, without an `Option` for each timestamp. */
export const parseOrUndefined = (input: string): DateTime.Utc | undefined =>
  parseMicros(input) ?? Option.getOrUndefined(parseAnyForm(input))

const formatMicros = (epochMillis: number): string => {
  const whole = Math.floor(epochMillis)
  const rest = Math.min(Math.round((epochMillis - whole) * 1000), 999)
  return `${new Date(whole).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}`
}

const formatUtc = (epochMillis: number): string => {
  const withMicros = formatMicros(epochMillis)
  return withMicros.endsWith("000") ? `${withMicros.slice(0, -3)}Z` : `${withMicros}Z`
}

/** The original text of a timestamp, or, if it was not parsed, ISO 8601 in UTC with milliseconds or microseconds. */
export const format = (self: DateTime.DateTime): string => {
  const original: unknown = Reflect.get(self, text)
  return typeof original === "string" ? original : formatUtc(self.epochMillis)
}
