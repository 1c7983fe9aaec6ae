import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Numbers from "./number.js"

export type Operator = "=" | "<" | "<=" | ">" | ">=" | "~"

/** The signs that people write. */
const signs: { readonly [sign: string]: Operator } = {
  "": "=",
  "=": "=",
  "<": "<",
  "<=": "<=",
  "=<": "<=",
  "≤": "<=",
  "⩽": "<=",
  ">": ">",
  ">=": ">=",
  "=>": ">=",
  "≥": ">=",
  "⩾": ">=",
  "~": "~",
  "∼": "~",
  "≈": "~"
}

const written = /^\s*((?:<=|=<|>=|=>|[<>=~∼≈≤⩽≥⩾])?)\s*(.*)$/s

/** A number with all of its digits, after a sign. */
interface Digits {
  readonly operator: Operator
  readonly digits: string
}

export const format = (operator: Operator, digits: string): string => (operator === "=" ? digits : operator + digits)

const operatorIn = (content: object): Either.Either<Operator | undefined, string> => {
  const sign = ["operator", "qualifier"].flatMap((key) =>
    Predicate.hasProperty(content, key) && content[key] !== null && content[key] !== undefined ? [content[key]] : []
  )[0]
  if (sign === undefined) return Either.right(undefined)
  const operator = typeof sign === "string" && Object.hasOwn(signs, sign.trim()) ? signs[sign.trim()] : undefined
  return operator === undefined ? Either.left("has an operator that is not known") : Either.right(operator)
}

/** Reads a cell with a qualified number, or gives the reason why it is not one. */
export const toDigits = (content: unknown, options?: Numbers.NumberOptions): Either.Either<Digits, string> => {
  if (typeof content === "string") {
    const [, sign = "", number = ""] = written.exec(content) ?? []
    if (/^[<>=~≤≥≈]/.test(number)) return Either.left("has two signs before the number")
    if (sign !== "" && number.trim() === "") return Either.left("has a sign without a number")
    return Either.map(Numbers.toDigits(number, options), (digits) => ({ operator: signs[sign] ?? "=", digits }))
  }
  if (!Predicate.isRecord(content) || !Predicate.hasProperty(content, "value")) {
    return Either.map(Numbers.toDigits(content, options), (digits) => ({ operator: "=", digits }))
  }
  return Either.flatMap(operatorIn(content), (operator) =>
    Either.flatMap(toDigits(Predicate.isRecord(content["value"]) ? null : content["value"], options), (inside) =>
      operator === undefined || inside.operator === operator
        ? Either.right(inside)
        : inside.operator === "="
          ? Either.right({ operator, digits: inside.digits })
          : Either.left("has two signs before the number")
    )
  )
}

/** As `toDigits`, with the digits as a number. */
export const toQualified = (
  content: unknown,
  options?: Numbers.NumberOptions
): Either.Either<{ readonly operator: Operator; readonly value: number }, string> =>
  Either.flatMap(toDigits(content, options), ({ digits, operator }) =>
    Either.map(Numbers.toNumber(digits), (value) => ({ operator, value: value === 0 ? 0 : value }))
  )
