/**
 * Imports: rows that become values of records. The platform takes them at once, and works through them later.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import * as EntityFields from "./EntityFields.js"
import * as Ids from "./Ids.js"
import * as Activity from "./internal/activity.js"
import * as Api from "./internal/api.js"
import * as Json from "./internal/json.js"
import * as RecordView from "./internal/recordView.js"
import * as Refusal from "./internal/refusal.js"
import * as Wire from "./internal/wire.js"
import {
  ImportFailed,
  type InvalidRequest,
  type NotFound,
  type ReadError,
  type ReferenceError,
  TimeoutError,
  type WriteError
} from "./KaleidoscopeError.js"
import * as Programs from "./Programs.js"
import type * as RecordViews from "./RecordViews.js"

/**
 * A value that was not taken over, and why.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: Imports.RowError) =>
 *   `${error.incoming_record_identifier}: ${error.field_name} = ${error.value} (${error.conflict_type})`
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RowError = Wire.model("RowError", {
  field_id: Wire.orNull(Ids.EntityFieldId),
  field_name: Wire.orNull(Schema.String),
  value: Wire.json,
  /** What kind of conflict: the platform's word for it. */
  conflict_type: Wire.orNull(Schema.String),
  /** The record that the row is about. */
  incoming_record_identifier: Wire.orNull(Schema.String),
  /** The record that it conflicts with. */
  conflicting_record_id: Wire.orNull(Ids.RecordId),
  conflicting_record_identifier: Wire.orNull(Schema.String),
  conflicting_value: Wire.json,
  constraint_fields: Wire.list(Schema.Unknown)
})

/**
 * A value that was not taken over, and why.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowError extends Schema.Schema.Type<typeof RowError> {}

/**
 * How the rows of an import fared.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 *
 * const isClean = (result: Imports.ValidationResult) => result.failed === 0 && result.errors.length === 0
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ValidationResult = Wire.model("ValidationResult", {
  total_processed: Wire.orNull(Schema.Number),
  successful: Wire.orNull(Schema.Number),
  failed: Wire.orNull(Schema.Number),
  errors: Wire.essential(Wire.list(RowError))
})

/**
 * How the rows of an import fared.
 *
 * @since 0.1.0
 * @category models
 */
export interface ValidationResult extends Schema.Schema.Type<typeof ValidationResult> {}

/**
 * What an import did.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 *
 * const summary = (result: Imports.ImportResult) =>
 *   `${result.records_created} created, ${result.records_updated} updated, ${result.records_skipped} skipped`
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ImportResult = Wire.model("ImportResult", {
  records_created: Wire.orNull(Schema.Number),
  records_skipped: Wire.orNull(Schema.Number),
  records_updated: Wire.orNull(Schema.Number),
  /** The fields that the import added. */
  fields_added: Wire.json,
  validation_result: Wire.essential(Wire.orNull(ValidationResult))
})

/**
 * What an import did.
 *
 * @since 0.1.0
 * @category models
 */
export interface ImportResult extends Schema.Schema.Type<typeof ImportResult> {}

/**
 * An import. One that failed has an `error_message` and no `import_result`; rows that were skipped are no failure, they
 * are in the result.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Imports.Import)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Import = Wire.model("Import", {
  id: Ids.ImportId,
  /** The platform's word for where it is: `failed` is the only one that is known. */
  import_status: Wire.essential(Wire.orNull(Wire.oneOf("failed"))),
  is_complete: Wire.essential(Wire.orNull(Schema.Boolean)),
  created_at: Wire.orNull(Wire.timestamp),
  started_at: Wire.orNull(Wire.timestamp),
  completed_at: Wire.essential(Wire.orNull(Wire.timestamp)),
  error_message: Wire.orNull(Schema.String),
  operation_id: Wire.orNull(Ids.ActivityId),
  entity_slice_id: Wire.orNull(Ids.EntityTypeId),
  source_id: Wire.orNull(Ids.ImportSourceId),
  import_result: Wire.essential(Wire.orNull(ImportResult))
})

/**
 * An import.
 *
 * @since 0.1.0
 * @category models
 */
export interface Import extends Schema.Schema.Type<typeof Import> {}

/**
 * One row: what the fields of one record hold, any JSON. Whether its keys are names or ids depends on how it is pushed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row {
  readonly [field: string]: unknown
}

interface Target {
  readonly program_id?: Programs.Reference
  readonly operation_id?: Activity.Reference
  /** A set that the records are put into: created if there is none of this name. */
  readonly set_name?: string
}

/**
 * Where rows go whose keys are names of fields. Fields that are not there are added.
 *
 * @since 0.1.0
 * @category models
 */
