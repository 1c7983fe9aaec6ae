import { deepStrictEqual } from "node:assert/strict"
import * as Sdk from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Decoder from "../src/internal/json/decoder.js"
import * as Drift from "../src/internal/json/drift.js"
import * as Json from "../src/internal/json/json.js"
import * as Timestamp from "../src/internal/json/timestamp.js"
import * as Wire from "../src/internal/json/wire.js"
import { type AnySchema, date, fitting, models, timestamp } from "./support/models.js"
import * as Scripted from "./support/scripted.js"

/** The same with something else in one place, to which the steps lead. */
const broken = (json: unknown, steps: ReadonlyArray<number>, other: unknown): unknown => {
  const [step = 0, ...rest] = steps
  const keys = Predicate.isObject(json) ? Object.keys(json) : []
  const key = keys[step % Math.max(keys.length, 1)]
  if (key === undefined || rest.length === 0) return other
  if (Array.isArray(json)) return json.map((item, index) => (String(index) === key ? broken(item, rest, other) : item))
  return Object.fromEntries(
    Object.entries(Object(json)).map(([name, item]) => [name, name === key ? broken(item, rest, other) : item])
  )
}

const parsed = (json: unknown) => Either.getOrThrow(Json.parse(JSON.stringify(json)))

/** The same without the fields that could not be read. */
const without = (json: unknown, fields: ReadonlyArray<Decoder.Unreadable>): unknown => {
  for (const { keys, place } of fields) {
    let depth = 0
    let model = json
    for (const step of place.slice(0, -1))
      model = Reflect.get(Object(model), step === Decoder.each ? (keys[depth++] ?? "") : step)
    Reflect.deleteProperty(Object(model), String(place.at(-1)))
  }
  return json
}

/**
 * Decodes both ways, and expects the same: of the whole, or, where fields could not be read, of the rest. Gives whether it
 * could be decoded without any loss.
 */
const agrees = (schema: AnySchema, json: unknown, isModel: boolean): boolean => {
  const own = ParseResult.decodeUnknownEither(schema)
  const actual = Decoder.decode(schema, parsed(json))
  const unreadable = Option.match(actual, { onNone: () => [], onSome: (decoded) => decoded.unreadable })
  const isWhole = Option.isSome(actual) && unreadable.length === 0
  expect(isWhole).toBe(Either.isRight(own(parsed(json))))
  // What says where an answer cannot be used agrees on whether it can be.
  if (isModel) expect(Drift.places(schema.ast, parsed(json)).some(({ fatal }) => fatal)).toBe(Option.isNone(actual))
  if (Option.isNone(actual)) {
    expect(Drift.fatalPlaces(schema.ast, parsed(json))).not.toEqual([])
    return false
  }
  const expected = Either.getOrThrow(own(without(parsed(json), unreadable)))
  // Unlike `toStrictEqual` this compares prototypes, and is not deceived by a field named "constructor".
  deepStrictEqual(actual.value.value, expected)
  // What is written back tells the texts of timestamps, too, which equality does not see.
  const encode = Schema.encodeSync(schema)
  deepStrictEqual(encode(actual.value.value), encode(expected))
  return isWhole
}

const others: ReadonlyArray<[string, AnySchema]> = Object.entries({
  "fields that are not kept": Schema.Array(Schema.Struct({ record: Sdk.Records.Record })),
  "an optional field that becomes an Option": Schema.Struct({
    resource: Schema.optionalWith(Sdk.Labels.Label, { as: "Option", nullable: true })
  }),
  "optional and nullable fields": Schema.Struct({
    a: Schema.optional(Schema.NullOr(Schema.String)),
    b: Schema.NullOr(Wire.timestamp),
    c: Schema.Union(Schema.Number, Schema.String, Schema.Literal(true))
  }),
  "a refinement and a field of that name inside a model": Wire.model("Model", {
    name: Schema.NonEmptyString,
    constructor: Schema.NullOr(Schema.String),
    nested: Wire.list(Schema.Struct({ at: Wire.orNull(Wire.timestamp) }))
  }),
  "maps of lists of dates": Wire.model("Dates", { dates: Wire.map(Schema.Array(Schema.Array(Wire.timestamp))) }),
  "a list of ids": Schema.Array(Sdk.Ids.RecordId)
}).map(([name, schema]) => [name, Schema.make(schema.ast)])

