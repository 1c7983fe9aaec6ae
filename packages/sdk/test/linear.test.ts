import { Files, Programs, Records } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Json from "../src/internal/json/json.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

// An expression that takes the square of the time is at each of these for minutes.
const million = 1_000_000

describe("linear time for a million characters: ", () => {
  for (const [name, text, safe] of [
    ["spaces", " ".repeat(million), "file"],
    ["spaces within", `a${" ".repeat(million)}b`, "a"],
    ["dots within", `a${".".repeat(million)}b`, "a.b"],
    ["dots and spaces within", `a${". ".repeat(million / 2)}b`, "a"],
    ["spaces and slashes", " /".repeat(million / 2), "file"],
    ["spaces before a slash", `${" ".repeat(million)}/ b`, "b"],
    ["endings", `a${".b".repeat(million / 2)}`, `a${".b".repeat(127)}`],
    ["an ending behind spaces", `a${" ".repeat(million)}b.csv`, "a.csv"],
    ["control characters", "\0".repeat(million), "_".repeat(255)]
  ] as const) {
    it(`a file name of ${name}`, () => {
      expect(Files.safeName(text)).toBe(safe)
    })
  }

  for (const [name, text] of [
    ["digits", "1".repeat(million)],
    ["zeros", "0".repeat(million)],
    ["a fraction of zeros", `0.${"0".repeat(million)}`],
    ["an exponent", `1e${"9".repeat(million)}`],
    ["spaces", " ".repeat(million)],
    ["dots", ".".repeat(million)],
    ["spaces around a digit", `${" ".repeat(million / 2)}1${" ".repeat(million / 2)}`]
  ] as const) {
    for (const end of ["", "x", " x", ".x"]) {
      it(`content of ${name} that ends with ${JSON.stringify(end)}`, () => {
        const content = text + end
        const reads: ReadonlyArray<(content: unknown) => Option.Option<unknown>> = [
          Records.asNumber,
          Records.asDecimal,
          Records.asDate,
          Records.asBoolean,
          Records.asText
        ]
        const found = reads.map((read) => Option.isSome(read(content)))
        expect(found.slice(2)).toEqual([false, false, true])
        if (end.endsWith("x")) expect(found.slice(0, 2)).toEqual([false, false])
      })
    }
  }

  for (const [name, page] of [
    ["beginnings of tags", "<".repeat(million)],
    ["beginnings of titles", "<title".repeat(million / 6)],
    ["open titles", "<title>".repeat(million / 7)],
    ["a long title", `<title>${"a".repeat(million)}`],
    ["spaces", `a${" ".repeat(million)}b`],
    ["nested lists", "[".repeat(million)]
  ] as const) {
    it.effect(`an error page of ${name}`, () =>
      Effect.gen(function* () {
        const programs = yield* Programs.Programs
        const failure = yield* Effect.flip(programs.list)
        expect(failure).toMatchObject({ _tag: "KaleidoscopeUnexpectedStatus", status: 418 })
        expect(failure.message.length).toBeLessThan(2000)
      }).pipe(Effect.provide(onScript(Programs.layer, () => Scripted.text(page, 418)).layer))
    )
  }

  for (const [name, header, value] of [
    ["digits in Retry-After", "retry-after", `${"1".repeat(million)}x`],
    ["spaces in a content type", "content-type", `application/json;${" ".repeat(million)}x`],
    ["parameters of a content type", "content-type", `application/json${"; charset".repeat(million / 9)}`]
  ] as const) {
    it.effect(`a header of ${name}`, () =>
      Effect.gen(function* () {
        const programs = yield* Programs.Programs
        expect(yield* Effect.flip(programs.list)).toMatchObject({ status: 418 })
      }).pipe(Effect.provide(onScript(Programs.layer, () => Scripted.text("{}", 418, { [header]: value })).layer))
    )
  }

  it("a deeply nested body with very many values", () => {
    const leaves: unknown = Array.from({ length: million }, () => ({}))
    const body = Array.from({ length: 900 }).reduce<unknown>((inside) => [inside], leaves)
    expect(Json.stringify(body)._tag).toBe("Right")
  })
})
