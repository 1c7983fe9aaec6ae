import type * as HttpBody from "@effect/platform/HttpBody"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as EntityTypes from "../entityTypes/lookup.js"
import * as Json from "../json/json.js"
import * as EncodedRow from "../json/rows.js"
import * as Programs from "../programs/lookup.js"
import * as RecordViews from "../recordViews/lookup.js"
import type * as Api from "../request/api.js"
import * as Encode from "../request/encode.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"
import * as FieldNames from "./fieldNames.js"
import type { Push, PushByFieldId, PushOptions, Row, Target } from "./model.js"

/** An argument of a push that cannot be sent. The method that was called puts its own name into the error. */
const invalid = (at: string, message: string) => Effect.fail(Method.invalid(Calls.push.name, at, message))

/** Refuses keys that cannot identify records. `at` is the argument that has them. */
export const checkKeys = (at: string, keys: ReadonlyArray<string>, canonical: (label: string) => string) =>
  Effect.gen(function* () {
    if (keys.length === 0) {
      return yield* invalid(at, "it is empty: name the key fields that say which record a row is about")
    }
    const blank = keys.findIndex((key) => typeof key !== "string" || key.trim() === "")
    if (blank >= 0) return yield* invalid(`${at}[${blank}]`, "it is empty")
    const repeated = FieldNames.twice(keys, canonical)
    if (Option.isSome(repeated)) {
      const [first, second, index] = repeated.value
      return yield* invalid(`${at}[${index}]`, FieldNames.alike(first, second))
    }
  })

/** A place in the rows, and what is wrong there. */
interface WrongRow {
  readonly at: string
  readonly message: string
}

/** Whether two rows have the same columns, in the same order. Nearly all rows have those of the row before. */
export const areSame = (some: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean =>
  some === others || (some.length === others.length && some.every((one, index) => one === others[index]))

const columnsBy = (
  hasColumns: typeof EncodedRow.hasColumns,
  rows: ReadonlyArray<Row>,
  idOf: ((label: string) => string) | undefined
): Either.Either<ReadonlyMap<string, number>, WrongRow> => {
  const columns = new Map<string, number>()
  let ofRowBefore: ReadonlyArray<string> = []
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]
    if (hasColumns(row, ofRowBefore)) continue
    const sent = Option.getOrUndefined(EncodedRow.sentColumns(row))
    if (sent === undefined) return Either.left({ at: `data[${index}]`, message: "a row must be an object" })
    ofRowBefore = sent
    const repeated = idOf === undefined ? Option.none() : FieldNames.twice(sent, idOf)
    if (Option.isSome(repeated)) {
      const [first, second] = repeated.value
      return Either.left({
        at: Json.formatPath(["data", index, second]),
        message: FieldNames.alike(first, second)
      })
    }
    for (const column of sent) if (!columns.has(column)) columns.set(column, index)
  }
  return Either.right(columns)
}

/** Each column of the rows, with the index of the first row that has it. Columns of one row with the same id are refused. */
const columnsOf = (
  rows: ReadonlyArray<Row>,
  idOf: ((label: string) => string) | undefined
): Either.Either<ReadonlyMap<string, number>, WrongRow> =>
  // A getter of a row may throw. Then each row is looked at alone, and that one is refused when it is written.
  Either.getOrElse(
    Either.try(() => columnsBy(EncodedRow.hasColumns, rows, idOf)),
    () => columnsBy(() => false, rows, idOf)
  )

