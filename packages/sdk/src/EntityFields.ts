/**
 * Fields: what the records of a workspace can hold. Key fields make up the identity of a record, data fields its values.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as MissingField from "./internal/catalog/missingField.js"
import * as Calls from "./internal/entityFields/calls.js"
import { fieldCatalogs } from "./internal/entityFields/lookup.js"
import type { DataFieldPatch, EntityField, FieldType, KeyFieldPatch, Reference } from "./internal/entityFields/model.js"
import * as Unread from "./internal/json/unread.js"
import * as Api from "./internal/request/api.js"
import * as Method from "./internal/request/method.js"
import {
  type AmbiguousReference,
  Conflict,
  type NotFound,
  type ReadError,
  type ReferenceError,
  type WriteError
} from "./KaleidoscopeError.js"

export * from "./internal/entityFields/model.js"
export * from "./internal/entityFields/rename.js"

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  /** Reads all key fields from the server now: `GET /key_fields`. */
  readonly listKeyFields: Effect.Effect<ReadonlyArray<EntityField>, ReadError>
  /** Reads the key fields, and gives the one that is named, if there is one. `AmbiguousReference` if several have the name. */
  readonly findKeyField: (field: Reference) => Effect.Effect<Option.Option<EntityField>, ReadError | AmbiguousReference>
  /** As `findKeyField`, but fails with `NotFound` if there is none. */
  readonly getKeyField: (field: Reference) => Effect.Effect<EntityField, ReadError | AmbiguousReference | NotFound>
  /**
   * Gives the key field of this name, and creates it if there is none: `GET /key_fields`, then `POST /key_fields/`. Calls
   * at the same time, with the same credentials and client, create one field. If another program creates it meanwhile, you
   * get that field.
   */
  readonly getOrCreateKeyField: (field: {
    readonly field_name: string
  }) => Effect.Effect<EntityField, WriteError | AmbiguousReference>
  /** Changes a key field: `PUT /key_fields/{id}`. */
  readonly updateKeyField: (
    field: Reference,
    patch: KeyFieldPatch
  ) => Effect.Effect<EntityField, WriteError | NotFound | ReferenceError>
  /** Reads all data fields from the server now: `GET /data_fields`. */
  readonly listDataFields: Effect.Effect<ReadonlyArray<EntityField>, ReadError>
  /** Reads the data fields, and gives the one that is named, if there is one. `AmbiguousReference` if several have the name. */
  readonly findDataField: (
    field: Reference
  ) => Effect.Effect<Option.Option<EntityField>, ReadError | AmbiguousReference>
  /** As `findDataField`, but fails with `NotFound` if there is none. */
  readonly getDataField: (field: Reference) => Effect.Effect<EntityField, ReadError | AmbiguousReference | NotFound>
  /**
   * Gives the data field of this name, and creates it if there is none, as `getOrCreateKeyField` does: `GET /data_fields`,
   * then `POST /data_fields/`. Fails with `Conflict` if the field exists and has another type.
   */
  readonly getOrCreateDataField: (field: {
    readonly field_name: string
    readonly field_type: FieldType
    /** Settings that depend on the type. @default {} */
    readonly attrs?: { readonly [key: string]: unknown } | undefined
  }) => Effect.Effect<EntityField, WriteError | AmbiguousReference>
  /** Changes a data field: `PUT /data_fields/{id}`. */
  readonly updateDataField: (
    field: Reference,
    patch: DataFieldPatch
  ) => Effect.Effect<EntityField, WriteError | NotFound | ReferenceError>
}

/**
 * The tag of the {@link Service}.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const permeability = Effect.gen(function* () {
 *   const fields = yield* EntityFields.EntityFields
 *   return yield* fields.getOrCreateDataField({ field_name: "Permeability", field_type: "number" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class EntityFields extends Context.Tag("@effect-kaleidoscope/sdk/EntityFields")<EntityFields, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const { dataFields, keyFields } = fieldCatalogs(api)
  // Two calls at the same time would both look, find nothing, and create.
  const oneByOne = api.state.shared("EntityFields.create", () => Effect.unsafeMakeSemaphore(1)).withPermits(1)

  const getOrCreate = (
    call: typeof Calls.createKeyField | typeof Calls.createDataField,
    fields: typeof keyFields,
    name: string,
    create: Effect.Effect<EntityField, WriteError>
  ): Effect.Effect<EntityField, WriteError | AmbiguousReference> => {
    const orElse = <E>(otherwise: Effect.Effect<EntityField, E>) =>
      Effect.flatMap(
        fields.find({ field_name: name }),
        Option.match({ onNone: () => otherwise, onSome: (field) => Effect.succeed(field) })
      )
    return create.pipe(
      Effect.ensuring(fields.drop),
      // Another program was faster, or the response was lost: the field may exist by now.
      Effect.catchIf(
        (error) => error._tag === "KaleidoscopeConflict" || error.outcome !== "none",
        (error) => orElse(Effect.fail(error))
      ),
      orElse,
      oneByOne,
      orElse,
      Method.withSpan(call)
    )
  }

  return {
    listKeyFields: keyFields.list,
    findKeyField: keyFields.find,
    getKeyField: keyFields.get,
    getOrCreateKeyField: ({ field_name }) =>
      getOrCreate(
        Calls.createKeyField,
        keyFields,
        field_name,
        api.send(Calls.createKeyField, {}, { field_name }, { otherwise: { look: Calls.listKeyFields.name } })
      ),
    updateKeyField: (field, patch) =>
      Effect.flatMap(keyFields.resolve(field), (id) =>
        api.send(Calls.updateKeyField, { id }, patch, {
          otherwise: {
            look: "EntityFields.getKeyField",
            find: Effect.map(
              keyFields.find(id),
              Option.map((resource) => ({ resource }))
            )
          }
        })
      ).pipe(
        Effect.map(({ resource }) => resource),
        Effect.ensuring(keyFields.drop),
        Method.withSpan(Calls.updateKeyField)
      ),
    listDataFields: dataFields.list,
    findDataField: dataFields.find,
    getDataField: dataFields.get,
    getOrCreateDataField: ({ attrs = {}, field_name, field_type }) =>
      getOrCreate(
        Calls.createDataField,
        dataFields,
        field_name,
        api.send(
          Calls.createDataField,
          {},
          { field_name, field_type, attrs },
          { otherwise: { look: Calls.listDataFields.name } }
        )
      ).pipe(
        Effect.filterOrFail(
          (field) => Unread.unreadable(field, "field_type") === undefined,
          (field) => MissingField.error(Calls.createDataField.name, `data field ${field.id}`, "field_type")
        ),
        Effect.filterOrFail(
          (field) => field.field_type === null || field.field_type === field_type,
          (field) =>
            new Conflict(
              Method.localFacts(
                Calls.createDataField.name,
                `the data field ${JSON.stringify(field_name)} is of the type ${field.field_type}, not ${field_type}`
              )
            )
        )
      ),
    updateDataField: (field, patch) =>
      Effect.flatMap(dataFields.resolve(field), (id) =>
        api.send(Calls.updateDataField, { id }, patch, {
          otherwise: {
            look: "EntityFields.getDataField",
            find: Effect.map(
              dataFields.find(id),
              Option.map((field) => ({ resource: { field } }))
            )
          }
        })
      ).pipe(
        Effect.map(({ resource }) => resource.field),
        Effect.ensuring(dataFields.drop),
        Method.withSpan(Calls.updateDataField)
      )
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(EntityFields, make))
