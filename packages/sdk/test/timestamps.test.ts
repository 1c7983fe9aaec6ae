import { inspect } from "node:util"
import { Programs } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Json from "../src/internal/json/json.js"
import * as Timestamp from "../src/internal/json/timestamp.js"
import * as Wire from "../src/internal/json/wire.js"

const two = (n: number) => String(n).padStart(2, "0")

const offset = FastCheck.oneof(
  FastCheck.constantFrom("Z", "z", "", "+00", "-00:00"),
  FastCheck.tuple(
    FastCheck.constantFrom("+", "-"),
    FastCheck.integer({ min: 0, max: 14 }),
    FastCheck.constantFrom(0, 30, 45),
    FastCheck.constantFrom("", ":")
  ).map(([sign, hours, minutes, colon]) => `${sign}${two(hours)}${colon}${two(minutes)}`)
)

/** A date of this or that century, with so many digits of a second, as a server may write it. */
const iso = FastCheck.record({
  day: FastCheck.date({
    min: new Date("1970-01-01T00:00:00Z"),
    max: new Date("2099-12-31T23:59:59Z"),
    noInvalidDate: true
  }),
  fraction: FastCheck.oneof(
    FastCheck.constant(""),
    FastCheck.stringMatching(/^[0-9]{1,6}$/).map((digits) => `.${digits}`)
  ),
  separator: FastCheck.constantFrom("T", " "),
  offset
}).map(
  (parts) => `${parts.day.toISOString().slice(0, 19).replace("T", parts.separator)}${parts.fraction}${parts.offset}`
)

const parse = (text: string) => Option.getOrThrow(Timestamp.parse(text))

