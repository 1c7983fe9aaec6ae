import type * as DateTime from "effect/DateTime"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Json from "./json.js"
import * as Timestamp from "./timestamp.js"

/**
 * Content read as a number: a number, or text that is one (`"139"`, `" 1.5e-3 "`). Text that only begins with a number
 * (`"5 mg"`, `"<10"`) is none, nor are empty text, infinities and `true`.
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
  const number =
    typeof content === "string" && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(content)
      ? Number(content)
      : content
  return typeof number === "number" && Number.isFinite(number) ? Option.some(number) : Option.none()
}

/**
 * Content read as text: text, a number or a boolean. Empty text is text.
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
  typeof content === "string" || typeof content === "number" || typeof content === "boolean"
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

const scalars: ReadonlyArray<(content: unknown) => Option.Option<unknown>> = [asNumber, asBoolean]

/** Whether a field holds this content already: numbers and booleans may come back as text. */
export const isSame = (held: unknown, content: unknown): boolean =>
  Json.same(held, content) ||
  (typeof held !== typeof content &&
    scalars.some((read) => Option.isSome(read(content)) && Equal.equals(read(held), read(content))))
