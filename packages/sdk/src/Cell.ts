/**
 * Schemas for the cells of tables: for the columns of `Records.rows`, of exports and of imports. They read what people and
 * spreadsheets write, and refuse what may have several meanings, with the reason.
 *
 * All of them decode any content: text, as in CSV, or a number or a boolean, as in XLSX and in values of records. An empty
 * cell is refused: use `Schema.NullOr` or `Schema.optional` for a column that may have empty cells.
 *
 * @example
 * ```ts
 * import { Cell, QualifiedNumber, Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Either from "effect/Either"
 * import * as Schema from "effect/Schema"
 *
 * const Compound = Schema.Struct({
 *   "Compound ID": Cell.Text,
 *   Solubility: Schema.NullOr(Cell.QualifiedNumber),
 *   "Registered on": Cell.CalendarDate
 * })
 *
 * const insoluble = Effect.gen(function* () {
 *   const records = yield* Records.Records
 *   const found = yield* records.findMany(yield* records.search({ entity_slice_id: { slice_name: "Compound" } }))
 *   const rows = yield* records.rows(Compound, found)
 *   return rows.filter(
 *     (row) =>
 *       Either.isRight(row) &&
 *       row.right.Solubility !== null &&
 *       QualifiedNumber.isCertainlyLessThan(row.right.Solubility, 10)
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 */
import type * as BigDecimal from "effect/BigDecimal"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as CalendarDates from "./CalendarDate.js"
import * as Checks from "./internal/cells/check.js"
import * as Decimals from "./internal/cells/decimal.js"
import type { NumberOptions } from "./internal/cells/number.js"
import * as Options from "./internal/cells/options.js"
import * as Schemas from "./internal/cells/schemas.js"
import type { Issue } from "./KaleidoscopeError.js"
import type * as QualifiedNumbers from "./QualifiedNumber.js"

export type { NumberOptions } from "./internal/cells/number.js"
export type { SelectOption } from "./internal/cells/options.js"
export type { Field } from "./internal/cells/schemas.js"

/** A number with its sign, as {@link QualifiedNumber} decodes it. @since 0.1.0 @category models */
export type QualifiedNumber = QualifiedNumbers.QualifiedNumber

/**
 * A number with or without a sign: `<0.5`, `>= 10`, `~3`, `≤ 2,5`, `1e-9`. It is encoded as text, `<0.5`, and `0.5` for `=`. For what is
 * read and refused, and how sure the platform's form is, see `QualifiedNumber.fromCell`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const QualifiedNumber: Schema.Schema<QualifiedNumber, unknown> = Schemas.qualifiedNumberWith({})

/** As {@link QualifiedNumber}, for a table whose way to write numbers is known. @since 0.1.0 @category schemas */
export const qualifiedNumber: (options: NumberOptions) => Schema.Schema<QualifiedNumber, unknown> =
  Schemas.qualifiedNumberWith

/** A day, as {@link CalendarDate} decodes it. @since 0.1.0 @category models */
export type CalendarDate = CalendarDates.CalendarDate

/**
 * A day, `YYYY-MM-DD` in both directions, which no time zone moves. A text, a `Date` or a `DateTime` at midnight in UTC is
 * that day; any other time is refused, and so is a day that does not exist (`2026-02-30`). See `CalendarDate.fromCell`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CalendarDate: Schema.Schema<CalendarDate, unknown> = Schemas.calendarDate

/**
 * A decimal number with all of its digits: it is encoded as text, and `"0.10"` stays `"0.10"`. The `BigDecimal` has the zeros
 * at the end in its `scale`; `formatDecimal` writes them, `BigDecimal.format` does not. Zeros and `+` at the beginning are not
 * kept.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Decimal: Schema.Schema<BigDecimal.BigDecimal, unknown> = Schemas.decimalWith({})

/** As {@link Decimal}, for a table whose way to write numbers is known. @since 0.1.0 @category schemas */
export const decimal: (options: NumberOptions) => Schema.Schema<BigDecimal.BigDecimal, unknown> = Schemas.decimalWith

/**
 * Writes a decimal with all of its digits.
 *
 * @example
 * ```ts
 * import { Cell } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const text = Cell.formatDecimal(Schema.decodeUnknownSync(Cell.Decimal)("0.10")) // "0.10"
 * ```
 *
 * @since 0.1.0
 * @category conversions
 */
export const formatDecimal: (self: BigDecimal.BigDecimal) => string = Decimals.formatDecimal

