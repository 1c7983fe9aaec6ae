/** What the examples that take arguments share. */
import { type ParseArgsConfig, parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Why a program ends early. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {}

/** Reads the arguments of a program. */
export const parse = <const Config extends ParseArgsConfig>(
  config: Config
): Effect.Effect<ReturnType<typeof parseArgs<Config>>, Refused> =>
  Effect.try({
    try: () => parseArgs(config),
    catch: (error) => new Refused({ message: `${error instanceof Error ? error.message : error}. See --help` })
  })
