import { type EntityFields, EntityFields as Fields, Ids, Records } from "@effect-kaleidoscope/sdk"
import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as SdkRow from "../src/internal/json/rows.js"

const recordId = Ids.RecordId.make("record")
const field = Ids.EntityFieldId.make("field")
const decode = Schema.decodeUnknownSync(Records.Record)
/** As JSON has it, where nothing is undefined. */
const fromServer = (body: unknown) => decode(JSON.parse(JSON.stringify(body)))

interface WireValue {
  readonly id: string
  readonly content: unknown
  readonly created_at?: string | null | undefined
  readonly record_id?: string | null | undefined
  readonly operation_id?: string | null | undefined
  readonly record_view_id?: string | null | undefined
}

/** Missing, null, or one of a few: the rule is about what meets. */
const orAbsent = (...values: ReadonlyArray<string>) =>
  FastCheck.oneof(FastCheck.constant(undefined), FastCheck.constant(null), FastCheck.constantFrom(...values))

// Written alike, so that they compare as text does; half of them differ in microseconds alone.
const createdAt = orAbsent(
  "2025-10-20T16:05:16.158115+00:00",
  "2025-10-20T16:05:16.158999+00:00",
  "2025-10-20T16:05:16.158116+00:00",
  "2025-10-20T16:05:15.999999+00:00",
  "2025-10-20T16:05:16.000000+00:00",
  "1969-12-31T23:59:59.999999+00:00"
)

const wireValue: FastCheck.Arbitrary<Omit<WireValue, "id">> = FastCheck.record({
  content: FastCheck.integer(),
  created_at: createdAt,
  record_id: orAbsent(recordId, "sub 1", "sub 2"),
  operation_id: orAbsent("activity 1", "activity 2"),
  record_view_id: orAbsent("view 1", "view 2")
})

const wireValues = FastCheck.array(wireValue, { maxLength: 8 }).map((values) =>
  values.map((value, index): WireValue => ({ ...value, id: `value ${index}` }))
)

const query: FastCheck.Arbitrary<Omit<Records.ValueQuery, "field">> = FastCheck.record(
  {
    activity: FastCheck.constantFrom("activity 1", "activity 2", "activity 3").map((id) => Ids.ActivityId.make(id)),
    sub_records: FastCheck.boolean(),
    sub_record: FastCheck.constantFrom("sub 1", "sub 2").map((id) => Ids.RecordId.make(id)),
    record_view: FastCheck.constantFrom("view 1", "view 2").map((id) => ({ id: Ids.RecordViewId.make(id) }))
  },
  { requiredKeys: [] }
)

/** The rule of the API's document, step by step, on what the server sends. */
const pick = (all: ReadonlyArray<WireValue>, query: Omit<Records.ValueQuery, "field">): WireValue | undefined => {
  const { activity, record_view, sub_record, sub_records } = query
  const view = typeof record_view === "object" ? record_view.id : record_view
  const isAbsent = (id: string | null | undefined) => id === undefined || id === null
  let values = all
  if (activity !== undefined) {
    values = values.filter((value) => value.operation_id === activity || isAbsent(value.record_id))
  }
  if (sub_records !== true && sub_record === undefined) {
    values = values.filter((value) => value.record_id === recordId || isAbsent(value.record_id))
  }
  if (sub_record !== undefined) values = values.filter((value) => value.record_id === sub_record)
  if (view !== undefined) values = values.filter((value) => value.record_view_id === view)
  const dates = values.map((value) => value.created_at ?? "").sort()
  const newest = dates[dates.length - 1]
  return values.find((value) => (value.created_at ?? "") === newest)
}

