/**
 * Imports: rows that become values of records. The platform takes them at once, and works through them later.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Activity from "./internal/activities/lookup.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as FieldNames from "./internal/fieldNames.js"
import * as Gather from "./internal/gather.js"
import * as Json from "./internal/json.js"
import * as Nearest from "./internal/nearest.js"
import * as Programs from "./internal/programs/lookup.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Refusal from "./internal/refusal.js"
import * as EncodedRow from "./internal/row.js"
import * as RowErrors from "./internal/rowErrors.js"
import * as Wire from "./internal/wire.js"
import {
  ImportFailed,
  type InvalidRequest,
  type Issue,
  isAccess,
  type NotFound,
  type ReadError,
  type ReferenceError,
  TimeoutError,
  type WriteError
} from "./KaleidoscopeError.js"
import * as RequestPolicy from "./RequestPolicy.js"

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
  /**
   * What happens to rows with key fields or fields that the workspace does not know. `"refuse"`: the push is refused
   * before anything is sent, and the error names what the names may have been meant for. `"add"`: nothing is checked;
   * the platform adds fields, and an entity type for new keys.
   *
   * @default "refuse"
   */
  readonly unknown_fields?: "refuse" | "add"
  readonly program_id?: Programs.Reference
  readonly operation_id?: Activity.Reference
  /** A set that the records are put into: created if there is none of this name. */
  readonly set_name?: string
}

/**
 * Where rows go whose keys are names of fields. A name is that of a field only if it is the same to the letter.
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
   * How long the whole wait may take, all looks included. After it `TimeoutError`, which names the state that was seen
   * last: the import itself goes on, and can be waited for again. Give more than the default to an import that takes
   * longer, or `Duration.infinity`.
   *
   * @default the call's `overall`: `RequestPolicy.withTimeout`, else that of the application's policy, 10 minutes
   */
  readonly timeout?: Duration.DurationInput
  /**
   * When to look again: by default after half a second, then ever more seldom, every ten seconds in the end. Where it
   * ends before the import does, `TimeoutError`.
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
  /**
   * Number of rows in one import.
   *
   * @default 1000
   */
  readonly rowsPerImport?: number
  /** For rows that come slowly: how long the first row of an import waits for others. By default as long as it takes. */
  readonly within?: Duration.DurationInput
  /**
   * Number of imports in flight at the same time. No more rows are pulled meanwhile.
   *
   * @default 2
   */
  readonly concurrency?: number
  /** How long each import is waited for, as `timeout` of {@link AwaitOptions}. */
  readonly timeout?: Duration.DurationInput
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
  /** What is wrong, each with the column it is about: it does not fit the schema or JSON, or no field has its name. */
  readonly issues: ReadonlyArray<Issue>
}

