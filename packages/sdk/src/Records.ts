/**
 * Records: compounds, samples, animals, with the values of their fields.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as ActivityModel from "./internal/activities/lookup.js"
import { Activity } from "./internal/activities/model.js"
import * as Api from "./internal/api.js"
import * as Batches from "./internal/batches.js"
import * as Catalog from "./internal/catalog.js"
import * as Content from "./internal/content.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import { FieldType } from "./internal/entityFields/model.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import type { FilterType } from "./internal/filterType.js"
import * as Id from "./internal/id.js"
import * as Json from "./internal/json.js"
import * as Multipart from "./internal/multipart.js"
import * as Nearest from "./internal/nearest.js"
import * as Programs from "./internal/programs/lookup.js"
import * as SearchQuery from "./internal/query.js"
import * as RecordViewModel from "./internal/recordViews/lookup.js"
import * as Refusal from "./internal/refusal.js"
import * as Row from "./internal/row.js"
import * as Unread from "./internal/unread.js"
import * as Wire from "./internal/wire.js"
import {
  AmbiguousReference,
  type InvalidRequest,
  type Issue,
  NotFound,
  type ReadError,
  type ReferenceError,
  UnknownReference,
  type WriteError
} from "./KaleidoscopeError.js"
import * as Metrics from "./Metrics.js"
import * as RequestPolicy from "./RequestPolicy.js"
import type * as Upload from "./Upload.js"

export { asBoolean, asDate, asDecimal, asNumber, asText, asTexts } from "./internal/content.js"
export { FilterType } from "./internal/filterType.js"

/**
 * One value of a field of a record. A key value (its id is in the record's `identifier_ids`) has no `record_id`, no
 * `operation_id` and no `created_at`.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Records.RecordValue)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RecordValue = Wire.model("RecordValue", {
  id: Ids.RecordValueId,
  /** Any JSON. Numbers often come as text: read them with `asNumber`, or, with all of their digits, `asDecimal`. */
  content: Wire.json,
  created_at: Wire.orNull(Wire.timestamp),
  /** The record that the value belongs to: this one, or one of its sub-records. */
  record_id: Wire.orNull(Ids.RecordId),
  /** The activity in which the value was measured. */
  operation_id: Wire.orNull(Ids.ActivityId),
  record_view_id: Wire.orNull(Ids.RecordViewId)
})

/**
 * One value of a field of a record.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordValue extends Schema.Schema.Type<typeof RecordValue> {}

/**
 * One value of a record, with the field that it is a value of: what `values` gives.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Records.FieldValue)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const FieldValue = Wire.model("FieldValue", {
  ...RecordValue.fields,
  field_id: Wire.orNull(Ids.EntityFieldId),
  field_type: Wire.orNull(FieldType),
  created_by: Wire.orNull(Ids.UserId)
})

/**
 * One value of a record, with the field that it is a value of.
 *
 * @since 0.1.0
 * @category models
 */
export interface FieldValue extends Schema.Schema.Type<typeof FieldValue> {}

/**
 * A record.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Records.Record)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Record = Wire.model("Record", {
  id: Ids.RecordId,
  created_at: Wire.orNull(Wire.timestamp),
  entity_slice_id: Wire.orNull(Ids.EntityTypeId),
  /** The ids of its key values. */
  identifier_ids: Wire.essential(Wire.list(Ids.RecordValueId)),
  /** What people read: its keys. */
  record_identifier: Wire.orNull(Schema.String),
  /** By field id; those of one field in no promised order. */
  record_values: Wire.essential(Wire.map(Schema.Array(RecordValue))),
  initial_operation_id: Wire.orNull(Ids.ActivityId),
  sub_record_ids: Wire.list(Ids.RecordId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * A record.
 *
 * @since 0.1.0
 * @category models
 */
export interface Record extends Schema.Schema.Type<typeof Record> {}

/**
 * The keys of a record: what key fields hold, by their id or name. Keys compare as text.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyValues {
  readonly [keyField: string]: string | number | boolean
}

/**
 * How a record is named: by its id, by itself, or by its keys.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Ids.RecordId | { readonly id: Ids.RecordId } | { readonly key_values: KeyValues }

/**
 * Which values of an entity field records must have.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntityFieldFilter {
  readonly field_id: Ids.EntityFieldId
  readonly filter_type: FilterType
  /** What is compared with: its form depends on the type of the filter. */
  readonly filter_prop?: unknown
}

