/**
 * Exports: the records of an entity type as a table, however large.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as Answer from "./internal/answer.js"
import * as Api from "./internal/api.js"
import * as Csv from "./internal/csv.js"
import * as Download from "./internal/download.js"
import type * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Calls from "./internal/exports/calls.js"
import * as SearchQuery from "./internal/query.js"
import type * as Records from "./internal/records/lookup.js"
import { encodeQuery } from "./internal/records/query.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import {
  type InvalidRequest,
  type NotFound,
  type ReadError,
  type ReferenceError,
  UnexpectedContentType
} from "./KaleidoscopeError.js"

/**
 * The media types that an export may have: CSV, an SD file, a spreadsheet.
 *
 * @example
 * ```ts
 * import { Exports } from "@effect-kaleidoscope/sdk"
 *
 * const isTable = (mediaType: string) => Exports.VALID_CONTENT_TYPES.includes(mediaType)
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const VALID_CONTENT_TYPES: ReadonlyArray<string> = [
  "text/csv",
  "chemical/x-mdl-sdfile",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
]

/**
 * What is exported: the records of an entity type, narrowed down as in a search.
 *
 * @since 0.1.0
 * @category models
 */
export interface Query extends Records.Query {
  readonly entity_slice_id: EntityTypes.Reference
  /** How the platform calls the file: `export.csv`. */
  readonly filename?: string
  /** The record view whose columns are exported. */
  readonly record_view_id?: RecordViews.Reference
  /** Which of the view's columns; at least one. */
  readonly view_field_ids?: ReadonlyArray<Ids.ViewFieldId>
}

/**
 * How an export is taken.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Media types that are accepted beside those of the method, as `application/zip`. */
  readonly accept?: ReadonlyArray<string>
}

/**
 * One row of an export: its values as text, by the header of the column. Of columns that have the same header the
 * second is called `IC50 (2)`, the third `IC50 (3)`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row extends Csv.Row {}

/**
 * What an export can fail with: with a `NotFound` that names what was asked for if the platform says that something of
 * it is not there.
 *
 * @since 0.1.0
 * @category models
 */
export type ExportError = ReadError | InvalidRequest | ReferenceError | NotFound | UnexpectedContentType

/**
 * What can be exported.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * The bytes of an export, as they arrive. A connection that breaks fails the stream: one that ends is the whole
   * export. Each run of the stream is an export of its own. Fails with `UnexpectedContentType`, before any byte, if the
   * answer is none of {@link VALID_CONTENT_TYPES} and of `accept`.
   */
  readonly csv: (query: Query, options?: Options) => Stream.Stream<Uint8Array, ExportError>
  /**
   * The rows of an export, as they arrive. Lines end with LF, CR or both. Fails with `UnexpectedContentType` if the answer
   * is not `text/csv`, nor of `accept`, and with `DecodeError` where the table is broken, after the rows before that
   * place: `at` is the row, counted from 0, and the message says the line. Needs the global `Buffer`, which browsers do not
   * have.
   */
  readonly rows: (query: Query, options?: Options) => Stream.Stream<Row, ExportError>
  /**
   * Writes an export to a file. It is written under a temporary name beside it, and gets its own when it is whole and
   * on the disk: what was there under that name is replaced, or, on failure or interruption, left as it was, and
   * nothing else is left behind. The permissions of what is replaced are kept, and, where the system allows it, its owner
   * and group. A symbolic link stays, and what it points to is written. A pipe or a device stays as well, and is written
   * into as the bytes arrive. Fails as `csv`, and with `PlatformError` if the file cannot be written.
   */
  readonly toFile: (
    query: Query,
    path: string,
    options?: Options
  ) => Effect.Effect<void, ExportError | PlatformError, FileSystem.FileSystem | Path.Path>
}

