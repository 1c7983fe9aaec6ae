import * as BigDecimal from "effect/BigDecimal"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import * as CalendarDates from "../../CalendarDate.js"
import * as QualifiedNumbers from "../../QualifiedNumber.js"
import type { EntityField } from "../entityFields/model.js"
import * as Parsed from "../json/parsed.js"
import * as Content from "../records/content.js"
import { formatDecimal } from "./decimal.js"
import * as Numbers from "./number.js"
import * as Options from "./options.js"
import { said } from "./said.js"

const finite = { noNaN: true, noDefaultInfinity: true } as const

const make = <A>(form: Parsed.Form<A>): Schema.Schema<A, unknown> =>
  Parsed.schema({ ...form, read: (content) => Either.mapLeft(form.read(content), (reason) => said(content, reason)) })

/** The schema of a number in a table whose numbers are written in a known way. */
export const numberWith = (options: Numbers.NumberOptions): Schema.Schema<number, unknown> =>
  make({
    identifier: "Number",
    description: "a number",
    is: (input): input is number => typeof input === "number" && Number.isFinite(input),
    read: (content) =>
      Either.mapLeft(Numbers.toNumber(content, options), (reason) =>
        reason === Numbers.beyond ? `${reason}: use Cell.Decimal` : reason
      ),
    write: (value) => value,
    arbitrary: (fastCheck) => fastCheck.double(finite)
  })

/** The schema of a qualified number in a table whose numbers are written in a known way. */
export const qualifiedNumberWith = (
  options: Numbers.NumberOptions
): Schema.Schema<QualifiedNumbers.QualifiedNumber, unknown> =>
  make({
    identifier: "QualifiedNumber",
    description: 'a number, with or without a sign such as "<"',
    is: (input): input is QualifiedNumbers.QualifiedNumber =>
      QualifiedNumbers.isQualifiedNumber(input) && Number.isFinite(input.value),
    read: (content) => QualifiedNumbers.fromCell(content, options),
    write: QualifiedNumbers.format,
    arbitrary: (fastCheck) =>
      fastCheck
        .tuple(fastCheck.double(finite), fastCheck.constantFrom(...(["=", "<", "<=", ">", ">=", "~"] as const)))
        .map(([value, operator]) => QualifiedNumbers.make(value === 0 ? 0 : value, operator))
  })

/** The schema of a decimal in a table whose numbers are written in a known way. */
export const decimalWith = (options: Numbers.NumberOptions): Schema.Schema<BigDecimal.BigDecimal, unknown> =>
  make({
    identifier: "Decimal",
    description: "a decimal number",
    is: BigDecimal.isBigDecimal,
    read: (content) =>
      BigDecimal.isBigDecimal(content)
        ? Either.right(content)
        : Either.flatMap(Numbers.toDigits(content, options), (digits) =>
            Either.fromOption(Content.asDecimal(digits), () => "is not a number")
          ),
    write: formatDecimal,
    arbitrary: (fastCheck) =>
      fastCheck
        .tuple(fastCheck.bigInt(), fastCheck.integer({ min: -20, max: 20 }))
        .map(([value, scale]) => BigDecimal.make(value, scale))
  })

export const calendarDate: Schema.Schema<CalendarDates.CalendarDate, unknown> = make({
  identifier: "CalendarDate",
  description: "a date in the form YYYY-MM-DD",
  is: CalendarDates.isCalendarDate,
  read: CalendarDates.fromCell,
  write: CalendarDates.format,
  arbitrary: (fastCheck) =>
    fastCheck
      .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
      .map((date) => Option.getOrThrow(CalendarDates.fromDate(date, "UTC")))
})

const words = new Map([
  ...["true", "yes", "y", "1"].map((word) => [word, true] as const),
  ...["false", "no", "n", "0"].map((word) => [word, false] as const)
])

export const toBoolean = (content: unknown): Either.Either<boolean, string> => {
  if (typeof content === "boolean") return Either.right(content)
  const word = Option.map(Content.asText(content), (text) => text.trim().toLowerCase())
  return Either.fromNullable(words.get(Option.getOrElse(word, () => "")), () => "is not true, false, yes, no, 1 or 0")
}

export const boolean: Schema.Schema<boolean, unknown> = make({
  identifier: "Boolean",
  description: "true or false",
  is: Predicate.isBoolean,
  read: toBoolean,
  write: (value) => value,
  arbitrary: (fastCheck) => fastCheck.boolean()
})

export const toText = (content: unknown): Either.Either<string, string> =>
  typeof content === "number" && Number.isInteger(content) && !Number.isSafeInteger(content)
    ? Either.left("is a number that has lost digits: format the column as text")
    : Either.fromOption(Content.asText(content), () => "is not text")

export const text: Schema.Schema<string, unknown> = make({
  identifier: "Text",
  description: "text",
  is: Predicate.isString,
  read: toText,
  write: (value) => value,
  arbitrary: (fastCheck) => fastCheck.string()
})

/** What the schemas need to know of a field. @since 0.1.0 @category models */
export type Field = Pick<EntityField, "id" | "field_name" | "field_type" | "is_key" | "attrs">

export const option = ({ attrs }: Pick<Field, "attrs">): Schema.Schema<string, unknown> =>
  make({
    identifier: "Option",
    description: "an option of the field",
    is: (input): input is string => typeof input === "string",
    read: (content) => Options.toOption(attrs, content),
    write: (name) => name,
    arbitrary: (fastCheck) => {
      const names = Options.optionsIn(attrs)?.all.map(({ name }) => name)
      return names === undefined ? fastCheck.string({ minLength: 1 }) : fastCheck.constantFrom(...names)
    }
  })

export const options = ({ attrs }: Pick<Field, "attrs">): Schema.Schema<ReadonlyArray<string>, unknown> =>
  make({
    identifier: "Options",
    description: "options of the field",
    is: (input): input is ReadonlyArray<string> => Array.isArray(input) && input.every(Predicate.isString),
    read: (content) => Options.toOptions(attrs, content),
    write: (names) => names,
    arbitrary: (fastCheck) => {
      const names = Options.optionsIn(attrs)?.all.map(({ name }) => name)
      return names === undefined ? fastCheck.uniqueArray(fastCheck.string({ minLength: 1 })) : fastCheck.subarray(names)
    }
  })
