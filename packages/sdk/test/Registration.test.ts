import { Ids, Registration } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"

const file = "0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a"
const activity = "5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11"

describe("the webhook", () => {
  const decode = Schema.decodeUnknown(Schema.parseJson(Registration.RegistrationSubmitted))

  it.effect("is decoded, and unknown fields are kept", () =>
    Effect.gen(function* () {
      const submitted = yield* decode(
        JSON.stringify({ file_url: `https://api.kaleidoscope.bio/files/${file}`, record_ids: ["a"], attempt: 1 })
      )
      expect(submitted).toEqual({
        file_url: `https://api.kaleidoscope.bio/files/${file}`,
        record_ids: ["a"],
        attempt: 1
      })
      expect(yield* decode("{}")).toEqual({ file_url: null, record_ids: [] })
    })
  )

  for (const [url, expected] of [
    [`https://api.kaleidoscope.bio/files/${file}`, [file, undefined]],
    [`https://api.kaleidoscope.bio/activities/${activity}/file/${file}`, [file, activity]],
    [`https://kaleidoscope.example.com/base/activities/${activity}/file/${file}?download=1#x`, [file, activity]],
    [`/files/${file}/`, [file, undefined]],
    ["https://elsewhere.example/files/a%2Fb", ["a/b", undefined]],
    ["https://api.kaleidoscope.bio/files/%E0%A4%A", undefined],
    ["https://api.kaleidoscope.bio/files/", undefined],
    ["https://api.kaleidoscope.bio/programs/1", undefined],
    ["https://api.kaleidoscope.bio/programs/1?from=/files/2", undefined],
    ["https://api.kaleidoscope.bio/programs/1#/activities/3/file/2", undefined],
    ["", undefined],
    [null, undefined]
  ] as const) {
    it(`has the file of ${url}`, () => {
      const found = Registration.fileOf({ file_url: url, record_ids: [] })
      expect(
        Option.getOrUndefined(Option.map(found, ({ activity, file }) => [file, Option.getOrUndefined(activity)]))
      ).toEqual(expected)
    })
  }
})

describe("messageOf", () => {
  const of = (message: string | null, error_message: string | null) =>
    Option.map(
      Schema.decodeUnknownOption(Registration.RegistrationFile)({ id: "r", message, error_message }),
      Registration.messageOf
    )

  it("reads the message under its present and its former name", () => {
    expect(of("new", "old")).toEqual(Option.some(Option.some("new")))
    expect(of(null, "old")).toEqual(Option.some(Option.some("old")))
    expect(of(null, null)).toEqual(Option.some(Option.none()))
  })
})

it.effect("a mock of the service has only the methods that a test needs", () =>
  Effect.gen(function* () {
    const registration = yield* Registration.Registration
    const result = yield* registration.registerTable(Ids.ActivityId.make(activity), [{ "Compound ID": "EK-1" }], {
      key_field_names: ["Compound ID"]
    })
    expect(result).toMatchObject({ _tag: "Rejected", during: "staging" })
  }).pipe(
    Effect.provide(
      Layer.mock(Registration.Registration, {
        registerTable: () =>
          Effect.succeed({
            _tag: "Rejected",
            during: "staging",
            submission: Option.none(),
            rejected: [],
            drafts: [],
            registered: []
          })
      })
    )
  )
)
