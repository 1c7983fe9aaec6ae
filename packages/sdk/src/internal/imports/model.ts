import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type {
  ImportFailed,
  InvalidRequest,
  Issue,
  NotFound,
  ReadError,
  ReferenceError,
  WriteError
} from "../../KaleidoscopeError.js"
import type * as Activities from "../activities/lookup.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Wire from "../json/wire.js"
import type * as Programs from "../programs/lookup.js"
import type * as RecordViews from "../recordViews/lookup.js"

/** A value that an import rejected, and why. @since 0.1.0 @category models */
export const RowError = Wire.model("RowError", {
  field_id: Wire.orNull(Ids.EntityFieldId),
  field_name: Wire.orNull(Schema.String),
  value: Wire.json,
  /** The kind of conflict, in the platform's words. They are not documented. */
  conflict_type: Wire.orNull(Schema.String),
  /** The record that the row is about. */
  incoming_record_identifier: Wire.orNull(Schema.String),
  /** The record that it conflicts with. */
  conflicting_record_id: Wire.orNull(Ids.RecordId),
  conflicting_record_identifier: Wire.orNull(Schema.String),
  conflicting_value: Wire.json,
  constraint_fields: Wire.list(Schema.Unknown)
})

export interface RowError extends Schema.Schema.Type<typeof RowError> {}

/** How many rows an import accepted, and which values it rejected. @since 0.1.0 @category models */
export const ValidationResult = Wire.model("ValidationResult", {
  /** Number of rows. */
  total_processed: Wire.orNull(Schema.Number),
  /** Number of rows. */
  successful: Wire.orNull(Schema.Number),
  /** Number of rows. */
  failed: Wire.orNull(Schema.Number),
  errors: Wire.essential(Wire.list(RowError))
})

export interface ValidationResult extends Schema.Schema.Type<typeof ValidationResult> {}

/** What an import did. @since 0.1.0 @category models */
export const ImportResult = Wire.model("ImportResult", {
  records_created: Wire.orNull(Schema.Number),
  records_skipped: Wire.orNull(Schema.Number),
  records_updated: Wire.orNull(Schema.Number),
  /** The fields that the import added: how many, or which; the form is not documented. */
  fields_added: Wire.json,
  validation_result: Wire.essential(Wire.orNull(ValidationResult))
})

export interface ImportResult extends Schema.Schema.Type<typeof ImportResult> {}

/**
 * An import. If the whole import failed, it has an `error_message` and no `import_result`. If only some rows were
 * skipped, they are in the result.
 *
 * @since 0.1.0
 * @category models
 */