/**
 * A number: `0.5`, `-1e-9`, `2,5`, `1,234.5`, `1'234.5`. Refused are `1,234` (see {@link NumberOptions}), text with a sign, a unit, a
 * range or an uncertainty, and text with more digits than a number can hold. It is encoded as a number.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Number: Schema.Schema<number, unknown> = Schemas.numberWith({})

/** As {@link Number}, for a table whose way to write numbers is known. @since 0.1.0 @category schemas */
export const number: (options: NumberOptions) => Schema.Schema<number, unknown> = Schemas.numberWith

/** A boolean: `true`, `yes`, `y` or `1`, and `false`, `no`, `n` or `0`, in any case. @since 0.1.0 @category schemas */
export const Boolean: Schema.Schema<boolean, unknown> = Schemas.boolean

/**
 * Text, also from a number or a boolean: `7` is `"7"`, and `"007"` stays `"007"`. A whole number above 2⁵³ is refused, since it
 * has lost digits.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Text: Schema.Schema<string, unknown> = Schemas.text

/**
 * The name of an option of a `select` or `status` field. The id of an option is decoded as its name. Another text is
 * refused with the most similar option in the message. Where the options stand in `attrs` is a guess (see `optionsOf`); if
 * there are none, any text is accepted.
 *
 * @example
 * ```ts
 * import { Cell, EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const rowOf = Effect.gen(function* () {
 *   const fields = yield* EntityFields.EntityFields
 *   const series = yield* fields.getDataField({ field_name: "Series" })
 *   return Schema.Struct({ "Compound ID": Cell.Text, Series: Cell.selectOption(series) })
 * })
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const selectOption: (field: Pick<Schemas.Field, "attrs">) => Schema.Schema<string, unknown> = Schemas.option

/**
 * The names of options of a `multiselect` field: a list, a list as JSON (`["hit","lead"]`, as the emulator exports it), or
 * text with the names between `;`, `|`, `,` or line ends. If the options of the field are not known, any names are accepted, and a text is one name: a name may have a comma.
 *
 * @since 0.1.0
 * @category schemas
 */
export const selectOptions: (field: Pick<Schemas.Field, "attrs">) => Schema.Schema<ReadonlyArray<string>, unknown> =
  Schemas.options

/**
 * The options of a field, in their order. It is none if the field has none, or has them in a form that is not known: that
 * they are the list `attrs.options` of texts, or of objects with `name` and `id`, is a guess.
 *
 * @since 0.1.0
 * @category getters
 */
export const optionsOf = ({
  attrs
}: Pick<Schemas.Field, "attrs">): Option.Option<ReadonlyArray<Options.SelectOption>> =>
  Option.map(Option.fromNullable(Options.optionsIn(attrs)), ({ all }) => all)

/**
 * Checks the value of a cell for a field of the workspace: the content to send, or what is wrong. The path of an issue is
 * the name of the field. An empty cell (`undefined`, `null`, `""`) fits every field.
 *
 * By the type of the field, this is sent:
 *
 * - `number`, `qualified-number`: a number as it is; text in the platform's notation with all of its digits.
 * - `date`: `YYYY-MM-DD`. `boolean`: `true` or `false`.
 * - `select`, `status`: one of the options. `multiselect`: a list of options. Without known options: the value as it is.
 * - `text`, `smiles-string`, `URL`, `phone`, sequences and `snowflake-query`: text. `email`: text with `@`.
 * - `record-reference`, `people`, `molfile`, `rxn`, `plasmid`, `protein-structure`: a text or a list of texts, as it is.
 * - any other type, or an unknown one: the value as it is. The platform decides.
 *
 * Which content the platform really refuses is not known: this refuses what cannot have the meaning of the type.
 *
 * @example
 * ```ts
 * import { Cell, EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const solubility = Effect.gen(function* () {
 *   const fields = yield* EntityFields.EntityFields
 *   const field = yield* fields.getDataField({ field_name: "Solubility" })
 *   return Cell.check(field, "≤ 2,5") // Either.right("<=2.5")
 * })
 * ```
 *
 * @since 0.1.0
 * @category checks
 */
export const check: (field: Schemas.Field, cell: unknown) => Either.Either<unknown, ReadonlyArray<Issue>> = Checks.check

/**
 * A schema that checks cells for a field of the workspace in both directions, as {@link check} does: for a column whose
 * type is known only when the program runs.
 *
 * @since 0.1.0
 * @category schemas
 */
export const forField: (field: Schemas.Field) => Schema.Schema<unknown, unknown> = Checks.schema