describe("decoder", () => {
  it("has found models", () => {
    expect(models.length).toBeGreaterThan(10)
    expect(models.map(([name]) => name)).toEqual(expect.arrayContaining(["Records.Record", "Activities.Activity"]))
  })

  it("decodes models in place, without a copy", () => {
    for (const [name, schema] of models) {
      const json = { id: "8bc96c35-22f2-4fbc-9941-3d15ff619f89" }
      expect(Option.getOrUndefined(Decoder.decode(schema, json))?.value, name).toBe(json)
    }
  })

  for (const [name, schema] of [...models, ...others]) {
    const isModel = !others.some((other) => other[0] === name)
    describe(name, () => {
      it.prop("valid JSON decodes as with the schema's own decoder", [fitting(schema.ast)], ([json]) => {
        expect(agrees(schema, json, isModel)).toBe(true)
      })

      it.prop(
        "invalid fields do not damage other fields",
        [
          fitting(schema.ast),
          FastCheck.array(FastCheck.nat(30), { minLength: 1, maxLength: 6 }),
          FastCheck.jsonValue()
        ],
        ([json, steps, other]) => {
          agrees(schema, broken(json, steps, other), isModel)
        }
      )

      it.prop("any JSON decodes as with the schema's own decoder", [FastCheck.jsonValue()], ([json]) => {
        agrees(schema, json, isModel)
      })
    })
  }

  it.effect("an invalid value is shown as it was received", () => {
    const program = { id: "8bc96c35-22f2-4fbc-9941-3d15ff619f89", title: "One" }
    const { layer } = Scripted.make(() => Scripted.json([program, { ...program, id: { is: 2 } }]))
    const live = Sdk.Programs.layer.pipe(
      Layer.provide(Sdk.Auth.layerToken({ token: Redacted.make("token"), url: "http://kaleidoscope.test" })),
      Layer.provide(layer)
    )
    return Effect.gen(function* () {
      const programs = yield* Sdk.Programs.Programs
      expect(yield* Effect.flip(programs.list)).toMatchObject({
        _tag: "KaleidoscopeDecodeError",
        at: "[1].id",
        excerpt: '{"is":2}'
      })
    }).pipe(Effect.provide(live))
  })
})

describe("timestamps", () => {
  it.prop(
    "mean the same moment as Date",
    [FastCheck.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })],
    ([date]) => {
      expect(Option.map(Timestamp.parse(date.toISOString()), DateTime.toEpochMillis)).toEqual(
        Option.some(date.getTime())
      )
    }
  )

  it.prop(
    "with an offset mean the same moment as Date",
    [date.filter((text) => /[+-]/.test(text.slice(10)))],
    ([text]) => {
      const zone = /[+-].*$/.exec(text.slice(10))?.[0] ?? ""
      const whole = Date.parse(
        `${text.slice(0, 10)}T${text.slice(11, 19)}${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`
      )
      const fraction = Number(`0.${/[.,](\d+)/.exec(text)?.[1] ?? "0"}`) * 1000
      expect(Option.map(Timestamp.parse(text), DateTime.toEpochMillis)).toEqual(Option.some(whole + fraction))
    }
  )

  it.prop("are encoded as they were received", [timestamp], ([text]) => {
    expect(Option.map(Timestamp.parse(text), Timestamp.format)).toEqual(Option.some(text))
  })

  it.prop(
    "of days that do not exist are refused",
    [FastCheck.nat(9999), FastCheck.nat(13), FastCheck.nat(32), FastCheck.nat(25), FastCheck.nat(61)],
    ([year, month, day, hour, minute]) => {
      const two = (value: number) => String(value).padStart(2, "0")
      const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00.000Z`
      const date = new Date(text)
      const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text
      expect(Option.isSome(Timestamp.parse(text))).toBe(exists)
    }
  )

  for (const text of [
    "0",
    "",
    "2025",
    "2025-01-01T00:00:00.Z",
    "2025-01-01T00",
    "2025-02-29",
    "2025-01-01T24:00",
    "now"
  ]) {
    it(`${JSON.stringify(text)} is refused`, () => {
      expect(Timestamp.parse(text)).toEqual(Option.none())
    })
  }
})
