import { execFileSync } from "node:child_process"
import { constants, existsSync } from "node:fs"
import { open, readFile } from "node:fs/promises"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Exports, Files, Ids, type KaleidoscopeError, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const csv = Scripted.text("a,b\n1,2\n", 200, { "content-type": "text/csv" })

const refused = Scripted.json({ code: "FORBIDDEN", message: "not yours" }, 403)

const Services = Layer.merge(Files.layer, Exports.layer).pipe(Layer.provide(RequestPolicy.layer({ tries: 1 })))

const file = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")

const entity_slice_id = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")

type Failure = Exports.ExportError | KaleidoscopeError.NotFound | PlatformError

type Way = (
  directory: string,
  name: string
) => Effect.Effect<void, Failure, Files.Files | Exports.Exports | FileSystem.FileSystem | Path.Path>

/** Both ways to write a file of a directory. */
const ways: ReadonlyArray<readonly [name: string, way: Way]> = [
  [
    "files.toFile",
    (directory, name) => Effect.flatMap(Files.Files, (files) => Effect.asVoid(files.toFile(file, { directory, name })))
  ],
  [
    "exports.toFile",
    (directory, name) =>
      Effect.flatMap(Exports.Exports, (exports) => exports.toFile({ entity_slice_id }, `${directory}/${name}`))
  ]
]

