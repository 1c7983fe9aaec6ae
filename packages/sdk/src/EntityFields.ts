/**
 * Fields: what the records of a workspace can hold. Key fields make up the identity of a record, data fields its values.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Auth from "./Auth.js"
import * as Ids from "./Ids.js"
import * as Api from "./internal/api.js"
import * as Catalog from "./internal/catalog.js"
import * as Id from "./internal/id.js"
import * as Refusal from "./internal/refusal.js"
import * as Call from "./internal/request/call.js"
import * as Wire from "./internal/wire.js"
import {
  type AmbiguousReference,
  Conflict,
  type NotFound,
  type ReadError,
  type ReferenceError,
  type WriteError
} from "./KaleidoscopeError.js"

/**
 * What a field holds: one of the types that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const isFieldType = Schema.is(EntityFields.FieldType)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const FieldType = Wire.oneOf(
  "text",
  "number",
  "qualified-number",
  "smiles-string",
  "select",
  "multiselect",
  "molfile",
  "record-reference",
  "mixture",
  "file",
  "image",
  "date",
  "URL",
  "boolean",
  "email",
  "phone",
  "formula",
  "people",
  "votes",
  "xy-array",
  "dna-oligo",
  "rna-oligo",
  "peptide",
  "plasmid",
  "google-drive-file",
  "s3-file",
  "snowflake-query",
  "status",
  "rxn",
  "protein-structure"
)

/**
 * What a field holds.
 *
 * @since 0.1.0
 * @category models
 */
export type FieldType = typeof FieldType.Type

/**
 * How values that do not have a key field's format are met.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 *
 * const patch: EntityFields.KeyFieldPatch = { format_enforcement: "generate", serial_format_prefix: "EK-" }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const FormatEnforcement = Wire.oneOf("suggest", "enforce_only", "generate")

/**
 * How values that do not have a key field's format are met.
 *
 * @since 0.1.0
 * @category models
 */
export type FormatEnforcement = typeof FormatEnforcement.Type

/**
 * Which of several values a table shows.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 *
 * const patch: EntityFields.DataFieldPatch = { display_aggregation_type: "median" }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const Aggregation = Wire.oneOf("latest", "list", "earliest", "range", "mean", "median", "minimum", "maximum")

/**
 * Which of several values a table shows.
 *
 * @since 0.1.0
 * @category models
 */
export type Aggregation = typeof Aggregation.Type

/**
 * The activities whose values a lookup shows.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 *
 * const patch: EntityFields.DataFieldPatch = { lookup_display_operation_scope: "parent" }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const LookupScope = Wire.oneOf("all", "child", "parent")

/**
 * The activities whose values a lookup shows.
 *
 * @since 0.1.0
 * @category models
 */
export type LookupScope = typeof LookupScope.Type

/**
 * A field: a key field if `is_key`, else a data field. A key field and a data field can have the same name.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Schema.decodeUnknown(EntityFields.EntityField)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const EntityField = Wire.model("EntityField", {
  id: Ids.EntityFieldId,
  created_at: Wire.orNull(Wire.timestamp),
  is_key: Wire.orNull(Schema.Boolean),
  field_name: Wire.decisive(Wire.orNull(Schema.String)),
  field_description: Wire.orNull(Schema.String),
  /** One text, for people: empty if there are none. */
  field_examples: Wire.orNull(Schema.String),
  field_type: Wire.decisive(Wire.orNull(FieldType)),
  /** The entity type that values of a `record-reference` are of. */
  ref_slice_id: Wire.orNull(Ids.EntityTypeId),
  regex_format: Wire.orNull(Schema.String),
  /** What depends on the type, as the options of a `select`. */
  attrs: Wire.json,
  is_archived: Wire.orNull(Schema.Boolean),
  is_readonly: Wire.orNull(Schema.Boolean),
  serial_format_prefix: Wire.orNull(Schema.String),
  serial_format_padding: Wire.orNull(Schema.Number),
  format_enforcement: Wire.orNull(FormatEnforcement),
  show_format_warning: Wire.orNull(Schema.Boolean),
  initial_counter_value: Wire.orNull(Schema.Number),
  /** `registered_entity` for the key of compounds that are registered. */
  role: Wire.orNull(Wire.oneOf("registered_entity")),
  display_aggregation_type: Wire.orNull(Aggregation),
  display_includes_sub_records: Wire.orNull(Schema.Boolean),
  display_includes_operations: Wire.orNull(Schema.Boolean),
  lookup_display_aggregation_type: Wire.orNull(Aggregation),
  lookup_display_includes_sub_records: Wire.orNull(Schema.Boolean),
  lookup_display_operation_scope: Wire.orNull(LookupScope)
})

