import { execFile, fork, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { beside } from "./beside.js"

/** A program and its arguments. */
export type Command = readonly [file: string, ...options: ReadonlyArray<string>]

/** Runs a program to its end, and gives what it prints. Fails with the last lines of its errors. */
export const command = ([file, ...options]: Command): Effect.Effect<string, string> =>
  Effect.async((resume) => {
    const child = execFile(file, options, { maxBuffer: 2 ** 26 }, (error, output, errors) => {
      const reason = errors.trim().split("\n").slice(-40).join("\n")
      resume(error === null ? Effect.succeed(output) : Effect.fail(reason === "" ? error.message : reason))
    })
    return Effect.sync(() => child.kill())
  })

/** The URL of the server, which runs while the scope is open. */
export const server = (activities: number): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => fork(beside("server.js"), [String(activities)])),
    (child) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<string>((resume) => {
        child.once("message", (port) => resume(Effect.succeed(`http://127.0.0.1:${String(port)}`)))
        child.once("exit", (code) => resume(Effect.dieMessage(`The server ended with ${code}`)))
      })
    )
  )

/** The URL of an emulator with the sample workspace, which runs while the scope is open. */
export const emulator: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() =>
    spawn(
      process.execPath,
      [beside("../../emulator/bin/kaleidoscope-emulator.js"), "--host", "127.0.0.1", "--port", "0"],
      { stdio: ["ignore", "pipe", "inherit"] }
    )
  ),
  (child) => Effect.sync(() => child.kill())
).pipe(
  Effect.flatMap((child) =>
    Effect.async<string>((resume) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const url = /listens on (http:\S+)/.exec(line)?.[1]
        if (url !== undefined) resume(Effect.succeed(url))
      })
      child.once("exit", (code) => resume(Effect.dieMessage(`The emulator ended with ${code}`)))
    })
  )
)
