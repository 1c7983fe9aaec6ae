import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import { formatDecimal } from "../cells/decimal.js"
import * as Timestamp from "../json/timestamp.js"

/** What a cell can hold. `undefined` is a missing value. */
export type Scalar = string | number | boolean | Date | undefined

/** A value that a cell cannot hold, in words. */
export class Unfit {
  readonly problem: string
  constructor(problem: string) {
    this.problem = problem
  }
}

/** What a cell holds for a value: `Date`s stay, for formats that have dates. */
export const toScalar = (value: unknown): Scalar | Unfit => {
  if (value === null || value === undefined) return undefined
  if (typeof value === "string" || typeof value === "boolean") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : new Unfit(`the number ${value}`)
  if (typeof value === "bigint") return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? new Unfit("an invalid date") : value
  if (DateTime.isDateTime(value)) return Timestamp.format(value)
  if (BigDecimal.isBigDecimal(value)) return formatDecimal(value)
  if (Predicate.hasProperty(value, "toJSON") && typeof value.toJSON === "function") {
    const json: unknown = value.toJSON()
    if (Predicate.isString(json) || Predicate.isBoolean(json) || (Predicate.isNumber(json) && Number.isFinite(json))) {
      return json
    }
  }
  return new Unfit(Array.isArray(value) ? "a list" : `a value of type ${typeof value}`)
}

/** The text of a cell in a text file. */
export const toText = (scalar: Scalar, decimalComma: boolean): string | undefined => {
  if (scalar === undefined || typeof scalar === "string") return scalar
  if (typeof scalar === "number") return decimalComma ? String(scalar).replace(".", ",") : String(scalar)
  return scalar instanceof Date ? scalar.toISOString() : String(scalar)
}

// What makes a spreadsheet take a text for a formula. A signed number is only a number.
const formula = /^[=+\-@\t\r]/
const signedNumber = /^[+-]\d*[.,]?\d+(?:[eE][+-]?\d+)?$/

/** A text that no spreadsheet takes for a formula. */
export const guarded = (text: string): string => (formula.test(text) && !signedNumber.test(text) ? `'${text}` : text)
