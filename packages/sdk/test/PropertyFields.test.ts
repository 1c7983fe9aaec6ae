import { Ids, PropertyFields } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import { fixture, onEmulator } from "./support/services.js"

const decode = Schema.decodeUnknown(Schema.Array(PropertyFields.PropertyField))

describe("PropertyFields", () => {
  layer(onEmulator(PropertyFields.layer))("on the emulator", (it) => {
    it.effect("lists property fields", () =>
      Effect.gen(function* () {
        const propertyFields = yield* PropertyFields.PropertyFields
        const { property_fields } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
        const listed = yield* propertyFields.list
        assert(listed.length > 0)
        expect(listed).toEqual(property_fields)
      })
    )

    it.effect("finds property fields by id, name and model", () =>
      Effect.gen(function* () {
        const propertyFields = yield* PropertyFields.PropertyFields
        const cellLine = yield* propertyFields.get({ property_name: "Cell line" })
        expect(cellLine).toMatchObject({ field_type: "text", is_required: true, attrs: {} })
        expect(yield* propertyFields.get(cellLine.id)).toEqual(cellLine)
        expect(yield* propertyFields.find(cellLine)).toEqual(Option.some(cellLine))
        expect(yield* propertyFields.getMany([{ property_name: "Protocol" }, cellLine])).toMatchObject([
          { property_name: "Protocol" },
          { property_name: "Cell line" }
        ])
      })
    )

    it.effect("fails with NotFound and the missing ids", () =>
      Effect.gen(function* () {
        const propertyFields = yield* PropertyFields.PropertyFields
        const unknown = Ids.PropertyFieldId.make("00000000-0000-4000-8000-000000000000")
        expect(yield* propertyFields.find(unknown)).toEqual(Option.none())
        expect(yield* propertyFields.findMany([unknown, { property_name: "Protocol" }])).toHaveLength(1)
        expect(
          yield* Effect.flip(
            propertyFields.getMany([unknown, { property_name: "Protocol" }, { property_name: "none" }])
          )
        ).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "PropertyFields.getMany",
          missing: [unknown, '{"property_name":"none"}']
        })
      })
    )
  })

  it.effect("are decoded if only the id is there", () =>
    Effect.map(decode([{ id: "a" }]), (decoded) =>
      expect(decoded).toEqual([
        {
          id: "a",
          property_name: null,
          property_description: null,
          field_type: null,
          is_required: null,
          attrs: {},
          is_archived: null,
          created_by: null,
          last_updated_by: null,
          workspace_id: null
        }
      ])
    )
  )

  const real = fixture("property_fields.json")
  it.effect.runIf(real !== undefined)("keep unknown fields", () =>
    Effect.map(decode(real), (decoded) => expect(decoded).toEqual(real))
  )
})
