import { hostname } from "node:os"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { describe, expect, it } from "../../../test/vitest.js"

type Failure = Emulator.InvalidWorkspace | Emulator.StateInUse | PlatformError

/** A test in a directory of its own. */
const inDirectory = <E>(
  test: (options: {
    readonly fileSystem: FileSystem.FileSystem
    readonly directory: string
  }) => Effect.Effect<void, E, FileSystem.FileSystem | Scope.Scope>
) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const directory = yield* fileSystem.realPath(yield* fileSystem.makeTempDirectoryScoped())
    yield* test({ fileSystem, directory })
  }).pipe(Effect.provide(NodeFileSystem.layer))

const withProgram = (title: string): Workspace.Workspace => ({
  ...Workspace.empty,
  programs: Workspace.demo.programs.slice(0, 1).map((program) => ({ ...program, title }))
})

const titlesOf = (state: Emulator.KeptState): ReadonlyArray<string> =>
  Option.match(state.initial, { onNone: () => [], onSome: ({ programs }) => programs.map(({ title }) => title) })

/** Keeps a state in the file, and returns the state that was in it before. */
const save = (path: string, title: string) =>
  Effect.scoped(
    Effect.flatMap(Emulator.stateFile(path), (state) => Effect.as(state.save(withProgram(title)), titlesOf(state)))
  )

const read = (path: string) => Effect.scoped(Effect.map(Emulator.stateFile(path), titlesOf))

const refusal = (path: string): Effect.Effect<Failure, Emulator.KeptState, FileSystem.FileSystem> =>
  Effect.flip(Effect.scoped(Emulator.stateFile(path)))

const encoded = Schema.encodeSync(Schema.parseJson(Workspace.Workspace))(Workspace.demo)

/** Text of ASCII with some bytes in it that are written as they are. */
const bytesOf = (text: string, ...bytes: ReadonlyArray<number>): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(text), ...bytes, ...new TextEncoder().encode('"}')])