/**
 * In which order records come, by an entity field.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntityFieldSort {
  readonly field_id: Ids.EntityFieldId
  readonly descending?: boolean
}

/**
 * A column of a record view: a key field, or a field of the view.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewColumn = (
  | { readonly key_field_id: Ids.EntityFieldId; readonly view_field_id?: null }
  | { readonly view_field_id: Ids.ViewFieldId; readonly key_field_id?: null }
) & {
  /** What a plot adds to it, as the platform has it. */
  readonly plot_field_config?: unknown
}

/**
 * Which values of a column records must have.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewFieldFilter = ViewColumn & { readonly filter_type: FilterType; readonly filter_prop?: unknown }

/**
 * In which order records come, by a column.
 *
 * @since 0.1.0
 * @category models
 */
export type ViewFieldSort = ViewColumn & { readonly descending?: boolean }

/**
 * Which records: what is given narrows them down, all of it has to hold.
 *
 * @since 0.1.0
 * @category models
 */
export interface Query {
  /** The sets of records; at least one. */
  readonly record_set_ids?: ReadonlyArray<Ids.RecordSetId>
  readonly program_id?: Programs.Reference
  readonly entity_slice_id?: EntityTypes.Reference
  readonly operation_id?: ActivityModel.Reference
  readonly identifier_ids?: ReadonlyArray<Ids.RecordValueId>
  readonly view_field_filters?: ReadonlyArray<ViewFieldFilter>
  readonly view_field_sorts?: ReadonlyArray<ViewFieldSort>
  readonly entity_field_filters?: ReadonlyArray<EntityFieldFilter>
  readonly entity_field_sorts?: ReadonlyArray<EntityFieldSort>
  readonly search_text?: string
}

/**
 * Which records, and how many at most.
 *
 * @since 0.1.0
 * @category models
 */
export interface Search extends Query {
  readonly limit?: number
}

/**
 * Where a value of a record belongs.
 *
 * @since 0.1.0
 * @category models
 */
export interface ValuePlace {
  /** A data field, by id, itself or name. */
  readonly field: EntityFields.Reference
  /** The activity in which it was measured. */
  readonly activity?: ActivityModel.Reference | null
  readonly record_view?: RecordViewModel.Reference | null
}

/**
 * A value to add to a record.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewValue extends ValuePlace {
  /** Any JSON: what the type of the field takes. `null` is an empty value. */
  readonly content: unknown
}

/**
 * Which values of records become rows.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowOptions {
  /** Only what was measured in this activity; key values stay. */
  readonly activity?: ActivityModel.Reference
  /** Also the values of sub-records: false. */
  readonly sub_records?: boolean
  /** Only the values of this record view: no key values. */
  readonly record_view?: RecordViewModel.Reference
}

/**
 * Why a record is no row of a schema.
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
  /** Everything that is wrong; `path` begins with the name of the column. */
  readonly issues: ReadonlyArray<Issue>
}

