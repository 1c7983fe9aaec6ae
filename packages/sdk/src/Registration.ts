/**
 * Registration: an external system checks and registers the compounds of a file that a scientist uploaded. The platform
 * tells it with a webhook; it downloads the file, says how far it is, and submits what came of each record.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Activity from "./internal/activities/lookup.js"
import * as Api from "./internal/api.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Records from "./internal/records/lookup.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Refusal from "./internal/refusal.js"
import * as Wire from "./internal/wire.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

/**
 * How far a registration is: one of the states that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 *
 * const isOver = (status: Registration.RegistrationStatus) => status === "completed" || status === "failed"
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationStatus = Wire.oneOf(
  "pending",
  "validated",
  "validation_failed",
  "submitted",
  "completed",
  "failed"
)

/**
 * How far a registration is.
 *
 * @since 0.1.0
 * @category models
 */
export type RegistrationStatus = typeof RegistrationStatus.Type

/**
 * What went wrong with one record of a registration.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 *
 * const explain = (error: Registration.RecordError) => `${error.source_record_id}: ${error.error_message}`
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RecordError = Wire.model("RecordError", {
  source_record_id: Wire.orNull(Ids.RecordId),
  status: Wire.orNull(Schema.String),
  error_message: Wire.orNull(Schema.String)
})

/**
 * What went wrong with one record of a registration.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordError extends Schema.Schema.Type<typeof RecordError> {}

/**
 * A file whose compounds are to be registered.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(Registration.RegistrationFile)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationFile = Wire.model("RegistrationFile", {
  id: Ids.RegistrationFileId,
  workspace_id: Wire.orNull(Ids.WorkspaceId),
  operation_id: Wire.orNull(Ids.ActivityId),
  file_id: Wire.orNull(Ids.FileId),
  status: Wire.orNull(RegistrationStatus),
  message: Wire.orNull(Schema.String),
  /** What older servers call the message: `messageOf` reads either. */
  error_message: Wire.orNull(Schema.String),
  record_errors: Wire.list(RecordError),
  created_by: Wire.orNull(Ids.UserId),
  last_updated_by: Wire.orNull(Ids.UserId),
  created_at: Wire.orNull(Wire.timestamp),
  updated_at: Wire.orNull(Wire.timestamp)
})

/**
 * A file whose compounds are to be registered.
 *
 * @since 0.1.0
 * @category models
 */
export interface RegistrationFile extends Schema.Schema.Type<typeof RegistrationFile> {}

/**
 * What the webhook `registration_submitted` carries. Whatever else it carries is kept.
 *
 * @example
 * ```ts
 * import { Files, Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Schema from "effect/Schema"
 *
 * const onWebhook = (body: string) =>
 *   Effect.gen(function* () {
 *     const submitted = yield* Schema.decodeUnknown(Schema.parseJson(Registration.RegistrationSubmitted))(body)
 *     const files = yield* Files.Files
 *     return Option.map(Registration.fileOf(submitted), ({ activity, file }) =>
 *       files.download(file, Option.match(activity, { onNone: () => ({}), onSome: (activity) => ({ activity }) }))
 *     )
 *   })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const RegistrationSubmitted = Wire.model("RegistrationSubmitted", {
  /** Where the file is. It comes from outside: `fileOf` reads the ids in it, and a download goes to your workspace. */
  file_url: Wire.orNull(Schema.String),
  record_ids: Wire.list(Ids.RecordId)
})

/**
 * What the webhook `registration_submitted` carries.
 *
 * @since 0.1.0
 * @category models
 */
export interface RegistrationSubmitted extends Schema.Schema.Type<typeof RegistrationSubmitted> {}

/**
 * How far a registration is, in words for the scientist.
 *
 * @since 0.1.0
 * @category models
 */
export interface StatusUpdate {
  readonly status: RegistrationStatus
  readonly message?: string
}

/**
 * What came of one record.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordResult {
  readonly record_id: Records.Reference
  readonly status: "success" | "error" | (string & {})
  /** What the record's fields hold now, by their names. */
  readonly data?: { readonly [fieldName: string]: unknown }
  readonly error_message?: string
}

/**
 * What came of a registration.
 *
 * @since 0.1.0
 * @category models
 */
export interface Results {
  readonly status: "success" | "error"
  readonly message?: string
  /** The names of the fields that say which record a result is about. */
  readonly key_field_names?: ReadonlyArray<string>
  readonly records?: ReadonlyArray<RecordResult>
}

