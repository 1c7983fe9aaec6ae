import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type { Issue } from "../../KaleidoscopeError.js"
import type * as Activities from "../activities/model.js"
import * as EntityFields from "../entityFields/model.js"
import type * as EntityTypes from "../entityTypes/model.js"
import * as Wire from "../json/wire.js"
import type * as Programs from "../programs/model.js"
import type * as RecordViews from "../recordViews/model.js"
import type { FilterType } from "./filterType.js"
import type { Filter, Order } from "./where.js"

/**
 * One value of a field of a record. A key value (its id is in the `identifier_ids` of the record) has no `record_id`, no
 * `operation_id` and no `created_at`. Its fields are those of real responses, except `record_view_id`.
 *
 * @since 0.1.0
 * @category models
 */
export const RecordValue = Wire.model("RecordValue", {
  id: Ids.RecordValueId,
  /** Any JSON. Numbers often come as text: read them with `asNumber`, or, with all of their digits, `asDecimal`. */
  content: Wire.json,
  created_at: Wire.orNull(Wire.timestamp),
  /** The record to which the value belongs: this one, or one of its sub-records. */
  record_id: Wire.orNull(Ids.RecordId),
  /** The activity in which the value was measured. */
  operation_id: Wire.orNull(Ids.ActivityId),
  record_view_id: Wire.orNull(Ids.RecordViewId)
})

export interface RecordValue extends Schema.Schema.Type<typeof RecordValue> {}

/** One value of a record together with its field, as `values` gives it. @since 0.1.0 @category models */
export const FieldValue = Wire.model("FieldValue", {
  ...RecordValue.fields,
  field_id: Wire.orNull(Ids.EntityFieldId),
  field_type: Wire.orNull(EntityFields.FieldType),
  created_by: Wire.orNull(Ids.UserId)
})

export interface FieldValue extends Schema.Schema.Type<typeof FieldValue> {}

