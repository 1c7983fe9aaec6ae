import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Timestamp from "../json/timestamp.js"
import * as Content from "./content.js"
import * as FilterForm from "./filterForm.js"
import type { Filter, FilterProps, Order } from "./where.js"

/** A text that is not a filter or an order. @since 0.1.0 @category errors */
export class WhereError extends Schema.TaggedError<WhereError>("@effect-kaleidoscope/sdk/WhereError")(
  "KaleidoscopeWhereError",
  {
    /** The text, the place, and what is expected there, in words. */
    message: Schema.String,
    text: Schema.String,
    /** The place in the text: the first character is 0. */
    at: Schema.Number,
    /** What is expected at the place. */
    expected: Schema.String
  }
) {}

type Type = keyof FilterProps

type Parsed<A> = Either.Either<A, WhereError>

const longest = 10_000

const signs: ReadonlyArray<readonly [sign: string, type: Type]> = [
  ["<=", "is_less_than_equal"],
  ["≤", "is_less_than_equal"],
  [">=", "is_greater_than_equal"],
  ["≥", "is_greater_than_equal"],
  ["!=", "is_not_equal"],
  ["<>", "is_not_equal"],
  ["≠", "is_not_equal"],
  ["==", "is_equal"],
  ["=", "is_equal"],
  ["<", "is_less_than"],
  [">", "is_greater_than"]
]

const words: ReadonlyArray<readonly [words: string, type: Type]> = [
  ...FilterForm.types.map((type) => [type, type] as const),
  ["is", "is_equal"],
  ["is_not", "is_not_equal"],
  ["is_not_set", "is_empty"],
  ["is_not_empty", "is_set"],
  ["contains", "includes"],
  ["does_not_contain", "does_not_include"],
  ["in", "is_in"],
  ["not_in", "is_not_in"],
  ["before", "is_before"],
  ["after", "is_after"],
  ["between", "is_between"],
  ["last_updated_after", "is_last_updated_after"]
]

const typeOf = new Map<string, Type>([...signs, ...words])

// The longest comes first: `is not set` is not `is`.
const inWords = words
  .map(([words]) => words)
  .sort((a, b) => b.length - a.length)
  .map((words) => words.replaceAll("_", "[ _]"))

const operator = new RegExp(
  `(?<=[\\s"'])(?:${inWords.join("|")})(?=$|[\\s("'])|${signs.map(([sign]) => sign).join("|")}`,
  "giu"
)

/** An operator of a text, and its place. */
interface Operator {
  readonly type: Type
  /** Whether it is one word, such as `in`, which the name of a field may have, too. */
  readonly isWord: boolean
  readonly begin: number
  readonly end: number
}

// A name can have words of operators in it, but not many.
const mostOperators = 8

const operatorsFrom = (text: string, from: number): ReadonlyArray<Operator> => {
  const found: Array<Operator> = []
  operator.lastIndex = from
  for (let match = operator.exec(text); match !== null && found.length < mostOperators; match = operator.exec(text)) {
    const type = typeOf.get(match[0].toLowerCase().replaceAll(" ", "_"))
    if (type !== undefined)
      found.push({
        type,
        isWord: /^\p{Letter}+$/u.test(match[0]),
        begin: match.index,
        end: match.index + match[0].length
      })
  }
  return found
}

const expecting = (text: string, at: number, expected: string): Parsed<never> => {
  const rest = text.slice(at, at + 40)
  const message = `${expected} is expected at character ${at + 1}${rest === "" ? ", the end" : `, and not ${JSON.stringify(rest)}`}: ${text.slice(0, 200)}`
  return Either.left(new WhereError({ message, text, at, expected }))
}

const isSpace = (character: string | undefined): boolean => character !== undefined && /\s/u.test(character)

const afterSpaces = (text: string, at: number): number => {
  let next = at
  while (isSpace(text[next])) next++
  return next
}

/** A name or a value of a text, and the place behind it. */
interface Item {
  readonly value: string
  readonly begin: number
  readonly end: number
}

const isQuote = (character: string | undefined): boolean => character === '"' || character === "'"

/** What stands in quotes. A quote within it is written twice. */
const quoted = (text: string, begin: number): Parsed<Item> => {
  const quote = text[begin] ?? ""
  let value = ""
  let from = begin + 1
  for (let close = text.indexOf(quote, from); close !== -1; close = text.indexOf(quote, from)) {
    value += text.slice(from, close)
    if (text[close + 1] !== quote) return Either.right({ value, begin, end: close + 1 })
    value += quote
    from = close + 2
  }
  return expecting(text, text.length, `a ${quote} that closes the quotes`)
}

