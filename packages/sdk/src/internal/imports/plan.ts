import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as EntityTypes from "../entityTypes/lookup.js"
import * as Id from "../id.js"
import * as EncodedRow from "../json/rows.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as FieldNames from "./fieldNames.js"
import * as Push from "./push.js"
import type { ImportOptions } from "./report.js"

/** The method that the application called. */
export const name = "Imports.importRows"

/** What a job is asked to import. */
interface Asked extends Pick<ImportOptions, "entity_slice_id" | "key_field_names"> {
  readonly isAdding: boolean
  readonly tableColumns: ReadonlyArray<string> | undefined
  readonly schema: Schema.Schema.AnyNoContext | undefined
}

/** Checks the keys and the columns of a job, before its first row is read. */
export const make = (api: Api.Api, pushing: ReturnType<typeof Push.make>) => {
  const keyFields = EntityFields.keyFieldCatalog(api)
  const entityTypes = EntityTypes.catalog(api)
  const known = pushing.knownFields("name")

  /** The key fields with these names, in their order. A name of a field that is to be added has none. */
  const keysCalled = (names: ReadonlyArray<string>) =>
    Effect.map(
      keyFields.recent((held) => names.every((name) => held.some(({ field_name }) => field_name === name))),
      (fields) =>
        names.flatMap((name) => fields.find((field) => field.field_name === name && field.is_archived !== true) ?? [])
    )

  const hasExactly = (type: EntityTypes.EntityType, ids: ReadonlyArray<string>): boolean =>
    type.key_field_ids.length === ids.length && type.key_field_ids.every((id) => Id.isIn(id, ids))

  /** The names of the keys: those that are given, or those of the entity type. */
  const keyNamesOf = ({
    entity_slice_id,
    key_field_names
  }: Pick<ImportOptions, "entity_slice_id" | "key_field_names">) =>
    Effect.gen(function* () {
      if (entity_slice_id === undefined) {
        return key_field_names ?? (yield* Method.invalid(name, "key_field_names", "give it, or entity_slice_id"))
      }
      const id = yield* entityTypes.resolve(entity_slice_id)
      const type = yield* entityTypes.known(id)
      if (Option.isNone(type)) return yield* References.unknown(name, `entity type ${id}`)
      const { key_field_ids, slice_name } = type.value
      const fields = yield* keyFields.recent((held) =>
        key_field_ids.every((key) => held.some((one) => Id.same(one.id, key)))
      )
      const names = key_field_ids.map((key) => fields.find((field) => Id.same(field.id, key))?.field_name ?? key)
      if (key_field_names === undefined) return names
      const isSame = names.length === key_field_names.length && names.every((one) => key_field_names.includes(one))
      return isSame
        ? key_field_names
        : yield* Method.invalid(
            name,
            "key_field_names",
            `the key fields of ${slice_name ?? id} are ${names.map(Nearest.quote).join(", ")}`
          )
    })

  /** The names that the workspace does not have. */
  const unknownNames = (keyNames: ReadonlyArray<string>, columns: ReadonlyArray<string>) =>
    Effect.map(
      Effect.all([known.keys(keyNames), known.columns(columns.filter((name) => !keyNames.includes(name)))], {
        concurrency: 2
      }),
      ([keys, others]) => [...keys.values(), ...others.values()]
    )

  return ({ isAdding, schema, tableColumns, ...asked }: Asked) =>
    Effect.gen(function* () {
      const keyNames = yield* keyNamesOf(asked)
      yield* Push.checkKeys("key_field_names", keyNames, FieldNames.canonicalFor("name", isAdding))
      const columns = schema === undefined ? undefined : EncodedRow.columns(schema)
      const needed = columns?.flatMap(({ isOptional, name }) => (isOptional ? [] : [name])) ?? keyNames
      const absent = tableColumns === undefined ? [] : needed.filter((column) => !tableColumns.includes(column))
      const absences = absent.map(
        (column) => `the table has no column ${Nearest.quote(column)}${Nearest.suggestion(column, tableColumns ?? [])}`
      )
      if (!isAdding) {
        const unknown = yield* unknownNames(keyNames, columns?.map(({ name }) => name) ?? tableColumns ?? [])
        yield* FieldNames.refusePush(unknown, absences)
      }
      if (absences.length > 0) return yield* Method.invalid(name, "rows", absences.join("; "))
      const keyFields = yield* keysCalled(keyNames)
      const ids = keyFields.map(({ id }) => id)
      const isOneType = (types: ReadonlyArray<EntityTypes.EntityType>) => types.some((type) => hasExactly(type, ids))
      if (!isAdding && !isOneType(yield* entityTypes.recent(isOneType))) {
        const quoted = keyNames.map(Nearest.quote).join(", ")
        const message = `no entity type has exactly the key fields ${quoted}. Set unknown_fields: "add" to create one`
        return yield* Method.invalid(name, "key_field_names", message)
      }
      return { keyNames, keyFields }
    })
}
