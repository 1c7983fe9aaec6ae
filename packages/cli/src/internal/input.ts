/** What a command reads: its input, and files. */
import { createReadStream } from "node:fs"
import process from "node:process"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { failed } from "./failure.js"
import * as SystemFailure from "./systemFailure.js"

/** The whole input, as text. On a terminal it would wait for someone to type. */
export const text = (what: string) =>
  process.stdin.isTTY === true
    ? failed(`${what} is missing`, "Give it on the command line, or send it as the input")
    : Stream.fromAsyncIterable<Uint8Array, unknown>(process.stdin, (cause) => cause).pipe(
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

/**
 * The path of a file that can be read several times: the file itself, or a copy of the input (`-`) or of a pipe. The copy
 * is removed with the scope.
 */
export const file = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    if (path === "-" ? process.stdin.isTTY === true : (yield* check(path)) === "File") {
      return path === "-" ? yield* failed("The input is a terminal", "Send a file: kaleidoscope import - < FILE") : path
    }
    const source = path === "-" ? process.stdin : createReadStream(path)
    const directory = yield* Effect.orDie(fileSystem.makeTempDirectoryScoped({ prefix: "kaleidoscope-" }))
    const copy = (yield* Path.Path).join(directory, "input")
    yield* Stream.fromAsyncIterable<Uint8Array, unknown>(source, (cause) => cause).pipe(
      Stream.run(fileSystem.sink(copy, { flag: "wx", mode: 0o600 })),
      Effect.catchAll((cause) =>
        failed(`${path === "-" ? "The input" : path} cannot be read: ${SystemFailure.of(cause)}`)
      )
    )
    return copy
  })
