import { EntityFields, Ids, Records } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const id = Ids.RecordId.make("aaaaaaaa-0000-4000-8000-00000000000a")
const field = Ids.EntityFieldId.make("bbbbbbbb-0000-4000-8000-00000000000b")
const other = "cccccccc-0000-4000-8000-00000000000c"

/** A server with one record, whose field holds this. */
const holding = (content: unknown, field_type: string | null, value: { readonly [key: string]: unknown } = {}) => {
  const { layer, sent } = onScript(Records.layer, ({ method, path }) =>
    path === "/data_fields"
      ? field_type === null
        ? Scripted.json({ code: "NO", message: "not for you" }, 403)
        : Scripted.json([{ id: field, field_name: "the field", field_type }])
      : method === "POST"
        ? Scripted.text(null, 204)
        : Scripted.json({ id, record_values: { [field]: [{ id: "v", content, record_id: id, ...value }] } })
  )
  return {
    set: (reference: EntityFields.Reference, content: unknown) =>
      Effect.flatMap(Records.Records, (records) => records.setValue(id, { field: reference, content })).pipe(
        Effect.provide(layer)
      ),
    written: () => sent.flatMap(({ body, method }) => (method === "POST" ? [JSON.parse(body).content] : [])),
    listed: () => sent.filter(({ path }) => path === "/data_fields").length
  }
}

const decode = Schema.decodeUnknownSync(EntityFields.EntityField)

const textual = ["text", "smiles-string", "URL", "email", "phone", "select"]

const same: ReadonlyArray<readonly [types: ReadonlyArray<string>, held: unknown, content: unknown]> = [
  [textual, "7", 7],
  [textual, 7, "7"],
  [textual, "true", true],
  [["number"], "139", 139],
  [["number"], 139, " 1.390e2 "],
  [["number"], "1.50", 1.5],
  [["number"], "-0", 0],
  [["number"], "9007199254740993", "9007199254740993.0"],
  [["number"], "0.1", 0.1],
  [["number"], "1e400", "10e399"],
  [["qualified-number"], "10", 10],
  [["qualified-number"], "<10", " < 10.0"],
  [["boolean"], "true", true],
  [["boolean"], false, "false"],
  [["multiselect"], ["5", "b"], [5, "b"]],
  [["date"], "2025-10-17T18:00:00Z", "2025-10-17T20:00:00.000+02:00"],
  [["date"], "2025-10-17T18:00:00.123456+00:00", "2025-10-17T18:00:00.123456Z"],
  [["date"], "2025-10-17T18:00:00Z", DateTime.unsafeMake("2025-10-17T18:00:00Z")],
  [["date"], "2025-10-17T18:00:00+00:00", new Date("2025-10-17T18:00:00Z")],
  [["record-reference"], other, other.toUpperCase()],
  [["record-reference"], [other], [other.toUpperCase()]],
  [["text", "number", "mixture", "a new type"], null, null],
  [["mixture", "xy-array", "a new type"], { a: [1, "2"], b: null }, { b: null, a: [1, "2"] }]
]