/** A directory, the way to write one of its files, and what was asked for. */
const inDirectory = <A, E>(
  way: Way,
  run: (tools: {
    readonly fs: FileSystem.FileSystem
    readonly directory: string
    readonly write: (name: string) => Effect.Effect<void, Failure, FileSystem.FileSystem | Path.Path>
    readonly asked: () => number
  }) => Effect.Effect<A, E, NodeContext.NodeContext>,
  script: (fs: FileSystem.FileSystem, directory: string) => Scripted.Script = () => () => csv
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const { layer, sent } = onScript(Services, script(fs, directory))
    return yield* run({
      fs,
      directory,
      write: (name) => Effect.provide(way(directory, name), layer),
      asked: () => sent.length
    })
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const permissions = (fs: FileSystem.FileSystem, path: string) => Effect.map(fs.stat(path), ({ mode }) => mode & 0o7777)

for (const [name, way] of ways) {
  describe(name, () => {
    for (const mode of [0o600, 0o640, 0o444, 0o400, 0o666, 0o755]) {
      it.live(`keeps the mode 0${mode.toString(8)} of the old file, also while it writes`, () => {
        const meanwhile: Array<number> = []
        return inDirectory(
          way,
          ({ directory, fs, write }) =>
            Effect.gen(function* () {
              const path = `${directory}/a.csv`
              yield* fs.writeFileString(path, "old")
              // Only root may give a file away: for others it stays theirs.
              yield* Effect.ignore(fs.chown(path, 1234, 5678))
              yield* fs.chmod(path, mode)
              const before = yield* fs.stat(path)
              yield* write("a.csv")
              const after = yield* fs.stat(path)
              expect(after.mode & 0o7777).toBe(mode)
              expect([after.uid, after.gid]).toEqual([before.uid, before.gid])
              expect(yield* fs.readFileString(path)).toBe("a,b\n1,2\n")
              expect(yield* fs.readDirectory(directory)).toEqual(["a.csv"])
              expect(meanwhile).toEqual([mode, mode])
            }),
          (fs, directory) => () =>
            Effect.gen(function* () {
              for (const one of yield* fs.readDirectory(directory)) {
                meanwhile.push(yield* permissions(fs, `${directory}/${one}`))
              }
              return yield* csv
            }).pipe(Effect.orDie)
        )
      })
    }

    it.live("does not keep the setuid and setgid bits", () =>
      inDirectory(way, ({ directory, fs, write }) =>
        Effect.gen(function* () {
          yield* fs.writeFileString(`${directory}/a.csv`, "old")
          yield* fs.chmod(`${directory}/a.csv`, 0o6755)
          yield* write("a.csv")
          expect(yield* permissions(fs, `${directory}/a.csv`)).toBe(0o755)
        })
      )
    )

    it.live("gives a new file the default mode of the process", () =>
      inDirectory(way, ({ directory, fs, write }) =>
        Effect.gen(function* () {
          yield* write("a.csv")
          yield* fs.writeFileString(`${directory}/b.csv`, "b")
          expect(yield* permissions(fs, `${directory}/a.csv`)).toBe(yield* permissions(fs, `${directory}/b.csv`))
        })
      )
    )

    it.live("keeps mode and content if it fails", () =>
      inDirectory(
        way,
        ({ directory, fs, write }) =>
          Effect.gen(function* () {
            yield* fs.writeFileString(`${directory}/real.csv`, "old")
            yield* fs.chmod(`${directory}/real.csv`, 0o600)
            yield* fs.symlink("real.csv", `${directory}/a.csv`)
            expect(yield* Effect.flip(write("a.csv"))).toMatchObject({ _tag: "KaleidoscopeForbidden" })
            expect(yield* fs.readFileString(`${directory}/real.csv`)).toBe("old")
            expect(yield* permissions(fs, `${directory}/real.csv`)).toBe(0o600)
            expect(yield* fs.readLink(`${directory}/a.csv`)).toBe("real.csv")
            expect((yield* fs.readDirectory(directory)).toSorted()).toEqual(["a.csv", "real.csv"])
          }),
        () => () => refused
      )
    )

    // Where a link in `there/links` leads, and what is there: `linked` is a link to `there/links`.
    for (const [kind, to, chain] of [
      ["a file beside it", "real.csv", []],
      ["a file above it", "../real.csv", []],
      ["a file by its whole path", "DIRECTORY/real.csv", []],
      [
        "a link to a link",
        "second",
        [
          ["there/links/second", "../third"],
          ["there/third", "../real.csv"]
        ]
      ]
    ] as const) {
      for (const exists of [true, false]) {
        it.live(`writes to the target of a link: ${kind}${exists ? "" : ", which does not exist yet"}`, () =>
          inDirectory(way, ({ directory, fs, write }) =>
            Effect.gen(function* () {
              yield* fs.makeDirectory(`${directory}/there/links`, { recursive: true })
              yield* fs.symlink("there/links", `${directory}/linked`)
              const target = to.replace("DIRECTORY", directory)
              yield* fs.symlink(target, `${directory}/there/links/a.csv`)
              for (const [from, link] of chain) yield* fs.symlink(link, `${directory}/${from}`)
              // Read by the rules of links: not `linked/..`, which would be this directory.
              const real = {
                "a file beside it": `${directory}/there/links/real.csv`,
                "a file above it": `${directory}/there/real.csv`,
                "a file by its whole path": `${directory}/real.csv`,
                "a link to a link": `${directory}/real.csv`
              }[kind]
              if (exists) {
                yield* fs.writeFileString(real, "old")
                yield* fs.chmod(real, 0o600)
              }
              yield* fs.symlink("linked/a.csv", `${directory}/a.csv`)
              yield* write("a.csv")
              expect(yield* fs.readFileString(real)).toBe("a,b\n1,2\n")
              expect((yield* permissions(fs, real)) === 0o600).toBe(exists)
              expect(yield* fs.readLink(`${directory}/a.csv`)).toBe("linked/a.csv")
              expect(yield* fs.readLink(`${directory}/there/links/a.csv`)).toBe(target)
              const left = yield* fs.readDirectory(directory, { recursive: true })
              expect(left.filter((one) => one.endsWith(".part"))).toEqual([])
            })
          )
        )
      }
    }

    for (const [kind, links] of [
      ["a link to itself", [["a.csv", "a.csv"]]],
      [
        "a circle of links",
        [
          ["a.csv", "b.csv"],
          ["b.csv", "a.csv"]
        ]
      ],
      ["a link into a directory that is not there", [["a.csv", "nowhere/a.csv"]]],
      ["a directory", [["a.csv", "."]]]
    ] as const) {
      it.live(`fails for ${kind}, before a request is sent`, () =>
        inDirectory(way, ({ asked, directory, fs, write }) =>
          Effect.gen(function* () {
            for (const [from, to] of links) yield* fs.symlink(to, `${directory}/${from}`)
            expect(yield* Effect.flip(write("a.csv"))).toMatchObject({ _tag: "SystemError" })
            expect(asked()).toBe(0)
            expect((yield* fs.readDirectory(directory)).toSorted()).toEqual(links.map(([from]) => from))
          })
        )
      )
    }

    it.live("writes into a pipe, and keeps the pipe", () =>
      inDirectory(way, ({ directory, fs, write }) =>
        Effect.gen(function* () {
          const pipe = `${directory}/a.csv`
          execFileSync("mkfifo", [pipe])
          const reader = yield* Effect.fork(Effect.promise(() => readFile(pipe, "utf8")))
          yield* write("a.csv")
          expect(yield* Fiber.join(reader)).toBe("a,b\n1,2\n")
          expect((yield* fs.stat(pipe)).type).toBe("FIFO")
          expect(yield* fs.readDirectory(directory)).toEqual(["a.csv"])
        })
      )
    )

    it.live("writes into a pipe behind a link, and closes it if the download fails", () =>
      inDirectory(
        way,
        ({ directory, fs, write }) =>
          Effect.gen(function* () {
            execFileSync("mkfifo", [`${directory}/pipe`])
            yield* fs.symlink("pipe", `${directory}/a.csv`)
            const reader = yield* Effect.fork(Effect.promise(() => readFile(`${directory}/pipe`, "utf8")))
            expect(yield* Effect.flip(write("a.csv"))).toMatchObject({ _tag: "KaleidoscopeForbidden" })
            expect(yield* Fiber.join(reader)).toBe("")
            expect((yield* fs.readDirectory(directory)).toSorted()).toEqual(["a.csv", "pipe"])
          }),
        () => () => refused
      )
    )

    it.live("can be interrupted while it waits for the reader of a pipe", () =>
      inDirectory(way, ({ asked, directory, write }) =>
        Effect.gen(function* () {
          const pipe = `${directory}/a.csv`
          execFileSync("mkfifo", [pipe])
          const writer = yield* Effect.fork(write("a.csv"))
          yield* Effect.yieldNow().pipe(Effect.repeatN(100))
          yield* Fiber.interrupt(writer)
          expect(asked()).toBe(0)
          // Whoever waits in the system's call is let go.
          const reader = yield* Effect.promise(() => open(pipe, constants.O_RDONLY | constants.O_NONBLOCK))
          yield* Effect.promise(() => reader.close())
        })
      )
    )

    it.live("ends the download at once if it is interrupted while the reader of a pipe stalls", () => {
      let ended = 0
      const endless = () =>
        new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
          cancel: () => {
            ended++
          }
        })
      return inDirectory(
        way,
        ({ directory, write }) =>
          Effect.gen(function* () {
            const pipe = `${directory}/a.csv`
            execFileSync("mkfifo", [pipe])
            const reader = yield* Effect.promise(() => open(pipe, constants.O_RDONLY | constants.O_NONBLOCK))
            // There is nothing yet, or not again: the system says so with an error.
            const read = Effect.eventually(Effect.tryPromise(() => reader.read(Buffer.alloc(1024 * 1024))))
            const writer = yield* Effect.fork(write("a.csv"))
            yield* Effect.repeat(read, { until: ({ bytesRead }) => bytesRead > 0 })
            yield* Fiber.interrupt(writer)
            expect(ended).toBe(1)
            // It ends when its reader has taken what was on the way.
            yield* Effect.repeat(read, { until: ({ bytesRead }) => bytesRead === 0 })
            yield* Effect.promise(() => reader.close())
          }),
        () => () => Scripted.text(endless(), 200, { "content-type": "text/csv" })
      )
    })

    it.live("writes into a device, and keeps the device", () =>
      inDirectory(way, ({ directory, fs, write }) =>
        Effect.gen(function* () {
          yield* fs.symlink("/dev/null", `${directory}/a.csv`)
          yield* write("a.csv")
          expect((yield* fs.stat("/dev/null")).type).toBe("CharacterDevice")
          expect(yield* fs.readLink(`${directory}/a.csv`)).toBe("/dev/null")
        })
      )
    )

    // Linux has one.
    if (existsSync("/dev/full")) {
      it.live("fails with the error of a full device", () =>
        inDirectory(way, ({ directory, fs, write }) =>
          Effect.gen(function* () {
            yield* fs.symlink("/dev/full", `${directory}/a.csv`)
            expect(yield* Effect.flip(write("a.csv"))).toMatchObject({ _tag: "SystemError", method: "writeAll" })
          })
        )
      )
    }
  })
}
