/**
 * Days of the calendar, without a time and a time zone: no computer's time zone moves them. As text, and in JSON, they are
 * `YYYY-MM-DD`.
 *
 * A `Date` and a `DateTime` are points in time: the day that belongs to one depends on the time zone. `fromDate` and
 * `fromDateTime` make it a day, in the time zone that you choose.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ordering from "effect/Order"
import * as Dates from "./internal/cells/calendarDate.js"

/** A day of the calendar. Two of them are equal if they are the same day. @since 0.1.0 @category models */
export interface CalendarDate {
  /** From 0 to 9999. */
  readonly year: number
  /** From 1 to 12. */
  readonly month: number
  /** From 1 to 31. */
  readonly day: number
  toString(): string
  toJSON(): string
}

class Value extends Data.Class<Dates.Parts> implements CalendarDate {
  override toString() {
    return Dates.format(this)
  }
  toJSON() {
    return Dates.format(this)
  }
}

/**
 * Makes a date, if there is such a day.
 *
 * @example
 * ```ts
 * import { CalendarDate } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const day = CalendarDate.make(2026, 2, 28) // Option.some(2026-02-28)
 * const exists = Option.isSome(CalendarDate.make(2026, 2, 30)) // false
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (year: number, month: number, day: number): Option.Option<CalendarDate> =>
  Option.map(Dates.existing({ year, month, day }), (parts) => new Value(parts))

/** Whether a value is a calendar date. @since 0.1.0 @category guards */
export const isCalendarDate = (u: unknown): u is CalendarDate => u instanceof Value

/**
 * Reads a cell: text in the form `YYYY-MM-DD`, or gives the reason why it is not a date. A text, a `Date` or a `DateTime` at
 * exactly midnight in UTC (or at midnight without a time zone) is that day too: programs and, as a guess, the platform
 * write days so. Any other time is refused.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromCell = (cell: unknown): Either.Either<CalendarDate, string> =>
  isCalendarDate(cell) ? Either.right(cell) : Either.map(Dates.toParts(cell), (parts) => new Value(parts))

/**
 * The day of a `Date`: the one that clocks showed in UTC, or in the time zone of this computer. It is none for an invalid
 * date. For another time zone, see `fromDateTime`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromDate = (date: Date, timeZone: "UTC" | "local"): Option.Option<CalendarDate> =>
  timeZone === "UTC"
    ? make(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
    : make(date.getFullYear(), date.getMonth() + 1, date.getDate())

/**
 * The day of a `DateTime` in its own time zone: UTC for a `DateTime.Utc`. It is none outside the years 0 to 9999.
 *
 * @example
 * ```ts
 * import { CalendarDate } from "@effect-kaleidoscope/sdk"
 * import * as DateTime from "effect/DateTime"
 * import * as Option from "effect/Option"
 *
 * const inTokyo = DateTime.makeZoned("2026-03-01T23:30:00Z", { timeZone: "Asia/Tokyo" }).pipe(
 *   Option.flatMap(CalendarDate.fromDateTime)
 * ) // Option.some(2026-03-02)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromDateTime = (dateTime: DateTime.DateTime): Option.Option<CalendarDate> => {
  const { day, month, year } = DateTime.toParts(dateTime)
  return make(year, month, day)
}

/** The midnight at which the day begins in UTC. @since 0.1.0 @category conversions */
export const toDateTime = ({ day, month, year }: CalendarDate): DateTime.Utc =>
  DateTime.unsafeMake({ year, month, day })

/** The text `YYYY-MM-DD`. @since 0.1.0 @category conversions */
export const format = (self: CalendarDate): string => Dates.format(self)

/** Earlier days first. @since 0.1.0 @category instances */
export const Order: Ordering.Order<CalendarDate> = Ordering.mapInput(Ordering.string, format)