/**
 * A value that was not taken over, and the rows that it may be from.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocatedRowError {
  readonly error: RowError
  /**
   * Which rows of the input: the first is 0. Usually one; several where rows are alike in what the platform says of
   * them; none where it does not say which it means.
   */
  readonly indices: ReadonlyArray<number>
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
  /** Those of them that were not pushed, since they cannot be. */
  readonly invalid: ReadonlyArray<InvalidRow<A>>
  /** The import that got the others, if they were pushed. */
  readonly importId: Option.Option<Ids.ImportId>
  /**
   * The import when it was done; none if there was nothing to push. Or why it is not done: with `outcome: "none"` and no
   * `importId` the rows were not pushed.
   */
  readonly result: Either.Either<Option.Option<Import>, PushError | AwaitError>
  /** The values that the import did not take over, each with the row of the stream that it is from. */
  readonly rowErrors: ReadonlyArray<LocatedRowError>
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
   *
   * Before anything is sent, fails with `UnknownReference` if a name of `key_field_names` is not that of a key field, or
   * any other key of a row not that of a data field (an archived field counts as unknown), with `AmbiguousReference` if
   * it is that of several, and with whatever reading the fields fails with; see `unknown_fields`. Fails with
   * `InvalidRequest` if there are no keys, if a name is there twice, or if a row is not an object. A row without a value
   * for its keys is sent: some key fields generate it, and otherwise the import has a row error.
   */
  readonly push: (rows: Push) => Effect.Effect<Ids.ImportId, PushError>
  /** As `push`, for rows whose keys are ids of fields. With `unknown_fields: "add"` the ids are not checked. */
  readonly pushByFieldId: (rows: PushByFieldId) => Effect.Effect<Ids.ImportId, PushError>
  /** A page of the imports. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<Import>, ReadError | InvalidRequest>
  /** The import as it is now; fails with `NotFound` if there is none. */
  readonly get: (id: Ids.ImportId) => Effect.Effect<Import, ReadError | InvalidRequest | NotFound>
  /**
   * Waits until an import is done, and gives it, with the rows that were skipped. It only looks: it can be interrupted
   * and run again.
   *
   * Fails with `ImportFailed` if the import failed as a whole, or ended without a result in a state that is not known to
   * be a success. Fails with `TimeoutError` if it is not done within `timeout`, 10 minutes unless the call's policy says
   * otherwise, whatever its state is; the error names that state.
   */
  readonly await: <R = never>(id: Ids.ImportId, options?: AwaitOptions<R>) => Effect.Effect<Import, AwaitError, R>
  /**
   * Pushes a stream of rows as imports of some rows each, waits for them, and gives what became of each, in order. With
   * a `schema` whose keys are names of fields, rows are encoded with it before they are pushed. Every row that was
   * pulled is in one of the results, however the stream ends.
   *
   * What goes wrong with some of the rows is in their result and stops no others: a row that cannot be sent or that has
   * a field which the workspace does not know, a push that is refused, an import that fails. The stream ends with an
   * error, after the results of all rows that were pulled, if
   * - the stream of rows fails: with its error;
   * - no later row could do better: with `AuthError`, `Unauthorized`, `Forbidden`, `NotFound`, `UnexpectedStatus` or
   *   `DecodeError` of a push, or if the server cannot be reached or does not answer in time;
   * - three pushes in a row meet passing trouble: `RateLimited`, `ServerError`, or a connection that breaks;
   * - not one row was taken over: with the last error of a push or an import, else with `InvalidRequest` for rows that
   *   cannot be sent, or `ImportFailed` for rows that were all skipped.
   *
   * Before the first row is pulled, the names of the keys and all columns of the `schema` are checked as `push` does.
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

/**
 * The values of an import that were not taken over, and why. Where the platform says that some failed, and lists none of
 * them, it is one error of which every field is `null`.
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
export const rowErrors = (self: Import): ReadonlyArray<RowError> => {
  const { errors, failed } = self.import_result?.validation_result ?? nothingSaid
  return errors.length === 0 && failed !== null && failed > 0 ? unlisted : errors
}

const nothingSaid = { errors: [], failed: null, successful: null, total_processed: null }

/** Something failed, and nobody says what. */
const unlisted: ReadonlyArray<RowError> = [
  {
    field_id: null,
    field_name: null,
    value: null,
    conflict_type: null,
    incoming_record_identifier: null,
    conflicting_record_id: null,
    conflicting_record_identifier: null,
    conflicting_value: null,
    constraint_fields: []
  }
]

