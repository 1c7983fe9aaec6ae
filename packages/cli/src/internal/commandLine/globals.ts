import * as Options from "@effect/cli/Options"
import * as Context from "effect/Context"

/** The options that every command has. They can stand anywhere on the command line. */
export interface Globals {
  readonly profile: string | undefined
  readonly json: boolean
  readonly verbose: boolean
  readonly color: boolean
}

export class GlobalOptions extends Context.Reference<GlobalOptions>()("@effect-kaleidoscope/cli/GlobalOptions", {
  defaultValue: (): Globals => ({ profile: undefined, json: false, verbose: false, color: true })
}) {}

/** For help and completions. Their values are taken from the command line before the command reads it. */
export const options = {
  profile: Options.text("profile").pipe(
    Options.withPseudoName("name"),
    Options.withDescription("The workspace to use: a name that was given to `kaleidoscope login`"),
    Options.optional
  ),
  json: Options.boolean("json").pipe(Options.withDescription("Prints JSON, in the form of the API")),
  verbose: Options.boolean("verbose").pipe(
    Options.withDescription("Prints the whole error, and what the program does")
  ),
  noColor: Options.boolean("no-color").pipe(Options.withDescription("Prints without colours, as NO_COLOR=1 does"))
}
