import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Id from "./id.js"
import * as Json from "./json.js"
import * as Timestamp from "./timestamp.js"

const written = /^\s*([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?\s*$/i

/** A decimal number as it is written: an integer, and the power of ten that it is multiplied by. */
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

/** One spelling for each value: without the zeros that mean nothing. */
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
 * Content read as a number: a number, or text that is one (`"139"`, `" 1.5e-3 "`). Text that only begins with a number
 * (`"5 mg"`, `"<10"`) is none, nor are empty text, infinities and `true`.
 *
 * Text with more digits than a number holds (`"9007199254740993"`, `"0.12345678901234567890"`, `"1e999"`) is none,
 * too: read it with `asDecimal`. What the server sends as a JSON number, and not as text, has been rounded when its
 * answer was parsed; nobody can tell any more.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const number = Records.asNumber("139") // Option.some(139)
 * ```
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

// `BigDecimal` writes out the zeros of a power of ten when it compares.
const mostDigits = 10_000

/**
 * Content read as a decimal number with all of its digits: what `asNumber` reads, and text with more digits than a
 * number holds. Text with more than 10,000 digits, or an
 * exponent beyond that, is none.
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

/** Whether content is text that is a number with more digits than a number holds. */
export const isBeyondNumbers = (content: unknown): boolean =>
  typeof content === "string" && parseDecimal(content) !== undefined && Option.isNone(asNumber(content))

/**
 * Content read as text: text, or a number or a boolean as JSON writes it. Empty text is text.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const text = Records.asText(139) // Option.some("139")
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
export const asText = (content: unknown): Option.Option<string> =>
  typeof content === "string" || typeof content === "boolean" || Number.isFinite(content)
    ? Option.some(String(content))
    : Option.none()

/**
 * Content read as a boolean: a boolean, or `"true"` or `"false"`.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const isActive = Records.asBoolean("true") // Option.some(true)
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
export const asBoolean = (content: unknown): Option.Option<boolean> =>
  content === true || content === "true"
    ? Option.some(true)
    : content === false || content === "false"
      ? Option.some(false)
      : Option.none()

/**
 * Content read as a date in ISO 8601, microseconds kept; a date alone is its midnight in UTC.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const date = Records.asDate("2025-10-17")
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
export const asDate = (content: unknown): Option.Option<DateTime.Utc> =>
  typeof content === "string" ? Timestamp.parse(content.trim()) : Option.none()

/**
 * Content read as several texts: a list of them, as a `multiselect` holds it, or one alone.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const targets = Records.asTexts(["EGFR", "HER2"])
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
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

/** A point in time, to the last digit: none for a date alone, and where it does not say in which zone it is. */
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

/** What else than the same JSON is the same in a field of a type. A type that is not here has nothing else. */
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
 * Whether a field of a type holds this content already. When in doubt it does not: of a type that is not known, only the
 * same JSON is the same.
 */
export const isSame = (type: string | null, held: unknown, content: unknown): boolean =>
  Json.same(held, content) || (type !== null && rules.get(type)?.(Json.plain(held), Json.plain(content)) === true)

/** Whether the type of the field decides if they are the same. */
export const dependsOnType = (held: unknown, content: unknown): boolean => {
  const [plainHeld, plainContent] = [Json.plain(held), Json.plain(content)]
  return !Json.same(held, content) && Array.from(rules.values()).some((rule) => rule(plainHeld, plainContent))
}
