/**
 * Numbers with a sign that says how sure they are: `<0.5` is below the limit of an assay, `>10` above it, `~3` is about 3.
 *
 * Two of them are equal if sign and number are the same. `<0.5` is a range, so that it may be neither less nor greater than
 * another number: the functions `isCertainly…` say what is known.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Ordering from "effect/Order"
import type { NumberOptions } from "./internal/cells/number.js"
import * as Qualified from "./internal/cells/qualified.js"

/** What stands before the number. `~` means "about". @since 0.1.0 @category models */
export type Operator = Qualified.Operator

/**
 * A number and its sign. As text, and in JSON, it is written as people write it: `<0.5`, and `0.5` for `=`.
 *
 * @since 0.1.0
 * @category models
 */
export interface QualifiedNumber {
  readonly operator: Operator
  readonly value: number
  toString(): string
  toJSON(): unknown
}

class Value extends Data.Class<{ readonly operator: Operator; readonly value: number }> implements QualifiedNumber {
  override toString() {
    return Qualified.format(this.operator, String(this.value))
  }
  toJSON(): unknown {
    // Text would hide that the number cannot be sent.
    return Number.isFinite(this.value) ? this.toString() : this.value
  }
}

/**
 * Makes a qualified number.
 *
 * @example
 * ```ts
 * import { QualifiedNumber } from "@effect-kaleidoscope/sdk"
 *
 * const belowLimit = QualifiedNumber.make(0.5, "<")
 * const text = String(belowLimit) // "<0.5"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (value: number, operator: Operator = "="): QualifiedNumber => new Value({ operator, value })

/** Whether a value is a qualified number. @since 0.1.0 @category guards */
export const isQualifiedNumber = (u: unknown): u is QualifiedNumber => u instanceof Value

/**
 * Reads a cell: text (`<0.5`, `>= 10`, `~3`, `≤ 2,5`, `1e-9`), a number, or an object with the keys `value` and `operator` (or
 * `qualifier`); or gives the reason why it cannot be read. Text with a unit, a range (`1-2`), an uncertainty (`1.5 ± 0.1`)
 * or more digits than a number can hold is refused.
 *
 * Which form the platform gives is not known. Text is the most likely. The object is a guess; its other keys are not read.
 *
 * @example
 * ```ts
 * import { QualifiedNumber } from "@effect-kaleidoscope/sdk"
 * import * as Either from "effect/Either"
 *
 * const read = QualifiedNumber.fromCell("≤ 2,5") // Either.right of <=2.5
 * const reason = Either.getLeft(QualifiedNumber.fromCell("1.5 ± 0.1")) // Option.some("has an uncertainty: …")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromCell = (cell: unknown, options?: NumberOptions | undefined): Either.Either<QualifiedNumber, string> =>
  isQualifiedNumber(cell)
    ? Either.right(cell)
    : Either.map(Qualified.toQualified(cell, options), ({ operator, value }) => make(value, operator))

/** The number with its sign, as `fromCell` reads it: `<0.5`, and `0.5` for `=`. @since 0.1.0 @category conversions */
export const format = (self: QualifiedNumber): string => Qualified.format(self.operator, String(self.value))

const rank: { readonly [operator in Operator]: number } = { "<": 0, "<=": 1, "=": 2, "~": 3, ">=": 4, ">": 5 }

/**
 * The order of a sorted column: by the number, then `<`, `<=`, `=`, `~`, `>=`, `>`. It is not what is known about the numbers: see
 * `isCertainlyLessThan`.
 *
 * @since 0.1.0
 * @category instances
 */
export const Order: Ordering.Order<QualifiedNumber> = Ordering.combine(
  Ordering.mapInput(Ordering.number, (self: QualifiedNumber) => self.value),
  Ordering.mapInput(Ordering.number, (self: QualifiedNumber) => rank[self.operator])
)

/** The end of a range, and whether it belongs to it. @since 0.1.0 @category models */
export interface Bound {
  readonly value: number
  readonly isIncluded: boolean
}

/**
 * The range that a number lies in. An end that is not known is infinite and not included. It is none for `~`, of which
 * nothing is certain.
 *
 * @since 0.1.0
 * @category getters
 */
export const bounds = ({
  operator,
  value
}: QualifiedNumber): Option.Option<{ readonly lower: Bound; readonly upper: Bound }> => {
  const end = { value, isIncluded: operator !== "<" && operator !== ">" }
  switch (operator) {
    case "=":
      return Option.some({ lower: end, upper: end })
    case "<":
    case "<=":
      return Option.some({ lower: { value: Number.NEGATIVE_INFINITY, isIncluded: false }, upper: end })
    case ">":
    case ">=":
      return Option.some({ lower: end, upper: { value: Number.POSITIVE_INFINITY, isIncluded: false } })
    case "~":
      return Option.none()
  }
}

const bothBounds = (self: QualifiedNumber | number, that: QualifiedNumber | number) =>
  Option.all([self, that].map((one) => bounds(typeof one === "number" ? make(one) : one)))

/** Whether each number of the first range is less than each of the second, or at most as large. */
const isBelow = (self: QualifiedNumber | number, that: QualifiedNumber | number, orEqual: boolean): boolean =>
  Option.exists(bothBounds(self, that), ([first, second]) => {
    if (first === undefined || second === undefined) return false
    const [upper, lower] = [first.upper, second.lower]
    return (
      upper.value < lower.value || (upper.value === lower.value && (orEqual || !upper.isIncluded || !lower.isIncluded))
    )
  })

interface Comparison {
  (that: QualifiedNumber | number): (self: QualifiedNumber | number) => boolean
  (self: QualifiedNumber | number, that: QualifiedNumber | number): boolean
}

/**
 * Whether the first is less than the second, whatever the two numbers are in truth. `<0.5` is certainly less than 1 and than
 * 0.5, but it is not known whether it is less than 0.4. Nothing is certain about `~`.
 *
 * @example
 * ```ts
 * import { QualifiedNumber } from "@effect-kaleidoscope/sdk"
 *
 * const isPotent = (ic50: QualifiedNumber.QualifiedNumber) => QualifiedNumber.isCertainlyLessThan(ic50, 50)
 * ```
 *
 * @since 0.1.0
 * @category comparisons
 */
export const isCertainlyLessThan: Comparison = dual(
  2,
  (self: QualifiedNumber | number, that: QualifiedNumber | number) => isBelow(self, that, false)
)

/** As `isCertainlyLessThan`, or equal: `<=0.5` is certainly at most 0.5. @since 0.1.0 @category comparisons */
export const isCertainlyAtMost: Comparison = dual(2, (self: QualifiedNumber | number, that: QualifiedNumber | number) =>
  isBelow(self, that, true)
)

/** As `isCertainlyLessThan`, in the other direction. @since 0.1.0 @category comparisons */
export const isCertainlyGreaterThan: Comparison = dual(
  2,
  (self: QualifiedNumber | number, that: QualifiedNumber | number) => isBelow(that, self, false)
)

/** As `isCertainlyGreaterThan`, or equal: `>=10` is certainly at least 10. @since 0.1.0 @category comparisons */
export const isCertainlyAtLeast: Comparison = dual(
  2,
  (self: QualifiedNumber | number, that: QualifiedNumber | number) => isBelow(that, self, true)
)
