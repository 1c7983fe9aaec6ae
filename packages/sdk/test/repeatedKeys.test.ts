import { describe, expect, it } from "../../../test/vitest.js"
import * as RepeatedKeys from "../src/internal/imports/repeatedKeys.js"

const count = 300_000

describe("keys of rows", () => {
  it("are found again with the row that had them first, and no others are", () => {
    const keys = RepeatedKeys.make()
    const keyOf = (nth: number) => `EK-${nth.toString().padStart(7, "0")}`
    for (let nth = 1; nth <= count; nth++) if (keys.rowBefore(keyOf(nth), nth) !== undefined) expect.fail(keyOf(nth))
    for (let nth = 1; nth <= count; nth += 1000) expect(keys.rowBefore(keyOf(nth), count + nth)).toBe(nth)
  })

  it("are only compared with the first ones, beyond the largest number", () => {
    const keys = RepeatedKeys.make(2)
    for (const [nth, key] of ["a", "b", "c"].entries()) expect(keys.rowBefore(key, nth + 1)).toBeUndefined()
    expect([keys.rowBefore("a", 4), keys.rowBefore("b", 5), keys.rowBefore("c", 6)]).toEqual([1, 2, undefined])
  })
})
