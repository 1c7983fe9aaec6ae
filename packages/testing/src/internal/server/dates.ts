const day = 86_400_000

/** The microseconds of an ISO date: `Date.parse` stops at milliseconds. `NaN` if the text is not a date. */
export const microsOf = (iso: string): number => {
  const fraction = /\.\d{3}(\d{1,3})/.exec(iso)?.[1] ?? ""
  return Date.parse(iso) * 1000 + Number(fraction.padEnd(3, "0"))
}

/** Sorts by creation, newest first. Of two with the same time the later one in the list comes first. */
export const newestFirst = <Item extends { readonly created_at: string }>(items: Iterable<Item>): ReadonlyArray<Item> =>
  [...items].reverse().sort((a, b) => microsOf(b.created_at) - microsOf(a.created_at))

const isoText = /^(?!0000)\d{4}-\d{2}-\d{2}(T(?!24)\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Whether a text is an ISO 8601 date, with or without a time. `Date.parse` reads February 30 as a day of March. */
export const isIsoDate = (input: string): boolean =>
  isoText.test(input) && !Number.isNaN(Date.parse(input)) && hasDay(input)

/** Whether the month of an ISO date has its day. */
const hasDay = (input: string): boolean =>
  Number(input.slice(8, 10)) <= 28 ||
  new Date(`${input.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) === input.slice(0, 10)

const isoDate = /^\d{4}-\d{2}(-\d{2}(T.*)?)?$/

/** Reads ISO text, or milliseconds, as milliseconds. `undefined` if the input is not a date. */
export const dateOf = (input: unknown): number | undefined => {
  if (typeof input === "number") {
    return Number.isFinite(input) ? input : undefined
  }
  if (typeof input !== "string" || !isoDate.test(input)) {
    return undefined
  }
  const millis = Date.parse(input)
  return Number.isNaN(millis) ? undefined : millis
}

/** Days, weeks that start on Monday, and months, all in UTC. */
export type Unit = "day" | "week" | "month"

/** The number of the day, week or month that contains a time. */
export const indexOf = (millis: number, unit: Unit): number => {
  const days = Math.floor(millis / day)
  switch (unit) {
    case "day":
      return days
    case "week":
      return Math.floor((days + 3) / 7) // 1970-01-01 was a Thursday
    case "month": {
      const date = new Date(millis)
      return date.getUTCFullYear() * 12 + date.getUTCMonth()
    }
  }
}
