import type * as HttpClient from "@effect/platform/HttpClient"
import { Activities, type Auth, EntityFields, EntityTypes, Ids, Programs, Records } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import { answers } from "./support/answers.js"
import * as Scripted from "./support/scripted.js"
import { fixture, onScript } from "./support/services.js"

const record = Ids.RecordId.make("06bfb669-9fea-4d29-8bc5-da71f1b0ecc1")

/** A call whose answer is one of the real bodies. */
const reading = <A, I, R>(options: {
  readonly file: string
  readonly schema: Schema.Schema<A, I>
  readonly layer: Layer.Layer<R, never, HttpClient.HttpClient | Auth.Auth>
  readonly call: Effect.Effect<A, unknown, R>
  /** A field of a thing in it, and what is wrong with it. */
  readonly damage: { readonly path: ReadonlyArray<string | number>; readonly value: unknown; readonly expected: string }
}) => {
  const encode = Schema.encodeSync(options.schema)
  return {
    file: options.file,
    damage: options.damage,
    /** What is written of what was read. */
    read: (body: unknown) => {
      const { layer } = onScript(options.layer, () => Scripted.json(body))
      return options.call.pipe(
        Effect.map((model): unknown => JSON.parse(JSON.stringify(encode(model)))),
        Effect.either,
        Effect.provide(layer)
      )
    }
  }
}

const bodies = [
  reading({
    file: "programs.json",
    schema: Schema.Array(Programs.Program),
    layer: Programs.layer,
    call: Effect.flatMap(Programs.Programs, (programs) => programs.list),
    damage: { path: [1, "id"], value: 7, expected: "string" }
  }),
  reading({
    file: "entity_types.json",
    schema: Schema.Array(EntityTypes.EntityType),
    layer: EntityTypes.layer,
    call: Effect.flatMap(EntityTypes.EntityTypes, (entityTypes) => entityTypes.list),
    damage: { path: [0], value: "f0cb7b2d", expected: "EntityType" }
  }),
  reading({
    file: "key_fields.json",
    schema: Schema.Array(EntityFields.EntityField),
    layer: EntityFields.layer,
    call: Effect.flatMap(EntityFields.EntityFields, (fields) => fields.listKeyFields),
    damage: { path: [1, "id"], value: ["yes"], expected: "string" }
  }),
  reading({
    file: "data_fields.json",
    schema: Schema.Array(EntityFields.EntityField),
    layer: EntityFields.layer,
    call: Effect.flatMap(EntityFields.EntityFields, (fields) => fields.listDataFields),
    damage: { path: [0, "id"], value: null, expected: "string" }
  }),
  reading({
    file: "experiments.json",
    schema: Schema.Array(Activities.Activity),
    layer: Activities.layer,
    call: Effect.flatMap(Activities.Activities, (activities) => activities.list),
    damage: { path: [1, "id"], value: undefined, expected: "string" }
  }),
  reading({
    file: "record.json",
    schema: Records.Record,
    layer: Records.layer,
    call: Effect.flatMap(Records.Records, (records) => records.get(record)),
    damage: { path: ["id"], value: undefined, expected: "string" }
  }),
  reading({
    file: "records.json",
    schema: Schema.Array(Records.Record),
    layer: Activities.layer,
    call: Effect.flatMap(Activities.Activities, (activities) => activities.records(Ids.ActivityId.make("a"))),
    damage: {
      path: [0, "record_values"],
      value: ["139"],
      expected: "an object"
    }
  })
]

const isNothing = (value: unknown): boolean =>
  value === null ||
  (Array.isArray(value) ? value.length === 0 : Predicate.isRecord(value) && Object.keys(value).length === 0)

/** What was sent, of what is written back: what is missing there is nothing here. */
const asSent = (written: unknown, sent: unknown): unknown => {
  if (Array.isArray(written) && Array.isArray(sent)) return written.map((item, index) => asSent(item, sent[index]))
  if (!Predicate.isRecord(written) || !Predicate.isRecord(sent)) return written
  return Object.fromEntries(
    Object.entries(written).flatMap(([key, value]) =>
      key in sent ? [[key, asSent(value, sent[key])]] : isNothing(value) ? [] : [[key, value]]
    )
  )
}

const setAt = (body: unknown, [first, ...rest]: ReadonlyArray<string | number>, value: unknown): unknown =>
  first === undefined
    ? value
    : Array.isArray(body)
      ? body.map((item: unknown, index) => (index === first ? setAt(item, rest, value) : item))
      : Predicate.isRecord(body)
        ? { ...body, [first]: setAt(body[first], rest, value) }
        : body

const formatted = (path: ReadonlyArray<string | number>) =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("")

/** The names of the fields of the models in an answer, with the kinds of what they hold. */
const fieldsOf = (body: unknown): Array<string> => {
  const models: ReadonlyArray<unknown> = Array.isArray(body) ? body : [body]
  const kindOf = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value)
  return Array.from(
    new Set(
      models.flatMap((model) => Object.entries(Object(model)).map(([name, value]) => `${name}: ${kindOf(value)}`))
    )
  )
}

const isReadAsItCame = (read: (body: unknown) => Effect.Effect<Either.Either<unknown, unknown>>, body: unknown) =>
  Effect.map(read(body), (outcome) => expect(asSent(Either.getOrThrow(outcome), body)).toEqual(body))

const saysWhatIsDamaged = ({ damage, read }: (typeof bodies)[number], body: unknown) =>
  Effect.map(read(setAt(body, damage.path, damage.value)), (outcome) => {
    expect(outcome).toMatchObject({
      left: {
        _tag: "KaleidoscopeDecodeError",
        at: formatted(damage.path),
        expected: expect.stringContaining(damage.expected),
        excerpt: damage.value === undefined ? "nothing" : JSON.stringify(damage.value),
        message: expect.stringContaining(formatted(damage.path))
      }
    })
  })

describe("responses in the forms that the platform sends", () => {
  for (const body of bodies) {
    it.effect(`${body.file}, written by hand, is decoded, and encoded as it was received`, () =>
      isReadAsItCame(body.read, answers[body.file])
    )

    it.effect(`${body.file}, written by hand and damaged, is an error with the path`, () =>
      saysWhatIsDamaged(body, answers[body.file])
    )
  }
})

describe("recorded responses, if they are present", () => {
  for (const body of bodies) {
    const real = fixture(body.file)

    it.effect.skipIf(real === undefined)(`${body.file} is decoded, and encoded as it was received`, () =>
      isReadAsItCame(body.read, real)
    )

    it.effect.skipIf(real === undefined)(`${body.file}, damaged, is an error with the path`, () =>
      saysWhatIsDamaged(body, real)
    )

    it.skipIf(real === undefined)(`${body.file} has only fields that the handwritten response has`, () => {
      expect(fieldsOf(answers[body.file])).toEqual(expect.arrayContaining(fieldsOf(real)))
    })
  }
})
