import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Nearest from "../catalog/nearest.js"
import * as Timestamp from "../json/timestamp.js"

export interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
}

const pad = (value: number, length: number): string => String(value).padStart(length, "0")

export const format = ({ day, month, year }: Parts): string => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`

/** The parts, if there is such a day. */
export const existing = (parts: Parts): Option.Option<Parts> => {
  const text = format(parts)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && Option.isSome(Timestamp.parse(text)) ? Option.some(parts) : Option.none()
}

const written = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](.*))?$/is
const midnight = /^00:00(?::00(?:[.,]0+)?)?(?:z|[+-]00(?::?00)?)?$/i

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

/** A date in another notation that has only one meaning. */
const meant = (text: string): Option.Option<string> => {
  const monthOf = (name: string) => months.indexOf(name.slice(0, 3).toLowerCase()) + 1
  const [, year = "", , second = "", third = ""] =
    /^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})$/.exec(text) ?? /^(\d{4})()(\d{2})(\d{2})$/.exec(text) ?? []
  const [, day = "", name = "", yearBehind = ""] = /^(\d{1,2})[ ./-]*([a-z]{3,9})[ .,/-]*(\d{4})$/i.exec(text) ?? []
  const [, first = "", middle = "", last = ""] = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text) ?? []
  const candidates: ReadonlyArray<readonly [string, number, string]> = [
    [year, Number(second), third],
    [yearBehind, monthOf(name), day],
    // With both below 13, nobody knows which is the month.
    ...(Number(first) > 12 ? ([[last, Number(middle), first]] as const) : []),
    ...(Number(middle) > 12 || first === middle ? ([[last, Number(first), middle]] as const) : [])
  ]
  const [found] = candidates.flatMap(([year, month, day]) =>
    year === "" || month === 0
      ? []
      : Option.toArray(existing({ year: Number(year), month, day: Number(day) })).map(format)
  )
  return Option.fromNullable(found)
}

const wayOut =
  "which day that is depends on the time zone. Write the day alone, as YYYY-MM-DD, or make it with CalendarDate.fromDate"

const asCounted = "is a number: if a spreadsheet counts days with it, format the column as dates"

const fromText = (input: string): Either.Either<Parts, string> => {
  const text = input.trim()
  if (text === "") return Either.left("is empty")
  const [, year, month, day, time] = written.exec(text) ?? []
  if (year === undefined) {
    return Either.left(
      Option.match(meant(text), {
        onNone: () =>
          /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/.test(text)
            ? "may be several dates: write YYYY-MM-DD"
            : /^\d{5}(?:[.,]\d+)?$/.test(text)
              ? asCounted
              : "is not a date in the form YYYY-MM-DD",
        onSome: (date) => `is not in the form YYYY-MM-DD: did you mean ${Nearest.quote(date)}?`
      })
    )
  }
  const parts = existing({ year: Number(year), month: Number(month), day: Number(day) })
  if (Option.isNone(parts)) return Either.left("is a day that does not exist")
  if (time === undefined || midnight.test(time)) return Either.right(parts.value)
  return Either.left(
    Option.isSome(Timestamp.parse(text)) ? `has a time: ${wayOut}` : "is not a date in the form YYYY-MM-DD"
  )
}

/** Reads a cell with a calendar date, or gives the reason why it is not one. */
export const toParts = (content: unknown): Either.Either<Parts, string> => {
  if (typeof content === "string") return fromText(content)
  if (Predicate.isDate(content)) {
    return Number.isNaN(content.getTime()) ? Either.left("is an invalid date") : fromText(content.toISOString())
  }
  if (DateTime.isDateTime(content)) return fromText(DateTime.formatIso(content))
  return Either.left(typeof content === "number" ? asCounted : "is not a date in the form YYYY-MM-DD")
}
