import { assert, describe, expect, it } from "@effect/vitest"
import { ActivityDefinitions, Ids, Properties } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { onEmulator } from "./services.js"

describe("Properties", () => {
  it.effect("get another content", () =>
    Effect.gen(function* () {
      const properties = yield* Properties.Properties
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const read = Effect.map(definitions.get({ title: "IC50 assay" }), (definition) => definition.properties[0])
      const cellLine = yield* read
      assert(cellLine !== undefined)
      expect(cellLine.content).toBe("A431")

      const updated = yield* properties.update(cellLine, { content: { lines: ["HEK293", 1, null] } })
      expect(updated).toMatchObject({ id: cellLine.id, content: { lines: ["HEK293", 1, null] } })
      expect(yield* read).toMatchObject({ content: { lines: ["HEK293", 1, null] } })

      yield* properties.update(cellLine.id, { content: null })
      expect(yield* read).toMatchObject({ content: null })
    }).pipe(Effect.provide(onEmulator(Layer.merge(Properties.layer, ActivityDefinitions.layer))))
  )

  it.effect("fail by name if they are not there, or cannot hold it", () =>
    Effect.gen(function* () {
      const properties = yield* Properties.Properties
      const unknown = Ids.PropertyId.make("00000000-0000-4000-8000-000000000000")
      expect(yield* Effect.flip(properties.update(unknown, { content: 1 }))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "Properties.update",
        missing: [unknown]
      })
      expect(yield* Effect.flip(properties.update(unknown, { content: [Number.NaN] }))).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        at: "body.content[0]"
      })
    }).pipe(Effect.provide(onEmulator(Properties.layer)))
  )
})
