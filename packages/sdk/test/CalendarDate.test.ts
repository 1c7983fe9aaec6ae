import { CalendarDate } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as FastCheck from "fast-check"
import { afterEach, describe, expect, it, vi } from "../../../test/vitest.js"

const read = (cell: unknown) =>
  Either.match(CalendarDate.fromCell(cell), {
    onLeft: (reason) => `refused: ${reason}`,
    onRight: CalendarDate.format
  })

const day = (text: string) => Option.getOrThrow(Either.getRight(CalendarDate.fromCell(text)))

const days = FastCheck.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })

describe("CalendarDate", () => {
  it("reads days, and midnights in UTC", () => {
    for (const cell of [
      "2026-03-01",
      " 2026-03-01 ",
      "2026-03-01T00:00:00.000Z",
      "2026-03-01T00:00:00+00:00",
      "2026-03-01 00:00:00",
      "2026-03-01T00:00",
      new Date("2026-03-01"),
      DateTime.unsafeMake("2026-03-01"),
      day("2026-03-01")
    ]) {
      expect(read(cell)).toBe("2026-03-01")
    }
  })

  it("refuses a time, and shows the way out", () => {
    for (const cell of [
      "2026-03-01T09:30:00Z",
      "2026-03-01T00:00:00+02:00",
      "2026-03-01T00:00:00.001Z",
      new Date("2026-03-01T09:30:00Z"),
      DateTime.unsafeMakeZoned("2026-02-28T23:00:00Z", { timeZone: "Europe/Berlin" })
    ]) {
      expect(read(cell)).toContain(
        "has a time: which day that is depends on the time zone. Write the day alone, as YYYY-MM-DD"
      )
      expect(read(cell)).toContain("CalendarDate.fromDate")
    }
  })

  it("refuses days that do not exist, and other notations", () => {
    expect(read("2026-02-30")).toBe("refused: is a day that does not exist")
    expect(read("2025-02-29")).toBe("refused: is a day that does not exist")
    expect(read("2024-02-29")).toBe("2024-02-29")
    expect(read("2026-13-01")).toBe("refused: is a day that does not exist")
    expect(read("01-MAR-2026")).toContain('did you mean "2026-03-01"?')
    expect(read("20260301")).toContain('did you mean "2026-03-01"?')
    expect(read("2026/03/01")).toContain('did you mean "2026-03-01"?')
    expect(read("31.12.2026")).toContain('did you mean "2026-12-31"?')
    expect(read("12/31/2026")).toContain('did you mean "2026-12-31"?')
    expect(read("03/03/2026")).toContain('did you mean "2026-03-03"?')
    expect(read("03/01/2026")).toContain("may be several dates")
    expect(read("2026-3-1")).toContain('did you mean "2026-03-01"?')
    for (const counted of [46082, "46082", "46082.5"]) {
      expect(read(counted)).toContain("format the column as dates")
      expect(read(counted)).not.toContain("did you mean")
    }
    for (const cell of ["", "soon", "2026-03", "2026-03-01T25:00", null, true, new Date(Number.NaN)]) {
      expect(read(cell)).toContain("refused: ")
    }
  })

  it("is equal to the same day, sorts, and is its text in JSON", () => {
    expect(Equal.equals(day("2026-03-01"), Option.getOrThrow(CalendarDate.make(2026, 3, 1)))).toBe(true)
    expect(CalendarDate.make(2026, 2, 30)).toEqual(Option.none())
    expect(CalendarDate.make(20260, 2, 3)).toEqual(Option.none())
    expect(CalendarDate.make(2026, 2.5, 3)).toEqual(Option.none())
    expect(["2026-03-01", "0999-12-31", "2025-12-31"].map(day).sort(CalendarDate.Order).map(String)).toEqual([
      "0999-12-31",
      "2025-12-31",
      "2026-03-01"
    ])
    expect(JSON.stringify([day("2026-03-01")])).toBe('["2026-03-01"]')
  })

  it("is the day of a date and time in the time zone that is chosen", () => {
    const date = new Date("2026-03-01T23:30:00Z")
    expect(Option.map(CalendarDate.fromDate(date, "UTC"), String)).toEqual(Option.some("2026-03-01"))
    const inTokyo = DateTime.unsafeMakeZoned(date, { timeZone: "Asia/Tokyo" })
    expect(Option.map(CalendarDate.fromDateTime(inTokyo), String)).toEqual(Option.some("2026-03-02"))
    expect(CalendarDate.fromDate(new Date(Number.NaN), "local")).toEqual(Option.none())
  })

  it.prop("comes back from its midnight, for all days", [days], ([date]) => {
    const text = date.toISOString().slice(0, 10)
    expect(String(day(text))).toBe(text)
    expect(DateTime.toEpochMillis(CalendarDate.toDateTime(day(text)))).toBe(Date.parse(text))
    expect(CalendarDate.fromDateTime(CalendarDate.toDateTime(day(text)))).toEqual(Option.some(day(text)))
  })
})

describe("CalendarDate in three time zones", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  for (const [timeZone, offset] of [
    ["Pacific/Auckland", -780],
    ["America/Los_Angeles", 480],
    ["UTC", 0]
  ] as const) {
    it(`stays the same day in ${timeZone}`, () => {
      vi.stubEnv("TZ", timeZone)
      // Node reads the variable again: without this, the test would prove nothing.
      expect(new Date("2026-01-01T12:00:00Z").getTimezoneOffset()).toBe(offset)
      for (const text of ["2025-12-31", "2026-01-01", "2026-03-29", "2026-10-25", "1899-12-31"]) {
        expect(read(text)).toBe(text)
        expect(read(`${text}T00:00:00.000Z`)).toBe(text)
        expect(read(new Date(text))).toBe(text)
        expect(JSON.parse(JSON.stringify(day(text)))).toBe(text)
        expect(CalendarDate.fromDateTime(CalendarDate.toDateTime(day(text)))).toEqual(Option.some(day(text)))
        const [year = 0, month = 1, date = 1] = text.split("-").map(Number)
        const midnight = new Date(year, month - 1, date)
        expect(Option.map(CalendarDate.fromDate(midnight, "local"), String)).toEqual(Option.some(text))
        // The midnight of this computer is a time anywhere else.
        expect(read(midnight)).toContain(offset === 0 ? text : "has a time")
        const minuteBefore = new Date(year, month - 1, date, 0, -1)
        expect(read(minuteBefore)).toContain("has a time")
      }
    })
  }
})
