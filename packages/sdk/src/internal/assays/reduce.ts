import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as CalendarDates from "../../CalendarDate.js"
import * as QualifiedNumber from "../../QualifiedNumber.js"
import { isEmpty } from "../cells/check.js"
import * as Numbers from "../cells/number.js"
import { said } from "../cells/said.js"
import type { EntityField } from "../entityFields/model.js"
import * as Json from "../json/json.js"
import * as Timestamp from "../json/timestamp.js"
import * as Content from "../records/content.js"
import type { RecordValue } from "../records/model.js"
import type { Reduction, Value } from "./model.js"
import * as Statistics from "./statistics.js"

/** One result of a reduction. */
export interface Reduced {
  readonly operator: QualifiedNumber.Operator | null
  readonly value: Value
  readonly count: number
  readonly created_at: string | null
}

/** The results of a reduction, and what could not be read or is not known. */
export interface Outcome {
  readonly results: ReadonlyArray<Reduced>
  readonly messages: ReadonlyArray<string>
}

export const isNumeric = ({ field_type }: EntityField): boolean =>
  field_type === "number" || field_type === "qualified-number"

const isQualified = ({ field_type }: EntityField): boolean => field_type === "qualified-number"

const createdAt = ({ created_at }: RecordValue): number =>
  created_at === null ? Number.NEGATIVE_INFINITY : DateTime.toEpochMillis(created_at)

/** The oldest first. Of several that are equally old, the first comes last: it is the one that counts as the latest. */
const byAge = (values: ReadonlyArray<RecordValue>): ReadonlyArray<RecordValue> =>
  [...values].reverse().sort((a, b) => {
    const [first, second] = [createdAt(a), createdAt(b)]
    return first < second ? -1 : first > second ? 1 : 0
  })

type Number = Pick<Reduced, "operator" | "value">

const ofNumber = (field: EntityField, { operator, value }: QualifiedNumber.QualifiedNumber): Number => ({
  operator: isQualified(field) ? operator : null,
  value
})

const toNumber = (field: EntityField, content: unknown): Either.Either<QualifiedNumber.QualifiedNumber, string> =>
  Either.mapLeft(
    isQualified(field)
      ? QualifiedNumber.fromCell(content)
      : Either.map(Numbers.toNumber(content), (value) => QualifiedNumber.make(value)),
    (reason) => said(content, reason)
  )

const textOf = (content: unknown): string =>
  Option.match(Content.asTexts(content), {
    onNone: () => Either.getOrElse(Json.stringify(content), () => String(content)),
    onSome: (texts) => texts.join("; ")
  })

/** The content of a value in its own type. Only numbers can fail: any other content is still text. */
const toValue = (field: EntityField, content: unknown): Either.Either<Number, string> => {
  if (isNumeric(field)) return Either.map(toNumber(field, content), (number) => ofNumber(field, number))
  const of = (value: Value): Number => ({ operator: null, value })
  if (field.field_type === "boolean") {
    return Either.right(of(Option.getOrElse<Value, Value>(Content.asBoolean(content), () => textOf(content))))
  }
  return Either.right(
    of(
      field.field_type === "date"
        ? Either.match(CalendarDates.fromCell(content), {
            onLeft: () => textOf(content),
            onRight: CalendarDates.format
          })
        : textOf(content)
    )
  )
}

const timeOf = ({ created_at }: RecordValue): string | null =>
  created_at === null ? null : Timestamp.format(created_at)

const single = (field: EntityField, value: RecordValue, count: number): Outcome =>
  Either.match(toValue(field, value.content), {
    onLeft: (message) => ({ results: [], messages: [message] }),
    onRight: (read) => ({ results: [{ ...read, count, created_at: timeOf(value) }], messages: [] })
  })

const statistics = {
  mean: Statistics.mean,
  "geometric mean": Statistics.geometricMean,
  "standard deviation": Statistics.standardDeviation
} as const

/** Reduces the values of one field in one place. */
export const reduce = (field: EntityField, values: ReadonlyArray<RecordValue>, reduction: Reduction): Outcome => {
  const sorted = byAge(values)
  const filled = sorted.filter(({ content }) => !isEmpty(content))
  const [latest] = sorted.slice(-1)
  if (reduction === "count") {
    const count = filled.length
    return { results: [{ operator: null, value: count, count, created_at: null }], messages: [] }
  }
  if (reduction === "all") {
    const outcomes = filled.map((value) => single(field, value, 1))
    return {
      results: outcomes.flatMap(({ results }) => results),
      messages: outcomes.flatMap(({ messages }) => messages)
    }
  }
  if (reduction === "latest" || !isNumeric(field)) {
    // An empty value clears the field.
    return latest === undefined || isEmpty(latest.content)
      ? { results: [], messages: [] }
      : single(field, latest, filled.length)
  }
  const read = filled.map(({ content }) => toNumber(field, content))
  const messages = read.flatMap((one) => Option.toArray(Either.getLeft(one)))
  const numbers = read.flatMap((one) => Option.toArray(Either.getRight(one)))
  if (numbers.length === 0) return { results: [], messages }
  return Either.match(statistics[reduction](numbers), {
    onLeft: (reason) => ({
      results: [],
      messages: [...messages, `the values ${numbers.map(QualifiedNumber.format).join(", ")} ${reason}`]
    }),
    onRight: (number) => ({
      results:
        number === null
          ? []
          : [
              {
                // The spread of numbers without signs is a number.
                ...(reduction === "standard deviation"
                  ? { operator: null, value: number.value }
                  : ofNumber(field, number)),
                count: numbers.length,
                created_at: null
              }
            ],
      messages
    })
  })
}