/** A name or a value: in quotes, or up to the place that `endOf` finds. */
const itemAt = (text: string, at: number, endOf: (from: number) => number, what: string): Parsed<Item> => {
  const begin = afterSpaces(text, at)
  if (isQuote(text[begin])) return quoted(text, begin)
  const end = Math.max(begin, endOf(begin))
  const value = text.slice(begin, end).trim()
  if (value === "") return expecting(text, begin, what)
  return /^[<>=!≤≥≠]/u.test(value)
    ? expecting(text, begin, `${what}, in quotes if it begins with a sign,`)
    : Either.right({ value, begin, end })
}

const atEnd = (text: string, at: number): Parsed<void> => {
  const next = afterSpaces(text, at)
  return next === text.length ? Either.void : expecting(text, next, "the end")
}

const firstOf = (text: string, expression: RegExp, from: number): number => {
  expression.lastIndex = from
  return expression.exec(text)?.index ?? text.length
}

/** `(a, b)`: at least one value. */
const listAt = (text: string, at: number): Parsed<ReadonlyArray<Item>> =>
  Either.gen(function* () {
    const open = afterSpaces(text, at)
    if (text[open] !== "(") return yield* expecting(text, open, "a list in parentheses, such as (A, B),")
    const items: Array<Item> = []
    for (let from = open + 1; ; ) {
      const item = yield* itemAt(text, from, (begin) => firstOf(text, /[,)]/g, begin), "a value")
      items.push(item)
      const next = afterSpaces(text, item.end)
      if (text[next] !== "," && text[next] !== ")") return yield* expecting(text, next, 'a comma or ")"')
      from = next + 1
      if (text[next] !== ")") continue
      yield* atEnd(text, from)
      return items
    }
  })

/** `6 and 20`, or `(6, 20)`. */
const rangeAt = (text: string, at: number): Parsed<ReadonlyArray<Item>> =>
  Either.gen(function* () {
    if (text[afterSpaces(text, at)] === "(") return yield* listAt(text, at)
    const from = yield* itemAt(text, at, (begin) => firstOf(text, /\sand\s/gi, begin), "a value")
    const and = afterSpaces(text, from.end)
    if (!/^and\s/i.test(text.slice(and, and + 4)))
      return yield* expecting(text, text.length, '"and" and a second value')
    const to = yield* itemAt(text, and + 3, () => text.length, "a second value")
    yield* atEnd(text, to.end)
    return [from, to]
  })

const valueAt = (text: string, at: number): Parsed<Item> =>
  Either.flatMap(
    itemAt(text, at, () => text.length, "a value"),
    (item) => Either.map(atEnd(text, item.end), () => item)
  )

const isTyped = (type: Type): boolean => /^is_(?:less|greater|between)|_relative_/.test(type)

/** A number for a filter that compares numbers. Any other value stays text: the type of the field decides what it is. */
const typed = (type: Type, { value }: Item): unknown =>
  isTyped(type) && Option.isNone(Timestamp.parse(value))
    ? Option.getOrElse(Content.asNumber(value), () => value)
    : value

/** What a filter compares with, and its place. */
const propAt = (
  text: string,
  type: Type,
  at: number,
  isInRule: boolean
): Parsed<readonly [prop: unknown, at: number]> => {
  const here = afterSpaces(text, at)
  switch (FilterForm.writtenAs(type)) {
    case "nothing":
      return Either.map(atEnd(text, at), () => [null, here])
    case "value":
      return Either.map(valueAt(text, at), (item) => [typed(type, item), item.begin])
    case "list":
      return Either.map(listAt(text, at), (items) => [items.map((item) => typed(type, item)), here])
    case "range":
      return Either.map(rangeAt(text, at), (items) => [items.map((item) => typed(type, item)), here])
    case "rule":
      return isInRule
        ? expecting(text, here, "a filter that is no subfield_rule itself")
        : Either.map(filterAt(text, at, true), ({ field, ...filter }) => [{ subfield: field, ...filter }, here])
  }
}

interface Read {
  readonly field: string
  readonly filter_type: Type
  readonly filter_prop: unknown
}