/**
 * What can be done with records.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * The record; fails with `NotFound` if there is none. What is asked for by id in the same moment, by whatever
   * fibers, goes as one request for up to 250 records.
   */
  readonly get: (record: Reference) => Effect.Effect<Record, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The record, if there is one. Asked for together with others, as `get`. */
  readonly find: (
    record: Reference
  ) => Effect.Effect<Option.Option<Record>, ReadError | InvalidRequest | ReferenceError>
  /** The records in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    records: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Record>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** Those of the records that there are, in the order asked. */
  readonly findMany: (
    records: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<Record>, ReadError | InvalidRequest | ReferenceError>
  /**
   * The ids of the records that a search finds, in its order. Fails with a `NotFound` that names what was asked for if
   * the platform says that something of it is not there.
   */
  readonly search: (
    query: Search
  ) => Effect.Effect<ReadonlyArray<Ids.RecordId>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /**
   * The records that a search finds, in its order, read 250 at a time as they are pulled. One that is removed after the
   * search is left out. Fails as `search`.
   */
  readonly stream: (query: Search) => Stream.Stream<Record, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** Every value of a record, read from the server now. */
  readonly values: (
    record: Reference
  ) => Effect.Effect<ReadonlyArray<FieldValue>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The activities that hold a record. */
  readonly activities: (
    record: Reference
  ) => Effect.Effect<ReadonlyArray<ActivityModel.Activity>, ReadError | InvalidRequest | ReferenceError | NotFound>
  /** The record with these keys, which is created if there is none; so it may be repeated, and is. */
  readonly getOrCreate: (record: {
    readonly key_values: KeyValues
  }) => Effect.Effect<Record, WriteError | ReferenceError | NotFound>
  /**
   * Adds a value: the newest of its field. Gives the value if the server answers with it. Not repeated unless it surely
   * did not happen: the value would be there twice.
   */
  readonly addValue: (
    record: Reference,
    value: NewValue
  ) => Effect.Effect<Option.Option<RecordValue>, WriteError | ReferenceError | NotFound>
  /**
   * Sees to it that this is the value of the field (of that activity, of that view): adds it, as it is given, unless the
   * latest is the same already. A field without a value is empty, as is `null`. Gives whether it was added.
   *
   * What is the same, the field's type says. `139` and `"139.0"` are the same number, but not the same text. In a `text`,
   * `smiles-string`, `URL`, `email`, `phone` or `select` field, the text has to be the same (`7` is `"7"`, and not
   * `"007"`); in a `multiselect` all of them, in the same order; in a `number` field the number, to the last digit; in a
   * `qualified-number` field the sign before it as well; in a `boolean` field `true` and `"true"` are the same; in a
   * `date` field the point in time, if both say in which zone they are; in a `record-reference` the id. Of every other
   * type, and where the type cannot be found out, only the same JSON is the same: when in doubt, the value is added.
   *
   * The type is asked for only where it decides: it is known from the field if that is given, or else from the list of
   * data fields.
   */
  readonly setValue: (
    record: Reference,
    value: NewValue
  ) => Effect.Effect<boolean, WriteError | ReferenceError | NotFound>
  /**
   * Adds a file as the newest value of its field. Gives the value if the server answers with it. Fails with what reading
   * the file fails with. Not repeated unless it surely did not happen.
   */
  readonly addFile: <E, R>(
    record: Reference,
    place: ValuePlace,
    file: Upload.Upload<E, R>
  ) => Effect.Effect<Option.Option<RecordValue>, E | WriteError | ReferenceError | NotFound, R>
  /**
   * Records as rows of a schema of yours, a `Schema.Struct` whose keys are names (or ids) of key fields and data fields,
   * in the order of the records. Each is a row, or says what is wrong with that record.
   *
   * A column holds the latest value of its field. Where there is none, a column that is optional is left out, any other
   * is `null`. Content that the column would not take is read as what it takes, if it can be: `"139"` as a number for
   * `Schema.Number`. Text with more digits than a number holds is an issue there, as it is where the schema makes a number
   * of text itself: `Schema.BigDecimal` takes it whole.
   *
   * Fails with `UnknownReference` if no field has the name of a column, with `AmbiguousReference` if several have it
   * (then name the column by the id of its field, with `Schema.fromKey`), and with `InvalidRequest` if the schema names
   * no columns.
   */
  readonly rows: <A, I>(
    schema: Schema.Schema<A, I>,
    records: Iterable<Record>,
    options?: RowOptions
  ) => Effect.Effect<ReadonlyArray<Either.Either<A, RowError>>, ReadError | InvalidRequest | ReferenceError>
  /** What makes a row of a record, as `rows` does: for a stream of records, say. The fields are looked up once. */
  readonly rowReader: <A, I>(
    schema: Schema.Schema<A, I>,
    options?: RowOptions
  ) => Effect.Effect<(record: Record) => Either.Either<A, RowError>, ReadError | InvalidRequest | ReferenceError>
}

/**
 * Records: compounds, samples, animals, with the values of their fields.
 *
 * @example
 * ```ts
 * import { EntityFields, Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * const potency = Effect.gen(function* () {
 *   const fields = yield* EntityFields.EntityFields
 *   const records = yield* Records.Records
 *   const field = yield* fields.getDataField({ field_name: "IC50" })
 *   const record = yield* records.get({ key_values: { "Compound ID": "EK-0001" } })
 *   return Option.flatMap(Records.latestContent(record, { field }), Records.asNumber)
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Records extends Context.Tag("@effect-kaleidoscope/sdk/Records")<Records, Service>() {}

const batchSize = 250

// An answer of another form must not say that there is no record: somebody would make it once more.
const FoundByKeys = Schema.Array(Wire.model("FoundByKeys", { record: Schema.NullOr(Record) }))

const AddedValue = Wire.model("AddedValue", { resource: Wire.orNull(RecordValue) })

const noValueInAnswer = (): typeof AddedValue.Type => ({ resource: null })

const describeReference = (reference: Reference): string => Catalog.idIn<string>(reference) ?? JSON.stringify(reference)

// What is refused for who asks, or for when, is refused for each id alone, too.
const askSingly = ({ status }: ReadError | InvalidRequest | NotFound): boolean =>
  status !== null && status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)

/**
 * What records are asked for and named with, in whatever service.
 *
 * @internal
 */
