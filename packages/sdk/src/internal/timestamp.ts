import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/

const epoch = DateTime.unsafeMake(0)

// What a timestamp was read from, where formatting it anew would spell it differently. Not enumerable, so that
// neither equality nor printing sees it; gone with any operation on the timestamp, as it must be.
const text = Symbol.for("@effect-kaleidoscope/sdk/timestamp")

const offsetMinutes = (zone: string | undefined): number => {
  if (zone === undefined || zone === "Z" || zone === "z") return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0)
  return zone.startsWith("-") ? -minutes : minutes
}

/**
 * A timestamp from ISO 8601, microseconds kept: `DateTime` holds fractions of a millisecond, but `DateTime.make` does
 * not read them. A text without an offset is taken as UTC, a date alone as its midnight. Anything that is not ISO is
 * none: `Date` would take `"0"` for the year 2000.
 */
export const parse = (input: string): Option.Option<DateTime.Utc> => {
  const match = iso.exec(input)
  if (match === null) return Option.none()
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone] = match
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`)
  // Date.parse rolls 30 February over into March.
  if (Number.isNaN(whole) || new Date(whole).getUTCDate() !== Number(day) || hour === "24") return Option.none()
  const millis = whole - offsetMinutes(zone) * 60_000 + (fraction === "" ? 0 : Number(`0.${fraction}`) * 1000)
  const result = DateTime.mapEpochMillis(epoch, () => millis)
  if (formatUtc(millis) !== input) Object.defineProperty(result, text, { value: input })
  return Option.some(result)
}

const formatUtc = (epochMillis: number): string => {
  const whole = Math.floor(epochMillis)
  const micros = Math.min(Math.round((epochMillis - whole) * 1000), 999)
  const millis = new Date(whole).toISOString()
  return micros === 0 ? millis : `${millis.slice(0, -1)}${String(micros).padStart(3, "0")}Z`
}

/** A timestamp as it came, or, for one that was made here, as ISO 8601 in UTC with as many digits as it has. */
export const format = (self: DateTime.DateTime): string => {
  const original: unknown = Reflect.get(self, text)
  return typeof original === "string" ? original : formatUtc(self.epochMillis)
}