describe("a state file", () => {
  it.effect("belongs to one emulator at a time, by whatever path", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        yield* save(path, "first")
        yield* fileSystem.makeDirectory(`${directory}/inner`)
        yield* fileSystem.symlink(path, `${directory}/inner/link.json`)
        yield* fileSystem.symlink("link.json", `${directory}/inner/chain.json`)
        yield* fileSystem.symlink(directory, `${directory}/inner/itself`)
        const paths = [
          path,
          `${directory}/./inner/../state.json`,
          `${directory}/inner/link.json`,
          `${directory}/inner/chain.json`,
          `${directory}/inner/itself/state.json`,
          `${directory}/inner/itself/inner/link.json`
        ]
        for (const held of paths) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const state = yield* Emulator.stateFile(held)
              for (const other of paths) {
                const failure = yield* refusal(other)
                expect([held, other, failure]).toEqual([held, other, expect.any(Emulator.StateInUse)])
                expect(failure.message).toContain(`process ${process.pid}. Stop it, or choose another file`)
              }
              yield* state.save(withProgram(held))
            })
          )
          expect(yield* read(path)).toEqual([held])
        }
        expect(yield* fileSystem.readDirectory(directory)).toEqual(expect.arrayContaining(["inner", "state.json"]))
        expect((yield* fileSystem.readDirectory(directory)).length).toBe(2)
        expect((yield* fileSystem.readDirectory(`${directory}/inner`)).length).toBe(3)
      })
    )
  )

  it.effect("is given to one of many that ask at once", () =>
    inDirectory(({ directory }) =>
      Effect.gen(function* () {
        for (const path of [`${directory}/new.json`, `${directory}/another.json`]) {
          const results = yield* Effect.forEach(
            Array.from({ length: 10 }),
            () => Effect.either(Emulator.stateFile(path)),
            { concurrency: "unbounded" }
          )
          expect(results.map(({ _tag }) => _tag).sort()).toEqual([...Array.from({ length: 9 }, () => "Left"), "Right"])
        }
      })
    )
  )

  it.effect("is taken over from a process that is gone, also if its number is another's now", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        const gone = { pid: 2 ** 22 + 1, host: hostname(), started: "", id: "1" }
        const earlier = { ...gone, pid: process.pid, started: "another start of the machine 1" }
        // Only Linux shows when a process started.
        const isTold = yield* fileSystem.exists("/proc/self/stat")
        for (const holder of isTold ? [gone, earlier] : [gone]) {
          yield* fileSystem.writeFileString(`${path}.lock`, JSON.stringify(holder))
          const results = yield* Effect.scoped(
            Effect.forEach(Array.from({ length: 10 }), () => Effect.either(Emulator.stateFile(path)), {
              concurrency: "unbounded"
            })
          )
          expect(results.filter(({ _tag }) => _tag === "Right").length).toBe(1)
          expect(yield* fileSystem.readDirectory(directory)).toEqual([])
        }
      })
    )
  )

  it.effect("is left to an emulator on another machine, and to whoever wrote a lock that cannot be read", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        for (const lock of [JSON.stringify({ pid: 1, host: "elsewhere.example", started: "", id: "1" }), "", "{"]) {
          yield* fileSystem.writeFileString(`${path}.lock`, lock)
          const failure = yield* refusal(path)
          expect(failure).toBeInstanceOf(Emulator.StateInUse)
          expect(failure.message).toContain(`${path}.lock`)
          expect(yield* fileSystem.readFileString(`${path}.lock`)).toBe(lock)
        }
      })
    )
  )

  it.effect("is not written by an emulator that has lost it, and is held again if its lock was removed", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        yield* save(path, "before")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const state = yield* Emulator.stateFile(path)
            yield* fileSystem.remove(`${path}.lock`)
            yield* state.save(withProgram("after"))
            expect(yield* refusal(path)).toBeInstanceOf(Emulator.StateInUse)

            yield* fileSystem.remove(`${path}.lock`)
            yield* Effect.scoped(
              Effect.gen(function* () {
                yield* Emulator.stateFile(path)
                expect(yield* Effect.flip(state.save(withProgram("late")))).toBeInstanceOf(Emulator.StateInUse)
              })
            )
          })
        )
        expect(yield* read(path)).toEqual(["after"])
      })
    )
  )

  it.effect("that is broken, cut, or from another version is refused and left as it is", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        const [program] = Workspace.demo.programs
        const bytes = new TextEncoder().encode(encoded)
        const cases: ReadonlyArray<readonly [content: Uint8Array | string, place: string]> = [
          [bytesOf('{"workspace":{"id":"1","workspace_name":"a', 0xff), "the file is not valid UTF-8 at byte 42"],
          [bytesOf('{"a":"', 0xc3), "byte 7"],
          [bytesOf('{"a":"é', 0xed, 0xa0, 0x80), "byte 9"],
          [bytesOf("", 0xfe, 0xff, 0, 0x7b), "byte 0"],
          [bytes.subarray(0, bytes.length - 1), "JSON"],
          [bytes.subarray(0, 5000), "JSON"],
          ["", "the file is empty"],
          ["nothing", "JSON"],
          ["[]", "Expected"],
          ["null", "Expected"],
          [
            JSON.stringify({ ...JSON.parse(encoded), plates: [] }),
            'this version of the emulator does not know "plates"'
          ],
          [JSON.stringify({ ...JSON.parse(encoded), programs: [{ id: 1 }] }), "programs.0"],
          [JSON.stringify({ ...JSON.parse(encoded), programs: [program, program] }), "programs: two items have the id"]
        ]
        for (const [content, place] of cases) {
          const written = typeof content === "string" ? new TextEncoder().encode(content) : content
          yield* fileSystem.writeFile(path, written)
          const failure = yield* refusal(path)
          expect([place, failure]).toEqual([place, expect.any(Emulator.InvalidWorkspace)])
          expect(failure.message).toContain(path)
          expect(failure.message).toContain(place)
          expect(Buffer.compare(yield* fileSystem.readFile(path), written)).toBe(0)
          expect(yield* fileSystem.readDirectory(directory)).toEqual(["state.json"])
        }
        expect((yield* refusal(directory)).message).toContain("is not a file but has the type Directory")
      })
    )
  )

  it.effect("keeps what this version does not know of a thing", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        const json = JSON.parse(encoded)
        const programs = json.programs.map((program: object) => ({ ...program, color: "red" }))
        yield* fileSystem.writeFileString(path, JSON.stringify({ ...json, programs }))
        yield* Effect.scoped(
          Effect.flatMap(Emulator.stateFile(path), (state) => state.save(Option.getOrThrow(state.initial)))
        )
        expect(JSON.parse(yield* fileSystem.readFileString(path)).programs).toEqual(programs)
      })
    )
  )

  it.effect("may be a symbolic link, which stays one, also to a file that is yet to be", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        yield* fileSystem.makeDirectory(`${directory}/real`)
        yield* fileSystem.makeDirectory(`${directory}/links`)
        const path = `${directory}/links/state.json`
        yield* fileSystem.symlink("../real/state.json", path)
        expect(yield* save(path, "first")).toEqual([])
        expect(yield* save(path, "second")).toEqual(["first"])
        expect(yield* fileSystem.readLink(path)).toBe("../real/state.json")
        expect(yield* read(`${directory}/real/state.json`)).toEqual(["second"])
        expect(yield* fileSystem.readDirectory(`${directory}/links`)).toEqual(["state.json"])
        expect(yield* fileSystem.readDirectory(`${directory}/real`)).toEqual(["state.json"])
        yield* fileSystem.symlink("circle.json", `${directory}/links/circle.json`)
        expect(yield* refusal(`${directory}/links/circle.json`)).toMatchObject({ _tag: "SystemError" })
      })
    )
  )

  it.effect("keeps its mode", () =>
    inDirectory(({ directory, fileSystem }) =>
      Effect.gen(function* () {
        const path = `${directory}/state.json`
        yield* save(path, "new")
        for (const mode of [0o600, 0o640, 0o666]) {
          yield* fileSystem.chmod(path, mode)
          yield* save(path, "next")
          expect((yield* fileSystem.stat(path)).mode & 0o7777).toBe(mode)
        }
      })
    )
  )
})
