import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import * as CalendarDates from "../../CalendarDate.js"
import type { Issue } from "../../KaleidoscopeError.js"
import * as QualifiedNumbers from "../../QualifiedNumber.js"
import * as Parsed from "../json/parsed.js"
import * as Content from "../records/content.js"
import * as Numbers from "./number.js"
import * as Options from "./options.js"
import * as Qualified from "./qualified.js"
import { said } from "./said.js"
import { type Field, toBoolean, toText } from "./schemas.js"

/** Reads a cell for a field: the content to send, or the reason why the field cannot take it. */
type Read = (cell: unknown, field: Field) => Either.Either<unknown, string>

/** Refuses digits that no number of a computer can be: they would become infinite, or zero. */
const inRange = (digits: string): Either.Either<string, string> => {
  const number = Number(digits)
  if (!Number.isFinite(number)) return Either.left("is too large for a number")
  return number === 0 && /[1-9]/.test(digits.replace(/e.*/i, ""))
    ? Either.left("is too close to zero for a number")
    : Either.right(digits)
}

/** All digits of a cell are sent, so that text stays text. */
const number: Read = (cell) =>
  typeof cell === "number" ? Numbers.toNumber(cell) : Either.flatMap(Numbers.toDigits(cell), inRange)

const qualifiedNumber: Read = (cell) => {
  if (QualifiedNumbers.isQualifiedNumber(cell)) return Either.right(QualifiedNumbers.format(cell))
  const read = Qualified.toDigits(cell)
  // An object may be the platform's own form.
  return Predicate.isObject(cell)
    ? Either.map(read, () => cell)
    : Either.flatMap(read, ({ digits, operator }) =>
        Either.map(inRange(digits), (digits) => Qualified.format(operator, digits))
      )
}

const date: Read = (cell) =>
  Either.flatMap(CalendarDates.fromCell(cell), (date) =>
    date.year === 0
      ? Either.left("is in the year 0, which most calendars do not have")
      : Either.right(CalendarDates.format(date))
  )

const option: Read = (cell, { attrs }) => {
  // An id stays an id.
  const text = Option.map(Content.asText(cell), (text) => text.trim())
  return Either.map(Options.toOption(attrs, cell), (name) => Option.getOrElse(text, () => name))
}

const options: Read = (cell, { attrs }) => {
  if (Options.optionsIn(attrs) !== undefined) return Options.toOptions(attrs, cell)
  const content = Options.fromTable(cell)
  return Either.map(
    Either.fromOption(Content.asTexts(content), () => "is not a list of options"),
    () => content
  )
}

const texts: Read = (cell) =>
  Either.map(
    Either.fromOption(Content.asTexts(cell), () => "is not text, nor a list of texts"),
    () => cell
  )

/** No structure and no sequence is a number. */
const notation: Read = (cell) => (typeof cell === "string" ? Either.right(cell) : Either.left("is not text"))

const email: Read = (cell) =>
  Either.filterOrLeft(
    toText(cell),
    (text) => text.includes("@"),
    () => "is not an email address: it has no @"
  )

/** What a type takes, where that is known. The platform decides on all other types. */
const reads = new Map<string, Read>([
  ["text", toText],
  ["smiles-string", notation],
  ["URL", toText],
  ["phone", toText],
  ["dna-oligo", notation],
  ["rna-oligo", notation],
  ["peptide", notation],
  ["snowflake-query", toText],
  ["email", email],
  ["number", number],
  ["qualified-number", qualifiedNumber],
  ["boolean", toBoolean],
  ["date", date],
  ["select", option],
  ["status", option],
  ["multiselect", options],
  ["record-reference", texts],
  ["people", texts],
  ["molfile", texts],
  ["rxn", texts],
  ["plasmid", texts],
  ["protein-structure", texts]
])

/** Whether a cell has no value: it is missing, `null` or empty text. */
export const isEmpty = (cell: unknown): boolean => cell === undefined || cell === null || cell === ""

const isScalar = (content: unknown): boolean => Option.isSome(Content.asText(content))

const contentOf = (field: Field, cell: unknown): Either.Either<unknown, string> => {
  if (isEmpty(cell)) return Either.right(cell)
  const read = field.field_type === null ? undefined : reads.get(field.field_type)
  const content = read === undefined ? Either.right(cell) : read(cell, field)
  return field.is_key === true
    ? Either.filterOrLeft(content, isScalar, () => "is not text, a number or a boolean, as a key must be")
    : content
}

const inField = ({ field_type }: Field, cell: unknown, reason: string): string =>
  `${said(cell, reason)}${field_type === null ? "" : ` (the field is of the type ${field_type})`}`

/** The content to send to a field for the value of a cell, or what is wrong with it. */
export const check = (field: Field, cell: unknown): Either.Either<unknown, ReadonlyArray<Issue>> =>
  Either.mapLeft(contentOf(field, cell), (reason) => [
    { path: field.field_name ?? field.id, message: inField(field, cell, reason) }
  ])

/** The schema of the cells of a field. */
export const schema = (field: Field): Schema.Schema<unknown, unknown> => {
  const read = (cell: unknown) => Either.mapLeft(contentOf(field, cell), (reason) => inField(field, cell, reason))
  return Parsed.schema({
    identifier: "Cell",
    description: `a value of the type ${field.field_type}`,
    is: (input): input is unknown => Either.isRight(read(input)),
    read,
    write: (content) => Either.getOrElse(read(content), () => content),
    arbitrary: (fastCheck) => fastCheck.constant(null)
  })
}
