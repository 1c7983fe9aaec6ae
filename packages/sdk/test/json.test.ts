import * as BigDecimal from "effect/BigDecimal"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Json from "../src/internal/json/json.js"

const parsed = (text: string) => Either.getOrThrow(Json.parse(text))

const dangerousKey = FastCheck.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty")

/** JSON as text, whose keys may be those that break a careless reader, and may be written with escapes. */
const dangerous: FastCheck.Arbitrary<string> = FastCheck.letrec<{ readonly value: string }>((tie) => ({
  value: FastCheck.oneof(
    { depthSize: "small", withCrossShrink: true },
    FastCheck.jsonValue().map((value) => JSON.stringify(value)),
    FastCheck.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    FastCheck.array(FastCheck.tuple(FastCheck.oneof(dangerousKey, FastCheck.string()), FastCheck.nat(), tie("value")), {
      maxLength: 3
    }).map((entries) => `{${entries.map(([key, escaped, value]) => `${spelled(key, escaped)}:${value}`).join(",")}}`)
  )
})).value

const spelled = (key: string, escaped: number): string =>
  escaped % 3 === 0
    ? `"${Array.from({ length: key.length }, (_, at) => `\\u${key.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`
    : JSON.stringify(key)

const everyObject = (value: unknown, check: (value: object) => void): void => {
  if (typeof value !== "object" || value === null) return
  check(value)
  for (const item of Object.values(value)) everyObject(item, check)
}

const withoutPrototypeKeys = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(withoutPrototypeKeys)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => key !== "__proto__")
            .map(([key, item]) => [key, withoutPrototypeKeys(item)])
        )
      : value

describe("reading", () => {
  it.prop("equals JSON.parse without the key __proto__, in any spelling", [dangerous], ([text]) => {
    const value = parsed(text)
    expect(value).toEqual(withoutPrototypeKeys(JSON.parse(text)))
    everyObject(value, (object) => {
      expect(Object.getPrototypeOf(object)).toBe(Array.isArray(object) ? Array.prototype : Object.prototype)
      expect(Object.hasOwn(object, "__proto__")).toBe(false)
    })
  })

  it.prop("keeps every value", [FastCheck.jsonValue({ maxDepth: 5 })], ([value]) => {
    expect(parsed(JSON.stringify(value))).toEqual(withoutPrototypeKeys(JSON.parse(JSON.stringify(value))))
  })

  it.prop("of any text returns a value or an error", [FastCheck.string()], ([text]) => {
    const result = Json.parse(text)
    if (Either.isLeft(result)) expect(result.left).toBe("the text is not JSON")
  })

  it("drops every spelling of the key __proto__", () => {
    for (const key of [
      "__proto__",
      "\\u005f_proto__",
      "__pr\\u006fto__",
      "__\\u0070roto__",
      "_\\u005Fproto__",
      "__p\\u0072oto__",
      "__pro\\u0074o__"
    ]) {
      const value = parsed(`{"${key}":{"polluted":1},"ok":1}`)
      expect(Object.keys(Object(value))).toEqual(["ok"])
    }
  })

  it("rounds integers beyond 2^53 as JSON.parse, and keeps the last of two equal keys", () => {
    expect(parsed('{"n":9007199254740993,"a":1,"a":2}')).toEqual({ n: 9007199254740992, a: 2 })
  })
})

describe("writing", () => {
  it.prop("writes any JSON value unchanged", [FastCheck.jsonValue({ maxDepth: 5 })], ([value]) => {
    expect(Json.stringify(value)).toEqual(Either.right(JSON.stringify(value)))
  })

  it.prop(
    "refuses a value that is not JSON, with its path",
    [
      FastCheck.array(FastCheck.oneof(FastCheck.nat(5), FastCheck.stringMatching(/^[a-z]{1,5}$/)), { maxLength: 6 }),
      FastCheck.constantFrom(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        1n,
        new Date(Number.NaN),
        Symbol.iterator,
        () => 1,
        new Map()
      )
    ],
    ([path, bad]) => {
      const value = path.reduceRight<unknown>(
        (inside, key) =>
          typeof key === "number"
            ? Array.from({ length: key + 1 }, (_, index) => (index === key ? inside : 0))
            : { before: 1, [key]: inside },
        bad
      )
      expect(Either.flip(Json.stringify(value))).toMatchObject({ right: { path } })
    }
  )

  it("refuses values that JSON.stringify would change", () => {
    class Hidden {
      readonly #content = 5
      get [Symbol.toStringTag]() {
        return `Hidden${this.#content === 5 ? "" : "s"}`
      }
    }
    const refused: ReadonlyArray<readonly [value: unknown, reason: string]> = [
      [Option.some(5), "an Option of Effect has no form in JSON: send what is in it"],
      [Option.none(), "an Option of Effect has no form in JSON: send what is in it"],
      [Either.right(5), "an Either of Effect has no form in JSON: send what is in it"],
      [Chunk.make(5), "a Chunk of Effect has no form in JSON: send what is in it"],
      [HashMap.make(["a", 5]), "a HashMap of Effect has no form in JSON: send what is in it"],
      [Duration.seconds(5), "a Duration of Effect has no form in JSON: send what is in it"],
      [BigDecimal.unsafeFromString("1.5"), "a BigDecimal of Effect has no form in JSON: send what is in it"],
      [Redacted.make("a secret"), "a Redacted has no form in JSON"],
      [new Blob(["a"]), "a Blob has no form in JSON"],
      [new File(["a"], "a.csv"), "a File has no form in JSON"],
      [new URLSearchParams("a=5"), "a URLSearchParams has no form in JSON"],
      [new DataView(new ArrayBuffer(2)), "a DataView has no form in JSON"],
      [new SharedArrayBuffer(2), "a SharedArrayBuffer has no form in JSON"],
      [[5].values(), "an Array Iterator has no form in JSON"],
      [new ReadableStream(), "a ReadableStream has no form in JSON"],
      [Object(Symbol.iterator), "a Symbol has no form in JSON"],
      [new Hidden(), "a Hidden has no form in JSON"],
      [new Error("a"), "an Error has no form in JSON"],
      [new Uint8Array(2), "a Uint8Array has no form in JSON"],
      [Buffer.from("a"), "a Uint8Array has no form in JSON"],
      [new Number(Number.NaN), "NaN has no form in JSON"]
    ]
    for (const [value, reason] of refused) {
      expect(Json.stringify({ a: [value] })).toEqual(Either.left({ path: ["a", 0], reason }))
    }
  })

  it("accepts objects with toJSON, and instances of classes", () => {
    class Named {
      readonly content = 5
      get [Symbol.toStringTag]() {
        return "Named"
      }
    }
    for (const value of [new URL("http://kaleidoscope.test/a"), new Named(), new String("a"), new Number(5), {}, []]) {
      expect(Json.stringify(value)).toEqual(Either.right(JSON.stringify(value)))
    }
    expect(Json.stringify(DateTime.unsafeMake(0))).toEqual(Either.right('"1970-01-01T00:00:00.000Z"'))
    const Point = Schema.Struct({ x: Schema.Number }).pipe(Schema.Data)
    class Row extends Schema.Class<Row>("Row")({ IC50: Schema.Number }) {}
    expect(Json.stringify([Data.struct({ a: 5 }), Schema.decodeSync(Point)({ x: 5 }), new Row({ IC50: 5 })])).toEqual(
      Either.right('[{"a":5},{"x":5},{"IC50":5}]')
    )
  })

  const anything = FastCheck.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true
  })

  it.prop("never throws", [anything], ([value]) => {
    const result = Json.stringify(value)
    if (Either.isRight(result)) expect(() => JSON.parse(result.right)).not.toThrow()
  })

  /** A value with a `toJSON` of its class. */
  class Written {
    readonly #write: () => unknown
    constructor(write: () => unknown) {
      this.#write = write
    }
    toJSON() {
      return this.#write()
    }
  }

  it.prop("of a value is the same without a toJSON as beside one", [anything], ([value]) => {
    expect(Json.stringify([value, new Written(() => 5)])).toEqual(
      Either.map(Json.stringify([value]), (text) => `${text.slice(0, -1)},5]`)
    )
  })

  it("is refused if it is nested more than 1000 deep, whatever the innermost object holds", () => {
    const nested = (depth: number) => Array.from({ length: depth - 1 }).reduce<unknown>((inside) => [inside], { a: 1 })
    expect(Json.check(nested(1000))).toEqual(Either.right(undefined))
    expect(Json.check(nested(1001))).toMatchObject({ left: { reason: "the value is nested more than 1000 deep" } })
  })

  it.prop("is checked without the text", [anything], ([value]) => {
    expect(Json.check(value)).toEqual(Either.map(Json.stringify(value), () => undefined))
  })

  it("keeps the microseconds of a DateTime, also of one that a toJSON gives", () => {
    const at = DateTime.mapEpochMillis(DateTime.unsafeMake(0), () => 0.125)
    expect(Json.stringify([at, new Written(() => ({ at }))])).toEqual(
      Either.right('["1970-01-01T00:00:00.000125Z",{"at":"1970-01-01T00:00:00.000125Z"}]')
    )
  })

  it("that a toJSON does not survive is refused by the check, too", () => {
    const value = new Written(() => {
      throw new Error("no")
    })
    expect(Json.check(value)).toMatchObject({ left: { reason: "one of its getters or its toJSON throws" } })
  })
})

describe("equality of two JSON values", () => {
  it.prop("holds for a value and its copy, in any order of keys", [FastCheck.jsonValue()], ([value]) => {
    expect(Json.same(value, JSON.parse(JSON.stringify(value)))).toBe(true)
    expect(Json.same({ a: value, b: 1 }, { b: 1, a: value })).toBe(true)
    expect(Json.same([value, 1], [value, 2])).toBe(false)
  })
})