export const Import = Wire.model("Import", {
  id: Ids.ImportId,
  /** The state of the import, in the platform's words: only `failed` is known. */
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

export interface Import extends Schema.Schema.Type<typeof Import> {}

/**
 * One row: the values of one record, any JSON. Its keys are names of fields in `push`, ids of fields in `pushByFieldId`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row {
  readonly [field: string]: unknown
}

/** What all pushes have in common. @since 0.1.0 @category models */
export interface Target {
  /**
   * What happens if a row has a field that the workspace does not have. `"refuse"`: nothing is sent, and the error suggests
   * similar names. `"add"`: the names are not checked; the platform adds the fields, and an entity type for new keys.
   *
   * @default "refuse"
   */
  readonly unknown_fields?: "refuse" | "add" | undefined
  readonly program_id?: Programs.Reference | undefined
  readonly operation_id?: Activities.Reference | undefined
  /** The name of a set that gets the records. If there is no set of this name, the platform creates it. */
  readonly set_name?: string | undefined
}

/** The target of rows with names of fields as keys: exact names, with case and spaces. @since 0.1.0 @category models */
export interface PushOptions extends Target {
  /** The names of the fields that identify the record of a row. */
  readonly key_field_names: ReadonlyArray<string>
  /** Where the rows come from. */
  readonly source_id?: Ids.ImportSourceId | undefined
  readonly record_view_id?: RecordViews.Reference | undefined
  /** The record views that get the fields as columns. */
  readonly add_fields_to_record_view_ids?: ReadonlyArray<RecordViews.Reference> | undefined
}

/** Rows that have names of fields as keys, and their target. @since 0.1.0 @category models */
export interface Push extends PushOptions {
  readonly data: ReadonlyArray<Row>
}

/** Rows that have ids of fields as keys, and their target. @since 0.1.0 @category models */
export interface PushByFieldId extends Target {
  /** The key fields that identify the record of a row. */
  readonly key_field_ids: ReadonlyArray<EntityFields.Reference>
  readonly record_view_ids: ReadonlyArray<RecordViews.Reference>
  readonly data: ReadonlyArray<Row>
}

/** Which imports are listed: one page of them. @since 0.1.0 @category models */
export interface ListOptions {
  /** Only imports that are complete, or only those that are not. By default both. */
  readonly is_complete?: boolean | undefined
  readonly page?: number | undefined
  /** Number of imports in one page. @default the platform chooses it */
  readonly page_size?: number | undefined
}

/** How to wait for an import. @since 0.1.0 @category models */
export interface AwaitOptions<in out R = never> {
  /**
   * The longest time for the whole wait, with all its requests: `Duration.infinity` for no limit. After it the wait fails
   * with `TimeoutError`. The import itself continues, and you can wait for it again.
   *
   * @default `overall` of the call's policy (`RequestPolicy.withTimeout`) or of the application's policy: 10 minutes
   */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * When to read the import again. If the schedule ends before the import does, the wait fails with `TimeoutError`.
   *
   * @default after 50 ms, then each time after twice as long, at most 10 s
   */
  readonly schedule?: Schedule.Schedule<unknown, Import, R> | undefined
  /** Runs each time the import was read, the last time included. */
  readonly onProgress?: ((found: Import) => Effect.Effect<unknown, never, R>) | undefined
}

/** How to push a stream of rows. @since 0.1.0 @category models */
export interface StreamOptions extends PushOptions {
  /**
   * Number of rows in one import. Each import takes some requests, so that small imports are slow; a large body is refused. The
   * limit of the platform is not known. If it refuses a body as too large, the rows are pushed in halves, and without this
   * option later imports are as small.
   *
   * @default 2,000 at first, then as many as fit into a body of about 768 KiB, at most 10,000
   */
  readonly rowsPerImport?: number | undefined
  /**
   * For rows that come slowly: how long the first row of an import waits for other rows.
   *
   * @default until the rows of one import are there, or the stream ends
   */
  readonly within?: Duration.DurationInput | undefined
  /**
   * Number of imports at the same time. While they run, no more rows are pulled: at most the rows of `concurrency` + 1 imports
   * are in memory.
   *
   * @default 12
   */
  readonly concurrency?: number | undefined
  /** How long to wait for each import, as `timeout` of {@link AwaitOptions}. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * When to read each import again, as `schedule` of {@link AwaitOptions}. Each import starts it anew. With a schedule each import
   * is read at once; without one, first after nine tenths of the shortest time that an import of this stream took, at most
   * 10 s.
   */
  readonly schedule?: Schedule.Schedule<unknown, Import> | undefined
}

/** A row that was not pushed, because it cannot be sent. @since 0.1.0 @category models */
export interface InvalidRow<out A> {
  /** The index of the row in the stream: the first row is 0. */
  readonly index: number
  readonly row: A
  /**
   * What is wrong, each with its column: the value does not fit the schema, or it cannot be JSON, or no field has this
   * name.
   */
  readonly issues: ReadonlyArray<Issue>
}

/** A value that an import rejected, and the rows that it may come from. @since 0.1.0 @category models */
export interface LocatedRowError {
  readonly error: RowError
  /**
   * The indices of the rows in the input: the first row is 0. Usually one; several if the platform's words fit several
   * rows; empty if they fit no row.
   */
  readonly indices: ReadonlyArray<number>
}

/** The result of some rows of a stream: those of one import. @since 0.1.0 @category models */
export interface Pushed<out A> {
  /** The index of the first of these rows in the stream: the first row of all is 0. */
  readonly first: number
  readonly rows: ReadonlyArray<A>
  /** Those of `rows` that were not pushed, because they cannot be sent. */
  readonly invalid: ReadonlyArray<InvalidRow<A>>
  /** The import of the other rows, if they were pushed. */
  readonly importId: Option.Option<Ids.ImportId>
  /**
   * The import when it is done, or none if there was nothing to push. On the left, why the import is not done: if the error has
   * `outcome: "none"` and there is no `importId`, the rows were not pushed.
   */
  readonly result: Either.Either<Option.Option<Import>, PushError | AwaitError>
  /** The values that the import rejected, each with its rows in the stream. */
  readonly rowErrors: ReadonlyArray<LocatedRowError>
}

/** The errors of pushing rows. @since 0.1.0 @category models */
export type PushError = WriteError | ReferenceError | NotFound

/** The errors of waiting for an import. @since 0.1.0 @category models */
export type AwaitError = ReadError | InvalidRequest | NotFound | ImportFailed
