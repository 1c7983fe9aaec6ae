import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as CalendarDate from "../../CalendarDate.js"
import * as Nearest from "../catalog/nearest.js"
import * as Timestamp from "../json/timestamp.js"
import * as Excerpt from "../request/excerpt.js"
import * as Content from "./content.js"
import type { FilterProps } from "./where.js"

type Type = keyof FilterProps

/** What the values of a field are. `any` for types of fields whose values are not known well enough to check them. */
export type Kind = "number" | "qualified" | "date" | "boolean" | "text" | "list" | "any"

const kinds = new Map<string | null, Kind>([
  ["number", "number"],
  ["qualified-number", "qualified"],
  ["date", "date"],
  ["boolean", "boolean"],
  ["text", "text"],
  ["smiles-string", "text"],
  ["select", "text"],
  ["status", "text"],
  ["URL", "text"],
  ["email", "text"],
  ["phone", "text"],
  ["dna-oligo", "text"],
  ["rna-oligo", "text"],
  ["peptide", "text"],
  ["multiselect", "list"],
  ["people", "list"],
  ["record-reference", "list"]
])

/** What the values of a field of this type are. */
export const kindOf = (field_type: string | null): Kind => kinds.get(field_type) ?? "any"

type Read = (prop: unknown, kind: Kind) => Option.Option<unknown>

/** The form of what a type of filter compares with. */
interface Form {
  /** What `filter_prop` must be, in words. */
  readonly takes: (kind: Kind) => string
  readonly example: (kind: Kind) => unknown
  /** The value that is sent, or none if the value does not have this form. */
  readonly read: Read
  /** The kinds of fields that a filter of this form suits. @default all */
  readonly suits?: { readonly kinds: ReadonlyArray<Kind>; readonly words: string }
}

const number: Read = (prop) =>
  // Text with more digits than a number holds keeps all of them.
  Content.isBeyondNumbers(prop) ? Option.some(prop) : Content.asNumber(prop)

const date: Read = (prop) =>
  DateTime.isDateTime(prop)
    ? Option.some(Timestamp.format(prop))
    : CalendarDate.isCalendarDate(prop)
      ? Option.some(CalendarDate.format(prop))
      : typeof prop === "string" && Option.isSome(Timestamp.parse(prop))
        ? Option.some(prop)
        : Option.none()

const text: Read = (prop) => (typeof prop === "string" && prop !== "" ? Option.some(prop) : Option.none())

const qualified = /^(?:<=|>=|[<>=~≤≥≈])\s*(.*)$/s

const isQualified = (prop: unknown): boolean => {
  const rest = typeof prop === "string" ? qualified.exec(prop.trim())?.[1] : undefined
  return rest !== undefined && Option.isSome(number(rest, "number"))
}

const value: Read = (prop, kind) => {
  switch (kind) {
    case "number":
      return number(prop, kind)
    case "qualified":
      return isQualified(prop) ? Option.some(prop) : number(prop, kind)
    case "date":
      return date(prop, kind)
    case "boolean":
      return Content.asBoolean(prop)
    case "text":
    case "list":
      return text(prop, kind)
    case "any":
      return Option.orElse(date(prop, kind), () =>
        typeof prop === "boolean" || (typeof prop === "number" && Number.isFinite(prop))
          ? Option.some(prop)
          : text(prop, kind)
      )
  }
}

/** A number where the field has numbers, a date where it has dates, and either where that is not known. */
const limit: Read = (prop, kind) =>
  kind === "date"
    ? date(prop, kind)
    : kind === "any"
      ? Option.orElse(date(prop, kind), () => number(prop, kind))
      : number(prop, kind)

const wholeNumber: Read = (prop) => (Number.isSafeInteger(prop) ? Option.some(prop) : Option.none())

const several =
  (read: Read): Read =>
  (prop, kind) =>
    Array.isArray(prop) && prop.length > 0 ? Option.all(prop.map((item) => read(item, kind))) : Option.none()

/** A value that can be compared with another one of a range. */
const comparable = (end: unknown): number =>
  typeof end === "string"
    ? Option.match(Timestamp.parse(end), { onNone: () => Number(end), onSome: DateTime.toEpochMillis })
    : Number(end)

