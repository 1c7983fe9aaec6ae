import { execFile, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Runs one of the programs beside this one in a process of its own, and gives the JSON that it prints. */
export const isolated = <A>(program: string, args: ReadonlyArray<string>): Effect.Effect<A> =>
  Effect.async((resume) => {
    const child = execFile(process.execPath, ["--expose-gc", fileOf(program), ...args], (error, output) => {
      // The program is ours, and prints what its caller says.
      resume(error === null ? Effect.sync(() => JSON.parse(output) as A) : Effect.die(error))
    })
    return Effect.sync(() => child.kill())
  })

/** The url of the server, which runs while the scope is open. */
export const server: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => fork(fileOf("server.js"))),
  (child) => Effect.sync(() => child.kill())
).pipe(
  Effect.flatMap((child) =>
    Effect.async<string>((resume) => {
      child.once("message", (port) => resume(Effect.succeed(`http://127.0.0.1:${String(port)}`)))
      child.once("exit", (code) => resume(Effect.dieMessage(`The server ended with ${code}`)))
    })
  )
)
