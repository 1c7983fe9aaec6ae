import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ids from "../../Ids.js"
import type { InvalidRequest, NotFound, ReadError, ReferenceError } from "../../KaleidoscopeError.js"
import * as Metrics from "../../Metrics.js"
import * as Batches from "../catalog/batches.js"
import * as Catalog from "../catalog/catalog.js"
import * as References from "../catalog/references.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as Json from "../json/json.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Policy from "../request/policy.js"
import * as Calls from "./calls.js"
import * as Content from "./content.js"
import type { KeyValues, Record, Reference } from "./model.js"

export type { KeyValues, Query, Record, Reference, ViewFieldFilter, ViewFieldSort } from "./model.js"

/** How many records one request reads. The official client sends 250 ids at most. */
export const batchSize = 250

type AskError = ReadError | InvalidRequest | NotFound

type ByKeys = { readonly key_values: KeyValues }

const hasKeys = (reference: Reference): reference is ByKeys =>
  Predicate.hasProperty(reference, "key_values") && !Predicate.hasProperty(reference, "id")

const describe = (reference: Reference): string => Catalog.idIn<string>(reference) ?? JSON.stringify(reference)

const missing = (references: ReadonlyArray<Reference>): NotFound => {
  const described = references.map(describe)
  return References.notFound(Calls.get.name, `there is no record ${described.join(", no record ")}`, described)
}

// After 401, 408, 425 and 429, a request for each id alone would fail in the same way.
const askSingly = ({ status }: AskError): boolean =>
  status !== null && status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)

