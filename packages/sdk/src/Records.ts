/** Records: compounds, samples and animals, with the values of their fields. @since 0.1.0 */
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import * as Catalog from "./internal/catalog/catalog.js"
import { readOf } from "./internal/catalog/readOf.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Multipart from "./internal/files/multipart.js"
import * as Id from "./internal/id.js"
import * as Calls from "./internal/records/calls.js"
import * as Content from "./internal/records/content.js"
import { batchSize, lookup } from "./internal/records/lookup.js"
import type {
  FieldValue,
  KeyValues,
  NewValue,
  Query,
  Record,
  RecordValue,
  Reference,
  RowError,
  RowOptions,
  Search,
  ValuePlace
} from "./internal/records/model.js"
import { encodeQuery } from "./internal/records/query.js"
import * as Rows from "./internal/records/rows.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import { pickLatest } from "./internal/records/values.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Api from "./internal/request/api.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"
import type * as Upload from "./Upload.js"

export { asBoolean, asDate, asDecimal, asNumber, asText, asTexts } from "./internal/records/content.js"
export * from "./internal/records/filterType.js"
export * from "./internal/records/model.js"
export * from "./internal/records/parseWhere.js"
export { keyValues, latestContent, latestValue } from "./internal/records/values.js"
export * from "./internal/records/where.js"

type LookupError = ReadError | InvalidRequest | ReferenceError

type ChangeError = WriteError | ReferenceError | NotFound

