import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { EntityTypes, Exports, Files, Ids, Registration } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { assert, expect, it } from "../../../test/vitest.js"
import { onEmulator } from "./support/services.js"

const services = Layer.mergeAll(EntityTypes.layer, Exports.layer, Files.layer, Registration.layer)

it.effect("an export has a row for each record of its type", () =>
  Effect.gen(function* () {
    const entityTypes = yield* EntityTypes.EntityTypes
    const exports = yield* Exports.Exports
    const [entityType] = yield* entityTypes.list
    assert(entityType !== undefined && entityType.slice_name !== null)
    const { slice_name } = entityType
    const ids = yield* entityTypes.recordIds({ slice_name })
    expect(ids.length).toBeGreaterThan(1)
    const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(exports.rows({ entity_slice_id: { slice_name } })))
    expect(rows.length).toBe(ids.length)
    expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1)
  }).pipe(Effect.provide(onEmulator(services)))
)

it.effect("a file of a registration is downloaded, and its results are reported", () =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.Emulator
    const fileSystem = yield* FileSystem.FileSystem
    const files = yield* Files.Files
    const registration = yield* Registration.Registration
    const stored = (yield* emulator.state).files.find((file) => file.activity_id !== null)
    assert(stored !== undefined && stored.activity_id !== null)
    const file = Ids.FileId.make(stored.id)
    const activity = Ids.ActivityId.make(stored.activity_id)

    const started = yield* registration.register(activity, file)
    expect(started).toMatchObject({ operation_id: activity, file_id: file, status: "pending" })
    const directory = yield* fileSystem.makeTempDirectoryScoped()
    const path = yield* files.toFile(file, { activity, directory, name: `../${stored.file_name}` })
    expect(yield* fileSystem.readFile(path)).toEqual(Buffer.from(stored.bytes))
    yield* registration.pushStatus(activity, file, { status: "validation_failed", message: "1 structure is wrong" })

    const [found] = (yield* registration.list(activity)).filter(({ id }) => id === started.id)
    assert(found !== undefined)
    expect(found.status).toBe("validation_failed")
    expect(Registration.messageOf(found)).toEqual(Option.some("1 structure is wrong"))
  }).pipe(Effect.provide(Layer.merge(onEmulator(services), NodeContext.layer)))
)

it.effect("a file that does not exist is NotFound", () =>
  Effect.gen(function* () {
    const files = yield* Files.Files
    const nothing = Ids.FileId.make("00000000-0000-4000-8000-000000000000")
    const failure = yield* Effect.flip(Stream.runDrain(files.download(nothing)))
    expect(failure).toMatchObject({ _tag: "KaleidoscopeNotFound", call: "Files.download", missing: [nothing] })
  }).pipe(Effect.provide(onEmulator(services)))
)
