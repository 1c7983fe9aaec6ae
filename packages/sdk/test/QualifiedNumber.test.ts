import { QualifiedNumber } from "@effect-kaleidoscope/sdk"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"

const read = (cell: unknown, options?: { readonly decimalComma?: boolean }) =>
  Either.match(QualifiedNumber.fromCell(cell, options), {
    onLeft: (reason) => `refused: ${reason}`,
    onRight: QualifiedNumber.format
  })

const operators = ["=", "<", "<=", ">", ">=", "~"] as const

const qualified = FastCheck.tuple(
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  FastCheck.constantFrom(...operators)
).map(([value, operator]) => QualifiedNumber.make(value === 0 ? 0 : value, operator))

const holds: { readonly [operator in QualifiedNumber.Operator]: (truth: number, value: number) => boolean } = {
  "=": (truth, value) => truth === value,
  "<": (truth, value) => truth < value,
  "<=": (truth, value) => truth <= value,
  ">": (truth, value) => truth > value,
  ">=": (truth, value) => truth >= value,
  "~": () => true
}

/** What a qualified number may be in truth, on a small scale. */
const possible = ({ operator, value }: QualifiedNumber.QualifiedNumber): ReadonlyArray<number> =>
  // Quarters: between two whole numbers there must be more than one.
  Array.from({ length: 25 }, (_, index) => index / 4 - 3).filter((truth) => holds[operator](truth, value))

const small = FastCheck.tuple(FastCheck.integer({ min: -2, max: 2 }), FastCheck.constantFrom(...operators)).map(
  ([value, operator]) => QualifiedNumber.make(value, operator)
)

describe("QualifiedNumber", () => {
  it("reads what people write, and writes it in one form", () => {
    const cells = {
      "<0.5": "<0.5",
      ">= 10": ">=10",
      "~3": "~3",
      "≈ 3": "~3",
      "≤ 2,5": "<=2.5",
      "=< 2.5": "<=2.5",
      "≥1": ">=1",
      "> 1e-9": ">1e-9",
      "=7": "7",
      "−5": "-5",
      "<1'234.5": "<1234.5",
      " < 0.5 ": "<0.5",
      "-0": "0"
    }
    for (const [cell, text] of Object.entries(cells)) expect([cell, read(cell)]).toEqual([cell, text])
    expect(read(0.5)).toBe("0.5")
    expect(read(12n)).toBe("12")
  })

  it("reads objects with an operator or a qualifier", () => {
    expect(read({ operator: "<", value: 0.5 })).toBe("<0.5")
    expect(read({ qualifier: "≤", value: "0.5", unit: "nM" })).toBe("<=0.5")
    expect(read({ operator: null, value: "<0.5" })).toBe("<0.5")
    expect(read({ value: 3 })).toBe("3")
    expect(read({ operator: "<", value: ">3" })).toBe("refused: has two signs before the number")
    expect(read({ operator: "about", value: 3 })).toBe("refused: has an operator that is not known")
    expect(read({ operator: "<" })).toBe("refused: is not a number")
    expect(read({ value: { value: 3 } })).toBe("refused: is not a number")
  })

  it("refuses what is not one number, and says why", () => {
    const refused: { readonly [cell: string]: string } = {
      "1.5 ± 0.1": "uncertainty",
      "1.5 +/- 0.1": "uncertainty",
      "1-2": "range",
      "5 nM": '"nM" behind',
      "<5%": '"%" behind',
      "<LOD": "leave the cell empty",
      "<": "sign without a number",
      "<<5": "two signs",
      "1,234": "may be 1234 or 1.234",
      "1 234": "one number or two",
      "#N/A": "spreadsheet",
      "": "empty",
      "0.12345678901234567890": "more digits",
      Infinity: "not a number"
    }
    for (const [cell, part] of Object.entries(refused)) {
      expect(read(cell)).toContain("refused: ")
      expect(read(cell)).toContain(part)
    }
    for (const cell of [null, undefined, true, [], Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(read(cell)).toContain("refused: ")
    }
  })

  it("reads a table whose way to write numbers is known", () => {
    expect(read("<1,234", { decimalComma: true })).toBe("<1.234")
    expect(read("<1,234", { decimalComma: false })).toBe("<1234")
    expect(read("<1.234", { decimalComma: true })).toBe("<1234")
    expect(read("<1.5", { decimalComma: true })).toContain("refused")
    expect(read("<2,5", { decimalComma: false })).toContain("refused")
  })

  it("is equal to the same number with the same sign", () => {
    expect(Equal.equals(QualifiedNumber.make(0.5, "<"), QualifiedNumber.make(0.5, "<"))).toBe(true)
    expect(Equal.equals(QualifiedNumber.make(0.5, "<"), QualifiedNumber.make(0.5))).toBe(false)
    expect(JSON.stringify({ cell: QualifiedNumber.make(0.5, "<") })).toBe('{"cell":"<0.5"}')
    expect(`${QualifiedNumber.make(3, "~")}`).toBe("~3")
  })

  it.prop("comes back from its text", [qualified], ([number]) => {
    expect(Option.getOrThrow(Either.getRight(QualifiedNumber.fromCell(QualifiedNumber.format(number))))).toEqual(number)
  })

  it("says what is certain", () => {
    const below = QualifiedNumber.make(0.5, "<")
    expect(QualifiedNumber.isCertainlyLessThan(below, 1)).toBe(true)
    expect(QualifiedNumber.isCertainlyLessThan(below, 0.5)).toBe(true)
    expect(QualifiedNumber.isCertainlyLessThan(below, 0.4)).toBe(false)
    expect(QualifiedNumber.isCertainlyLessThan(QualifiedNumber.make(0.5, "<="), 0.5)).toBe(false)
    expect(QualifiedNumber.isCertainlyAtMost(QualifiedNumber.make(0.5, "<="), 0.5)).toBe(true)
    expect(QualifiedNumber.isCertainlyGreaterThan(QualifiedNumber.make(10, ">"), below)).toBe(true)
    expect(QualifiedNumber.isCertainlyAtLeast(QualifiedNumber.make(10, ">="), 10)).toBe(true)
    expect(QualifiedNumber.isCertainlyLessThan(QualifiedNumber.make(3, "~"), 1e9)).toBe(false)
    expect([1, 2].filter((value) => QualifiedNumber.isCertainlyLessThan(2)(value))).toEqual([1])
  })

  it.prop("says only what holds for all possible numbers", [small, small], ([self, that]) => {
    const pairs = possible(self).flatMap((a) => possible(that).map((b) => [a, b] as const))
    const isKnown = self.operator !== "~" && that.operator !== "~"
    expect(QualifiedNumber.isCertainlyLessThan(self, that)).toBe(isKnown && pairs.every(([a, b]) => a < b))
    expect(QualifiedNumber.isCertainlyAtMost(self, that)).toBe(isKnown && pairs.every(([a, b]) => a <= b))
    expect(QualifiedNumber.isCertainlyGreaterThan(self, that)).toBe(isKnown && pairs.every(([a, b]) => a > b))
    expect(QualifiedNumber.isCertainlyAtLeast(self, that)).toBe(isKnown && pairs.every(([a, b]) => a >= b))
  })

  it("sorts a column by number and sign", () => {
    const sorted = ["~2", ">2", "2", "<2", "10", ">=2", "<=2", "<0.5"]
      .flatMap((cell) => Option.toArray(Either.getRight(QualifiedNumber.fromCell(cell))))
      .sort(QualifiedNumber.Order)
    expect(sorted.map(String)).toEqual(["<0.5", "<2", "<=2", "2", "~2", ">=2", ">2", "10"])
  })
})
