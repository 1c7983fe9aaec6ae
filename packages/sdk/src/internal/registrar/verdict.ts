import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Json from "../json/json.js"
import type { Problem, RegisteredValues } from "./model.js"

const longestMessage = 1000

/** The first half of a character that the cut divided. */
const halfCharacter = /[\uD800-\uDBFF]$/

/** What the scientist reads of a problem. */
export const inWords = (problem: Problem): string => {
  const message = typeof problem === "string" ? problem : problem.message
  return message.trim() === ""
    ? "The registrar gave no reason."
    : message.slice(0, longestMessage).replace(halfCharacter, "")
}

/** What is sent in place of a defect: its own text is for the log, since it may contain anything. */
const failed = "The registrar failed. The reason is in its log."

/** Runs a function of the user. A failure and a defect become a message for the scientist; a defect is logged. */
export const run = <A, R>(
  function_: () => Effect.Effect<A, Problem, R>
): Effect.Effect<Either.Either<A, string>, never, R> =>
  Effect.flatMap(
    Effect.exit(Effect.suspend(function_)),
    (exit): Effect.Effect<Either.Either<A, string>> =>
      Exit.isSuccess(exit)
        ? Effect.succeed(Either.right(exit.value))
        : Option.match(Cause.failureOption(exit.cause), {
            onSome: (problem) => Effect.succeed(Either.left(inWords(problem))),
            onNone: () => Effect.as(Effect.logError("Registrar: a function failed", exit.cause), Either.left(failed))
          })
  )

/** Refuses values that cannot be sent: they would make the results of all other drafts impossible to send. */
export const sendable = (registered: RegisteredValues): Effect.Effect<Either.Either<RegisteredValues, string>> =>
  Either.match(Json.stringify(registered), {
    onLeft: ({ path, reason }) =>
      Effect.as(
        Effect.logError(`Registrar: a value of \`register\` cannot be sent: ${Json.formatPath(path)}: ${reason}`),
        Either.left(failed)
      ),
    onRight: () => Effect.succeed(Either.right(registered))
  })
