import type * as Ids from "../../Ids.js"
import type { Operator } from "../../QualifiedNumber.js"
import type { Activity } from "../activities/model.js"
import type { EntityField } from "../entityFields/model.js"
import type { Record } from "../records/model.js"

/**
 * What becomes of several values of one field, which may be replicates or corrections: the platform does not tell which.
 *
 * - `latest`: the newest value, as `Records.latestValue` picks it.
 * - `all`: each value, the oldest first.
 * - `count`: the number of values.
 * - `mean`, `geometric mean`, `standard deviation` (of a sample): of the numbers in fields of the type `number` or
 *   `qualified-number`. Other fields have their latest value.
 *
 * The mean of `<0.5` and 2 is not a number: all that is known is that it is less than 1.25, so the result is `<1.25`. With `~`
 * the mean is `~` too. A mean of numbers with `<` and numbers with `>`, or of these and `~`, is not known, nor is a standard deviation
 * with any sign: there is no value then, and an issue. A geometric mean needs numbers greater than 0, and takes it that
 * `<0.5` is greater than 0, too.
 *
 * @since 0.1.0
 * @category models
 */
export type Reduction = "latest" | "all" | "count" | "mean" | "geometric mean" | "standard deviation"

/** What a table is made of. @since 0.1.0 @category models */
export interface Measurements {
  readonly records: ReadonlyArray<Record>
  /** The data fields that were measured. A key field among them counts as one of `recordFields`. */
  readonly fields: ReadonlyArray<EntityField>
  /**
   * Fields that describe a record, such as its keys and its SMILES: each row has their latest value, of any activity.
   *
   * @default []
   */
  readonly recordFields?: ReadonlyArray<EntityField> | undefined
  /** Only values that were measured in these activities. @default all values, also those of no activity */
  readonly activities?: ReadonlyArray<Pick<Activity, "id" | "title">> | undefined
}

/** How a table is made. @since 0.1.0 @category models */
export interface Options {
  /** @default "latest" */
  readonly reduction?: Reduction | undefined
  /** Reductions of single fields, by the name or the id of the field. */
  readonly reductions?: { readonly [field: string]: Reduction } | undefined
  /**
   * Whether values of several activities are reduced together, so that a record has one row (in a long table: one for each
   * field). If not, it has one for each activity.
   *
   * @default false
   */
  readonly acrossActivities?: boolean | undefined
  /** Whether values of sub-records are taken, too. @default false */
  readonly subRecords?: boolean | undefined
}

/** The value of one cell of a table. @since 0.1.0 @category models */
export type Value = string | number | boolean | null

/** A row of a table, by the names of its columns. @since 0.1.0 @category models */
export interface Row {
  readonly [column: string]: Value
}

/** A row of a long table: one value, or what became of several. @since 0.1.0 @category models */
export interface LongRow extends Row {
  /** What people read for the record, or its id. */
  readonly record: string
  readonly record_id: string
  /** The title of the activity. `null` if it is not known, if there is none, or for several activities together. */
  readonly activity: string | null
  readonly activity_id: string | null
  /** The name of the field, or its id. */
  readonly field: string
  readonly field_id: string
  /** The unit in the settings of the field, if it has one there: see `unitOf`. */
  readonly unit: string | null
  /** Of a qualified number, `=` or another sign. `null` for a value of another type. */
  readonly operator: Operator | null
  readonly value: Value
  /** The number of values that it was made of. */
  readonly count: number
  /** When the value was added. `null` for what was made of several values. */
  readonly created_at: string | null
}

/**
 * A column of a table. The values of a `qualified-number` are text, such as `<0.5` or `12`; those of a `date` are
 * `YYYY-MM-DD`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Column {
  readonly name: string
  readonly type: "text" | "number" | "integer" | "boolean" | "date" | "qualified-number" | "any"
  readonly unit: string | null
  /** The field of the column. `null` if it is not a field. */
  readonly field_id: Ids.EntityFieldId | null
}

/** A value that is not in the table, and why. @since 0.1.0 @category models */
export interface Issue {
  readonly record_id: Ids.RecordId
  readonly record: string
  readonly activity_id: string | null
  /** The name of the field, or its id. `null` if it is about the whole record. */
  readonly field: string | null
  readonly message: string
}

/** A table, its columns with their types, and what could not be read. @since 0.1.0 @category models */
export interface Table<out R extends Row = Row> {
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<R>
  /** Values that cannot be read, and results that are not known. Nothing is left out without an issue. */
  readonly issues: ReadonlyArray<Issue>
}