export interface PushOptions extends Target {
  /** The names of the fields that say which record a row is about. */
  readonly key_field_names: ReadonlyArray<string>
  /** Where the rows come from. */
  readonly source_id?: Ids.ImportSourceId
  readonly record_view_id?: RecordViews.Reference
  /** The record views that get the fields as columns. */
  readonly add_fields_to_record_view_ids?: ReadonlyArray<RecordViews.Reference>
}

/**
 * Rows whose keys are names of fields, and where they go.
 *
 * @since 0.1.0
 * @category models
 */
export interface Push extends PushOptions {
  readonly data: ReadonlyArray<Row>
}

/**
 * Rows whose keys are ids of fields, and where they go.
 *
 * @since 0.1.0
 * @category models
 */
export interface PushByFieldId extends Target {
  /** The key fields that say which record a row is about. */
  readonly key_field_ids: ReadonlyArray<EntityFields.Reference>
  readonly record_view_ids: ReadonlyArray<RecordViews.Reference>
  readonly data: ReadonlyArray<Row>
}

/**
 * Which imports are listed, a page at a time.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  readonly is_complete?: boolean
  readonly page?: number
  readonly page_size?: number
}

/**
 * How an import is waited for.
 *
 * @since 0.1.0
 * @category models
 */
export interface AwaitOptions<in out R = never> {
  /**
   * When to look again: by default after half a second, then ever more seldom, every ten seconds in the end, without an
   * end. Where it ends before the import does, `TimeoutError`.
   */
  readonly schedule?: Schedule.Schedule<unknown, Import, R>
  /** Run with what was found, each time, the last included. */
  readonly onProgress?: (found: Import) => Effect.Effect<unknown, never, R>
}

/**
 * How a stream of rows is pushed.
 *
 * @since 0.1.0
 * @category models
 */
export interface StreamOptions extends PushOptions {
  /** How many rows one import gets: 1000. */
  readonly rowsPerImport?: number
  /** For rows that come slowly: how long an import waits to be full. By default as long as it takes. */
  readonly within?: Duration.DurationInput
  /** How many imports are under way at once: 2. No more rows are pulled meanwhile. */
  readonly concurrency?: number
}

/**
 * A row that was not pushed, since it cannot be.
 *
 * @since 0.1.0
 * @category models
 */
export interface InvalidRow<out A> {
  /** Which row of the stream: the first is 0. */
  readonly index: number
  readonly row: A
  readonly reason: string
}

/**
 * What became of some of the rows of a stream.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pushed<out A> {
  /** Which row of the stream the first of these is: the first of all is 0. */
  readonly first: number
  readonly rows: ReadonlyArray<A>
  /** Those of them that were not pushed, since they do not fit their schema or JSON. */
  readonly invalid: ReadonlyArray<InvalidRow<A>>
  /** The import that got the others, if they were pushed. */
  readonly importId: Option.Option<Ids.ImportId>
  /** The import when it was done; none if there was nothing to push. Row errors are in it. Or why it is not done. */
  readonly result: Either.Either<Option.Option<Import>, PushError | AwaitError>
}

/**
 * What pushing rows can fail with.
 *
 * @since 0.1.0
 * @category models
 */
export type PushError = WriteError | ReferenceError | NotFound

/**
 * What waiting for an import can fail with.
 *
 * @since 0.1.0
 * @category models
 */
export type AwaitError = ReadError | InvalidRequest | NotFound | ImportFailed

/**
 * What can be done with imports.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Hands rows over, whose keys are names of fields, and gives the id of the import: `await` waits for it. Not repeated
   * unless it surely did not happen. Fails with `DecodeError`, outcome `"done"`, if the answer has no id.
   */
  readonly push: (rows: Push) => Effect.Effect<Ids.ImportId, PushError>
  /** As `push`, for rows whose keys are ids of fields. */
  readonly pushByFieldId: (rows: PushByFieldId) => Effect.Effect<Ids.ImportId, PushError>
  /** A page of the imports. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<Import>, ReadError | InvalidRequest>
  /** The import as it is now; fails with `NotFound` if there is none. */
  readonly get: (id: Ids.ImportId) => Effect.Effect<Import, ReadError | InvalidRequest | NotFound>
  /**
   * Waits until an import is done, and gives it, with the rows that were skipped. Fails with `ImportFailed` if it
   * failed as a whole. It only looks: it can be interrupted and run again.
   */
  readonly await: <R = never>(id: Ids.ImportId, options?: AwaitOptions<R>) => Effect.Effect<Import, AwaitError, R>
  /**
   * Pushes a stream of rows as imports of some rows each, waits for them, and gives what became of each, in order. What
   * goes wrong with some of the rows is in their result and stops no others; no row gets lost on the way. With a
   * `schema` whose keys are names of fields, rows are encoded with it before they are pushed. Fails with what the
   * stream of rows fails with, and if a program or an activity cannot be looked up.
   */
  readonly pushStream: {
    <A, I extends Row, E, R>(
      rows: Stream.Stream<A, E, R>,
      options: StreamOptions & { readonly schema: Schema.Schema<A, I> }
    ): Stream.Stream<Pushed<A>, E | ReadError | ReferenceError, R>
    <A extends Row, E, R>(
      rows: Stream.Stream<A, E, R>,
      options: StreamOptions
    ): Stream.Stream<Pushed<A>, E | ReadError | ReferenceError, R>
  }
}

