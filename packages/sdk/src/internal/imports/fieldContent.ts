import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Nearest from "../catalog/nearest.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Content from "../records/content.js"

/** The content that is sent for a value, or why the field does not take the value. */
export type Check = (value: unknown) => Either.Either<unknown, string>

const shown = (value: unknown): string =>
  typeof value === "string" ? Nearest.quote(value) : Predicate.isRecord(value) ? "an object" : String(value)

const isText = (value: unknown): value is string => typeof value === "string"

const qualified = /^\s*(?:<=|>=|[<>=~≤≥≈])?\s*(.*?)\s*$/s

const number: Check = (value) => {
  const known = Content.asNumber(value)
  if (Option.isSome(known)) return Either.right(known.value)
  // A number with more digits than JavaScript holds is sent as text.
  return isText(value) && Content.isBeyondNumbers(value)
    ? Either.right(value.trim())
    : Either.left(`${shown(value)} is not a number`)
}

const qualifiedNumber: Check = (value) => {
  if (typeof value === "number" || Predicate.isRecord(value)) return Either.right(value)
  const digits = isText(value) ? qualified.exec(value)?.[1] : undefined
  return isText(value) && Either.isRight(number(digits))
    ? Either.right(value.trim())
    : Either.left(`${shown(value)} is not a number, with or without a sign such as "<"`)
}

const boolean: Check = (value) =>
  Option.match(Content.asBoolean(isText(value) ? value.trim().toLowerCase() : value), {
    onNone: () => Either.left(`${shown(value)} is not true or false`),
    onSome: (known) => Either.right(known)
  })

const date: Check = (value) =>
  !isText(value) || Option.isSome(Content.asDate(value))
    ? Either.right(isText(value) ? value.trim() : value)
    : Either.left(`${shown(value)} is not a date such as 2026-11-30`)

/** The names of the options of a field, if it has a list of them. */
const optionsOf = ({ attrs }: EntityFields.EntityField): ReadonlySet<unknown> | undefined => {
  const options = Predicate.isRecord(attrs) ? attrs["options"] : undefined
  return Array.isArray(options) && options.length > 0
    ? new Set(options.flatMap((option: unknown) => (Predicate.isRecord(option) ? Object.values(option) : [option])))
    : undefined
}

const select = (options: ReadonlySet<unknown>): Check => {
  const names = Array.from(options).filter(isText)
  return (value) =>
    options.has(value)
      ? Either.right(value)
      : Either.left(
          `${shown(value)} is not an option of the field${
            Nearest.suggestion(String(value), names) || `: it has ${names.slice(0, 10).map(Nearest.quote).join(", ")}`
          }`
        )
}

const multiselect = (options: ReadonlySet<unknown>): Check => {
  const one = select(options)
  return (value) => {
    const items = Array.isArray(value)
      ? value
      : isText(value) && !options.has(value)
        ? value.split(/[;,|]/).map((item) => item.trim())
        : [value]
    return Either.all(items.map(one))
  }
}

/** The check of a field, or `undefined` if the field takes any value. */
export const checkOf = (field: EntityFields.EntityField): Check | undefined => {
  const options = optionsOf(field)
  switch (field.field_type) {
    case "number":
      return number
    case "qualified-number":
      return qualifiedNumber
    case "boolean":
      return boolean
    case "date":
      return date
    case "select":
    case "status":
      return options === undefined ? undefined : select(options)
    case "multiselect":
      return options === undefined ? undefined : multiselect(options)
    case "formula":
      return (value) => Either.left(`${shown(value)} cannot be imported: the platform computes this field`)
    default:
      return undefined
  }
}