/**
 * The values of an import that were not taken over, each with the rows of the input that it may be from. Give it what
 * was pushed, with the keys by name for `push`, or by id for `pushByFieldId`.
 *
 * @example
 * ```ts
 * import { Imports } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const pushed = { key_field_names: ["Compound ID"], data: [{ "Compound ID": "EK-0001", IC50: "much" }] }
 *
 * const program = Effect.gen(function* () {
 *   const imports = yield* Imports.Imports
 *   const done = yield* Effect.flatMap(imports.push(pushed), (id) => imports.await(id))
 *   for (const { error, indices } of Imports.locateRowErrors(done, pushed)) {
 *     yield* Effect.logWarning(`row ${indices.join(" or ")}: ${error.field_name}: ${error.conflict_type}`)
 *   }
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const locateRowErrors = (
  self: Import,
  pushed: Pick<Push, "key_field_names" | "data"> | Pick<PushByFieldId, "key_field_ids" | "data">
): ReadonlyArray<LocatedRowError> => {
  const columns =
    "key_field_names" in pushed
      ? pushed.key_field_names
      : pushed.key_field_ids.flatMap((field) => Catalog.idIn<string>(field) ?? [])
  return located(
    self,
    pushed.data.map((row, index) => ({ index, row })),
    columns
  )
}

const located = (
  self: Import,
  rows: ReadonlyArray<RowErrors.Sent>,
  keyColumns: ReadonlyArray<string>
): ReadonlyArray<LocatedRowError> => {
  const errors = rowErrors(self)
  if (errors.length === 0) return []
  if (errors === unlisted) return errors.map((error) => ({ error, indices: [] }))
  const locate = RowErrors.locator(rows, keyColumns)
  return errors.map((error) => ({ error, indices: locate(error) }))
}

// The platform's words are not documented: other spellings of the same word are taken for it.
const failures = new Set(["fail", "failed", "failure", "error", "errored", "importfailed"])
const successes = new Set([
  "complete",
  "completed",
  "done",
  "finished",
  "success",
  "successful",
  "succeeded",
  "imported"
])

const wordOf = (status: string | null): string => (status ?? "").toLowerCase().replace(/[^a-z]/g, "")

type Ending = "running" | "done" | "failed"

const endingOf = (found: Import): Ending => {
  const word = wordOf(found.import_status)
  if (failures.has(word)) return "failed"
  const isComplete =
    found.is_complete === true || found.completed_at !== null || (found.is_complete === null && successes.has(word))
  if (!isComplete) return "running"
  if (successes.has(word)) return "done"
  if (found.import_result !== null) return found.error_message === null ? "done" : "failed"
  // What ended without a result is a success only if nothing says otherwise.
  return found.import_status === null && found.error_message === null ? "done" : "failed"
}

const untilDone = Schedule.exponential("500 millis", 1.5).pipe(Schedule.union(Schedule.spaced("10 seconds")))

const ImportStarted = Schema.Struct({ import_id: Ids.ImportId.pipe(Schema.filter((id) => id !== "")) })

/** Whether an import says that it added fields, however it says so. */
const hasAddedFields = ({ import_result }: Import): boolean => {
  const added = import_result?.fields_added ?? 0
  return added !== 0 && !(Array.isArray(added) && added.length === 0)
}

/** Whether an import says that it took none of its rows over. */
const tookNone = (found: Import): boolean => {
  const { failed, successful, total_processed } = found.import_result?.validation_result ?? nothingSaid
  if (failed === null || failed === 0) return false
  return successful === null ? total_processed !== null && failed >= total_processed : successful === 0
}

/** The end of a stream whose rows were all skipped. */
const noneTakenBy = (done: Import): ImportFailed =>
  new ImportFailed({
    ...Api.localFacts("Imports.pushStream", `not one row was taken over: see the row errors of import ${done.id}`),
    importId: done.id,
    reason: null
  })

/** The end of a stream whose rows can all not be sent. */
const noneValid = ({ index, issues: [issue] }: InvalidRow<unknown>): InvalidRequest => {
  const at = `rows[${index}]${issue === undefined || issue.path === "" ? "" : `.${issue.path}`}`
  return Api.invalid("Imports.pushStream", at, `not one row was pushed. ${issue?.message ?? ""}`)
}

/** Whether a push failed for what no later row can do better with. */
const isLasting = (error: PushError): boolean => {
  switch (error._tag) {
    case "KaleidoscopeBadRequest":
    case "KaleidoscopeConflict":
    case "KaleidoscopeRateLimited":
    case "KaleidoscopeServerError":
      return false
    case "KaleidoscopeTransportError":
      // A connection that was made and broke may be made again.
      return error.outcome === "none"
    default:
      return true
  }
}

const isPassing = (error: PushError): boolean =>
  error._tag !== "KaleidoscopeBadRequest" && error._tag !== "KaleidoscopeConflict"

/** Why a field of this name is not added: it has none, or one that looks like another of these names, which it joins. */
const unaddable = (seen: Map<string, string>, name: string): string | undefined => {
  if (Nearest.visible(name) === "") return "a field needs a name"
  const before = seen.get(Nearest.visible(name))
  if (before !== undefined && before !== name) return FieldNames.alike(before, name)
  seen.set(Nearest.visible(name), name)
  return undefined
}