export const lookup = (api: Api.Api) => {
  const keyFields = EntityFields.keyFieldCatalog(api)

  const batching: Batches.Options<Record, ReadError | InvalidRequest | NotFound> = {
    size: batchSize,
    least: 50,
    one: (id) =>
      Effect.asSome(
        api.read("Records.get", {
          path: "/records/{id}",
          params: { id },
          success: Record,
          refusals: Refusal.item
        })
      ),
    several: (ids) =>
      Effect.map(
        api.read("Records.getMany", {
          path: "/records",
          params: {},
          query: { record_ids: ids.join(",") },
          success: Schema.Array(Record),
          refusals: Refusal.common
        }),
        (records) => {
          const byId = new Map(records.map((record) => [Id.canonical(record.id), record]))
          return new Map(
            ids.flatMap((id) => {
              const record = byId.get(Id.canonical(id))
              return record === undefined ? [] : [[id, record]]
            })
          )
        }
      ).pipe(Effect.zipLeft(Metric.update(Metrics.batchSize, ids.length))),
    askSingly
  }

  const withEverybody = api.state.shared("Records.batches", () => Batches.make(batching))

  /** What asks by id: together with whoever else asks, or, for calls under a policy of their own, among themselves. */
  const asking = Effect.map(RequestPolicy.Patch, (patch) =>
    Object.keys(patch).length === 0 ? withEverybody : Batches.make(batching, patch)
  )

  /** Keys by field id, whatever they were named by. */
  const keysOf = (keyValues: KeyValues) =>
    Effect.gen(function* () {
      const keys = new Map<string, string | number | boolean>()
      const named = new Set<string>()
      for (const [key, value] of Object.entries(keyValues)) {
        const id = yield* keyFields.resolve(Id.isUuid(key) ? Ids.EntityFieldId.make(key) : { field_name: key })
        if (named.has(Id.canonical(id))) {
          const at = Json.formatPath(["key_values", key])
          return yield* Api.invalid("Records.find", at, "another of the keys names the same field")
        }
        if (Option.isNone(Content.asText(value)) && typeof value !== "number") {
          const at = Json.formatPath(["key_values", key])
          return yield* Api.invalid("Records.find", at, "a key must be text, a number or a boolean")
        }
        named.add(Id.canonical(id))
        keys.set(id, value)
      }
      return keys.size === 0
        ? yield* Api.invalid("Records.find", "key_values", "there are no keys in it")
        : Object.fromEntries(keys)
    })

  const byKeys = (reference: { readonly key_values: KeyValues }) =>
    Effect.gen(function* () {
      const answers = yield* api.read("Records.find", {
        path: "/records/identifiers",
        params: {},
        query: { records_key_field_to_value: [yield* keysOf(reference.key_values)] },
        success: FoundByKeys,
        empty: () => [],
        refusals: Refusal.common
      })
      const found = Id.distinct(answers.flatMap(({ record }) => (record === null ? [] : [record])))
      if (found.length > 1) {
        const described = `record ${describeReference(reference)}`
        const ids = found.map(({ id }) => id)
        return yield* new AmbiguousReference({
          ...atIdentifiers(Catalog.ambiguous(described, ids)),
          reference: described,
          ids
        })
      }
      return Option.fromIterable(found)
    })

  /** A record that is asked for alone and is not there is the server's own `NotFound`. */
  const ask = (
    reference: Reference,
    byId: Batches.Ask<Record, ReadError | InvalidRequest | NotFound>
  ): Effect.Effect<Option.Option<Record>, ReadError | InvalidRequest | ReferenceError | NotFound> => {
    if (hasKeys(reference)) return byKeys(reference)
    const id = Catalog.idOf(reference)
    // An id with a comma in it would become two.
    return Id.isUuid(id) ? byId(id) : batching.one(id)
  }

  const findBy = (reference: Reference, byId: Batches.Ask<Record, ReadError | InvalidRequest | NotFound>) =>
    Effect.catchTag(ask(reference, byId), "KaleidoscopeNotFound", () => Effect.succeedNone)

  const find = (
    reference: Reference
  ): Effect.Effect<Option.Option<Record>, ReadError | InvalidRequest | ReferenceError> =>
    Effect.flatMap(asking, (byId) => findBy(reference, byId))

  const get = (reference: Reference) =>
    Effect.flatMap(asking, (byId) => ask(reference, byId)).pipe(
      Effect.flatMap(Option.match({ onNone: () => Effect.fail(missing([reference])), onSome: Effect.succeed }))
    )

  /** The record that an argument names: keys that no record has name none. */
  const named = (reference: { readonly key_values: KeyValues }) =>
    Effect.flatMap(
      byKeys(reference),
      Option.match({
        onSome: Effect.succeed,
        onNone: () => {
          const described = `record ${describeReference(reference)}`
          return Effect.fail(
            new UnknownReference({ ...atIdentifiers(`there is no ${described}`), reference: described })
          )
        }
      })
    )

  /** The id that an argument names: one that is given is taken as it is, keys are looked up. */
  const resolve = (reference: Reference): Effect.Effect<Ids.RecordId, ReadError | InvalidRequest | ReferenceError> =>
    hasKeys(reference) ? Effect.map(named(reference), ({ id }) => id) : Effect.succeed(Catalog.idOf(reference))

  /** The record that an argument names, as it is now. */
  const read = (reference: Reference) => (hasKeys(reference) ? named(reference) : get(reference))

  const findEach = (references: Iterable<Reference>) =>
    Effect.flatMap(asking, (byId) =>
      Effect.forEach(
        references,
        (reference) => Effect.map(findBy(reference, byId), (found) => [reference, found] as const),
        { concurrency: "unbounded" }
      )
    )

  const findMany = (references: Iterable<Reference>) =>
    Effect.map(findEach(references), (found) => found.flatMap(([, record]) => Option.toArray(record)))

  const getMany = (references: Iterable<Reference>) =>
    Effect.flatMap(findEach(references), (found) => {
      const absent = found.flatMap(([reference, record]) => (Option.isNone(record) ? [reference] : []))
      return absent.length > 0
        ? Effect.fail(missing(absent))
        : Effect.succeed(found.flatMap(([, record]) => Option.toArray(record)))
    })

  return { find, findMany, get, getMany, read, resolve, keysOf }
}