const different: ReadonlyArray<readonly [types: ReadonlyArray<string>, held: unknown, content: unknown]> = [
  [textual, "007", 7],
  [textual, "00123", 123],
  [textual, "9007199254740993", 9007199254740992],
  [textual, "7.0", 7],
  [textual, "1.0", "1"],
  [textual, " 7", 7],
  [textual, "1e3", 1000],
  [textual, "TRUE", true],
  [textual, "2025-10-17T18:00:00Z", "2025-10-17T20:00:00+02:00"],
  [textual, other, other.toUpperCase()],
  [textual, "", null],
  [textual, null, ""],
  [textual, "null", null],
  [["number"], "9007199254740993", 9007199254740992],
  [["number"], "9007199254740993", "9007199254740992"],
  [["number"], "0.1", "0.1000000000000000055511151231257827"],
  [["number"], "1e400", "1e401"],
  [["number"], "1e-400", 0],
  [["number"], "1", true],
  [["number"], null, 0],
  [["number"], "", 0],
  [["number"], "5 mg", 5],
  [["qualified-number"], "<10", 10],
  [["qualified-number"], "<10", ">10"],
  [["qualified-number"], "<10", "<=10"],
  [["boolean"], 1, true],
  [["boolean"], "yes", true],
  [["multiselect"], ["a", "b"], ["b", "a"]],
  [["multiselect"], ["a", "a"], ["a"]],
  [["multiselect"], ["a"], "a"],
  [["multiselect"], ["05"], [5]],
  [["date"], "2025-10-17", "2025-10-17T00:00:00Z"],
  [["date"], "2025-10-17T00:00:00", "2025-10-17T00:00:00Z"],
  [["date"], "2025-10-17T18:00:00.123456Z", "2025-10-17T18:00:00.123457Z"],
  [["date"], "2025-10-17T18:00:00.123456789Z", "2025-10-17T18:00:00.123456788Z"],
  [["date"], "2025-10-17", "2025-10-18"],
  [["date"], "2025-10-17T18:00.5Z", "2025-10-17T18:00:00.5Z"],
  [["date"], "2025-10-17T18:00:00+99:00", "2025-10-13T15:00:00Z"],
  [["record-reference"], "EK-1", "ek-1"],
  [["record-reference"], [other], other],
  [["mixture", "formula", "people", "xy-array", "file", "image", "a new type"], "7", 7],
  [["mixture", "formula", "people", "file", "a new type"], other, other.toUpperCase()],
  [["a new type"], "true", true],
  [["xy-array"], [["1", 2]], [[1, 2]]]
]

describe("setValue", () => {
  for (const [cases, added] of [
    [same, false],
    [different, true]
  ] as const) {
    for (const [types, held, content] of cases) {
      it.effect(
        `${added ? "adds" : "does not add"} ${JSON.stringify(content)} over ${JSON.stringify(held)} in fields of type ${types.join(", ")}`,
        () =>
          Effect.gen(function* () {
            for (const field_type of types) {
              const [byModel, byId, byName] = [0, 1, 2].map(() => holding(held, field_type))
              if (byModel === undefined || byId === undefined || byName === undefined) return
              const expected = [field_type, added]
              expect([field_type, yield* byModel.set(decode({ id: field, field_type }), content)]).toEqual(expected)
              expect([field_type, yield* byId.set(field, content)]).toEqual(expected)
              expect([field_type, yield* byName.set({ field_name: "the field" }, content)]).toEqual(expected)
              const written = JSON.parse(JSON.stringify(added ? [content] : []))
              expect([byModel.written(), byId.written(), byName.written()]).toEqual([written, written, written])
              expect(byModel.listed()).toBe(0)
              expect(byName.listed()).toBe(1)
            }
          })
      )
    }
  }

  it.effect("reads the list of fields only if the type decides", () =>
    Effect.gen(function* () {
      for (const [held, content, listed] of [
        ["7", 7, 1],
        ["7", "7", 0],
        ["7", 8, 0],
        ["007", 7, 1],
        [null, 7, 0],
        [{ a: 1 }, { a: 2 }, 0]
      ] as const) {
        const one = holding(held, "text")
        yield* one.set(field, content)
        expect([held, content, one.listed()]).toEqual([held, content, listed])
      }
      const saying = holding("007", "a type that nobody asks for", { field_type: "text" })
      expect(yield* saying.set(field, 7)).toBe(true)
      expect(saying.listed()).toBe(0)
      const numeric = holding("007", "a type that nobody asks for", { field_type: "number" })
      expect(yield* numeric.set(field, 7)).toBe(false)
    })
  )

  it.effect("adds the value if the list of fields cannot be read, or lacks the field", () =>
    Effect.gen(function* () {
      const unread = holding("7", null)
      expect(yield* unread.set(field, 7)).toBe(true)
      const unlisted = holding("7", "number")
      expect(yield* unlisted.set(Ids.EntityFieldId.make(other), 7)).toBe(true)
      expect([unread.written(), unlisted.written()]).toEqual([[7], [7]])
    })
  )

  it.effect("refuses a content that cannot be sent, and does not compare it", () =>
    Effect.gen(function* () {
      for (const content of [Number.NaN, new Date(Number.NaN), 7n]) {
        const one = holding(null, "number")
        expect(yield* Effect.flip(one.set(field, content))).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" })
        expect(one.written()).toEqual([])
      }
    })
  )
})
