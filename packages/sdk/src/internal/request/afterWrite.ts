import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DecodeError, type KaleidoscopeError } from "../../KaleidoscopeError.js"
import * as Id from "../id.js"
import * as Method from "./method.js"

/** How to find the result of a write if its response cannot be used. */
export interface ResultLookup<out A> {
  /** The method that shows the result to the user, as `Activities.list`: the error names it. */
  readonly look: string
  /** Finds the result. `None` if several things can be the result. */
  readonly find?: Effect.Effect<Option.Option<A>, KaleidoscopeError>
}

/** The only thing that fits, or `None` if no thing fits, or several. */
export const onlyOne = <A extends { readonly id: string }>(
  things: Iterable<A>,
  fits: (thing: A) => boolean
): Option.Option<A> => {
  const [only, ...others] = Id.distinct(Array.from(things).filter(fits))
  return only === undefined || others.length > 0 ? Option.none() : Option.some(only)
}

export const isDone = (error: unknown): error is DecodeError => error instanceof DecodeError && error.outcome === "done"

const emptyContents = new Set<string | null>(["", "null", '""'])

/** Finds the result of a write if its response cannot be used, or fails with an error that warns against a repeat. */
export const recover = <A>(
  error: DecodeError,
  { empty, otherwise }: { readonly empty?: (() => A) | undefined; readonly otherwise?: ResultLookup<A> | undefined },
  strict: boolean
): Effect.Effect<A, DecodeError> => {
  const hasContent = error.at !== "" || !emptyContents.has(error.excerpt)
  if (empty !== undefined && !(strict && hasContent)) return Effect.sync(empty)
  const done = (found: string) =>
    Method.withFacts(error, {
      message: `${error.message}. The write is done, so do not repeat it${found}${
        otherwise === undefined ? "" : `: see the result with ${otherwise.look}`
      }`
    })
  return otherwise?.find === undefined || (strict && hasContent)
    ? Effect.fail(done(""))
    : Effect.matchEffect(otherwise.find, {
        onSuccess: Option.match({
          onNone: () => Effect.fail(done("; the SDK could not find its result")),
          onSome: Effect.succeed
        }),
        onFailure: (failure) => Effect.fail(done(`; reading it failed, too (${failure.message})`))
      })
}