describe("a timestamp", () => {
  it.prop("is encoded as it was received", [iso], ([text]) => {
    expect(Timestamp.format(parse(text))).toBe(text)
    const decoded = Schema.decodeSync(Wire.timestamp)(text)
    expect(Schema.encodeSync(Wire.timestamp)(decoded)).toBe(text)
    expect(Json.stringify({ at: decoded })).toEqual(Either.right(JSON.stringify({ at: text })))
  })

  it.prop(
    "in the form of the platform is read as in any form, digit by digit",
    [
      FastCheck.oneof(
        iso,
        FastCheck.date({
          min: new Date("1890-01-01T00:00:00Z"),
          max: new Date("2110-12-31T23:59:59.999Z"),
          noInvalidDate: true
        }).chain((day) =>
          FastCheck.nat(999).map(
            (micros) => `${day.toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}+00:00`
          )
        )
      ),
      FastCheck.nat(40),
      FastCheck.oneof(FastCheck.constant(undefined), FastCheck.constantFrom(..."0123456789:-+.TZ /"))
    ],
    ([text, at, other]) => {
      const changed = other === undefined ? text : `${text.slice(0, at)}${other}${text.slice(at + 1)}`
      const [fast, slow] = [Timestamp.parse(changed), Timestamp.parseAnyForm(changed)]
      expect(Option.map(fast, ({ epochMillis }) => epochMillis)).toEqual(
        Option.map(slow, ({ epochMillis }) => epochMillis)
      )
      expect(Option.map(fast, Timestamp.format)).toEqual(Option.map(slow, Timestamp.format))
      expect(Timestamp.parseOrUndefined(changed)).toEqual(Option.getOrUndefined(slow))
    },
    { fastCheck: { numRuns: 1000 } }
  )

  it("is the same to Effect, to JSON and to an inspector as one that was made", () => {
    const read = parse("2025-10-17T18:12:53.852000+00:00")
    const made = DateTime.unsafeMake("2025-10-17T18:12:53.852Z")
    expect(read).toEqual(made)
    expect(read).toStrictEqual(made)
    expect(Equal.equals(read, made)).toBe(true)
    expect(Hash.hash(read)).toBe(Hash.hash(made))
    expect(DateTime.isUtc(read)).toBe(true)
    expect(DateTime.toPartsUtc(read)).toEqual(DateTime.toPartsUtc(made))
    expect(Object.keys(read)).toEqual(Object.keys(made))
    expect([String(read), JSON.stringify(read), inspect(read)]).toEqual([
      String(made),
      JSON.stringify(made),
      inspect(made)
    ])
  })

  it.prop(
    "differs by microseconds, and keeps their order",
    [
      FastCheck.integer({ min: 0, max: 4_102_444_799 }),
      FastCheck.integer({ min: 0, max: 999_999 }),
      FastCheck.integer({ min: 0, max: 999_999 })
    ],
    ([seconds, a, b]) => {
      const second = new Date(seconds * 1000).toISOString().slice(0, 19)
      const at = (micros: number) => parse(`${second}.${String(micros).padStart(6, "0")}+00:00`)
      expect(Math.sign(DateTime.distance(at(a), at(b)))).toBe(Math.sign(b - a))
      expect(DateTime.Order(at(a), at(b))).toBe(Math.sign(a - b))
      expect(DateTime.Equivalence(at(a), at(b))).toBe(a === b)
    }
  )

  it.prop(
    "that was computed keeps its microseconds",
    [FastCheck.integer({ min: 0, max: 4_102_444_799 }), FastCheck.integer({ min: 0, max: 999_999 })],
    ([seconds, micros]) => {
      const second = new Date(seconds * 1000).toISOString().slice(0, 19)
      const text = `${second}.${String(micros).padStart(6, "0")}Z`
      // An operation leaves the text behind.
      const computed = DateTime.mapEpochMillis(parse(text), (millis) => millis)
      expect(Timestamp.format(computed)).toBe(micros % 1000 === 0 ? `${text.slice(0, -4)}Z` : text)
    }
  )

  it.prop("means the same moment as Date", [iso], ([text]) => {
    const given = text.replace(" ", "T").replace("z", "Z")
    const zoned = /(Z|[+-]\d\d(:?\d\d)?)$/.test(given.slice(19)) ? given : `${given}Z`
    const full = zoned.replace(/([+-]\d\d)$/, "$1:00").replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
    expect(Math.floor(DateTime.toEpochMillis(parse(text)))).toBe(Date.parse(full))
  })

  it("does not pass its text on to a computed timestamp", () => {
    const later = DateTime.add(parse("2025-10-17T18:12:53.852115+00:00"), { seconds: 1 })
    expect(Timestamp.format(later)).toMatch(/^2025-10-17T18:12:54\.852/)
  })

  it("may be a date alone, or lack its seconds", () => {
    expect(DateTime.formatIso(parse("2025-10-17"))).toBe("2025-10-17T00:00:00.000Z")
    expect(DateTime.formatIso(parse("2025-10-17T18:12"))).toBe("2025-10-17T18:12:00.000Z")
    expect(DateTime.formatIso(parse("2025-10-17T18:12:53,5+02"))).toBe("2025-10-17T16:12:53.500Z")
    expect(Timestamp.format(parse("2025-10-17"))).toBe("2025-10-17")
  })

  for (const text of [
    "",
    "0",
    "2025",
    "2025-10",
    "17.10.2025",
    "10/17/2025",
    "Fri, 17 Oct 2025 18:12:53 GMT",
    "2025-02-30",
    "2025-02-29T00:00:00Z",
    "2025-13-01",
    "2025-10-17T24:00:00Z",
    "2025-10-17T18:60:00Z",
    "2025-10-17T18:12:53+24:00",
    "2025-10-17T18:12:53-02:60",
    "2025-10-17T18:12:53+9999",
    "2025-10-17T18:12:53.852115+00:00 ",
    " 2025-10-17",
    "2025-10-17T18:12:53.Z",
    "1760724773852",
    "now"
  ]) {
    it(`is refused if it is ${JSON.stringify(text)}`, () => {
      expect(Option.isNone(Timestamp.parse(text))).toBe(true)
      expect(Either.isLeft(Schema.decodeUnknownEither(Programs.Program)({ id: "p", created_at: text }))).toBe(true)
      expect(Either.isLeft(Json.stringify({ at: Wire.date(text) }))).toBe(true)
    })
  }

  it.prop("is refused for any text that is not ISO", [FastCheck.string()], ([text]) => {
    if (Option.isSome(Timestamp.parse(text))) expect(text).toMatch(/^\d{4}-\d\d-\d\d/)
  })

  it.effect("in a model is encoded as it was received", () =>
    Effect.gen(function* () {
      const wire = {
        id: "p",
        title: null,
        created_at: "2025-10-17T18:12:53.852115+00:00",
        created_by: null,
        workspace_id: null
      }
      const program = yield* Schema.decodeUnknown(Programs.Program)(wire)
      expect(yield* Schema.encode(Programs.Program)(program)).toEqual(wire)
    })
  )
})
