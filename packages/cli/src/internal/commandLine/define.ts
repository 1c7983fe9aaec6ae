/** Commands with what people need of them: a description, examples, and the code that is loaded when the command runs. */
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CommandFailed, SomeRejected } from "../failure.js"
import type { Output } from "../output/output.js"
import * as Globals from "./globals.js"

/** All commands. The command that prints completions reads them. */
export class Root extends Context.Tag("@effect-kaleidoscope/cli/Root")<Root, Group>() {}

/** What commands may use. */
export type Environment = FileSystem.FileSystem | Path.Path | Output | Root

export type Failure = KaleidoscopeError | CommandFailed | SomeRejected | Terminal.QuitException

/** What a command does. */
export type Work = Effect.Effect<void, Failure, Environment>

export interface Example {
  readonly command: string
  readonly does: string
}

interface Common {
  readonly name: string
  readonly description: string
  readonly examples: ReadonlyArray<Example>
}

/** A command that does something. */
export interface Leaf extends Common {
  readonly _tag: "Leaf"
  /** Reads the words after the name of the command. It is made when it is needed: there are many commands. */
  readonly descriptor: () => CommandDescriptor.Command<Work>
  /** What help and completions show: also the options that are taken from the command line before. */
  readonly shown: () => CommandDescriptor.Command<unknown>
  /** If it is there, the command reads all words itself, options included. */
  readonly raw: ((words: ReadonlyArray<string>) => Work) | undefined
}

export interface Group extends Common {
  readonly _tag: "Group"
  readonly commands: readonly [Definition, ...ReadonlyArray<Definition>]
}

export type Definition = Leaf | Group

/** A command. `load` loads the code that does its work. */
export const leaf = <const Config extends Command.Command.Config>(
  name: string,
  options: {
    readonly description: string
    readonly examples: ReadonlyArray<Example>
    /** The options and arguments. */
    readonly config: () => Config
    readonly load: () => Promise<(values: Command.Command.ParseConfig<Config>) => Work>
    readonly raw?: (() => Promise<(words: ReadonlyArray<string>) => Work>) | undefined
  }
): Leaf => {
  const { config, description, examples, load, raw } = options
  return {
    _tag: "Leaf",
    name,
    description,
    examples,
    raw: raw && ((words) => Effect.flatMap(Effect.promise(raw), (run) => run(words))),
    descriptor: () =>
      CommandDescriptor.map(
        Command.make(name, { own: config() }).descriptor,
        ({ own }): Work =>
          Effect.flatMap(
            Effect.promise(load),
            (run) => run(own as Command.Command.ParseConfig<Config>) // the two types differ only in how they are computed
          )
      ),
    shown: () => Command.make(name, { own: config(), ...Globals.options }).descriptor
  }
}

/** A group of commands. */
export const group = (
  name: string,
  options: { readonly description: string; readonly commands: Group["commands"] }
): Group => ({
  _tag: "Group",
  name,
  ...options,
  examples: options.commands.flatMap(({ examples }) => examples.slice(0, 1))
})
