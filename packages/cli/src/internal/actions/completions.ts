import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import { type Definition, Root } from "../commandLine/define.js"
import * as Output from "../output/output.js"

const descriptorOf = (definition: Definition): CommandDescriptor.Command<unknown> => {
  if (definition._tag === "Leaf") {
    return CommandDescriptor.withDescription(definition.shown(), definition.description)
  }
  const [first, ...others] = definition.commands
  const named = (each: Definition) => [each.name, descriptorOf(each)] as const
  return CommandDescriptor.make(definition.name).pipe(
    CommandDescriptor.withDescription(definition.description),
    CommandDescriptor.withSubcommands([named(first), ...others.map(named)])
  )
}

const makers = {
  bash: CommandDescriptor.getBashCompletions,
  zsh: CommandDescriptor.getZshCompletions,
  fish: CommandDescriptor.getFishCompletions
} as const

/** Options that `@effect/cli` adds, and that this program does not have. */
const notHere =
  /^complete .* -l (?:completions|log-level|wizard|version) .*$|^ *'--(?:completions|log-level|wizard|version)\[.*$/

/** What `@effect/cli` writes, for this program. */
const corrected = {
  bash: (lines: ReadonlyArray<string>) =>
    lines.map((line) =>
      /^ *opts="/.test(line)
        ? line.replace(/ --(?:completions|log-level|wizard|version)\b/g, "")
        : // The name of a command in a group is compared with what has been read: a name with two underscores.
          line.replace(/^( *kaleidoscope),([\w-]+),([\w-]+\))$/, "$1__$2,$3")
    ),
  // A shell that finds the function in a file expects the name of the file: else the first completion shows nothing.
  zsh: (lines: ReadonlyArray<string>) =>
    lines
      .filter((line) => !notHere.test(line))
      .map((line) => line.replaceAll("_kaleidoscope_zsh_completions", "_kaleidoscope")),
  fish: (lines: ReadonlyArray<string>) => lines.filter((line) => !notHere.test(line))
} as const

export const completions = ({ shell }: { readonly shell: keyof typeof makers }) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const root = yield* Root
    const lines = (yield* makers[shell](descriptorOf(root), root.name)).flatMap((text) => text.split("\n"))
    yield* output.line(corrected[shell](lines).join("\n"))
  })
