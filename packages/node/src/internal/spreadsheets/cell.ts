import type { CellValue } from "./workbook.js"

// What Excel writes into a cell in place of a value.
const errors = new Set([
  "#BLOCKED!",
  "#BUSY!",
  "#CALC!",
  "#CONNECT!",
  "#DIV/0!",
  "#FIELD!",
  "#GETTING_DATA",
  "#N/A",
  "#NAME?",
  "#NULL!",
  "#NUM!",
  "#REF!",
  "#SPILL!",
  "#UNKNOWN!",
  "#VALUE!"
])

/** The error of a cell, such as `#N/A`. */
export const errorOf = (value: CellValue): string | undefined =>
  typeof value === "string" && errors.has(value) ? value : undefined

// A cell with a time alone is a part of the day 0.
const firstDay = Date.UTC(1900, 0, 1)

/** A date as text: the day, or the day and the time, as the sheet shows it. The library gives it in UTC. */
const dateText = (date: Date): string => {
  const [day = "", time = ""] = date.toISOString().slice(0, -1).split("T")
  const short = time.endsWith(".000") ? time.slice(0, -4) : time
  if (date.getTime() < firstDay) return short
  return short === "00:00:00" ? day : `${day}T${short}`
}

/** The value of a cell in a table: text, a number, a boolean, or a date as text. */
export const fromCell = (value: CellValue): unknown =>
  value instanceof Date ? (Number.isNaN(value.getTime()) ? undefined : dateText(value)) : (value ?? undefined)

// Excel has no days before these, and none after the year 9999; and it believes that 1900 was a leap year.
const firstDate = Date.UTC(1900, 2, 1)
const endOfDates = Date.UTC(10_000, 0, 1)

/** The value of a cell in a workbook. A date that Excel does not have is text. */
export const toCell = (value: string | number | boolean | Date | undefined): CellValue =>
  value instanceof Date && (value.getTime() < firstDate || value.getTime() >= endOfDates)
    ? value.toISOString()
    : (value ?? null)
