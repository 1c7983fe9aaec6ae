/**
 * Reads the command line before `@effect/cli` does. `@effect/cli` takes an unknown option for an argument, does not read
 * `--name=value` if the value has a `=`, wants options of all commands in one place, and names the wrong command in errors.
 */
import { suggestion } from "../nearest.js"
import type { Definition, Group, Leaf } from "./define.js"
import type { Globals } from "./globals.js"
import * as Help from "./help.js"

export type Read = { readonly globals: Globals; readonly path: ReadonlyArray<string> } & (
  | { readonly _tag: "Run"; readonly words: ReadonlyArray<string>; readonly leaf: Leaf }
  | { readonly _tag: "Help"; readonly definition: Definition }
  | { readonly _tag: "Wrong"; readonly message: string; readonly wayOut: string }
)

const flags = new Set(["--json", "--verbose", "--no-color"])

/** Takes the global options out of the words, wherever they stand. */
const takeGlobals = (words: ReadonlyArray<string>) => {
  const others: Array<string> = []
  const globals = { profile: undefined as string | undefined, json: false, verbose: false, color: true }
  let wrong: string | undefined
  let index = 0
  for (; index < words.length; index++) {
    const word = words[index] ?? ""
    if (word === "--") break
    if (word === "--profile") {
      globals.profile = words[++index]
      if (globals.profile === undefined || globals.profile === "") wrong = "--profile needs the name of a profile"
    } else if (word.startsWith("--profile=")) globals.profile = word.slice("--profile=".length)
    else if (word === "--json") globals.json = true
    else if (word === "--verbose") globals.verbose = true
    else if (word === "--no-color") globals.color = false
    else others.push(word)
  }
  return { globals, words: [...others, ...words.slice(index)], wrong }
}

/** Reads the words after the name of the program. */
export const read = (root: Group, argv: ReadonlyArray<string>): Read => {
  const name = root.name
  const { globals, words, wrong } = takeGlobals(argv)
  const path = [name]
  const refuse = (message: string): Read => ({
    _tag: "Wrong",
    globals,
    path,
    message,
    wayOut: `\`${path.join(" ")} --help\` shows what there is`
  })
  if (wrong !== undefined) return refuse(wrong)

  let definition: Definition = root
  let index = 0
  while (definition._tag === "Group") {
    const word = words[index]
    if (word === undefined || word === "--help" || word === "-h") return { _tag: "Help", globals, path, definition }
    const names = definition.commands.map((command) => command.name)
    const next: Definition | undefined = definition.commands.find((command) => command.name === word)
    if (next === undefined) {
      return refuse(
        word.startsWith("-")
          ? `There is no option ${word} here. The options of a command stand after its name`
          : `There is no command ${[...path, word].join(" ")}${suggestion(word, names)}`
      )
    }
    path.push(word)
    definition = next
    index++
  }

  const rest = words.slice(index)
  const end = rest.indexOf("--")
  const before = end === -1 ? rest : rest.slice(0, end)
  if (definition.raw !== undefined) return { _tag: "Run", globals, path, leaf: definition, words: rest }
  if (before.includes("--help") || before.includes("-h")) return { _tag: "Help", globals, path, definition }

  // Most commands are used without options.
  let known: ReadonlyMap<string, Help.OptionName> | undefined
  const options: Array<string> = []
  const others: Array<string> = []
  const given = new Set<string>()
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? ""
    const [option = "", ...values] = word.split("=")
    // `-5` and `-` are arguments.
    if (!/^--?[a-zA-Z]/.test(word)) {
      others.push(word)
      continue
    }
    known ??= new Map(Help.optionNames(definition).map((option) => [option.name, option]))
    const found = known.get(option)
    if (found === undefined) {
      return refuse(`There is no option ${option}${suggestion(option, [...known.keys(), ...flags])}`)
    }
    const isAgain = given.has(option)
    given.add(option)
    if (isAgain && !found.isRepeated) {
      if (found.takesValue) return refuse(`The option ${option} is there twice`)
      continue
    }
    options.push(option)
    if (!found.takesValue) {
      if (values.length > 0) return refuse(`The option ${option} takes no value`)
      continue
    }
    const value = values.length > 0 ? values.join("=") : before[++at]
    if (value === undefined) return refuse(`The option ${option} needs a value`)
    // `@effect/cli` would leave it out: a variable of the shell that is not set would then mean all records.
    if (value.trim() === "" && found.isRepeated) return refuse(`The value of the option ${option} is empty`)
    options.push(value)
  }
  // After `--`, `@effect/cli` takes each word for an argument, `-` as well.
  const ordered = [...options, "--", ...others, ...(end === -1 ? [] : rest.slice(end + 1))]
  return { _tag: "Run", globals, path, leaf: definition, words: ordered }
}
