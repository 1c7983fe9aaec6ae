import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

const iso =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,12})?)?(?:Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/

const epoch = DateTime.unsafeMake(0)

// The original text of a timestamp, if formatting would give another text. It is not enumerable, so equality and printing
// do not see it, and each operation on the timestamp makes a new one without it.
const text = Symbol.for("@effect-kaleidoscope/sdk/timestamp")

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

/**
 * Parses ISO 8601 and keeps microseconds: `DateTime` holds fractions of a millisecond, but `DateTime.make` does not read
 * them. A text without an offset is UTC, and a date without a time is midnight. Any other text is `None`, while `Date`
 * would read `"0"` as the year 2000.
 */
export const parse = (input: string): Option.Option<DateTime.Utc> => {
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
  const result = DateTime.mapEpochMillis(epoch, () => millis)
  const asWeWrite = input.endsWith("Z") && formatUtc(millis) === input
  if (!asWeWrite) Object.defineProperty(result, text, { value: input })
  return Option.some(result)
}

const formatUtc = (epochMillis: number): string => {
  const whole = Math.floor(epochMillis)
  const micros = Math.min(Math.round((epochMillis - whole) * 1000), 999)
  const millis = new Date(whole).toISOString()
  return micros === 0 ? millis : `${millis.slice(0, -1)}${String(micros).padStart(3, "0")}Z`
}

/** The original text of a timestamp, or, if it was not parsed, ISO 8601 in UTC with milliseconds or microseconds. */
export const format = (self: DateTime.DateTime): string => {
  const original: unknown = Reflect.get(self, text)
  return typeof original === "string" ? original : formatUtc(self.epochMillis)
}