/** How many pushes in a row may meet passing trouble. */
const mostInARow = 3

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
  const recordViews = RecordViews.catalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const entityTypes = EntityTypes.catalog(api)

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

  /** The keys, unless they cannot be keys. */
  const checkKeys = (call: string, at: string, keys: ReadonlyArray<string>, canonical: (label: string) => string) =>
    Effect.gen(function* () {
      if (keys.length === 0) {
        return yield* Api.invalid(call, at, "it is empty: name the key fields that say which record a row is about")
      }
      const blank = keys.findIndex((key) => typeof key !== "string" || key.trim() === "")
      if (blank >= 0) return yield* Api.invalid(call, `${at}[${blank}]`, "it is empty")
      const repeated = FieldNames.twice(keys, canonical)
      if (Option.isSome(repeated)) {
        const [first, second, index] = repeated.value
        return yield* Api.invalid(call, `${at}[${index}]`, FieldNames.alike(first, second))
      }
    })

  /** Refuses what the rows of one push name, unless the workspace knows it. */
  const checkRows = (
    call: string,
    by: FieldNames.By,
    keys: { readonly at: string; readonly labels: ReadonlyArray<string> },
    { data, unknown_fields }: { readonly data: ReadonlyArray<Row> } & Target
  ) =>
    Effect.gen(function* () {
      const isAdding = unknown_fields === "add"
      const canonical = FieldNames.canonicalFor(by, isAdding)
      yield* checkKeys(call, keys.at, keys.labels, canonical)
      const seen = new Map(keys.labels.map((label) => [canonical(label), label]))
      const columns = new Map<string, number>()
      for (const [index, row] of data.entries()) {
        const sent = EncodedRow.sentColumns(row)
        if (Option.isNone(sent)) return yield* Api.invalid(call, `data[${index}]`, "a row must be an object")
        const repeated = by === "id" ? FieldNames.twice(sent.value, canonical) : Option.none()
        if (Option.isSome(repeated)) {
          const [first, second] = repeated.value
          return yield* Api.invalid(call, Json.formatPath(["data", index, second]), FieldNames.alike(first, second))
        }
        for (const column of sent.value) {
          if (columns.has(column)) continue
          columns.set(column, index)
          if (by === "id" || !isAdding) continue
          const problem = unaddable(seen, column)
          if (problem !== undefined) {
            return yield* Api.invalid(call, Json.formatPath(["data", index, column]), problem)
          }
        }
      }
      if (isAdding) return
      const known = FieldNames.make(keyFields, dataFields, by)
      const dataColumns = [...columns.keys()].filter((column) => !seen.has(canonical(column)))
      const [unknownKeys, unknownColumns] = yield* Effect.all([known.keys(keys.labels), known.columns(dataColumns)], {
        concurrency: 2
      })
      yield* FieldNames.refuse(call, [
        ...unknownKeys.values(),
        ...Array.from(unknownColumns, ([column, problem]) => ({
          ...problem,
          message: `${problem.message} (in data[${columns.get(column)}])`
        }))
      ])
    })

  /** What an import may have added is not remembered as absent. */
  const forgetFields = Effect.all([keyFields.drop, dataFields.drop, entityTypes.drop], { discard: true })

  const forgetting = <A, E, R>(self: Effect.Effect<A, E, R>, { unknown_fields }: Target): Effect.Effect<A, E, R> =>
    unknown_fields === "add" ? Effect.ensuring(self, forgetFields) : self

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

  const factsOf = (message: string) => Api.localFacts("Imports.await", message)

  const stateOf = (found: Import): string =>
    found.import_status === null
      ? "no state that can be read"
      : `the state ${Nearest.quote(api.state.secrets.hide(found.import_status))}`

  const failureOf = (found: Import): ImportFailed => {
    const reason = found.error_message === null ? null : api.state.secrets.hide(found.error_message)
    const why = reason ?? "the platform does not say why"
    return new ImportFailed({
      ...factsOf(
        failures.has(wordOf(found.import_status))
          ? `import ${found.id} failed: ${why}`
          : `import ${found.id} ended ${found.import_result === null ? "without a result, " : ""}in ${stateOf(found)}: ${why}`
      ),
      importId: found.id,
      reason
    })
  }

  const await_ = <R = never>(id: Ids.ImportId, options: AwaitOptions<R> = {}): Effect.Effect<Import, AwaitError, R> =>
    Effect.gen(function* () {
      const { overall } = { ...api.policy, ...(yield* RequestPolicy.Patch) }
      const timeout = Duration.decode(options.timeout ?? overall)
      const driver = yield* Schedule.driver<unknown, Import, R>(options.schedule ?? untilDone)
      const clock = yield* Effect.clock
      const start = clock.unsafeCurrentTimeNanos()
      let last: Import | undefined
      let looks = 0
      const tooLate = (when: string) => {
        const seen = last === undefined ? "It was not seen" : `It was last seen in ${stateOf(last)}`
        return new TimeoutError({
          ...factsOf(`import ${id} is not done ${when}. ${seen}; it goes on, and can be waited for again`),
          attempts: looks,
          elapsed: Duration.nanos(clock.unsafeCurrentTimeNanos() - start),
          deadline: "overall"
        })
      }
      const look: Effect.Effect<Import, AwaitError, R> = Effect.gen(function* () {
        looks++
        const found = yield* get(id)
        last = found
        if (options.onProgress !== undefined) yield* options.onProgress(found)
        const ending = endingOf(found)
        if (ending === "failed") return yield* failureOf(found)
        if (ending === "done") return found
        yield* Effect.mapError(driver.next(found), () => tooLate("when the schedule ends"))
        return yield* look
      })
      return yield* Effect.timeoutFail(look, {
        duration: timeout,
        onTimeout: () => tooLate(`within ${Duration.format(timeout)}`)
      })
    }).pipe(
      Effect.tap((done) => (hasAddedFields(done) ? forgetFields : Effect.void)),
      Api.method("Imports.await")
    )

  const pushStream = <A, E, R>(
    rows: Stream.Stream<A, E, R>,
    {
      concurrency = 2,
      rowsPerImport = 1000,
      schema,
      source_id,
      timeout,
      within,
      ...options
    }: StreamOptions & {
      readonly schema?: Schema.Schema<A, Row>
    }
  ): Stream.Stream<Pushed<A>, E | PushError | AwaitError, R> => {
    const call = "Imports.pushStream"
    const { key_field_names, unknown_fields } = options
    const isAdding = unknown_fields === "add"
    const encode = schema === undefined ? EncodedRow.plain : EncodedRow.encode(schema)
    const known = FieldNames.make(keyFields, dataFields, "name")
    const isKey = new Set(key_field_names)

    const check = Effect.gen(function* () {
      for (const [at, value] of Object.entries({ concurrency, rowsPerImport })) {
        if (!Number.isSafeInteger(value) || value < 1) {
          return yield* Api.invalid(call, at, `${value} is not a whole number above zero`)
        }
      }
      yield* checkKeys(call, "key_field_names", key_field_names, FieldNames.canonicalFor("name", isAdding))
      if (isAdding) return
      const columns = schema === undefined ? [] : EncodedRow.columns(schema).map(({ name }) => name)
      const [keys, others] = yield* Effect.all(
        [known.keys(key_field_names), known.columns(columns.filter((name) => !isKey.has(name)))],
        { concurrency: 2 }
      )
      yield* FieldNames.refuse(call, [...keys.values(), ...others.values()])
    })

    const started = Effect.gen(function* () {
      yield* check
      const body = yield* optionsOf(options)
      const groups = yield* Gather.make(rows, {
        size: rowsPerImport,
        within: within === undefined ? undefined : Duration.toMillis(within)
      })
      const seen = new Map(key_field_names.map((name) => [Nearest.visible(name), name]))
      let lasting: PushError | AwaitError | undefined
      let passingInARow = 0
      let tookSome = false
      let noneTaken: PushError | AwaitError | undefined

      /** What the rows that can be sent are, and what is wrong with the others. */
      const sift = (first: number, rows: ReadonlyArray<A>) =>
        Effect.gen(function* () {
          const sent: Array<RowErrors.Sent> = []
          const invalid: Array<InvalidRow<A>> = []
          const encoded = rows.map(encode)
          const problems = isAdding
            ? new Map<string, FieldNames.Problem>()
            : yield* known.columns(
                new Set(
                  encoded.flatMap((row) =>
                    Either.isRight(row) ? row.right.columns.filter((column) => !isKey.has(column)) : []
                  )
                )
              )
          const issuesOf = (columns: ReadonlyArray<string>): ReadonlyArray<Issue> =>
            columns.flatMap((column) => {
              const message = isAdding ? unaddable(seen, column) : problems.get(column)?.message
              return message === undefined ? [] : [{ path: column, message }]
            })
          for (const [offset, row] of rows.entries()) {
            const index = first + offset
            const one = encoded[offset]
            if (one === undefined) continue
            const issues = Either.match(one, {
              onLeft: (issues) => issues,
              onRight: ({ columns }) => issuesOf(columns)
            })
            if (Either.isRight(one) && issues.length === 0) sent.push({ index, row: one.right.row })
            else invalid.push({ index, row, issues })
          }
          return { sent, invalid }
        })

      /** Keeps what the end of the stream depends on. */
      const after = (error: PushError | AwaitError, isLast: boolean) =>
        Effect.suspend(() => {
          noneTaken = error
          if (!isLast || lasting !== undefined) return Effect.void
          lasting = error
          return groups.stop
        })

      const pushSome = (first: number, rows: ReadonlyArray<A>): Effect.Effect<Pushed<A>> =>
        Effect.gen(function* () {
          const some = { first, rows, invalid: [], importId: Option.none(), rowErrors: [] }
          if (lasting !== undefined) return { ...some, result: Either.left(Api.instead(lasting)) }
          const sifted = yield* Effect.either(sift(first, rows).pipe(Api.method(call)))
          if (Either.isLeft(sifted)) {
            yield* after(sifted.left, true)
            return { ...some, result: Either.left(sifted.left) }
          }
          const { invalid, sent } = sifted.right
          const valid = { ...some, invalid }
          const [firstInvalid] = invalid
          if (sent.length === 0) {
            if (firstInvalid !== undefined) noneTaken ??= noneValid(firstInvalid)
            return { ...valid, result: Either.right(Option.none()) }
          }
          const data = sent.map(({ row }) => row)
          const pushed = yield* pushRows("Imports.push", source_id, { ...body, data }).pipe(
            (push) => forgetting(push, options),
            Api.method(call),
            Effect.either
          )
          if (Either.isLeft(pushed)) {
            const error = pushed.left
            passingInARow = isPassing(error) ? passingInARow + 1 : 0
            yield* after(error, isLasting(error) || passingInARow === mostInARow)
            return { ...valid, result: Either.left(error) }
          }
          passingInARow = 0
          const importId = Option.some(pushed.right)
          const result = yield* await_(pushed.right, timeout === undefined ? {} : { timeout }).pipe(
            (wait) => forgetting(wait, options),
            Api.method(call),
            Effect.either
          )
          if (Either.isLeft(result)) {
            yield* after(result.left, isAccess(result.left))
            return { ...valid, importId, result: Either.left(result.left) }
          }
          const done = result.right
          if (tookNone(done)) noneTaken = noneTakenBy(done)
          else tookSome = true
          return {
            ...valid,
            importId,
            result: Either.right(Option.some(done)),
            rowErrors: located(done, sent, key_field_names)
          }
        })

      const end = Stream.suspend((): Stream.Stream<never, E | PushError | AwaitError> => {
        const failure = groups.failure()
        if (Option.isSome(failure)) return Stream.failCause(failure.value)
        if (lasting !== undefined) return Stream.fail(lasting)
        return tookSome || noneTaken === undefined ? Stream.empty : Stream.fail(noneTaken)
      })

      return Stream.repeatEffectOption(groups.next).pipe(
        Stream.mapAccum(0, (first, rows) => [first + rows.length, [first, rows] as const]),
        Stream.mapEffect(([first, rows]) => pushSome(first, rows), { concurrency }),
        Stream.concat(end)
      )
    })
    return Stream.unwrapScoped(Api.method(call)(started))
  }

  return {
    push: ({ data, source_id, ...options }) =>
      Effect.gen(function* () {
        const keys = { at: "key_field_names", labels: options.key_field_names }
        yield* checkRows("Imports.push", "name", keys, { ...options, data })
        const body = yield* optionsOf(options)
        return yield* forgetting(pushRows("Imports.push", source_id, { ...body, data }), options)
      }).pipe(Api.method("Imports.push")),
    pushByFieldId: ({ data, key_field_ids, record_view_ids, ...target }) =>
      Effect.gen(function* () {
        const labels = yield* Effect.forEach(key_field_ids, keyFields.resolve)
        yield* checkRows("Imports.pushByFieldId", "id", { at: "key_field_ids", labels }, { ...target, data })
        const body = {
          key_field_ids: labels,
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
