import * as Data from "effect/Data"

/** The exit codes of the program. */
export const ExitCode = { done: 0, failed: 1, rejected: 2, interrupted: 130 } as const

/** Why a command failed, in a sentence, and what its user can do. */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  readonly message: string
  readonly wayOut?: string | undefined
  /** More lines, for `--verbose`. */
  readonly details?: string | undefined
}> {}

/** The command did its work, and some of what it was given was rejected. It has printed which. */
export class SomeRejected extends Data.TaggedError("SomeRejected") {}

export const failed = (message: string, wayOut?: string): CommandFailed => new CommandFailed({ message, wayOut })
