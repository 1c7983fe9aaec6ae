import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Id from "../id.js"
import * as Json from "../json/json.js"
import * as Timestamp from "../json/timestamp.js"

const written = /^\s*([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?\s*$/i

/** A decimal number as it is written: the digits of an integer, times a power of ten. */
interface Decimal {
  readonly sign: string
  readonly digits: string
  readonly exponent: number
}

const parseDecimal = (content: unknown): Decimal | undefined => {
  const text = typeof content === "number" ? String(content) : content
  const parts = typeof text === "string" ? written.exec(text) : null
  if (parts === null) return undefined
  const [, sign = "", integer = "", fraction = "", fractionAlone = "", power = "0"] = parts
  const behind = fraction + fractionAlone
  const exponent = Number(power) - behind.length
  return Number.isSafeInteger(exponent)
    ? { sign: sign === "-" ? "-" : "", digits: integer + behind, exponent }
    : undefined
}

/** The same spelling for the same number: without leading and trailing zeros. */
const spell = ({ digits, exponent, sign }: Decimal): string => {
  let begin = 0
  let end = digits.length
  while (begin < end && digits.charCodeAt(begin) === 48) begin++
  while (end > begin && digits.charCodeAt(end - 1) === 48) end--
  return begin === end ? "0" : `${sign}${digits.slice(begin, end)}e${exponent + digits.length - end}`
}

/** Whether both are the same decimal number, to the last digit. */
const isSameDecimal = (a: unknown, b: unknown): boolean => {
  const [first, second] = [parseDecimal(a), parseDecimal(b)]
  return first !== undefined && second !== undefined && spell(first) === spell(second)
}

/**
 * Reads content as a number: a number, or text that is a number (`"139"`, `" 1.5e-3 "`). The result is none for text that
 * only begins with a number (`"5 mg"`, `"<10"`), for empty text, for infinities and for `true`.
 *
 * It is none, too, for text with more digits than a number holds (`"9007199254740993"`, `"0.12345678901234567890"`,
 * `"1e999"`): read that with `asDecimal`. A JSON number with more digits was rounded when the response was parsed: this
 * cannot be seen in the result.
 *
 * @since 0.1.0
 * @category readers
 */
export const asNumber = (content: unknown): Option.Option<number> => {
  const number = typeof content === "string" && written.test(content) ? Number(content) : content
  return typeof number === "number" &&
    Number.isFinite(number) &&
    (typeof content === "number" || isSameDecimal(content, number))
    ? Option.some(number)
    : Option.none()
}

// `BigDecimal` writes all zeros of a power of ten when it compares.
const mostDigits = 10_000

/**
 * Reads content as a decimal number with all of its digits: everything that `asNumber` reads, and text with more digits
 * than a number holds. The result is none for text with more than 10,000 digits or an exponent beyond 10,000.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as BigDecimal from "effect/BigDecimal"
 * import * as Option from "effect/Option"
 *
 * const exact = Option.map(Records.asDecimal("9007199254740993"), BigDecimal.format) // "9007199254740993"
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
export const asDecimal = (content: unknown): Option.Option<BigDecimal.BigDecimal> => {
  const decimal = parseDecimal(content)
  return decimal === undefined || Math.abs(decimal.exponent) > mostDigits || decimal.digits.length > mostDigits
    ? Option.none()
    : Option.some(BigDecimal.make(BigInt(decimal.sign + decimal.digits), -decimal.exponent || 0))
}

/** Whether content is a number, as text, with more digits than a JavaScript number holds. */
export const isBeyondNumbers = (content: unknown): boolean =>
  typeof content === "string" && parseDecimal(content) !== undefined && Option.isNone(asNumber(content))

/** Reads content as text, also if it is empty, a number or a boolean. @since 0.1.0 @category readers */
export const asText = (content: unknown): Option.Option<string> =>
  typeof content === "string" || typeof content === "boolean" || Number.isFinite(content)
    ? Option.some(String(content))
    : Option.none()

/** Reads content as a boolean: a boolean, `"true"` or `"false"`. @since 0.1.0 @category readers */
export const asBoolean = (content: unknown): Option.Option<boolean> =>
  content === true || content === "true"
    ? Option.some(true)
    : content === false || content === "false"
      ? Option.some(false)
      : Option.none()

/** Reads a date in ISO 8601, with microseconds. Without a time it is midnight in UTC. @since 0.1.0 @category readers */
export const asDate = (content: unknown): Option.Option<DateTime.Utc> =>
  typeof content === "string" ? Timestamp.parse(content.trim()) : Option.none()

/** Reads content as a list of texts: the list of a `multiselect`, or one text. @since 0.1.0 @category readers */
export const asTexts = (content: unknown): Option.Option<ReadonlyArray<string>> =>
  Array.isArray(content) ? Option.all(content.map(asText)) : Option.map(asText(content), (text) => [text])

type Rule = (held: unknown, content: unknown) => boolean

const bySome =
  <A>(read: (content: unknown) => Option.Option<A>): Rule =>
  (held, content) => {
    const [first, second] = [read(held), read(content)]
    return Option.isSome(first) && Option.isSome(second) && first.value === second.value
  }

const eachBy =
  (rule: Rule): Rule =>
  (held, content) =>
    Array.isArray(held) &&
    Array.isArray(content) &&
    held.length === content.length &&
    held.every((item, index) => rule(item, content[index]))

const isSameText = bySome(asText)

const qualified = /^\s*(<=|>=|[<>=~≤≥])?(.*)$/s

const isSameQualified: Rule = (held, content) => {
  const [first, second] = [held, content].map((one) => qualified.exec(Option.getOrElse(asText(one), () => "")))
  return first?.[1] === second?.[1] && isSameDecimal(first?.[2], second?.[2])
}

const moment = /^([^.,]{16,19})(?:[.,](\d{1,12}))?(z|[+-]\d{2}(?::?\d{2})?)$/i

/** A point in time, to the last digit. It is none for a date without a time or without a time zone. */
const asMoment = (content: unknown): Option.Option<string> => {
  const parts = typeof content === "string" ? moment.exec(content) : null
  if (parts === null) return Option.none()
  const [, base = "", fraction = "", zone = ""] = parts
  // Half a minute is not half a second.
  if (fraction !== "" && base.length < "2025-10-17T18:00:00".length) return Option.none()
  return Option.map(
    Timestamp.parse(base + zone),
    (at) => `${DateTime.toEpochMillis(at)} ${fraction.replace(/0+$/, "")}`
  )
}

const isSameId: Rule = (held, content) =>
  typeof held === "string" && typeof content === "string" && Id.same(held, content)

/** When two contents that differ as JSON are the same, by the type of the field. */
const rules = new Map<string, Rule>([
  ["text", isSameText],
  ["smiles-string", isSameText],
  ["URL", isSameText],
  ["email", isSameText],
  ["phone", isSameText],
  ["select", isSameText],
  ["multiselect", eachBy(isSameText)],
  ["number", isSameDecimal],
  ["qualified-number", isSameQualified],
  ["boolean", bySome(asBoolean)],
  ["date", bySome(asMoment)],
  ["record-reference", (held, content) => isSameId(held, content) || eachBy(isSameId)(held, content)]
])

/**
 * Whether a field of this type has this content already. In doubt it does not: with an unknown type, only the same JSON is
 * the same.
 */
export const isSame = (type: string | null, held: unknown, content: unknown): boolean =>
  Json.same(held, content) || (type !== null && rules.get(type)?.(Json.plain(held), Json.plain(content)) === true)

/** Whether the type of the field decides if two contents are the same. */
export const dependsOnType = (held: unknown, content: unknown): boolean => {
  const [plainHeld, plainContent] = [Json.plain(held), Json.plain(content)]
  return !Json.same(held, content) && Array.from(rules.values()).some((rule) => rule(plainHeld, plainContent))
}