/**
 * A field: a key field if `is_key`, else a data field.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntityField extends Schema.Schema.Type<typeof EntityField> {}

/**
 * How a field is named: by its id, by itself, or by its name, which is looked for among the key fields or among the
 * data fields.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.EntityFieldId, "field_name">

/**
 * What changes of a key field. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyFieldPatch {
  readonly field_name?: string
  readonly field_description?: string | null
  /** One text, of at most 500 characters. */
  readonly field_examples?: string | null
  readonly regex_format?: string | null
  readonly serial_format_prefix?: string | null
  readonly serial_format_padding?: number | null
  readonly format_enforcement?: FormatEnforcement | null
  readonly show_format_warning?: boolean | null
  readonly initial_counter_value?: number | null
  readonly role?: "registered_entity" | (string & {}) | null
}

/**
 * What changes of a data field. A key left out stays, `null` clears.
 *
 * @since 0.1.0
 * @category models
 */
export interface DataFieldPatch {
  readonly field_name?: string
  readonly field_description?: string | null
  /** One text, of at most 500 characters. */
  readonly field_examples?: string | null
  readonly is_archived?: boolean | null
  readonly is_readonly?: boolean | null
  readonly display_aggregation_type?: Aggregation | null
  readonly display_includes_sub_records?: boolean | null
  readonly display_includes_operations?: boolean | null
  readonly lookup_display_aggregation_type?: Aggregation | null
  readonly lookup_display_includes_sub_records?: boolean | null
  readonly lookup_display_operation_scope?: LookupScope | null
  readonly attrs?: { readonly [key: string]: unknown } | null
}

/**
 * What can be done with fields.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Every key field of the workspace, read from the server now. */
  readonly listKeyFields: Effect.Effect<ReadonlyArray<EntityField>, ReadError>
  /** The key field, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly findKeyField: (field: Reference) => Effect.Effect<Option.Option<EntityField>, ReadError | AmbiguousReference>
  /** The key field; fails with `NotFound` if there is none. */
  readonly getKeyField: (field: Reference) => Effect.Effect<EntityField, ReadError | AmbiguousReference | NotFound>
  /**
   * The key field with this name, which is created if there is none. What is asked for at the same time, on one
   * credential and client, is created once; where somebody else creates it at the same time, theirs is given.
   */
  readonly getOrCreateKeyField: (field: {
    readonly field_name: string
  }) => Effect.Effect<EntityField, WriteError | AmbiguousReference>
  /** Changes a key field. */
  readonly updateKeyField: (
    field: Reference,
    patch: KeyFieldPatch
  ) => Effect.Effect<EntityField, WriteError | NotFound | ReferenceError>
  /** Every data field of the workspace, read from the server now. */
  readonly listDataFields: Effect.Effect<ReadonlyArray<EntityField>, ReadError>
  /** The data field, if there is one. Fails with `AmbiguousReference` if the name is that of several. */
  readonly findDataField: (
    field: Reference
  ) => Effect.Effect<Option.Option<EntityField>, ReadError | AmbiguousReference>
  /** The data field; fails with `NotFound` if there is none. */
  readonly getDataField: (field: Reference) => Effect.Effect<EntityField, ReadError | AmbiguousReference | NotFound>
  /**
   * The data field with this name, which is created if there is none: once, as `getOrCreateKeyField`. Fails with
   * `Conflict` if there is one of another type.
   */
  readonly getOrCreateDataField: (field: {
    readonly field_name: string
    readonly field_type: FieldType
    readonly attrs?: { readonly [key: string]: unknown }
  }) => Effect.Effect<EntityField, WriteError | AmbiguousReference>
  /** Changes a data field. */
  readonly updateDataField: (
    field: Reference,
    patch: DataFieldPatch
  ) => Effect.Effect<EntityField, WriteError | NotFound | ReferenceError>
}

