/**
 * Imports: rows that become values of records. The platform accepts rows at once and imports them in the background.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type * as Ids from "./Ids.js"
import * as Calls from "./internal/imports/calls.js"
import * as ImportRows from "./internal/imports/importRows.js"
import type {
  AwaitError,
  AwaitOptions,
  Import,
  ListOptions,
  Push,
  PushByFieldId,
  PushError,
  Pushed,
  Row,
  StreamOptions
} from "./internal/imports/model.js"
import * as Pushing from "./internal/imports/push.js"
import type { RowsByKey } from "./internal/imports/repeatedKeys.js"
import * as RepeatedKeys from "./internal/imports/repeatedKeys.js"
import type { ImportOptions, Report } from "./internal/imports/report.js"
import * as Streams from "./internal/imports/stream.js"
import * as Wait from "./internal/imports/wait.js"
import * as Api from "./internal/request/api.js"
import type { Table } from "./internal/tables/table.js"
import type { InvalidRequest, NotFound, ReadError } from "./KaleidoscopeError.js"

export * from "./internal/imports/model.js"
export type { Before, RowsByKey } from "./internal/imports/repeatedKeys.js"
export * from "./internal/imports/report.js"
export { locateRowErrors, rowErrors } from "./internal/imports/rowErrors.js"

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  /**
   * Pushes rows that have names of fields as keys, and gives the id of the import, which `await` waits for:
   * `POST /push/imports`, or `POST /push/imports/{source_id}` with a `source_id`. It is sent again only if the first request
   * certainly did nothing: else the values would be there twice. Fails with `DecodeError`, outcome `"done"`, if the
   * response has no id.
   *
   * First it reads the fields of the workspace, and checks the names; see `unknown_fields`. Nothing is sent if it fails with
   * - `UnknownReference`: a name of `key_field_names` is not the name of a key field, or another key of a row is not the
   *   name of a data field. Archived fields count as unknown.
   * - `AmbiguousReference`: several fields have the name.
   * - `InvalidRequest`: there are no keys, a name appears twice, or a row is not an object.
   *
   * A row without a value for its keys is sent, since some key fields make their own value. Else the import has a row error
   * for it.
   */
  readonly push: (rows: Push) => Effect.Effect<Ids.ImportId, PushError>
  /**
   * As `push`, for rows that have ids of fields as keys: `POST /push/imports/by-field-id`. With `unknown_fields: "add"`
   * the ids are not checked.
   */
  readonly pushByFieldId: (rows: PushByFieldId) => Effect.Effect<Ids.ImportId, PushError>
  /** Reads one page of the imports: `GET /imports`. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<Import>, ReadError | InvalidRequest>
  /** Reads an import: `GET /imports/{id}`. */
  readonly get: (id: Ids.ImportId) => Effect.Effect<Import, ReadError | InvalidRequest | NotFound>
  /**
   * Waits until an import is done, and gives it: `GET /imports/{id}`, again and again. Rows that the import skipped are in
   * its result. It only reads: you can interrupt it and run it again.
   *
   * Fails with `ImportFailed` if the whole import failed, or ended without a result in a state that is not known as a
   * success, and with `TimeoutError`, which has the last state, if the import is not done within `timeout`. How the platform
   * names states other than `failed` is guessed.
   */
  readonly await: <R = never>(id: Ids.ImportId, options?: AwaitOptions<R>) => Effect.Effect<Import, AwaitError, R>
  /**
   * Pushes a stream of rows in several imports, waits for each, and gives their results in order. A `schema` encodes each
   * row before it is pushed; the keys of the encoded rows are names of fields. Every row that was pulled is in one of the
   * results, however the stream ends.
   *
   * Before the first row is pulled, it checks the names of the keys and the columns of the `schema`, as `push` does.
   *
   * An error of some rows is in their result, and the stream continues: a row that cannot be sent, a field that the
   * workspace does not have, a push that the server refuses, an import that fails. A push that is too large for the server
   * (413) is pushed again in two halves. The stream ends with an error, after the results of all rows that were pulled, if
   * - the stream of rows fails: its own error.
   * - no later push could do better: `AuthError`, `Unauthorized`, `Forbidden`, `NotFound`, `UnexpectedStatus` or
   *   `DecodeError` of a push, or the server cannot be reached or does not answer in time.
   * - three pushes in a row fail for a reason that may pass: `RateLimited`, `ServerError`, or a broken connection.
   * - no row was imported: the last error of a push or of an import. If there was none, `InvalidRequest` for rows that
   *   cannot be sent, or `ImportFailed` for rows that were all skipped.
   */
  readonly pushStream: {
    <A, I extends Row, E, R>(
      rows: Stream.Stream<A, E, R>,
      options: StreamOptions & { readonly schema: Schema.Schema<A, I> }
    ): Stream.Stream<Pushed<A>, E | PushError | AwaitError, R>
    <A extends Row, E, R>(
      rows: Stream.Stream<A, E, R>,
      options: StreamOptions
    ): Stream.Stream<Pushed<A>, E | PushError | AwaitError, R>
  }
  /**
   * Imports rows as one job: it checks them, looks up which of their values the platform has, pushes the others in several
   * imports, waits for these, and gives one report. The rows are a stream, a list, or a table of `TableFile`. A `schema`
   * encodes each row; the keys of the encoded rows are names of fields. The cells of a table are decoded with it first.
   *
   * What is wrong with a row is in the report. The job fails if
   * - the rows cannot be meant: `UnknownReference` or `AmbiguousReference` for a column or a key that is not the name of
   *   one field, `InvalidRequest` if the table has no column for a key, or no entity type has exactly these keys.
   * - the stream of rows fails: its own error.
   * - no later row could do better: the errors that end `pushStream`.
   * - `rejected` is `"fail"` and a row is rejected: `InvalidRequest`.
   *
   * `onEnd` then has the report so far. Running the job again is safe with `existing: "skip"`: first it waits for imports of
   * the same activity that are not done, then it looks up each row before it sends it.
   */
  readonly importRows: {
    <E, R, E2 = never, R2 = never>(
      rows: Table<E, R>,
      options: ImportOptions<E2, R2> & { readonly schema?: Schema.Schema.AnyNoContext | undefined }
    ): Effect.Effect<Report, E | E2 | PushError | AwaitError, R | R2>
    <A, I extends Row, E = never, R = never, E2 = never, R2 = never>(
      rows: Stream.Stream<A, E, R> | Iterable<A>,
      options: ImportOptions<E2, R2> & { readonly schema: Schema.Schema<A, I> }
    ): Effect.Effect<Report, E | E2 | PushError | AwaitError, R | R2>
    <A extends Row, E = never, R = never, E2 = never, R2 = never>(
      rows: Stream.Stream<A, E, R> | Iterable<A>,
      options: ImportOptions<E2, R2>
    ): Effect.Effect<Report, E | E2 | PushError | AwaitError, R | R2>
  }
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const job = Effect.gen(function* () {
 *   const imports = yield* Imports.Imports
 *   const rows = [{ "Compound ID": "EK-0001", IC50: 139 }, { "Compound ID": "EK-0002", IC50: "much" }]
 *   const report = yield* imports.importRows(rows, { key_field_names: ["Compound ID"] })
 *   for (const { issues, row } of report.rejected) yield* Effect.logWarning(`row ${row}`, issues)
 * })
 * ```
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const imports = yield* Imports.Imports
 *   const id = yield* imports.push({
 *     key_field_names: ["Compound ID"],
 *     data: [{ "Compound ID": "EK-0001", IC50: 139 }],
 *     operation_id: { title: "EGFR IC50, run 3" }
 *   })
 *   const done = yield* imports.await(id)
 *   return Imports.rowErrors(done)
 * })
 * ```
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Either from "effect/Either"
 * import * as Schema from "effect/Schema"
 * import * as Stream from "effect/Stream"
 *
 * const Measurement = Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.Positive, "Measured on": Schema.Date })
 *
 * const push = (measurements: Stream.Stream<typeof Measurement.Type>) =>
 *   Effect.gen(function* () {
 *     const imports = yield* Imports.Imports
 *     return yield* imports
 *       .pushStream(measurements, { schema: Measurement, key_field_names: ["Compound ID"], rowsPerImport: 500 })
 *       .pipe(
 *         Stream.filter(
 *           ({ invalid, result, rowErrors }) => invalid.length > 0 || rowErrors.length > 0 || Either.isLeft(result)
 *         ),
 *         Stream.runCollect
 *       )
 *   })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Imports extends Context.Tag("@effect-kaleidoscope/sdk/Imports")<Imports, Service>() {}

/** Makes the keys of a table without rows, for `rowsByKey`. @since 0.1.0 @category constructors */
export const makeRowsByKey = (): RowsByKey => RepeatedKeys.make()

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const pushing = Pushing.make(api)
  const wait = Wait.make(api, pushing.dropFields)
  return {
    push: pushing.push,
    pushByFieldId: pushing.pushByFieldId,
    list: ({ is_complete, page, page_size } = {}) =>
      api.get(
        Calls.list,
        {},
        { is_complete: is_complete === undefined ? undefined : is_complete ? 1 : 0, page, page_size }
      ),
    get: (id) => api.get(Calls.get, { id }),
    await: wait,
    pushStream: Streams.make(pushing, wait),
    importRows: ImportRows.make(api, pushing, wait)
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Imports, make))
