import process from "node:process"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Output from "./internal/output/output.js"
import * as Program from "./internal/program.js"
import * as SystemFailure from "./internal/systemFailure.js"

const fiber = Effect.runFork(Program.run(process.argv.slice(2)))

/** Why the program was interrupted, as its exit code. */
let interrupted: number | undefined

const interrupt = (code: number): void => {
  interrupted ??= code
  fiber.unsafeInterruptAsFork(fiber.id())
}

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129]
] as const

for (const [signal, code] of signals) {
  process.once(signal, () => {
    // The second time, at once, and by the system: a finalizer may wait for a server, and `exit` for a thread.
    for (const [again] of signals) process.removeAllListeners(again)
    interrupt(code)
  })
}
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // `| head` reads no more: that is no error.
  if (error.code === "EPIPE") return interrupt(0)
  const message = `The output cannot be written: ${SystemFailure.of(error)}`
  process.stderr.write(
    process.argv.includes("--json")
      ? `${Output.error({ type: "CommandFailed", message, exitCode: 1 })}\n`
      : `error: ${message}\n`
  )
  interrupt(1)
})
// What nobody reads on stderr is no reason to stop an import.
process.stderr.on("error", () => undefined)

// Keeps the process while a fiber waits for something that Node does not know of.
const keepAlive = setInterval(() => {}, 2 ** 31 - 1)

fiber.addObserver((exit) => {
  clearInterval(keepAlive)
  // Everything that was printed has been handed to the system.
  process.exit(interrupted ?? (Exit.isSuccess(exit) ? exit.value : 1))
})
