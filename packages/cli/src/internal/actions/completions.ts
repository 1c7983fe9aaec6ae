import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import { type Definition, Root } from "../commandLine/define.js"
import * as Output from "../output/output.js"

const descriptorOf = (definition: Definition): CommandDescriptor.Command<unknown> => {
  if (definition._tag === "Leaf") {
    return CommandDescriptor.withDescription(definition.descriptor(), definition.description)
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

export const completions = ({ shell }: { readonly shell: keyof typeof makers }) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const root = yield* Root
    yield* output.line((yield* makers[shell](descriptorOf(root), root.name)).join("\n"))
  })