describe("latestValue", () => {
  it("follows the documented rule", () => {
    FastCheck.assert(
      FastCheck.property(wireValues, query, (values, query) => {
        const record = fromServer({ id: recordId, record_values: { [field]: values } })
        const latest = Records.latestValue(record, { field, ...query })
        expect(Option.getOrUndefined(latest)?.id).toBe(pick(values, query)?.id)
        expect(Records.latestValue({ field: { id: field }, ...query })(record)).toEqual(latest)
        expect(Records.latestContent(record, { field, ...query })).toEqual(Option.map(latest, ({ content }) => content))
      }),
      { numRuns: 500 }
    )
  })

  it("compares microseconds, and takes the first of equal times", () => {
    const value = (id: string, created_at: string) => ({ id, content: id, created_at })
    const latest = (...values: ReadonlyArray<WireValue>) =>
      Records.latestContent(decode({ id: recordId, record_values: { [field]: values } }), { field })
    const [early, late] = [value("a", "2025-10-17T18:12:53.852115Z"), value("b", "2025-10-17T20:12:53.852999+02:00")]
    expect(latest(early, late)).toEqual(Option.some("b"))
    expect(latest(late, early)).toEqual(Option.some("b"))
    expect(latest(late, { ...late, id: "c", content: "c" })).toEqual(Option.some("b"))
    expect(latest({ id: "d", content: "d" }, { id: "e", content: "e" })).toEqual(Option.some("d"))
    expect(latest({ id: "d", content: "d" }, early)).toEqual(Option.some("a"))
  })

  it("is Option.none for a field without values, also for names such as __proto__", () => {
    const record = decode({ id: recordId, record_values: { [field]: [] } })
    for (const name of [field, "constructor", "__proto__", "toString", ""]) {
      expect(Records.latestValue(record, { field: Ids.EntityFieldId.make(name) })).toEqual(Option.none())
    }
  })
})

describe("keyValues", () => {
  it("finds the keys at any position among other values", () => {
    const key = FastCheck.record({
      content: FastCheck.oneof(FastCheck.string(), FastCheck.integer(), FastCheck.boolean()),
      before: wireValues,
      after: wireValues
    })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(key, { maxLength: 4 }), wireValues, (keys, others) => {
        const record = decode({
          id: recordId,
          identifier_ids: keys.map((_, index) => `key ${index}`).reverse(),
          record_values: {
            "no key": others,
            ...Object.fromEntries(
              keys.map(({ after, before, content }, index) => [
                `field ${index}`,
                [...before, { id: `key ${index}`, content }, ...after]
              ])
            )
          }
        })
        expect(Records.keyValues(record)).toEqual(
          Object.fromEntries(keys.map(({ content }, index) => [`field ${index}`, String(content)]))
        )
      })
    )
  })
})

describe("keys that are not text", () => {
  it("are left out: null, a list or an object", () => {
    const record = decode({
      id: recordId,
      identifier_ids: ["null", "absent", "list", "object", "number", "false", "empty", "second"],
      record_values: {
        a: [{ id: "null", content: null }],
        b: [{ id: "absent" }],
        c: [{ id: "list", content: ["a"] }],
        d: [{ id: "object", content: { a: 1 } }],
        e: [{ id: "number", content: 1e21 }],
        f: [{ id: "false", content: false }],
        g: [{ id: "empty", content: "" }],
        h: [
          { id: "null", content: null },
          { id: "second", content: "EK-0001" }
        ]
      }
    })
    expect(Records.keyValues(record)).toEqual({ e: "1e+21", f: "false", g: "", h: "EK-0001" })
  })
})