const readWith = (text: string, field: string, { end, type }: Operator, isInRule: boolean): Parsed<Read> =>
  Either.flatMap(propAt(text, type, end, isInRule), ([prop, at]) =>
    Either.match(FilterForm.read(type, prop, { name: field, field_type: null }), {
      onLeft: () => expecting(text, at, FilterForm.wordsFor(type)),
      onRight: (filter_prop) => Either.right({ field, filter_type: type, filter_prop })
    })
  )

const anOperator = "an operator (such as =, <, is set, contains, in, between)"

const filterAt = (text: string, at: number, isInRule: boolean): Parsed<Read> =>
  Either.gen(function* () {
    const begin = afterSpaces(text, at)
    if (isQuote(text[begin])) {
      const name = yield* quoted(text, begin)
      const [first] = operatorsFrom(text, name.end)
      return first === undefined || first.begin !== afterSpaces(text, name.end)
        ? yield* expecting(text, afterSpaces(text, name.end), anOperator)
        : yield* readWith(text, name.value, first, isInRule)
    }
    let wrong: WhereError | undefined
    for (const one of operatorsFrom(text, begin)) {
      const field = text.slice(begin, one.begin).trim()
      if (field === "") return yield* expecting(text, begin, "the name of a field")
      // The name of a field may have the word of an operator in it: `Change in mass < 5`.
      const read = readWith(text, field, one, isInRule)
      if (Either.isRight(read)) return read.right
      wrong ??= read.left
      if (!one.isWord) break
    }
    if (wrong !== undefined) return yield* Either.left(wrong)
    return begin === text.length
      ? yield* expecting(text, begin, "the name of a field")
      : yield* expecting(text, text.length, anOperator)
  })

const bounded = (text: string): Parsed<string> =>
  text.length > longest ? expecting(text, longest, "the end, after 10,000 characters,") : Either.right(text)

/**
 * Reads a filter as people write it: the name (or the id) of a field, an operator, and a value.
 *
 * | Text | Filter |
 * | --- | --- |
 * | `IC50 < 50`, also `<=`, `>`, `>=` | `is_less_than`, … |
 * | `Series = A`, `Series != A`, also `is` and `is not` | `is_equal`, `is_not_equal` |
 * | `IC50 is set`, `IC50 is not set`, also `is empty` | `is_set`, `is_empty` |
 * | `Name contains abc`, `Name starts with EK-` | `includes`, `starts_with` |
 * | `Series in (A, B)`, `Series not in (A, B)` | `is_in`, `is_not_in` |
 * | `IC50 between 6 and 20` | `is_between` |
 * | `Date after 2026-03-01`, `Date before 2026-03-01` | `is_after`, `is_before` |
 * | `Date is this month` | `is_this_month` |
 * | `Potency subfield_rule unit = nM` | `subfield_rule` |
 *
 * Each type of filter is an operator, too, with spaces or with `_`: `Tags value_has_overlap_with_props (A, B)`. Capitals do
 * not matter in operators. A name or a value stands in quotes, `"` or `'`, if it has an operator, a comma or a parenthesis
 * in it, or begins with a sign; a quote within quotes is written twice. The value of `=` stays text: when the query runs, the
 * type of the field makes a number or a boolean of it.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Either from "effect/Either"
 *
 * const find = (texts: ReadonlyArray<string>) =>
 *   Effect.gen(function* () {
 *     const records = yield* Records.Records
 *     const where = yield* Either.match(Either.all(texts.map(Records.parseWhere)), {
 *       onLeft: Effect.fail,
 *       onRight: Effect.succeed
 *     })
 *     return yield* records.search({ where })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category readers
 */
export const parseWhere = (text: string): Either.Either<Filter, WhereError> =>
  Either.flatMap(bounded(text), (text) => filterAt(text, 0, false))

/**
 * Reads an order as people write it: the name (or the id) of a field, in quotes or not, and `ascending` (the default) or
 * `descending`, also `asc` or `desc`.
 *
 * @since 0.1.0
 * @category readers
 */
export const parseOrderBy = (text: string): Either.Either<Order, WhereError> =>
  Either.gen(function* () {
    yield* bounded(text)
    const found = /\s(?:(asc|ascending)|desc|descending)\s*$/i.exec(text)
    const end = found?.index ?? text.length
    const name = yield* itemAt(text, 0, () => end, "the name of a field")
    yield* atEnd(text.slice(0, end), name.end)
    const isAscending = found === null || found[1] !== undefined
    return { field: name.value, direction: isAscending ? "ascending" : "descending" }
  })