/** A record, such as a compound or a sample. Its fields are those of real responses. @since 0.1.0 @category models */
export const Record = Wire.model("Record", {
  id: Ids.RecordId,
  created_at: Wire.orNull(Wire.timestamp),
  entity_slice_id: Wire.orNull(Ids.EntityTypeId),
  /** The ids of its key values. */
  identifier_ids: Wire.essential(Wire.list(Ids.RecordValueId)),
  /** The name of the record for people, made of its keys. */
  record_identifier: Wire.orNull(Schema.String),
  /** The values by the id of their field. The values of one field come in no promised order. */
  record_values: Wire.essential(Wire.map(Schema.Array(RecordValue))),
  initial_operation_id: Wire.orNull(Ids.ActivityId),
  sub_record_ids: Wire.list(Ids.RecordId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

export interface Record extends Schema.Schema.Type<typeof Record> {}

/**
 * The keys of a record: the values of its key fields, by the id or the name of the field. The platform compares keys as
 * text.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyValues {
  readonly [keyField: string]: string | number | boolean
}

/** A reference to a record: its id, the record itself, or its keys. @since 0.1.0 @category models */
export type Reference = Ids.RecordId | { readonly id: Ids.RecordId } | { readonly key_values: KeyValues }

/** A filter by the values of an entity field. @since 0.1.0 @category models */
export interface EntityFieldFilter {
  readonly field_id: Ids.EntityFieldId
  readonly filter_type: FilterType
  /** The value to compare with. Its form depends on the type of the filter: see `FilterType`. */
  readonly filter_prop?: unknown
}

/** An order of records, by the values of an entity field. @since 0.1.0 @category models */
export interface EntityFieldSort {
  readonly field_id: Ids.EntityFieldId
  readonly descending?: boolean | undefined
}

/** A column of a record view: a key field, or a field of the view. @since 0.1.0 @category models */
export type ViewColumn = (
  | { readonly key_field_id: Ids.EntityFieldId; readonly view_field_id?: null | undefined }
  | { readonly view_field_id: Ids.ViewFieldId; readonly key_field_id?: null | undefined }
) & {
  /** The settings of a plot field, in the platform's form. */
  readonly plot_field_config?: unknown
}

/** A filter by a column of a record view, else as {@link EntityFieldFilter}. @since 0.1.0 @category models */
export type ViewFieldFilter = ViewColumn & {
  readonly filter_type: FilterType
  /** The value to compare with. @default null */
  readonly filter_prop?: unknown
}

/** An order of records, by the values of a column of a record view. @since 0.1.0 @category models */
export type ViewFieldSort = ViewColumn & {
  /** @default false */
  readonly descending?: boolean | undefined
}

/** Which records are searched for: those for which everything that is given holds. @since 0.1.0 @category models */
export interface Query {
  /** Sets of records: at least one. For several it is a guess that the platform takes their ids joined by commas. */
  readonly record_set_ids?: ReadonlyArray<Ids.RecordSetId> | undefined
  readonly program_id?: Programs.Reference | undefined
  readonly entity_slice_id?: EntityTypes.Reference | undefined
  readonly operation_id?: Activities.Reference | undefined
  /** The ids of key values. */
  readonly identifier_ids?: ReadonlyArray<Ids.RecordValueId> | undefined
  readonly view_field_filters?: ReadonlyArray<ViewFieldFilter> | undefined
  readonly view_field_sorts?: ReadonlyArray<ViewFieldSort> | undefined
  /** Filters by names of fields, which `where` makes. All must hold. They go behind `entity_field_filters`. */
  readonly where?: ReadonlyArray<Filter> | undefined
  /** The order, by names of fields, which `orderBy` makes: the first decides first. It goes behind `entity_field_sorts`. */
  readonly order_by?: ReadonlyArray<Order> | undefined
  /** Filters in the platform's form, which are sent without a check: for what `where` refuses or does not know. */
  readonly entity_field_filters?: ReadonlyArray<EntityFieldFilter> | undefined
  /** Orders in the platform's form. */
  readonly entity_field_sorts?: ReadonlyArray<EntityFieldSort> | undefined
  readonly search_text?: string | undefined
}

/** Which records are searched for, and how many are given at most. @since 0.1.0 @category models */
export interface Search extends Query {
  /** The largest number of records: all, if it is left out. */
  readonly limit?: number | undefined
}

/** The place of a value in a record. @since 0.1.0 @category models */
export interface ValuePlace {
  /** A data field: its id, the field itself, or its name. */
  readonly field: EntityFields.Reference
  /** The activity in which the value was measured. */
  readonly activity?: Activities.Reference | null | undefined
  readonly record_view?: RecordViews.Reference | null | undefined
}

/** A value to add to a record. @since 0.1.0 @category models */
export interface NewValue extends ValuePlace {
  /** Any JSON that the type of the field takes. `null` is an empty value. */
  readonly content: unknown
}

/** Which values of records become rows. @since 0.1.0 @category models */
export interface RowOptions {
  /** Only values that were measured in this activity, and key values. */
  readonly activity?: Activities.Reference | undefined
  /** Whether values of sub-records are taken, too. @default false */
  readonly sub_records?: boolean | undefined
  /** Only values of this record view. Key values have none, so they are left out. */
  readonly record_view?: RecordViews.Reference | undefined
}

/**
 * Why a record cannot be read as a row of a schema.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Array from "effect/Array"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const Potency = Schema.Struct({
 *   "Compound ID": Schema.String,
 *   SMILES: Schema.String,
 *   IC50: Schema.optional(Schema.Positive)
 * })
 *
 * const potencies = Effect.gen(function* () {
 *   const records = yield* Records.Records
 *   const ids = yield* records.search({ entity_slice_id: { slice_name: "Compound" }, limit: 100 })
 *   const [failed, rows] = Array.separate(yield* records.rows(Potency, yield* records.findMany(ids)))
 *   for (const { issues, record } of failed) yield* Effect.logWarning(record.record_identifier, issues)
 *   return rows.filter(({ IC50 }) => IC50 !== undefined && IC50 < 100)
 * })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface RowError {
  readonly record: Record
  /** Everything that is wrong. `path` begins with the name of the column. */
  readonly issues: ReadonlyArray<Issue>
}

/** Which value of a record is asked for. @since 0.1.0 @category models */
export interface ValueQuery {
  readonly field: Ids.EntityFieldId | { readonly id: Ids.EntityFieldId }
  /** Only values that were measured in this activity, and key values. */
  readonly activity?: Ids.ActivityId | { readonly id: Ids.ActivityId } | undefined
  /** Whether values of sub-records are taken, too. @default false */
  readonly sub_records?: boolean | undefined
  /** Only values of this sub-record. */
  readonly sub_record?: Ids.RecordId | { readonly id: Ids.RecordId } | undefined
  /** Only values of this record view. Key values have none, so they are left out. */
  readonly record_view?: Ids.RecordViewId | { readonly id: Ids.RecordViewId } | undefined
}