const isDateText = (end: unknown): boolean => typeof end === "string" && Option.isSome(Timestamp.parse(end))

/** Two ends of one kind, the smaller first. */
const range =
  (read: Read): Read =>
  (prop, kind) =>
    Option.filter(several(read)(prop, kind), (ends) => {
      const [from, to] = Array.isArray(ends) && ends.length === 2 ? ends : []
      return isDateText(from) === isDateText(to) && comparable(from) <= comparable(to)
    })

const subfield: Read = (prop) => {
  if (!Predicate.isRecord(prop)) return Option.none()
  const { filter_prop = null, filter_type, subfield } = prop
  return typeof subfield !== "string" || subfield === "" || !isType(filter_type) || filter_type === "subfield_rule"
    ? Option.none()
    : Option.map(forms[filter_type].read(filter_prop, "any"), (filter_prop) => ({ subfield, filter_type, filter_prop }))
}

const valueWords: { readonly [Name in Kind]: string } = {
  number: "a number",
  qualified: "a number, or a text with a qualifier and a number",
  date: "a date (YYYY-MM-DD, a CalendarDate, or a DateTime)",
  boolean: "true or false",
  text: "a text that is not empty",
  list: "a text that is not empty",
  any: "a text that is not empty, a number, a date or a boolean"
}

const valuesOf: { readonly [Name in Kind]: readonly [unknown, unknown] } = {
  number: [50, 100],
  qualified: [50, "<0.5"],
  date: ["2026-03-01", "2026-03-31"],
  boolean: [true, false],
  text: ["A", "B"],
  list: ["A", "B"],
  any: ["A", "B"]
}

const none: Form = {
  takes: () => "no value",
  example: () => null,
  read: (prop) => (prop === null || prop === undefined ? Option.some(null) : Option.none())
}

const dates = { kinds: ["date", "any"], words: "dates" } as const
const texts = { kinds: ["text", "list", "any"], words: "texts" } as const
const ordered = { kinds: ["number", "qualified", "date", "any"], words: "numbers or dates" } as const

const oneValue: Form = { takes: (kind) => valueWords[kind], example: (kind) => valuesOf[kind][0], read: value }

const someValues: Form = {
  takes: (kind) => `a list of at least one value, each ${valueWords[kind]}`,
  example: (kind) => valuesOf[kind],
  read: several(value)
}

const oneText: Form = { takes: () => "a text that is not empty", example: () => "A", read: text, suits: texts }

const someTexts: Form = {
  takes: () => "a list of at least one text",
  example: () => ["A", "B"],
  read: several(text),
  suits: texts
}

const oneLimit: Form = {
  takes: (kind) => (kind === "date" ? valueWords.date : kind === "any" ? "a number or a date" : "a number"),
  example: (kind) => (kind === "date" ? "2026-03-01" : 50),
  read: limit,
  suits: ordered
}

const twoLimits: Form = {
  takes: (kind) =>
    `a list of ${kind === "date" ? "two dates" : kind === "any" ? "two numbers or two dates" : "two numbers"} (the smaller first)`,
  example: (kind) => (kind === "date" ? ["2026-03-01", "2026-03-31"] : [6, 20]),
  read: range(limit),
  suits: ordered
}

const anyDate: Form = { takes: () => valueWords.date, example: () => "2026-03-01", read: date }

const oneDate: Form = { ...anyDate, suits: dates }

const inUnit: Form = { ...none, suits: dates }

const offset = (unit: string): Form => ({
  takes: () => `a whole number of ${unit}s from now (negative in the past)`,
  example: () => -2,
  read: wholeNumber,
  suits: dates
})

const offsets = (unit: string): Form => ({
  takes: () => `a list of two whole numbers of ${unit}s from now (the smaller first)`,
  example: () => [-2, 0],
  read: range(wholeNumber),
  suits: dates
})

const rule: Form = {
  takes: () => "an object with a subfield, a filter_type and the filter_prop of that type",
  example: () => ({ subfield: "unit", filter_type: "is_equal", filter_prop: "nM" }),
  read: subfield
}