/**
 * What can be done with registrations.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Starts the registration of a file of an activity. Not repeated unless it surely did not happen: it would be started
   * twice.
   */
  readonly register: (
    activity: Activity.Reference,
    file: Ids.FileId
  ) => Effect.Effect<RegistrationFile, WriteError | NotFound | ReferenceError>
  /** The files of an activity that are to be registered, or were. */
  readonly list: (
    activity: Activity.Reference
  ) => Effect.Effect<ReadonlyArray<RegistrationFile>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** Says how far a registration is. */
  readonly pushStatus: (
    activity: Activity.Reference,
    file: Ids.FileId,
    update: StatusUpdate
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /** Says what came of a registration. Not repeated unless it surely did not happen: records would be registered twice. */
  readonly submitResults: (
    activity: Activity.Reference,
    file: Ids.FileId,
    results: Results
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
}

/**
 * Registration: an external system checks and registers the compounds of a file.
 *
 * @example
 * ```ts
 * import { Ids, Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const finish = (file: Ids.FileId, records: ReadonlyArray<Ids.RecordId>) =>
 *   Effect.gen(function* () {
 *     const registration = yield* Registration.Registration
 *     const activity = { title: "Registration of March" }
 *     yield* registration.pushStatus(activity, file, { status: "validated", message: "all structures are valid" })
 *     yield* registration.submitResults(activity, file, {
 *       status: "success",
 *       key_field_names: ["Compound ID"],
 *       records: records.map((record_id, index) => ({
 *         record_id,
 *         status: "success",
 *         data: { "Compound ID": `EK-${index}` }
 *       }))
 *     })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Registration extends Context.Tag("@effect-kaleidoscope/sdk/Registration")<Registration, Service>() {}

/**
 * What a registration says for people: its `message`, or what older servers call `error_message`.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const describe = (file: Registration.RegistrationFile) =>
 *   Option.getOrElse(Registration.messageOf(file), () => file.status ?? "unknown")
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const messageOf = (self: RegistrationFile): Option.Option<string> =>
  Option.fromNullable(self.message ?? self.error_message)

const fileRoute = /\/(?:activities\/([^/]+)\/file|files)\/([^/]+)\/?$/

const decodeSegment = Option.liftThrowable(decodeURIComponent)

/**
 * The file that a webhook is about, and the activity that it is on, as its `file_url` names them. Only the ids are read:
 * wherever the URL leads, the file is downloaded from the workspace of the credential.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 *
 * const file = Registration.fileOf({
 *   file_url: "https://api.kaleidoscope.bio/activities/5d9c8a4e/file/0f4a0f24",
 *   record_ids: []
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const fileOf = (
  self: RegistrationSubmitted
): Option.Option<{ readonly file: Ids.FileId; readonly activity: Option.Option<Ids.ActivityId> }> =>
  Option.gen(function* () {
    const [path = ""] = (self.file_url ?? "").split(/[?#]/, 1)
    const [, activity, file] = yield* Option.fromNullable(fileRoute.exec(path))
    return {
      file: Ids.FileId.make(yield* Option.flatMap(Option.fromNullable(file), decodeSegment)),
      activity: Option.map(Option.flatMap(Option.fromNullable(activity), decodeSegment), (id) =>
        Ids.ActivityId.make(id)
      )
    }
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const files = Effect.flatMap(Registration.make, (registration) => registration.list({ title: "Registration of March" }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const activities = Activity.catalog(api)
  const records = Records.lookup(api)
  const keyFields = EntityFields.keyFieldCatalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const recordViews = RecordViews.catalog(api)

  const list = (name: string, id: Ids.ActivityId) =>
    api.read(name, {
      path: "/operations/{id}/registrations",
      params: { id },
      success: Schema.Array(RegistrationFile),
      refusals: Refusal.item
    })

  const nothing = { method: "POST", success: Api.nothing, empty: Api.noValue, refusals: Refusal.writeItem } as const

  return {
    register: (activity, file) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.write("Registration.register", {
          method: "POST",
          path: "/operations/{id}/register/{file_id}",
          params: { id, file_id: file },
          body: {},
          success: RegistrationFile,
          otherwise: {
            look: "Registration.list",
            find: Effect.map(list("Registration.register", id), (all) =>
              Api.onlyOne(all, ({ file_id }) => Id.same(file_id, file))
            )
          },
          refusals: Refusal.writeItem,
          repeatable: false
        })
      ).pipe(Api.method("Registration.register")),
    list: (activity) =>
      Effect.flatMap(activities.resolve(activity), (id) => list("Registration.list", id)).pipe(
        Api.method("Registration.list")
      ),
    pushStatus: (activity, file, { message, status }) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.write("Registration.pushStatus", {
          ...nothing,
          path: "/operations/{id}/registration_files/{file_id}/status",
          params: { id, file_id: file },
          body: { status, message },
          // It says what is so: said twice it is no different.
          repeatable: true
        })
      ).pipe(Api.method("Registration.pushStatus")),
    submitResults: (activity, file, results) =>
      Effect.gen(function* () {
        yield* api.write("Registration.submitResults", {
          ...nothing,
          path: "/operations/{id}/register/{file_id}/results",
          params: { id: yield* activities.resolve(activity), file_id: file },
          body: {
            status: results.status,
            message: results.message,
            key_field_names: results.key_field_names,
            records:
              results.records === undefined
                ? undefined
                : yield* Effect.forEach(results.records, ({ data, error_message, record_id, status }) =>
                    Effect.map(records.resolve(record_id), (id) => ({ record_id: id, status, data, error_message }))
                  )
          },
          repeatable: false
        })
      }).pipe(
        // What is registered may be of a type, and have values of fields, that were not there before.
        Effect.ensuring(Effect.all([keyFields.drop, dataFields.drop, entityTypes.drop, recordViews.drop])),
        Api.method("Registration.submitResults")
      )
  } satisfies Service
})

/**
 * Registration, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, Registration } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const RegistrationLive = Registration.layer.pipe(
 *   Layer.provide(Auth.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Registration, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Registration, make)
)