const hasKeys = (reference: Reference): reference is { readonly key_values: KeyValues } =>
  Predicate.hasProperty(reference, "key_values") && !Predicate.hasProperty(reference, "id")

const atIdentifiers = (message: string) => ({
  ...Api.localFacts("Records.find", message),
  pathTemplate: "/records/identifiers",
  path: "/records/identifiers"
})

const missing = (references: ReadonlyArray<Reference>): NotFound => {
  const described = references.map(describeReference)
  return new NotFound({
    ...Api.localFacts("Records.get", `there is no record ${described.join(", no record ")}`),
    pathTemplate: "/records/{id}",
    path: "/records/{id}",
    missing: described
  })
}

/**
 * The query of a search or an export, with references looked up.
 *
 * @internal
 */
export const encodeQuery = (api: Api.Api) => {
  const programs = Programs.catalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const activities = ActivityModel.catalog(api)
  return (query: Query) =>
    Effect.gen(function* () {
      const { entity_slice_id, operation_id, program_id, ...others } = query
      const call = "Records.search"
      // What cannot be sent is refused before names are looked up.
      const checked = {
        ...others,
        record_set_ids: yield* SearchQuery.joined(call, "record_set_ids", others.record_set_ids),
        view_field_filters: yield* SearchQuery.viewFilters(call, "view_field_filters", others.view_field_filters),
        view_field_sorts: yield* SearchQuery.viewSorts(call, "view_field_sorts", others.view_field_sorts)
      }
      return {
        ...checked,
        program_id: yield* Catalog.optional(program_id, programs.resolve),
        entity_slice_id: yield* Catalog.optional(entity_slice_id, entityTypes.resolve),
        operation_id: yield* Catalog.optional(operation_id, activities.resolve)
      }
    })
}

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const hits = Effect.flatMap(Records.make, (records) => records.search({ search_text: "aspirin" }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const { find, findMany, get, getMany, keysOf, read, resolve } = lookup(api)
  const toQuery = encodeQuery(api)
  const entityTypes = EntityTypes.catalog(api)
  const keyFields = EntityFields.keyFieldCatalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const activities = ActivityModel.catalog(api)
  const recordViews = RecordViewModel.catalog(api)

  const search = (query: Search) =>
    Effect.flatMap(toQuery(query), (encoded) =>
      api.read("Records.search", {
        path: "/records/search",
        params: {},
        query: encoded,
        success: Schema.Array(Ids.RecordId),
        refusals: Refusal.naming(SearchQuery.asked(query))
      })
    ).pipe(Effect.map(Id.distinctIds))

  /** The type of a field, as far as it can be found out. */
  const typeOf = (
    field: EntityFields.Reference,
    id: Ids.EntityFieldId,
    value: Option.Option<RecordValue>
  ): Effect.Effect<string | null> => {
    const stated = [field, Option.getOrNull(value)].flatMap((one) =>
      Predicate.hasProperty(one, "field_type") && typeof one.field_type === "string" ? [one.field_type] : []
    )
    return stated[0] === undefined
      ? dataFields.known(id).pipe(
          Effect.map(Option.match({ onNone: () => null, onSome: ({ field_type }) => field_type })),
          // A list that cannot be read keeps nobody from writing.
          Effect.orElseSucceed(() => null)
        )
      : Effect.succeed(stated[0])
  }

  /** The ids of a place. */
  const placeOf = ({ activity, field, record_view }: ValuePlace) =>
    Effect.gen(function* () {
      return {
        field_id: yield* dataFields.resolve(field),
        operation_id: (yield* Catalog.optional(activity, activities.resolve)) ?? null,
        record_view_id: (yield* Catalog.optional(record_view, recordViews.resolve)) ?? null
      }
    })

  const add = (
    path: "/records/{id}/values" | "/records/{id}/values/file",
    id: Ids.RecordId,
    body: unknown
  ): Effect.Effect<Option.Option<RecordValue>, WriteError | NotFound> =>
    Effect.map(
      api.write("Records.addValue", {
        method: "POST",
        path,
        params: { id },
        body,
        success: AddedValue,
        empty: noValueInAnswer,
        refusals: Refusal.writeItem,
        // The value would be there twice.
        repeatable: false
      }),
      ({ resource }) => Option.fromNullable(resource)
    )

  /** The id of the field that a column of a row is named after. */
  const fieldOf = (
    column: string,
    fields: ReadonlyArray<EntityFields.EntityField>
  ): Effect.Effect<Ids.EntityFieldId, ReferenceError> => {
    const [only, ...others] = Id.distinctIds(
      fields.flatMap(({ field_name, id }) => (Id.same(id, column) || field_name === column ? [id] : []))
    )
    const reference = `field ${JSON.stringify(column)}`
    const suggestion = () =>
      Nearest.suggestion(
        column,
        fields.flatMap(({ field_name }) => field_name ?? [])
      )
    return only === undefined
      ? Effect.fail(
          new UnknownReference({
            ...Api.localFacts("Records.rows", `there is no ${reference}${suggestion()}`),
            reference
          })
        )
      : others.length > 0
        ? Effect.fail(
            new AmbiguousReference({
              ...Api.localFacts("Records.rows", Catalog.ambiguous(reference, [only, ...others])),
              reference,
              ids: [only, ...others]
            })
          )
        : Effect.succeed(only)
  }

  const rowReader = <A, I>(schema: Schema.Schema<A, I>, { activity, record_view, sub_records }: RowOptions = {}) =>
    Effect.gen(function* () {
      const columns = Row.columns(schema)
      if (columns.length === 0) return yield* Api.invalid("Records.rows", "schema", "it names no columns")
      const [keys, data] = yield* Effect.all([keyFields.list, dataFields.list], { concurrency: "unbounded" })
      const fields = [...keys, ...data]
      const where = {
        ...(activity === undefined ? {} : { activity: yield* activities.resolve(activity) }),
        ...(sub_records === undefined ? {} : { sub_records }),
        ...(record_view === undefined ? {} : { record_view: yield* recordViews.resolve(record_view) })
      }
      const queries = yield* Effect.forEach(columns, (column) =>
        Effect.map(fieldOf(column.name, fields), (field) => ({ column, query: { field, ...where } }))
      )
      const decode = Row.decode(schema, columns)
      return (record: Record): Either.Either<A, RowError> => {
        const picked = queries.map(({ column, query }) => ({ column, latest: pickLatest(record, query) }))
        const untold = picked.flatMap(({ column, latest }) =>
          Either.isLeft(latest)
            ? [{ path: column.name, message: `cannot be told: the platform's answer has no readable ${latest.left}` }]
            : []
        )
        if (untold.length > 0) return Either.left({ record, issues: untold })
        const row = Object.fromEntries(
          picked.flatMap(({ column, latest }) => {
            const value = Either.getOrElse(latest, () => Option.none<RecordValue>())
            const content = Option.match(value, { onNone: () => null, onSome: ({ content }) => content })
            return content === null && column.isOptional ? [] : [[column.name, column.read(content)]]
          })
        )
        return Either.mapLeft(decode(row), (issues) => ({ record, issues }))
      }
    })

  return {
    get: (reference) => get(reference).pipe(Api.method("Records.get")),
    find: (reference) => find(reference).pipe(Api.method("Records.find")),
    getMany: (references) => getMany(references).pipe(Api.method("Records.getMany")),
    findMany: (references) => findMany(references).pipe(Api.method("Records.findMany")),
    search: (query) => search(query).pipe(Api.method("Records.search")),
    stream: (query) =>
      Stream.fromIterableEffect(search(query).pipe(Api.method("Records.stream"))).pipe(
        Stream.rechunk(batchSize),
        Stream.mapChunksEffect((ids) =>
          Effect.map(findMany(ids), Chunk.fromIterable).pipe(Api.method("Records.stream"))
        )
      ),
    values: (reference) =>
      Effect.flatMap(resolve(reference), (id) =>
        api.read("Records.values", {
          path: "/records/{id}/values",
          params: { id },
          success: Schema.Array(FieldValue),
          refusals: Refusal.item
        })
      ).pipe(Api.method("Records.values")),
    activities: (reference) =>
      Effect.flatMap(resolve(reference), (id) =>
        api.read("Records.activities", {
          path: "/records/{id}/operations",
          params: { id },
          success: Schema.Array(Activity),
          refusals: Refusal.item
        })
      ).pipe(Api.method("Records.activities")),
    getOrCreate: ({ key_values }) =>
      Effect.flatMap(keysOf(key_values), (keys) =>
        api.write("Records.getOrCreate", {
          method: "POST",
          path: "/records",
          params: {},
          body: { key_field_to_value: keys },
          success: Record,
          otherwise: { look: "Records.find", find: find({ key_values }) },
          refusals: Refusal.writeItem,
          repeatable: true
        })
      ).pipe(
        // Keys that no type has make one.
        Effect.ensuring(entityTypes.drop),
        Api.method("Records.getOrCreate")
      ),
    addValue: (reference, value) =>
      Effect.gen(function* () {
        const place = yield* placeOf(value)
        return yield* add("/records/{id}/values", yield* resolve(reference), { ...place, content: value.content })
      }).pipe(Api.method("Records.addValue")),
    setValue: (reference, value) =>
      Effect.gen(function* () {
        const place = yield* placeOf(value)
        const record = yield* read(reference)
        const picked = pickLatest(record, {
          field: place.field_id,
          ...(place.operation_id === null ? {} : { activity: place.operation_id }),
          ...(place.record_view_id === null ? {} : { record_view: place.record_view_id })
        })
        const latest = Either.getOrElse(picked, () => Option.none<RecordValue>())
        const held = Option.match(latest, { onNone: () => null, onSome: ({ content }) => content })
        const type = Content.dependsOnType(held, value.content)
          ? yield* typeOf(value.field, place.field_id, latest)
          : null
        // What cannot be told is not the same.
        if (Either.isRight(picked) && Content.isSame(type, held, value.content)) return false
        yield* add("/records/{id}/values", record.id, { ...place, content: value.content })
        return true
      }).pipe(Api.method("Records.setValue")),
    addFile: (reference, place, file) =>
      Effect.gen(function* () {
        const { field_id, operation_id, record_view_id } = yield* placeOf(place)
        const id = yield* resolve(reference)
        const body = { field_id, operation_id: operation_id ?? undefined, record_view_id: record_view_id ?? undefined }
        return yield* Multipart.send(file, body, (form) => add("/records/{id}/values/file", id, form))
      }).pipe(Api.method("Records.addFile")),
    rows: (schema, records, options) =>
      Effect.map(rowReader(schema, options), (read) => Array.from(records, read)).pipe(Api.method("Records.rows")),
    rowReader: (schema, options) => rowReader(schema, options).pipe(Api.method("Records.rowReader"))
  } satisfies Service
})