const forms: { readonly [Name in Type]: Form } = {
  is_set: none,
  is_empty: none,
  is_equal: oneValue,
  is_not_equal: oneValue,
  is_any_of_text: someTexts,
  is_not_any_of_text: someTexts,
  includes: oneText,
  does_not_include: oneText,
  starts_with: oneText,
  ends_with: oneText,
  is_in: someValues,
  is_not_in: someValues,
  value_is_subset_of_props: someValues,
  value_is_superset_of_props: someValues,
  value_has_overlap_with_props: someValues,
  value_has_no_overlap_with_props: someValues,
  value_has_same_elements_as_props: someValues,
  is_less_than: oneLimit,
  is_less_than_equal: oneLimit,
  is_greater_than: oneLimit,
  is_greater_than_equal: oneLimit,
  is_before: oneDate,
  is_after: oneDate,
  is_between: twoLimits,
  is_before_relative_day: offset("day"),
  is_after_relative_day: offset("day"),
  is_between_relative_day: offsets("day"),
  is_before_relative_week: offset("week"),
  is_after_relative_week: offset("week"),
  is_between_relative_week: offsets("week"),
  is_before_relative_month: offset("month"),
  is_after_relative_month: offset("month"),
  is_between_relative_month: offsets("month"),
  is_last_week: inUnit,
  is_this_week: inUnit,
  is_next_week: inUnit,
  is_this_month: inUnit,
  is_next_month: inUnit,
  is_last_updated_after: anyDate,
  subfield_rule: rule
}

/** All types of filters. */
export const types: ReadonlyArray<Type> = Object.keys(forms).filter((name) => isType(name))

function isType(name: unknown): name is Type {
  return typeof name === "string" && Object.hasOwn(forms, name)
}

/** How people write what a type of filter compares with. */
export type Written = "nothing" | "value" | "list" | "range" | "rule"

export const writtenAs = (type: Type): Written => {
  const { example } = forms[type]
  const shown = example("any")
  if (shown === null) return "nothing"
  if (type === "subfield_rule") return "rule"
  if (!Array.isArray(shown)) return "value"
  return type.startsWith("is_between") ? "range" : "list"
}

/** What a type of filter compares with, in words. */
export const wordsFor = (type: Type): string => forms[type].takes("any")

/** What is wrong with a filter: which part of it, and a message that shows the right form. */
export interface Wrong {
  readonly part: "filter_type" | "filter_prop"
  readonly message: string
}

/** The field of a filter, as a message shows it. */
export interface Shown {
  readonly name: string
  /** `null` before the field is looked up. */
  readonly field_type: string | null
}

const show = (prop: unknown): string =>
  Excerpt.cut(typeof prop === "string" ? Nearest.quote(prop) : (JSON.stringify(prop) ?? String(prop)), 100)

const call = (name: string, type: Type, kind: Kind): string => {
  const example = forms[type].example(kind)
  const argument = example === null ? "" : `, ${JSON.stringify(example)}`
  return `Records.where(${JSON.stringify(name)}, ${JSON.stringify(type)}${argument})`
}

/** What a filter by a field sends as its `filter_prop`, or what is wrong with it. */
export const read = (filter_type: string, filter_prop: unknown, field: Shown): Either.Either<unknown, Wrong> => {
  if (!isType(filter_type)) {
    const message = `there is no filter type ${show(filter_type)}${Nearest.suggestion(filter_type, types)}`
    return Either.left({ part: "filter_type", message })
  }
  const form = forms[filter_type]
  const kind = kindOf(field.field_type)
  const type = field.field_type ?? ""
  if (form.suits !== undefined && !form.suits.kinds.includes(kind)) {
    const message =
      `${filter_type} is for fields with ${form.suits.words}, and ${JSON.stringify(field.name)} is of the type ${type}. ` +
      "`entity_field_filters` sends a filter without this check"
    return Either.left({ part: "filter_type", message })
  }
  return Either.fromOption(form.read(filter_prop, kind), () => {
    const of = kind === "any" ? "" : ` for a field of the type ${type}`
    const message = `${filter_type} takes ${form.takes(kind)}${of}, and not ${show(filter_prop)}: ${call(field.name, filter_type, kind)}`
    return { part: "filter_prop", message }
  })
}
