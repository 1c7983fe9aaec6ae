import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Nearest from "../catalog/nearest.js"
import * as Content from "../records/content.js"

/** How numbers are written in a table. @since 0.1.0 @category models */
export interface NumberOptions {
  /**
   * Whether `,` stands before the decimals. `true`: `1,234` is 1.234, and `1.234` is 1234. `false`: `1,234` is 1234. Left out:
   * `2,5` is 2.5 and `1,234,567` is 1234567, but `1,234` is refused, since it may be either.
   */
  readonly decimalComma?: boolean | undefined
}

const longest = 10_000

const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const loose = /^([+-]?)([\d.,'’\u00a0\u2009\u202f]*)(e[+-]?\d+)?$/i
const otherGroups = /^\d{1,3}(?:(['’\u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(?=[.,]|$)/

const areGroups = { ",": /^\d{1,3}(?:,\d{3})+$/, ".": /^\d{1,3}(?:\.\d{3})+$/ } as const

type Mark = keyof typeof areGroups

const unusual = "has points or commas in unusual places"

/** The digits before and after a decimal mark, or the reason why the first part is not made of groups of three. */
const split = (body: string, decimal: Mark): Either.Either<string, string> => {
  const group = decimal === "," ? "." : ","
  const [integer = "", fraction, ...more] = body.split(decimal)
  if (more.length > 0 || fraction?.includes(group) === true || fraction === "") return Either.left(unusual)
  if (integer.includes(group) && !areGroups[group].test(integer)) return Either.left(unusual)
  const digits = integer.replaceAll(group, "")
  return fraction === undefined ? Either.right(digits) : Either.right(`${digits}.${fraction}`)
}

/** Which of the two marks stands before the decimals, or the reason why nobody knows. */
const decimalMark = (body: string): Either.Either<Mark, string> => {
  const comma = body.lastIndexOf(",")
  if (comma < 0) return Either.right(body.indexOf(".") === body.lastIndexOf(".") ? "." : ",")
  const point = body.lastIndexOf(".")
  if (point >= 0) return Either.right(comma > point ? "," : ".")
  if (comma !== body.indexOf(",")) return Either.right(".")
  return /^[1-9]\d{0,2},\d{3}$/.test(body)
    ? Either.left(`may be ${body.replace(",", "")} or ${body.replace(",", ".")}: write one of these two`)
    : Either.right(",")
}

const withoutValue =
  /^(?:n\.?\s?d\.?|n\.?\s?a\.?|n\/a|n\/d|nan|null|nil|none|missing|not determined|not tested|blq|bql|lod|loq|tbd|[-–—.?*]+)$/i
const spreadsheetError = /^#(?:n\/a|div\/0!|value!|ref!|name\?|num!|null!|spill!|calc!)$/i
const range = /^[+-]?[\d.,]+\s*(?:-|–|—|\.\.+|to)\s*[+-]?[\d.,]+$/i
const leading = /^([+-]?(?:\d[\d.,]*|\.\d+)(?:e[+-]?\d+)?)(\s*)(\S.*)$/is

/** Why a text is not a number. */
const reasonOf = (text: string): string => {
  if (text === "") return "is empty"
  if (withoutValue.test(text)) return "is not a number: leave the cell empty if there is no value"
  if (spreadsheetError.test(text)) return "is an error of a spreadsheet, and not a number"
  if (/±|\+\/-/.test(text)) return "has an uncertainty: write it into a column of its own"
  if (/^[<>=~≤≥≈]/.test(text))
    return 'has a sign before the number, which only a field of the type "qualified-number" takes'
  if (/^(?:\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2})(?!\d)/.test(text))
    return "is a date or a time, and not a number: a spreadsheet may have made it so"
  if (range.test(text)) return "is a range: write its two ends into two columns"
  const [, number, , behind] = leading.exec(text) ?? []
  if (number === undefined || behind === undefined) return "is not a number"
  return /^\d/.test(behind)
    ? "may be one number or two: write a number without spaces"
    : `has ${Nearest.quote(behind)} behind the number: a cell holds the number alone`
}

/**
 * Reads the text of a cell as a number: in the notation that all programs read, with the digits of the cell; or the reason
 * why it cannot be read.
 */
export const fromText = (input: string, { decimalComma }: NumberOptions = {}): Either.Either<string, string> => {
  if (input.length > longest) return Either.left("is too long for a number")
  const text = input.trim().replaceAll("−", "-")
  if (decimalComma !== true && plain.test(text)) return Either.right(text)
  const [, sign = "", marked = "", exponent = ""] = loose.exec(text) ?? []
  if (!/^[.,]?\d/.test(marked)) return Either.left(reasonOf(text))
  const [groups] = otherGroups.exec(marked) ?? []
  const body =
    groups === undefined ? marked : groups.replaceAll(/['’\u00a0\u2009\u202f]/g, "") + marked.slice(groups.length)
  if (/[^\d.,]/.test(body)) return Either.left(unusual)
  const mark: Either.Either<Mark, string> =
    decimalComma === undefined
      ? groups === undefined
        ? decimalMark(body)
        : Either.right(body.includes(",") ? "," : ".")
      : Either.right(decimalComma ? "," : ".")
  return Either.map(
    Either.flatMap(mark, (decimal) => split(body, decimal)),
    (digits) => `${sign}${digits}${exponent}`
  )
}

/** The reason for a number that would be rounded. */
export const beyond = "has more digits than a number can hold"

/** Reads a number from a cell, or gives the reason why it is not one. */
export const toNumber = (content: unknown, options?: NumberOptions): Either.Either<number, string> => {
  if (typeof content === "number")
    return Number.isFinite(content) ? Either.right(content) : Either.left("is not finite")
  return Either.flatMap(toDigits(content, options), (digits) =>
    Either.fromOption(Content.asNumber(digits), () => beyond)
  )
}

/** Reads a number from a cell as text with all of its digits, or gives the reason why it is not one. */
export const toDigits = (content: unknown, options?: NumberOptions): Either.Either<string, string> => {
  if (typeof content === "number" && Number.isFinite(content)) return Either.right(String(content))
  if (typeof content === "bigint") return Either.right(String(content))
  if (typeof content !== "string") return Either.left("is not a number")
  return Either.filterOrLeft(
    fromText(content, options),
    (digits) => Option.isSome(Content.asDecimal(digits)),
    () => "is too large or too small for any use"
  )
}