/**
 * Fields: what the records of a workspace can hold.
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

/** @internal */
export const keyFieldCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "key field",
    call: Call.read("EntityFields.listKeyFields", "GET /key_fields", {
      success: Schema.Array(EntityField),
      errors: Refusal.common,
      known: "seen"
    }),
    methods: { find: "findKeyField", get: "getKeyField" },
    names: ["field_name"]
  })

/** @internal */
export const dataFieldCatalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "data field",
    call: Call.read("EntityFields.listDataFields", "GET /data_fields", {
      success: Schema.Array(EntityField),
      errors: Refusal.common,
      known: "seen"
    }),
    methods: { find: "findDataField", get: "getDataField" },
    names: ["field_name"]
  })

const UpdatedKeyField = Wire.model("UpdatedKeyField", { resource: EntityField })
const UpdatedDataField = Wire.model("UpdatedDataField", { resource: Schema.Struct({ field: EntityField }) })

/**
 * Makes the service. It holds no state: what services share belongs to the credential and the client.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const dataFields = Effect.flatMap(EntityFields.make, (fields) => fields.listDataFields)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const api = yield* Api.make
  const keyFields = keyFieldCatalog(api)
  const dataFields = dataFieldCatalog(api)
  // Looking and creating are two calls: one after the other, or two who ask would both create.
  const oneByOne = api.state.shared("EntityFields.create", () => Effect.unsafeMakeSemaphore(1)).withPermits(1)

  const getOrCreate = (
    method: string,
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
      // Somebody else may have been faster, or the answer was lost on its way: then it is there by now.
      Effect.catchIf(
        (error) => error._tag === "KaleidoscopeConflict" || error.outcome !== "none",
        (error) => orElse(Effect.fail(error))
      ),
      orElse,
      oneByOne,
      orElse,
      Api.method(method)
    )
  }

  return {
    listKeyFields: keyFields.list,
    findKeyField: keyFields.find,
    getKeyField: keyFields.get,
    getOrCreateKeyField: ({ field_name }) =>
      getOrCreate(
        "EntityFields.getOrCreateKeyField",
        keyFields,
        field_name,
        api.write("EntityFields.getOrCreateKeyField", {
          method: "POST",
          path: "/key_fields/",
          params: {},
          body: { field_name },
          success: EntityField,
          otherwise: { look: "EntityFields.listKeyFields" },
          refusals: Refusal.write,
          repeatable: false
        })
      ),
    updateKeyField: (field, patch) =>
      Effect.flatMap(keyFields.resolve(field), (id) =>
        api.write("EntityFields.updateKeyField", {
          method: "PUT",
          path: "/key_fields/{id}",
          params: { id },
          body: patch,
          success: UpdatedKeyField,
          otherwise: {
            look: "EntityFields.getKeyField",
            find: Effect.map(
              keyFields.find(id),
              Option.map((resource) => ({ resource }))
            )
          },
          refusals: Refusal.writeItem,
          repeatable: true
        })
      ).pipe(
        Effect.map(({ resource }) => resource),
        Effect.ensuring(keyFields.drop),
        Api.method("EntityFields.updateKeyField")
      ),
    listDataFields: dataFields.list,
    findDataField: dataFields.find,
    getDataField: dataFields.get,
    getOrCreateDataField: ({ attrs = {}, field_name, field_type }) =>
      getOrCreate(
        "EntityFields.getOrCreateDataField",
        dataFields,
        field_name,
        api.write("EntityFields.getOrCreateDataField", {
          method: "POST",
          path: "/data_fields/",
          params: {},
          body: { field_name, field_type, attrs },
          success: EntityField,
          otherwise: { look: "EntityFields.listDataFields" },
          refusals: Refusal.write,
          repeatable: false
        })
      ).pipe(
        Effect.filterOrFail(
          (field) => field.field_type === null || field.field_type === field_type,
          (field) =>
            new Conflict(
              Api.localFacts(
                "EntityFields.getOrCreateDataField",
                `the data field ${JSON.stringify(field_name)} is of the type ${field.field_type}, not ${field_type}`
              )
            )
        )
      ),
    updateDataField: (field, patch) =>
      Effect.flatMap(dataFields.resolve(field), (id) =>
        api.write("EntityFields.updateDataField", {
          method: "PUT",
          path: "/data_fields/{id}",
          params: { id },
          body: patch,
          success: UpdatedDataField,
          otherwise: {
            look: "EntityFields.getDataField",
            find: Effect.map(
              dataFields.find(id),
              Option.map((field) => ({ resource: { field } }))
            )
          },
          refusals: Refusal.writeItem,
          repeatable: true
        })
      ).pipe(
        Effect.map(({ resource }) => resource.field),
        Effect.ensuring(dataFields.drop),
        Api.method("EntityFields.updateDataField")
      )
  } satisfies Service
})

/**
 * Fields, over whatever `HttpClient` and `Auth` are provided.
 *
 * @example
 * ```ts
 * import { Auth, EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const FieldsLive = EntityFields.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<EntityFields, never, HttpClient.HttpClient | Auth.Auth> = Layer.fresh(
  Layer.effect(EntityFields, make)
)

/**
 * Exported rows with names for the field ids that their columns are named by. A name that two of the fields share, or
 * that a column of any of the rows has already, would lose a column or mix two: there the id stays, in all rows.
 *
 * @example
 * ```ts
 * import { EntityFields } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const readable = (rows: ReadonlyArray<{ readonly [column: string]: string }>) =>
 *   Effect.gen(function* () {
 *     const fields = yield* EntityFields.EntityFields
 *     const all = [...(yield* fields.listKeyFields), ...(yield* fields.listDataFields)]
 *     return EntityFields.renameFields(rows, all)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const renameFields: {
  (
    fields: Iterable<EntityField>
  ): <A>(rows: Iterable<{ readonly [column: string]: A }>) => Array<{ readonly [column: string]: A }>
  <A>(
    rows: Iterable<{ readonly [column: string]: A }>,
    fields: Iterable<EntityField>
  ): Array<{ readonly [column: string]: A }>
} = dual(
  2,
  <A>(
    rows: Iterable<{ readonly [column: string]: A }>,
    fields: Iterable<EntityField>
  ): Array<{ readonly [column: string]: A }> => {
    const all = Array.from(rows)
    const columns = new Set(all.flatMap((row) => Object.keys(row)))
    const idsOf = new Map<string, Set<string>>()
    for (const { field_name, id } of fields) {
      if (field_name !== null && field_name !== "" && !columns.has(field_name)) {
        idsOf.set(field_name, (idsOf.get(field_name) ?? new Set()).add(Id.canonical(id)))
      }
    }
    const spellings = new Map<string, number>()
    for (const column of columns) spellings.set(Id.canonical(column), (spellings.get(Id.canonical(column)) ?? 0) + 1)
    const nameOf = new Map<string, string>()
    for (const [name, ids] of idsOf) {
      // Two columns of one id, in capitals and not, would become one column.
      if (ids.size === 1) for (const id of ids) if (spellings.get(id) === 1) nameOf.set(id, name)
    }
    return all.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [nameOf.get(Id.canonical(column)) ?? column, value])
      )
    )
  }
)