describe("numbers with more digits than a number holds", () => {
  const held = [
    "9007199254740992",
    "-9007199254740994",
    "0.1",
    "1.50",
    "1e23",
    "100e-2",
    "5e-324",
    "00.10",
    "-0",
    "0e9"
  ]
  const beyond = [
    "9007199254740993",
    " -9007199254740993.0 ",
    "0.12345678901234567890",
    "0.1000000000000000055511151231257827",
    "123456789012345678901",
    "9007199254740993001e-3"
  ]
  const outside = ["1e999", "-1e999", "1e-400", "4e-324"]

  it("are Option.none as a number", () => {
    for (const text of held) expect([text, Records.asNumber(text)]).toEqual([text, Option.some(Number(text))])
    for (const text of [...beyond, ...outside]) expect([text, Records.asNumber(text)]).toEqual([text, Option.none()])
    for (const number of [9007199254740992, 1e21, -0, 5e-324, Number.MAX_VALUE]) {
      expect(Records.asNumber(number)).toEqual(Option.some(number))
    }
  })

  it("keep all digits as a decimal", () => {
    for (const text of [...held, ...beyond, ...outside]) {
      const decimal = Option.getOrThrow(Records.asDecimal(text))
      expect([text, BigDecimal.equals(decimal, BigDecimal.unsafeFromString(text.trim()))]).toEqual([text, true])
    }
    expect(Option.map(Records.asDecimal("9007199254740993"), BigDecimal.format)).toEqual(
      Option.some("9007199254740993")
    )
    expect(Option.map(Records.asDecimal(1e-7), BigDecimal.format)).toEqual(Option.some("0.0000001"))
    for (const content of [
      "7".repeat(10_001),
      "1e99999",
      "1e-99999",
      "1e999999999999999999999",
      "",
      "5 mg",
      "0x10",
      true,
      null,
      [1],
      {}
    ]) {
      expect([content, Records.asDecimal(content)]).toEqual([content, Option.none()])
    }
    expect(Records.asDecimal(Number.NaN)).toEqual(Option.none())
  })

  it.effect("are an issue in every column that reads numbers from text", () =>
    Effect.gen(function* () {
      const Row = Schema.Struct({
        list: Schema.Array(Schema.NumberFromString),
        object: Schema.Struct({ mean: Schema.NumberFromString, of: Schema.Array(Schema.NumberFromString) }),
        set: Schema.ReadonlySet(Schema.NumberFromString),
        chosen: Schema.Union(Schema.Array(Schema.NumberFromString), Schema.NumberFromString),
        maybe: Schema.optionalWith(Schema.NumberFromString, { as: "Option" })
      })
      const decode = SdkRow.decode(Row, SdkRow.columns(Row))
      const held = "9007199254740992"
      const beyond = "9007199254740993"
      const row = (number: string) => ({
        list: ["1", number],
        object: { mean: number, of: ["1", number] },
        set: ["1", number],
        chosen: [number],
        maybe: number
      })
      const issues = yield* Effect.flip(decode(row(beyond)))
      expect(issues.map(({ path }) => path)).toEqual([
        "list[1]",
        "object.mean",
        "object.of[1]",
        "set[1]",
        "chosen[0]",
        "maybe"
      ])
      expect(new Set(issues.map(({ message }) => message)).size).toBe(1)
      expect(yield* decode(row(held))).toMatchObject({ list: [1, Number(held)] })
    })
  )

  it("are read exactly or not at all", () => {
    const text = FastCheck.tuple(
      FastCheck.constantFrom("", "-", "+"),
      FastCheck.bigInt({ min: 0n, max: 10n ** 22n }),
      FastCheck.option(FastCheck.bigInt({ min: 0n, max: 10n ** 20n })),
      FastCheck.option(FastCheck.integer({ min: -40, max: 40 }))
    ).map(
      ([sign, whole, fraction, power]) =>
        `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${power === null ? "" : `e${power}`}`
    )
    FastCheck.assert(
      FastCheck.property(text, (text) => {
        const decimal = Option.getOrThrow(Records.asDecimal(text))
        expect(BigDecimal.equals(decimal, BigDecimal.unsafeFromString(text))).toBe(true)
        const isHeld = BigDecimal.equals(decimal, BigDecimal.unsafeFromString(String(Number(text))))
        expect(Records.asNumber(text)).toEqual(isHeld ? Option.some(Number(text)) : Option.none())
      }),
      { numRuns: 500 }
    )
  })
})