/**
 * Records, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Records } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const RecordsLive = Records.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Records, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Records, make)
)

/**
 * Which value of a record.
 *
 * @since 0.1.0
 * @category models
 */
export interface ValueQuery {
  readonly field: Ids.EntityFieldId | { readonly id: Ids.EntityFieldId }
  /** Only what was measured in this activity; key values stay. */
  readonly activity?: Ids.ActivityId | { readonly id: Ids.ActivityId }
  /** Also the values of sub-records: false. */
  readonly sub_records?: boolean
  /** Only the values of this sub-record. */
  readonly sub_record?: Ids.RecordId | { readonly id: Ids.RecordId }
  /** Only the values of this record view: no key values. */
  readonly record_view?: Ids.RecordViewId | { readonly id: Ids.RecordViewId }
}

const createdAt = (value: RecordValue): number =>
  value.created_at === null ? Number.NEGATIVE_INFINITY : DateTime.toEpochMillis(value.created_at)

type Deciding = "record_id" | "operation_id" | "record_view_id" | "created_at"

/** Whether a field that decides which value it is was there and could not be read: then it is `null`, and says nothing. */
const isUnreadable = (value: RecordValue, name: Deciding): boolean =>
  value[name] === null && Unread.unreadable(value, name) !== undefined

/**
 * The value of a field, or what of the platform's answer was missing or unreadable, so that it cannot be told.
 *
 * @internal
 */
