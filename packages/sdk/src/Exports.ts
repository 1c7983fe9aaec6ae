/** Exports: the records of an entity type as a table, however large. @since 0.1.0 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Ids from "./Ids.js"
import type * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Calls from "./internal/exports/calls.js"
import { unexpected, VALID_CONTENT_TYPES } from "./internal/exports/contentType.js"
import { type RowError, rowReader } from "./internal/exports/rows.js"
import * as Download from "./internal/files/download.js"
import * as Rows from "./internal/json/rows.js"
import type * as Records from "./internal/records/lookup.js"
import { encodeQuery } from "./internal/records/query.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Api from "./internal/request/api.js"
import * as Call from "./internal/request/call.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import * as Response from "./internal/request/response.js"
import * as Csv from "./internal/tables/csv.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, UnexpectedContentType } from "./KaleidoscopeError.js"

export { VALID_CONTENT_TYPES } from "./internal/exports/contentType.js"
export type { RowError } from "./internal/exports/rows.js"

/**
 * Which records of an entity type are exported: those that match everything that is given.
 *
 * @since 0.1.0
 * @category models
 */
export interface Query extends Records.Query {
  readonly entity_slice_id: EntityTypes.Reference
  /** The name that the platform gives the file. @default "export.csv" */
  readonly filename?: string | undefined
  /** The record view with the columns that are exported. */
  readonly record_view_id?: RecordViews.Reference | undefined
  /** The columns of the view that are exported, at least one. They go as one text, joined by commas. */
  readonly view_field_ids?: ReadonlyArray<Ids.ViewFieldId> | undefined
}

/** Options of an export. @since 0.1.0 @category models */
export interface Options {
  /** Media types that are accepted, too, such as `application/zip`. @default [] */
  readonly accept?: ReadonlyArray<string> | undefined
}

/**
 * One row of an export: its values as text, by the header of their column. If several columns have the same header, the
 * second one is called `IC50 (2)`, the third one `IC50 (3)`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row extends Csv.Row {}

/**
 * Options of an export with rows of a schema.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowOptions<A, I> extends Options {
  /** A `Schema.Struct` with the headers of columns, or the names or ids of their fields, as its keys. */
  readonly schema: Schema.Schema<A, I>
}

/**
 * The errors of an export. If the platform does not know something that the query names, it is a `NotFound` that lists all
 * that the query names.
 *
 * @since 0.1.0
 * @category models
 */
export type ExportError = ReadError | InvalidRequest | ReferenceError | NotFound | UnexpectedContentType

