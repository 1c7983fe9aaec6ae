import * as Effect from "effect/Effect"
import { DecodeError } from "../KaleidoscopeError.js"
import * as Api from "./api.js"
import * as Unread from "./unread.js"

/**
 * What is not said cannot be answered: the error of a method whose answer depends on a field that the platform's answer
 * left out, or had in a form that cannot be read.
 */
export const unsaid = (call: string, thing: string, at: string): DecodeError => {
  const place = { at, expected: `${at} of ${thing}`, excerpt: null }
  return new DecodeError({
    ...Api.localFacts(
      call,
      `the platform's answer has no readable ${at} of ${thing}, so what was asked for cannot be told from it`
    ),
    ...place,
    places: [place]
  })
}

/** A field of a model from which an answer of the SDK's own is made. */
export const field = <M extends { readonly id: string }, Name extends keyof M & string>(
  call: string,
  kind: string,
  model: M,
  name: Name
): Effect.Effect<M[Name], DecodeError> =>
  Unread.isSaid(model, name) ? Effect.succeed(model[name]) : Effect.fail(unsaid(call, `${kind} ${model.id}`, name))
