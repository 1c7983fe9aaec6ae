import { describe, expect, it } from "../../../test/vitest.js"
import * as RepeatedKeys from "../src/internal/imports/repeatedKeys.js"

const count = 300_000

describe("keys of rows", () => {
  it("are found again with the row that had them first, and no others are", () => {
    const keys = RepeatedKeys.make()
    const keyOf = (nth: number) => `EK-${nth.toString().padStart(7, "0")}`
    for (let nth = 1; nth <= count; nth++) if (keys.rowBefore([keyOf(nth)], nth) !== undefined) expect.fail(keyOf(nth))
    for (let nth = 1; nth <= count; nth += 1000) {
      expect(keys.rowBefore([keyOf(nth)], count + nth)).toEqual({ row: nth, isSame: true })
    }
  })

  it("are not repeated by the same row that comes again", () => {
    const keys = RepeatedKeys.make()
    for (const key of ["EK-1", "EK\u00a02"]) {
      expect([keys.rowBefore([key], 7), keys.rowBefore([key], 7)]).toEqual([undefined, undefined])
      expect(keys.rowBefore([key], 8)).toEqual({ row: 7, isSame: true })
    }
  })

  it("are told from keys that only look the same", () => {
    const keys = RepeatedKeys.make()
    const before = (key: string, row: number) => keys.rowBefore([key, "B-1"], row)
    expect(["cafe\u0301", "EK 1", "ek 1", "__proto__"].map((key, nth) => before(key, nth + 1))).toEqual(
      Array.from({ length: 4 }, () => undefined)
    )
    expect(before("café", 5)).toEqual({ row: 1, isSame: false })
    expect(before("cafe\u0301", 6)).toEqual({ row: 1, isSame: true })
    expect(before("EK\u00a01", 7)).toEqual({ row: 2, isSame: false })
    expect(before("EK 1\u200b", 8)).toEqual({ row: 2, isSame: false })
    expect(before("EK 1", 9)).toEqual({ row: 2, isSame: true })
    expect(before("__proto__", 10)).toEqual({ row: 4, isSame: true })
  })

  it("are only compared with the first ones, beyond the largest number", () => {
    const keys = RepeatedKeys.make(2)
    for (const [nth, key] of ["a", "b", "c"].entries()) expect(keys.rowBefore([key], nth + 1)).toBeUndefined()
    expect(["a", "b", "c"].map((key) => keys.rowBefore([key], 4)?.row)).toEqual([1, 2, undefined])
  })
})