/**
 * The methods of the service. Key values in arguments are looked up with `GET /records/identifiers`. Names in arguments
 * are looked up in the list of all things of that kind.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Reads a record: `GET /records/{id}`. Fails with `NotFound` if it does not exist.
   *
   * Calls of `get`, `find`, `getMany` and `findMany` with ids share requests if they run at the same moment, in any fibers:
   * `GET /records?record_ids=…`, with at most 250 records each.
   */
  readonly get: (record: Reference) => Effect.Effect<Record, LookupError | NotFound>
  /** Reads a record, if it exists. */
  readonly find: (record: Reference) => Effect.Effect<Option.Option<Record>, LookupError>
  /** Reads records, in the order of the arguments. Fails with a `NotFound` that names all that do not exist. */
  readonly getMany: (records: Iterable<Reference>) => Effect.Effect<ReadonlyArray<Record>, LookupError | NotFound>
  /** Reads those of the records that exist, in the order of the arguments. */
  readonly findMany: (records: Iterable<Reference>) => Effect.Effect<ReadonlyArray<Record>, LookupError>
  /**
   * Finds the ids of records, in the order of the platform: `GET /records/search`. Fails with `NotFound` if the platform
   * does not know a thing that the search names. The error lists all named things. Filters and orders by names of fields
   * (`where`, `order_by`) are looked up and checked before: see the function `where`.
   */
  readonly search: (query: Search) => Effect.Effect<ReadonlyArray<Ids.RecordId>, LookupError | NotFound>
  /**
   * Finds records, in the order of the platform. It searches once, then reads 250 records at a time when they are pulled.
   * A record that is removed after the search is left out. It fails with the same errors as `search`.
   */
  readonly stream: (query: Search) => Stream.Stream<Record, LookupError | NotFound>
  /**
   * Counts the records that a search finds. The platform has no call for it: it is `search` without a limit, which gives
   * ids, and no records. It fails with the same errors.
   */
  readonly count: (query: Query) => Effect.Effect<number, LookupError | NotFound>
  /** Reads all values of a record from the server now: `GET /records/{id}/values`. */
  readonly values: (record: Reference) => Effect.Effect<ReadonlyArray<FieldValue>, LookupError | NotFound>
  /** Reads the activities that hold a record: `GET /records/{id}/operations`. */
  readonly activities: (record: Reference) => Effect.Effect<ReadonlyArray<Activities.Activity>, LookupError | NotFound>
  /**
   * Returns the record with these key values. If there is no such record, the platform creates it: `POST /records`. It may
   * be sent again: a second request returns the same record.
   */
  readonly getOrCreate: (record: { readonly key_values: KeyValues }) => Effect.Effect<Record, ChangeError>
  /**
   * Adds a value, the newest of its field: `POST /records/{id}/values`. Returns the value if the response has it. It is
   * sent again only if the first request certainly did nothing: otherwise the record could have the value twice.
   */
  readonly addValue: (record: Reference, value: NewValue) => Effect.Effect<Option.Option<RecordValue>, ChangeError>
  /**
   * Makes this the latest value of the field, in the given activity and view: reads the record, and adds the value if the
   * latest value is different. A field without a value is the same as `null`. Returns `true` if the value was added.
   *
   * The type of the field decides if two values are the same. It is taken from `field` if `field` has it, otherwise from
   * the list of data fields. That list is read only if the type makes a difference:
   *
   * - `text`, `smiles-string`, `URL`, `email`, `phone`, `select`: the same text. `7` is `"7"`, and not `"007"`.
   * - `multiselect`: the same texts in the same order.
   * - `number`: the same number, to the last digit. `139` is `"139.0"`.
   * - `qualified-number`: the same sign before the same number.
   * - `boolean`: `true` is `"true"`.
   * - `date`: the same point in time, if both have a time zone.
   * - `record-reference`: the same id.
   * - any other type, or an unknown one: the same JSON. In doubt, the value is added.
   */
  readonly setValue: (record: Reference, value: NewValue) => Effect.Effect<boolean, ChangeError>
  /**
   * Adds a file as `addValue` adds a value: `POST /records/{id}/values/file`. If the file cannot be read, it fails with the
   * error of the file.
   */
  readonly addFile: <E, R>(
    record: Reference,
    place: ValuePlace,
    file: Upload.Upload<E, R>
  ) => Effect.Effect<Option.Option<RecordValue>, E | ChangeError, R>
  /**
   * Reads records as rows of a schema: a `Schema.Struct` with the names (or ids) of key fields and data fields as its keys.
   * The result has one item for each record, in their order: a row, or the error of the record. Only the lists of fields
   * are requested.
   *
   * A column has the latest value of its field. Without a value, an optional column is left out, and any other is `null`.
   * Content of another type is converted if possible: `"139"` to a number for `Schema.Number`. Text with more digits than a
   * number can hold is then an error of the record, also if the schema itself converts the text to a number.
   * `Schema.BigDecimal` takes all digits.
   *
   * Fails with `UnknownReference` if no field has the name of a column, with `AmbiguousReference` if several fields have it
   * (then use the id of the field as the key, with `Schema.fromKey`), and with `InvalidRequest` if the schema has no
   * columns.
   */
  readonly rows: <A, I>(
    schema: Schema.Schema<A, I>,
    records: Iterable<Record>,
    options?: RowOptions | undefined
  ) => Effect.Effect<ReadonlyArray<Either.Either<A, RowError>>, LookupError>
  /** Makes a function that reads one record as `rows` does, for a stream of records. The fields are looked up once. */
  readonly rowReader: <A, I>(
    schema: Schema.Schema<A, I>,
    options?: RowOptions | undefined
  ) => Effect.Effect<(record: Record) => Either.Either<A, RowError>, LookupError>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const { find, findMany, get, getMany, keysOf, read, resolve } = lookup(api)
  const ofRecord = readOf(api, resolve)
  const toQuery = encodeQuery(api)
  const rowReader = Rows.rowReader(api)
  const entityTypes = EntityTypes.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const activities = Activities.catalog(api)
  const recordViews = RecordViews.catalog(api)

  const search = (query: Search) =>
    Effect.flatMap(toQuery(query), (encoded) =>
      api.get(Calls.search, {}, encoded, Errors.naming(SearchQuery.asked(query)))
    ).pipe(Effect.map(Id.distinctIds))

  /** The type of a field, or `null` if it is not known. */
  const typeOf = (
    field: EntityFields.Reference,
    id: Ids.EntityFieldId,
    value: Option.Option<RecordValue>
  ): Effect.Effect<string | null> => {
    const [known] = [field, Option.getOrNull(value)].flatMap((one) =>
      Predicate.hasProperty(one, "field_type") && typeof one.field_type === "string" ? [one.field_type] : []
    )
    return known === undefined
      ? dataFields.known(id).pipe(
          Effect.map(Option.match({ onNone: () => null, onSome: ({ field_type }) => field_type })),
          // If the list of fields cannot be read, the value is still written.
          Effect.orElseSucceed(() => null)
        )
      : Effect.succeed(known)
  }

  /** The ids of the field, the activity and the record view of a value. */
  const placeOf = ({ activity, field, record_view }: ValuePlace) =>
    Effect.gen(function* () {
      return {
        field_id: yield* dataFields.resolve(field),
        operation_id: (yield* Catalog.optional(activity, activities.resolve)) ?? null,
        record_view_id: (yield* Catalog.optional(record_view, recordViews.resolve)) ?? null
      }
    })

  const added = ({ resource }: { readonly resource: RecordValue | null }) => Option.fromNullable(resource)

  return {
    get: (reference) => get(reference).pipe(Method.withSpan(Calls.get)),
    find: (reference) => find(reference).pipe(Method.withSpan(Calls.find)),
    getMany: (references) => getMany(references).pipe(Method.withSpan(Calls.getMany)),
    findMany: (references) => findMany(references).pipe(Method.withSpan("Records.findMany")),
    search: (query) => search(query).pipe(Method.withSpan(Calls.search)),
    stream: (query) =>
      Stream.fromIterableEffect(search(query).pipe(Method.withSpan("Records.stream"))).pipe(
        Stream.rechunk(batchSize),
        Stream.mapChunksEffect((ids) =>
          Effect.map(findMany(ids), Chunk.fromIterable).pipe(Method.withSpan("Records.stream"))
        )
      ),
    count: (query) =>
      Effect.map(search({ ...query, limit: undefined }), (ids) => ids.length).pipe(Method.withSpan("Records.count")),
    values: ofRecord(Calls.values),
    activities: ofRecord(Calls.activities),
    getOrCreate: ({ key_values }) =>
      Effect.flatMap(keysOf(key_values), (keys) =>
        api.send(
          Calls.getOrCreate,
          {},
          { key_field_to_value: keys },
          { otherwise: { look: Calls.find.name, find: find({ key_values }) } }
        )
      ).pipe(
        // The platform creates an entity type for key fields that no entity type has.
        Effect.ensuring(entityTypes.drop),
        Method.withSpan(Calls.getOrCreate)
      ),
    addValue: (reference, value) =>
      Effect.gen(function* () {
        const place = yield* placeOf(value)
        const id = yield* resolve(reference)
        return added(yield* api.send(Calls.addValue, { id }, { ...place, content: value.content }))
      }).pipe(Method.withSpan(Calls.addValue)),
    setValue: (reference, value) =>
      Effect.gen(function* () {
        const place = yield* placeOf(value)
        const record = yield* read(reference)
        const picked = pickLatest(record, {
          field: place.field_id,
          activity: place.operation_id ?? undefined,
          record_view: place.record_view_id ?? undefined
        })
        const latest = Either.getOrElse(picked, () => Option.none<RecordValue>())
        const current = Option.match(latest, { onNone: () => null, onSome: ({ content }) => content })
        const type = Content.dependsOnType(current, value.content)
          ? yield* typeOf(value.field, place.field_id, latest)
          : null
        // An unreadable value counts as different.
        if (Either.isRight(picked) && Content.isSame(type, current, value.content)) return false
        yield* api.send(Calls.addValue, { id: record.id }, { ...place, content: value.content })
        return true
      }).pipe(Method.withSpan("Records.setValue")),
    addFile: (reference, place, file) =>
      Effect.gen(function* () {
        const { field_id, operation_id, record_view_id } = yield* placeOf(place)
        const id = yield* resolve(reference)
        const body = { field_id, operation_id: operation_id ?? undefined, record_view_id: record_view_id ?? undefined }
        return added(yield* Multipart.send(file, body, (form) => api.send(Calls.addFile, { id }, form)))
      }).pipe(Method.withSpan(Calls.addFile)),
    rows: (schema, records, options) =>
      Effect.map(rowReader(schema, options), (read) => Array.from(records, read)).pipe(Method.withSpan("Records.rows")),
    rowReader: (schema, options) => rowReader(schema, options).pipe(Method.withSpan("Records.rowReader"))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Records, make))
