import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DecodeError, type KaleidoscopeError } from "../../KaleidoscopeError.js"
import * as Id from "../id.js"
import * as Method from "./method.js"

/** How to find the result of a write that has an unusable response. */
export interface ResultLookup<out A> {
  /** What to look with, as `Activities.list`. */
  readonly look: string
  /** Finds it; none where it cannot be told from others. */
  readonly find?: Effect.Effect<Option.Option<A>, KaleidoscopeError>
}

/** The one thing that a write has made, among all that there are; none if several are like it. */
export const onlyOne = <A extends { readonly id: string }>(
  things: Iterable<A>,
  isIt: (thing: A) => boolean
): Option.Option<A> => {
  const [only, ...others] = Id.distinct(Array.from(things).filter(isIt))
  return only === undefined || others.length > 0 ? Option.none() : Option.some(only)
}

export const isDone = (error: unknown): error is DecodeError => error instanceof DecodeError && error.outcome === "done"

const nothingSaid = new Set<string | null>(["", "null", '""'])

/** Finds the result of a write that has an unusable response, or fails with an error that says: it is done, do not repeat it. */
export const recover = <A>(
  error: DecodeError,
  { empty, otherwise }: { readonly empty?: (() => A) | undefined; readonly otherwise?: ResultLookup<A> | undefined },
  strict: boolean
): Effect.Effect<A, DecodeError> => {
  const isSaid = error.at !== "" || !nothingSaid.has(error.excerpt)
  if (empty !== undefined && !(strict && isSaid)) return Effect.sync(empty)
  const done = (found: string) =>
    Method.withFacts(error, {
      message: `${error.message}. The write is done, so do not repeat it${found}${
        otherwise === undefined ? "" : `: see the result with ${otherwise.look}`
      }`
    })
  return otherwise?.find === undefined || (strict && isSaid)
    ? Effect.fail(done(""))
    : Effect.matchEffect(otherwise.find, {
        onSuccess: Option.match({
          onNone: () => Effect.fail(done("; the SDK could not find its result")),
          onSome: Effect.succeed
        }),
        onFailure: (failure) => Effect.fail(done(`; reading it failed, too (${failure.message})`))
      })
}
