/**
 * Entity types: the kinds of records, as compounds or samples. The API calls them entity slices.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Id from "./internal/id.js"
import * as SearchQuery from "./internal/query.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import * as Said from "./internal/said.js"
import * as Unread from "./internal/unread.js"
import * as Wire from "./internal/wire.js"
import {
  AmbiguousReference,
  type InvalidRequest,
  type NotFound,
  type ReadError,
  type ReferenceError
} from "./KaleidoscopeError.js"

/**
 * An entity type.
 *
 * @example
 * ```ts
 * import { EntityTypes } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(EntityTypes.EntityType)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const EntityType = Wire.model("EntityType", {
  id: Ids.EntityTypeId,
  slice_name: Wire.decisive(Wire.orNull(Schema.String)),
  /** The fields that make up the identity of its records, in the order in which people read them. */
  key_field_ids: Wire.list(Ids.EntityFieldId),
  is_primary: Wire.orNull(Schema.Boolean),
  is_archived: Wire.orNull(Schema.Boolean),
  created_at: Wire.orNull(Wire.timestamp),
  created_by: Wire.orNull(Ids.UserId),
  workspace_id: Wire.orNull(Ids.WorkspaceId)
})

/**
 * An entity type.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntityType extends Schema.Schema.Type<typeof EntityType> {}

/**
 * How an entity type is named: by its id, by itself, or by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.EntityTypeId, "slice_name">

/**
 * What can be done with entity types.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every entity type of the workspace, read from the server now. */
  readonly list: Effect.Effect<ReadonlyArray<EntityType>, ReadError>
  /** The entity type, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly find: (entityType: Reference) => Effect.Effect<Option.Option<EntityType>, ReadError | AmbiguousReference>
  /** The entity type; fails with `NotFound` if there is none. */
  readonly get: (entityType: Reference) => Effect.Effect<EntityType, ReadError | AmbiguousReference | NotFound>
  /** Those of the entity types that there are, in the order asked. */
  readonly findMany: (
    entityTypes: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<EntityType>, ReadError | AmbiguousReference>
  /** The entity types in the order asked; fails with a `NotFound` that names the missing. */
  readonly getMany: (
    entityTypes: Iterable<Reference>
  ) => Effect.Effect<ReadonlyArray<EntityType>, ReadError | AmbiguousReference | NotFound>
  /** The entity types that have all of these key fields, and perhaps more. */
  readonly withKeyFields: (
    keyFields: Iterable<EntityFields.Reference>
  ) => Effect.Effect<ReadonlyArray<EntityType>, ReadError | ReferenceError>
  /** The entity type that has exactly these key fields, in any order, if there is one. */
  readonly findByKeyFields: (
    keyFields: Iterable<EntityFields.Reference>
  ) => Effect.Effect<Option.Option<EntityType>, ReadError | ReferenceError>
  /** The ids of all records of an entity type. Fails with `NotFound` if the platform says that there is no such type. */
  readonly recordIds: (
    entityType: Reference
  ) => Effect.Effect<ReadonlyArray<Ids.RecordId>, ReadError | InvalidRequest | ReferenceError | NotFound>
}

/**
 * Entity types: the kinds of records.
 *
 * @example
 * ```ts
 * import { EntityTypes } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const compounds = Effect.gen(function* () {
 *   const entityTypes = yield* EntityTypes.EntityTypes
 *   return yield* entityTypes.recordIds({ slice_name: "Compound" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class EntityTypes extends Context.Tag("@effect-kaleidoscope/sdk/EntityTypes")<EntityTypes, Service>() {}

/** @internal */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "entity type",
    call: Call.read("EntityTypes.list", "GET /entity_slices", {
      success: Schema.Array(EntityType),
      errors: Refusal.common,
      known: "seen"
    }),
    names: ["slice_name"]
  })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { EntityTypes } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const list = Effect.flatMap(EntityTypes.make, (entityTypes) => entityTypes.list)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const keyFields = EntityFields.keyFieldCatalog(api)
  const entityTypes = catalog(api)
  const { find, findMany, get, getMany, list } = entityTypes

  const withAll = (references: Iterable<EntityFields.Reference>) =>
    Effect.gen(function* () {
      const ids = Id.distinctIds(yield* Effect.forEach(references, keyFields.resolve))
      const [unsaid, said] = Array.partition(yield* list, (type) => Unread.isSaid(type, "key_field_ids"))
      const having = said.filter((type) => {
        const keys = new Set(type.key_field_ids.map(Id.canonical))
        return ids.every((id) => keys.has(Id.canonical(id)))
      })
      return { ids, having, unsaid }
    })

  /** Fails if there are types which do not say their keys. */
  const allSaid = (method: string, types: ReadonlyArray<EntityType>) =>
    Effect.forEach(types, (type) => Said.field(`EntityTypes.${method}`, "entity type", type, "key_field_ids"), {
      discard: true
    })

  return {
    list,
    find,
    get,
    findMany,
    getMany,
    withKeyFields: (references) =>
      withAll(references).pipe(
        Effect.tap(({ unsaid }) => allSaid("withKeyFields", unsaid)),
        Effect.map(({ having }) => having),
        Api.method("EntityTypes.withKeyFields")
      ),
    findByKeyFields: (references) =>
      Effect.gen(function* () {
        const { having, ids, unsaid } = yield* withAll(references)
        const [only, ...others] = having.filter((type) => Id.distinctIds(type.key_field_ids).length === ids.length)
        if (only === undefined) {
          // That there is none can only be said if all of them say their keys.
          yield* allSaid("findByKeyFields", unsaid)
          return Option.none()
        }
        if (others.length === 0) return Option.some(only)
        const reference = `entity type with the key fields ${ids.join(", ")}`
        const found = [only.id, ...others.map(({ id }) => id)]
        return yield* new AmbiguousReference({
          ...Api.localFacts("EntityTypes.findByKeyFields", Catalog.ambiguous(reference, found)),
          reference,
          ids: found
        })
      }).pipe(Api.method("EntityTypes.findByKeyFields")),
    recordIds: (entityType) =>
      Effect.flatMap(entityTypes.resolve(entityType), (id) =>
        api.read("EntityTypes.recordIds", {
          path: "/records/search",
          params: {},
          query: { entity_slice_id: id },
          success: Schema.Array(Ids.RecordId),
          refusals: Refusal.naming(SearchQuery.asked({ entity_slice_id: entityType }))
        })
      ).pipe(Effect.map(Id.distinctIds), Api.method("EntityTypes.recordIds"))
  } satisfies Service
})

/**
 * Entity types, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, EntityTypes } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const TypesLive = EntityTypes.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<EntityTypes, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(EntityTypes, make)
)