describe("contents", () => {
  const space = FastCheck.constantFrom("", " ", "\t", "\n ")

  it("are read as numbers if they are numbers or numeric text", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
        space,
        space,
        (number, before, after) => {
          expect(Records.asNumber(number)).toEqual(Option.some(number))
          expect(Records.asNumber(before + String(number) + after)).toEqual(Option.some(Number(String(number))))
          for (const text of [`${number} mg`, `<${number}`, `${number},5`, `${number}n`, `[${number}]`]) {
            expect(Records.asNumber(text)).toEqual(Option.none())
          }
        }
      )
    )
    expect(Records.asNumber(".5")).toEqual(Option.some(0.5))
    expect(Records.asNumber("+5.")).toEqual(Option.some(5))
    for (const content of ["", " ", ".", "e5", "0x10", "Infinity", "1e999", "NaN", "1 2", "--1", true, null, [1], {}]) {
      expect([content, Records.asNumber(content)]).toEqual([content, Option.none()])
    }
    expect(Records.asNumber(Number.NaN)).toEqual(Option.none())
    expect(Records.asNumber(Number.POSITIVE_INFINITY)).toEqual(Option.none())
  })

  it("are read as text if they are text, numbers or booleans", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(FastCheck.string(), FastCheck.integer(), FastCheck.boolean()), (content) => {
        expect(Records.asText(content)).toEqual(Option.some(String(content)))
        expect(Records.asTexts(content)).toEqual(Option.some([String(content)]))
      })
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.string()), (texts) => {
        expect(Records.asTexts(texts)).toEqual(Option.some(texts))
        expect(Records.asText(texts)).toEqual(Option.none())
        expect(Records.asTexts([...texts, null])).toEqual(Option.none())
      })
    )
    for (const [number, text] of [
      [-0, "0"],
      [1e21, "1e+21"],
      [1e-7, "1e-7"]
    ] as const) {
      expect(Records.asText(number)).toEqual(Option.some(text))
      expect(JSON.stringify(number)).toBe(text)
    }
    for (const content of [null, undefined, {}, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([Records.asText(content), Records.asTexts(content)]).toEqual([Option.none(), Option.none()])
    }
  })

  it("are read as booleans if they are booleans or text for them", () => {
    for (const [content, boolean] of [
      [true, true],
      ["true", true],
      [false, false],
      ["false", false]
    ] as const) {
      expect(Records.asBoolean(content)).toEqual(Option.some(boolean))
    }
    for (const content of ["", "TRUE", "yes", 1, 0, null, []]) {
      expect([content, Records.asBoolean(content)]).toEqual([content, Option.none()])
    }
  })

  it("are read as dates if they are ISO 8601, to the microsecond", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.date({
          min: new Date("1900-01-01"),
          max: new Date("2100-01-01"),
          noInvalidDate: true
        }),
        FastCheck.integer({ min: 0, max: 999 }),
        (date, micros) => {
          const text = `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`
          const millis = Option.map(Records.asDate(` ${text}`), DateTime.toEpochMillis)
          expect(Option.map(millis, (at) => Math.round((at - date.getTime()) * 1000))).toEqual(Option.some(micros))
        }
      )
    )
    expect(Option.map(Records.asDate("2025-10-17"), DateTime.formatIso)).toEqual(
      Option.some("2025-10-17T00:00:00.000Z")
    )
    for (const content of ["", "0", "17.10.2025", "2025-02-30", "2025-13-01", 0, null, new Date(0)]) {
      expect([content, Records.asDate(content)]).toEqual([content, Option.none()])
    }
  })
})

describe("renameFields", () => {
  const names = ["IC50", "SMILES", "id 1", "", "__proto__", "constructor"]
  const ids = ["id 1", "id 2", "id 3", "id 4"]
  const fields = FastCheck.array(
    FastCheck.record({ id: FastCheck.constantFrom(...ids), field_name: FastCheck.constantFrom(...names, null) }),
    { maxLength: 6 }
  ).map((fields) => fields.map((field) => Schema.decodeUnknownSync(Fields.EntityField)(field)))
  const rows = FastCheck.array(FastCheck.dictionary(FastCheck.constantFrom(...ids, ...names), FastCheck.nat()))

  it("keeps each column and value, and one name for a column in all rows", () => {
    FastCheck.assert(
      FastCheck.property(rows, fields, (rows, fields: ReadonlyArray<EntityFields.EntityField>) => {
        const renamed = Fields.renameFields(rows, fields)
        const newNames = new Map<string, string>()
        expect(renamed.length).toBe(rows.length)
        for (const [index, row] of rows.entries()) {
          const [before, after] = [Object.entries(row), Object.entries(renamed[index] ?? {})]
          expect(after.map(([, value]) => value)).toEqual(before.map(([, value]) => value))
          for (const [position, [column]] of before.entries()) {
            const name = after[position]?.[0] ?? ""
            expect(newNames.get(column) ?? name).toBe(name)
            newNames.set(column, name)
            const ofField = fields.some((field) => field.id === column && field.field_name === name)
            expect(name === column || ofField).toBe(true)
          }
        }
        expect(new Set(newNames.values()).size).toBe(newNames.size)
        expect(Fields.renameFields(fields)(rows)).toEqual(renamed)
      }),
      { numRuns: 300 }
    )
  })

  it("keeps the id if the name is ambiguous", () => {
    const field = (id: string, field_name: string | null) =>
      Schema.decodeUnknownSync(Fields.EntityField)({ id, field_name })
    const fields = [field("1", "IC50"), field("2", "Batch"), field("3", "Batch"), field("4", null), field("1", "IC50")]
    expect(Fields.renameFields([{ "1": "a", "2": "b", "3": "c", "4": "d", other: "e" }], fields)).toEqual([
      { IC50: "a", "2": "b", "3": "c", "4": "d", other: "e" }
    ])
    expect(Fields.renameFields([{ "1": "a" }, { IC50: "b" }], fields)).toEqual([{ "1": "a" }, { IC50: "b" }])
  })
})
