import { stripVTControlCharacters } from "node:util"
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Option from "effect/Option"
import type { Style } from "../output/style.js"
import * as Table from "../output/table.js"
import type { Definition, Group, Leaf } from "./define.js"
import * as Globals from "./globals.js"

const config = { ...CliConfig.defaultConfig, showBuiltIns: false }

const plain = (doc: HelpDoc.HelpDoc): string => stripVTControlCharacters(HelpDoc.toAnsiText(doc)).trim()

/** What `@effect/cli` says of the type of a parameter. The name of the value and the usage say it, too. */
const ofTheType =
  /^(?:A user-defined piece of text|A true or false value|An integer|A floating point number|This setting is optional|This (?:option|argument) may be repeated zero or more times)\.$/

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    case "Paragraph":
      return [plain(doc).replace(/\s+/g, " ")].filter((text) => text !== "" && !ofTheType.test(text))
    default:
      return []
  }
}

export interface Parameter {
  readonly term: string
  readonly description: string
}

/** The arguments and the options of a command. */
export const parameters = (
  definition: Leaf
): { readonly arguments: ReadonlyArray<Parameter>; readonly options: ReadonlyArray<Parameter> } => {
  const found: { [header: string]: ReadonlyArray<Parameter> } = {}
  let header = ""
  const walk = (doc: HelpDoc.HelpDoc): void => {
    if (doc._tag === "Sequence") {
      walk(doc.left)
      walk(doc.right)
    } else if (doc._tag === "Header") {
      header = plain(doc)
    } else if (doc._tag === "DescriptionList") {
      const listed = doc.definitions.map(([term, description]) => ({
        term: plain(HelpDoc.p(term)),
        description: paragraphs(description).join(" ")
      }))
      found[header] = [...(found[header] ?? []), ...listed]
    }
  }
  walk(CommandDescriptor.getHelp(definition.shown(), config))
  return { arguments: found["ARGUMENTS"] ?? [], options: found["OPTIONS"] ?? [] }
}

export interface OptionName {
  readonly name: string
  readonly takesValue: boolean
  readonly isRepeated: boolean
}

/** The names of the options of a command. */
export const optionNames = (definition: Leaf): ReadonlyArray<OptionName> => {
  const walk = (
    usage: ReturnType<typeof CommandDescriptor.getUsage>,
    isRepeated = false
  ): ReadonlyArray<OptionName> => {
    switch (usage._tag) {
      case "Named":
        return usage.names.flatMap((name) =>
          name.startsWith("-") ? [{ name, takesValue: Option.isSome(usage.acceptedValues), isRepeated }] : []
        )
      case "Optional":
        return walk(usage.usage, isRepeated)
      case "Repeated":
        return walk(usage.usage, true)
      case "Alternation":
      case "Concat":
        return [...walk(usage.left, isRepeated), ...walk(usage.right, isRepeated)]
      default:
        return []
    }
  }
  return walk(CommandDescriptor.getUsage(definition.shown()))
}

const section = (
  style: Style,
  title: string,
  entries: ReadonlyArray<readonly [term: string, text: string]>
): string => {
  const widest = Math.max(0, ...entries.map(([term]) => term.length))
  const lines = entries.map(([term, text]) => `  ${Table.pad(term, widest)}  ${text}`.trimEnd())
  return entries.length === 0 ? "" : `\n${style.bold(title)}\n${lines.join("\n")}\n`
}

const globalTerms = new Set(Object.keys(Globals.options).map((key) => (key === "noColor" ? "--no-color" : `--${key}`)))

const isGlobal = ({ term }: Parameter): boolean => globalTerms.has(term.split(" ")[0] ?? "")

const pairs = (parameters: ReadonlyArray<Parameter>) =>
  parameters.map(({ description, term }) => [term, description] as const)

const ofGroup = (words: string, group: Group, style: Style): string =>
  [
    `\n${style.bold("USAGE")}\n  ${words} COMMAND [options]\n`,
    section(
      style,
      "COMMANDS",
      group.commands.map(({ description, name }) => [name, description])
    ),
    section(style, "OPTIONS", [["--help", "Shows the help of a command"]])
  ].join("")

const ofLeaf = (words: string, leaf: Leaf, style: Style): string => {
  const { arguments: given, options } = parameters(leaf)
  const usage = [words, ...given.map(({ term }) => term), "[options]"].join(" ")
  return [
    `\n${style.bold("USAGE")}\n  ${usage}\n`,
    section(style, "ARGUMENTS", pairs(given)),
    section(style, "OPTIONS", pairs(options.filter((option) => !isGlobal(option)))),
    section(style, "OPTIONS OF ALL COMMANDS", [...pairs(options.filter(isGlobal)), ["--help", "Shows this help"]])
  ].join("")
}

const exitCodes = [
  ["0", "all is done"],
  ["1", "it failed"],
  ["2", "some of what was given was rejected"],
  ["130", "interrupted with Ctrl-C"]
] as const

/** The help of a command, or of a group of commands. `path` has the names of the commands above it, and its own. */
export const render = (path: ReadonlyArray<string>, definition: Definition, style: Style): string => {
  const words = path.join(" ")
  const examples = definition.examples
    .map(({ command, does }) => `  ${style.dim(`# ${does}`)}\n  ${command}`)
    .join("\n\n")
  return [
    `${definition.description}.\n`,
    definition._tag === "Group" ? ofGroup(words, definition, style) : ofLeaf(words, definition, style),
    examples === "" ? "" : `\n${style.bold("EXAMPLES")}\n${examples}\n`,
    section(style, "EXIT CODES", exitCodes)
  ].join("")
}
