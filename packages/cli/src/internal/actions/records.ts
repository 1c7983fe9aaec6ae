import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import type * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import { suggestion } from "../nearest.js"
import * as Output from "../output/output.js"
import type * as Table from "../output/table.js"
import * as References from "../references.js"
import * as Query from "./query.js"

const services = Layer.mergeAll(Activities.layer, EntityFields.layer, Records.layer)

/** All fields by their id and by their name. A data field comes before a key field of the same name. */
const allFields = Effect.gen(function* () {
  const service = yield* EntityFields.EntityFields
  const [keyFields, dataFields] = yield* Effect.all([service.listKeyFields, service.listDataFields], { concurrency: 2 })
  return [...dataFields, ...keyFields]
})

const fieldNamed = (all: ReadonlyArray<EntityFields.EntityField>, name: string) => {
  const found = all.find(({ field_name, id }) => field_name === name || id === name)
  const names = all.flatMap(({ field_name }) => (field_name === null ? [] : [field_name]))
  return found === undefined
    ? failed(
        `There is no field ${JSON.stringify(name)}${suggestion(name, names)}`,
        "`kaleidoscope fields` shows the names"
      )
    : Effect.succeed(found)
}

const latest = (field: EntityFields.EntityField, activity?: Ids.ActivityId) => (record: Records.Record) =>
  Option.getOrNull(Records.latestContent(record, { field, activity }))

export const search = (
  options: Query.Options & { readonly field: ReadonlyArray<string>; readonly limit: Option.Option<number> }
) =>
  Effect.gen(function* () {
    const records = yield* Records.Records
    const query = yield* Query.read(options)
    const fields =
      options.field.length === 0
        ? []
        : yield* Effect.flatMap(allFields, (all) => Effect.forEach(options.field, (name) => fieldNamed(all, name)))
    const columns: ReadonlyArray<Table.Column<Records.Record>> = [
      { name: "name", value: ({ record_identifier }) => record_identifier },
      ...fields.map((field) => ({ name: field.field_name ?? field.id, value: latest(field) })),
      ...(fields.length > 0 ? [] : [{ name: "created_at", value: ({ created_at }: Records.Record) => created_at }]),
      { name: "id", value: ({ id }) => id }
    ]
    const found = yield* Stream.runCollect(records.stream({ ...query, limit: Option.getOrUndefined(options.limit) }))
    yield* Output.list(Records.Record, columns, [...found], "No record matches")
  }).pipe(Services.provide(services))

export const show = (options: { readonly record: string; readonly activity: Option.Option<string> }) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const record = yield* References.record(options.record)
    const activity = Option.isNone(options.activity) ? undefined : yield* References.activity(options.activity.value)
    const fields = output.json ? [] : yield* allFields
    const columns: ReadonlyArray<Table.Column<Records.Record>> = fields
      .filter(({ id }) => record.record_values[id] !== undefined)
      .map((field) => ({ name: field.field_name ?? field.id, value: latest(field, activity?.id) }))
    yield* Output.one(
      Records.Record,
      [
        { name: "name", value: ({ record_identifier }) => record_identifier },
        { name: "id", value: ({ id }) => id },
        { name: "created_at", value: ({ created_at }) => created_at },
        ...columns
      ],
      record
    )
  }).pipe(Services.provide(services))

const json = (text: string): unknown =>
  Either.getOrElse(
    Either.try((): unknown => JSON.parse(text)),
    () => text
  )

/** The types of fields whose values are text, whatever they look like. */
const ofText = new Set(["text", "smiles-string", "select", "URL", "email", "phone", "molfile", "date"])

/** The value of a field: text where the field has text, and otherwise JSON if it is JSON. */
const contentOf = (type: string | null, text: string, asText: boolean): unknown =>
  text === "" ? null : asText || type === null || ofText.has(type) ? text : json(text)

export const set = (options: {
  readonly record: string
  readonly values: ReadonlyArray<string>
  readonly activity: Option.Option<string>
  readonly text: boolean
}) =>
  Effect.gen(function* () {
    const records = yield* Records.Records
    const output = yield* Output.Output
    const all = yield* allFields
    const values = yield* Effect.forEach(options.values, (text) => {
      const [name = "", ...value] = text.split("=")
      return value.length === 0
        ? failed(`${JSON.stringify(text)} is not a field and its value`, "Write them as 'IC50=12.5'")
        : Effect.map(fieldNamed(all, name.trim()), (field) => ({
            field,
            content: contentOf(field.field_type, value.join("=").trim(), options.text)
          }))
    })
    const activity = Option.isNone(options.activity) ? undefined : yield* References.activity(options.activity.value)
    const record = yield* References.record(options.record)
    const done: Array<{ readonly field: string; readonly changed: boolean }> = []
    yield* Effect.forEach(
      values,
      ({ content, field }) =>
        Effect.map(records.setValue(record, { field, content, activity }), (changed) => {
          done.push({ field: field.field_name ?? field.id, changed })
        }),
      { discard: true }
    ).pipe(
      // One after the other, so that it is known what was written before a failure.
      Effect.onError(() =>
        done.length === 0
          ? Effect.void
          : output.note(`Written before the failure: ${done.map(({ field }) => field).join(", ")}`)
      )
    )
    yield* Output.either(
      done,
      Output.table(
        ["field", "changed"],
        done.map(({ changed, field }) => [field, changed ? "yes" : "no"]),
        ""
      )
    )
  }).pipe(Services.provide(services))
