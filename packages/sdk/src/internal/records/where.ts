import type * as DateTime from "effect/DateTime"
import type * as CalendarDate from "../../CalendarDate.js"
import type * as Ids from "../../Ids.js"

/** ISO 8601: a calendar date such as `"2026-03-01"`, or a point in time. @since 0.1.0 @category models */
export type IsoDate = `${number}-${number}-${string}`

/**
 * A date to compare with. A calendar date is sent as it is: no time zone moves it. A `DateTime` is sent as a point in time,
 * in UTC.
 *
 * @since 0.1.0
 * @category models
 */
export type FilterDate = IsoDate | CalendarDate.CalendarDate | DateTime.DateTime

/** A number or a date to compare with. @since 0.1.0 @category models */
export type FilterLimit = number | FilterDate

/** A value to compare with. The type of the field decides which of them it takes. @since 0.1.0 @category models */
export type FilterValue = string | number | boolean | CalendarDate.CalendarDate | DateTime.DateTime

/** The two ends of a range, both in it, the smaller first. @since 0.1.0 @category models */
export type FilterRange = readonly [from: number, to: number] | readonly [from: FilterDate, to: FilterDate]

/**
 * A filter of a part of the values of a field, which are objects. The platform's form is a guess: it is the form that the
 * emulator takes.
 *
 * @since 0.1.0
 * @category models
 */
export type SubfieldRule = {
  readonly [Type in Exclude<keyof FilterProps, "subfield_rule">]: {
    readonly subfield: string
    readonly filter_type: Type
  } & (FilterProps[Type] extends null
    ? { readonly filter_prop?: null | undefined }
    : { readonly filter_prop: FilterProps[Type] })
}[Exclude<keyof FilterProps, "subfield_rule">]

/**
 * What each type of filter compares with; `null` is nothing. Only the forms of `is_set` and of `is_equal` with a text are
 * known from the official client. All other forms are guesses: see `FilterType`.
 *
 * @since 0.1.0
 * @category models
 */
export interface FilterProps {
  readonly is_set: null
  readonly is_empty: null
  readonly is_equal: FilterValue
  readonly is_not_equal: FilterValue
  readonly is_any_of_text: ReadonlyArray<string>
  readonly is_not_any_of_text: ReadonlyArray<string>
  readonly includes: string
  readonly does_not_include: string
  readonly starts_with: string
  readonly ends_with: string
  readonly is_in: ReadonlyArray<FilterValue>
  readonly is_not_in: ReadonlyArray<FilterValue>
  readonly value_is_subset_of_props: ReadonlyArray<FilterValue>
  readonly value_is_superset_of_props: ReadonlyArray<FilterValue>
  readonly value_has_overlap_with_props: ReadonlyArray<FilterValue>
  readonly value_has_no_overlap_with_props: ReadonlyArray<FilterValue>
  readonly value_has_same_elements_as_props: ReadonlyArray<FilterValue>
  readonly is_less_than: FilterLimit
  readonly is_less_than_equal: FilterLimit
  readonly is_greater_than: FilterLimit
  readonly is_greater_than_equal: FilterLimit
  readonly is_before: FilterDate
  readonly is_after: FilterDate
  readonly is_between: FilterRange
  /** Days, weeks or months from now, as a whole number: negative in the past. */
  readonly is_before_relative_day: number
  readonly is_after_relative_day: number
  readonly is_between_relative_day: readonly [from: number, to: number]
  readonly is_before_relative_week: number
  readonly is_after_relative_week: number
  readonly is_between_relative_week: readonly [from: number, to: number]
  readonly is_before_relative_month: number
  readonly is_after_relative_month: number
  readonly is_between_relative_month: readonly [from: number, to: number]
  readonly is_last_week: null
  readonly is_this_week: null
  readonly is_next_week: null
  readonly is_this_month: null
  readonly is_next_month: null
  /** When the value of the field was written last. */
  readonly is_last_updated_after: FilterDate
  readonly subfield_rule: SubfieldRule
}

/** A key field or a data field: its name or its id, the field itself, or `{ field_name }`. @since 0.1.0 @category models */
export type FieldReference = string | { readonly id: Ids.EntityFieldId } | { readonly field_name: string }

/** A filter by a field, as {@link where} makes it. @since 0.1.0 @category models */
export interface Filter {
  readonly field: FieldReference
  readonly filter_type: keyof FilterProps
  /** What it compares with: see {@link FilterProps}. It is checked when the query runs. */
  readonly filter_prop?: unknown
}

/** An order of records by a field, as {@link orderBy} makes it. @since 0.1.0 @category models */
export interface Order {
  readonly field: FieldReference
  readonly direction: "ascending" | "descending"
}

type PropOf<Type extends keyof FilterProps> = FilterProps[Type] extends null ? [] : [filter_prop: FilterProps[Type]]

/**
 * Makes a filter by a field, for the option `where` of a search, a count or an export. A type of filter that does not
 * exist, or a value that it cannot compare with, does not compile.
 *
 * The rest is checked when the query runs, before it is sent. The field is looked up in the lists of key fields and data
 * fields: `UnknownReference` if there is none, `AmbiguousReference` if there are several. The type of the field decides
 * which filters and which values it takes: `InvalidRequest`, whose message shows the right form. A text that is a number is
 * sent as a number to a field with numbers.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const potent = Effect.gen(function* () {
 *   const records = yield* Records.Records
 *   return yield* records.search({
 *     entity_slice_id: { slice_name: "Compound" },
 *     where: [Records.where("IC50", "is_less_than", 50), Records.where("SMILES", "is_set")],
 *     order_by: [Records.orderBy("IC50")]
 *   })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const where = <Type extends keyof FilterProps>(
  field: FieldReference,
  filter_type: Type,
  ...[filter_prop]: PropOf<Type>
): Filter => ({ field, filter_type, filter_prop: filter_prop ?? null })

/**
 * Makes an order of records by a field, for the option `order_by` of a search or an export. The field is looked up as in
 * {@link where}.
 *
 * @since 0.1.0
 * @category constructors
 */
export const orderBy = (field: FieldReference, direction: Order["direction"] = "ascending"): Order => ({
  field,
  direction
})
