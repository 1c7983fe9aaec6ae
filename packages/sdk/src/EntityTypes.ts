/** Entity types: the kinds of records, such as compounds or samples. The API calls them entity slices. @since 0.1.0 */
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Ids from "./Ids.js"
import * as Catalog from "./internal/catalog/catalog.js"
import * as MissingField from "./internal/catalog/missingField.js"
import * as References from "./internal/catalog/references.js"
import * as EntityFields from "./internal/entityFields/lookup.js"
import * as Calls from "./internal/entityTypes/calls.js"
import { catalog } from "./internal/entityTypes/lookup.js"
import type { EntityType, Reference } from "./internal/entityTypes/model.js"
import * as Id from "./internal/id.js"
import * as Unread from "./internal/json/unread.js"
import * as SearchQuery from "./internal/records/searchQuery.js"
import * as Api from "./internal/request/api.js"
import * as Errors from "./internal/request/errors.js"
import * as Method from "./internal/request/method.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError } from "./KaleidoscopeError.js"

export * from "./internal/entityTypes/model.js"

/** The methods of the service. All but `recordIds` read `GET /entity_slices`. @since 0.1.0 @category models */
export interface Service extends Catalog.Lookups<EntityType, Reference> {
  /**
   * Gives the entity types that have all of these key fields, and perhaps others. Fails with `DecodeError` if the response
   * lacks the key fields of an entity type.
   */
  readonly withKeyFields: (
    keyFields: Iterable<EntityFields.Reference>
  ) => Effect.Effect<ReadonlyArray<EntityType>, ReadError | ReferenceError>
  /**
   * Gives the entity type that has exactly these key fields, in any order, if there is one. Fails with
   * `AmbiguousReference` if several have them, and with `DecodeError` if no one has them and the response lacks the key
   * fields of an entity type.
   */
  readonly findByKeyFields: (
    keyFields: Iterable<EntityFields.Reference>
  ) => Effect.Effect<Option.Option<EntityType>, ReadError | ReferenceError>
  /**
   * The ids of all records of an entity type: `GET /records/search`. Fails with `NotFound` if the platform does not know
   * the entity type.
   */
  readonly recordIds: (
    entityType: Reference
  ) => Effect.Effect<ReadonlyArray<Ids.RecordId>, ReadError | InvalidRequest | ReferenceError | NotFound>
}

/**
 * The tag of the {@link Service}.
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

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => {
  const keyFields = EntityFields.keyFieldCatalog(api)
  const entityTypes = catalog(api)

  const withAll = (references: Iterable<EntityFields.Reference>) =>
    Effect.gen(function* () {
      const ids = Id.distinctIds(yield* Effect.forEach(references, keyFields.resolve))
      const [incomplete, complete] = Array.partition(yield* entityTypes.list, (type) =>
        Unread.isPresent(type, "key_field_ids")
      )
      const having = complete.filter((type) => {
        const keys = new Set(type.key_field_ids.map(Id.canonical))
        return ids.every((id) => keys.has(Id.canonical(id)))
      })
      return { ids, having, incomplete }
    })

  /** Fails if the response lacks the key fields of one of these entity types. */
  const requireKeyFields = (method: string, types: ReadonlyArray<EntityType>) =>
    Effect.forEach(types, (type) => MissingField.required(method, "entity type", type, "key_field_ids"), {
      discard: true
    })

  return {
    ...Catalog.lookups(entityTypes),
    withKeyFields: Method.named(
      "EntityTypes.withKeyFields",
      (name) => (references) =>
        withAll(references).pipe(
          Effect.tap(({ incomplete }) => requireKeyFields(name, incomplete)),
          Effect.map(({ having }) => having)
        )
    ),
    findByKeyFields: Method.named(
      "EntityTypes.findByKeyFields",
      (name) => (references) =>
        Effect.gen(function* () {
          const { having, ids, incomplete } = yield* withAll(references)
          const [only, ...others] = having.filter((type) => Id.distinctIds(type.key_field_ids).length === ids.length)
          if (only === undefined) {
            yield* requireKeyFields(name, incomplete)
            return Option.none()
          }
          if (others.length === 0) return Option.some(only)
          const reference = `entity type with the key fields ${ids.join(", ")}`
          const found = [only, ...others].map(({ id }) => id)
          return yield* References.ambiguous(name, reference, found)
        })
    ),
    recordIds: (entityType) =>
      Effect.flatMap(entityTypes.resolve(entityType), (id) =>
        api.get(
          Calls.recordIds,
          {},
          { entity_slice_id: id },
          Errors.naming(SearchQuery.asked({ entity_slice_id: entityType }))
        )
      ).pipe(Effect.map(Id.distinctIds), Method.withSpan(Calls.recordIds))
  }
})

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(EntityTypes, make))
