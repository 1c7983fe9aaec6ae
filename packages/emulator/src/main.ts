import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as EmulatorCommand from "@effect-kaleidoscope/testing/EmulatorCommand"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { version } from "./internal/version.js"

const run = Command.run(EmulatorCommand.make("kaleidoscope-emulator"), {
  name: "Kaleidoscope emulator",
  version
})

const fail = Effect.sync(() => {
  process.exitCode = 1
})

/** `--cors` alone means `--cors '*'`: an option of `@effect/cli` cannot have an optional value. */
const withOrigins = (argv: ReadonlyArray<string>): ReadonlyArray<string> =>
  argv.flatMap((argument, index) =>
    argument === "--cors" && (argv[index + 1]?.startsWith("-") ?? true) ? [argument, "*"] : [argument]
  )

// What nobody reads any more is no reason to end, and to lose the state: without a listener Node ends the process.
for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined)

run(withOrigins(process.argv)).pipe(
  // `@effect/cli` has already printed its own errors.
  Effect.tapError((error) => (ValidationError.isValidationError(error) ? Effect.void : Console.error(error.message))),
  Effect.catchAll(() => fail),
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain
)
