import { ActivityDefinitions, Ids, Properties, Upload } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

describe("Properties", () => {
  it.effect("are updated with new content", () =>
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

  it.effect("get a file as their content", () =>
    Effect.gen(function* () {
      const properties = yield* Properties.Properties
      const definitions = yield* ActivityDefinitions.ActivityDefinitions
      const { files: before } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
      const definition = yield* definitions.get({ title: "Compound registration" })
      const [uploaded] = definition.properties
      assert(uploaded !== undefined && uploaded.content === null)

      const answer = yield* properties.uploadFile(uploaded, Upload.bytes("C1CC1 EK-1\n", { name: "ring é.smi" }))
      expect(answer).toMatchObject({ id: uploaded.id })
      const { files } = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)
      expect(files).toHaveLength(before.length + 1)
      expect(files.at(-1)).toMatchObject({ file_name: "ring é.smi" })
      const after = yield* definitions.get(definition)
      expect(after.properties).toMatchObject([{ id: uploaded.id, content: [files.at(-1)?.id] }])
    }).pipe(Effect.provide(onEmulator(Layer.merge(Properties.layer, ActivityDefinitions.layer))))
  )

  it.effect("fail with the error of reading the file, and the name of the method", () => {
    const server = onScript(Properties.layer, () => Scripted.json(null))
    return Effect.gen(function* () {
      const properties = yield* Properties.Properties
      const id = Ids.PropertyId.make("property")
      expect(
        yield* Effect.flip(properties.uploadFile(id, Upload.stream(Stream.fail("no disk" as const), { name: "a" })))
      ).toBe("no disk")
      expect(
        yield* Effect.flip(properties.uploadFile(id, Upload.stream(Stream.empty, { name: "a", size: 1 })))
      ).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", call: "Properties.uploadFile", at: "file" })
      expect(yield* properties.uploadFile(id, Upload.bytes("", { name: "empty" }))).toEqual({})
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("fail with NotFound if they do not exist, with InvalidRequest if the content is not JSON", () =>
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
