import { stripVTControlCharacters } from "node:util"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as EmulatorCommand from "@effect-kaleidoscope/testing/EmulatorCommand"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { CommandFailed } from "../failure.js"
import * as Output from "../output/output.js"

const command = Command.run(EmulatorCommand.make("emulator"), {
  name: "kaleidoscope emulator",
  version: "",
  executable: "kaleidoscope emulator"
})

const examples = `EXAMPLES
  # on port 4010, with the client id and secret demo
  kaleidoscope emulator

  # on a free port, and it keeps its data
  kaleidoscope emulator --port 0 --state workspace.json`

/** Runs the emulator until Ctrl-C. */
export const emulator = (words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const console = yield* Effect.console
    const plain = (text: unknown): string =>
      output.isTerminal && output.style.bold("") !== "" ? String(text) : stripVTControlCharacters(String(text))
    const printing: Console.Console = {
      ...console,
      log: (...texts) => output.line(texts.map(plain).join(" ")),
      error: (...texts) => output.note(texts.map(plain).join(" "))
    }
    const asksForHelp = words.includes("--help") || words.includes("-h")
    yield* command(["node", "emulator", ...words]).pipe(
      Effect.provide([CliConfig.layer({ showBuiltIns: false }), NodeTerminal.layer]),
      Console.withConsole(printing),
      Effect.catchAll(
        (error) =>
          new CommandFailed({
            message: ValidationError.isValidationError(error)
              ? "The options of the emulator are not valid"
              : error.message,
            wayOut: "`kaleidoscope emulator --help` shows what there is"
          })
      )
    )
    if (asksForHelp) yield* output.line(examples)
  })