export const pickLatest = (record: Record, query: ValueQuery): Either.Either<Option.Option<RecordValue>, string> => {
  if (!Unread.isSaid(record, "record_values")) return Either.left("record_values")
  const activity = query.activity === undefined ? undefined : Catalog.idIn<string>(query.activity)
  const subRecord = query.sub_record === undefined ? undefined : Catalog.idIn<string>(query.sub_record)
  const recordView = query.record_view === undefined ? undefined : Catalog.idIn<string>(query.record_view)
  const fieldId = Catalog.idIn<string>(query.field) ?? ""
  const ofOthers = query.sub_records === true || subRecord !== undefined
  const deciding: ReadonlyArray<Deciding> = [
    "record_id",
    ...(activity === undefined ? [] : (["operation_id"] as const)),
    ...(recordView === undefined ? [] : (["record_view_id"] as const))
  ]
  let latest: RecordValue | undefined
  let undated: RecordValue | undefined
  let several = false
  for (const value of Id.entryOf(record.record_values, fieldId) ?? []) {
    const name = deciding.find((name) => isUnreadable(value, name))
    if (name !== undefined) return Either.left(`${name} of the value ${value.id}`)
    const wanted =
      (activity === undefined || Id.same(value.operation_id, activity) || value.record_id === null) &&
      (ofOthers || value.record_id === null || Id.same(value.record_id, record.id)) &&
      (subRecord === undefined || Id.same(value.record_id, subRecord)) &&
      (recordView === undefined || Id.same(value.record_view_id, recordView))
    if (!wanted) continue
    if (isUnreadable(value, "created_at")) undated = value
    several = latest !== undefined
    if (latest === undefined || createdAt(value) > createdAt(latest)) latest = value
  }
  return undated !== undefined && several
    ? Either.left(`created_at of the value ${undated.id}`)
    : Either.right(Option.fromNullable(latest))
}

