/**
 * The table of an assay: records, fields and activities as rows for a notebook or a CSV file, with replicates reduced as you
 * choose. Numbers with a sign (`<0.5`) stay what they are, and what is not known is an issue, not a number.
 *
 * @example
 * ```ts
 * import { AssayTable } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const potency = Effect.gen(function* () {
 *   const measurements = yield* AssayTable.read({
 *     activities: [{ title: "EGFR IC50, run 1" }, { title: "EGFR IC50, run 2" }],
 *     fields: ["IC50"],
 *     recordFields: ["SMILES"]
 *   })
 *   const { issues, rows } = AssayTable.wide(measurements, { reduction: "geometric mean", acrossActivities: true })
 *   if (issues.length > 0) yield* Effect.logWarning(issues)
 *   return rows // { record: "EK-0001", record_id: "…", SMILES: "…", IC50: 12.3 }
 * })
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Activities from "./Activities.js"
import * as EntityFields from "./EntityFields.js"
import type { LongRow, Measurements, Options, Table } from "./internal/assays/model.js"
import * as Tables from "./internal/assays/table.js"
import { fieldNamed } from "./internal/entityFields/named.js"
import * as Id from "./internal/id.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

export type * from "./internal/assays/model.js"

/** What is read of the workspace. @since 0.1.0 @category models */
export interface ReadOptions {
  /** The activities in which the values were measured. */
  readonly activities: Iterable<Activities.Reference>
  /**
   * The measured data fields, by name or id.
   *
   * @default all data fields that a record has a value of in one of the activities, in the order of the workspace
   */
  readonly fields?: Iterable<Field> | undefined
  /** Key fields and data fields that describe a record, such as its SMILES, by name or id. @default [] */
  readonly recordFields?: Iterable<Field> | undefined
}

/** A key field or a data field: its name, its id, or the field itself. @since 0.1.0 @category models */
export type Field = string | EntityFields.Reference

const call = "AssayTable.read"

/**
 * Reads what a table is made of: the activities (`GET /activities`), their records with all values
 * (`GET /operations/{id}/records`, four at the same time), and the fields (`GET /key_fields`, `GET /data_fields`). All records are in
 * memory then. Make one table of them or several: `wide` and `long` read nothing.
 *
 * Fails with `NotFound` if there is no such activity, and with `UnknownReference` or `AmbiguousReference` if a name is not
 * that of one field.
 *
 * For records that were found in another way, give them to `wide` and `long` yourself.
 *
 * @since 0.1.0
 * @category reading
 */
export const read = ({
  activities,
  fields,
  recordFields = []
}: ReadOptions): Effect.Effect<
  Measurements & { readonly activities: ReadonlyArray<Activities.Activity> },
  ReadError | InvalidRequest | NotFound | ReferenceError,
  Activities.Activities | EntityFields.EntityFields
> =>
  Effect.gen(function* () {
    const services = { activities: yield* Activities.Activities, entityFields: yield* EntityFields.EntityFields }
    const [keyFields, dataFields] = yield* Effect.all(
      [services.entityFields.listKeyFields, services.entityFields.listDataFields],
      { concurrency: "unbounded" }
    )
    const all = [...keyFields, ...dataFields]
    const named = (fields: Iterable<Field>) => Effect.forEach(fields, (field) => fieldNamed(call, field, all))
    const describing = yield* named(recordFields)
    const measured = fields === undefined ? undefined : yield* named(fields)
    const found = Id.distinct(yield* services.activities.getMany(activities))
    const records = yield* Effect.forEach(found, (activity) => services.activities.records(activity), {
      concurrency: 4
    })
    const measurements = { records: Id.distinct(records.flat()), recordFields: describing, activities: found }
    return { ...measurements, fields: measured ?? Tables.measuredFields({ ...measurements, fields: dataFields }) }
  })

/**
 * A table with one row for each record and activity that has values, or with `acrossActivities` for each record. Its
 * columns are `record` (what people read for it), `record_id`, the `recordFields`, `activity` (its title) and `activity_id`
 * (without `acrossActivities`), and the fields by name. A field whose name another column has is named by its id.
 *
 * A cell without a value is `null`. With `all`, a cell has its values as text between `; `.
 *
 * @since 0.1.0
 * @category tables
 */
export const wide: (measurements: Measurements, options?: Options | undefined) => Table = (
  measurements,
  options = {}
) => Tables.wide(measurements, options)

/**
 * A tidy table with one row for each record, activity and field that has a value; with `all` for each value.
 *
 * @example
 * ```ts
 * import { AssayTable } from "@effect-kaleidoscope/sdk"
 *
 * const certainlyBelow = (measurements: AssayTable.Measurements, limit: number) =>
 *   AssayTable.long(measurements, { reduction: "mean" }).rows.filter(
 *     ({ operator, value }) => typeof value === "number" && value <= limit && (operator === null || operator === "<")
 *   )
 * ```
 *
 * @since 0.1.0
 * @category tables
 */
export const long: (measurements: Measurements, options?: Options | undefined) => Table<LongRow> = (
  measurements,
  options = {}
) => Tables.long(measurements, options)

/**
 * The unit of a field. That it is the text `attrs.unit` or `attrs.units`, or the `symbol` or `name` of an object there, is a
 * guess: it is none for a field that has it elsewhere, for example in its name or its description.
 *
 * @since 0.1.0
 * @category getters
 */
export const unitOf: (field: Pick<EntityFields.EntityField, "attrs">) => Option.Option<string> = Tables.unitOf
