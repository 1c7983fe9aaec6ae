/** Runs a command line to its exit code. */
import process from "node:process"
import { stripVTControlCharacters } from "node:util"
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Define from "./commandLine/define.js"
import * as Globals from "./commandLine/globals.js"
import * as Help from "./commandLine/help.js"
import * as Read from "./commandLine/read.js"
import { root } from "./commandLine/root.js"
import { CommandFailed, ExitCode, failed } from "./failure.js"
import * as Output from "./output/output.js"

/** Warnings of the SDK are for people, and never in the result of a command. */
const logger = Logger.make(({ logLevel, message }) => {
  const text = Array.isArray(message) ? message.map(String).join(" ") : String(message)
  process.stderr.write(`${logLevel.label.toLowerCase()}: ${text}\n`)
})

/** The terminal takes long to open, and no option asks for its value there. */
const neverAsked = Effect.dieMessage("An option asks on the terminal")
const noTerminal: Terminal.Terminal = {
  columns: neverAsked,
  rows: neverAsked,
  isTTY: neverAsked,
  readInput: neverAsked,
  readLine: neverAsked,
  display: () => neverAsked
}

/** What `@effect/cli` says of a wrong command line, in the words of this program. */
const textOf = (doc: HelpDoc.HelpDoc): string => {
  const text = stripVTControlCharacters(HelpDoc.toAnsiText(doc)).replace(/\s+/g, " ").trim()
  const missing = [...text.matchAll(/Expected to find option: '([^']*)'/g)].map(([, option]) => option)
  if (missing.length > 1) return `The options ${missing.join(" and ")} are missing`
  return text
    .replace(/^Expected to find option: '(.*)'$/, "The option $1 is missing")
    .replace(/^Missing argument <(.*?)>.*$/, "The argument $1 is missing")
    .replace(/^'(.*)' is not a integer$/, '"$1" is not a whole number')
    .replace(/^Expected one of the following cases: /, "The value must be one of ")
}

/** Runs the command that was read. */
const execute = ({ leaf, path, words }: Extract<Read.Read, { _tag: "Run" }>) => {
  if (leaf.raw !== undefined) return leaf.raw(words)
  const wayOut = `\`${path.join(" ")} --help\` shows what the command takes`
  return CommandDescriptor.parse(leaf.descriptor(), [leaf.name, ...words], CliConfig.defaultConfig).pipe(
    Effect.provideService(Terminal.Terminal, noTerminal),
    Effect.catchAll((error) => failed(textOf(error.error), wayOut)),
    Effect.flatMap((directive): Define.Work => {
      // The options that `@effect/cli` adds are refused in `read`.
      if (directive._tag === "BuiltIn") return failed("This option is not known", wayOut)
      const [more] = directive.leftover
      return more === undefined
        ? directive.value
        : failed(`The command takes no argument ${JSON.stringify(more)} there`, wayOut)
    })
  )
}

const perform = (read: Read.Read): Define.Work => {
  switch (read._tag) {
    case "Help":
      return Effect.flatMap(Output.Output, (output) =>
        output.write(Help.render(read.path, read.definition, output.style))
      )
    case "Wrong":
      return Effect.fail(new CommandFailed(read))
    case "Run":
      return execute(read)
  }
}

/** Runs the words after the name of the program, and gives the exit code. It prints each failure on stderr. */
export const run = (argv: ReadonlyArray<string>): Effect.Effect<number> => {
  const read = Read.read(root, argv)
  return perform(read).pipe(
    Effect.as<number>(ExitCode.done),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.interrupt
        : Effect.flatMap(
            Effect.promise(() => import("./report.js")),
            ({ report }) => report(cause)
          )
    ),
    Effect.provideServiceEffect(Output.Output, Effect.orDie(Output.make)),
    // One after the other: a merged layer starts a fiber for each.
    Effect.provide(NodePath.layer),
    Effect.provide(NodeFileSystem.layer),
    Effect.provideService(Define.Root, root),
    Effect.provideService(Globals.GlobalOptions, read.globals),
    // What fails is reported here.
    Effect.withUnhandledErrorLogLevel(Option.none()),
    Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
    Logger.withMinimumLogLevel(read.globals.verbose ? LogLevel.Debug : LogLevel.Warning)
  )
}