/**
 * The value of a field, as the platform's clients pick it: the newest of those that are asked for. A value without a
 * date counts as the oldest; of several that are equally new it is the first. None also where it cannot be told which
 * one it is, since the platform's answer has no values, or has what decides (the date, the record, the activity or the
 * view of a value) in a form that cannot be read: `Model.isAbsent` and `Model.isUnreadable` say so.
 *
 * @example
 * ```ts
 * import { Records, type Ids } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const measuredAt = (record: Records.Record, field: Ids.EntityFieldId) =>
 *   Option.flatMapNullable(Records.latestValue(record, { field }), (value) => value.created_at)
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const latestValue: {
  (query: ValueQuery): (record: Record) => Option.Option<RecordValue>
  (record: Record, query: ValueQuery): Option.Option<RecordValue>
} = dual(
  2,
  (record: Record, query: ValueQuery): Option.Option<RecordValue> =>
    Either.getOrElse(pickLatest(record, query), () => Option.none())
)

/**
 * What the latest value of a field holds.
 *
 * @example
 * ```ts
 * import { Records, type Ids } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const ic50 = (record: Records.Record, field: Ids.EntityFieldId) =>
 *   Option.flatMap(Records.latestContent(record, { field }), Records.asNumber)
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const latestContent: {
  (query: ValueQuery): (record: Record) => Option.Option<unknown>
  (record: Record, query: ValueQuery): Option.Option<unknown>
} = dual(
  2,
  (record: Record, query: ValueQuery): Option.Option<unknown> =>
    Option.map(latestValue(record, query), ({ content }) => content)
)

/**
 * The key values of a record, by key field id: the values whose ids are in its `identifier_ids`, as text. A key without
 * text is left out: `null`, a list, an object. Empty, too, where the platform's answer does not say which values these
 * are: `Model.isAbsent(record, "identifier_ids")` tells.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const isSame = (a: Records.Record, b: Records.Record) =>
 *   JSON.stringify(Records.keyValues(a)) === JSON.stringify(Records.keyValues(b))
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const keyValues = (record: Record): { readonly [fieldId: string]: string } => {
  const ids = new Set(record.identifier_ids.map(Id.canonical))
  return Object.fromEntries(
    Object.entries(record.record_values).flatMap(([fieldId, values]) => {
      const [text] = values.flatMap(({ content, id }) =>
        ids.has(Id.canonical(id)) ? Option.toArray(Content.asText(content)) : []
      )
      return text === undefined ? [] : [[fieldId, text]]
    })
  )
}
