/** What a command reads: its input, and files. */
import { constants, createReadStream, fstatSync, openSync } from "node:fs"
import { Socket } from "node:net"
import process from "node:process"
import { isatty, ReadStream } from "node:tty"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { failed } from "./failure.js"
import * as NodeStream from "./nodeStream.js"
import * as SystemFailure from "./systemFailure.js"

/** The whole input, as text. On a terminal it would wait for someone to type. */
export const text = (what: string) =>
  process.stdin.isTTY === true
    ? failed(`${what} is missing`, "Give it on the command line, or send it as the input")
    : NodeStream.bytes(process.stdin, (cause) => cause).pipe(
        Stream.decodeText(),
        Stream.mkString,
        Effect.catchAll(() => failed("The input cannot be read"))
      )

/** The text of an option that takes a date, or `undefined` without it. */
export const date = (option: string, text: Option.Option<string>) =>
  Option.isSome(text) && Option.isNone(DateTime.make(text.value))
    ? failed(`${option} ${JSON.stringify(text.value)} is not a date`, "Write it as 2026-12-01")
    : Effect.succeed(Option.getOrUndefined(text))

/** Fails if there is no file at the path, or a folder. Gives its type. */
export const check = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const { type } = yield* Effect.catchAll(fileSystem.stat(path), (error) =>
      error._tag === "SystemError" && error.reason === "NotFound"
        ? failed(`There is no file ${path}`)
        : failed(`${path} cannot be read: ${SystemFailure.reason(error)}`)
    )
    return type === "Directory" ? yield* failed(`${path} is a folder`) : type
  })

/** What arrives through a pipe or a device that has a name. */
const arriving = (path: string) => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  // A file stream would wait in a thread that nothing can stop: no signal, and not the end of the program.
  if (fstatSync(fd).isFIFO()) return new Socket({ fd })
  return isatty(fd) ? new ReadStream(fd) : createReadStream(path, { fd })
}

/**
 * The path of a file that can be read several times: the file itself, or a copy of the input (`-`) or of a pipe. The copy
 * is removed with the scope.
 */
export const file = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    if (path !== "-" && (yield* check(path)) === "File") return path
    const cannot = (cause: unknown) =>
      failed(`${path === "-" ? "The input" : path} cannot be read: ${SystemFailure.of(cause)}`)
    const source =
      path === "-"
        ? process.stdin
        : yield* Effect.catchAll(Effect.try({ try: () => arriving(path), catch: (cause) => cause }), cannot)
    if ("isTTY" in source && source.isTTY) {
      return yield* failed("The input is a terminal", "Send a file: kaleidoscope import - < FILE")
    }
    const directory = yield* Effect.orDie(fileSystem.makeTempDirectoryScoped({ prefix: "kaleidoscope-" }))
    const copy = (yield* Path.Path).join(directory, "input")
    yield* NodeStream.bytes(source, (cause) => cause).pipe(
      Stream.run(fileSystem.sink(copy, { flag: "wx", mode: 0o600 })),
      Effect.catchAll(cannot)
    )
    return copy
  })