/**
 * Exports: the records of an entity type as a table.
 *
 * @example
 * ```ts
 * import { Exports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import * as Stream from "effect/Stream"
 *
 * const Compound = Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.NumberFromString })
 *
 * const potent = Effect.gen(function* () {
 *   const exports = yield* Exports.Exports
 *   return yield* exports.rows({ entity_slice_id: { slice_name: "Compound" } }).pipe(
 *     // A field without a value is an empty text.
 *     Stream.filter((row) => row["IC50"] !== ""),
 *     Stream.mapEffect(Schema.decodeUnknown(Compound)),
 *     Stream.filter((compound) => compound.IC50 < 10),
 *     Stream.runCollect
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Exports extends Context.Tag("@effect-kaleidoscope/sdk/Exports")<Exports, Service>() {}

const contentType = (response: Pick<HttpClientResponse.HttpClientResponse, "headers">): string =>
  (response.headers["content-type"]?.split(";")[0] ?? "").trim().toLowerCase()

const charset = (response: Pick<HttpClientResponse.HttpClientResponse, "headers">): string =>
  /;\s*charset="?([^";\s]+)/i.exec(response.headers["content-type"] ?? "")?.[1] ?? "utf-8"

const unexpected =
  (valid: ReadonlyArray<string>, { accept = [] }: Options) =>
  (response: HttpClientResponse.HttpClientResponse): Refusal.Failure<UnexpectedContentType> | undefined => {
    const type = contentType(response)
    const accepted = [...valid, ...accept.map((type) => type.toLowerCase())]
    return accepted.includes(type)
      ? undefined
      : {
          ...Refusal.ofSuccess(
            response,
            `the answer is ${type === "" ? "of no content type" : type}, and not ${accepted.join(" or ")}`,
            (facts) => new UnexpectedContentType({ ...facts, contentType: type, accepted })
          ),
          ...(Answer.isPage(response, "") ? { advice: Refusal.otherAddress } : {})
        }
  }

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Exports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const rows = Effect.map(Exports.make, (exports) => exports.rows({ entity_slice_id: { slice_name: "Compound" } }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.map(Api.make, (api) => {
  const toQuery = encodeQuery(api)
  const recordViews = RecordViews.catalog(api)

  const open = (name: string, asked: Query, refused: ReturnType<typeof unexpected>) =>
    Effect.gen(function* () {
      const { filename = "export.csv", record_view_id, view_field_ids, ...records } = asked
      const columns = yield* SearchQuery.joined(name, "view_field_ids", view_field_ids)
      const identifiers = yield* SearchQuery.joined(name, "identifier_ids", records.identifier_ids)
      const query = {
        filename,
        ...(yield* toQuery(records)),
        identifier_ids: identifiers,
        record_view_id: record_view_id === undefined ? undefined : yield* recordViews.resolve(record_view_id),
        view_field_ids: columns
      }
      return yield* api.open(Call.named(Calls.csv, name), {}, query, {
        refusals: Refusal.naming(SearchQuery.asked(asked)),
        refused
      })
    }).pipe(Api.method(name))

  const bytes = (name: string, query: Query, options: Options) =>
    Stream.unwrapScoped(Effect.map(open(name, query, unexpected(VALID_CONTENT_TYPES, options)), ({ bytes }) => bytes))

  return {
    csv: (query, options = {}) => bytes("Exports.csv", query, options),
    rows: (query, options = {}) =>
      Stream.unwrapScoped(
        Effect.map(open("Exports.rows", query, unexpected(["text/csv"], options)), (opened) =>
          Csv.rows<ExportError, never>(opened.bytes, charset(opened), ({ message, ...found }) =>
            opened.unusable({ ...found, excerpt: null }, message)
          )
        )
      ),
    toFile: (query, path, options = {}) =>
      Download.toFile(bytes("Exports.toFile", query, options), path).pipe(Api.method("Exports.toFile"))
  } satisfies Service
})

/**
 * Exports, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Exports } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const ExportsLive = Exports.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Exports, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Exports, make)
)
