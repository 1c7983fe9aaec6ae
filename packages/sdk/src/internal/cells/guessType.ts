import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as CalendarDates from "../../CalendarDate.js"
import type { FieldType } from "../entityFields/model.js"
import * as Content from "../records/content.js"
import * as Numbers from "./number.js"
import * as Qualified from "./qualified.js"

/** Why a cell is not of a type, or nothing. */
type Misfit = (cell: unknown) => string | undefined

const reason = (read: Either.Either<unknown, string>): string | undefined => Option.getOrUndefined(Either.getLeft(read))

const matching =
  (pattern: RegExp, expected: string): Misfit =>
  (cell) =>
    typeof cell === "string" && pattern.test(cell.trim()) ? undefined : `is not ${expected}`

// `007` is a name: as a number it would lose its zeros.
const leadingZeros = /^\s*[+-]?0\d/

const withoutZeros =
  (misfit: Misfit): Misfit =>
  (cell) =>
    typeof cell === "string" && leadingZeros.test(cell) ? "has zeros at its beginning" : misfit(cell)

const word = matching(/^(?:true|false|yes|no|y|n)$/i, "true or false")

const types: ReadonlyArray<readonly [FieldType, Misfit]> = [
  ["boolean", (cell) => (typeof cell === "boolean" ? undefined : word(cell))],
  ["number", withoutZeros((cell) => reason(Numbers.toDigits(cell)))],
  ["qualified-number", withoutZeros((cell) => reason(Qualified.toDigits(cell)))],
  ["date", (cell) => reason(CalendarDates.fromCell(cell))],
  ["URL", matching(/^https?:\/\/\S+$/i, "a URL")],
  ["email", matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an email address")]
]

const smiles = matching(/^[A-Za-z0-9@+\-[\]()\\/%=#$.:*~]+$/, "a SMILES")

// The part of the values that has to be of a type. The rest are misfits that the person sees.
const most = 0.9

// With fewer values nobody can say that they are options.
const fewestForOptions = 20
const mostOptions = 20

/** The type that the values of a column have, and the check of its values. */
export const guessType = (
  column: string,
  values: ReadonlyArray<unknown>
): { readonly type: FieldType; readonly misfit: Misfit } => {
  const isMostly = (misfit: Misfit): boolean =>
    values.length > 0 && values.filter((value) => misfit(value) === undefined).length >= most * values.length
  for (const [type, misfit] of types) if (isMostly(misfit)) return { type, misfit }
  if (/smiles/i.test(column) && isMostly(smiles)) return { type: "smiles-string", misfit: smiles }
  const distinct = new Set(values)
  const areOptions =
    values.length >= fewestForOptions && distinct.size <= mostOptions && distinct.size * 5 <= values.length
  return {
    type: areOptions ? "select" : "text",
    misfit: (cell) => (Option.isSome(Content.asText(cell)) ? undefined : "is not text")
  }
}
