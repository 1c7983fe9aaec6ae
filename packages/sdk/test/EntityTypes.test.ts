import { EntityTypes, Ids } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const [compoundId, batch] = [{ field_name: "Compound ID" }, { field_name: "Batch" }]
const unknown = Ids.EntityTypeId.make("00000000-0000-4000-8000-000000000000")

const names = (types: ReadonlyArray<EntityTypes.EntityType>) => types.map(({ slice_name }) => slice_name).toSorted()

describe("EntityTypes", () => {
  layer(onEmulator(EntityTypes.layer))("on the emulator", (it) => {
    it.effect("lists entity types, and finds them by id, model and name", () =>
      Effect.gen(function* () {
        const entityTypes = yield* EntityTypes.EntityTypes
        expect(names(yield* entityTypes.list)).toEqual(["Batch", "Compound", "Compound draft", "Plate"])
        const compound = yield* entityTypes.get({ slice_name: "Compound" })
        expect(yield* entityTypes.find(compound.id)).toEqual(Option.some(compound))
        expect(yield* entityTypes.find(unknown)).toEqual(Option.none())
        const [plate, ...others] = yield* entityTypes.getMany([{ slice_name: "Plate" }, compound, compound])
        expect(plate?.slice_name).toBe("Plate")
        expect(others).toEqual([compound, compound])
        expect(yield* entityTypes.findMany([unknown, compound])).toEqual([compound])
        expect(yield* Effect.flip(entityTypes.getMany([compound, unknown, { slice_name: "none" }]))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "EntityTypes.getMany",
          missing: [unknown, '{"slice_name":"none"}']
        })
      })
    )

    it.effect("finds entity types by their key fields", () =>
      Effect.gen(function* () {
        const entityTypes = yield* EntityTypes.EntityTypes
        expect(names(yield* entityTypes.withKeyFields([compoundId]))).toEqual(["Batch", "Compound", "Compound draft"])
        expect(names(yield* entityTypes.withKeyFields([batch, compoundId]))).toEqual(["Batch"])
        expect(names(yield* entityTypes.withKeyFields([]))).toEqual(["Batch", "Compound", "Compound draft", "Plate"])
        const exact = (fields: ReadonlyArray<{ readonly field_name: string }>) =>
          Effect.map(
            entityTypes.findByKeyFields(fields),
            Option.map(({ slice_name }) => slice_name)
          )
        expect(yield* exact([compoundId, compoundId])).toEqual(Option.some("Compound"))
        expect(yield* exact([batch, compoundId])).toEqual(Option.some("Batch"))
        expect(yield* exact([batch])).toEqual(Option.none())
        expect(yield* Effect.flip(exact([{ field_name: "none" }]))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "EntityTypes.findByKeyFields",
          reference: 'key field {"field_name":"none"}'
        })
      })
    )

    it.effect("lists the record ids of an entity type", () =>
      Effect.gen(function* () {
        const entityTypes = yield* EntityTypes.EntityTypes
        const plate = Workspace.demo.entity_types.find(({ slice_name }) => slice_name === "Plate")
        assert(plate !== undefined)
        const expected = Workspace.demo.records.filter((record) => record.entity_slice_id === plate.id)
        const found = yield* entityTypes.recordIds({ slice_name: "Plate" })
        expect(found.toSorted()).toEqual(expected.map(({ id }) => id).toSorted())
        expect(yield* Effect.flip(entityTypes.recordIds({ slice_name: "Plates" }))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "EntityTypes.recordIds"
        })
      })
    )
  })

  it.effect("fails with the ids of entity types with the same key fields", () => {
    const { layer } = onScript(EntityTypes.layer, () =>
      Scripted.json([
        { id: "a", key_field_ids: ["x", "y"] },
        { id: "b", key_field_ids: ["y", "x"] },
        { id: "c", key_field_ids: ["x"] },
        { id: "d" }
      ])
    )
    return Effect.gen(function* () {
      const entityTypes = yield* EntityTypes.EntityTypes
      const [x, y] = [Ids.EntityFieldId.make("x"), Ids.EntityFieldId.make("y")]
      expect(yield* Effect.flip(entityTypes.findByKeyFields([x, y]))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        call: "EntityTypes.findByKeyFields",
        ids: ["a", "b"]
      })
      expect(Option.map(yield* entityTypes.findByKeyFields([x]), ({ id }) => id)).toEqual(Option.some("c"))
    }).pipe(Effect.provide(layer))
  })
})