/** The methods of the service. They use `GET /records/export/csv`. @since 0.1.0 @category models */
export interface Service {
  /**
   * The bytes of an export, as they arrive. A stream that ends has given the whole export: if the connection breaks, it
   * fails. Every run of the stream is a new export. Fails with `UnexpectedContentType`, before the first byte, if the media
   * type of the response is neither in {@link VALID_CONTENT_TYPES} nor in `accept`.
   */
  readonly csv: (query: Query, options?: Options | undefined) => Stream.Stream<Uint8Array, ExportError>
  /**
   * The rows of an export, as they arrive. With a `schema`, each is a row of the schema, or the error of that row with its
   * number; without one, each has its values as text.
   *
   * A column of the schema is found by its header, or by the name or the id of its field. Content of another type is
   * converted as in `Records.rows`: `"139"` to a number for `Schema.Number`, and a list that is written as JSON to a list
   * (that exports write lists so is a guess). An empty cell is a field without a value: an optional column is left out, and
   * any other is `null`. Before the first row it fails with `UnknownReference` if the export does not have a column that is
   * not optional, or if no field and no header has the name of an optional one, and with `AmbiguousReference` if several
   * columns have the header, unless the schema names the second one, too (`IC50 (2)`). `InvalidRequest` if the schema has no
   * columns.
   *
   * Lines end with LF, CR or both. Fails with `UnexpectedContentType` if the media
   * type of the response is neither `text/csv` nor in `accept`, and with `DecodeError` where the table is broken, after the
   * rows before that place: `at` is the row, counted from 0, and the message has the line. It needs the global `Buffer`,
   * which browsers do not have.
   */
  readonly rows: {
    <A, I>(query: Query, options: RowOptions<A, I>): Stream.Stream<Either.Either<A, RowError>, ExportError>
    (query: Query, options?: Options | undefined): Stream.Stream<Row, ExportError>
  }
  /**
   * Writes an export to a file, in the way of `Files.toFile`: through a temporary file beside it, so that a failure or an
   * interruption leaves an old file as it was. Fails as `csv`, and with `PlatformError` if the file cannot be written.
   */
  readonly toFile: (
    query: Query,
    path: string,
    options?: Options | undefined
  ) => Effect.Effect<void, ExportError | PlatformError, FileSystem.FileSystem | Path.Path>
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { Exports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Either from "effect/Either"
 * import * as Schema from "effect/Schema"
 * import * as Stream from "effect/Stream"
 *
 * const Compound = Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.optional(Schema.Number) })
 *
 * const compounds = Effect.gen(function* () {
 *   const exports = yield* Exports.Exports
 *   return yield* exports.rows({ entity_slice_id: { slice_name: "Compound" } }, { schema: Compound }).pipe(
 *     Stream.tap((row) => (Either.isLeft(row) ? Effect.logWarning(row.left.row, row.left.issues) : Effect.void)),
 *     Stream.filterMap(Either.getRight),
 *     Stream.runCollect
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Exports extends Context.Tag("@effect-kaleidoscope/sdk/Exports")<Exports, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const toQuery = encodeQuery(api)
  const recordViews = RecordViews.catalog(api)

  const toFile = { name: "Exports.toFile" }
  const toRows = { name: "Exports.rows" }

  const open = (
    method: Method.Method,
    asked: Query,
    options: Pick<Api.OpenOptions<UnexpectedContentType>, "check" | "gathered">
  ) =>
    Effect.gen(function* () {
      const { filename = "export.csv", record_view_id, view_field_ids, ...records } = asked
      const columns = yield* SearchQuery.joined(method.name, "view_field_ids", view_field_ids)
      const identifiers = yield* SearchQuery.joined(method.name, "identifier_ids", records.identifier_ids)
      const query = {
        filename,
        ...(yield* toQuery(records)),
        identifier_ids: identifiers,
        record_view_id: record_view_id === undefined ? undefined : yield* recordViews.resolve(record_view_id),
        view_field_ids: columns
      }
      return yield* api.open(Call.partOf(Calls.csv, method), {}, query, {
        errors: Errors.naming(SearchQuery.asked(asked)),
        ...options
      })
    }).pipe(Method.withSpan(method))

  const bytes = (method: Method.Method, query: Query, { accept }: Options, gathered?: number) =>
    Stream.unwrapScoped(
      Effect.map(
        open(method, query, { check: unexpected(VALID_CONTENT_TYPES, accept), gathered }),
        ({ bytes }) => bytes
      )
    )

  const table = <A>(
    query: Query,
    { accept }: Options,
    read: (header: Csv.Header) => Effect.Effect<(row: Csv.Row) => A, ExportError>
  ): Stream.Stream<A, ExportError> =>
    Stream.unwrapScoped(
      Effect.map(open(toRows, query, { check: unexpected(["text/csv"], accept) }), (opened) =>
        Csv.rowsWith<A, ExportError, never>(
          opened.bytes,
          Response.charset(opened),
          ({ message, ...found }) => opened.unusable({ ...found, excerpt: null }, message),
          read
        )
      )
    )

  const reader = rowReader(api, toRows.name)

  function rows<A, I>(query: Query, options: RowOptions<A, I>): Stream.Stream<Either.Either<A, RowError>, ExportError>
  function rows(query: Query, options?: Options): Stream.Stream<Row, ExportError>
  function rows<A, I>(
    query: Query,
    options: Options & Partial<RowOptions<A, I>> = {}
  ): Stream.Stream<Row | Either.Either<A, RowError>, ExportError> {
    if (options.schema === undefined) return table<Row>(query, options, () => Effect.succeed((row) => row))
    const columns = Rows.columns(options.schema)
    return columns.length === 0
      ? Stream.fromEffect(Method.invalid(toRows.name, "schema", "it names no columns"))
      : table<Either.Either<A, RowError>>(query, options, reader(options.schema, columns))
  }

  return {
    csv: (query, options = {}) => bytes(Calls.csv, query, options),
    rows,
    toFile: (query, path, options = {}) =>
      Download.toFileWith((gathered) => bytes(toFile, query, options, gathered), path).pipe(Method.withSpan(toFile))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Exports, make))