/** The records that arguments name. Every service reads records with it, so their requests go together. */
export const lookup = (api: Api.Api) => {
  const keyFields = EntityFields.keyFieldCatalog(api)

  const batching: Batches.Options<Record, ReadError | InvalidRequest, NotFound> = {
    size: batchSize,
    least: 50,
    one: (id) => Effect.asSome(api.get(Calls.get, { id })),
    several: (ids) =>
      Effect.map(api.get(Calls.getMany, {}, { record_ids: ids.join(",") }), (records) => {
        const byId = new Map(records.map((record) => [Id.canonical(record.id), record]))
        return new Map(
          ids.flatMap((id) => {
            const record = byId.get(Id.canonical(id))
            return record === undefined ? [] : [[id, record]]
          })
        )
      }).pipe(Effect.zipLeft(Metric.update(Metrics.batchSize, ids.length))),
    askSingly,
    isAbsent: (error) => error._tag === "KaleidoscopeNotFound"
  }

  const shared = api.state.shared("Records.batches", () => Batches.make(batching))

  /** Asks by id. Calls under the application's policy share their batches; a call under another policy has its own. */
  const asking = <A, E>(ask: (asking: typeof shared) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.withFiberRuntime((fiber) => {
      const patch = Context.get(fiber.currentContext, Policy.Patch)
      return ask(Object.keys(patch).length === 0 ? shared : Batches.make(batching, patch))
    })

  /** The keys by the ids of their fields. */
  const keysOf = (keyValues: KeyValues) =>
    Effect.gen(function* () {
      const invalid = (key: string, message: string) =>
        Method.invalid(Calls.find.name, Json.formatPath(["key_values", key]), message)
      const keys = new Map<string, string | number | boolean>()
      const named = new Set<string>()
      for (const [key, value] of Object.entries(keyValues)) {
        const id = yield* keyFields.resolve(Id.isUuid(key) ? Ids.EntityFieldId.make(key) : { field_name: key })
        if (named.has(Id.canonical(id))) return yield* invalid(key, "another of the keys names the same field")
        if (Option.isNone(Content.asText(value)) && typeof value !== "number") {
          return yield* invalid(key, "a key must be text, a number or a boolean")
        }
        named.add(Id.canonical(id))
        keys.set(id, value)
      }
      return keys.size === 0
        ? yield* Method.invalid(Calls.find.name, "key_values", "there are no keys in it")
        : Object.fromEntries(keys)
    })

  const byKeys = (reference: ByKeys) =>
    Effect.gen(function* () {
      const keys = yield* keysOf(reference.key_values)
      const responses = yield* api.get(Calls.find, {}, { records_key_field_to_value: [keys] })
      const found = Id.distinct(responses.flatMap(({ record }) => (record === null ? [] : [record])))
      if (found.length > 1) {
        const ids = found.map(({ id }) => id)
        return yield* References.ambiguous(Calls.find.name, `record ${describe(reference)}`, ids)
      }
      return Option.fromIterable(found)
    })

  /** The id of a record that a batch can ask for. In a batch, an id with a comma in it would become two ids. */
  const idInBatch = (reference: Reference): string | undefined => {
    const id = hasKeys(reference) ? "" : Catalog.idOf(reference)
    return Id.isUuid(id) ? id : undefined
  }

  /** Reads a record that no batch can ask for. */
  const alone = (reference: Reference): Effect.Effect<Option.Option<Record>, AskError | ReferenceError> =>
    hasKeys(reference) ? byKeys(reference) : batching.one(Catalog.idOf(reference))

  const findAlone = (reference: Reference) =>
    Effect.catchTag(alone(reference), "KaleidoscopeNotFound", () => Effect.succeedNone)

  /** Each record, in the order of the references. */
  const findEach = (
    references: ReadonlyArray<Reference>
  ): Effect.Effect<ReadonlyArray<Option.Option<Record>>, ReadError | InvalidRequest | ReferenceError> =>
    asking(({ each }) => {
      const ids = references.map(idInBatch)
      const inBatch = each(ids.filter(Predicate.isNotUndefined))
      if (!ids.includes(undefined)) return inBatch
      const others = references.filter((_, index) => ids[index] === undefined)
      return Effect.map(
        Effect.all([inBatch, Effect.forEach(others, findAlone, { concurrency: "unbounded" })], {
          concurrency: "unbounded"
        }),
        ([inBatch, others]) => {
          const [nextInBatch, nextOther] = [inBatch.values(), others.values()]
          return ids.map((id) => (id === undefined ? nextOther : nextInBatch).next().value ?? Option.none())
        }
      )
    })

  const find = (reference: Reference) => Effect.map(findEach([reference]), ([found = Option.none()]) => found)

  /** If the record is asked for alone and does not exist, this fails with the server's own `NotFound`. */
  const get = (reference: Reference) =>
    asking(({ one }) => {
      const id = idInBatch(reference)
      return Effect.flatMap(
        id === undefined ? alone(reference) : one(id),
        Option.match({ onNone: () => Effect.fail(missing([reference])), onSome: Effect.succeed })
      )
    })

  /** The record that has these keys; fails with `UnknownReference` if there is none. */
  const named = (reference: ByKeys) =>
    Effect.flatMap(
      byKeys(reference),
      Option.match({
        onSome: Effect.succeed,
        onNone: () => Effect.fail(References.unknown(Calls.find.name, `record ${describe(reference)}`))
      })
    )

  /** The id that an argument names. An id is taken as it is; keys are looked up. */
  const resolve = (reference: Reference): Effect.Effect<Ids.RecordId, ReadError | InvalidRequest | ReferenceError> =>
    hasKeys(reference) ? Effect.map(named(reference), ({ id }) => id) : Effect.succeed(Catalog.idOf(reference))

  /** The record that an argument names, read now. */
  const read = (reference: Reference) => (hasKeys(reference) ? named(reference) : get(reference))

  const findMany = (references: Iterable<Reference>) =>
    Effect.map(findEach(Array.fromIterable(references)), Array.getSomes)

  const getMany = (references: Iterable<Reference>) =>
    Effect.suspend(() => {
      const all = Array.fromIterable(references)
      return Effect.flatMap(findEach(all), (found) => {
        const absent = all.filter((_, index) => found[index] === undefined || Option.isNone(found[index]))
        return absent.length > 0 ? Effect.fail(missing(absent)) : Effect.succeed(Array.getSomes(found))
      })
    })

  return { find, findMany, get, getMany, read, resolve, keysOf }
}