/**
 * Imports: rows that become values of records.
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
 *         Stream.filter(({ invalid, result }) => invalid.length > 0 || Either.isLeft(result)),
 *         Stream.runCollect
 *       )
 *   })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Imports extends Context.Tag("@effect-kaleidoscope/sdk/Imports")<Imports, Service>() {}

/**
 * The values of an import that were not taken over, and why.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 *
 * const isClean = (done: Imports.Import) => Imports.rowErrors(done).length === 0
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const rowErrors = (self: Import): ReadonlyArray<RowError> => self.import_result?.validation_result?.errors ?? []

const hasFailed = (found: Import): boolean => found.import_status === "failed"

const isDone = (found: Import): boolean => found.is_complete === true || found.completed_at !== null || hasFailed(found)

const untilDone = Schedule.exponential("500 millis", 1.5).pipe(Schedule.union(Schedule.spaced("10 seconds")))

const ImportStarted = Schema.Struct({ import_id: Ids.ImportId })

/** A row as it is sent, or why it cannot be. */
const encoder = <A>(schema: Schema.Schema<A, Row> | undefined): ((row: A) => Either.Either<unknown, string>) => {
  const encode =
    schema === undefined
      ? (row: A): Either.Either<unknown, string> => Either.right(row)
      : (row: A): Either.Either<unknown, string> =>
          Either.mapLeft(ParseResult.encodeEither(schema)(row), ParseResult.TreeFormatter.formatIssueSync)
  return (row) =>
    Either.flatMap(encode(row), (encoded) =>
      Either.mapBoth(Json.stringify(encoded), {
        onLeft: ({ path, reason }) => `${Json.formatPath(path)} cannot be sent: ${reason}`,
        onRight: () => encoded
      })
    )
}

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const running = Effect.flatMap(Imports.make, (imports) => imports.list({ is_complete: false }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const programs = Programs.catalog(api)
  const activities = Activity.catalog(api)
  const keyFields = EntityFields.keyFieldCatalog(api)
  const recordViews = RecordView.catalog(api)

  const targetOf = ({ operation_id, program_id, set_name }: Target) =>
    Effect.gen(function* () {
      return {
        program_id: program_id === undefined ? undefined : yield* programs.resolve(program_id),
        operation_id: operation_id === undefined ? undefined : yield* activities.resolve(operation_id),
        set_name
      }
    })

  const optionsOf = ({ add_fields_to_record_view_ids, key_field_names, record_view_id, ...target }: PushOptions) =>
    Effect.gen(function* () {
      return {
        key_field_names,
        ...(yield* targetOf(target)),
        record_view_id: record_view_id === undefined ? undefined : yield* recordViews.resolve(record_view_id),
        add_fields_to_record_view_ids: yield* recordViews.resolveAll(add_fields_to_record_view_ids)
      }
    })

  // Each push is an import of its own: twice the same rows are twice the values.
  const started = {
    method: "POST",
    success: ImportStarted,
    otherwise: { look: "Imports.list" },
    refusals: Refusal.writeItem,
    repeatable: false
  } as const

  const pushRows = (name: string, source: Ids.ImportSourceId | undefined, body: object) =>
    Effect.map(
      source === undefined
        ? api.write(name, { ...started, path: "/push/imports", params: {}, body })
        : api.write(name, { ...started, path: "/push/imports/{source_id}", params: { source_id: source }, body }),
      ({ import_id }) => import_id
    )

  const get = (id: Ids.ImportId) =>
    api.read("Imports.get", { path: "/imports/{id}", params: { id }, success: Import, refusals: Refusal.item })

  const failureOf = (found: Import): ImportFailed => {
    const reason = found.error_message === null ? null : api.state.secrets.hide(found.error_message)
    return new ImportFailed({
      ...Api.localFacts("Imports.await", `import ${found.id} failed: ${reason ?? "the platform does not say why"}`),
      pathTemplate: "/imports/{id}",
      path: `/imports/${found.id}`,
      importId: found.id,
      reason
    })
  }

  const tooLate = (id: Ids.ImportId): TimeoutError =>
    new TimeoutError({
      ...Api.localFacts("Imports.await", `import ${id} is not done, and the schedule has ended`),
      pathTemplate: "/imports/{id}",
      path: `/imports/${id}`,
      deadline: "overall"
    })

  const await_ = <R = never>(id: Ids.ImportId, options: AwaitOptions<R> = {}): Effect.Effect<Import, AwaitError, R> =>
    Effect.flatMap(Schedule.driver<unknown, Import, R>(options.schedule ?? untilDone), (driver) => {
      const look: Effect.Effect<Import, AwaitError, R> = Effect.gen(function* () {
        const found = yield* get(id)
        if (options.onProgress !== undefined) yield* options.onProgress(found)
        if (hasFailed(found)) return yield* failureOf(found)
        if (isDone(found)) return found
        yield* Effect.mapError(driver.next(found), () => tooLate(id))
        return yield* look
      })
      return look
    }).pipe(Api.method("Imports.await"))

  const pushStream = <A, E, R>(
    rows: Stream.Stream<A, E, R>,
    {
      concurrency = 2,
      rowsPerImport = 1000,
      schema,
      source_id,
      within,
      ...options
    }: StreamOptions & {
      readonly schema?: Schema.Schema<A, Row>
    }
  ): Stream.Stream<Pushed<A>, E | ReadError | ReferenceError, R> => {
    const encode = encoder(schema)
    const pushSome = (body: object, first: number, rows: ReadonlyArray<A>): Effect.Effect<Pushed<A>> =>
      Effect.gen(function* () {
        const data: Array<unknown> = []
        const invalid: Array<InvalidRow<A>> = []
        for (const [offset, row] of rows.entries()) {
          const encoded = encode(row)
          if (Either.isRight(encoded)) data.push(encoded.right)
          else invalid.push({ index: first + offset, row, reason: encoded.left })
        }
        const some = { first, rows, invalid }
        if (data.length === 0) return { ...some, importId: Option.none(), result: Either.right(Option.none()) }
        const pushed = yield* Effect.either(
          pushRows("Imports.push", source_id, { ...body, data }).pipe(Api.method("Imports.pushStream"))
        )
        if (Either.isLeft(pushed)) return { ...some, importId: Option.none(), result: Either.left(pushed.left) }
        const result = yield* Effect.either(await_(pushed.right).pipe(Api.method("Imports.pushStream")))
        return { ...some, importId: Option.some(pushed.right), result: Either.map(result, Option.some) }
      })
    return Stream.unwrap(
      Effect.map(optionsOf(options).pipe(Api.method("Imports.pushStream")), (body) =>
        rows.pipe(
          within === undefined ? Stream.grouped(rowsPerImport) : Stream.groupedWithin(rowsPerImport, within),
          Stream.mapAccum(0, (first, rows) => [first + rows.length, [first, Chunk.toReadonlyArray(rows)] as const]),
          // One at a time: what is pulled beyond what is under way would be held in memory.
          Stream.rechunk(1),
          Stream.mapEffect(([first, rows]) => pushSome(body, first, rows), { concurrency })
        )
      )
    )
  }

  return {
    push: ({ data, source_id, ...options }) =>
      Effect.flatMap(optionsOf(options), (body) => pushRows("Imports.push", source_id, { ...body, data })).pipe(
        Api.method("Imports.push")
      ),
    pushByFieldId: ({ data, key_field_ids, record_view_ids, ...target }) =>
      Effect.gen(function* () {
        const body = {
          key_field_ids: yield* keyFields.resolveAll(key_field_ids),
          ...(yield* targetOf(target)),
          record_view_ids: yield* recordViews.resolveAll(record_view_ids),
          data
        }
        const { import_id } = yield* api.write("Imports.pushByFieldId", {
          ...started,
          path: "/push/imports/by-field-id",
          params: {},
          body
        })
        return import_id
      }).pipe(Api.method("Imports.pushByFieldId")),
    list: ({ is_complete, page, page_size } = {}) =>
      api.read("Imports.list", {
        path: "/imports",
        params: {},
        query: { is_complete: is_complete === undefined ? undefined : is_complete ? 1 : 0, page, page_size },
        success: Schema.Array(Import),
        refusals: Refusal.common
      }),
    get,
    await: await_,
    pushStream
  } satisfies Service
})

/**
 * Imports, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Imports } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const ImportsLive = Imports.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Imports, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Imports, make)
)
