/**
 * Registration: an external system checks and registers the compounds of a file that a scientist uploaded. The platform
 * sends it a webhook. The system downloads the file, reports its state, and submits the result of each record.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Auth from "./Auth.js"
import type * as Ids from "./Ids.js"
import * as Activities from "./internal/activities/lookup.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as EntityTypes from "./internal/entityTypes/lookup.js"
import * as Id from "./internal/id.js"
import * as Records from "./internal/records/lookup.js"
import * as RecordViews from "./internal/recordViews/lookup.js"
import * as Calls from "./internal/registration/calls.js"
import type { RegistrationFile, Results, StatusUpdate } from "./internal/registration/model.js"
import * as AfterWrite from "./internal/request/afterWrite.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError, WriteError } from "./KaleidoscopeError.js"

export {
  RecordError,
  type RecordResult,
  RegistrationFile,
  RegistrationStatus,
  RegistrationSubmitted,
  type Results,
  type StatusUpdate
} from "./internal/registration/model.js"
export { fileOf, messageOf } from "./internal/registration/values.js"
export {
  type DraftsSubmitted,
  type FileSubmitted,
  InvalidWebhook,
  readWebhook,
  type UnknownEvent,
  type ValidationRequested,
  type Webhook
} from "./internal/registration/webhook.js"

/**
 * The methods of the service. The calls are those of the official client; no real answer was seen.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Starts the registration of a file of an activity: `POST /operations/{id}/register/{file_id}`. A second request would
   * start it again: it is only sent if the first certainly did nothing.
   */
  readonly register: (
    activity: Activities.Reference,
    file: Ids.FileId
  ) => Effect.Effect<RegistrationFile, WriteError | NotFound | ReferenceError>
  /** Lists the registrations of an activity, finished ones included: `GET /operations/{id}/registrations`. */
  readonly list: (
    activity: Activities.Reference
  ) => Effect.Effect<ReadonlyArray<RegistrationFile>, ReadError | InvalidRequest | NotFound | ReferenceError>
  /** Sets the state of a registration: `POST /operations/{id}/registration_files/{file_id}/status`. */
  readonly pushStatus: (
    activity: Activities.Reference,
    file: Ids.FileId,
    update: StatusUpdate
  ) => Effect.Effect<void, WriteError | NotFound | ReferenceError>
  /**
   * Submits the results of a registration: `POST /operations/{id}/register/{file_id}/results`. A second request could
   * register records twice: it is only sent if the first certainly did nothing.
   */
  readonly submitResults: (
    activity: Activities.Reference,
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
 * Makes the service. It holds no state.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const activities = Activities.catalog(api)
  const records = Records.lookup(api)
  const keyFields = EntityFields.keyFieldCatalog(api)
  const dataFields = EntityFields.dataFieldCatalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const recordViews = RecordViews.catalog(api)

  return {
    register: (activity, file) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const find = Effect.map(api.get(Calls.list, { id }), (all) =>
          AfterWrite.onlyOne(all, ({ file_id }) => Id.same(file_id, file))
        )
        return yield* api.send(
          Calls.register,
          { id, file_id: file },
          {},
          { otherwise: { look: Calls.list.name, find } }
        )
      }).pipe(Method.withSpan(Calls.register)),
    list: (activity) =>
      Effect.flatMap(activities.resolve(activity), (id) => api.get(Calls.list, { id })).pipe(
        Method.withSpan(Calls.list)
      ),
    pushStatus: (activity, file, { message, status }) =>
      Effect.flatMap(activities.resolve(activity), (id) =>
        api.send(Calls.pushStatus, { id, file_id: file }, { status, message })
      ).pipe(Method.withSpan(Calls.pushStatus)),
    submitResults: (activity, file, { key_field_names, message, records: results, status }) =>
      Effect.gen(function* () {
        const id = yield* activities.resolve(activity)
        const resolved =
          results === undefined
            ? undefined
            : yield* Effect.forEach(results, ({ data, error_message, record_id, status }) =>
                Effect.map(records.resolve(record_id), (id) => ({ record_id: id, status, data, error_message }))
              )
        yield* api.send(
          Calls.submitResults,
          { id, file_id: file },
          { status, message, key_field_names, records: resolved }
        )
      }).pipe(
        // A registration may add fields and entity types.
        Effect.ensuring(Effect.all([keyFields.drop, dataFields.drop, entityTypes.drop, recordViews.drop])),
        Method.withSpan(Calls.submitResults)
      )
  } satisfies Service
})

/**
 * The service, on the `HttpClient` and the `Auth` that are provided.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Registration, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(Registration, make)
)