/** Pushes rows, after it has checked their names and looked up the references. */
export const make = (api: Api.Api) => {
  const programs = Programs.catalog(api)
  const activities = Activities.catalog(api)
  const recordViews = RecordViews.catalog(api)
  const { dataFields, drop, keyFields } = EntityFields.fieldCatalogs(api)
  const entityTypes = EntityTypes.catalog(api)

  const targetOf = ({ operation_id, program_id, set_name }: Target) =>
    Effect.all({
      program_id: Catalog.optional(program_id, programs.resolve),
      operation_id: Catalog.optional(operation_id, activities.resolve),
      set_name: Effect.succeed(set_name)
    })

  /** The body of a push without its rows. */
  const optionsOf = ({ add_fields_to_record_view_ids, key_field_names, record_view_id, ...target }: PushOptions) =>
    Effect.all({
      target: targetOf(target),
      record_view_id: Catalog.optional(record_view_id, recordViews.resolve),
      add_fields_to_record_view_ids: recordViews.resolveAll(add_fields_to_record_view_ids)
    }).pipe(Effect.map(({ target, ...views }) => ({ key_field_names, ...target, ...views })))

  /** The fields of the workspace, as rows name them. */
  const knownFields = (by: FieldNames.By) => FieldNames.make(keyFields, dataFields, by)

  /** Refuses rows that cannot be sent, and rows with fields that the workspace does not have. */
  const checkRows = (
    by: FieldNames.By,
    keys: { readonly at: string; readonly labels: ReadonlyArray<string> },
    { data, unknown_fields }: { readonly data: ReadonlyArray<Row> } & Target
  ) =>
    Effect.gen(function* () {
      const isAdding = unknown_fields === "add"
      const canonical = FieldNames.canonicalFor(by, isAdding)
      yield* checkKeys(keys.at, keys.labels, canonical)
      const seen = new Map(keys.labels.map((label) => [canonical(label), label]))
      const found = columnsOf(data, by === "id" ? canonical : undefined)
      if (Either.isLeft(found)) return yield* invalid(found.left.at, found.left.message)
      const columns = found.right
      for (const [column, index] of by === "name" && isAdding ? columns : []) {
        const problem = FieldNames.unaddable(seen, column)
        if (problem !== undefined) return yield* invalid(Json.formatPath(["data", index, column]), problem)
      }
      if (isAdding) return
      const known = knownFields(by)
      const dataColumns = [...columns.keys()].filter((column) => !seen.has(canonical(column)))
      const [unknownKeys, unknownColumns] = yield* Effect.all([known.keys(keys.labels), known.columns(dataColumns)], {
        concurrency: 2
      })
      yield* FieldNames.refusePush([
        ...unknownKeys.values(),
        ...Array.from(unknownColumns, ([column, problem]) => ({
          ...problem,
          message: `${problem.message} (in data[${columns.get(column)}])`
        }))
      ])
    })

  /** Drops the cached fields and entity types: an import may have added some. */
  const dropFields = Effect.all([drop, entityTypes.drop], { discard: true })

  const dropping = <A, E, R>(self: Effect.Effect<A, E, R>, { unknown_fields }: Target): Effect.Effect<A, E, R> =>
    unknown_fields === "add" ? Effect.ensuring(self, dropFields) : self

  const otherwise = { otherwise: { look: Calls.list.name } }

  type Body = Effect.Effect.Success<ReturnType<typeof optionsOf>> & { readonly data: ReadonlyArray<unknown> }

  /** A body in the form that is sent, with its length. One that cannot be sent stays, and becomes the error of its push. */
  const encoded = (body: Body): { readonly body: Body | HttpBody.HttpBody; readonly bytes: number } =>
    Either.match(Encode.body(body), {
      onLeft: () => ({ body, bytes: 0 }),
      onRight: (body) => ({ body, bytes: body.contentLength ?? 0 })
    })

  const pushRows = (source: Ids.ImportSourceId | undefined, body: Body | HttpBody.HttpBody) =>
    Effect.map(
      source === undefined
        ? api.send(Calls.push, {}, body, otherwise)
        : api.send(Calls.pushFromSource, { source_id: source }, body, otherwise),
      ({ import_id }) => import_id
    )

  return {
    knownFields,
    optionsOf,
    encoded,
    pushRows,
    dropFields,
    dropping,
    push: ({ data, source_id, ...options }: Push) =>
      Effect.gen(function* () {
        yield* checkRows("name", { at: "key_field_names", labels: options.key_field_names }, { ...options, data })
        const body = yield* optionsOf(options)
        return yield* dropping(pushRows(source_id, { ...body, data }), options)
      }).pipe(Method.withSpan(Calls.push)),
    pushByFieldId: ({ data, key_field_ids, record_view_ids, ...target }: PushByFieldId) =>
      Effect.gen(function* () {
        const labels = yield* Effect.forEach(key_field_ids, keyFields.resolve)
        yield* checkRows("id", { at: "key_field_ids", labels }, { ...target, data })
        const body = {
          key_field_ids: labels,
          ...(yield* targetOf(target)),
          record_view_ids: yield* recordViews.resolveAll(record_view_ids),
          data
        }
        return (yield* api.send(Calls.pushByFieldId, {}, body, otherwise)).import_id
      }).pipe(Method.withSpan(Calls.pushByFieldId))
  }
}
